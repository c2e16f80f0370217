"""Whether a run stands still or has become slow, by the times of its points."""

import math
from dataclasses import dataclass

import numpy as np

from ..series import Points
from .pace import SAMPLES, real

QUIET = 300.0
"""Seconds without growth that no run is called stalled for: writers keep points back for minutes."""
USUAL, GREATEST = 10.0, 3.0
"""Stalled: quiet for so many usual intervals, and for so many times the longest of late."""
OLD = 86_400.0
"""What has been quiet for longer than a day is over, not stalled."""
LATE, SLOW, LONG = 64, 0.5, 10.0
"""Points that are lately; share of the usual speed that is slow; seconds that it must last."""


@dataclass(frozen=True)
class Slow:
    """Steps a second lately and usually, and since which point it has been so."""

    recent: float
    usual: float
    step: int
    time: float


def slowing(points: Points) -> Slow | None:
    """The drop of a run's speed below half of its median that lasts; medians of intervals overlook pauses."""
    n = len(points)
    late = min(LATE, max(12, n // 8))
    if n < 4 * late + 8 or not real(points):
        return None
    lag = 1 if _typical(points, 1, late) > 0.05 else 8
    if lag * 4 > late:
        late = min(4 * lag, n // 8)
    recent = _pace_of(points, np.arange(n - late, n), lag)
    early = np.unique(np.linspace(lag + n // 50, n - late - 1, SAMPLES).astype(np.int64))
    usual = _pace_of(points, early, lag)
    latest = _pace_of(points, np.arange(n - max(late // 3, 4), n), lag)
    if not (usual > 0 and recent < SLOW * usual and latest < SLOW * usual):
        return None
    if float(points.times[-1] - points.times[n - late]) < LONG:
        return None
    start = _since(points, n - late, lag, SLOW * usual)
    return Slow(recent, usual, int(points.steps[start]), float(points.times[start]))


def _typical(points: Points, lag: int, late: int) -> float:
    """The median seconds between points `lag` apart, lately."""
    seconds = points.times[-late:] - points.times[-late - lag : -lag]
    return float(np.median(seconds)) if len(seconds) else 0.0


def _pace_of(points: Points, ends: "np.ndarray[tuple[int], np.dtype[np.int64]]", lag: int) -> float:
    """The median of steps a second up to the points `ends`, each over `lag` points; NaN where none goes forward."""
    ends = ends[ends >= lag]
    seconds = points.times[ends] - points.times[ends - lag]
    steps = points.steps[ends] - points.steps[ends - lag]
    good = (steps > 0) & (seconds > 0)
    return float(np.median(steps[good] / seconds[good])) if good.any() else math.nan


def _since(points: Points, start: int, lag: int, limit: float) -> int:
    """How far back before `start` it has been as slow, in bounded steps."""
    width = 4 * lag + 8
    for _ in range(256):
        before = start - width
        if before < lag or not _pace_of(points, np.arange(before, start), lag) < limit:
            break
        start = before
    return start


@dataclass
class Rest:
    """What a run's silence is measured by: when its log grew while it was watched."""

    longest: float = 0.0
    """The longest pause that was seen."""
    grown: float = 0.0
    grew: bool = False
    """Whether it grew at all since it was first seen."""

    def see(self, grown: float) -> None:
        """Note when the log grew last, in seconds since the epoch."""
        if grown > self.grown:
            if self.grown:
                self.longest, self.grew = max(self.longest, grown - self.grown), True
            self.grown = grown


def stalled(points: Points | None, grown: float, rest: Rest, now: float) -> tuple[float, float] | None:
    """Seconds of quiet and the usual interval, where a run has been quiet for much longer than is usual for it."""
    quiet = now - grown
    if not grown or quiet < QUIET or quiet > OLD:
        return None
    usual = greatest = math.nan
    if points is not None and len(points) > 2 and real(points):
        seconds = np.diff(points.times[-513:])
        seconds = seconds[np.isfinite(seconds) & (seconds >= 0)]
        if len(seconds):
            usual, greatest = float(np.median(seconds)), float(seconds.max())
    longest = max(rest.longest, 0.0 if math.isnan(greatest) else greatest)
    if quiet < GREATEST * longest or quiet < USUAL * (0.0 if math.isnan(usual) else usual):
        return None
    return quiet, usual
