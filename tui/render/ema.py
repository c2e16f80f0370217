"""The exponential mean of a growing array as TensorBoard draws it, freed of its bias towards zero.

Only the state behind every block of points is kept; what lies between is computed where it is asked for.
Source: TensorBoard's `line_chart_v2/data_transformer.ts`.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BLOCK = 64
"""Points between two states that are kept."""
_CHUNK = 1 << 20
_ASKED = 1 << 15
"""So many points are computed at once."""


class Ema:
    """The exponential mean of the finite ones among growing values: v[n] = w·v[n-1] + (1-w)·x[n], over 1 - wⁿ."""

    def __init__(self, weight: float) -> None:
        self.weight = weight
        self._finite: Floats = np.empty(0)
        """The finite values, of which none is copied while all are."""
        self._own = False
        self._bad: Ints = np.empty(0, np.int64)
        self._size = self._count = self._same = 0
        self._states: Floats = np.empty(0)
        self._blocks = 0
        self._fade = weight ** np.arange(BLOCK + 1.0)
        after = np.arange(BLOCK + 1)[:, None] - 1 - np.arange(BLOCK)
        self._reach = np.where(after >= 0, (1 - weight) * weight ** np.maximum(after, 0.0), 0.0)
        """What each point of a block counts after so many of them."""

    @property
    def nbytes(self) -> int:
        """Bytes that are kept, the array that was given aside."""
        return int(self._states.nbytes + self._bad.nbytes + (self._finite.nbytes if self._own else 0))

    def extend(self, fresh: Floats, whole: Floats) -> None:
        """Take in `fresh`, which follow in `whole` on what was seen."""
        good = np.isfinite(fresh)
        if good.all() and not self._own:
            self._finite = whole[: self._size + len(fresh)]
            self._count += len(fresh)
        else:
            kept = fresh[good]
            if not self._own:
                self._finite, self._own = np.array(whole[: self._count]), True
            self._finite = _grown(self._finite, self._count, kept)
            self._count += len(kept)
            self._bad = np.concatenate([self._bad, np.flatnonzero(~good) + self._size])
        self._size += len(fresh)
        if self._same >= self._count - int(good.sum()):
            news = self._finite[self._same : self._count]
            other = news != self._finite[0] if len(news) else np.empty(0, np.bool_)
            self._same += int(other.argmax()) if other.any() else len(news)
        blocks = self._count // BLOCK
        if blocks > self._blocks:
            ends = self._finite[self._blocks * BLOCK : blocks * BLOCK].reshape(-1, BLOCK) @ self._reach[BLOCK]
            first = self._states[self._blocks - 1] if self._blocks else 0.0
            self._states = _grown(self._states, self._blocks, _scan(ends, self.weight**BLOCK, float(first)))
            self._blocks = blocks

    def at(self, index: Ints) -> Floats:
        """At the points number `index`, or at the last finite one before; NaN before the first."""
        made = np.empty(len(index))
        for start in range(0, len(index), _ASKED):
            made[start : start + _ASKED] = self._at(index[start : start + _ASKED])
        return made

    def _at(self, index: Ints) -> Floats:
        rank = index + 1 - np.searchsorted(self._bad, index, "right")
        block = np.minimum(rank // BLOCK, self._blocks)
        rest = rank - block * BLOCK
        if not self._count:
            return np.full(len(index), np.nan)
        before = self._states[np.maximum(block - 1, 0)] if self._blocks else np.zeros(len(index))
        places = np.minimum(block[:, None] * BLOCK + np.arange(BLOCK), self._count - 1)
        value = np.where(block > 0, before, 0.0) * self._fade[rest]
        value += np.einsum("ij,ij->i", self._finite[places], self._reach[rest])
        return self._debiased(value, rank)

    def all(self) -> Floats:
        """One value a point, finite or not."""
        reach, powers, made = self._reach[1:].T.copy(), self._fade[1:], np.empty(self._count)
        for start in range(0, self._blocks, _CHUNK // BLOCK):
            stop = min(start + _CHUNK // BLOCK, self._blocks)
            before = np.insert(self._states[start : stop - 1], 0, self._states[start - 1] if start else 0.0)
            part = self._finite[start * BLOCK : stop * BLOCK].reshape(-1, BLOCK) @ reach
            part += before[:, None] * powers
            made[start * BLOCK : stop * BLOCK] = part.ravel()
        done = self._blocks * BLOCK
        made[:done] = self._debiased(made[:done], np.arange(1, done + 1))
        if not len(self._bad):
            made[done:] = self._at(np.arange(done, self._count))
            return made
        ranks = np.arange(self._size) + 1 - np.searchsorted(self._bad, np.arange(self._size), "right")
        tail = np.flatnonzero(ranks > done)
        spread = np.where(ranks > 0, made[np.maximum(ranks - 1, 0)] if self._count else np.nan, np.nan)
        spread[tail] = self._at(tail)
        return spread

    def _debiased(self, value: Floats, rank: Ints) -> Floats:
        """Over 1 - wⁿ where that is not 1; equal values from the start on are their own mean, without rounding."""
        made = np.array(value)
        young = rank < 40 / -np.log(self.weight) if self.weight > 0 else np.zeros(len(rank), np.bool_)
        if young.any():
            with np.errstate(invalid="ignore", divide="ignore"):
                made[young] /= 1 - self.weight ** rank[young].astype(np.float64)
        made[rank <= self._same] = self._finite[0] if self._count else np.nan
        made[rank == 0] = np.nan
        return made


def _scan(values: Floats, weight: float, first: float) -> Floats:
    """v[n] = weight·v[n-1] + values[n] with v[-1] = first, by blocks of blocks."""
    n = len(values)
    if n <= BLOCK:
        k = np.arange(n)
        reach = np.where(k[:, None] <= k, weight ** np.maximum(k - k[:, None], 0.0), 0.0)
        return np.asarray(values @ reach + first * weight ** (k + 1.0))
    whole = n // BLOCK * BLOCK
    k = np.arange(BLOCK)
    reach = np.where(k[:, None] <= k, weight ** np.maximum(k - k[:, None], 0.0), 0.0)
    part = values[:whole].reshape(-1, BLOCK) @ reach
    ends = _scan(part[:, -1], weight**BLOCK, first)
    part += np.insert(ends[:-1], 0, first)[:, None] * weight ** (k + 1.0)
    made = part.ravel()
    return made if whole == n else np.concatenate([made, _scan(values[whole:], weight, float(made[-1]))])


def _grown(held: Floats, size: int, more: Floats) -> Floats:
    """An array that begins with `held[:size]` and `more`, in place where there is room."""
    if size + len(more) > len(held):
        room = np.empty(size + len(more) + (size + len(more)) // 8 + 16)
        room[:size] = held[:size]
        held = room
    held[size : size + len(more)] = more
    return held
