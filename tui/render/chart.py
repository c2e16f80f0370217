"""A chart of training curves in braille dots: envelopes, smoothed lines, axes, marks, crosshair, legend.

Knows nothing of any app: curves and axes in, strips out.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from textual.strip import Strip

from .axes import Axes, Axis
from .braille import Cells
from .cells import note
from .curve import Curve, letters
from .curve_frame import GUTTER, Frame, lasting, place
from .curve_legend import Entry, legend
from .curve_plot import PERCENT, Pieces, Plot, drawn
from .numbers import short
from .palette import Ink


def chart(
    curves: Sequence[Curve],
    axes: Axes,
    width: int,
    height: int,
    ink: Ink,
    *,
    title: str = "",
    cursor: float | None = None,
    marks: Sequence[tuple[float, str]] = (),
    x_labels: bool = True,
) -> list[Strip]:
    """Strips of the chart, `height` lines of `width` columns.

    Args:
        cursor: x of the crosshair; the legend then gives the values there instead of the newest.
        marks: (x, text) of what happened during the runs; the texts are shown near the crosshair.
        x_labels: whether the last line labels x; without it a chart stacked on this one does.
    """
    columns = 2 * (width - GUTTER)
    pieces = [c.trace.knots(axes.low, axes.high, columns, axes.window) for c in curves]
    heads = _heads(curves, axes, width, height, ink, title, cursor, _notes(curves, pieces, axes, columns))
    rows = height - len(heads) - (2 if x_labels else 1)
    if rows < 2 or columns < 8:
        return (heads + note("", width, ink, max(height - len(heads), 0)))[: max(height, 0)]
    cells = Cells(width, height - len(heads), ink.style())
    axis = Axis.around(drawn(curves, pieces, axes, columns), rows // 3 + 1, axes.log)
    frame = Frame(cells, axes, rows, ink, x_labels)
    start, label = (0, "") if cursor is None else frame.reading(cursor, _where(curves, axes, cursor), marks)
    frame.draw(axis, range(start, start + len(label)))
    if axis is None:
        some = any(np.isfinite(k.low).any() for knots in pieces for k in knots)
        text = "log y: no positive value here" if axes.log and some else "no points here"
        cells.text(rows // 2, GUTTER + 1, text.center(columns // 2 - 2), ink.style(ink.dim))
    else:
        plot = Plot(cells, GUTTER, columns, 4 * rows, axis, ink)
        plot.draw(curves, pieces, axes.window)
        plot.values(curves, pieces)
    frame.marks(marks)
    frame.gaps(pieces)
    if cursor is not None:
        frame.crosshair(cursor, start, label)
    return heads + cells.strips()


def column_x(axes: Axes, width: int, column: int) -> float:
    """The x in the middle of cell `column` of a chart `width` cells wide; the nearest outside the plot."""
    dots = 2 * (width - GUTTER)
    share = (2 * (column - GUTTER) + 0.5) / max(dots - 1, 1)
    return axes.low + min(max(share, 0.0), 1.0) * (axes.high - axes.low)


def _heads(
    curves: Sequence[Curve],
    axes: Axes,
    width: int,
    height: int,
    ink: Ink,
    title: str,
    cursor: float | None,
    notes: Sequence[str],
) -> list[Strip]:
    """The legend; a crosshair does not change how many lines it has."""
    newest = _entries(curves, axes, ink, title, None)
    far = place(axes.high, axes)
    widest = [replace(e, where=far) if c.dotted else e for e, c in zip(newest, curves, strict=True)]
    rows = len(legend(title, widest, axes.window, width, max(1, min(height // 4, 8)), ink, notes))
    entries = newest if cursor is None else _entries(curves, axes, ink, title, cursor)
    heads = legend(title, entries, axes.window, width, rows, ink, notes)
    return heads + note("", width, ink, rows - len(heads))


def _entries(curves: Sequence[Curve], axes: Axes, ink: Ink, title: str, cursor: float | None) -> list[Entry]:
    entries = []
    for curve, letter in zip(curves, letters(curves, ink), strict=True):
        trace = curve.trace
        point = trace.last(axes.window) if cursor is None else trace.near(cursor, axes.window)
        off = cursor is not None and point is not None and abs(point.x - cursor) > 1e-9 * max(1.0, abs(cursor))
        entries.append(
            Entry(
                swatch=letter + curve.swatch,
                label="" if curve.label == title else curve.label,
                colour=curve.colour(ink),
                value=point.value if point else None,
                smooth=point.smooth if point and curve.averaged(axes.window) else None,
                where=place(point.x, axes) if point and off else "",
                faded=curve.faded,
            )
        )
    return entries


def _notes(curves: Sequence[Curve], pieces: Pieces, axes: Axes, columns: int) -> list[str]:
    """What the picture does not show, in words."""
    notes = []
    knots = [k for part in pieces for k in part]
    lost = sum(int(k.bad[(k.at >= 0) & (k.at <= columns - 1)].sum()) for k in knots)
    if lost:
        notes.append(f"× {short(lost)} nan or inf")
    if axes.log and any((k.low <= 0).any() for k in knots):
        notes.append("≤ 0 not drawn")
    if axes.clip:
        notes.append(f"clipped to {PERCENT}-{100 - PERCENT} %")
    if any(c.trace.timeless for c in curves):
        notes.append("some without times")
    return notes


def _where(curves: Sequence[Curve], axes: Axes, x: float) -> str:
    """The crosshair in words: its x, and the step and the run's time of a point that lies there."""
    point = next((p for c in curves if (p := c.trace.near(x)) is not None and p.x == x), None)
    text = ("step " if axes.x == "step" else "") + place(x, axes)
    if point is None:
        return text
    if axes.x != "step":
        text += f" · step {point.step}"
    return text if axes.x == "time" or point.elapsed != point.elapsed else f"{text} · {lasting(point.elapsed)}"
