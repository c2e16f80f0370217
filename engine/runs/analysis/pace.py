"""How fast a run goes and when it will be done, from the steps and times of its points.

What a look costs does not grow with the run: long series are sampled.
"""

import math
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from ..run import Run
from ..series import Points, Series
from .configs import as_number, config_of
from .tags import of_machine

RECENT = 4096
"""Points at the end of a series that are looked at one by one."""
SAMPLES = 2048
"""Points that stand for a whole series."""
GAP, GAP_TIMES = 600.0, 50.0
"""A pause longer than so many seconds and so many usual intervals is an interruption: no training went on."""
EPOCH = 1e8
"""Times before 1973 are no wall-clock times, but placeholders."""

_TOTALS = re.compile(
    r"^(max|total|num|n|train)_?(train(ing)?_?)?(optimi[sz]er_?)?(step|iter|iteration|update|timestep)s?$"
    r"|^(train|training)_(steps|iters|iterations|updates)$|^(steps|iterations|iters|max_iters|train_iters)$",
    re.IGNORECASE,
)
_EPOCHS = re.compile(r"^((max|total|num|n)_?(train_?)?epochs?|epochs|train_epochs)$", re.IGNORECASE)


@dataclass(frozen=True)
class Pace:
    """Where a run stands; what is not known is None, or NaN for numbers."""

    step: int | None
    """The greatest step that was logged."""
    total: int | None
    """How many steps it is to have."""
    recent: float
    """Steps a second lately, with the usual pauses (validation, checkpoints); of a log without times as it was seen
    to grow."""
    overall: float
    """Steps a second over all, without interruptions."""
    elapsed: float
    """Seconds from its first to its last point, interruptions taken out."""
    remaining: float
    """Seconds until it is done, at the recent speed; NaN unless it runs and the total is known."""


def pace(run: Run, now: float | None = None) -> Pace:
    """The pace of a run at `now` (seconds since the epoch; the present if None)."""
    now = time.time() if now is None else now
    clock = timeline(run)
    if clock is None:
        return Pace(None, run.steps, math.nan, math.nan, math.nan, math.nan)
    points = clock.points()
    step = steps_of(run)
    total = total_steps(run, step)
    recent, elapsed, overall = _speed(points)
    if math.isnan(recent) and not real(points):
        recent = _observed(run)
    remaining = math.nan
    if run.status == "running" and total is not None and step is not None and recent > 0:
        since = max(0.0, now - (float(points.times[-1]) if real(points) else run.grown))
        remaining = max(0.0, (total - step) / recent - since)
    return Pace(step, total, recent, overall, elapsed, remaining)


OBSERVED, LEAST = 64, 5.0
"""Looks at a log that are kept, and seconds that they must span before they tell a speed."""
_seen: "WeakKeyDictionary[Run, tuple[tuple[float, int], ...]]" = WeakKeyDictionary()


def observe(run: Run) -> None:
    """Note how far a run is and when its log grew: the speed of a log that tells no times."""
    step = steps_of(run)
    if step is None or not run.grown:
        return
    seen = _seen.get(run, ())
    if seen and (not 0 <= run.grown - seen[-1][0] <= GAP or step < seen[-1][1]):
        seen = ()  # another log, an interruption, or steps taken back
    if seen and seen[-1][0] == run.grown:  # more was read of what had been written by then
        seen = seen[:-1]
    _seen[run] = (*seen[1 - OBSERVED :], (run.grown, step))


def _observed(run: Run) -> float:
    """Steps a second by the looks at a log, the newest of them; NaN after too few."""
    seen = _seen.get(run, ())
    if len(seen) < 2 or seen[-1][0] - seen[0][0] < LEAST:
        return math.nan
    return _ratio(seen[-1][1] - seen[0][1], seen[-1][0] - seen[0][0])


@dataclass(frozen=True)
class End:
    """A series of the training: its last step and how many points it has."""

    series: Series
    step: int
    points: int


_ends: "WeakKeyDictionary[Run, tuple[tuple[int, int], tuple[End, ...]]]" = WeakKeyDictionary()


def ends(run: Run) -> tuple[End, ...]:
    """The ends of all series that tell of the training and have points, not of the machine."""
    series = tuple(run.series.items())
    key = (run.rewrites, sum(len(one) for _, one in series))
    known = _ends.get(run)
    if known is not None and known[0] == key and len(known[1]) <= len(series):
        return known[1]
    found = tuple(End(one, last[0], len(one)) for tag, one in series if not of_machine(tag) and (last := one.last()))
    _ends[run] = (key, found)
    return found


def steps_of(run: Run) -> int | None:
    """The greatest step that a series of the training ends at; None before the first point."""
    return max((end.step for end in ends(run)), default=None)


def timeline(run: Run) -> Series | None:
    """The series that tells time best: of those that reach the last step, the one with most points."""
    found = ends(run)
    if not found:
        return None
    best = max(found, key=lambda end: (end.step, end.points))
    # A series logged now and then may end a little later than the one that is logged all the time.
    dense = [end for end in found if end.step >= 0.9 * best.step and end.points > 4 * best.points]
    return max([best, *dense], key=lambda end: end.points).series


def real(points: Points) -> bool:
    """Whether the times are wall-clock times."""
    n = len(points)
    return n > 0 and math.isfinite(points.times[-1]) and bool(points.times[-1] > EPOCH and points.times[0] > EPOCH)


def intervals(points: Points) -> tuple[Any, Any]:
    """Seconds and steps between neighbouring points, those that go forward."""
    seconds, steps = np.diff(points.times), np.diff(points.steps)
    forward = (steps > 0) & (seconds >= 0) & np.isfinite(seconds)
    return seconds[forward], steps[forward]


def _speed(points: Points) -> tuple[float, float, float]:
    """Recent steps a second, seconds of training, and steps a second over all."""
    if len(points) < 2 or not real(points):
        return math.nan, math.nan, math.nan
    tail = Points(points.steps[-RECENT:], points.times[-RECENT:], points.values[-RECENT:])
    seconds, steps = intervals(tail)
    usual = float(np.median(seconds)) if len(seconds) else 0.0
    going = seconds <= max(GAP, GAP_TIMES * usual)
    # Of a session that begins slowly (compiling, warming caches) the later part tells the speed.
    late = min(len(seconds), max(16, min(len(points) // 4, 512)))
    recent = _ratio(steps[going][-late:].sum(), seconds[going][-late:].sum())
    every = max(1, len(points) // SAMPLES)
    thin = Points(points.steps[::every], points.times[::every], points.values[::every])
    whole, passed = intervals(thin)
    end = float(points.times[-1] - thin.times[-1])
    running = whole <= max(GAP, GAP_TIMES * usual * every)
    elapsed = float(whole[running].sum()) + max(0.0, end if end <= max(GAP, GAP_TIMES * usual * every) else 0.0)
    last = max(0, int(points.steps[-1] - thin.steps[-1]))
    return recent, elapsed, _ratio(passed[running].sum() + last, elapsed)


def _ratio(steps: float, seconds: float) -> float:
    return float(steps) / float(seconds) if seconds > 0 and steps > 0 else math.nan


def total_steps(run: Run, step: int | None) -> int | None:
    """How many steps the run is to have: as its log says, or its config; a total that was passed is none."""
    if run.steps:
        return run.steps
    reached = step or 0
    flat = config_of(run)
    totals, epochs = _stated(run, flat)
    if (fit := [n for n in totals if n >= reached]) and reached > 0:
        return int(fit[0])
    return _by_epochs(run, epochs[0], reached) if epochs and reached > 0 else None


_told: "WeakKeyDictionary[Run, tuple[dict[str, Any], tuple[list[float], list[float]]]]" = WeakKeyDictionary()


def _stated(run: Run, flat: dict[str, Any]) -> tuple[list[float], list[float]]:
    """Numbers of steps and of epochs that a config states, positive ones, shallow keys first."""
    known = _told.get(run)
    if known is not None and known[0] is flat:
        return known[1]
    totals: list[float] = []
    epochs: list[float] = []
    for key, value in sorted(flat.items(), key=lambda item: item[0].count(".")):
        number = as_number(value)
        last = key.rpartition(".")[2]
        if number is not None and 0 < number < 1e15:
            totals += [number] if _TOTALS.match(last) else []
            epochs += [number] if _EPOCHS.match(last) and number >= 1 else []
    _told[run] = (flat, (totals, epochs))
    return totals, epochs


def _by_epochs(run: Run, epochs: float, reached: int) -> int | None:
    """The total from a number of epochs: by the series `epoch`, or where every step is an epoch."""
    series = next((one for tag, one in run.series.items() if re.split(r"[/.]", tag)[-1].lower() == "epoch"), None)
    points = series.points() if series is not None else None
    if points is None or len(points) < 2:
        return int(epochs) if reached <= epochs else None
    every = max(1, len(points) // SAMPLES)
    steps, values = points.steps[::every], points.values[::every]
    good = np.isfinite(values)
    steps, values = steps[good], values[good]
    rises = np.flatnonzero(np.diff(values) > 0)
    if not len(rises):
        return None
    if np.all(values == np.floor(values)):  # whole epochs: measured between the places where they begin
        if len(rises) < 2:
            return int(epochs) if _alike(steps, values) else None
        first, last = rises[0] + 1, rises[-1] + 1
        each = (steps[last] - steps[first]) / (values[last] - values[first])
        return round(epochs * each) if each > 0 and epochs * each >= reached * 0.99 else None
    total = steps[-1] / values[-1] * epochs if values[-1] > 0 else 0
    return round(total) if total >= reached else None


def _alike(steps: Sequence[int] | Any, values: Any) -> bool:
    """Whether steps count the epochs themselves."""
    return bool(np.all(np.diff(steps) == np.diff(values)))
