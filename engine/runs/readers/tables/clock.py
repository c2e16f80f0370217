"""When each row of a table was written, in seconds since the epoch, as far as one of its columns says so."""

import numpy as np

from .block import Block, Floats
from .instants import epoch_seconds
from .words import CLOCKS, ELAPSED, plain


def walls(block: Block) -> list[str]:
    """The columns that hold points in time, the better-named first."""
    found = []
    for name, column in block.columns.items():
        at = plain(name)
        if at in CLOCKS and at not in ELAPSED and len(column.values):
            first, last = float(column.values[0]), float(column.values[-1])
            if epoch_seconds(first) is not None and epoch_seconds(last) is not None:
                found.append((CLOCKS.index(at), name))
    return [name for _, name in sorted(found)]


def spans(block: Block) -> str | None:
    """The column that holds the seconds since the training began: it rises from row to row."""
    found = []
    for name, column in block.columns.items():
        at, values = plain(name), column.values
        if (at not in ELAPSED and at != "time") or len(values) < 3 or not np.isfinite(values).all():
            continue
        if (np.diff(values) >= 0).all() and values[0] >= 0 and values[-1] > 1.5 * values[0]:
            found.append((at not in ELAPSED, name))
    return min(found)[1] if found else None


class Clock:
    """The times of one table's rows."""

    def __init__(self, key: str | None = None, start: float | None = None) -> None:
        """`key` is the column that says when; if it holds seconds since a `start`, that is given, since the epoch."""
        self.key = key
        self._start = start
        self._last = np.nan

    def times(self, block: Block) -> Floats:
        """When each row was written; a row that does not say so is of the time of the row before, or NaN."""
        column = block.columns.get(self.key) if self.key is not None else None
        if column is None:
            return np.full(block.rows, self._last)
        values = column.spread(block.rows)
        if self._start is not None:
            values = values + self._start
        else:
            known = values[~np.isnan(values)]
            unit = next((u for u in (1.0, 1e3, 1e6, 1e9) if len(known) and abs(known[0]) / u <= 4.1e9), 1.0)
            values = values / unit
        index = np.where(np.isnan(values), -1, np.arange(len(values)))
        np.maximum.accumulate(index, out=index)
        values = np.where(index < 0, self._last, values[np.maximum(index, 0)])
        self._last = float(values[-1]) if len(values) else self._last
        return values
