"""A data set from a table: a CSV or TSV file with one line an example and a column of labels."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..text import sanitize
from .dataset import DataError, Dataset, Split
from .labels import LIMIT, encode, plain
from .splits import NOTES, divide

if TYPE_CHECKING:
    import pandas as pd

LABELS = ("label", "class", "target", "y")
MOST_VALUES = 20
MOST_CLASSES = 100
ONLY_CLASSES = (
    "dlviz does classification only, so the labels (the column label, class, target or y, else the last) "
    "must be a few texts or whole numbers"
)


def load(path: Path, seed: int) -> Dataset:
    """The table at `path`, features (count, features), split 70/10/20 by the seed.

    The labels are the column named label, class, target or y, else the last one. Numeric columns are
    standardised with the mean and standard deviation of the training part; a column of words becomes one
    0/1 feature for each of its values, at most 20. Raises DataError that names the column.
    """
    where = sanitize(path)
    frame = _read(path, where)
    if all(_is_number(str(name)) for name in frame.columns):
        raise DataError(f"{where} has no header: its first line should name the columns, one of them label")
    column = _label_column(frame)
    classes, y = encode({"train": _labels(frame.iloc[:, column], where)}, where)
    numbers: list[NDArray[np.float64]] = []
    words: list[NDArray[np.float64]] = []
    for k in range(frame.shape[1]):
        if k != column:
            numeric, values = _features(frame.iloc[:, k], where)
            (numbers if numeric else words).append(values)
    indices = divide(y["train"], classes, seed, val=True, test=True, where=where)
    x = np.concatenate([_standardised(numbers, indices[0], len(frame)), *words], axis=1, dtype=np.float32)
    train, val, test = (Split(x=x[index], y=y["train"][index]) for index in indices)
    name = sanitize(path.name)
    description = f"{len(frame):,} lines of {x.shape[1]} features from {name}"
    if numbers:
        description += ", numbers standardised with the training part's mean and deviation"
    if words:
        description += f", {len(words)} column{'s' if len(words) > 1 else ''} of words one-hot"
    return Dataset(
        name=name,
        train=train,
        val=val,
        test=test,
        classes=classes,
        description=description + NOTES["val", "test"],
    )


def _standardised(numbers: list[NDArray[np.float64]], train: NDArray[np.int64], count: int) -> NDArray[np.float32]:
    """Columns of (count, 1) float64 as one (count, columns) float32 of mean 0 and deviation 1 in training."""
    if not numbers:
        return np.empty((count, 0), dtype=np.float32)
    x = np.concatenate(numbers, axis=1)
    # Divided by the largest first, so that the squares of huge numbers stay finite.
    largest = np.abs(x).max(axis=0)
    x = x / np.where(largest > 0, largest, 1)
    mean, deviation = x[train].mean(axis=0), x[train].std(axis=0)
    standard: NDArray[np.float32] = ((x - mean) / np.where(deviation > 1e-12, deviation, 1)).astype(np.float32)
    return standard


def _read(path: Path, where: str) -> "pd.DataFrame":
    import pandas as pd

    try:
        with path.open("rb") as file:
            head = file.readline(1 << 20)
        separator = _separator(path, head)
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = pd.read_csv(path, sep=separator, index_col=False, low_memory=False, compression=None)
    except pd.errors.ParserWarning:
        raise DataError(
            f"{where} has lines with more fields than its header: expected a name for each column"
        ) from None
    except pd.errors.EmptyDataError:
        raise DataError(f"{where} is empty: expected a header line and one line for each example") from None
    except Exception as error:  # damaged text makes the parser raise nearly anything
        if isinstance(error, OSError) and error.strerror:
            raise DataError(f"cannot read {where}: {error.strerror}") from None
        reason = sanitize(error, limit=150).strip() or type(error).__name__
        raise DataError(f"cannot read {where} as a table: {reason}") from None
    if frame.shape[1] < 2:
        raise DataError(
            f"{where} has one column: expected features and a column of labels, "
            "separated by commas (tabs in a .tsv file)"
        )
    if not len(frame):
        raise DataError(f"{where} has a header but no lines: expected one line for each example")
    for k in range(frame.shape[1]):
        missing = frame.iloc[:, k].isna().to_numpy()
        if missing.any():
            row = int(missing.argmax()) + 1
            raise DataError(f"{_column(frame.iloc[:, k], where)} has no value in row {row}: expected no gaps")
    return frame


def _separator(path: Path, head: bytes) -> str:
    if path.suffix.lower() == ".tsv":
        return "\t"
    return next((mark for mark in (",", ";", "\t") if mark.encode() in head), ",")


def _column(series: "pd.Series", where: str) -> str:
    return f"{where}: the column {sanitize(series.name, limit=LIMIT)}"


def _label_column(frame: "pd.DataFrame") -> int:
    names = [str(name).strip().lower() for name in frame.columns]
    return next((names.index(name) for name in LABELS if name in names), len(names) - 1)


def _labels(series: "pd.Series", where: str) -> NDArray[np.generic]:
    column, distinct = _column(series, where), series.nunique()
    if distinct > min(MOST_CLASSES, max(MOST_VALUES, len(series) // 2)):
        raise DataError(f"{column} holds {distinct:,} different values, which are no classes: {ONLY_CLASSES}")
    values = series.to_numpy()
    if values.dtype.kind not in "iuf":
        return np.array([str(value) for value in values.tolist()], dtype=str)
    broken = values[~np.isfinite(values) | (np.trunc(values) != values)]
    if len(broken):
        raise DataError(f"{column} holds {broken[0]:g}, which is no class: {ONLY_CLASSES}")
    return plain(values, column)


def _features(series: "pd.Series", where: str) -> tuple[bool, NDArray[np.float64]]:
    """Whether the column holds numbers, and its features: (count, 1), or (count, values) of 0 and 1."""
    values = series.to_numpy()
    if values.dtype.kind in "buif":
        numbers = values.astype(np.float64)
        if not np.isfinite(numbers).all():
            row = int((~np.isfinite(numbers)).argmax()) + 1
            raise DataError(f"{_column(series, where)} is infinite in row {row}: expected finite numbers")
        return True, numbers[:, None]
    words = [str(value) for value in values.tolist()]
    known = sorted(set(words))
    if len(known) > MOST_VALUES:
        word = sanitize(next((word for word in words if not _is_number(word)), words[0]), limit=LIMIT)
        raise DataError(
            f"{_column(series, where)} holds {len(known):,} different texts, such as {word}: "
            f"expected numbers, or at most {MOST_VALUES} different texts"
        )
    return False, np.array([[word == value for value in known] for word in words], dtype=np.float64)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
