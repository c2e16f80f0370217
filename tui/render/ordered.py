"""The points of a growing series in the order of an x axis, as ranges in each of which x ascends."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ...engine.runs.pyramid import Pyramid, Summary
from ...engine.runs.series import Points, Series
from .joined import Joined

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RESTARTS = 16
"""With more steps back than this, points are sorted instead of drawn as one curve a restart."""


class Ordered:
    """x is steps, times ("time" and "clock"), or the values of the series `by` at those steps (see `Joined`).

    What the series holds is used as it is, but where x steps back too often, which with `by` is once, or where a
    point after the first that has an x has none: then points of its own are kept, sorted, without those.
    """

    def __init__(self, series: Series, x: str, by: Series | None) -> None:
        self.series, self.x, self.by = series, x, by
        self.seen = self.size = self._begin = 0
        """Points of the series; points here; the first that has an x."""
        self.points: Points = series.points()
        self.xs: NDArray[np.generic] = np.empty(0)
        self.ranges: Callable[[Ints, Ints], Summary] = series.ranges
        self.layout = 0
        """Another number means that points may have moved, not only that there are more."""
        self._joined = None if by is None else Joined(by)
        self._breaks: list[int] = []
        self._sorted = False
        self._newest = 0

    def __len__(self) -> int:
        return self.size - (0 if self._sorted else self._begin)

    @property
    def newest(self) -> int:
        """The point that was logged last, of those that have an x."""
        return self._newest if self._sorted else self.size - 1

    def spans(self) -> list[tuple[int, int]]:
        """Index ranges (start, end)."""
        return [(0, self.size)] if self._sorted else list(pairwise([self._begin, *self._breaks, self.size]))

    def cuts(self, a: int, b: int, xs: Floats, side: str = "left") -> Ints:
        """Bisect from a to b; whole numbers as such, for turning ten million steps into floats is not free."""
        part = self.xs[a:b]
        if part.dtype.kind == "i":
            xs = np.clip(np.ceil(xs) if side == "left" else np.floor(xs), -(2.0**62), 2.0**62).astype(np.int64)
        return np.searchsorted(part, xs, side) + a  # type: ignore[call-overload,no-any-return]

    def update(self) -> None:
        """Take in what the series has got since the last call."""
        points, old = self.series.points(), self.seen
        xs: NDArray[np.generic]
        if self._joined is not None:
            xs, start = self._joined.update(points)
            if start < old:  # other x than before, so all is laid out anew
                self._breaks, self._begin, self._sorted, old = [], 0, False, 0
                self.ranges = self.series.ranges
                self.layout += 1
            elif len(points) == old:
                return
        elif len(points) == old:
            return
        else:
            xs = points.steps if self.x == "step" else points.times
        self._take(points, xs, old)

    def _take(self, points: Points, xs: NDArray[np.generic], old: int) -> None:
        """Lay out `points`, of which `old` are there already, at `xs`."""
        self.points, self.xs, self.size, self.seen = points, xs, len(points), len(points)
        if self._begin == old:  # none so far had an x
            known = np.isfinite(xs[old:])
            self._begin = old + int(known.argmax()) if known.any() else len(points)
        start = max(old - 1, self._begin)
        if not self._sorted:
            fresh = xs[start:]
            back = np.flatnonzero(fresh[1:] < fresh[:-1]) + 1 + start  # type: ignore[operator]
            self._breaks += back[: RESTARTS + 1].tolist()
            many = len(self._breaks) > (RESTARTS if self.by is None else 0)
            self._sorted = many or not bool(np.isfinite(fresh).all())
        if self._sorted:
            self._sort()

    def _sort(self) -> None:
        p, pyramid = self.points, Pyramid()
        order = np.argsort(self.xs, kind="stable")
        order = order[np.isfinite(self.xs[order])]
        self.points = Points(p.steps[order], p.times[order], p.values[order])
        self.xs, self.size = self.xs[order], len(order)
        self._newest = int(order.argmax()) if len(order) else 0
        values = self.points.values
        pyramid.extend(values)
        self.ranges = lambda starts, ends: pyramid.ranges(values, starts, ends)
        self.layout += 1
