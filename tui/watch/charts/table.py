"""The crosshair in full: every run's value, smoothed value, step and time, in a table. Knows nothing of any widget."""

import math
import time
from collections.abc import Sequence

from textual.strip import Strip

from ...render.axes import Axes
from ...render.cells import Part, line
from ...render.curve import Curve
from ...render.curve_frame import Mark, lasting, place
from ...render.numbers import compact, cut, pad
from ...render.palette import Ink
from ...render.readout import Row, nearest_x, readout

LEAST = 15
"""Rows of a full screen below which the chart has them all."""
NEAR = 0.02
"""So far from the crosshair, as a share of x, a mark is told."""
NAME = 12


def table_rows(count: int, height: int) -> int:
    """Rows for a table of `count` runs under a chart in `height` rows in all."""
    return 0 if height < LEAST else min(count + 2, height // 3)


def table(
    curves: Sequence[Curve],
    axes: Axes,
    cursor: float | None,
    marks: Sequence[Mark],
    width: int,
    height: int,
    ink: Ink,
) -> list[Strip]:
    """A sentence, a head, and a row for each curve, as many as fit; the last says how many do not."""
    rows = _rows(curves, axes, cursor, ink)
    shown = rows if len(rows) <= height - 2 else rows[: max(height - 3, 0)]
    columns = _columns(rows, axes, width)
    name = width - sum(size + 2 for _, size in columns) - 6
    quiet = ink.style(ink.dim)
    strips = [line([(_sentence(curves, axes, cursor, marks, width), ink.style(ink.accent))], width, ink)]
    head: list[Part] = [("      " + pad("run", name), quiet)]
    strips.append(line([*head, *(("  " + title.rjust(size), quiet) for title, size in columns)], width, ink))
    for row in shown:
        parts: list[Part] = [(" " + pad(row.swatch, 4) + " ", ink.style(row.colour, bold=True))]
        parts.append((pad(row.label + (f" ({row.note})" if row.note else ""), name), ink.style()))
        for title, size in columns:
            parts.append(("  " + _cell(title, row, axes).rjust(size), ink.style() if row.here else quiet))
        strips.append(line(parts, width, ink))
    if len(shown) < len(rows):
        strips.append(line([(f"      and {len(rows) - len(shown)} more", quiet)], width, ink))
    return strips[:height]


def _rows(curves: Sequence[Curve], axes: Axes, cursor: float | None, ink: Ink) -> list[Row]:
    """At the crosshair, or each curve's newest point."""
    if cursor is not None:
        return readout(curves, axes, cursor, ink)
    rows = []
    for k, curve in enumerate(curves):
        point = curve.trace.last(axes.smooth)
        rows.append(readout(curves, axes, 0.0 if point is None else point.x, ink)[k])
    return rows


def _sentence(curves: Sequence[Curve], axes: Axes, cursor: float | None, marks: Sequence[Mark], width: int) -> str:
    if cursor is None:
        return cut(" newest values; left and right put a crosshair", width)
    at = nearest_x([curve.trace for curve in curves], cursor)
    text = f" at {axes.x} {place(cursor if at is None else at, axes)}"
    span = (axes.high - axes.low) * NEAR
    near = [mark[1] for mark in sorted(marks, key=lambda m: abs(m[0] - cursor)) if abs(mark[0] - cursor) <= span]
    return cut(" · ".join([text, *near[:3]]), width)


def _columns(rows: Sequence[Row], axes: Axes, width: int) -> list[tuple[str, int]]:
    """Titles and widths of the columns that there is room for, the most important first."""
    wanted = [("value", 9)]
    if any(row.smoothed is not None for row in rows):
        wanted.append(("smoothed", 9))
    if any(row.low is not None for row in rows):
        wanted += [("least", 9), ("greatest", 9)]
    wanted.append(("step", max(5, *(len(str(row.step)) for row in rows)) if rows else 5))
    if axes.x not in ("step", "time", "clock"):
        wanted.append((cut(axes.x, 12), 12))
    wanted += [("after", 8)] if any(math.isfinite(row.elapsed) for row in rows) else []
    wanted += [("at", 19)] if any(row.time and math.isfinite(row.time) for row in rows) else []
    room, kept = width - 6 - NAME, []
    for title, size in wanted:
        if size + 2 <= room:
            kept.append((title, size))
            room -= size + 2
    return kept


def _cell(title: str, row: Row, axes: Axes) -> str:
    numbers = {"value": row.value, "smoothed": row.smoothed, "least": row.low, "greatest": row.high}
    if title in numbers:
        value = numbers[title]
        return "-" if value is None else compact(value, 9, 6)
    if title == "step":
        return "-" if row.step is None else str(row.step)
    if title == "after":
        return lasting(row.elapsed) if math.isfinite(row.elapsed) else "-"
    if title == "at":
        return _clock(row.time)
    return place(row.x, axes) if math.isfinite(row.x) else "-"


def _clock(epoch: float) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(epoch)) if epoch else "-"
    except (OverflowError, ValueError, OSError):
        return "-"
