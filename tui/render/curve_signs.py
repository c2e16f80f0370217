"""Signs on the curves of a chart: letters, glyphs, numbers beside lone points, arrows where a curve leaves."""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
from rich.style import Style

from .braille import Cells, Dots, Floats
from .curve_dots import Raster, Span
from .curve_layer import Layer
from .numbers import compact
from .palette import Ink
from .smoothing import Ints

APART = 8
"""Columns between two arrows of a curve, at least."""


class Signs:
    """Writes into `cells`, whose first column of the plot is `left`, what tells the curves of a raster apart."""

    def __init__(self, cells: Cells, left: int, raster: Raster, ink: Ink) -> None:
        self.cells, self.left, self.raster, self.ink = cells, left, raster, ink
        self.width = raster.columns // 2
        self.height = raster.rows // raster.down

    def values(self, layers: Sequence[Layer]) -> None:
        """The number beside each point if no curve has more than one; only in cells that are free."""
        if any(len(layer.curve.trace) > 1 for layer in layers):
            return
        for curve, k in ((layer.curve, k) for layer in layers for k in layer.knots):
            row = self.raster.row(k.last)[0]
            if not (0 <= k.at[0] <= self.raster.columns - 1 and 0 <= row <= self.raster.rows - 1):
                continue
            line, column = int(row + 0.5) // self.raster.down, int(k.at[0]) // 2
            text = compact(float(k.last[0]), 8)
            for start in (column + 2, column - 1 - len(text)):
                cells = range(start, start + len(text))
                inside = start >= 0 and cells[-1] < self.width
                if inside and all(self.cells.free(line, self.left + cell) for cell in cells):
                    self.cells.text(line, self.left + start, text, self.ink.style(curve.colour(self.ink), bold=True))
                    break

    def letter(self, letter: str, index: int, count: int, layer: Layer) -> bool:
        """The curve's letter beside it, every now and then, only in cells that are free; whether there were any."""
        style, period, found = self._style(layer), max(16, 4 * count), False
        for at, rows, low, high in self._known(layer):
            for start in range(2 + index * period // count, self.width, period):
                columns = range(max(start, low), min(start + period // 2, high + 1))
                free = (spot for column in columns for spot in self._beside(column, at, rows))
                for row, column in islice(free, 1):
                    self.cells.text(row, self.left + column, letter, style)
                    found = True
        return found

    def glyph(self, glyph: str, index: int, count: int, layer: Layer, span: Span, alone: Dots) -> None:
        """The curve's glyph on it, every now and then, where it is flat and `alone`: nothing that tells is hidden.

        One that is nowhere alone has it where it is flat: glyphs take turns on a line that curves share.
        """
        style, period = self._style(layer), max(24, 6 * count)
        columns = np.arange(self.width)
        rows = self._flat(span)
        flat = rows >= 0
        good = np.flatnonzero(flat & alone[np.maximum(rows, 0), columns])
        good = good if len(good) else np.flatnonzero(flat)
        if not len(good):
            return
        starts = np.arange(3 + index * period // count, self.width, period)
        found = good[np.minimum(np.searchsorted(good, starts), len(good) - 1)]
        for column in found[(found >= starts) & (found < starts + period // 2)].tolist():
            self.cells.put(int(rows[column]), self.left + column, glyph, style)

    def leaving(self, layer: Layer, span: Span) -> None:
        """An arrow at the frame where the curve leaves it, or where it comes in; one for what is near each other."""
        top, bottom = span
        style = self._style(layer)
        with np.errstate(invalid="ignore"):
            above, below = top < -0.5, bottom > self.raster.rows - 0.5
        for sign, row, out in (("▴", 0, above), ("▾", self.height - 1, below)):
            columns = np.unique(np.flatnonzero(out) // 2)
            for away in np.split(columns, np.flatnonzero(np.diff(columns) > APART) + 1) if len(columns) else ():
                column = away[-1] if away[0] == 0 else away[0]
                self.cells.put(row, self.left + int(column), sign, style)

    def _style(self, layer: Layer) -> Style:
        return self.ink.style(layer.curve.colour(self.ink), bold=not layer.curve.behind)

    def _flat(self, span: Span) -> Ints:
        """For each cell column the row of the one cell in which the curve is there, or -1."""
        top, bottom = (end[: 2 * self.width].reshape(-1, 2) for end in span)
        upper, lower = np.floor(top.min(1) + 0.5), np.floor(bottom.max(1) + 0.5)
        with np.errstate(invalid="ignore"):
            first, last = upper // self.raster.down, lower // self.raster.down
            flat = (first == last) & (first >= 0) & (first < self.height)
        return np.where(flat, first, -1.0).astype(np.int64)

    def _known(self, layer: Layer) -> Iterator[tuple[Floats, Floats, int, int]]:
        """For each restart: columns and rows of its knots, and the cell columns between which it lies."""
        for k in layer.knots:
            rows = self.raster.row(k.smooth if layer.smooth else k.last)
            known = np.isfinite(rows)
            if known.any():
                low, high = (k.at[known][[0, -1]].clip(0, self.raster.columns - 1) // 2).astype(int).tolist()
                yield k.at[known], rows[known], low, high

    def _beside(self, column: int, at: Floats, rows: Floats) -> Iterator[tuple[int, int]]:
        """The free cells just above and below a line in one cell column."""
        row = int(np.interp(2 * column, at, rows).clip(-8, self.raster.rows + 8)) // self.raster.down
        for place in (row - 1, row + 1):
            if 0 <= place < self.height and self.cells.free(place, self.left + column):
                yield place, column


def layer_style(layer: Layer, ink: Ink) -> Style:
    """The style of a curve's line."""
    return ink.style(layer.curve.colour(ink), dim=layer.curve.dim and not ink.coloured)
