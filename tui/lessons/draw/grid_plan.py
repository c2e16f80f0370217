"""How a grid fits into its room: numbers, shades, or two cells to one of the screen; windows and pooled cells."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from rich.cells import cell_len

from ....engine.lessons.kit.figures import Grid
from ...render.numbers import cut
from ...render.palette import Ink
from ...render.pooling import factor
from .look import Floats
from .numbers import told

ZOOMS = 8
_LABEL_MOST, _LABEL_SHORT = 12, 6
_NUMBERS_MOST = 24
"""Rows of numbers for which the page rather scrolls than that they become shades."""
_SHADES_MOST = 18
_HEAD_MOST = 8
_WORDY = 3
"""The size of cells from which shades are as wide as the names of their columns."""
_SMALL = 12
"""Rows of shades below which a cell is at least two columns wide."""
_TALL = 24
"""Rows above which shades are drawn smaller still where the room is short."""
_LEGEND = 24
LEGEND_MOST = 40
"""Columns of the words that say what the scale spans."""
_AXES_MOST = 40
"""Columns of the words that name rows and columns."""
_PARTS = 5
"""Widths of the room that such rows may take."""
_VECTORS = 3
"""Rows of which rather some columns of numbers are shown than all as shades."""


@dataclass(frozen=True)
class Plan:
    """How a grid is drawn: `kind` is numbers, shades or halves (two pixels a cell); a cell is `wide` x `tall`."""

    kind: str
    wide: int
    tall: int
    field: int
    """Columns of the longest number."""
    left: int
    """Columns of the row labels."""
    head: int
    foot: int
    rows: int
    columns: int
    block: int = 1
    """The side of the blocks that are pooled."""
    edge: int = 0
    """Columns after the last cell, for the frame of a window."""

    @property
    def grain(self) -> tuple[int, int]:
        """Rows and columns of the grid that share one cell of the screen."""
        return {"halves": (2, 1), "dots": (4, 2)}.get(self.kind, (1, 1))

    @property
    def width(self) -> int:
        """Columns in all."""
        return self.left + -(-self.columns // self.grain[1]) * self.wide + self.edge

    @property
    def height(self) -> int:
        """Rows in all."""
        return self.head + -(-self.rows // self.grain[0]) * self.tall + self.foot


def smallest(figure: Grid, ink: Ink, width: int) -> tuple[int, int]:
    """The least room in which all cells are seen."""
    values = values_of(figure)
    if not values.size:
        return 12, 1
    axes = min(cell_len(axes_of(figure)), _AXES_MOST)
    plan = _numbers(figure, values, 1) if _wants_numbers(figure, values, width) else None
    if plan is not None and plan.width <= width and plan.rows <= _NUMBERS_MOST:
        return min(width, max(plan.width, axes)), plan.height
    if plan is not None and plan.rows <= _VECTORS and plan.width <= _PARTS * width:
        return width, plan.height + 1
    plan = _shades(figure, values, ink, 0, 1 + (figure.shows == "numbers"))
    if plan.width > width or plan.height > _SHADES_MOST + 3:
        plan = plan_of(figure, values, ink, width, _SHADES_MOST + 3, 1)
    return min(width, max(plan.width, _LEGEND, axes)), plan.height


def best(figure: Grid, ink: Ink, width: int, height: int, zoom: int = 0) -> tuple[int, int]:
    """The room that the largest cells take."""
    values = values_of(figure)
    if not values.size:
        return 12, 1
    plan = plan_of(figure, values, ink, width, height, zoom)
    return min(width, max(plan.width, _LEGEND if plan.foot else 0)), plan.height


@lru_cache(maxsize=2048)
def exact(figure: Grid, ink: Ink, zoom: int) -> tuple[int, int]:
    """The room that cells of this size take, however much that is; -1 is smaller than 0 where there are many rows."""
    values = values_of(figure)
    if not values.size:
        return 12, 1
    plan = _numbers(figure, values, max(1, zoom)) if figure.shows == "numbers" else _shades(figure, values, ink, zoom)
    return max(plan.width, _LEGEND if plan.foot else 0, min(cell_len(axes_of(figure)), _AXES_MOST)), plan.height


def legend_width(figure: Grid) -> int:
    """Columns in which the legend of shades says in full what its scale spans."""
    return _LEGEND - 4 + cell_len(cut(figure.scope, LEGEND_MOST)) if figure.shows == "shades" else 0


def values_of(figure: Grid) -> Floats:
    values = np.asarray(figure.values, dtype=np.float64)
    return values if values.ndim == 2 else np.atleast_2d(values).reshape(-1, values.shape[-1] if values.ndim else 1)


def _wants_numbers(figure: Grid, values: Floats, width: int) -> bool:
    fits = values.shape[1] * 2 <= width or values.shape[0] <= _VECTORS
    return figure.shows == "numbers" and fits and values.shape[0] <= 200


def _label_width(figure: Grid, most: int = _LABEL_MOST) -> int:
    longest = max((cell_len(cut(label, most)) for label in figure.row_labels), default=0)
    return longest + 1 if longest else 0


def axes_of(figure: Grid) -> str:
    """What the rows and columns are, in words."""
    rows = f"{figure.row_axis} ↓" if figure.row_axis else ""
    columns = f"{figure.column_axis} →" if figure.column_axis else ""
    return cut("  ".join(filter(None, (rows, columns))), 2 * _AXES_MOST)


def _names(figure: Grid) -> int:
    """Columns of the longest name of a column, up to a limit."""
    return max((cell_len(cut(label, _HEAD_MOST)) for label in figure.column_labels), default=0)


def _head_rows(figure: Grid) -> int:
    return bool(figure.row_axis or figure.column_axis) + bool(figure.column_labels)


def _numbers(figure: Grid, values: Floats, zoom: int) -> Plan:
    """The plan for numbers at a zoom from 1."""
    ends = figure.reach or ()  # a grid that fills step by step keeps its columns
    texts = [told(float(value), figure.digits) for value in (*values.ravel().tolist(), *ends)]
    minus = figure.signed or (figure.reach is not None and min(figure.reach) < 0)
    if minus:  # the column of the sign is kept, so that nothing moves when a number changes it
        texts = [text if text[:1] in ("-", "") else "-" + text for text in texts]
    field = max(1, *map(len, texts))
    names = _names(figure)
    extra = {1: 1, 2: 2, 3: 2, 4: 3, 5: 3, 6: 4, 7: 5, 8: 6}[zoom]
    wide = max(field + extra, {1: 2, 2: 2, 3: 4, 4: 6, 5: 8, 6: 10, 7: 12, 8: 14}[zoom])
    if zoom > 1:
        wide = max(wide, names + 1)
    if figure.marks.get("winner"):  # its sign stands before its digits
        wide = max(wide, field + 2)
    tall = {1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 4, 7: 5, 8: 6}[zoom]
    if figure.column_labels and zoom == 1:
        wide = max(wide, min(names, 4) + 1)
    rows, columns = values.shape
    left, edge = _label_width(figure), _edge(figure, zoom)
    return Plan("numbers", wide, tall, field, left, _head_rows(figure), 0, rows, columns, edge=edge)


def _shades(figure: Grid, values: Floats, ink: Ink, zoom: int, foot: int = 1) -> Plan:
    """The plan for shades; at zoom 0 two cells share one on the screen, if there are colours and many cells."""
    rows, columns = values.shape
    left, head = _label_width(figure), _head_rows(figure)
    if zoom < 0 and rows > _TALL:
        return _dense(figure, values, head, foot, ink)
    if zoom > 0 or not ink.coloured or rows < _SMALL:
        zoom = max(1, zoom)
        wide = max(2 * zoom, _names(figure) + 1 if zoom >= _WORDY else 0)
        return Plan("shades", wide, zoom, 0, left, head, foot, rows, columns, edge=_edge(figure, zoom))
    return Plan("halves", 1, 1, 0, left if _counted(figure) else 0, head, foot, rows, columns)


def _dense(figure: Grid, values: Floats, head: int, foot: int, ink: Ink) -> Plan:
    """The plan for very many cells in few lines: a dot for each that is not zero, else blocks of 2x2 pooled."""
    rows, columns = values.shape
    if np.isfinite(values).all() and np.count_nonzero(values) <= values.size // 2:
        return Plan("dots", 1, 1, 0, 0, head, foot, rows, columns)
    kind, wide = ("halves", 1) if ink.coloured else ("shades", 2)
    return Plan(kind, wide, 1, 0, 0, head, 2, -(-rows // 2), -(-columns // 2), 2)


def _counted(figure: Grid) -> bool:
    """Whether every second row label is enough: they are numbers that count."""
    return all(label.isdigit() for label in figure.row_labels)


def _edge(figure: Grid, zoom: int) -> int:
    """Large cells always have it, so that nothing moves when a window comes; small ones if part of a row ends there."""
    if zoom > 1 or figure.marks.get("window"):
        return 1
    columns = values_of(figure).shape[1]
    framed = {cell for mark in ("source", "target", "focus") for cell in figure.marks.get(mark, ())}
    ends = {row for row, column in framed if column == columns - 1}
    return int(any((row, columns - 2) in framed and (row, 0) not in framed for row in ends))


def plan_of(figure: Grid, values: Floats, ink: Ink, width: int, height: int, zoom: int) -> Plan:
    """The largest cells that fit, as wide as the names of columns where there is room."""
    plan = _largest(figure, values, ink, width, height, zoom)
    if plan.kind not in ("numbers", "shades") or plan.block > 1 or plan.wide == 1:
        return plan
    room = (width - plan.left - plan.edge) // max(1, plan.columns)
    return replace(plan, wide=max(plan.wide, min(room, _names(figure) + 1)))


def _largest(figure: Grid, values: Floats, ink: Ink, width: int, height: int, zoom: int) -> Plan:
    """The largest cells that fit; numbers before shades, shades before pooled ones."""
    zooms = range(min(zoom, ZOOMS) if zoom > 0 else ZOOMS, 0, -1)
    asked = figure.shows == "numbers"
    if _wants_numbers(figure, values, width):
        plan = None
        for size in zooms:
            plan = _numbers(figure, values, size)
            if plan.width <= width and plan.height <= height:
                return plan
        if plan is not None and plan.width <= width and min(plan.rows, 6) <= height - plan.head - 1:
            return replace(plan, foot=1)
        if plan is not None and plan.rows <= _VECTORS and plan.width <= _PARTS * width and plan.height < height:
            return replace(plan, foot=1)
    head, foot = _head_rows(figure), 1 + asked
    rows, columns = values.shape
    for most in (_LABEL_MOST, _LABEL_SHORT):
        left = _label_width(figure, most)
        left = left if width - left >= 8 else 0
        tried = [replace(_shades(figure, values, ink, size, foot), left=left) for size in zooms]
        if left or not ink.coloured:  # a line for each row, though its cells are narrow
            tried.append(Plan("shades", 1, 1, 0, left, head, foot, rows, columns))
        if ink.coloured:
            tried.append(Plan("halves", 1, 1, 0, left if _counted(figure) else 0, head, foot, rows, columns))
        tried += [_dense(figure, values, head, foot, ink)] * (rows > _TALL)
        for plan in tried:
            if plan.width <= width and plan.height <= height:
                return plan
    room = max(2, height - head - 2), max(2, width)
    block = (
        factor(rows, columns, 2 * room[0], room[1]) if ink.coloured else factor(rows, columns, room[0], room[1] // 2)
    )
    kind, wide = ("halves", 1) if ink.coloured else ("shades", 2)
    return Plan(kind, wide, 1, 0, 0, head, 2, -(-rows // block), -(-columns // block), block)
