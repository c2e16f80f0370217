"""Some rows of a table, column by column: what the parsers of CSV and JSON lines hand on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Column:
    """The numbers of a column; `rows` says in which rows they stand, and is None where every row has one."""

    values: Floats
    rows: Ints | None = None

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


class Cells:
    """Gathers a block cell by cell."""

    def __init__(self) -> None:
        self.rows = 0
        self._cells: dict[str, tuple[list[int], list[float]]] = {}

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

    def block(self) -> Block:
        """What was gathered."""
        return Block(self.rows, {name: self._column(*cells) for name, cells in self._cells.items()})

    def _column(self, rows: list[int], values: list[float]) -> Column:
        numbers = np.array(values, float)
        return Column(numbers, None if len(rows) == self.rows else np.array(rows, np.int64))


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
            columns[name] = Column(np.concatenate([column.values for column in every if column is not None]))
            continue
        rows, values = [], []
        for start, block in zip(starts[:-1], blocks, strict=True):
            column = block.columns.get(name)
            if column is not None:
                here = np.arange(block.rows, dtype=np.int64) if column.rows is None else column.rows
                rows.append(here + start)
                values.append(column.values)
        numbers = np.concatenate(values)
        columns[name] = Column(numbers, None if len(numbers) == total else np.concatenate(rows))
    return Block(total, columns)
