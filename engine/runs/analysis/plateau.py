"""Whether a loss has stopped getting better: the best mean of its last third against the best before.

The series is cut into BLOCKS blocks of equal length, whose means smooth it. An improvement of the best, or of
the mean of a third, that the noise between blocks could have made is none, nor is one below LITTLE of the value.
"""

import math
from dataclasses import dataclass

import numpy as np

from ..series import Series

BLOCKS, LAST = 30, 10
LEAST = {False: 240, True: 45}
"""Points before any verdict; of held-out data, which is measured more rarely, fewer."""
NOISE, TREND, LITTLE = 2.0, 1.5, 0.002


@dataclass(frozen=True)
class Plateau:
    """The best mean before the last third, where it was, and the best mean since."""

    best: float
    step: int
    time: float
    since: float
    points: int
    """How many points a mean is of."""


def plateau(series: Series, held_out: bool, high: bool = False) -> Plateau | None:
    """The plateau that a series stands on; None if it gets better, or is too short to tell."""
    n = len(series)
    if n < LEAST[held_out]:
        return None
    edges = np.linspace(0, n, BLOCKS + 1).astype(np.int64)
    means = series.ranges(edges[:-1], edges[1:]).mean
    if not np.isfinite(means).all():
        return None
    sign = -1.0 if high else 1.0
    means = sign * means
    before, after = means[:-LAST], means[-LAST:]
    place = int(before.argmin())
    best, since = float(before[place]), float(after.min())
    # Second differences know no slope: they are the noise of the means, sqrt(6) times as wide.
    noise = float(np.median(np.abs(np.diff(means, 2)))) / (0.6745 * math.sqrt(6))
    gain, trend = best - since, float(before[-LAST:].mean() - after.mean())
    if max(gain / NOISE, trend / TREND) > noise and max(gain, trend) > LITTLE * abs(best):
        return None
    points = series.points()
    at = int(edges[place + 1]) - 1
    return Plateau(sign * best, int(points.steps[at]), float(points.times[at]), sign * since, max(1, n // BLOCKS))
