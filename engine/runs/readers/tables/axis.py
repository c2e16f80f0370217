"""Which column of a table is the step, and the step of each row.

The best-named column wins that stands in at least half of the rows, holds whole numbers, and counts: where most rows
repeat the number of the row before, or go back, it is something else. Without one the rows are counted.
"""

from collections.abc import Container, Iterable

import numpy as np

from .block import Block, Bools, Column, Floats, Ints, wholes
from .unsteady import Steps, readable
from .words import AMOUNTS, EPOCH, INNER, LEAVES, RANK, REPEATS, STEPS, plain

FIRST = "col0"
LAST = {name: len(RANK) + k for k, name in enumerate((*(f"/{leaf}" for leaf in LEAVES), *AMOUNTS, FIRST))}
"""Names that are the step only if they rise all the time: nested ones, amounts, a nameless table's first column."""
ENOUGH = 8
"""Rows before a column is judged by how it counts."""


def choose(block: Block, refused: Container[str], asked: str = "") -> str | None:
    """The column of `block` that is the step, not one of `refused`; `asked` by name before all others."""
    ranked = []
    for name, column in block.columns.items():
        rank = -1 if asked and plain(name) == plain(asked) else RANK.get(plain(name), LAST.get(_last(name)))
        if rank is not None and name not in refused and 2 * len(column.values) >= block.rows:
            ranked.append((rank, name))
    clean = {name: found for _, name in ranked if (found := readable(block, name)) is not None}
    able = [(rank, name) for rank, name in sorted(ranked) if name in clean and counts(clean[name], name)]
    # A column that falls, as episodes of several seeds do, gives way to one that never does; so does any in a few rows.
    sure = [n for rank, n in able if rank < len(STEPS[0]) and (block.rows >= ENOUGH or plain(n) != "steps")]
    steady = [name for _, name in able if not falls(clean[name], name)]
    return next((name for _, name in able if name in sure or name in steady or not steady), None)


def counts(block: Block, key: str) -> bool:
    """Whether a column of whole numbers can be the step: they rise from row to row, or at least mostly do."""
    longest = max(
        (c for name, c in block.columns.items() if name != key), key=lambda c: len(c.values), default=block.columns[key]
    )
    steps = filled(block, key, 0)
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
    return outer(key, block.columns) is None and bool((np.diff(wholes(block.columns[key])) < 0).any())


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


def steplike(name: str) -> bool:
    """Whether a column of that name may be the step."""
    return plain(name) in RANK or _last(name) in LAST


def filled(block: Block, key: str, before: int) -> Ints:
    """The whole number of each row; one without a number gets that of the row before, the first ones `before`."""
    column = block.columns[key]
    numbers = wholes(column)
    if column.rows is None:
        return numbers
    index = np.full(block.rows, -1)
    index[column.rows] = np.arange(len(numbers))
    np.maximum.accumulate(index, out=index)
    return np.where(index < 0, before, numbers[np.maximum(index, 0)]) if len(numbers) else np.full(block.rows, before)


class Axis:
    """The steps of one table, block after block, from its column `key`, or the rows' numbers."""

    def __init__(self, key: str | None = None, columns: Iterable[str] = ()) -> None:
        self.key = key
        self.epoch = outer(key, columns) if key is not None else None
        self._rows = 0
        self._last = 0
        self._judged = Steps(key) if key is not None else None
        self._raw = (-np.inf, -np.inf)
        self._base = 0.0
        self._lap = (np.inf, 1.0)
        self._starts: dict[float, float] = {}

    def bad(self, block: Block) -> Bools | None:
        """Which rows of the next block have a step that is none, if any; to be asked before `steps`."""
        if self._judged is None or self.key not in block.columns:
            return None
        return self._judged.bad(block)

    @property
    def counts(self) -> bool:
        """Whether the column has turned out to count steps."""
        return self._judged is None or self._judged.few

    def steps(self, block: Block) -> Ints:
        """The step of each row of the next block, whose steps are whole."""
        if self.key is None:
            first = self._rows
            self._rows += block.rows
            return np.arange(first, self._rows, dtype=np.int64)
        if self.key not in block.columns:
            return np.full(block.rows, self._last, np.int64)
        if self.epoch is not None and self.epoch in block.columns:
            found = self._counted_on(
                block.columns[self.key].spread(block.rows), block.columns[self.epoch].spread(block.rows)
            )
            here = np.flatnonzero(~np.isnan(found))
            block = Block(block.rows, {self.key: Column(found[here], here)})
        steps = filled(block, self.key, self._last)
        self._last = int(steps[-1]) if len(steps) else self._last
        return steps

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
