"""A series over any x, sorted and bounded in length, so that runs can be compared point by point."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from ..run import Run
from ..series import Points, Series

Floats = NDArray[np.float64]
MOST = 4096
"""Points of a series that are compared."""


@dataclass(frozen=True)
class Sampled:
    """Values over rising x; `times` are those of the points, `gaps` the x at which a value was no number."""

    x: Floats
    values: Floats
    times: Floats
    gaps: Floats
    left_out: int

    def at(self, grid: Floats) -> Floats:
        """The values at `grid`: interpolated, NaN outside the range and in gaps."""
        found = np.interp(grid, self.x, self.values, left=np.nan, right=np.nan)
        if len(self.gaps):
            found[np.isin(grid, self.gaps) & ~np.isin(grid, self.x)] = np.nan
        return found

    def times_at(self, grid: Floats) -> Floats:
        """The times at `grid`, held at the ends."""
        return np.interp(grid, self.x, self.times)


_began: "WeakKeyDictionary[Run, tuple[tuple[int, int], float]]" = WeakKeyDictionary()


def began(run: Run) -> float:
    """The time of a run's first point, in seconds since the epoch; 0 before there is one."""
    state = (run.rewrites, len(run.series))
    known = _began.get(run)
    if known is not None and known[0] == state:
        return known[1]
    firsts = [float(points.times[0]) for one in tuple(run.series.values()) if len(points := one.points())]
    first = min((time for time in firsts if np.isfinite(time)), default=0.0)
    if first:
        _began[run] = (state, first)
    return first


_cache: "WeakKeyDictionary[Series, dict[tuple[object, ...], tuple[tuple[int, int], Sampled | None]]]" = (
    WeakKeyDictionary()
)
KEPT = 4
"""Samplings of one series that are remembered."""


def sampled(run: Run, series: Series, x: str = "step", block: int = 1) -> Sampled | None:
    """The series of a run over `x` (step, time, clock or a tag), means of `block` points; None without a number.

    Of several points at one x the one logged last counts.
    """
    other = run.series.get(x) if x not in ("step", "time", "clock") else None
    version = (series.version, other.version if other is not None else -1)
    held = _cache.setdefault(series, {})
    key = (x, block, began(run) if x == "time" else None, id(other))
    known = held.get(key)
    if known is not None and known[0] == version:
        return known[1]
    made = _sampled(run, series, other, x, block)
    held.pop(key, None)
    held[key] = (version, made)
    while len(held) > KEPT:
        held.pop(next(iter(held)))
    return made


def _sampled(run: Run, series: Series, other: Series | None, x: str, block: int) -> Sampled | None:
    points = series.points()
    if x not in ("step", "time", "clock") and other is None:
        return None
    if block > 1:
        points, left_out = _blocks(series, points, block)
    else:
        left_out = int((~np.isfinite(points.values)).sum())
    at = _x(run, points, other, x)
    known = np.isfinite(at)
    at, values, times = at[known], points.values[known], points.times[known]
    if len(at) > 1 and not bool((at[1:] > at[:-1]).all()):
        order = np.argsort(at, kind="stable")
        at, values, times = at[order], values[order], times[order]
        last = np.append(at[1:] > at[:-1], True)
        at, values, times = at[last], values[last], times[last]
    finite = np.isfinite(values)
    if not finite.any():
        return None
    gaps = at[~finite]
    return Sampled(at[finite], values[finite], times[finite], gaps, left_out)


def _blocks(series: Series, points: Points, block: int) -> tuple[Points, int]:
    """Means of blocks of points, at their middles."""
    n = len(points)
    starts = np.arange(0, n, block)
    ends = np.minimum(starts + block, n)
    summary = series.ranges(starts, ends)
    middle = (starts + ends - 1) // 2
    return Points(points.steps[middle], points.times[middle], summary.mean), int(summary.nonfinite.sum())


def _x(run: Run, points: Points, other: Series | None, x: str) -> Floats:
    if x == "step":
        return points.steps.astype(np.float64)
    if x == "clock":
        return points.times
    if x == "time":
        return points.times - began(run)
    assert other is not None
    theirs = other.points()
    if not len(theirs):
        return np.full(len(points), np.nan)
    order = np.argsort(theirs.steps, kind="stable")
    steps = theirs.steps[order].astype(np.float64)
    return np.interp(points.steps.astype(np.float64), steps, theirs.values[order], left=np.nan, right=np.nan)
