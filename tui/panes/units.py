"""A row of units: bars for a few, a numbered wall of values for many."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..render.cells import line
from ..render.grid import grid
from ..render.heatmap import heatmap, pixels
from ..render.palette import Ink
from ..render.scale import Scale
from .blocks import Block
from .signed_bars import signed_bars

BARS_MOST = 16
_CELL = 6


@dataclass(frozen=True)
class Units:
    """Drawn units, `columns` in a row from row `first` on; one is `cell` columns and `rows_each` rows large."""

    strips: Block
    columns: int
    first: int
    count: int
    left: int
    cell: int
    rows_each: float
    scale: Scale

    def hit(self, x: int, y: int) -> int | None:
        """The unit at a cell of the block."""
        column = (x - self.left) // self.cell if x >= self.left else -1
        index = (self.first + int(y / self.rows_each)) * self.columns + column
        return index if 0 <= column < self.columns and 0 <= y < len(self.strips) and index < self.count else None


def units(
    values: Any,
    names: Sequence[str],
    ink: Ink,
    width: int,
    height: int,
    *,
    selected: int | None = None,
    scale: Scale | None = None,
) -> Units:
    """Values (n,) in at most `width` x `height` cells, scrolled to the selected one."""
    array = np.asarray(values, dtype=np.float64).reshape(-1)
    scale = scale or Scale.of(array)
    count = len(array)
    if not count or height < 1 or width < 8:
        return Units([], 1, 0, 0, 0, 1, 1.0, scale)
    if count <= BARS_MOST:
        first = max(0, min((selected or 0) - height // 2, count - height))
        rows = range(first, min(count, first + height))
        labels = [names[k] if k < len(names) else f"unit {k}" for k in rows]
        reach = max(abs(scale.low), abs(scale.high))
        at = None if selected is None else selected - first
        strips = signed_bars(labels, array[rows.start : rows.stop].tolist(), ink, width, selected=at, reach=reach)
        return Units(strips, 1, first, count, 0, width, 1.0, scale)
    return _numbers(array, scale, ink, width, height, selected) or _wall(array, scale, ink, width, height, selected)


def _numbers(array: Any, scale: Scale, ink: Ink, width: int, height: int, selected: int | None) -> Units | None:
    """A near-square grid of the numbers themselves, or None where they do not fit."""
    count, left = len(array), len(str(len(array) - 1)) + 1
    most = (width - left) // _CELL
    if most < 1 or -(-count // most) > height:
        return None
    columns = _square(count, most, max(1, math.ceil(math.sqrt(count))), height)
    strips: Block = []
    for row in range(-(-count // columns)):
        part = array[row * columns : (row + 1) * columns]
        cursor = (0, selected - row * columns) if selected is not None and selected // columns == row else None
        numbers = grid(part[None], scale, ink, cell=_CELL, cursor=cursor)[0]
        label = (str(row * columns).rjust(left - 1) + " ", ink.style(ink.dim))
        strips.append(line([label, *((s.text, s.style or ink.style()) for s in numbers)], width, ink))
    return Units(strips, columns, 0, count, left, _CELL, 1.0, scale)


def _wall(array: Any, scale: Scale, ink: Ink, width: int, height: int, selected: int | None) -> Units:
    """A heat map of near-square shape with the index of the first unit of each row."""
    count, left = len(array), len(str(len(array) - 1)) + 1
    high, wide = pixels(ink, width - left, height)
    wide = max(1, wide)
    columns = _square(count, wide, min(wide, math.ceil(math.sqrt(count))), high)
    rows = -(-count // columns)
    zoom = max(1, min(high // rows, wide // columns, 8)) if rows <= high else 1
    even = 2 if ink.coloured else 1
    at = (selected or 0) // columns
    room = max(1, high // zoom)
    first = max(0, min(at - room // 2, rows - room)) // even * even
    shown = array[first * columns : (first + room) * columns]
    full = len(shown) // columns * columns
    cursor = (at - first, selected % columns) if selected is not None else None
    drawn = heatmap(shown[:full].reshape(-1, columns), scale, ink, zoom=zoom, cursor=cursor) if full else []
    if full < len(shown):
        # The last row by itself: what lies beyond its end must not look like a value.
        tail = (0, cursor[1]) if cursor is not None and cursor[0] == full // columns else None
        drawn += heatmap(shown[full:][None], scale, ink, zoom=zoom, cursor=tail)
    each = zoom / even
    strips: Block = []
    for y, strip in enumerate(drawn[:height]):
        row = int(y / each)
        told = str((first + row) * columns) if int((y - 1) / each) != row or y == 0 else ""
        label = (told.rjust(left - 1) + " ", ink.style(ink.dim))
        strips.append(line([label, *((s.text, s.style or ink.style()) for s in strip)], width, ink))
    cell = zoom if ink.coloured else 2 * zoom
    return Units(strips, columns, first, count, left, cell, each, scale)


def _square(count: int, most: int, wanted: int, height: int) -> int:
    """Columns near `wanted`, at most `most`, so that the rows fit if they can; round numbers read better."""
    columns = min(most, max(wanted, -(-count // max(1, height))))
    sizes = (8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128)
    neat = [size for size in sizes if columns <= size <= most]
    even = [size for size in neat if count % size == 0 and size <= 2 * columns]
    return (even or neat or [columns])[0]
