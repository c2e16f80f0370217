"""A chart of training curves in dots: envelopes and bands, smoothed lines, axes, marks, crosshair, legend.

Knows nothing of any app: curves and axes in, strips out.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from textual.strip import Strip

from .axes import Axes
from .braille import Cells, Marker
from .cells import blank, note
from .curve import Curve, glyphs, letters
from .curve_frame import Frame, Mark, gutter, lasting, place, plain, side
from .curve_headline import headline
from .curve_layer import PERCENT, Layer, layered, y_axis
from .curve_legend import Entry, legend
from .curve_plot import Plot
from .numbers import cut, short
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
    marks: Sequence[Mark] = (),
    x_labels: bool = True,
    marker: Marker = "braille",
    compact: bool = False,
) -> list[Strip]:
    """Strips of the chart, `height` lines of `width` columns: see `drawn`."""
    return drawn(
        curves,
        axes,
        width,
        height,
        ink,
        title=title,
        cursor=cursor,
        marks=marks,
        x_labels=x_labels,
        marker=marker,
        compact=compact,
    )[0]


def drawn(
    curves: Sequence[Curve],
    axes: Axes,
    width: int,
    height: int,
    ink: Ink,
    *,
    title: str = "",
    cursor: float | None = None,
    marks: Sequence[Mark] = (),
    x_labels: bool = True,
    marker: Marker = "braille",
    compact: bool = False,
    aside: int = 0,
) -> tuple[list[Strip], int]:
    """Strips of a chart, `height` lines of `width` columns, and how many columns are left of its plot.

    Args:
        cursor: x of the crosshair; the legend then gives the values there instead of the newest.
        marks: what happened during the runs (see `Mark`); the texts are shown near the crosshair.
        x_labels: whether the last line labels x; without it a chart stacked on this one does.
        marker: what dots are drawn with.
        compact: a small chart of many: title and values in one line, labels of x in the axis; from 20x6 on.
        aside: columns at the right of the first line of a compact chart that are left free.
    """
    left = gutter(width, compact)
    columns = 2 * (width - left)
    layers = layered(curves, axes, columns, ink.coloured)
    notes = _notes(layers, axes, columns)
    heads = _heads(curves, axes, width, height, ink, title, cursor, notes, compact, aside)
    rows = height - len(heads) - (2 if x_labels and not compact else 1)
    if rows < 2 or columns < 8:
        return (heads + note("", width, ink, max(height - len(heads), 0)))[: max(height, 0)], left
    cells = Cells(width, height - len(heads), ink.style(), marker)
    axis = y_axis(layers, axes, columns, rows // 3 + 1)
    if (wide := side(axis, width, rows, compact)) > left:
        left, columns = wide, 2 * (width - wide)
        layers = layered(curves, axes, columns, ink.coloured)
        axis = y_axis(layers, axes, columns, rows // 3 + 1)
    frame = Frame(cells, axes, rows, ink, x_labels, compact, left)
    pieces = [layer.knots for layer in layers]
    words = "" if cursor is None else place(cursor, axes) if compact else _where(curves, axes, cursor)
    start, label = (0, "") if cursor is None else frame.reading(cursor, words, () if compact else marks)
    busy = {*frame.broken(pieces), *(at for mark in marks if (at := frame.column(mark[0])) is not None)}
    frame.draw(axis, range(start, start + len(label)), busy)
    if axis is None:
        cells.text(rows // 2, left + 1, plain(_empty(layers, axes)).center(columns // 2 - 2), ink.style(ink.dim))
    else:
        limited = axes.clip or axes.y_low is not None or axes.y_high is not None
        Plot(cells, left, columns, cells.down * rows, axis, ink).draw(layers, limited)
    frame.gaps(pieces)
    frame.marks(marks)
    if cursor is not None:
        frame.crosshair(cursor, start, label)
    return heads + cells.strips(), left


def column_x(axes: Axes, width: int, column: int, compact: bool = False) -> float:
    """The x in the middle of cell `column` of a chart `width` cells wide; the nearest outside the plot."""
    left = gutter(width, compact)
    share = (2 * (column - left) + 0.5) / max(2 * (width - left) - 1, 1)
    return float(axes.at(np.array(min(max(share, 0.0), 1.0))))


def _heads(
    curves: Sequence[Curve],
    axes: Axes,
    width: int,
    height: int,
    ink: Ink,
    title: str,
    cursor: float | None,
    notes: Sequence[str],
    compact: bool,
    aside: int,
) -> list[Strip]:
    """The legend; a crosshair does not change how many lines it has."""
    if compact:
        entries, room = _entries(curves, axes, ink, title, cursor), max(width - aside, 0)
        head = headline(title, entries, room, ink, notes)
        return [Strip.join([head, blank(width - room, ink)])] if height > 0 else []
    newest, how = _entries(curves, axes, ink, title, None), axes.smooth.words()
    far = place(axes.high, axes)
    widest = [replace(e, where=far) if c.dotted else e for e, c in zip(newest, curves, strict=True)]
    rows = len(legend(title, widest, how, width, max(1, min(height // 4, 8)), ink, notes))
    entries = newest if cursor is None else _entries(curves, axes, ink, title, cursor)
    heads = legend(title, entries, how, width, rows, ink, notes)
    return heads + note("", width, ink, rows - len(heads))


def _entries(curves: Sequence[Curve], axes: Axes, ink: Ink, title: str, cursor: float | None) -> list[Entry]:
    entries = []
    for curve, letter, glyph in zip(curves, letters(curves, ink), glyphs(curves, ink), strict=True):
        trace = curve.trace
        point = trace.last(axes.smooth) if cursor is None else trace.near(cursor, axes.smooth)
        off = cursor is not None and point is not None and abs(point.x - cursor) > 1e-9 * max(1.0, abs(cursor))
        swatch = curve.swatch
        entries.append(
            Entry(
                swatch=letter + (swatch[0] + glyph + swatch[1:] if glyph else swatch),
                sign=letter or glyph or "━",
                label="" if curve.label == title else curve.label,
                colour=curve.colour(ink),
                value=point.value if point else None,
                smooth=point.smooth if point and curve.averaged(axes.smooth) else None,
                where=place(point.x, axes) if point and off else "",
                faded=curve.behind,
                note=curve.note,
            )
        )
    return entries


def _empty(layers: Sequence[Layer], axes: Axes) -> str:
    """Why there is nothing to see."""
    if not any(len(layer.curve.trace) for layer in layers) and any(layer.curve.trace.without for layer in layers):
        return "no times are logged" if axes.x in ("time", "clock") else f"no {cut(axes.x, 30)} at these steps"
    traces = [layer.curve.trace for layer in layers if layer.curve.trace.extent()]
    if axes.log_x and traces and not any(trace.extent(positive=True) for trace in traces):
        return "log x: no positive x here"
    some = any(np.isfinite(k.low).any() for layer in layers for k in layer.knots)
    return "log y: no positive value here" if axes.log and some else "no points here"


def _notes(layers: Sequence[Layer], axes: Axes, columns: int) -> list[str]:
    """What the picture does not show, in words."""
    notes = []
    knots = [k for layer in layers for k in layer.knots]
    lost = sum(int(k.bad[(k.at >= 0) & (k.at <= columns - 1)].sum()) for k in knots)
    if lost:
        notes.append(f"× {short(lost)} nan or inf")
    if axes.log and any((k.low <= 0).any() for k in knots):
        notes.append("≤ 0 not drawn")
    if axes.log_x and any((layer.curve.trace.extent() or (1.0,))[0] <= 0 for layer in layers):
        notes.append("x ≤ 0 not drawn")
    if any(layer.bare and layer.smooth for layer in layers):
        notes.append("raw values not drawn")
    if axes.clip:
        notes.append(f"clipped to {PERCENT}-{100 - PERCENT} %")
    if axes.y_low is not None or axes.y_high is not None:
        notes.append("y as typed")
    if any(layer.curve.trace.without for layer in layers):
        name = {"time": "times", "clock": "times"}.get(axes.x, axes.x)
        notes.append(f"some without {cut(name, 30)}")
    return notes


def _where(curves: Sequence[Curve], axes: Axes, x: float) -> str:
    """The crosshair in words: its x, and the step and the run's time of a point that lies there."""
    point = next((p for c in curves if (p := c.trace.near(x)) is not None and p.x == x), None)
    text = (f"{axes.x} " if axes.x not in ("time", "clock") else "") + place(x, axes)
    if point is None:
        return text
    if axes.x != "step":
        text += f" · step {point.step}"
    return text if axes.x == "time" or point.elapsed != point.elapsed else f"{text} · {lasting(point.elapsed)}"
