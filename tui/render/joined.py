"""The x of the points of one series where another series is x: values joined by step."""

import numpy as np
from numpy.typing import NDArray

from ...engine.runs.series import Points, Series

Floats = NDArray[np.float64]


class Joined:
    """For every point the value of `by` at its newest point whose step is not beyond; NaN before the first."""

    def __init__(self, by: Series) -> None:
        self.by = by
        self._xs: Floats = np.empty(0)
        self._seen = 0

    def update(self, points: Points) -> tuple[Floats, int]:
        """x of all points, and from which number on they may have changed since the last call."""
        by, steps = self.by.points(), points.steps
        old = len(self._xs)
        if len(by) == self._seen and old == len(steps):
            return self._xs, old
        start = old
        if len(by) > self._seen:  # what it has got may be newer for points that are long there
            start = min(old, int(np.searchsorted(steps, by.steps[self._seen :].min()))) if _ascending(steps) else 0
        made = np.empty(len(steps))
        made[:start] = self._xs[:start]
        made[start:] = _joined(by, steps[start:])
        self._xs, self._seen = made, len(by)
        return made, start


def _joined(by: Points, steps: NDArray[np.int64]) -> Floats:
    known, values = by.steps, by.values
    if not len(known):
        return np.full(len(steps), np.nan)
    if not _ascending(known):
        order = np.argsort(known, kind="stable")
        known, values = known[order], values[order]
    index = np.searchsorted(known, steps, "right") - 1
    return np.where(index >= 0, values[np.maximum(index, 0)], np.nan)


def _ascending(steps: NDArray[np.int64]) -> bool:
    return bool((steps[1:] >= steps[:-1]).all())
