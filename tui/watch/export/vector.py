"""A chart as SVG: the same traces and axes as in the terminal, in lines that can be scaled. Pure functions."""

from collections.abc import Sequence
from html import escape

import numpy as np

from ....engine.text import sanitize
from ...render.axes import Axes, Axis
from ...render.braille import Dots, Floats
from ...render.curve import Curve
from ...render.ticks import ticks, time_ticks
from ...render.trace import Knots

LEFT, TOP, RIGHT, BOTTOM = 58, 26, 12, 34
"""Room around the plot, in pixels."""
FONT = 'font-family="Helvetica, Arial, sans-serif" font-size="11"'
DASHES = ("", "9 4", "3 3", "9 3 2 3")
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#333333", "#8c564b")
"""Okabe and Ito's, darkened where they would be faint on paper."""


def colour(slot: int) -> str:
    """The colour of a slot on paper."""
    return COLOURS[slot % len(COLOURS)]


def dash(shape: int) -> str:
    """The dashes of a curve's shape."""
    return DASHES[shape % len(DASHES)]


def words(text: object) -> str:
    """Foreign text, harmless in SVG and HTML."""
    return escape(sanitize(text, limit=400))


def chart(curves: Sequence[Curve], axes: Axes, x: float, y: float, width: float, height: float, title: str) -> str:
    """A `<g>` of `width` x `height` pixels with its upper left corner at (x, y)."""
    wide, high = width - LEFT - RIGHT, height - TOP - BOTTOM
    columns = max(int(wide), 8)
    pieces = [curve.trace.knots(axes, columns) for curve in curves]
    bands = [
        [part.knots(axes, columns) for part in (curve.low, curve.high)] if curve.low and curve.high else None
        for curve in curves
    ]
    held = [np.concatenate([k.low, k.high])[_inside(k, columns)] for knots in pieces for k in knots]
    held += [np.concatenate([k.low, k.high])[_inside(k, columns)] for band in bands if band for ks in band for k in ks]
    values = np.concatenate([np.empty(0), *held])
    axis = Axis.around(values, 5, axes.log)
    parts = [f'<g transform="translate({x:g},{y:g})">']
    parts.append(f'<text x="{LEFT}" y="16" {FONT} font-weight="bold">{words(title)}</text>')
    if axis is None:
        parts.append(_text(LEFT + wide / 2, TOP + high / 2, "no points here", "#777", "middle") + "</g>")
        return "".join(parts)
    axis = Axis(
        axis.low if axes.y_low is None else axes.y_low, axis.high if axes.y_high is None else axes.y_high, axis.log
    )
    parts.append(f'<svg x="{LEFT}" y="{TOP}" width="{wide:g}" height="{high:g}" overflow="hidden">')
    parts.append(_grid(axis, wide, high))
    for curve, knots, band in zip(curves, pieces, bands, strict=True):
        own = colour(curve.slot)
        if band:
            parts += [_area(low, high_, axis, columns, wide, high, own) for low, high_ in zip(*band, strict=False)]
        dashes, smooth = dash(curve.shape), curve.averaged(axes.smooth)
        for k in knots:
            if smooth:
                parts.append(_line(k, axis, columns, wide, high, own, dashes, 0.7, 0.3, smooth=False))
            parts.append(_line(k, axis, columns, wide, high, own, dashes, 1.6, 1.0, smooth=smooth))
    parts.append("</svg>")
    parts.append(_labels(axis, axes, wide, high))
    parts.append("</g>")
    return "".join(parts)


def _inside(knots: Knots, columns: int) -> Dots:
    here = (knots.at >= 0) & (knots.at <= columns - 1)
    return np.concatenate([here, here])


def _grid(axis: Axis, wide: float, high: float) -> str:
    rows = [high * (1 - share) for share in axis.share(np.array([mark for mark, _ in axis.ticks(5)]))]
    lines = "".join(f'<path d="M0 {row:.1f}H{wide:g}" stroke="#ddd" stroke-width="1"/>' for row in rows)
    return f'<rect width="{wide:g}" height="{high:g}" fill="#fff"/>{lines}'


def _labels(axis: Axis, axes: Axes, wide: float, high: float) -> str:
    parts = [f'<rect x="{LEFT}" y="{TOP}" width="{wide:g}" height="{high:g}" fill="none" stroke="#888"/>']
    for mark, text in axis.ticks(5):
        row = TOP + high * (1 - float(axis.share(np.array([mark]))[0]))
        parts.append(_text(LEFT - 5, row + 4, text, "#444", "end"))
    count = max(int(wide / 80), 2)
    if axes.x in ("time", "clock"):
        marks = time_ticks(axes.low, axes.high, count, axes.x == "clock")
    else:
        marks = ticks(axes.low, axes.high, count)
    if axes.log_x:
        decades = Axis(axes.start, axes.high, True)
        marks = decades.ticks(count)
    for at, text in marks:
        share = float(axes.share(np.array([at]))[0])
        if 0 <= share <= 1:
            column = LEFT + share * wide
            parts.append(f'<path d="M{column:.1f} {TOP + high:g}v4" stroke="#888"/>')
            parts.append(_text(column, TOP + high + 16, text, "#444", "middle"))
    parts.append(_text(LEFT + wide, TOP + high + 30, axes.x, "#777", "end"))
    return "".join(parts)


def _text(x: float, y: float, text: str, ink: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {FONT} text-anchor="{anchor}" fill="{ink}">{words(text)}</text>'


def _place(values: Floats, axis: Axis, high: float) -> Floats:
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(np.clip((1 - axis.share(values)) * high, -1e5, 1e5))


def _line(
    k: Knots,
    axis: Axis,
    columns: int,
    wide: float,
    high: float,
    own: str,
    dashes: str,
    thick: float,
    faint: float,
    *,
    smooth: bool,
) -> str:
    """A path through every column's least and greatest value, so that no spike is lost; or through the smoothed."""
    xs = k.at / max(columns - 1, 1) * wide
    if smooth:
        rows = [(x, (y,)) for x, y in zip(xs, _place(k.smooth, axis, high), strict=True)]
    else:
        ends = [_place(part, axis, high) for part in (k.first, k.low, k.high, k.last)]
        rows = [(x, row) for x, row in zip(xs, zip(*ends, strict=True), strict=True)]
    path: list[str] = []
    dots: list[str] = []
    drawing = False
    for i, (x, row) in enumerate(rows):
        known = [y for y in row if np.isfinite(y)]
        seen = list(dict.fromkeys(f"{y:.1f}" for y in known))
        for y in seen:
            path.append(f"{'L' if drawing else 'M'}{x:.1f} {y}")
            drawing = True
        linked = bool(k.linked[i]) if i < len(k.linked) else False
        if known and not linked and (i == 0 or not k.linked[i - 1]):  # a point alone
            dots.append(f'<circle cx="{x:.1f}" cy="{known[-1]:.1f}" r="2.2" fill="{own}" fill-opacity="{faint:g}"/>')
        drawing = drawing and (linked or smooth) and bool(known)
    pattern = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<path d="{"".join(path)}" fill="none" stroke="{own}" stroke-width="{thick:g}" stroke-opacity="{faint:g}" '
        f'stroke-linejoin="round" stroke-linecap="round"{pattern}/>{"".join(dots)}'
    )


def _area(low: Knots, top: Knots, axis: Axis, columns: int, wide: float, high: float, own: str) -> str:
    count = min(len(low.at), len(top.at))
    xs = low.at[:count] / max(columns - 1, 1) * wide
    floor, roof = _place(low.low[:count], axis, high), _place(top.high[:count], axis, high)
    good = np.isfinite(floor) & np.isfinite(roof)
    points = [f"{x:.1f},{y:.1f}" for x, y in zip(xs[good], roof[good], strict=True)]
    points += [f"{x:.1f},{y:.1f}" for x, y in zip(xs[good][::-1], floor[good][::-1], strict=True)]
    return f'<polygon points="{" ".join(points)}" fill="{own}" fill-opacity="0.18"/>'


def legend(curves: Sequence[Curve], width: float) -> tuple[str, float]:
    """Names with the colours and dashes of their curves, in rows; and the height that they take."""
    parts, x, y = [], float(LEFT), 14.0
    for curve in curves:
        name = curve.label + (f" ({curve.note})" if curve.note else "")
        size = 34 + 6.2 * len(name)
        if x + size > width and x > LEFT:
            x, y = float(LEFT), y + 18
        own, dashes = colour(curve.slot), dash(curve.shape)
        pattern = f' stroke-dasharray="{dashes}"' if dashes else ""
        parts.append(f'<path d="M{x:g} {y - 4:g}h22" stroke="{own}" stroke-width="2.5"{pattern}/>')
        parts.append(f'<text x="{x + 27:g}" y="{y:g}" {FONT}>{words(name)}</text>')
        x += size + 8
    return "".join(parts), y + 10
