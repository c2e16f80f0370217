"""How many charts stand below and beside each other, which of them are on this page, and where.

Knows nothing of any widget.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

LEAST = (18, 6)
"""Columns and rows below which nothing is to be seen in a chart."""
SIZES = ((1, 1), (2, 1), (2, 2), (3, 2), (3, 3), (4, 3), (4, 4), (5, 4), (5, 5), (6, 6), (7, 7), (8, 8), (9, 9))
"""Rows and columns of the grids that a key goes through."""


@dataclass(frozen=True)
class Grid:
    """Rows and columns of charts on a page."""

    rows: int
    columns: int

    @property
    def size(self) -> int:
        """Charts on a full page."""
        return self.rows * self.columns

    def places(self, width: int, height: int) -> list[tuple[int, int, int, int]]:
        """(x, y, width, height) of each chart, row by row; together they fill the area."""
        xs = [k * width // self.columns for k in range(self.columns + 1)]
        ys = [k * height // self.rows for k in range(self.rows + 1)]
        return [
            (xs[c], ys[r], xs[c + 1] - xs[c], ys[r + 1] - ys[r]) for r in range(self.rows) for c in range(self.columns)
        ]


@dataclass(frozen=True)
class Page:
    """The tags of one page: number `index` of `count`."""

    tags: tuple[str, ...]
    index: int
    count: int
    grid: Grid


def fitting(rows: int, columns: int, count: int, width: int, height: int) -> Grid:
    """The grid that is asked for, as far as it fits; with 0 rows one that suits the area and `count` charts."""
    most = Grid(max(height // LEAST[1], 1), max(width // LEAST[0], 1))
    if rows and columns:
        return Grid(min(rows, most.rows, 9), min(columns, most.columns, 9))
    columns, rows = min(max(width // 42, 1), 3), min(max(height // 9, 1), 3)
    while rows * columns > max(count, 1):
        fewer = [(r, c) for r, c in ((rows - 1, columns), (rows, columns - 1)) if r and c]
        enough = [(r, c) for r, c in fewer if r * c >= count]
        if not enough:
            break
        rows, columns = max(enough, key=lambda rc: rc[1] <= rc[0])
    return Grid(min(rows, most.rows), min(columns, most.columns))


def paged(tags: Sequence[str], first: str, grid: Grid) -> Page:
    """The page on which `first` is; the first page without it."""
    at = tags.index(first) if first in tags else 0
    index, count = at // grid.size, max(-(-len(tags) // grid.size), 1)
    return Page(tuple(tags[index * grid.size : (index + 1) * grid.size]), index, count, grid)


def another(grid: Grid, by: int) -> Grid:
    """The next grid with more charts (by = 1) or fewer (-1)."""
    beyond = [Grid(*size) for size in SIZES if (size[0] * size[1] - grid.size) * by > 0]
    return (beyond[0] if by > 0 else beyond[-1]) if beyond else grid


def typed(text: str) -> tuple[int, int]:
    """Rows and columns of a text like `3x2`; empty: 0, 0, as suits the screen.

    Raises:
        ValueError: it is none; says what one is.
    """
    if not text.strip():
        return 0, 0
    found = re.fullmatch(r"\s*([1-9])\s*[xX×*, ]\s*([1-9])\s*", text)
    if found is None:
        raise ValueError("rows x columns, each 1 to 9, like 3x2; empty: as many as suit the screen")
    return int(found[1]), int(found[2])
