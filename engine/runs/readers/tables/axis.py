"""Which column of a table is the step, and the step of each row.

The best-named column wins that stands in at least half of the rows, holds whole numbers, and counts: where most rows
repeat the number of the row before, or go back, it is something else. Without one the rows are counted.
"""

from collections.abc import Container, Iterable

import numpy as np

from .block import Block, Floats, Ints
from .words import AMOUNTS, EPOCH, INNER, LEAVES, RANK, REPEATS, STEPS, plain

FIRST = "col0"
LAST = {name: len(RANK) + k for k, name in enumerate((*(f"/{leaf}" for leaf in LEAVES), *AMOUNTS, FIRST))}
"""Names that are the step only if they rise all the time: nested ones, amounts, a nameless table's first column."""
ENOUGH = 8
"""Rows before a column is judged by how it counts."""
HUGE = 2.0**62


def choose(block: Block, refused: Container[str], asked: str = "") -> str | None:
    """The column of `block` that is the step, not one of `refused`; `asked` by name before all others."""
    ranked = []
    for name, column in block.columns.items():
        rank = -1 if asked and plain(name) == plain(asked) else RANK.get(plain(name), LAST.get(_last(name)))
        if rank is not None and name not in refused and 2 * len(column.values) >= block.rows:
            ranked.append((rank, name))
    able = [(rank, name) for rank, name in sorted(ranked) if counts(block, name)]
    # A column that falls, as episodes of several seeds do, gives way to one that never does; so does any in a few rows.
    sure = [n for rank, n in able if rank < len(STEPS[0]) and (block.rows >= ENOUGH or plain(n) != "steps")]
    steady = [name for _, name in able if not falls(block, name)]
    return next((name for _, name in able if name in sure or name in steady or not steady), None)


def counts(block: Block, key: str) -> bool:
    """Whether a column can be the step: whole numbers, which rise from row to row or at least mostly do."""
    values = block.columns[key].values
    if not whole(values):
        return False
    longest = max(
        (c for name, c in block.columns.items() if name != key), key=lambda c: len(c.values), default=block.columns[key]
    )
    steps = filled(block.columns[key].spread(block.rows), 0.0)
    if longest.rows is not None:
        steps = steps[longest.rows]
    moves = np.diff(steps)
    if plain(key) not in RANK and _last(key) in LAST:
        return bool((moves > 0).all())
    if len(steps) < ENOUGH:
        return len(moves) < 2 or bool(moves.any())
    if outer(key, block.columns) is not None:
        moves = moves[moves >= 0]  # they start again with each epoch
    pairs = RANK.get(plain(key), len(RANK)) < len(STEPS[0])  # a step may well be logged twice
    return bool(2 * (moves == 0).sum() < len(moves) + 2 * pairs and 4 * (moves < 0).sum() < len(moves))


def falls(block: Block, key: str) -> bool:
    """Whether a column goes back somewhere, other than to start again with an epoch."""
    return outer(key, block.columns) is None and bool((np.diff(block.columns[key].values) < 0).any())


def outer(key: str, names: Iterable[str]) -> str | None:
    """The column whose rise lets the count `key` start again: the epoch of its batches, or the fold of its epochs."""
    name = plain(key)
    above = EPOCH if name in INNER else () if RANK.get(name, 0) < len(STEPS[0]) else REPEATS
    return next((one for one in names if plain(one) in above and one != key), None)


def _last(name: str) -> str:
    """A name as `LAST` has it: one below another by its last part."""
    name = plain(name)
    leaf = name.rpartition("/")[2]
    return f"/{leaf}" if leaf in LEAVES and leaf != name else name


def whole(values: Floats) -> bool:
    """Whether all are whole numbers that fit into a step."""
    with np.errstate(invalid="ignore"):
        return bool((np.isfinite(values) & (np.floor(values) == values) & (np.abs(values) < HUGE)).all())


def filled(values: Floats, before: float) -> Floats:
    """Rows without a number get that of the row before; the first ones `before`."""
    missing = np.isnan(values)
    if not missing.any():
        return values
    index = np.where(missing, -1, np.arange(len(values)))
    np.maximum.accumulate(index, out=index)
    return np.where(index < 0, before, values[np.maximum(index, 0)])


class Axis:
    """The steps of one table, block after block, from its column `key`, or the rows' numbers."""

    def __init__(self, key: str | None = None, columns: Iterable[str] = ()) -> None:
        self.key = key
        self.epoch = outer(key, columns) if key is not None else None
        self._rows = 0
        self._last = 0.0
        self._raw = (-np.inf, -np.inf)
        self._base = 0.0
        self._lap = (np.inf, 1.0)
        self._starts: dict[float, float] = {}

    def steps(self, block: Block) -> Ints | None:
        """The step of each row of the next block; None if the column turns out not to count steps."""
        if self.key is None:
            first = self._rows
            self._rows += block.rows
            return np.arange(first, self._rows, dtype=np.int64)
        column = block.columns.get(self.key)
        if column is None:
            return np.full(block.rows, int(self._last), np.int64)
        if not whole(column.values):
            return None
        found = column.spread(block.rows)
        if self.epoch is not None and self.epoch in block.columns:
            found = self._counted_on(found, block.columns[self.epoch].spread(block.rows))
        steps = filled(found, self._last)
        self._last = float(steps[-1]) if len(steps) else self._last
        return steps.astype(np.int64)

    def _counted_on(self, inner: Floats, epochs: Floats) -> Floats:
        """Steps within epochs as steps of the whole training; what belongs to no epoch of its own keeps the place."""
        out = np.full(len(inner), np.nan)
        (last, epoch), (first, stride) = self._raw, self._lap
        for row in np.flatnonzero(~np.isnan(inner)):
            raw, now = inner[row], epochs[row] if epochs[row] == epochs[row] else epoch
            if raw < last and now not in self._starts:
                self._base += last + (stride if first == 0 else 0.0)  # counts from 0 end one stride short
                first = raw
            elif now < epoch:
                self._base = self._starts.get(now, 0.0)
            elif raw < last:
                continue
            self._starts.setdefault(now, self._base)
            out[row] = self._base + raw
            first, stride = min(first, raw), raw - last if raw > last > -np.inf else stride
            last, epoch = raw, now
        self._raw, self._lap = (float(last), float(epoch)), (float(first), float(stride))
        return out
