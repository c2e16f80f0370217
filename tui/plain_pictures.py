"""Records that are images: sheets of samples, and the frames of a chain from noise to image."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .render.pen import Line, plain
from .render.sheet import beside, fitting, ready, sheet

Arrays = Mapping[str, NDArray[Any]]

LINES = 46
"""Of one drawing, at most."""
TWO_BLOCKS_FROM = 6
"""Rows of a sheet that are better put in two blocks next to each other, if four pictures fit in a row of each.

Two are enough where one block would be too long to show all rows."""


def images(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """A sheet; where rows or columns are of one class each, a row for each class."""
    given = np.asarray(arrays["images"])
    labels = np.asarray(arrays["labels"]) if "labels" in arrays else np.full(len(given), -1)
    plane = "z" in arrays
    pictures, block = ready(given, width)
    per_row = int(arrays["rows"]) if "rows" in arrays else fitting(pictures.shape[3], width)
    per_row = max(1, min(per_row, len(pictures)))
    table = np.resize(np.arange(len(pictures)), (-(-len(pictures) // per_row), per_row))
    names, columns = _row_names(labels, table), _row_names(labels, table.T)
    if not plane and not names and len(set(columns)) == len(columns) > 0:
        table, names = table.T, columns
    shown, blocks = _shown(table, pictures.shape, names, width, plane)
    threshold = float((pictures.min() + pictures.max()) / 2)
    drawn = pictures[shown.ravel()]
    chosen = [str(labels[row[0]]) for row in shown] if names else []
    title = f"{tag}: {_count(shown.size, len(given))} images of {given.shape[2]}x{given.shape[3]} pixels"
    if names:
        each = len(set(names)) == len(names)
        title += f", a row for each of {_count(len(shown), len(table))} classes" if each else ", rows by class"
    title += ", evenly spaced in the plane" if plane and shown.size < len(given) else ""
    title += f", {block}x{block} pixels averaged" if block > 1 else ""
    half = -(-len(shown) // blocks)
    parts = [
        sheet(drawn[k * shown.shape[1] : (k + half) * shown.shape[1]], shown.shape[1], colour, threshold,
              chosen[k : k + half])
        for k in range(0, len(shown), half)
    ]  # fmt: skip
    body = parts[0] if len(parts) == 1 else beside(parts[0], parts[1], (width + 2) // 2)
    return [plain(title + _key(colour, threshold)), *body]


def strip(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """The frames of one chain from noise: x_t above, below it what the model takes for the image without noise."""
    frames, block = ready(np.concatenate([arrays["images"], arrays["x0"]]), width)
    count = len(frames) // 2
    names = ("x_t", "x_0")
    shown = _spaced(count, fitting(frames.shape[3], width, names))
    pictures = np.concatenate([frames[shown], frames[shown + count]])
    threshold = 0.5
    heads = [f"t={arrays['t'][k]}" for k in shown]
    title = f"{tag}: {_count(len(shown), count)} frames from noise to image, and the image foreseen at each"
    title += f", {block}x{block} pixels averaged" if block > 1 else ""
    return [
        plain(title + _key(colour, threshold)),
        *sheet(pictures, len(shown), colour, threshold, names, heads),
    ]


def _shown(
    table: NDArray[np.int64], shape: tuple[int, ...], names: list[str], width: int, spaced: bool
) -> tuple[NDArray[np.int64], int]:
    """Which pictures are drawn, as a table (rows, columns), and in how many blocks next to each other."""
    h, w = shape[2:]
    blocks, most = 1, max(1, 2 * LINES // (h + 1))
    columns = min(table.shape[1], fitting(w, width, names))
    in_half = fitting(w, (width - 2) // 2, names)
    if names and len(table) >= TWO_BLOCKS_FROM and in_half >= min(2 if len(table) > most else 4, table.shape[1]):
        blocks, columns = 2, min(table.shape[1], in_half)
        most *= 2
    if spaced:
        return table[_spaced(len(table), min(most, columns))][:, _spaced(table.shape[1], columns)], blocks
    return table[:most, :columns], blocks


def _row_names(labels: NDArray[np.int64], table: NDArray[np.int64]) -> list[str]:
    """The class of each row, where all in a row have the same and there is more than one."""
    found = labels[table]
    if labels.min() < 0 or not (found == found[:, :1]).all() or len(np.unique(labels)) < 2:
        return []
    return [str(label) for label in found[:, 0]]


def _spaced(count: int, most: int) -> NDArray[np.int64]:
    """At most `most` of `count` indices, evenly spaced, with both ends."""
    return np.linspace(0, count - 1, min(count, most)).round().astype(np.int64)


def _count(shown: int, of: int) -> str:
    return str(of) if shown == of else f"{shown} of {of}"


def _key(colour: bool, threshold: float) -> str:
    return "" if colour else f", filled above {threshold:.2f}"
