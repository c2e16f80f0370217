"""Two runs against each other: how far apart their curves are, and which one reaches a value sooner."""

import math
import weakref
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..run import Run
from ..series import Points, Series
from .sampling import MOST, Sampled, began, sampled
from .tags import Better, better

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Reach:
    """Where a series first is as good as a value: the step, and the seconds since its run began (NaN if unknown)."""

    step: int
    seconds: float


def time_to(series: Series, value: float, direction: Better = "low", start: float | None = None) -> Reach | None:
    """Where `series` is first at most (`low`) or at least (`high`) `value`; None if it never is.

    `start` is when the run began, in seconds since the epoch; the first point's time if None.
    """
    points = series.points()
    index = _first(series, points, value, direction)
    if index < 0:
        return None
    start = float(points.times[0]) if start is None else start
    return Reach(int(points.steps[index]), float(points.times[index]) - start)


BLOCK = 1 << 12


def _first(series: Series, points: Points, value: float, direction: Better) -> int:
    """The number of the first point that is good enough, or -1; block summaries are asked first."""
    starts = np.arange(0, len(points), BLOCK)
    ends = np.minimum(starts + BLOCK, len(points))
    summary = series.ranges(starts, ends)
    with np.errstate(invalid="ignore"):
        good = summary.high >= value if direction == "high" else summary.low <= value
    for block in np.flatnonzero(good):
        part = points.values[starts[block] : ends[block]]
        here = np.flatnonzero(np.isfinite(part) & ((part >= value) if direction == "high" else (part <= value)))
        if len(here):
            return int(starts[block] + here[0])
    return -1


@dataclass(frozen=True)
class Measures:
    """How two curves of one tag compare over the steps that both have; times are seconds since each run began."""

    tag: str
    better: Better
    first: float
    last: float
    """The range of x that both have."""
    at_end: tuple[float, float]
    """Values of a and b at its end."""
    mean: float
    """Mean of a - b over the range."""
    signed: float
    """Integral of a - b over x, by the trapezoid rule."""
    area: float
    """Area between the curves: the integral of |a - b|, crossings counted exactly."""
    target: float
    """The value whose reaching is compared: what the worse of the two attains at best, unless it was given."""
    reach: tuple[Reach | None, Reach | None]
    """Where a and b first reach it."""

    @property
    def speedup(self) -> float:
        """How many times fewer steps b needs than a to reach the target; NaN where one never does."""
        a, b = self.reach
        return a.step / b.step if a is not None and b is not None and a.step > 0 and b.step > 0 else math.nan

    @property
    def speedup_time(self) -> float:
        """The same in time."""
        a, b = self.reach
        known = a is not None and b is not None and a.seconds > 0 and b.seconds > 0
        return a.seconds / b.seconds if known and a is not None and b is not None else math.nan


def measures(run_a: Run, run_b: Run, tag: str, target: float | None = None, x: str = "step") -> Measures | None:
    """How the curves of `tag` compare; None where one run lacks it or they have no x in common."""
    pair = _pair(run_a, run_b, tag, x)
    if pair is None:
        return None
    a, b = pair
    grid = _common(a, b)
    if not len(grid):
        return None
    va, vb = _values(a, grid), _values(b, grid)
    gap = va - vb
    signed = float(np.trapezoid(gap, grid)) if len(grid) > 1 else 0.0
    width = float(grid[-1] - grid[0])
    series_a, series_b = run_a.series[tag], run_b.series[tag]
    direction = better(tag)
    if target is None:
        target = _shared(series_a, series_b, direction)
    reach = (
        time_to(series_a, target, direction, began(run_a)),
        time_to(series_b, target, direction, began(run_b)),
    )
    mean = signed / width if width > 0 else float(gap[0])
    area = between(grid, gap)
    ends = (float(va[-1]), float(vb[-1]))
    return Measures(tag, direction, float(grid[0]), float(grid[-1]), ends, mean, signed, area, target, reach)


def _shared(a: Series, b: Series, direction: Better) -> float:
    """The best value that both attain: the worse of their bests."""
    bests = []
    for series in (a, b):
        summary = series.ranges(np.array([0]), np.array([len(series)]))
        bests.append(float(summary.high[0] if direction == "high" else summary.low[0]))
    return min(bests) if direction == "high" else max(bests)


def between(x: Floats, gap: Floats) -> float:
    """The integral of |gap| over x, `gap` being linear between the points: where it crosses zero both sides count."""
    if len(x) < 2:
        return 0.0
    width, left, right = np.diff(x), gap[:-1], gap[1:]
    crosses = left * right < 0
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        plain = (np.abs(left) + np.abs(right)) / 2
        crossed = (left**2 + right**2) / (2 * (np.abs(left) + np.abs(right)))
    return float((np.where(crosses, crossed, plain) * width).sum())


def difference(run_a: Run, run_b: Run, tag: str, x: str = "step") -> Series | None:
    """a - b of one tag at the x of either, as far as both reach; None where there is nothing in common.

    Its steps are x where x is step; else its times are x, and its steps number the points. What has not changed is the
    same series as before.
    """
    one, other = run_a.series.get(tag), run_b.series.get(tag)
    if one is None or other is None:
        return None
    by = tuple(len(run.series[x]) if x in run.series else -1 for run in (run_a, run_b))
    key = (id(one), one.version, id(other), other.version, x, by, began(run_a), began(run_b))
    known = _cache.get(key)
    if known is None or known[0]() is not one or known[1]() is not other:
        known = _cache[key] = (weakref.ref(one), weakref.ref(other), _difference(run_a, run_b, tag, x))
        while len(_cache) > CACHED:
            _cache.popitem(last=False)
    return known[2]


CACHED = 64
_cache: "OrderedDict[object, tuple[weakref.ref[Series], weakref.ref[Series], Series | None]]" = OrderedDict()


def _difference(run_a: Run, run_b: Run, tag: str, x: str) -> Series | None:
    pair = _pair(run_a, run_b, tag, x)
    if pair is None:
        return None
    grid = _common(*pair)
    if not len(grid):
        return None
    a, b = pair
    made = Series(tag)
    steps = np.rint(grid).astype(np.int64) if x == "step" else np.arange(len(grid))
    made.extend_arrays(steps, a.times_at(grid) if x == "step" else grid, a.at(grid) - b.at(grid))
    return made


def _pair(run_a: Run, run_b: Run, tag: str, x: str) -> tuple[Sampled, Sampled] | None:
    one, other = run_a.series.get(tag), run_b.series.get(tag)
    if one is None or other is None:
        return None
    block = 1 << max(0, (-(-max(len(one), len(other)) // MOST) - 1).bit_length())
    a, b = sampled(run_a, one, x, block), sampled(run_b, other, x, block)
    return None if a is None or b is None else (a, b)


def _common(a: Sampled, b: Sampled) -> Floats:
    """The x of either in the range that both have, its ends included."""
    low, high = max(a.x[0], b.x[0]), min(a.x[-1], b.x[-1])
    if low > high:
        return np.empty(0)
    grid: Floats = np.union1d(a.x, b.x)
    return np.asarray(grid[(grid >= low) & (grid <= high)], np.float64)


def _values(one: Sampled, grid: Floats) -> Floats:
    """Its values, bridged where it logged what is no number."""
    return np.asarray(np.interp(grid, one.x, one.values), np.float64)
