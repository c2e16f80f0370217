"""A wall of thumbnails: one small heat map a channel, with its title, and one of them selected."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.cells import cell_len
from textual.strip import Strip

from .cells import Part, blank, line
from .heatmap import fit, heatmap, pixels, size
from .numbers import cut, pad
from .palette import Ink
from .pooling import factor, shrink
from .scale import Scale

_ZOOM_MOST = 12
_INNER_LEAST = 3
_SEEN_LEAST = 4


@dataclass(frozen=True)
class Tiles:
    """A drawn wall; `shown` are the indices of the visible maps, `pooled` the block side (1: none)."""

    strips: list[Strip]
    columns: int
    rows_of_tiles: int
    visible_rows: int
    first: int
    shown: range
    zoom: int
    pooled: int
    tile_width: int
    tile_height: int

    def hit(self, x: int, y: int) -> int | None:
        """The index of the map at a cell of the wall."""
        if not self.shown or x < 0 or y < 0:
            return None
        column, row = x // self.tile_width, y // self.tile_height
        index = (self.first + row) * self.columns + column
        return index if column < self.columns and row < self.visible_rows and index in self.shown else None

    def first_for(self, index: int) -> int:
        """The least scrolled `first` that shows the map `index`."""
        row = index // max(1, self.columns)
        return min(max(self.first, row - self.visible_rows + 1), row)


def tiles(
    maps_chw: Any,
    titles: Sequence[str],
    scales: Scale | Sequence[Scale],
    ink: Ink,
    width: int,
    height: int,
    *,
    selected: int | None = None,
    first: int = 0,
) -> Tiles:
    """Maps [c, h, w] in exactly `width` x `height` cells, from tile row `first` (clamped).

    The largest zoom at which all maps fit is taken; otherwise zoom 1 and scrolling by whole rows.
    Maps of which not even a handful would fit are pooled.
    """
    maps = np.asarray(maps_chw)
    count = len(maps) if maps.ndim == 3 and maps.size else 0
    if not count or width < _INNER_LEAST + 2 or height < 3:
        return Tiles([blank(width, ink)] * max(0, height), 0, 0, 0, 0, range(0), 0, 1, 1, 1)
    pooled = _pooled(count, maps.shape[1], maps.shape[2], ink, width, height)
    h, w = (-(-side // pooled) for side in maps.shape[1:])
    zoom = _zoom(count, h, w, ink, width, height)
    tile_width, tile_height = _tile(h, w, ink, zoom)
    columns, visible = max(1, width // tile_width), max(1, height // tile_height)
    rows = -(-count // columns)
    first = max(0, min(first, rows - visible))
    shown = range(first * columns, min(count, (first + visible) * columns))
    drawn = []
    for index in shown:
        scale = scales if isinstance(scales, Scale) else scales[index]
        values = shrink(maps[index], h, w) if pooled > 1 else maps[index]
        title = titles[index] if index < len(titles) else str(index)
        strips = heatmap(values, scale, ink, zoom=zoom)
        drawn.append(_framed(strips, title, ink, tile_width, index == selected))
    strips = [
        line((part for tile in drawn[at : at + columns] for part in tile[y]), width, ink)
        for at in range(0, len(drawn), columns)
        for y in range(tile_height)
    ]
    strips = [*strips[:height], *[blank(width, ink)] * (height - len(strips))]
    return Tiles(strips, columns, rows, visible, first, shown, zoom, pooled, tile_width, tile_height)


def _tile(h: int, w: int, ink: Ink, zoom: int) -> tuple[int, int]:
    """Columns and rows of one tile with its frame, whose upper edge holds the title."""
    columns, rows = size(h, w, ink, zoom)
    return max(columns, _INNER_LEAST) + 2, rows + 2


def _holds(h: int, w: int, ink: Ink, zoom: int, width: int, height: int) -> int:
    """How many tiles the wall holds at once."""
    columns, rows = _tile(h, w, ink, zoom)
    return (width // columns) * (height // rows)


def _zoom(count: int, h: int, w: int, ink: Ink, width: int, height: int) -> int:
    most = min(_ZOOM_MOST, fit(h, w, ink, width - 2, height - 2))
    return next((zoom for zoom in range(most, 1, -1) if _holds(h, w, ink, zoom, width, height) >= count), 1)


def _pooled(count: int, h: int, w: int, ink: Ink, width: int, height: int) -> int:
    """The side of the blocks to pool, so that at least a handful of maps is seen at once."""
    high, wide = pixels(ink, width - 2, height - 2)
    if factor(h, w, high, wide) == 1 and _holds(h, w, ink, 1, width, height) >= min(count, 2):
        return 1
    block = factor(h, w, high, wide)
    while block < max(h, w) and _holds(-(-h // block), -(-w // block), ink, 1, width, height) < min(count, _SEEN_LEAST):
        block += 1
    return block


def _framed(strips: list[Strip], title: str, ink: Ink, width: int, chosen: bool) -> list[list[Part]]:
    """The rows of one tile; the frame of the chosen one is drawn, that of the others is empty space."""
    inner = width - 2
    edge = ink.style(ink.accent, bold=True)
    if chosen:
        label = cut(title, inner)
        rule = "━" * (inner - cell_len(label))
        head: list[Part] = [("┏", edge), (label, ink.selected()), (rule + "┓", edge)]
        foot: list[Part] = [("┗" + "━" * inner + "┛", edge)]
    else:
        head = [(" " + pad(title, inner) + " ", ink.style(ink.dim))]
        foot = [(" " * width, ink.style())]
    side = ("┃", edge) if chosen else (" ", ink.style())
    rows = [head]
    for strip in strips:
        rest = inner - strip.cell_length
        body: list[Part] = [(segment.text, segment.style or ink.style()) for segment in strip]
        rows.append([side, *body, (" " * rest, ink.style()), side])
    return [*rows, foot]
