"""The arena's plane: surface, manifold, real and generated points, arrows and missing modes, one over the other.

Shapes: n points, g places, k centers; dots are 4 rows of 2 in a cell.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from textual.strip import Strip

from ..braille import Dots, pack
from ..palette import Ink
from ..scatter import Window
from .arrows import arrows
from .colours import BLANK, BOTH, FAKE, GROUNDS, LINE, MANIFOLD, MISSING, NO_GROUND, PULL, REAL, style

Arrays = Mapping[str, NDArray[Any]]
Floats = NDArray[np.float64]

EVERY = 4
"""Of the manifold's latent vectors, lines go through every fourth, along all."""
MOST = 75
"""Percentile of the surface whose distance from the border has the strongest tint."""
_LETTERS = {REAL: ".", FAKE: "o", BOTH: "8"}
"""Where there are no colours, points are letters."""


@dataclass(frozen=True)
class Layers:
    """What is drawn."""

    real: bool = True
    fake: bool = True
    surface: bool = True
    manifold: bool = True
    arrows: bool = True


def window(extent: Any, width: int, height: int) -> Window:
    """The part of the plane that `width` x `height` cells show: `extent` in the middle, equal units on both axes."""
    left, right, bottom, top = (float(edge) for edge in extent)
    unit = max((right - left) / max(1, 2 * width), (top - bottom) / max(1, 4 * height), 1e-12)
    x, y = (left + right) / 2, (bottom + top) / 2
    return x - unit * width, x + unit * width, y - 2 * unit * height, y + 2 * unit * height


def extent_of(points: Arrays, surface: Arrays | None) -> tuple[float, float, float, float]:
    """Left, right, bottom, top of what is to be seen: the surface's, else around the real points."""
    if surface is not None:
        left, right, bottom, top = (float(edge) for edge in surface["extent"])
        return left, right, bottom, top
    real = np.asarray(points["real"], dtype=np.float64)
    (left, bottom), (right, top) = real.min(0), real.max(0)
    margin = 0.1 * max(right - left, top - bottom, 1e-6)
    return left - margin, right + margin, bottom - margin, top + margin


def plane(points: Arrays, surface: Arrays | None, layers: Layers, ink: Ink, width: int, height: int) -> list[Strip]:
    """Exactly `height` strips of `width` cells; arrays that a kept record lacks are left out."""
    if width < 1 or height < 1:
        return []
    extent = extent_of(points, surface)
    view = window(extent, width, height)
    codes = np.full((height, width), ord(" "), np.uint32)
    looks = np.full((height, width), BLANK, np.int64)
    grounds = np.full((height, width), NO_GROUND, np.int64)
    if surface is not None and layers.surface:
        over = over_border(surface, view, width, height)
        grounds = _grounds(over, surface)
        if not ink.coloured:
            codes[np.nan_to_num(over[2::4, 1::2], nan=-1.0) > 0] = ord("░")
            grounds[:] = NO_GROUND
        _lay(codes, looks, _edges(over), LINE)
    if "manifold" in points and layers.manifold:
        _lay(codes, looks, folds(points["manifold"], view, width, height), MANIFOLD)
    pulled = layers.arrows and layers.fake and "pulls" in points
    drawn = arrows(points["points"], points["pulls"], view, width, height) if pulled else None
    if drawn is not None:
        _lay(codes, looks, drawn.shafts, PULL)
    real, fake = (scattered(points[name], view, width, height) for name in ("real", "points"))
    real, fake = real & layers.real, fake & layers.fake
    _lay(codes, looks, real, REAL)
    _lay(codes, looks, fake, FAKE)
    both = (pack(real) > 0) & (pack(fake) > 0)
    codes[both], looks[both] = 0x2800 + pack(real | fake)[both].astype(np.uint32), BOTH
    if ink.depth == "none":
        for look, letter in _LETTERS.items():
            codes[looks == look] = ord(letter)
    for row, column, glyph in drawn.heads if drawn is not None else ():
        codes[row, column], looks[row, column] = ord(glyph), PULL
    for row, column in missing(points, view, width, height):
        codes[row, column], looks[row, column] = ord("X" if ink.depth == "none" else "✗"), MISSING
    looks[codes == ord(" ")] = BLANK
    return _strips(codes, looks * GROUNDS + grounds, ink)


def over_border(surface: Arrays, view: Window, width: int, height: int) -> Floats:
    """D above its border at every dot (4 height, 2 width), straight between the places; NaN outside of them."""
    grid = np.asarray(surface["grid"], dtype=np.float64)
    left, right, bottom, top = (float(edge) for edge in surface["extent"])
    x = view[0] + (np.arange(2 * width) + 0.5) / (2 * width) * (view[1] - view[0])
    y = view[3] - (np.arange(4 * height) + 0.5) / (4 * height) * (view[3] - view[2])
    rows, columns = grid.shape
    r, c = (top - y) / (top - bottom) * (rows - 1), (x - left) / (right - left) * (columns - 1)
    r0, c0 = np.clip(r.astype(np.int64), 0, rows - 2), np.clip(c.astype(np.int64), 0, columns - 2)
    fr, fc = (r - r0)[:, None], (c - c0)[None, :]
    upper = grid[r0][:, c0] * (1 - fc) + grid[r0][:, c0 + 1] * fc
    lower = grid[r0 + 1][:, c0] * (1 - fc) + grid[r0 + 1][:, c0 + 1] * fc
    found: Floats = upper * (1 - fr) + lower * fr - float(surface.get("border", np.float64(0.5)))
    found[(r < -0.5) | (r > rows - 0.5)] = np.nan
    found[:, (c < -0.5) | (c > columns - 0.5)] = np.nan
    return found


def span(surface: Arrays) -> float:
    """How far from its border D's answers go on most of the surface; where they go farther the tint stays."""
    grid = np.asarray(surface["grid"], dtype=np.float64)
    apart = np.abs(grid[np.isfinite(grid)] - float(surface.get("border", np.float64(0.5))))
    found = float(np.percentile(apart, MOST)) if apart.size else 0.0
    return found if found > 0 else 1.0


def _grounds(over: Floats, surface: Arrays) -> NDArray[np.int64]:
    """The tint of every cell, from how far D is above or below its border in its middle."""
    middle = over[2::4, 1::2] / span(surface)
    half = NO_GROUND // 2
    found: NDArray[np.int64] = np.rint(np.nan_to_num(middle).clip(-1, 1) * half).astype(np.int64) + half
    found[~np.isfinite(middle)] = NO_GROUND
    return found


def _edges(over: Floats) -> Dots:
    """Dots at which D crosses its border."""
    above, known = over > 0, np.isfinite(over)
    dots = np.zeros(over.shape, np.bool_)
    dots[:-1] |= (above[:-1] != above[1:]) & known[:-1] & known[1:]
    dots[:, :-1] |= (above[:, :-1] != above[:, 1:]) & known[:, :-1] & known[:, 1:]
    return dots


def scattered(points_n2: Any, view: Window, width: int, height: int) -> Dots:
    """A dot for every point that the window shows."""
    points = np.asarray(points_n2, dtype=np.float64).reshape(-1, 2)
    dots = np.zeros((4 * height, 2 * width), np.bool_)
    left, right, bottom, top = view
    with np.errstate(invalid="ignore", over="ignore"):
        x, y = (points[:, 0] - left) / (right - left), (top - points[:, 1]) / (top - bottom)
    inside = (x >= 0) & (x < 1) & (y >= 0) & (y < 1)
    dots[(y[inside] * 4 * height).astype(np.int64), (x[inside] * 2 * width).astype(np.int64)] = True
    return dots


def folds(manifold: Any, view: Window, width: int, height: int) -> Dots:
    """The lattice of latent vectors (g, g, 2) as lines: every fourth row and column of it; of a line (1, g, 2) it."""
    lattice = np.asarray(manifold, dtype=np.float64)
    lines = [lattice[::EVERY]] if len(lattice) == 1 else [lattice[::EVERY], lattice.swapaxes(0, 1)[::EVERY]]
    along = np.concatenate(lines)
    starts, ends = along[:, :-1].reshape(-1, 2), along[:, 1:].reshape(-1, 2)
    with np.errstate(invalid="ignore", over="ignore"):
        steps = np.abs(ends - starts) / [(view[1] - view[0]) / (2 * width), (view[3] - view[2]) / (4 * height)]
    longest = float(np.nan_to_num(steps, nan=0.0, posinf=0.0).max(initial=1.0))
    share = np.linspace(0, 1, int(min(longest, 400)) + 2)[:, None, None]
    return scattered(starts + (ends - starts) * share, view, width, height)


def missing(points: Arrays, view: Window, width: int, height: int) -> list[tuple[int, int]]:
    """The cells (row, column) of centers that are not covered."""
    if "covered" not in points:
        return []
    centers = np.asarray(points["centers"], dtype=np.float64)[~np.asarray(points["covered"], dtype=np.bool_)]
    left, right, bottom, top = view
    columns = ((centers[:, 0] - left) / (right - left) * width).astype(np.int64)
    rows = ((top - centers[:, 1]) / (top - bottom) * height).astype(np.int64)
    cells = zip(rows.tolist(), columns.tolist(), strict=True)
    return [(row, column) for row, column in cells if 0 <= row < height and 0 <= column < width]


def _lay(codes: NDArray[np.uint32], looks: NDArray[np.int64], dots: Dots, look: int) -> None:
    """Put dots over what is there; a cell shows the dots of its uppermost layer alone."""
    bits = pack(dots)
    here = bits > 0
    codes[here], looks[here] = 0x2800 + bits[here].astype(np.uint32), look


def _strips(codes: NDArray[np.uint32], looks: NDArray[np.int64], ink: Ink) -> list[Strip]:
    width = codes.shape[1]
    texts = np.ascontiguousarray(codes).view(f"<U{width}")[:, 0].tolist()
    strips = []
    for text, row in zip(texts, looks, strict=True):
        cuts = [0, *(np.flatnonzero(np.diff(row)) + 1).tolist(), width]
        strips.append(Strip([Segment(text[a:b], style(int(row[a]), ink)) for a, b in pairwise(cuts)], width))
    return strips
