"""Attention weights as pixels: like a heat map, but what may not be looked at is hatched, so that it is no zero."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from ..cells import Part, line
from ..colour import readable
from ..heatmap import fit, size
from ..palette import LEVELS, Ink, levels
from ..scale import BAD, Scale
from ..shades import shade

__all__ = ["HATCH", "coded", "fit", "joined", "pixels", "size", "tint"]

MASKED, _OUTSIDE, CURSOR = 252, 253, 254
HATCH = "╱"


def coded(weights_qk: Any, mask_qk: Any, scale: Scale) -> NDArray[np.uint8]:
    """The level of each weight [q, k], MASKED where `mask_qk` (True: may look) is given and False."""
    codes = scale.quantise(weights_qk)
    if mask_qk is not None:
        codes[~np.asarray(mask_qk, dtype=bool)] = MASKED
    return codes


def pixels(codes_qk: NDArray[np.uint8], ink: Ink, zoom: int = 1, cursor: tuple[int, int] | None = None) -> list[Strip]:
    """Codes as Strips of `heatmap.size`: two rows of pixels to a cell, or two columns a pixel where colours are few."""
    if not ink.coloured:
        shown = [_shaded(row.tobytes(), ink, zoom, cursor[1] if cursor and cursor[0] == y else -1)
                 for y, row in enumerate(codes_qk)]  # fmt: skip
        return [strip for strip in shown for _ in range(zoom)]
    dots = codes_qk.repeat(zoom, axis=0).repeat(zoom, axis=1)
    if cursor is not None:
        y, x = cursor[0] * zoom, cursor[1] * zoom
        inner = dots[y + 1 : y + zoom - 1, x + 1 : x + zoom - 1].copy()
        dots[y : y + zoom, x : x + zoom] = CURSOR
        if zoom > 2:
            dots[y + 1 : y + zoom - 1, x + 1 : x + zoom - 1] = inner
    if len(dots) % 2:
        dots = np.vstack([dots, np.full((1, dots.shape[1]), _OUTSIDE, np.uint8)])
    return [_row(dots[y].tobytes(), dots[y + 1].tobytes(), ink) for y in range(0, len(dots), 2)]


def joined(pieces: Iterable[Part | Strip], width: int, ink: Ink) -> Strip:
    """Pieces that together have at most `width` cells as one Strip of that width, their segments as they are."""
    segments: list[Segment] = []
    used = 0
    for piece in pieces:
        if isinstance(piece, Strip):
            segments += piece
            used += piece.cell_length
        else:
            segments.append(Segment(*piece))
            used += cell_len(piece[0])
    if used < width:
        segments.append(Segment(" " * (width - used), ink.style()))
    return Strip(segments, max(used, width))


def tint(code: int, scale: Scale, ink: Ink) -> str:
    """The colour of a code."""
    return levels(scale.map, ink)[code] if code < LEVELS else _colour(code, ink)


@lru_cache(maxsize=4096)
def _row(above: bytes, below: bytes, ink: Ink) -> Strip:
    """One row of cells from the codes of its two rows of pixels."""
    pairs = np.frombuffer(above, np.uint8).astype(np.uint16) << 8 | np.frombuffer(below, np.uint8)
    starts = [0, *(np.flatnonzero(np.diff(pairs)) + 1).tolist(), len(pairs)]
    segments = []
    for start, end in pairwise(starts):
        glyph, style = _cell(int(pairs[start]), ink)
        segments.append(Segment(glyph * (end - start), style))
    return Strip(segments, len(pairs))


@lru_cache(maxsize=8192)
def _cell(pair: int, ink: Ink) -> tuple[str, Style]:
    above, below = pair >> 8, pair & 0xFF
    if above == below == BAD:
        return "x", ink.style(readable(ink.invalid), ink.invalid)
    if above in (MASKED, _OUTSIDE) and below in (MASKED, _OUTSIDE):
        return (HATCH if above == MASKED else " "), hatched(ink)
    top, bottom = _colour(above, ink), _colour(below, ink)
    return (" ", ink.style(None, top)) if top == bottom else ("▀", ink.style(top, bottom))


def hatched(ink: Ink) -> Style:
    """The style of what is masked."""
    return ink.style(ink.dim, dim=True)


def _colour(code: int, ink: Ink) -> str:
    if code < LEVELS:
        return levels(Scale(0.0, 1.0, False).map, ink)[code]
    return {BAD: ink.invalid, CURSOR: ink.cursor}.get(code, ink.background)


@lru_cache(maxsize=4096)
def _shaded(row: bytes, ink: Ink, zoom: int, cursor: int) -> Strip:
    parts: list[Part] = []
    for x, code in enumerate(row):
        text, style = ("//", hatched(ink)) if code == MASKED else shade(code, False, ink)
        text *= zoom
        if x == cursor:
            text, style = "[" + text[1:-1] + "]", ink.style(bold=True, reverse=True)
        parts.append((text, style))
    return line(parts, 2 * zoom * len(row), ink)
