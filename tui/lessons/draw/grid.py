"""Grids: numbers on tints where they fit, else shades, with what is marked in them."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from rich.cells import cell_len
from textual.strip import Strip

from ....engine.lessons.kit.figures import Cell, Grid
from ...render.cells import Part, line
from ...render.legend import legend
from ...render.numbers import cut, pad
from ...render.palette import Ink
from ...render.pooling import factor, shrink
from ...render.scale import Scale
from .grid_cells import Brush, Marked, halves, painted
from .look import Drawing, Floats, Look, quiet, scale_of, step, window
from .numbers import told

ZOOMS = 4
_LABEL_MOST = 12
_NUMBERS_MOST = 24
"""Rows of numbers for which the page rather scrolls than that they become shades."""
_SHADES_MOST = 18
_HEAD_MOST = 8
_SMALL = 12
"""Rows of shades below which a cell is at least two columns wide."""
_LEGEND = 24
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
    def width(self) -> int:
        """Columns in all."""
        return self.left + self.columns * self.wide + self.edge

    @property
    def height(self) -> int:
        """Rows in all."""
        high = -(-self.rows // 2) if self.kind == "halves" else self.rows * self.tall
        return self.head + high + self.foot


def smallest(figure: Grid, ink: Ink, width: int) -> tuple[int, int]:
    """The least room in which all cells are seen."""
    values = _values(figure)
    if not values.size:
        return 12, 1
    plan = _numbers(figure, values, 1) if _wants_numbers(figure, values, width) else None
    if plan is not None and plan.width <= width and plan.rows <= _NUMBERS_MOST:
        return plan.width, plan.height
    if plan is not None and plan.rows <= _VECTORS and plan.width <= 3 * width:
        return width, plan.height + 1
    plan = _shades(figure, values, ink, 0, 1 + (figure.shows == "numbers"))
    if plan.width > width or plan.height > _SHADES_MOST + 3:
        plan = _plan(figure, values, ink, width, _SHADES_MOST + 3, 1)
    return min(width, max(plan.width, _LEGEND)), plan.height


def best(figure: Grid, ink: Ink, width: int, height: int, zoom: int = 0) -> tuple[int, int]:
    """The room that the largest cells take."""
    values = _values(figure)
    if not values.size:
        return 12, 1
    plan = _plan(figure, values, ink, width, height, zoom)
    return min(width, max(plan.width, _LEGEND if plan.foot else 0)), plan.height


def exact(figure: Grid, ink: Ink, zoom: int) -> tuple[int, int]:
    """The room that cells of this size take, however much that is."""
    values = _values(figure)
    if not values.size:
        return 12, 1
    plan = _numbers(figure, values, max(1, zoom)) if figure.shows == "numbers" else _shades(figure, values, ink, zoom)
    return max(plan.width, _LEGEND if plan.foot else 0), plan.height


def draw(figure: Grid, look: Look, width: int, height: int) -> Drawing:
    """The grid in at most `width` x `height` cells; where it does not fit the part around the cursor."""
    values, ink = _values(figure), look.ink
    if not values.size:
        return Drawing([quiet("nothing", width, ink)])
    plan = _plan(figure, values, ink, width, height, look.zoom)
    scale = scale_of(figure.values, figure.signed, figure.reach)
    cursor = look.cursor or _centre(figure)
    if plan.block > 1:
        shown = shrink(values, -(-values.shape[0] // plan.block), -(-values.shape[1] // plan.block))
    else:
        shown = values
    room = max(1, (height - plan.head - plan.foot) // max(1, plan.tall))
    room = 2 * room if plan.kind == "halves" else room
    down = window(shown.shape[0], room, cursor[0] // plan.block)
    across = window(shown.shape[1], max(1, (width - plan.left) // plan.wide), cursor[1] // plan.block)
    strips = _head(figure, look, plan, across, width)
    marked = Marked.of(figure, look, plan.block)
    brush = Brush(shown, scale, ink, marked, plan.kind == "numbers", figure.digits, plan.wide, plan.tall, plan.field)
    if plan.kind == "halves":
        body = halves(brush, down, across)
    else:
        body = painted(brush, down, across)
    labels = _labels(figure, look, plan, down, len(body))
    for label, parts in zip(labels, body, strict=True):
        strips.append(line([*label, *parts], width, ink))
    cuts = _cuts(values, shown, down, across, plan, figure)
    strips += _foot(figure, look, plan, scale, cuts, values, width)
    top, left = plan.head, plan.left

    def hit(x: int, y: int) -> Cell | None:
        column = (x - left) // plan.wide
        row = (y - top) * 2 if plan.kind == "halves" else (y - top) // plan.tall
        if x < left or y < top or column >= len(across) or row >= len(down):
            return None
        return (
            min((down[row]) * plan.block, values.shape[0] - 1),
            min((across[column]) * plan.block, values.shape[1] - 1),
        )

    return Drawing(strips, hit)


def _centre(figure: Grid) -> Cell:
    """Around which cell a part is shown where there is no cursor."""
    for mark in ("focus", "target", "winner", "window"):
        if cells := figure.marks.get(mark):  # type: ignore[call-overload]
            found: Cell = cells[len(cells) // 2]
            return found
    return 0, 0


def moved(figure: Grid, cell: Cell, key: str) -> Cell:
    """The cell beside."""
    return step(cell, key, *_values(figure).shape[:2])


def _values(figure: Grid) -> Floats:
    values = np.asarray(figure.values, dtype=np.float64)
    return values if values.ndim == 2 else np.atleast_2d(values).reshape(-1, values.shape[-1] if values.ndim else 1)


def _wants_numbers(figure: Grid, values: Floats, width: int) -> bool:
    fits = values.shape[1] * 2 < width or values.shape[0] <= _VECTORS
    return figure.shows == "numbers" and fits and values.shape[0] <= 200


def _label_width(figure: Grid, most: int = _LABEL_MOST) -> int:
    longest = max((cell_len(cut(label, most)) for label in figure.row_labels), default=0)
    return longest + 1 if longest else 0


def _head_rows(figure: Grid) -> int:
    return bool(figure.row_axis or figure.column_axis) + bool(figure.column_labels)


def _numbers(figure: Grid, values: Floats, zoom: int) -> Plan:
    """The plan for numbers at a zoom from 1."""
    field = max((len(told(value, figure.digits)) for value in values.ravel().tolist()), default=1)
    field = max(1, field)
    names = max((cell_len(cut(label, _HEAD_MOST)) for label in figure.column_labels), default=0)
    wide = max({1: field + 1, 2: field + 2, 3: max(6, field + 3), 4: max(8, field + 3)}[zoom], 2)
    if zoom > 1:
        wide = max(wide, names + 1)
    tall = {1: 1, 2: 1, 3: 2, 4: 3}[zoom]
    if figure.column_labels and zoom == 1:
        wide = max(wide, min(names, 4) + 1)
    rows, columns = values.shape
    left, edge = _label_width(figure), _edge(figure)
    return Plan("numbers", wide, tall, field, left, _head_rows(figure), 0, rows, columns, edge=edge)


def _shades(figure: Grid, values: Floats, ink: Ink, zoom: int, foot: int = 1) -> Plan:
    """The plan for shades; at zoom 0 two cells share one on the screen, if there are colours and many cells."""
    rows, columns = values.shape
    left, head = _label_width(figure, 6 if columns > 12 else _LABEL_MOST), _head_rows(figure)
    if zoom or not ink.coloured or rows < _SMALL:
        zoom = max(1, zoom)
        return Plan("shades", 2 * zoom, zoom, 0, left, head, foot, rows, columns, edge=_edge(figure))
    return Plan("halves", 1, 1, 0, left, head, foot, rows, columns)


def _edge(figure: Grid) -> int:
    return int(bool(figure.marks.get("window")))


def _plan(figure: Grid, values: Floats, ink: Ink, width: int, height: int, zoom: int) -> Plan:
    """The largest cells that fit; numbers before shades, shades before pooled ones."""
    zooms = range(min(zoom, ZOOMS) if zoom else ZOOMS, 0, -1)
    asked = figure.shows == "numbers"
    if _wants_numbers(figure, values, width):
        plan = None
        for size in zooms:
            plan = _numbers(figure, values, size)
            if plan.width <= width and plan.height <= height:
                return plan
        if plan is not None and plan.width <= width and min(plan.rows, 6) <= height - plan.head - 1:
            return replace(plan, foot=1)
        if plan is not None and plan.rows <= _VECTORS and plan.width <= 3 * width and plan.height < height:
            return replace(plan, foot=1)
    head, left = _head_rows(figure), _label_width(figure, 6 if values.shape[1] > 12 else _LABEL_MOST)
    foot = 1 + asked
    if width - left < 8:
        left = 0
    rows, columns = values.shape
    for size in (size for size in (*zooms, 0)):
        if size:
            plan = Plan("shades", 2 * size, size, 0, left, head, foot, rows, columns, edge=_edge(figure))
        elif ink.coloured:
            plan = Plan("halves", 1, 1, 0, left, head, foot, rows, columns)
        else:
            break
        if plan.width <= width and plan.height <= height:
            return plan
    room = max(2, height - head - foot), max(2, width)
    block = (
        factor(rows, columns, 2 * room[0], room[1]) if ink.coloured else factor(rows, columns, room[0], room[1] // 2)
    )
    kind, wide = ("halves", 1) if ink.coloured else ("shades", 2)
    return Plan(kind, wide, 1, 0, 0, head, foot, -(-rows // block), -(-columns // block), block)


def _head(figure: Grid, look: Look, plan: Plan, across: range, width: int) -> list[Strip]:
    ink = look.ink
    strips = []
    if figure.row_axis or figure.column_axis:
        words = [
            f"{figure.row_axis} ↓" if figure.row_axis else "",
            f"{figure.column_axis} →" if figure.column_axis else "",
        ]
        strips.append(quiet("  ".join(word for word in words if word), width, ink))
    if figure.column_labels:
        parts: list[Part] = [(" " * plan.left, ink.style())]
        room = plan.wide - (plan.wide > 1)
        for column in across:
            at = column * plan.block
            name = figure.column_labels[at] if at < len(figure.column_labels) else ""
            chosen = look.focused and look.cursor is not None and look.cursor[1] // plan.block == column
            style = ink.style(ink.accent, bold=True) if chosen else ink.style(ink.dim)
            if plan.wide == 1:
                parts.append((name if cell_len(name) == 1 else " ", style))
                continue
            aside = (room - plan.field) // 2 if plan.kind == "numbers" and cell_len(name) <= plan.field else 0
            parts.append((" " + pad(_first(name, room - aside), room - aside, "right") + " " * aside, style))
        strips.append(line(parts, width, ink))
    return strips


def _first(name: str, room: int) -> str:
    """The first letters, for an ellipsis would take the place of one."""
    name = cut(name, 40)
    while cell_len(name) > room:
        name = name[:-1]
    return name


def _labels(figure: Grid, look: Look, plan: Plan, down: range, count: int) -> list[list[Part]]:
    """What stands before each line of cells."""
    ink = look.ink
    if not plan.left:
        return [[] for _ in range(count)]
    found: list[list[Part]] = []
    for y in range(count):
        if plan.kind == "halves":
            at = down[min(2 * y, len(down) - 1)]
            name = True
        else:
            at, name = down[y // plan.tall], y % plan.tall == (plan.tall - 1) // 2
        text = figure.row_labels[at] if name and at < len(figure.row_labels) else ""
        chosen = look.focused and look.cursor is not None and look.cursor[0] == at
        style = ink.style(ink.accent, bold=True) if chosen else ink.style(ink.dim)
        found.append([(pad(text, plan.left - 1, "right") + " ", style)])
    return found


def _cuts(values: Floats, shown: Floats, down: range, across: range, plan: Plan, figure: Grid) -> str:
    """What of the grid is not seen, or not as numbers."""
    size = f"{values.shape[0]}x{values.shape[1]}"
    told_parts = []
    if plan.block > 1:
        told_parts.append(f"{size}, a pixel is {plan.block}x{plan.block}")
    elif plan.kind != "numbers" and figure.shows == "numbers":
        told_parts.append(f"{size}: too many for numbers here")
    if len(down) < shown.shape[0]:
        told_parts.append(f"rows {down.start + 1}-{down.stop} of {shown.shape[0]}")
    if len(across) < shown.shape[1]:
        told_parts.append(f"columns {across.start + 1}-{across.stop} of {shown.shape[1]}")
    return ", ".join(told_parts)


def _foot(figure: Grid, look: Look, plan: Plan, scale: Scale, cuts: str, values: Any, width: int) -> list[Strip]:
    ink, strips = look.ink, []
    if plan.kind != "numbers":
        strips.append(legend(scale, ink, width, figure.scope))
        if look.focused and look.cursor is not None:
            row, column = look.cursor
            if row < values.shape[0] and column < values.shape[1]:
                value = told(float(values[row, column]), max(figure.digits, 2))
                cuts = f"[{row}, {column}] {value or 'nothing'}" + (f"  {cuts}" if cuts else "")
    if cuts and plan.foot > len(strips):
        strips.append(quiet(cuts, width, ink))
    return strips
