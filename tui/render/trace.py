"""A trace: a series laid out along an x axis, asked for as many columns as there are dots.

Nothing here costs more for more points: columns are cut by bisection and summarised by the series itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ...engine.runs.pyramid import Pyramid, Summary
from ...engine.runs.series import Points, Series
from .axes import X
from .braille import Dots, Floats

Ints = NDArray[np.int64]

RESTARTS = 16
"""With more steps back than this, points are sorted instead of drawn as one curve a restart."""


@dataclass(frozen=True)
class Knots:
    """The columns that hold points, ascending; the outermost two may lie outside the view.

    `at` columns (float); `low`, `high`, `first`, `last` values; `smooth` the trailing mean at the column's
    last point; `linked[k]`: no gap between knot k and k+1; `bad` points that are not finite.
    """

    at: Floats
    low: Floats
    high: Floats
    first: Floats
    last: Floats
    smooth: Floats
    linked: Dots
    bad: Ints
    count: Ints


@dataclass(frozen=True)
class Reading:
    """One point: `time` in epoch seconds, `elapsed` since its run began, `smooth` the trailing mean."""

    x: float
    step: int
    time: float
    elapsed: float
    value: float
    smooth: float


class Trace:
    """The points of a series in x order, kept up to date as the series grows."""

    def __init__(self, series: Series, x: X = "step", began: float = 0.0) -> None:
        self.series = series
        self.x: X = x
        self.began = began
        self._size = 0
        self._breaks: list[int] = []
        self._lost = self._mixed = False
        self._points: Points = series.points()
        self._xs: NDArray[np.generic] = np.empty(0)
        self._ranges: Callable[[Ints, Ints], Summary] = series.ranges
        self.update()

    @property
    def origin(self) -> float:
        """What x counts from."""
        return self.began if self.x == "time" else 0.0

    def update(self) -> None:
        """Take in what the series has got since the last call."""
        points = self.series.points()
        n, old = len(points), self._size
        if n == old:
            return
        xs: NDArray[np.generic] = points.steps if self.x == "step" else points.times
        fresh = xs[max(old - 1, 0) :]
        self._lost = self._lost or not bool(np.isfinite(fresh).all())
        if not self._lost and not self._mixed:
            back = np.flatnonzero(fresh[1:] < fresh[:-1]) + 1 + max(old - 1, 0)  # type: ignore[operator]
            self._breaks += back[: RESTARTS + 1].tolist()
            self._mixed = len(self._breaks) > RESTARTS
        self._points, self._xs, self._size = points, xs, n
        if self._mixed and not self._lost:
            self._sort()

    def __len__(self) -> int:
        return 0 if self._lost else self._size

    @property
    def timeless(self) -> bool:
        """Whether points lack the time that this x axis needs."""
        return self._lost

    def extent(self) -> tuple[float, float] | None:
        """The least and the greatest x."""
        if not len(self):
            return None
        spans = self._spans()
        low, high = min(float(self._xs[a]) for a, _ in spans), max(float(self._xs[b - 1]) for _, b in spans)
        return low - self.origin, high - self.origin

    def knots(self, low: float, high: float, columns: int, window: int) -> list[Knots]:
        """The curve from x = low (column 0) to high (column columns-1), one list item a restart."""
        if not len(self) or columns < 1:
            return []
        return [k for a, b in self._spans() if (k := self._knots(a, b, low, high, columns, window)) is not None]

    def near(self, x: float, window: int = 1) -> Reading | None:
        """The point nearest to `x`; of equally near ones the newest."""
        best, distance = None, np.inf
        for a, b in self._spans() if len(self) else ():
            i = self._index(a, b, x, "right")
            for j in (i - 1, i):
                if a <= j < b and abs(float(self._xs[j]) - self.origin - x) <= distance:
                    best, distance = (a, j), abs(float(self._xs[j]) - self.origin - x)
        return None if best is None else self._reading(*best, window)

    def last(self, window: int = 1) -> Reading | None:
        """The newest point; of sorted points the one of greatest x."""
        return self._reading(self._spans()[-1][0], self._size - 1, window) if self._size else None

    def beyond(self, x: float, forward: bool) -> float | None:
        """The least x of a point that is at least `x`; if not forward, the greatest that is at most `x`."""
        found = []
        for a, b in self._spans() if len(self) else ():
            i = self._index(a, b, x, "left") if forward else self._index(a, b, x, "right") - 1
            if a <= i < b:
                found.append(float(self._xs[i]) - self.origin)
        return (min(found) if forward else max(found)) if found else None

    def _spans(self) -> list[tuple[int, int]]:
        """Index ranges in each of which x ascends."""
        if self._mixed:
            return [(0, self._size)]
        cuts = [0, *self._breaks, self._size]
        return list(pairwise(cuts))

    def _index(self, a: int, b: int, x: float, side: str) -> int:
        return int(self._cuts(a, b, np.array([x + self.origin]), side)[0])

    def _cuts(self, a: int, b: int, xs: Floats, side: str = "left") -> Ints:
        """Bisect; whole numbers as such, for turning ten million steps into floats is not free."""
        part = self._xs[a:b]
        if part.dtype.kind == "i":
            xs = np.clip(np.ceil(xs) if side == "left" else np.floor(xs), -(2.0**62), 2.0**62).astype(np.int64)
        return np.searchsorted(part, xs, side) + a  # type: ignore[call-overload,no-any-return]

    def _knots(self, a: int, b: int, low: float, high: float, columns: int, window: int) -> Knots | None:
        width = (high - low) / max(columns - 1, 1)
        edges: Floats = low + self.origin + (np.arange(columns + 1, dtype=np.float64) - 0.5) * width
        cuts = self._cuts(a, b, edges)
        starts, ends, at = cuts[:-1], cuts[1:], np.arange(columns, dtype=np.float64)
        used = ends > starts
        starts, ends, at = starts[used], ends[used], at[used]
        for inside, k, side in (
            (cuts[0] > a, int(cuts[0]) - 1, 0),
            (cuts[-1] < b, int(cuts[-1]), len(at) + 1),
        ):
            if inside:
                place = (float(self._xs[k]) - self.origin - low) / width
                place = min(place, -0.5) if side == 0 else max(place, columns - 0.5)
                slot = min(side, len(at))
                starts, ends, at = (
                    np.insert(starts, slot, k),
                    np.insert(ends, slot, k + 1),
                    np.insert(at, slot, place),
                )
        if not len(at):
            return None
        values, n = self._points.values, len(at)
        tails = np.maximum(ends - window, a)
        if window > 1:
            both = self._ranges(np.concatenate([starts, tails]), np.concatenate([ends, ends]))
            smooth = both.mean[n:]
        else:
            both = self._ranges(starts, ends)
            smooth = values[ends - 1]
        smooth = np.where(np.isnan(both.low[:n]), np.nan, smooth)
        first, last = values[starts], values[ends - 1]
        linked = np.isfinite(last[:-1]) & np.isfinite(first[1:]) & (ends[:-1] == starts[1:])
        return Knots(at, both.low[:n], both.high[:n], first, last, smooth, linked, both.nonfinite[:n], ends - starts)

    def _reading(self, a: int, i: int, window: int) -> Reading:
        p = self._points
        mean = self._ranges(np.array([max(a, i + 1 - window)]), np.array([i + 1])).mean[0]
        x = float(self._xs[i]) - self.origin if not self._lost else float("nan")
        time = float(p.times[i])
        return Reading(x, int(p.steps[i]), time, time - self.began, float(p.values[i]), float(mean))

    def _sort(self) -> None:
        p, pyramid = self._points, Pyramid()
        order = np.argsort(self._xs, kind="stable")
        self._points = Points(p.steps[order], p.times[order], p.values[order])
        self._xs = self._xs[order]
        values = self._points.values
        pyramid.extend(values)
        self._ranges = lambda starts, ends: pyramid.ranges(values, starts, ends)
