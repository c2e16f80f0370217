"""The wall of an attention model: a row a layer, a small map a head, one of them chosen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.cells import cell_len
from textual.strip import Strip

from ..cells import Part, blank, note
from ..heatmap import pixels as room_for
from ..numbers import pad
from ..palette import Ink
from ..scale import Scale
from .maps import AttentionMap, pooled
from .pixels import coded, fit, joined, pixels, size

_GUTTER_LEAST, _GUTTER_MOST = 6, 14
_TILE_LEAST, _TILE_MOST = 5, 34
_MAP_LEAST, _MAP_WHOLE = 4, 8
_LAYERS_LEAST = 3
"""Maps of up to so many lines are not pooled, as long as so many layers are seen; pooled ones have so many at least."""

Piece = Part | Strip


@dataclass(frozen=True)
class Wall:
    """A drawn wall: its strips, the first layer and the first head that are seen, and the tiles' size in cells."""

    strips: list[Strip]
    first: int
    layers: range
    heads: range
    gutter: int
    tile_width: int
    tile_height: int
    block: int
    """The largest side of the blocks that were pooled; 1: none."""

    def hit(self, x: int, y: int) -> tuple[int, int] | None:
        """(layer, head) at a cell of the wall."""
        column, row = (x - self.gutter) // self.tile_width, y // self.tile_height
        if x < self.gutter or y < 0 or column >= len(self.heads) or row >= len(self.layers):
            return None
        return self.layers[row], self.heads[column]


def wall(
    maps: Sequence[AttentionMap], scales: Sequence[Sequence[Scale]], ink: Ink, width: int, height: int,
    chosen: tuple[int, int] = (0, 0),
) -> Wall:  # fmt: skip
    """Every head of every layer in at most `width` x `height` cells, scrolled to the chosen (layer, head).

    Maps are pooled to their largest where they do not fit, and enlarged by a whole factor where they leave room.
    """
    if width < _GUTTER_MOST + _TILE_LEAST or height < 2:
        return Wall(note("too small for the wall", width, ink, height), 0, range(0), range(0), 0, 1, 1, 1)
    heads = max(each.heads for each in maps)
    gutter = min(
        max(_GUTTER_LEAST, width // 6), _GUTTER_MOST, max(cell_len(w) for each in maps for w in _words(each)) + 1
    )
    across = max(1, min(heads, (width - gutter) // _TILE_LEAST))
    tile_width = min((width - gutter) // across, _TILE_MOST)
    tallest = max(size(len(each.rows), len(each.columns), ink)[1] for each in maps)
    whole = tallest <= _MAP_WHOLE and height // (tallest + 1) >= min(_LAYERS_LEAST, len(maps))
    least = tallest if whole else min(tallest, _MAP_LEAST)
    down = max(1, min(len(maps), height // (least + 1)))
    tile_height = max(2, min(height // down, tile_width // (2 if ink.coloured else 1) + 2))
    wide = max(len(each.columns) / len(each.rows) for each in maps)
    tile_width = min(tile_width, max(_TILE_LEAST + 4, round(2 * tile_height * min(wide, 2.0))))
    down = max(1, min(len(maps), height // tile_height))
    layers, shown = window(len(maps), down, chosen[0]), window(heads, across, chosen[1])
    strips: list[Strip] = []
    largest = 1
    for layer in layers:
        each = maps[layer]
        tiles: list[list[list[Piece]]] = []
        for head in shown:
            inner = tile_width - 1, tile_height - 1
            if head >= each.heads:
                tiles.append([[(" " * tile_width, ink.style())]] * tile_height)
                continue
            drawn, block = thumbnail(each, head, scales[layer][head], ink, *inner)
            largest = max(largest, block)
            title = f"head {head + 1}" if tile_width > 7 else f"h{head + 1}"
            title = title if each.heads > 1 else ("all heads" if each.layers else "1 head")
            tiles.append(_framed(drawn, title, ink, *inner, (layer, head) == chosen))
        names = _words(each)
        for y in range(tile_height):
            text = names[y] if y < len(names) else ""
            style = ink.style(None if y == 0 else ink.dim, bold=layer == chosen[0] and y == 0)
            strips.append(joined([(pad(text, gutter - 1) + " ", style), *(p for t in tiles for p in t[y])], width, ink))
    strips = [*strips[:height], *[blank(width, ink)] * (height - len(strips))]
    return Wall(strips, layers.start, layers, shown, gutter, tile_width, tile_height, largest)


def thumbnail(
    attention: AttentionMap, head: int, scale: Scale, ink: Ink, width: int, height: int
) -> tuple[list[Strip], int]:
    """One head in at most `width` x `height` cells, and the side of the blocks that were pooled."""
    weights, mask = attention.head(head)
    high, wide = room_for(ink, width, height)
    small, block = pooled(weights, high, wide)
    seen = None if mask is None else pooled(mask.astype(np.float64), high, wide, block)[0] > 0
    zoom = max(1, fit(small.shape[0], small.shape[1], ink, width, height))
    return pixels(coded(small, seen, scale), ink, zoom), block


def _words(attention: AttentionMap) -> list[str]:
    """What stands before a row: the layer's name, a word a line, and its type."""
    words = attention.name.split(" ")
    lines = words if attention.layers else [" ".join(words[:2]), *words[2:]]
    return [*lines, *([attention.type] if attention.type and attention.type not in words else [])]


def _framed(strips: list[Strip], title: str, ink: Ink, width: int, height: int, chosen: bool) -> list[list[Piece]]:
    """The rows of one tile, one column wider than its map; the chosen one has a lit title and a bar at its side."""
    edge = ink.style(ink.accent, bold=True)
    side: Part = ("▌", edge) if chosen else (" ", ink.style())
    rows: list[list[Piece]] = [[side, (pad(title, width), ink.selected() if chosen else ink.style(ink.dim))]]
    for strip in strips[:height]:
        rows.append([side, strip, (" " * (width - strip.cell_length), ink.style())])
    return rows + [[side, (" " * width, ink.style())]] * (height + 1 - len(rows))


def window(count: int, room: int, around: int) -> range:
    """At most `room` of `count` indices with `around` inside, in the middle where it can be."""
    first = max(0, min(around - room // 2, count - room))
    return range(first, min(count, first + room))
