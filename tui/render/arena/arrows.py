"""Arrows at points: a shaft of dots and a head that points one of eight ways. Knows nothing of what they mean."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..braille import Dots
from ..scatter import Window

HEADS = "→↗↑↖←↙↓↘"
BLOCKS = 9
"""Rows of blocks in the window, in each of which the points share one arrow."""
LEAST = 0.1
"""Of the longest arrow; shorter ones are not drawn."""
TOP = 90
"""The percentile of the pulls' sizes that has the longest arrow: a few larger ones are cut to it."""


@dataclass(frozen=True)
class Arrows:
    """Shafts (4 height, 2 width), heads as (row, column, glyph), and the pull that the longest stands for."""

    shafts: Dots
    heads: list[tuple[int, int, str]]
    longest: float


def arrows(points_n2: Any, pulls_n2: Any, view: Window, width: int, height: int) -> Arrows:
    """An arrow for each block of cells with points: the mean of its points' pulls, from their mean place."""
    left, right, bottom, top = view
    points, pulls = (np.asarray(a, dtype=np.float64).reshape(-1, 2) for a in (points_n2, pulls_n2))
    with np.errstate(invalid="ignore", over="ignore"):
        x, y = (points[:, 0] - left) / (right - left), (top - points[:, 1]) / (top - bottom)
    inside = (x >= 0) & (x < 1) & (y >= 0) & (y < 1) & np.isfinite(pulls).all(1)
    shafts = np.zeros((4 * height, 2 * width), np.bool_)
    if not inside.any():
        return Arrows(shafts, [], float("nan"))
    places = np.stack((x[inside] * 2 * width, y[inside] * 4 * height), 1)
    starts, means = _blocks(places, pulls[inside], width, height)
    sizes = np.linalg.norm(means, axis=1)
    longest = float(np.percentile(sizes, TOP)) or float(sizes.max())
    heads: list[tuple[int, int, str]] = []
    if not longest > 0:
        return Arrows(shafts, heads, longest)
    reach = 1.5 * max(3.0, 4 * height / BLOCKS)
    for (c, r), (dx, dy), size in zip(starts, means, sizes / longest, strict=True):
        if size < LEAST:
            continue
        length, angle = reach * min(float(size), 1.0), math.atan2(dy, dx)
        steps = np.arange(1.0, max(length, 1.0) + 1)
        columns, rows = (c + steps * math.cos(angle)).astype(int), (r - steps * math.sin(angle)).astype(int)
        seen = (columns >= 0) & (columns < 2 * width) & (rows >= 0) & (rows < 4 * height)
        if not seen.all():  # the head stays inside
            steps, columns, rows = steps[seen], columns[seen], rows[seen]
        if not len(steps):
            continue
        shafts[rows, columns] = True
        heads.append((int(rows[-1]) // 4, int(columns[-1]) // 2, HEADS[round(angle / (math.pi / 4)) % 8]))
    return Arrows(shafts, heads, longest)


def _blocks(
    places: NDArray[np.float64], pulls: NDArray[np.float64], width: int, height: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The mean place (column, row in dots) and mean pull of the points in each block."""
    side = max(4, math.ceil(4 * height / BLOCKS))
    across = 2 * width // side + 1
    block = (places[:, 1] // side).astype(np.int64) * across + (places[:, 0] // side).astype(np.int64)
    names, index, counts = np.unique(block, return_inverse=True, return_counts=True)
    sums = np.zeros((len(names), 4))
    np.add.at(sums, index.ravel(), np.concatenate((places, pulls), 1))
    sums /= counts[:, None]
    return sums[:, :2], sums[:, 2:]
