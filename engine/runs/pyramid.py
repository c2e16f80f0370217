"""Minimum, maximum, sum and count of any range of a growing array, at a cost that hardly depends on its length.

Every level summarises `FAN` blocks of the level below, so a range is answered from at most 2·FAN pieces a level.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FAN = 16
LEAST = 8 * FAN
"""Numbers below which a range is summed up directly."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Summary:
    """One row a range: finite minimum, maximum and mean (NaN where there is none), and counts."""

    low: Floats
    high: Floats
    mean: Floats
    count: Ints
    nonfinite: Ints


class Pyramid:
    """Block summaries of an append-only array; grown with `extend`, asked with `ranges`."""

    __slots__ = ("_levels",)

    def __init__(self) -> None:
        self._levels: list[_Level] = []

    def extend(self, values: Floats) -> None:
        """Take in the blocks that the whole array `values` has completed since the last call."""
        length, k = len(values), 0
        if length < LEAST:
            return
        while blocks := length // FAN:
            if k == len(self._levels):
                self._levels.append(_Level())
            level = self._levels[k]
            if blocks == level.size:
                return
            new = slice(level.size * FAN, blocks * FAN)
            level.append(_blocks(values[new]) if k == 0 else self._levels[k - 1].view().cut(new).blocks())
            length, k = blocks, k + 1

    def ranges(self, values: Floats, starts: Ints, ends: Ints) -> Summary:
        """Summaries of `values[starts[i]:ends[i]]`; `values` is what `extend` saw last."""
        n = len(starts)
        # Every range has two rows, one for what lies before whole blocks and one for what lies behind them.
        low, high = np.full(2 * n, np.inf), np.full(2 * n, -np.inf)
        total, count = np.zeros(2 * n), np.zeros(2 * n)
        lo, hi = starts.astype(np.int64), np.maximum(ends, starts).astype(np.int64)
        size, below, k = hi - lo, None, 0
        while True:
            inner_lo, inner_hi = -(-lo // FAN), hi // FAN
            deeper = (inner_lo < inner_hi) & (k < len(self._levels))
            head_end, tail_start = np.where(deeper, inner_lo * FAN, hi), np.where(deeper, inner_hi * FAN, hi)
            rows, firsts, index = _spread(np.concatenate([lo, tail_start]), np.concatenate([head_end, hi]))
            if len(index):
                piece = below.take(index) if below is not None else _raw(values[index])
                low[rows] = np.minimum(low[rows], np.minimum.reduceat(piece.low, firsts))
                high[rows] = np.maximum(high[rows], np.maximum.reduceat(piece.high, firsts))
                with np.errstate(over="ignore"):
                    total[rows] += np.add.reduceat(piece.total, firsts)
                count[rows] += np.add.reduceat(piece.count, firsts)
            if not deeper.any():
                break
            lo, hi = np.where(deeper, inner_lo, 0), np.where(deeper, inner_hi, 0)
            below, k = self._levels[k].view(), k + 1
        both = 2, n
        return _summary(low.reshape(both), high.reshape(both), total.reshape(both), count.reshape(both), size)


def _summary(low: Floats, high: Floats, total: Floats, count: Floats, size: Ints) -> Summary:
    """Both rows of every range together."""
    lows, highs, counts = low.min(0), high.max(0), count.sum(0)
    empty = counts == 0
    lows[empty] = highs[empty] = np.nan
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        mean = np.clip(total.sum(0) / counts, lows, highs)
    whole = counts.astype(np.int64)
    return Summary(lows, highs, mean, whole, size - whole)


def _spread(starts: Ints, ends: Ints) -> tuple[Ints, Ints, Ints]:
    """The elements of ranges [start, end), flattened: which ranges have any, where each begins, and the indices."""
    lengths = np.maximum(ends - starts, 0)
    owners = np.flatnonzero(lengths)
    lengths = lengths[owners]
    firsts = np.cumsum(lengths) - lengths
    index = np.arange(int(lengths.sum())) + np.repeat(starts[owners] - firsts, lengths)
    return owners, firsts, index


@dataclass
class _Columns:
    low: Floats
    high: Floats
    total: Floats
    count: Floats

    def blocks(self) -> "_Columns":
        """Summaries of the blocks of FAN entries each."""
        return _Columns(_least(self.low), _greatest(self.high), _sum(self.total), _sum(self.count))

    def cut(self, part: slice) -> "_Columns":
        return _Columns(self.low[part], self.high[part], self.total[part], self.count[part])

    def take(self, index: Ints) -> "_Columns":
        return _Columns(self.low[index], self.high[index], self.total[index], self.count[index])


def _blocks(values: Floats) -> _Columns:
    """Summaries of the blocks of FAN numbers each."""
    if not np.isfinite(values).all():
        return _raw(values).blocks()
    return _Columns(_least(values), _greatest(values), _sum(values), np.full(len(values) // FAN, FAN, np.float64))


def _least(values: Floats) -> Floats:
    """The least of each block; column by column, which is several times faster than along rows so short."""
    rows = values.reshape(-1, FAN)
    least = np.minimum(rows[:, 0], rows[:, 1])
    for k in range(2, FAN):
        np.minimum(least, rows[:, k], out=least)
    return least


def _greatest(values: Floats) -> Floats:
    rows = values.reshape(-1, FAN)
    greatest = np.maximum(rows[:, 0], rows[:, 1])
    for k in range(2, FAN):
        np.maximum(greatest, rows[:, k], out=greatest)
    return greatest


def _sum(values: Floats) -> Floats:
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(values.reshape(-1, FAN) @ np.ones(FAN))


def _raw(values: Floats) -> _Columns:
    finite = np.isfinite(values)
    if finite.all():
        return _Columns(values, values, values, np.ones(len(values)))
    return _Columns(
        np.where(finite, values, np.inf),
        np.where(finite, values, -np.inf),
        np.where(finite, values, 0.0),
        finite.astype(np.float64),
    )


class _Level:
    """One level's blocks: a row for each of their columns, a place for each block, with room for more."""

    __slots__ = ("_table", "size")

    def __init__(self) -> None:
        self.size = 0
        self._table = np.empty((4, 0))

    def view(self) -> _Columns:
        return _Columns(*self._table[:, : self.size])

    def append(self, new: _Columns) -> None:
        n, more = self.size, len(new.low)
        if n + more > self._table.shape[1]:
            table = np.empty((4, max(2 * n, n + more)))
            table[:, :n] = self._table[:, :n]
            self._table = table
        part = self._table[:, n : n + more]
        part[0], part[1], part[2], part[3] = new.low, new.high, new.total, new.count
        self.size = n + more
