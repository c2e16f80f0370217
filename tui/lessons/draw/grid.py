"""Grids: numbers on tints where they fit, else shades, with what is marked in them."""

from collections import Counter
from dataclasses import replace
from typing import Any

from rich.cells import cell_len
from textual.strip import Strip

from ....engine.lessons.kit.figures import Cell, Grid
from ...render.cells import Part, line
from ...render.legend import legend
from ...render.numbers import cut, pad
from ...render.pooling import shrink
from ...render.scale import Scale
from .grid_cells import Brush, halves, painted, spied
from .grid_marks import Marked
from .grid_plan import LEGEND_MOST, ZOOMS, Plan, axes_of, best, exact, legend_width, plan_of, smallest, values_of
from .look import Drawing, Floats, Look, quiet, scale_of, step, window
from .numbers import told

_NARROW = 0.4
"""The part of a scale below which few shades tell nothing apart: then a map has a scale of its own."""

__all__ = ["ZOOMS", "best", "draw", "exact", "legend_width", "moved", "smallest"]


def draw(figure: Grid, look: Look, width: int, height: int) -> Drawing:
    """The grid in at most `width` x `height` cells; where it does not fit the part around the cursor."""
    values, ink = values_of(figure), look.ink
    if not values.size:
        return Drawing([quiet("nothing", width, ink)])
    plan = plan_of(figure, values, ink, width, height, look.zoom)
    scale = scale_of(figure.values, figure.signed, figure.reach)
    own = Scale.of(values, scale.diverging)
    if plan.kind == "shades" and not ink.coloured and 0 < own.high - own.low < _NARROW * (scale.high - scale.low):
        scale, figure = own, replace(figure, scope="this map alone")
    cursor = look.cursor or _centre(figure)
    if plan.block > 1:
        shown = shrink(values, -(-values.shape[0] // plan.block), -(-values.shape[1] // plan.block))
    else:
        shown = values
    high, broad = plan.grain
    room = max(1, (height - plan.head - plan.foot) // plan.tall) * high
    down = window(shown.shape[0], room, cursor[0] // plan.block)
    across = window(shown.shape[1], max(1, (width - plan.left) // plan.wide) * broad, cursor[1] // plan.block)
    strips = _head(figure, look, plan, across, width)
    marked = Marked.of(figure, look, plan.block)
    numbers = plan.kind == "numbers"
    edge = plan.left + len(across) * plan.wide < width
    brush = Brush(shown, scale, ink, marked, numbers, figure.digits, plan.wide, plan.tall, plan.field, edge)
    body = {"halves": halves, "dots": spied}.get(plan.kind, painted)(brush, down, across)
    labels = _labels(figure, look, plan, down, len(body))
    for label, parts in zip(labels, body, strict=True):
        strips.append(line([*label, *parts], width, ink))
    cuts = _cuts(values, shown, down, across, plan, figure)
    strips += _foot(figure, look, plan, scale, cuts, values, width)
    top, left = plan.head, plan.left

    def hit(x: int, y: int) -> Cell | None:
        column = (x - left) // plan.wide * broad
        row = (y - top) // plan.tall * high
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
        if cells := figure.marks.get(mark):
            found: Cell = cells[len(cells) // 2]
            return found
    return 0, 0


def moved(figure: Grid, cell: Cell, key: str) -> Cell:
    """The cell beside."""
    return step(cell, key, *values_of(figure).shape[:2])


def _head(figure: Grid, look: Look, plan: Plan, across: range, width: int) -> list[Strip]:
    ink = look.ink
    strips = []
    if figure.row_axis or figure.column_axis:
        strips.append(quiet(axes_of(figure), width, ink))
    if figure.column_labels:
        strips.append(line(_names(figure, look, plan, across), width, ink))
    return strips


def _names(figure: Grid, look: Look, plan: Plan, across: range) -> list[Part]:
    """The names of the columns, each over its own."""
    ink, room, used = look.ink, plan.wide - (plan.wide > 1), 0
    parts: list[Part] = []
    for column, name in _heads(figure, plan, across, room).items():
        start = plan.left + (column - across.start) // plan.grain[1] * plan.wide
        size = cell_len(name)
        if size <= room:
            aside = (room - plan.field) // 2 if plan.kind == "numbers" and size <= plan.field else 0
            start += plan.wide - aside - size
        if start < used:
            continue
        chosen = look.focused and look.cursor is not None and look.cursor[1] // plan.block == column
        style = ink.style(ink.accent, bold=True) if chosen else ink.style(ink.dim)
        parts += [(" " * (start - used), ink.style()), (name, style)]
        used = start + size
    return parts


def _heads(figure: Grid, plan: Plan, across: range, room: int) -> dict[int, str]:
    """The name of each column; of names that count only some where they have no room, and no part of one."""
    broad = plan.grain[1]
    found = {k: figure.column_labels[k * plan.block] for k in across if k * plan.block < len(figure.column_labels)}
    longest = max(map(cell_len, found.values()), default=0)
    if all(name.isdigit() for name in found.values()) and (longest > room or broad > 1):
        pitch = next(size for size in (2, 5, 10, 20, 50, 10**9) if size // broad * plan.wide > longest)
        return {k: name for k, name in found.items() if int(name) % pitch == 0}
    if plan.wide == 1 and longest > 1:
        return {}
    return {k: _first(name, room) for k, name in found.items()}


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
    aimed = Counter(row for mark in ("target", "focus") for row, _ in set(figure.marks.get(mark, ())))
    full = {row for row, cells in aimed.items() if cells == values_of(figure).shape[1]}
    for y in range(count):
        if plan.kind == "halves":
            at = down[min(2 * y, len(down) - 1)]
            name = True
        else:
            at, name = down[y // plan.tall], y % plan.tall == (plan.tall - 1) // 2
        text = figure.row_labels[at] if name and at < len(figure.row_labels) else ""
        chosen = at in full or (look.focused and look.cursor is not None and look.cursor[0] == at)
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
        if plan.kind == "dots":
            strips.append(quiet("a dot: not 0", width, ink))
        else:
            strips.append(legend(scale, ink, width, figure.scope, most=LEGEND_MOST))
        if look.focused and look.cursor is not None:
            row, column = look.cursor
            if row < values.shape[0] and column < values.shape[1]:
                value = told(float(values[row, column]), max(figure.digits, 2))
                cuts = f"[{row}, {column}] {value or 'nothing'}" + (f"  {cuts}" if cuts else "")
    if cuts and plan.foot > len(strips):
        strips.append(quiet(cuts, width, ink))
    return strips
