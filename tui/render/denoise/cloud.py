"""Particles in the plane, each in the colour of the mode to which it goes, over what the data look like."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from ..braille import Cells
from ..palette import Ink

REACH = 3.2
"""Standard deviations of noise, on each side, that a window shows."""


def cloud(
    points_n2: NDArray[Any], modes_n: NDArray[Any], width: int, height: int, ink: Ink, under: NDArray[Any] | None = None
) -> list[Strip]:
    """Points in units of the noise, within REACH of 0 in the shorter direction; `under` are drawn first and quiet.

    A dot is as high as it is wide, so the window is as wide as the room.
    """
    if width < 2 or height < 1:
        return []
    cells = Cells(width, height, ink.style())
    if under is not None and len(under):
        for row, column in np.argwhere(_dots(under, width, height).reshape(height, 4, width, 2).any((1, 3))).tolist():
            cells.text(row, column, "·" if len(under) > 60 else "+", ink.style(ink.dim))
    for mode in np.unique(modes_n).tolist():
        style = ink.style(ink.categories[mode % len(ink.categories)] if ink.depth != "none" else None)
        cells.dots(0, 0, _dots(points_n2[modes_n == mode], width, height), style)
    return cells.strips()


def _dots(points_n2: NDArray[Any], width: int, height: int) -> NDArray[np.bool_]:
    high, wide = 4 * height, 2 * width
    scale = min(high, wide) / (2 * REACH)
    points = np.asarray(points_n2, dtype=np.float64)
    points = points[np.isfinite(points).all(1)]
    column = np.floor(points[:, 0].clip(-1e6, 1e6) * scale + wide / 2).astype(np.int64)
    row = np.floor(high / 2 - points[:, 1].clip(-1e6, 1e6) * scale).astype(np.int64)
    inside = (column >= 0) & (column < wide) & (row >= 0) & (row < high)
    dots = np.zeros((high, wide), np.bool_)
    dots[row[inside], column[inside]] = True
    return dots
