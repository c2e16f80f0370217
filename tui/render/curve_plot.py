"""The curves of a chart as layers of dots: envelopes, lines, points, and letters for want of colours."""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
from rich.style import Style

from .axes import Axes, Axis
from .braille import Cells, Dots, Floats, fill, link
from .colour import mix
from .curve import Curve, letters
from .numbers import compact
from .palette import Ink
from .trace import Knots

Pieces = Sequence[Sequence[Knots]]
"""For every curve, its knots: one item a restart."""

PERCENT = 5
"""Clipping leaves out this much of the columns at either end of the range."""

_DASHES = ("1", "11111100", "1100", "1111110011000")


def drawn(curves: Sequence[Curve], pieces: Pieces, axes: Axes, columns: int) -> Floats:
    """The finite values that the range of y must hold."""
    parts = [np.empty(0)]
    for curve, knots in zip(curves, pieces, strict=True):
        for k in knots:
            here = (k.at >= 0) & (k.at <= columns - 1)
            only_mean = curve.faded and curve.averaged(axes.window)
            parts += [k.smooth[here]] if only_mean else [k.low[here], k.high[here]]
    values = np.concatenate(parts)
    values = values[np.isfinite(values)]
    if axes.log:
        values = values[values > 0]
    if axes.clip and len(values):
        low, high = np.percentile(values, [PERCENT, 100 - PERCENT], method="nearest")
        values = values[(values >= low) & (values <= high)]
    return values


class Plot:
    """The field of dots in which curves are drawn: `columns` by `rows` dots, its first cell at (0, left)."""

    def __init__(self, cells: Cells, left: int, columns: int, rows: int, axis: Axis, ink: Ink) -> None:
        self.cells, self.left, self.columns, self.rows, self.axis, self.ink = (
            cells,
            left,
            columns,
            rows,
            axis,
            ink,
        )

    def draw(self, curves: Sequence[Curve], pieces: Pieces, window: int) -> None:
        """Draw all curves: raw envelopes, over them lines of earlier runs, in front those of the first."""
        layers = list(zip(curves, pieces, letters(curves, self.ink), strict=True))
        layers = [x for x in layers if x[0].faded][::-1] + [x for x in layers if not x[0].faded]
        raws = [(c, k) for c, knots, _ in layers for k in knots if c.averaged(window) and not c.faded]
        lines = [(c, self._shape(k, c, window)) for c, knots, _ in layers for k in knots]
        for curve, k in raws:
            self.cells.dots(0, self.left, self._thinned(self.envelope(k)), self._faint(curve))
        if raws and lines and self.ink.coloured:
            over = np.logical_or.reduce([dots for _, dots in lines])
            for curve in {id(c): c for c, _ in raws}.values():
                self.cells.shade(0, self.left, over, self._faint(curve), self._shades(curve))
        for curve, dots in lines:
            self.cells.dots(0, self.left, dots, self.ink.style(curve.colour(self.ink)))
        for index, (curve, knots, letter) in enumerate(layers):
            if letter:
                self._letter(letter, index, len(layers), curve, knots, curve.averaged(window))

    def values(self, curves: Sequence[Curve], pieces: Pieces) -> None:
        """The number beside each point if no curve has more than one; only in cells that are free."""
        if any(len(curve.trace) > 1 for curve in curves):
            return
        for curve, k in ((c, k) for c, knots in zip(curves, pieces, strict=True) for k in knots):
            row = self._row(k.last)[0]
            if not (0 <= k.at[0] <= self.columns - 1 and 0 <= row <= self.rows - 1):
                continue
            line, column, text = int(row + 0.5) // 4, int(k.at[0]) // 2, compact(float(k.last[0]), 8)
            for start in (column + 2, column - 1 - len(text)):
                cells = range(start, start + len(text))
                if (
                    start >= 0
                    and cells[-1] < self.columns // 2
                    and all(self.cells.free(line, self.left + cell) for cell in cells)
                ):
                    self.cells.text(line, self.left + start, text, self.ink.style(curve.colour(self.ink), bold=True))
                    break

    def _shape(self, k: Knots, curve: Curve, window: int) -> Dots:
        mean = curve.averaged(window)
        line = self._dashed(self._line(k) if mean else self.envelope(k), curve.shape)
        return np.asarray(line | self._points(k, curve, mean))

    def _faint(self, curve: Curve) -> Style:
        if not self.ink.coloured:
            return self.ink.style(curve.colour(self.ink), dim=True)
        return self.ink.style(mix(self.ink.background, curve.colour(self.ink), 0.5))

    def _shades(self, curve: Curve) -> list[Style]:
        """Backgrounds about as bright as faint dots are from afar."""
        own, ground = curve.colour(self.ink), self.ink.background
        return [self.ink.style(own, mix(ground, own, share)) for share in (0.05, 0.1, 0.15, 0.2)]

    def _row(self, values: Floats) -> Floats:
        with np.errstate(over="ignore", invalid="ignore"):
            return (1 - self.axis.share(values)) * (self.rows - 1)

    def envelope(self, k: Knots) -> Dots:
        """Every column from its least to its greatest value, joined to its neighbours."""
        top, bottom = self._row(k.high), self._row(k.low)
        if self.axis.log:  # A column that reaches down to zero or below reaches the floor.
            bottom = np.where((k.low <= 0) & (k.high > 0), float(self.rows), bottom)
        inside = self._inside(k)
        at = k.at[inside].astype(np.int64)
        upper, lower = np.full(self.columns, np.nan), np.full(self.columns, np.nan)
        upper[at], lower[at] = top[inside], bottom[inside]
        joins = link(k.at, self._row(k.first), self._row(k.last), k.linked, self.columns)
        return fill(np.fmin(upper, joins[0]), np.fmax(lower, joins[1]), self.rows)

    def _line(self, k: Knots) -> Dots:
        """The trailing means, joined."""
        rows = self._row(k.smooth)
        return fill(*link(k.at, rows, rows, _pairs(np.isfinite(rows)), self.columns), self.rows)

    def _points(self, k: Knots, curve: Curve, mean: bool) -> Dots:
        """A small cross at a dotted curve's points while they are few, and at lone points of any curve."""
        dots = np.zeros((self.rows + 2, self.columns + 2), np.bool_)
        rows = self._row(k.smooth if mean else k.last)
        linked = _pairs(np.isfinite(rows)) if mean else k.linked
        wanted = ~(np.append(linked, False) | np.insert(linked, 0, False)) & (k.low == k.high)
        if curve.dotted and len(k.at) <= self.columns / 8:
            wanted[:] = True
        with np.errstate(invalid="ignore"):
            r = np.floor(rows + 0.5)
            here = wanted & self._inside(k) & (r >= 0) & (r <= self.rows - 1)
        row, column = r[here].astype(np.int64) + 1, k.at[here].astype(np.int64) + 1
        for down, right in ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)):
            dots[row + down, column + right] = True
        return dots[1:-1, 1:-1]

    def _inside(self, k: Knots) -> Dots:
        return (k.at >= 0) & (k.at <= self.columns - 1)

    def _thinned(self, dots: Dots) -> Dots:
        """Where shades are few: an envelope's outline and every second dot; a line on it stands out."""
        if self.ink.coloured:
            return dots
        inner = dots.copy()
        inner[1:] &= dots[:-1]
        inner[:-1] &= dots[1:]
        odd = (np.arange(self.rows)[:, None] + np.arange(self.columns)) % 2 == 1
        return np.asarray(dots & ~(inner & odd))

    def _dashed(self, dots: Dots, shape: int) -> Dots:
        """Gaps in a line, but none in a steep stretch: no spike is lost."""
        if not shape:
            return dots
        pattern = np.array([bit == "1" for bit in _DASHES[shape % len(_DASHES)]])
        return np.asarray(dots & (np.resize(pattern, self.columns) | (dots.sum(0) > 4)))

    def _letter(self, letter: str, index: int, count: int, curve: Curve, knots: Sequence[Knots], mean: bool) -> None:
        """The curve's letter beside it, every now and then; only in cells that are free."""
        style = self.ink.style(curve.colour(self.ink), bold=True)
        period = max(16, 4 * count)
        for k in knots:
            rows = self._row(k.smooth if mean else k.last)
            known = np.isfinite(rows)
            if not known.any():
                continue
            low, high = (k.at[known][[0, -1]].clip(0, self.columns - 1) // 2).astype(int).tolist()
            for start in range(2 + index * period // count, self.columns // 2, period):
                columns = range(max(start, low), min(start + period // 2, high + 1))
                free = (spot for column in columns for spot in self._beside(column, k.at[known], rows[known]))
                for row, column in islice(free, 1):
                    self.cells.text(row, self.left + column, letter, style)

    def _beside(self, column: int, at: Floats, rows: Floats) -> Iterator[tuple[int, int]]:
        """The free cells just above and below a line in one cell column."""
        row = int(np.interp(2 * column, at, rows).clip(-8, self.rows + 8)) // 4
        for place in (row - 1, row + 1):
            if 0 <= place < self.rows // 4 and self.cells.free(place, self.left + column):
                yield place, column


def _pairs(known: Dots) -> Dots:
    return known[:-1] & known[1:]
