"""A trace: a series laid out along an x axis, asked for as many columns as there are dots.

Nothing here costs more for more points: columns are cut by bisection and summarised by the series itself.
"""

from dataclasses import dataclass

import numpy as np

from ...engine.runs.series import Series
from .axes import Axes, X
from .braille import Dots, Floats
from .ordered import Ints, Ordered
from .smoothing import NONE, Smooth, Smoothed


@dataclass(frozen=True)
class Knots:
    """The columns that hold points, ascending; the outermost two may lie outside the view.

    `at` columns (float); `low`, `high`, `first`, `last` values; `smooth` the smoothed value at the
    column's last point; `linked[k]`: no gap between knot k and k+1; `bad` points that are not finite.
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
    """One point: `time` in epoch seconds, `elapsed` since its run began, `smooth` the smoothed value."""

    x: float
    step: int
    time: float
    elapsed: float
    value: float
    smooth: float


class Trace:
    """The points of a series in x order, kept up to date as the series grows.

    x is steps, seconds since `began` ("time"), epoch seconds ("clock"), or the values of the series `by` at those
    steps (see `Joined`), which are sorted. Points whose x is not finite are left out. `began` is NaN of numbers that
    were computed of several runs.
    """

    def __init__(self, series: Series, x: X = "step", began: float = 0.0, by: Series | None = None) -> None:
        self.series = series
        self.x: X = x
        self.began = began
        self.by = by
        self._all = Ordered(series, x, by)
        self._smoothed: dict[tuple[int, Smooth], Smoothed] = {}
        self.update()

    @property
    def origin(self) -> float:
        """What x counts from."""
        return self.began if self.x == "time" and self.by is None else 0.0

    @property
    def version(self) -> tuple[int, int, float]:
        """Equal versions of one trace mean equal pictures: a key for strips that are kept."""
        return self.series.version, 0 if self.by is None else self.by.version, -1.0 if self.derived else self.began

    @property
    def derived(self) -> bool:
        """Whether these are numbers that no run holds: they have no beginning."""
        return self.began != self.began

    def update(self) -> None:
        """Take in what the series has got since the last call."""
        layout = self._all.layout
        self._all.update()
        if self._all.layout != layout:
            self._smoothed = {}

    def __len__(self) -> int:
        return len(self._all)

    @property
    def without(self) -> int:
        """How many points lack the time, or the other quantity, that this x axis needs."""
        return self._all.seen - len(self)

    def extent(self, positive: bool = False) -> tuple[float, float] | None:
        """The least and the greatest x; if `positive`, of those that are."""
        if not len(self):
            return None
        low = min(self._x(a) for a, _ in self._all.spans())
        high = max(self._x(b - 1) for _, b in self._all.spans())
        if positive and low <= 0:
            starts = [(self._index(a, b, 0.0, "right"), b) for a, b in self._all.spans()]
            left = [self._x(a) for a, b in starts if a < b]
            return (min(left), high) if left else None
        return low, high

    def knots(self, axes: Axes, columns: int) -> list[Knots]:
        """The curve in so many columns from one end of x to the other, one list item a restart."""
        if not len(self) or columns < 1:
            return []
        return [k for a, b in self._all.spans() if (k := self._knots(a, b, axes, columns)) is not None]

    def near(self, x: float, smooth: Smooth = NONE) -> Reading | None:
        """The point nearest to `x`; of equally near ones the newest."""
        best, distance = None, np.inf
        for a, b in self._all.spans() if len(self) else ():
            i = self._index(a, b, x, "right")
            for j in (i - 1, i):
                if a <= j < b and abs(self._x(j) - x) <= distance:
                    best, distance = (a, j), abs(self._x(j) - x)
        return None if best is None else self._reading(*best, smooth)

    def last(self, smooth: Smooth = NONE) -> Reading | None:
        """The newest point, wherever its x lies. Its x is NaN if no point has one."""
        if len(self):
            return self._reading(self._all.spans()[-1][0], self._all.newest, smooth)
        newest = self.series.last()
        if newest is None:
            return None
        known = Smoothed(smooth)
        known.update(self.series.points().values)
        step, time, value = newest
        return Reading(np.nan, step, time, time - self.began, value, float(known.all()[-1]))

    def beyond(self, x: float, forward: bool) -> float | None:
        """The least x of a point that is at least `x`; if not forward, the greatest that is at most `x`."""
        found = []
        for a, b in self._all.spans() if len(self) else ():
            i = self._index(a, b, x, "left") if forward else self._index(a, b, x, "right") - 1
            if a <= i < b:
                found.append(self._x(i))
        return (min(found) if forward else max(found)) if found else None

    def step_on(self, x: float, forward: bool) -> float | None:
        """As `beyond`, of points that do not lie at `x` itself, but for rounding."""
        least = 2 * float(np.spacing(max(abs(x), abs(x + self.origin))))
        return self.beyond(x + least if forward else x - least, forward)

    def _index(self, a: int, b: int, x: float, side: str) -> int:
        return int(self._all.cuts(a, b, np.array([x + self.origin]), side)[0])

    def _x(self, i: int) -> float:
        return float(self._all.xs[i]) - self.origin

    def _knots(self, a: int, b: int, axes: Axes, columns: int) -> Knots | None:
        count = max(columns - 1, 1)
        edges = axes.at((np.arange(columns + 1, dtype=np.float64) - 0.5) / count) + self.origin
        cuts = self._all.cuts(a, b, edges)
        starts, ends, at = cuts[:-1], cuts[1:], np.arange(columns, dtype=np.float64)
        used = ends > starts
        starts, ends, at = starts[used], ends[used], at[used]
        for inside, k, side in (
            (cuts[0] > a, int(cuts[0]) - 1, 0),
            (cuts[-1] < b, int(cuts[-1]), len(at) + 1),
        ):
            place = float(axes.share(np.array([self._x(k)]))[0]) * count if inside else np.nan
            if place == place:
                place = min(place, -0.5) if side == 0 else max(place, columns - 0.5)
                slot = min(side, len(at))
                starts, ends, at = (
                    np.insert(starts, slot, k),
                    np.insert(ends, slot, k + 1),
                    np.insert(at, slot, place),
                )
        if not len(at):
            return None
        values = self._all.points.values
        here = self._all.ranges(starts, ends)
        smooth = np.where(np.isnan(here.low), np.nan, self._smooth_at(a, b, ends - 1, axes.smooth))
        first, last = values[starts], values[ends - 1]
        linked = np.isfinite(last[:-1]) & np.isfinite(first[1:]) & (ends[:-1] == starts[1:])
        return Knots(at, here.low, here.high, first, last, smooth, linked, here.nonfinite, ends - starts)

    def _smooth_at(self, a: int, b: int, index: Ints, smooth: Smooth) -> Floats:
        """Smoothed values of points of the span from a to b; those of one smoothing are kept."""
        if not smooth.on:
            return self._all.points.values[index]
        if smooth.kind == "mean":
            return self._all.ranges(np.maximum(index + 1 - smooth.points, a), index + 1).mean
        if (a, smooth) not in self._smoothed:
            self._smoothed = {key: known for key, known in self._smoothed.items() if key[1] == smooth}
            self._smoothed[a, smooth] = Smoothed(smooth)
        known = self._smoothed[a, smooth]
        known.update(self._all.points.values[a:b])
        return known.at(index - a)

    def _reading(self, a: int, i: int, smooth: Smooth) -> Reading:
        p, value = self._all.points, float(self._all.points.values[i])
        end = next(b for _, b in self._all.spans() if i < b)
        made = float(self._smooth_at(a, end, np.array([i]), smooth)[0])
        if smooth.kind != "mean" and not np.isfinite(value):
            made = value
        x, time = self._x(i), float(p.times[i])
        return Reading(x, int(p.steps[i]), time, time - self.began, value, made)
