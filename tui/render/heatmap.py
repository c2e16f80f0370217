"""Heat maps: two pixels a cell in upper half blocks, or two columns a pixel where colours are few."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from .cells import line
from .colour import readable
from .legend import legend
from .palette import LEVELS, Ink, levels
from .pooling import shrink
from .scale import BAD, Scale
from .shades import shade

__all__ = ["Scale", "fit", "heatmap", "legend", "pixels", "shrink", "size"]

_CURSOR, _OUTSIDE = 254, 253
_ZOOM_MOST = 64


def heatmap(
    values_hw: Any, scale: Scale, ink: Ink, *, zoom: int = 1, cursor: tuple[int, int] | None = None
) -> list[Strip]:
    """The map [h, w] as Strips of `size(h, w, ink, zoom)`; `cursor` is a marked (row, column).

    An unchanged row gives the very Strip of the last time, with what Textual has cached in it.
    """
    codes = np.atleast_2d(scale.quantise(values_hw))
    if not codes.size:
        return []
    if cursor is not None and not (0 <= cursor[0] < codes.shape[0] and 0 <= cursor[1] < codes.shape[1]):
        cursor = None
    return _halves(codes, scale.map, ink, zoom, cursor) if ink.coloured else _shades(codes, scale, ink, zoom, cursor)


def size(h: int, w: int, ink: Ink, zoom: int = 1) -> tuple[int, int]:
    """The columns and rows that a map of h x w pixels takes."""
    return (w * zoom, (h * zoom + 1) // 2) if ink.coloured else (2 * w * zoom, h * zoom)


def pixels(ink: Ink, columns: int, rows: int) -> tuple[int, int]:
    """The largest map (h, w) that the room holds at zoom 1; the reverse of `size`."""
    return (2 * rows, columns) if ink.coloured else (rows, columns // 2)


def fit(h: int, w: int, ink: Ink, columns: int, rows: int) -> int:
    """The largest zoom at which h x w pixels fit into the room; 0 where none does."""
    high, wide = pixels(ink, columns, rows)
    return max(0, min(high // max(1, h), wide // max(1, w), _ZOOM_MOST))


def _halves(codes: NDArray[np.uint8], name: str, ink: Ink, zoom: int, cursor: tuple[int, int] | None) -> list[Strip]:
    dots = codes.repeat(zoom, axis=0).repeat(zoom, axis=1)
    if cursor is not None:
        top, left = cursor[0] * zoom, cursor[1] * zoom
        inner = dots[top + 1 : top + zoom - 1, left + 1 : left + zoom - 1].copy()
        dots[top : top + zoom, left : left + zoom] = _CURSOR
        if zoom > 2:
            dots[top + 1 : top + zoom - 1, left + 1 : left + zoom - 1] = inner
    if len(dots) % 2:
        dots = np.vstack([dots, np.full((1, dots.shape[1]), _OUTSIDE, np.uint8)])
    return [_row(dots[y].tobytes(), dots[y + 1].tobytes(), name, ink) for y in range(0, len(dots), 2)]


@lru_cache(maxsize=2048)
def _row(above: bytes, below: bytes, name: str, ink: Ink) -> Strip:
    """One row of cells from the levels of its two rows of pixels."""
    pairs = np.frombuffer(above, np.uint8).astype(np.uint16) << 8 | np.frombuffer(below, np.uint8)
    starts = [0, *(np.flatnonzero(np.diff(pairs)) + 1).tolist()]
    known = _cells(name, ink)
    segments: list[Segment] = []
    last: Style | None = None
    for pair, start, end in zip(pairs[starts].tolist(), starts, [*starts[1:], len(pairs)], strict=True):
        cell = known.get(pair)
        if cell is None:
            cell = known[pair] = Segment(*_cell(pair, name, ink))
        text, style = cell.text, cell.style
        if style is last:  # what differs in glyphs alone, for styles are made once
            segments[-1] = Segment(segments[-1].text + text * (end - start), style)
        else:
            segments.append(cell if end - start == 1 else Segment(text * (end - start), style))
        last = style
    return Strip(segments, len(pairs))


@lru_cache(maxsize=64)
def _cells(name: str, ink: Ink) -> dict[int, Segment]:
    """Cells made so far, by the levels of their two pixels; at most as many as there are pairs of levels."""
    return {}


def _cell(pair: int, name: str, ink: Ink) -> tuple[str, Style]:
    above, below = pair >> 8, pair & 0xFF
    top, bottom = _colour(above, name, ink), _colour(below, name, ink)
    if above == below == BAD:
        return "x", ink.style(readable(ink.invalid), ink.invalid)
    # One colour is fewer bytes than two equal ones.
    return (" ", ink.style(None, top)) if top == bottom else ("▀", ink.style(top, bottom))


def _colour(code: int, name: str, ink: Ink) -> str:
    if code < LEVELS:
        return levels(name, ink)[code]
    return {BAD: ink.invalid, _CURSOR: ink.cursor, _OUTSIDE: ink.background}[code]


def _shades(codes: NDArray[np.uint8], scale: Scale, ink: Ink, zoom: int, cursor: tuple[int, int] | None) -> list[Strip]:
    strips: list[Strip] = []
    for y, row in enumerate(codes):
        column = cursor[1] if cursor is not None and cursor[0] == y else -1
        strips += [_shaded_row(row.tobytes(), scale.diverging, ink, zoom, column)] * zoom
    return strips


@lru_cache(maxsize=2048)
def _shaded_row(row: bytes, diverging: bool, ink: Ink, zoom: int, cursor: int) -> Strip:
    parts = []
    for x, code in enumerate(row):
        text, style = shade(code, diverging, ink)
        text *= zoom
        if x == cursor:
            text, style = "[" + text[1:-1] + "]", ink.style(bold=True, reverse=True)
        parts.append((text, style))
    return line(parts, 2 * zoom * len(row), ink)
