"""A grid of pixels, known or not, with the tree over it: a line from each pixel to its parent."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.style import Style
from textual.strip import Strip

from .braille import Cells
from .colour import mix, readable
from .latent.dots import stroke
from .palette import Ink

ON, OFF = "#f4f4f4", "#000000"
_LEVELS = 6
"""Shades of lines."""
LEAST = 0.01
"""Nats below which two pixels say next to nothing of each other: such lines are left out."""
LINES = ("tree", "pixel", "none")
"""Which lines are drawn: all, those of the focused pixel, none."""


@dataclass(frozen=True)
class Crop:
    """The pixels that are shown, each 2 `zoom` x `zoom` cells: `rows` x `columns` from (`top`, `left`) on."""

    top: int
    left: int
    rows: int
    columns: int
    zoom: int

    @property
    def width(self) -> int:
        """Cells."""
        return 2 * self.zoom * self.columns

    @property
    def height(self) -> int:
        """Cells."""
        return self.zoom * self.rows

    def hit(self, x: int, y: int) -> tuple[int, int] | None:
        """Row and column of the pixel at a cell."""
        if not (0 <= x < self.width and 0 <= y < self.height):
            return None
        return self.top + y // self.zoom, self.left + x // (2 * self.zoom)

    def of(self, values_hw: Any) -> Any:
        """What is shown of an array with a value for each pixel."""
        return np.asarray(values_hw)[self.top : self.top + self.rows, self.left : self.left + self.columns]


def crop(h: int, w: int, zoom: int, width: int, height: int, focus: tuple[int, int]) -> Crop:
    """All h x w pixels if they fit, else those around the focus."""
    rows, columns = max(1, min(h, height // zoom)), max(1, min(w, width // (2 * zoom)))
    top = min(max(0, focus[0] - rows // 2), h - rows)
    left = min(max(0, focus[1] - columns // 2), w - columns)
    return Crop(top, left, rows, columns, zoom)


@dataclass(frozen=True)
class Pixels:
    """Evidence (p,): 1, 0 or negative where unknown; parents (p,), -1 for a root; nats shared with the parent (p,)."""

    evidence: Any
    parents: Any
    information: Any
    columns: int
    focus: int
    lines: str = LINES[0]


def pixel_grid(pixels: Pixels, part: Crop, ink: Ink) -> list[Strip]:
    """The part of the grid; the focused pixel is marked, its parent `^`, its children `v`."""
    cells = Cells(part.width, part.height, ink.style())
    evidence = part.of(np.asarray(pixels.evidence).reshape(-1, pixels.columns))
    for (row, column), value in np.ndenumerate(evidence):
        style = ink.style(None, _ground(int(value), ink))
        y, x = row * part.zoom, 2 * column * part.zoom
        cells.looks[y : y + part.zoom, x : x + 2 * part.zoom] = cells.look(style)
    _lines(cells, pixels, part, ink)
    _marks(cells, pixels, part, evidence, ink)
    return cells.strips()


def _ground(value: int, ink: Ink) -> str | None:
    if ink.depth == "none":
        return None
    unknown = ink.tint(ink.foreground, 0.22) if ink.coloured else None
    return {1: ON, 0: OFF}.get(value, unknown)


def _lines(cells: Cells, pixels: Pixels, part: Crop, ink: Ink) -> None:
    """The weak ones first, so that the strong ones lie on top; those of the focused pixel last."""
    parents = np.asarray(pixels.parents)
    information = np.nan_to_num(np.asarray(pixels.information, np.float64))
    children = np.flatnonzero((parents >= 0) & (information >= LEAST))
    own = children[(children == pixels.focus) | (parents[children] == pixels.focus)]
    if pixels.lines == "tree":
        shared = information[children]
        level = np.ceil(_LEVELS * shared / (shared.max(initial=0.0) or 1.0)).clip(1, _LEVELS)
        weak, strong = ink.tint(ink.foreground, 0.36), ink.accent
        for k in range(1, _LEVELS + 1):
            colour = mix(weak, strong, (k - 1) / (_LEVELS - 1)) if ink.coloured else ink.foreground
            _drawn(cells, children[level == k], parents, part, pixels.columns, ink.style(colour, dim=k <= 2))
    if pixels.lines != "none":
        _drawn(cells, own, parents, part, pixels.columns, ink.style(ink.cursor, bold=True))


def _drawn(cells: Cells, children: Any, parents: Any, part: Crop, columns: int, style: Style) -> None:
    dots = np.zeros((4 * part.height, 2 * part.width), np.bool_)
    for child in children.tolist():
        ends = [_middle(pixel, part, columns) for pixel in (child, int(parents[child]))]
        stroke(dots, ends)
    if dots.any():
        cells.dots(0, 0, dots, style)


def _middle(pixel: int, part: Crop, columns: int) -> tuple[float, float]:
    """Dot (column, row) in the middle of a pixel; a cell has 2 x 4."""
    row, column = pixel // columns - part.top, pixel % columns - part.left
    return 4 * part.zoom * (column + 0.5) - 0.5, 4 * part.zoom * (row + 0.5) - 0.5


def _marks(cells: Cells, pixels: Pixels, part: Crop, evidence: Any, ink: Ink) -> None:
    """In the middle of a pixel: 1 or 0 where it is known, its part in the focused pixel's family, the focus itself."""
    parents = np.where(np.nan_to_num(np.asarray(pixels.information)) >= LEAST, np.asarray(pixels.parents), -1)
    for (row, column), value in np.ndenumerate(evidence):
        pixel = (row + part.top) * pixels.columns + column + part.left
        text = {1: "1", 0: "0"}.get(int(value), "")
        focused = pixel == pixels.focus
        family = "^" if pixel == parents[pixels.focus] else "v" if parents[pixel] == pixels.focus else ""
        if focused and not text:
            text = "?"
        if not (text or family or part.zoom > 1):
            continue
        y, x = row * part.zoom + (part.zoom - 1) // 2, 2 * column * part.zoom + part.zoom - 1
        ground = _ground(int(value), ink)
        front = readable(ground) if ground and ink.coloured else None
        style = ink.style(front, ground, bold=bool(text))
        if focused:
            style = ink.style(readable(ink.cursor), ink.cursor, bold=True) if ink.coloured else ink.style(reverse=True)
        shown = text or family or "·"
        if shown == "·" and pixels.lines != "none":
            continue
        cells.bits[y, x : x + 2] = np.where([True, focused or bool(family and text)], 0, cells.bits[y, x : x + 2])
        both = (text + family if text and family else shown).ljust(2 if focused or (text and family) else 1)
        cells.text(y, x, both, style)
