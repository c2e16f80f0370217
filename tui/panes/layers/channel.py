"""One channel of a layer, large, with a cell cursor; beside it what the cell sees, and the kernel."""

from dataclasses import dataclass

import numpy as np

from ....engine.probes.requests import Array, CellView, LayerView, Structure
from ...render.grid import grid
from ...render.heatmap import fit, heatmap, pixels
from ...render.legend import legend
from ...render.numbers import compact
from ...render.palette import Ink
from ...render.scale import Scale
from ..blocks import Block, beside, fitted, heading, remark
from ..decimals import column, decimals
from .conv import numbers, padding
from .kernels import has_kernels, kernel_of
from .scale import key, maps_of, scale_of
from .sheet import sheet
from .sight import Sight, shown_shape

_CELL = 6
_SIDE_FROM = 56


@dataclass(frozen=True)
class Map:
    """A drawn map: the value at row `top`, column `left` is first; a value is `wide` x `high` cells."""

    strips: Block
    top: int
    left: int
    wide: int
    high: float
    rows: int
    columns: int

    def hit(self, x: int, y: int) -> tuple[int, int] | None:
        """The (row, column) of the value at a cell of the block."""
        row, column = self.top + int(y / self.high), self.left + x // self.wide
        inside = x >= 0 and y >= 0 and row < self.rows and column < self.columns
        return (row, column) if inside and int(y / self.high) < len(self.strips) / self.high else None


def side_width(width: int) -> int:
    """The columns for patch and kernel beside the map; 0 where there is no room."""
    return min(44, max(26, width * 2 // 5)) if width >= _SIDE_FROM else 0


def channel(
    view: LayerView,
    cell: CellView | None,
    structure: Structure,
    sight: Sight,
    ink: Ink,
    width: int,
    height: int,
) -> tuple[Block, list[tuple[int, Map]]]:
    """The channel in exactly `width` x `height` cells, and its drawn maps with their first rows."""
    maps = maps_of(view)
    assert maps is not None
    at = min(sight.channel, len(maps) - 1)
    side = side_width(width)
    room = width - side - 2 if side else width
    cursor = (sight.row, sight.column) if view.layer == sight.layer else None
    values = maps[at]
    scale = scale_of(view, sight.scope, at)
    drawn = big(values, scale, ink, room, height - 2, cursor)
    words = [shown_shape(values.shape)]
    if cursor is not None and cursor[0] < values.shape[0] and cursor[1] < values.shape[1]:
        words.insert(0, f"cell {cursor[0]},{cursor[1]} is {compact(float(values[cursor]), 9, 4)}")
    if _cut(drawn, room, height - 2):
        words.append(f"from row {drawn.top}, column {drawn.left}")
    strips = [heading(f"{view.layer} channel {at}", ", ".join(words), room, ink), *drawn.strips]
    strips = [*fitted(strips, room, min(height - 1, len(strips)), ink), key(view, sight.scope, at, ink, room)]
    found = [(1, drawn)]
    left = height - len(strips) - 1
    if drawn.high == 1.0 and fit(values.shape[0], values.shape[1], ink, room, left) >= 2:
        # Room for the numbers and the picture.
        picture = _picture(values, scale, ink, room, left, cursor)
        found.append((len(strips) + 1, picture))
        strips += [remark("", room, ink), *picture.strips]
    if not side:
        return fitted(strips, width, height, ink), found
    right = _side(view, cell, structure, sight, ink, side, height)
    return beside([(strips, room), (right, side)], height, ink), found


def _cut(drawn: Map, width: int, height: int) -> bool:
    return drawn.rows * drawn.high > height + 0.5 or drawn.columns * drawn.wide > width


def big(values: Array, scale: Scale, ink: Ink, width: int, height: int, cursor: tuple[int, int] | None) -> Map:
    """Values (h, w): numbers where they fit, else a heat map, scrolled to the cursor if it is too large."""
    h, w = values.shape
    if w * _CELL <= width and h <= height:
        each = column(width, w)
        strips = grid(values, scale, ink, cell=each, digits=decimals(values, each - 1), cursor=cursor)
        return Map(strips, 0, 0, each, 1.0, h, w)
    return _picture(values, scale, ink, width, height, cursor)


def _picture(values: Array, scale: Scale, ink: Ink, width: int, height: int, cursor: tuple[int, int] | None) -> Map:
    """A heat map as large as it can be, scrolled to the cursor."""
    h, w = values.shape
    high, wide = pixels(ink, width, max(1, height))
    wide = max(1, wide)
    row, column = cursor or (0, 0)
    top = max(0, min(row - high // 2, h - high)) // 2 * 2
    left = max(0, min(column - wide // 2, w - wide))
    shown = values[top : top + high, left : left + wide]
    zoom = max(1, min(8, fit(shown.shape[0], shown.shape[1], ink, width, height)))
    at = (row - top, column - left) if cursor else None
    strips = heatmap(shown, scale, ink, zoom=zoom, cursor=at)
    cells = (zoom, zoom / 2) if ink.coloured else (2 * zoom, float(zoom))
    return Map(strips, top, left, cells[0], cells[1], h, w)


def _side(
    view: LayerView,
    cell: CellView | None,
    structure: Structure,
    sight: Sight,
    ink: Ink,
    width: int,
    height: int,
) -> Block:
    """What the cell sees, and the kernel that it is weighed with."""
    learnt = has_kernels(view)
    rows = height // 2 if learnt else height
    strips: Block = []
    if cell is not None:
        strips += _patch(cell, view.step, ink, width, max(3, rows - 1))
    else:
        strips.append(remark("… what the cell sees", width, ink))
    if not learnt:
        return strips
    strips = [*strips[: rows - 1], remark("", width, ink)]
    kernel, title = kernel_of(view, structure, sight.channel, ink, width, max(2, height - len(strips) - 1))
    return [*strips, heading(title, "", width, ink), *kernel]


def _patch(cell: CellView, step: int, ink: Ink, width: int, height: int) -> Block:
    """The inputs of a cell, with their scale."""
    told = f"for cell {cell.row},{cell.column}" + (f", step {cell.step}" if cell.step != step else "")
    patch = cell.patch
    if patch.ndim != 3:
        values = np.atleast_1d(patch).reshape(1, -1)
        scale = Scale.of(values)
        return [heading("input", told, width, ink), *grid(values, scale, ink, cell=9, digits=decimals(values, 8, 4))]
    scale = Scale.of(patch)
    holes = padding(cell)
    seen = ""
    if len(patch) == 1 and patch.shape[2] * _CELL <= width and patch.shape[1] <= height - 2:
        each = column(width, patch.shape[2])
        drawn = numbers(patch[0], scale, each, holes, ink, decimals(patch, each - 1))
    elif len(patch) == 1:
        drawn = big(patch[0], scale, ink, width, height - 2, None).strips
    else:
        drawn, shown = sheet(patch, list(map(str, range(len(patch)))), scale, ink, width, height - 2, holes)
        seen = f" {shown.start}-{shown.stop - 1} of {len(patch)}" if len(shown) < len(patch) else ""
    words = "this patch" + (", x: padding" if holes.any() else "")
    return [heading("input patch" + seen, told, width, ink), *drawn, legend(scale, ink, width, words)]
