"""A layer: what of one curve is in view, and the range of y that all layers need. Knows no cells."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .axes import LARGEST, Axes, Axis
from .braille import Floats
from .curve import Curve
from .trace import Knots

PERCENT = 5
"""Clipping leaves out this much of the columns at either end of the range."""

FEW = 2
"""So many curves have their raw values behind them where there are no shades."""


@dataclass(frozen=True)
class Layer:
    """A curve and its knots, one item a restart; those of the ends of its band, if it has one.

    `bare`: the raw values behind its line are left out.
    """

    curve: Curve
    knots: Sequence[Knots]
    smooth: bool
    low: Sequence[Knots] = ()
    high: Sequence[Knots] = ()
    bare: bool = False

    @classmethod
    def of(cls, curve: Curve, axes: Axes, columns: int, bare: bool = False) -> "Layer":
        """The curve laid out in so many columns."""
        low, high = (() if end is None else end.knots(axes, columns) for end in (curve.low, curve.high))
        return cls(curve, curve.trace.knots(axes, columns), curve.averaged(axes.smooth), low, high, bare)

    @property
    def raw(self) -> bool:
        """Whether an envelope of raw values lies behind its line."""
        return self.smooth and not (self.curve.behind or self.banded or self.bare)

    @property
    def banded(self) -> bool:
        """Whether it has a band."""
        return bool(self.low and self.high)

    def extremes(self, columns: int) -> list[Floats]:
        """The values in view that the range of y must hold."""
        parts = []
        for k in self.knots:
            here = (k.at >= 0) & (k.at <= columns - 1)
            parts += [k.low[here], k.high[here]] if self.raw or not self.smooth else [k.smooth[here]]
        for k in (*self.low, *self.high):
            here = (k.at >= 0) & (k.at <= columns - 1)
            parts += [k.smooth[here]] if self.smooth else [k.low[here], k.high[here]]
        return parts


def layered(curves: Sequence[Curve], axes: Axes, columns: int, coloured: bool) -> list[Layer]:
    """All curves laid out; without colours the raw values of more than a few would cover the lines."""
    raw = sum(c.averaged(axes.smooth) and not c.behind and c.low is None for c in curves)
    return [Layer.of(curve, axes, columns, bare=not coloured and raw > FEW) for curve in curves]


def y_axis(layers: Sequence[Layer], axes: Axes, columns: int, ticks: int) -> Axis | None:
    """The range of y that holds all layers, outliers aside if asked for, within typed limits; None without values."""
    values = np.concatenate([np.empty(0), *(part for layer in layers for part in layer.extremes(columns))])
    values = values[np.isfinite(values)]
    if axes.log:
        values = values[values > 0]
    if axes.clip and len(values):
        low, high = np.percentile(values, [PERCENT, 100 - PERCENT], method="nearest")
        values = values[(values >= low) & (values <= high)]
    ends = [None if end is not None and axes.log and end <= 0 else end for end in (axes.y_low, axes.y_high)]
    if not len(values) or ends == [None, None]:
        return Axis.around(values, ticks, axes.log)
    return _limited(values, ends[0], ends[1], ticks, axes.log)


def _limited(values: Floats, low: float | None, high: float | None, ticks: int, log: bool) -> Axis | None:
    within = values[(values >= (-np.inf if low is None else low)) & (values <= (np.inf if high is None else high))]
    axis = Axis.around(np.append(within, [end for end in (low, high) if end is not None]), ticks, log)
    if axis is None:
        return None
    a, b = axis.low if low is None else low, axis.high if high is None else high
    if not a < b:  # all values are beyond the one typed end, or both are typed the wrong way round
        room = max(abs(a), abs(b)) * 0.1 or 1.0
        if low is None:
            a = max(b / 10, 5e-324) if log else max(b - room, -LARGEST)
        else:
            b = min(a * 10 if log else a + room, LARGEST)
    return replace(axis, low=a, high=b) if a < b else axis
