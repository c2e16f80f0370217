"""From labels as users write them (numbers, words) to class names and class indices."""

import sys
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..text import sanitize
from .dataset import DataError

LIMIT = 100
EXACT = 2**53


def plain(labels: NDArray[np.generic], where: str) -> NDArray[np.generic]:
    """Labels as int64 or text: whole floats become integers, bytes become text.

    `where` names them in messages, such as `FILE: y_train`. Raises DataError for anything else.
    """
    kind = labels.dtype.kind
    if kind == "S":
        return np.array([label.decode("utf-8", "replace") for label in labels.tolist()], dtype=str)
    if kind == "U":
        return _text(labels, where)
    if kind not in "buif":
        raise DataError(f"{where} holds {labels.dtype.name} values: expected whole numbers or texts")
    if kind == "f":
        labels = labels.astype(np.float64)
        good = np.isfinite(labels) & (np.abs(labels) < EXACT)
        good[good] = np.trunc(labels[good]) == labels[good]
        if not good.all():
            worst = labels[~good][0]
            raise DataError(f"{where} holds {worst:g}, which is no class: expected whole numbers or texts")
    if kind == "u" and labels.size and labels.max() >= EXACT:
        raise DataError(f"{where} holds {labels.max()}, which is too large for a class number")
    return labels.astype(np.int64)


def _text(labels: NDArray[np.generic], where: str) -> NDArray[np.generic]:
    """Texts whose every character exists: NumPy reads any four bytes, and fails when they are used."""
    native = np.ascontiguousarray(labels, dtype=labels.dtype.newbyteorder("="))
    if native.dtype.itemsize and (native.view(np.uint32) > sys.maxunicode).any():
        raise DataError(f"{where} holds texts with impossible characters, so the file seems damaged")
    return native


def encode(
    given: Mapping[str, NDArray[np.generic]], where: str
) -> tuple[tuple[str, ...], dict[str, NDArray[np.int64]]]:
    """Class names, from the sorted unique labels of `train`, and the class indices of every part.

    `where` names the source in messages. Raises DataError for a single class, or for a label in another
    part that the training labels lack.
    """
    known = np.unique(given["train"])
    if len(known) < 2:
        has = f"only the class {sanitize(known[0], limit=LIMIT) or 'without a name'}" if len(known) else "no labels"
        raise DataError(f"{where} has {has}: expected examples of at least two classes")
    codes = {}
    for part, labels in given.items():
        strange = labels[~np.isin(labels, known)] if _alike(labels, known) else labels
        if len(strange):
            label = sanitize(strange[0], limit=LIMIT)
            raise DataError(
                f"{where}: the {part} part has the label {label}, which no training example has: "
                "expected the same classes in every part"
            )
        codes[part] = np.searchsorted(known, labels).astype(np.int64)
    return tuple(sanitize(name, limit=LIMIT) for name in known.tolist()), codes


def _alike(a: NDArray[np.generic], b: NDArray[np.generic]) -> bool:
    return (a.dtype.kind == "U") == (b.dtype.kind == "U")
