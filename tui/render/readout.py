"""What a crosshair reads: every curve at one place of the union of all points, and the way from place to place."""

from collections.abc import Sequence
from dataclasses import dataclass

from .axes import Axes
from .curve import Curve, glyphs, letters
from .palette import Ink
from .trace import Trace


@dataclass(frozen=True, kw_only=True)
class Row:
    """One curve at the crosshair: its point nearest to it; `here`: that lies at the crosshair itself.

    `smoothed` is None where the curve is not; `low` and `high` are the ends of its band there; `step` is of the
    point, `time` in epoch seconds, `elapsed` since its run began (NaN: not known; numbers computed of several runs have
    steps and times only where these are x). All but the looks are None or
    NaN for a curve without points.
    """

    label: str
    swatch: str
    colour: str
    value: float | None
    smoothed: float | None
    step: int | None
    x: float
    time: float
    elapsed: float
    here: bool
    low: float | None = None
    high: float | None = None
    note: str = ""


def readout(curves: Sequence[Curve], axes: Axes, x: float, ink: Ink) -> list[Row]:
    """A row for each curve, at the place of the union of all points that is nearest to `x`."""
    at = nearest_x([curve.trace for curve in curves], x)
    signs = zip(curves, letters(curves, ink), glyphs(curves, ink), strict=True)
    return [_row(curve, letter or glyph, axes, x if at is None else at, ink) for curve, letter, glyph in signs]


def nearest_x(traces: Sequence[Trace], x: float) -> float | None:
    """The x of a point of any trace that is nearest to `x`; None without points."""
    places = [point.x for trace in traces if (point := trace.near(x)) is not None]
    return min(places, key=lambda place: abs(place - x), default=None)


def union_step(traces: Sequence[Trace], x: float, by: int, forward: bool) -> float:
    """From `x` the `by`-th next (or previous) place at which any trace has a point; the last if there are fewer."""
    for _ in range(by):
        found = [place for trace in traces if (place := trace.step_on(x, forward)) is not None]
        if not found:
            ends = [span[forward] for trace in traces if (span := trace.extent())]
            return (max(ends) if forward else min(ends)) if ends else x
        x = min(found) if forward else max(found)
    return x


def _row(curve: Curve, sign: str, axes: Axes, x: float, ink: Ink) -> Row:
    point = curve.trace.near(x, axes.smooth)
    smoothed, nan = curve.averaged(axes.smooth), float("nan")
    ends = [None if trace is None else trace.near(x, axes.smooth) for trace in (curve.low, curve.high)]
    low, high = (None if end is None else end.smooth if smoothed else end.value for end in ends)
    derived = curve.trace.derived
    return Row(
        label=curve.label,
        swatch=f"{sign}{curve.swatch}" if sign else curve.swatch,
        colour=curve.colour(ink),
        value=point.value if point else None,
        smoothed=point.smooth if point and smoothed else None,
        step=None if point is None or (derived and axes.x != "step") else point.step,
        x=point.x if point else nan,
        time=nan if point is None or (derived and axes.x != "clock") else point.time,
        elapsed=point.elapsed if point else nan,
        here=point is not None and abs(point.x - x) <= 1e-9 * max(1.0, abs(x)),
        low=low,
        high=high,
        note=curve.note,
    )
