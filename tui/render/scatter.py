"""Points in the plane as braille dots, and classes in the plane as letters."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .braille import pack
from .pen import Line, pen

Window = tuple[float, float, float, float]
"""Left, right, bottom, top."""


def window(points_n2: Any, margin: float = 0.05) -> Window:
    """A square around the finite points, with a margin; around 0 where there are none."""
    points = np.asarray(points_n2, dtype=np.float64).reshape(-1, 2)
    points = points[np.isfinite(points).all(1)]
    if not len(points):
        return -1.0, 1.0, -1.0, 1.0
    low, high = points.min(0), points.max(0)
    x, y = (low + high) / 2
    reach = float(max((high - low).max() / 2 * (1 + 2 * margin), 1e-9))
    return float(x) - reach, float(x) + reach, float(y) - reach, float(y) + reach


def outside(points_n2: Any, view: Window) -> int:
    """How many points the window does not show."""
    return int(len(points_n2) - len(_placed(points_n2, view, 1, 1)[0]))


def scatter(points_n2: Any, view: Window, columns: int, rows: int, colour: str | None) -> list[Line]:
    """A frame of `columns` x `rows` cells around the points of the window; a cell has 2 x 4 dots."""
    y, x = _placed(points_n2, view, 4 * (rows - 2), 2 * (columns - 2))
    dots = np.zeros((4 * (rows - 2), 2 * (columns - 2)), np.bool_)
    dots[y, x] = True
    return framed(["".join(chr(0x2800 + code) if code else " " for code in row) for row in pack(dots).tolist()], colour)


def letters(points_n2: Any, labels_n: Any, names: list[str], view: Window, columns: int, rows: int) -> list[Line]:
    """A frame in which each cell shows the first letter of the class that has most points there."""
    rows, columns = rows - 2, columns - 2
    inside = np.asarray(labels_n)[_inside(points_n2, view)]
    y, x = _placed(points_n2, view, rows, columns)
    count = np.zeros((len(names), rows, columns), np.int64)
    known = (inside >= 0) & (inside < len(names))
    np.add.at(count, (inside[known], y[known], x[known]), 1)
    most, empty = count.argmax(0), count.sum(0) == 0
    return framed(
        ["".join(" " if empty[r, c] else names[most[r, c]][:1] for c in range(columns)) for r in range(rows)], None
    )


def framed(rows: list[str], colour: str | None) -> list[Line]:
    """Rows of equal width in a thin frame, what is inside in `colour`."""
    wide = len(rows[0]) if rows else 0
    style = pen(colour) if colour else None
    inner: list[Line] = [[("│", None), (row, style), ("│", None)] for row in rows]
    return [[("┌" + "─" * wide + "┐", None)], *inner, [("└" + "─" * wide + "┘", None)]]


def _inside(points_n2: Any, view: Window) -> NDArray[np.bool_]:
    points = np.asarray(points_n2, dtype=np.float64).reshape(-1, 2)
    left, right, bottom, top = view
    within = (points[:, 0] >= left) & (points[:, 0] <= right) & (points[:, 1] >= bottom) & (points[:, 1] <= top)
    return np.asarray(within)


def _placed(points_n2: Any, view: Window, rows: int, columns: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and column (n,) of each point that the window shows."""
    points = np.asarray(points_n2, dtype=np.float64).reshape(-1, 2)[_inside(points_n2, view)]
    left, right, bottom, top = view
    x = ((points[:, 0] - left) / (right - left) * columns).astype(np.int64).clip(0, columns - 1)
    y = ((top - points[:, 1]) / (top - bottom) * rows).astype(np.int64).clip(0, rows - 1)
    return y, x
