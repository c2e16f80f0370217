"""Pictures in their own colours: two pixels a cell in half blocks, or shades where colours are few."""

from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from .heatmap import fit, heatmap, pixels
from .palette import Ink
from .pooling import factor, shrink
from .scale import Scale

_STEPS = 31
_CUBE = np.array([0, 95, 135, 175, 215, 255])
_LUMA = np.array([0.2126, 0.7152, 0.0722])
_BAD, _OUTSIDE = -1, -2


def picture(image_chw: Any, ink: Ink, columns: int, rows: int, *, most: int = 4) -> tuple[list[Strip], int]:
    """An image [1|3, h, w] with values in 0..1, as large as `columns` x `rows` cells and zoom `most` allow.

    Returns the Strips and the side of the blocks that were averaged (1: none). Values are clipped; what
    is no number is grey (`xx` where colours are few). Raises ValueError for another shape.
    """
    image = np.asarray(image_chw, dtype=np.float64)
    if image.ndim != 3 or image.shape[0] not in (1, 3):
        raise ValueError(f"a picture has the shape (1|3, h, w), not {image.shape}")
    if not image.size or columns < 2 or rows < 1:
        return [], 1
    high, wide = pixels(ink, columns, rows)
    block = factor(image.shape[1], image.shape[2], high, wide)
    if block > 1:
        image = np.stack([shrink(channel, high, wide, "mean") for channel in image])
    zoom = max(1, min(most, fit(image.shape[1], image.shape[2], ink, columns, rows)))
    if not ink.coloured:
        grey = image[0] if len(image) == 1 else np.tensordot(_LUMA, image, 1)
        return heatmap(grey, Scale(0.0, 1.0, False), ink, zoom=zoom), block
    codes = _codes(image, ink).repeat(zoom, axis=0).repeat(zoom, axis=1)
    if len(codes) % 2:
        codes = np.vstack([codes, np.full((1, codes.shape[1]), _OUTSIDE)])
    return [_row(codes[y].tobytes(), codes[y + 1].tobytes(), ink) for y in range(0, len(codes), 2)], block


def _codes(image: NDArray[np.float64], ink: Ink) -> NDArray[np.int64]:
    """Each pixel as one number 0xrrggbb, in few steps so that equal neighbours merge."""
    finite = np.isfinite(image).all(axis=0)
    share = np.nan_to_num(image, nan=0.0, posinf=1.0, neginf=0.0).clip(0.0, 1.0)
    if len(share) == 1:
        share = share.repeat(3, axis=0)
    if ink.depth == "256":
        nearest = np.abs(share[..., None] * 255 - _CUBE).argmin(-1)
        parts = _CUBE[nearest]
    else:
        parts = np.rint(np.rint(share * _STEPS) / _STEPS * 255).astype(np.int64)
    codes: NDArray[np.int64] = (parts[0] << 16 | parts[1] << 8 | parts[2]).astype(np.int64)
    codes[~finite] = _BAD
    return codes


@lru_cache(maxsize=1024)
def _row(above: bytes, below: bytes, ink: Ink) -> Strip:
    """One row of cells from the colours of its two rows of pixels."""
    top, bottom = np.frombuffer(above, np.int64), np.frombuffer(below, np.int64)
    changed = (np.diff(top) != 0) | (np.diff(bottom) != 0)
    starts = [0, *(np.flatnonzero(changed) + 1).tolist(), len(top)]
    segments = []
    for start, end in pairwise(starts):
        glyph, style = _cell(int(top[start]), int(bottom[start]), ink)
        segments.append(Segment(glyph * (end - start), style))
    return Strip(segments, len(top))


@lru_cache(maxsize=8192)
def _cell(above: int, below: int, ink: Ink) -> tuple[str, Style]:
    top, bottom = _colour(above, ink), _colour(below, ink)
    return (" ", ink.style(None, top)) if top == bottom else ("▀", ink.style(top, bottom))


def _colour(code: int, ink: Ink) -> str:
    return {_BAD: ink.invalid, _OUTSIDE: ink.background}.get(code, f"#{max(0, code):06x}")
