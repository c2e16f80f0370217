"""Spikes of a series: points far above the rolling median, measured by the spread of the points before them.

A point is a spike where it stands above the median of the WINDOW points before its block by TIMES robust standard
deviations (1.4826 median absolute deviations), by HALF of that median, and by twice the greatest excursion among the
LONG points before; where all are positive, by TIMES_LOG deviations of the logarithm too. So noise, heavy tails,
decays and schedules by steps are no spikes. Only new points are looked at, all at once.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BLOCK, WINDOW, LONG, LEAST = 16, 64, 256, 24
"""Points that share a median; points of the median; points of the greatest excursion; points before any verdict."""
TIMES, TIMES_LOG, HALF, EXCURSION = 10.0, 8.0, 0.5, 2.0
KEPT = 5
"""Spikes of a series that are told, the greatest."""


@dataclass(frozen=True)
class Spike:
    """The highest point of a run of spiking points."""

    step: int
    time: float
    value: float
    median: float
    height: float
    """Robust standard deviations above the median."""


class Spikes:
    """Looks for spikes in points as they come."""

    def __init__(self) -> None:
        self.found: list[Spike] = []
        """The greatest, in order of their steps."""
        self.count = 0
        """How many there were in all."""
        self._before: Floats = np.empty(0)
        self._last = -(10**9)
        self._seen = 0

    def see(self, steps: Ints, times: NDArray[Any], values: NDArray[Any]) -> None:
        """Take in new points, finite ones."""
        piece = 1 << 16
        for start in range(0, len(values), piece):
            end = start + piece
            self._see(steps[start:end], times[start:end], values[start:end])

    def _see(self, steps: Ints, times: Floats, values: Floats) -> None:
        together = np.concatenate([self._before, values])
        first = len(self._before)
        median, limit, spread = _limits(together, first)
        for index in np.flatnonzero(values > limit):
            height = (values[index] - median[index]) / spread[index]
            spike = Spike(
                int(steps[index]), float(times[index]), float(values[index]), float(median[index]), float(height)
            )
            self._take(spike, self._seen + int(index))
        self._seen += len(values)
        self._before = together[-LONG:].copy()

    def _take(self, spike: Spike, place: int) -> None:
        """Count it, unless it belongs to the one before."""
        joined = place - self._last <= WINDOW
        self._last = place
        if joined:
            if self.found and spike.value > self.found[-1].value:
                self.found[-1] = replace(spike, median=self.found[-1].median)
            return
        self.count += 1
        self.found.append(spike)
        if len(self.found) > KEPT:  # the newest stays, so that its neighbours find it
            self.found.remove(min(self.found[:-1], key=lambda one: one.height))


def _limits(values: Floats, first: int) -> tuple[Floats, Floats, Floats]:
    """For values[first:] the median before, the limit above which a value is a spike, and the spread before."""
    n = len(values) - first
    medians, limits, spreads = np.zeros(n), np.full(n, np.inf), np.ones(n)
    starts = np.arange(first, len(values), BLOCK)
    for begin, medians_of in _windows(values, starts):
        for start, (median, limit, spread) in zip(begin.tolist(), medians_of, strict=True):
            part = slice(start - first, start - first + BLOCK)
            medians[part], limits[part], spreads[part] = median, limit, spread
    return medians, limits, spreads


def _windows(values: Floats, starts: Ints) -> "list[tuple[Ints, list[tuple[float, float, float]]]]":
    """The verdicts of blocks that may hold a spike; the first few have less than a whole window before them."""
    whole = _exceeding(values, starts[starts >= LONG])
    found = []
    for piece in np.array_split(whole, len(whole) // 4096 + 1):
        if len(piece):
            windows = np.lib.stride_tricks.sliding_window_view(values, LONG)[piece - LONG]
            found.append((piece, _verdicts(windows)))
    early = [start for start in starts[starts < LONG].tolist() if start >= LEAST]
    for start in early:
        found.append((np.array([start]), _verdicts(values[None, :start])))
    return found


def _exceeding(values: Floats, starts: Ints) -> Ints:
    """Those blocks that hold more than the LONG points before them: no other can hold a spike."""
    if not len(starts):
        return starts
    offset = int(starts[0]) % BLOCK
    greatest = np.maximum.reduceat(values, np.arange(offset, len(values), BLOCK))
    blocks = (starts - offset) // BLOCK
    span = LONG // BLOCK
    before = np.lib.stride_tricks.sliding_window_view(greatest, span).max(1)
    return np.asarray(starts[greatest[blocks] > before[blocks - span]], np.int64)


def _verdicts(windows: Floats) -> list[tuple[float, float, float]]:
    """Median, limit and spread by the points before, one row a block."""
    near = windows[:, -WINDOW:]
    median = np.median(near, 1)
    spread = 1.4826 * np.median(np.abs(near - median[:, None]), 1)
    size = np.abs(median)
    greatest = windows.max(1)
    limit = np.maximum(median + np.maximum(TIMES * spread, HALF * size), median + EXCURSION * (greatest - median))
    positive = windows.min(1) > 0
    if positive.any():
        logs = np.log(near[positive])
        middle = np.median(logs, 1)
        wide = 1.4826 * np.median(np.abs(logs - middle[:, None]), 1)
        with np.errstate(over="ignore"):
            limit[positive] = np.maximum(limit[positive], np.exp(middle + TIMES_LOG * wide))
    limit[(spread == 0) & (size == 0)] = np.inf  # mostly zero: a value now and then is its nature
    least = np.maximum(spread, 1e-3 * size)
    return list(zip(median.tolist(), limit.tolist(), np.where(least > 0, least, 1.0).tolist(), strict=True))
