"""Some rows of a table, column by column: what the parsers of CSV and JSON lines hand on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

EXACT = 2.0**53
"""From here on a float does not hold every whole number."""


@dataclass(frozen=True)
class Column:
    """The numbers of a column; `rows` says in which rows they stand, and is None where every row has one."""

    values: Floats
    rows: Ints | None = None
    whole: Ints | None = None
    """The same as whole numbers, where some are too large for floats; 0 where one is none or does not fit."""

    def spread(self, rows: int) -> Floats:
        """One number a row, NaN where there is none."""
        if self.rows is None:
            return self.values
        whole = np.full(rows, np.nan)
        whole[self.rows] = self.values
        return whole


@dataclass(frozen=True)
class Block:
    """`rows` rows; cells that hold no number are in none of the columns."""

    rows: int
    columns: Mapping[str, Column] = field(default_factory=dict)
    texts: Mapping[str, Ints] = field(default_factory=dict)
    """In which rows a word stands where there may be a step."""

    def kept(self, stays: Bools) -> "Block":
        """The rows for which `stays` holds."""
        places = np.cumsum(stays) - 1
        columns = {}
        for name, column in self.columns.items():
            here = stays if column.rows is None else stays[column.rows]
            rows = None if column.rows is None else places[column.rows[here]]
            columns[name] = Column(column.values[here], rows, None if column.whole is None else column.whole[here])
        return Block(int(stays.sum()), columns)


class Cells:
    """Gathers a block cell by cell."""

    def __init__(self) -> None:
        self.rows = 0
        self._cells: dict[str, tuple[list[int], list[float]]] = {}
        self._texts: dict[str, list[int]] = {}

    def add(self, name: str, value: float) -> None:
        """A number in the row that is being gathered; the last one under a name counts."""
        cells = self._cells.get(name)
        if cells is None:
            cells = self._cells[name] = ([], [])
        rows, values = cells
        if rows and rows[-1] == self.rows:
            values[-1] = value
        else:
            rows.append(self.rows)
            values.append(value)

    def text(self, name: str) -> None:
        """A word, where there may be a step, in the row that is being gathered."""
        self._texts.setdefault(name, []).append(self.rows)

    def block(self) -> Block:
        """What was gathered."""
        columns = {name: self._column(*cells) for name, cells in self._cells.items()}
        return Block(self.rows, columns, {name: np.array(rows, np.int64) for name, rows in self._texts.items()})

    def _column(self, rows: list[int], values: list[float]) -> Column:
        return gathered(values, None if len(rows) == self.rows else rows)


def gathered(values: Sequence[float], rows: Sequence[int] | None) -> Column:
    """A column of numbers as they were parsed, floats and large whole ones."""
    numbers = np.array(values, float)
    large = len(numbers) and not (numbers.max() < EXACT and numbers.min() > -EXACT)
    whole = None
    if large and any(isinstance(value, int) for value in values):
        whole = np.array([_whole(value) for value in values], np.int64)
    return Column(numbers, None if rows is None else np.array(rows, np.int64), whole)


def _whole(value: float) -> int:
    """A number as it fits into 64 bits, or 0."""
    if not isinstance(value, int) and not (abs(value) < EXACT and value == int(value)):
        return 0
    return int(value) if -(2**63) <= value < 2**63 else 0


def joined(blocks: Sequence[Block]) -> Block:
    """The rows of several blocks, one after the other."""
    if len(blocks) == 1:
        return blocks[0]
    starts = np.cumsum([0, *(block.rows for block in blocks)])
    total = int(starts[-1])
    columns = {}
    for name in dict.fromkeys(name for block in blocks for name in block.columns):
        every = [block.columns.get(name) for block in blocks]
        if all(column is not None and column.rows is None for column in every):
            all_here = [column for column in every if column is not None]
            columns[name] = Column(np.concatenate([column.values for column in all_here]), None, _wholes(all_here))
            continue
        rows, values = [], []
        for start, block in zip(starts[:-1], blocks, strict=True):
            column = block.columns.get(name)
            if column is not None:
                here = np.arange(block.rows, dtype=np.int64) if column.rows is None else column.rows
                rows.append(here + start)
                values.append(column.values)
        numbers = np.concatenate(values)
        whole = _wholes([column for column in every if column is not None])
        columns[name] = Column(numbers, None if len(numbers) == total else np.concatenate(rows), whole)
    texts = {}
    for name in dict.fromkeys(name for block in blocks for name in block.texts):
        parts = [
            block.texts[name] + start for start, block in zip(starts[:-1], blocks, strict=True) if name in block.texts
        ]
        texts[name] = np.concatenate(parts)
    return Block(total, columns, texts)


def _wholes(columns: Sequence[Column]) -> Ints | None:
    """The whole numbers of several columns, if one of them has such."""
    if all(column.whole is None for column in columns):
        return None
    return np.concatenate([wholes(column) for column in columns])


def wholes(column: Column) -> Ints:
    """A column's numbers as whole ones; 0 where one is none or does not fit."""
    if column.whole is not None:
        return column.whole
    with np.errstate(invalid="ignore"):
        fits = (np.abs(column.values) < 2.0**63) & (np.floor(column.values) == column.values)
    return np.where(fits, column.values, 0.0).astype(np.int64)
