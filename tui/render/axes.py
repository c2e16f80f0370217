"""Axes: what a chart shows of its curves, how values map to heights, where ticks go. Knows no cells."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from .braille import Floats
from .smoothing import NONE, Smooth
from .ticks import log_ticks, round_log, round_step, ticks

X = str
"""What x is: "step", "time" (s since a run began), "clock" (epoch s), or the name of another quantity (epoch, …)."""
LARGEST = float(np.finfo(np.float64).max)
_NEAT = (1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0)


@dataclass(frozen=True, kw_only=True)
class Axes:
    """What a chart shows: x (see `X`) from `low` to `high`, and how y is drawn.

    `log`, `log_x`: logarithmic y, x; `clip`: outliers are left out of the range of y; `y_low`, `y_high`: typed limits
    of it; `smooth`: how the curves that want it are smoothed.
    """

    x: X = "step"
    low: float = 0.0
    high: float = 1.0
    log: bool = False
    log_x: bool = False
    clip: bool = False
    smooth: Smooth = NONE
    y_low: float | None = None
    y_high: float | None = None

    def __post_init__(self) -> None:
        assert math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high, (
            self.low,
            self.high,
        )
        assert all(end is None or math.isfinite(end) for end in (self.y_low, self.y_high)), (self.y_low, self.y_high)

    @property
    def start(self) -> float:
        """The x at the left end: `low`, or on a log x that has no place for it a thousandth of `high`, at most 1."""
        if not self.log_x or self.low > 0:
            return self.low
        return min(1.0, self.high / 1000) if self.high > 1e-300 else 1e-303

    def share(self, xs: Floats) -> Floats:
        """Where x lie, from 0 at the left end to 1; NaN where a log x has no place for them."""
        if not self.log_x:
            return np.asarray((xs - self.low) / (self.high - self.low))
        low, high = self._ends()
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((np.log(np.where(xs > 0, xs, np.nan)) - low) / (high - low))

    def at(self, shares: Floats) -> Floats:
        """The x at these shares of the width; the inverse of `share`."""
        if not self.log_x:
            return np.asarray(self.low + shares * (self.high - self.low))
        low, high = self._ends()
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(low + shares * (high - low)))

    def _ends(self) -> tuple[float, float]:
        low = math.log(self.start)
        high = math.log(self.high) if self.high > self.start else low + 1.0
        return low, high if high > low else low + 1e-12


@dataclass(frozen=True)
class Axis:
    """A linear or logarithmic range of values."""

    low: float
    high: float
    log: bool = False

    @classmethod
    def around(cls, values: Floats, ticks: int, log: bool = False) -> Self | None:
        """The range of the finite values (positive if `log`), widened to round numbers; None without any."""
        usable = values[np.isfinite(values)]
        if log:
            usable = usable[usable > 0]
        if not len(usable):
            return None
        low, high = float(usable.min()), float(usable.max())
        if log:
            return (
                cls(round_log(low, -1), round_log(high, 1), True)
                if high / 1.001 > low
                else cls(max(low / 2, 5e-324), min(high, LARGEST / 2) * 2, True)
            )
        if high / 2 - low / 2 <= 1e-12 * max(abs(low), abs(high)):
            room = max(abs(low), abs(high)) * 0.1 or 1.0
            return cls(max(low - room, -LARGEST), min(high + room, LARGEST))
        step = round_step(low, high, ticks) / 2
        if step:
            low, high = math.floor(low / step) * step, math.ceil(high / step) * step
        return cls(max(low, -LARGEST), min(high, LARGEST))

    def share(self, values: Floats) -> Floats:
        """Where values lie, from 0 at the low end to 1; NaN where a log axis has no place for them."""
        with np.errstate(invalid="ignore", divide="ignore", over="ignore", under="ignore"):
            if self.log:
                low, high = math.log10(self.low), math.log10(self.high)
                places = np.log10(np.where(values > 0, values, np.nan))
                # Ends that differ by less than logarithms tell have the middle between them.
                return np.asarray((places - low) / (high - low) if high > low else places * 0 + 0.5)
            if 1e-150 < max(abs(self.low), abs(self.high)) < 1e150:
                return np.asarray((values - self.low) / (self.high - self.low))
            # Scaled by a power of two: exact, and neither a huge nor a denormal range is lost.
            power = -math.frexp(max(abs(self.low), abs(self.high)))[1]
            low, high = (
                math.ldexp(math.ldexp(end, power // 2), power - power // 2 - 1) for end in (self.low, self.high)
            )
            scaled = np.ldexp(np.ldexp(values, power // 2), power - power // 2 - 1)
            return np.asarray((scaled - low) / (high - low))

    def ticks(self, count: int) -> list[tuple[float, str]]:
        """About `count` round values with their labels, ascending."""
        return log_ticks(self.low, self.high, count) if self.log else ticks(self.low, self.high, count)


def neat(low: float, high: float, log: bool = False) -> tuple[float, float]:
    """The x to show for data from low to high: a little room at the right, so that it seldom changes.

    On a log x, to the next of the round numbers of `high` itself; `low` is then the least positive x.
    """
    if log and high > 0:
        unit = 10.0 ** math.floor(math.log10(high))
        top = unit * next((size for size in _NEAT if size * unit >= high * (1 - 1e-9)), 10.0)
        return low, top if low < top < math.inf else max(low * 2, 1e-300)
    span = high - low
    if not span > 0:
        return low, low + max(abs(low) * 1e-9, 1.0)
    unit = 10.0 ** math.floor(math.log10(span))
    return low, low + unit * next((size for size in _NEAT if size * unit >= span * (1 - 1e-9)), 10.0)
