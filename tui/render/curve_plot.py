"""The curves of a chart drawn over each other: bands and envelopes, lines, and the signs that tell them apart."""

from collections.abc import Sequence

import numpy as np
from rich.style import Style

from .axes import Axis
from .braille import Cells, Dots
from .colour import mix
from .curve import glyphs, letters
from .curve_dots import Raster, Span
from .curve_layer import Layer
from .curve_signs import Signs, layer_style
from .palette import Ink
from .trace import Knots


class Plot:
    """The field of dots in which curves are drawn: `columns` by `rows` dots, its first cell at (0, left)."""

    def __init__(self, cells: Cells, left: int, columns: int, rows: int, axis: Axis, ink: Ink) -> None:
        self.cells, self.left, self.ink = cells, left, ink
        self.raster = Raster(columns, rows, axis, cells.down)
        self.signs = Signs(cells, left, self.raster, ink)

    def draw(self, layers: Sequence[Layer], limited: bool = False) -> None:
        """Draw all curves: areas, over them quiet lines, in front the others; `limited`: y does not hold all."""
        signs = zip(
            letters([x.curve for x in layers], self.ink), glyphs([x.curve for x in layers], self.ink), strict=True
        )
        told = list(zip(layers, signs, strict=True))
        told = [x for x in told if x[0].curve.behind][::-1] + [x for x in told if not x[0].curve.behind]
        areas = [(layer, dots) for layer, _ in told if (dots := self._area(layer)) is not None]
        spans = [[self._span(layer, k) for k in layer.knots] for layer, _ in told]
        lines = [
            (layer, self._line(layer, span, k))
            for (layer, _), held in zip(told, spans, strict=True)
            for span, k in zip(held, layer.knots, strict=True)
        ]
        for layer, dots in areas:
            dots = dots if self.ink.coloured else self.raster.thinned(dots)
            self.cells.dots(0, self.left, dots, self._faint(layer))
        if areas and lines and self.ink.coloured:
            over = self.cells.pack(np.logical_or.reduce([dots for _, dots in lines])) > 0
            for layer, _ in areas:
                self.cells.shade(0, self.left, over, self._faint(layer), self._shades(layer))
        crowd = np.zeros((self.raster.rows // self.raster.down, self.raster.columns // 2), np.intp)
        for layer, dots in lines:
            crowd += self.cells.dots(0, self.left, dots, layer_style(layer, self.ink))
        for index, ((layer, (letter, glyph)), held) in enumerate(zip(told, spans, strict=True)):
            if letter and self.signs.letter(letter, index, len(told), layer):
                letter = ""
            for span in held:
                if letter or glyph:
                    self.signs.glyph(letter or glyph, index, len(told), layer, span, crowd == 1)
                if limited:
                    self.signs.leaving(layer, span)
        self.signs.values(layers)

    def _span(self, layer: Layer, k: Knots) -> Span:
        return self.raster.line(k) if layer.smooth else self.raster.envelope(k)

    def _line(self, layer: Layer, span: Span, k: Knots) -> Dots:
        dots = self.raster.dashed(self.raster.filled(span), layer.curve.shape)
        points = self.raster.points(k, layer.curve.dotted, layer.smooth)
        return dots if points is None else np.asarray(dots | points)

    def _area(self, layer: Layer) -> Dots | None:
        """The band of a curve, or the envelope of its raw values."""
        raster = self.raster
        if layer.banded:
            ends = [[self._span(layer, k) for k in knots] for knots in (layer.high, layer.low)]
            top = np.fmin.reduce([span[0] for span in ends[0]])
            bottom = np.fmax.reduce([span[1] for span in ends[1]])
            return raster.filled((top, bottom))
        if not layer.raw or not layer.knots:
            return None
        return np.asarray(np.logical_or.reduce([raster.filled(raster.envelope(k)) for k in layer.knots]))

    def _faint(self, layer: Layer) -> Style:
        own = layer.curve.colour(self.ink)
        if not self.ink.coloured:
            return self.ink.style(own, dim=True)
        return self.ink.style(mix(self.ink.background, own, 0.3 if layer.banded else 0.5))

    def _shades(self, layer: Layer) -> list[Style]:
        """Backgrounds about as bright as faint dots are from afar."""
        own, ground = layer.curve.colour(self.ink), self.ink.background
        return [self.ink.style(own, mix(ground, own, share)) for share in (0.05, 0.1, 0.15, 0.2)]
