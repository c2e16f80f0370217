"""Ladders: a model as boxes one under the other, with shapes, shares, and the wires that jump over boxes."""

from dataclasses import dataclass, replace

import numpy as np
from rich.cells import cell_len
from rich.style import Style

from ....engine.lessons.kit.figures import Box, Cell, Ladder
from ...render.bars import blocks
from ...render.cells import Part, line
from ...render.heatmap import heatmap
from ...render.numbers import cut, pad
from ...render.palette import Ink
from ...render.pooling import shrink
from ...render.scale import Scale
from .look import MORE, Drawing, Look, cursor_style, quiet, step, window

_NAME, _SHAPE, _DETAIL, _WORD = 30, 22, 40, 16
_INDENT = 2
_SHARE, _SHARE_MOST, _SHARE_LEAST = 12, 40, 5
_THUMB = 5
"""Rows of small maps below a box, where there is room."""


@dataclass(frozen=True)
class Plan:
    """Columns of the parts of a line, and the lane of each wire."""

    name: int
    shape: int
    detail: int
    share: int
    lanes: tuple[int, ...]
    words: int
    thumbs: bool

    @property
    def body(self) -> int:
        """Columns before the wires."""
        return 2 + self.name + sum(part + 2 for part in (self.shape, self.detail, self.share) if part)

    @property
    def width(self) -> int:
        """Columns in all."""
        return self.body + (2 * (max(self.lanes) + 1) + 1 if self.lanes else 0) + (self.words + 1 if self.words else 0)


def _lanes(figure: Ladder) -> tuple[int, ...]:
    """The lane of each wire, short ones inside, none that overlap in one."""
    spans = [tuple(sorted((wire.source, wire.target))) for wire in figure.wires]
    lanes = [0] * len(spans)
    taken: list[list[tuple[int, ...]]] = []
    for k in sorted(range(len(spans)), key=lambda k: spans[k][1] - spans[k][0]):
        low, high = spans[k]
        free = (n for n, lane in enumerate(taken) if all(high < a or b < low for a, b in lane))
        lanes[k] = next(free, len(taken))
        if lanes[k] == len(taken):
            taken.append([])
        taken[lanes[k]].append(spans[k])
    return tuple(lanes)


def _plan(figure: Ladder, width: int, thumbs: bool = False) -> Plan:
    boxes = figure.boxes
    depth = min((box.depth for box in boxes), default=0)
    name = max((_INDENT * (box.depth - depth) + cell_len(cut(box.name, _NAME)) for box in boxes), default=4)
    shape = max((cell_len(cut(box.shape, _SHAPE)) for box in boxes), default=0)
    detail = max((cell_len(cut(box.detail, _DETAIL)) for box in boxes), default=0)
    share = _SHARE if any(box.share is not None for box in boxes) else 0
    words = max((cell_len(cut(wire.label, _WORD)) for wire in figure.wires), default=0)
    plan = Plan(name, shape, detail, share, _lanes(figure), words, thumbs)
    if plan.width > width and share:
        share = share - (plan.width - width) if plan.width - width <= share - _SHARE_LEAST else 0
        plan = Plan(name, shape, detail, share, plan.lanes, plan.words, thumbs)
    if plan.width > width and words:
        plan = Plan(name, shape, detail, share, plan.lanes, max(0, words - (plan.width - width)), thumbs)
        if 0 < plan.words < 4:
            plan = Plan(name, shape, detail, share, plan.lanes, 0, thumbs)
    if plan.width > width and detail:
        detail = max(0, detail - (plan.width - width))
        plan = Plan(name, shape, detail if detail >= 8 else 0, share, plan.lanes, plan.words, thumbs)
    if plan.width > width:
        plan = Plan(max(6, name - (plan.width - width)), shape, plan.detail, plan.share, plan.lanes, plan.words, thumbs)
    return plan


def _rows(figure: Ladder, thumbs: bool, height: int = 0) -> list[int]:
    """Lines of each box: up to two more where there is room for all."""
    least = [1 + (_thumb_rows(box) if thumbs else 0) for box in figure.boxes]
    spare = (height - sum(least)) // max(1, len(least))
    return [lines + max(0, min(2, spare)) for lines in least]


def _thumb_rows(box: Box) -> int:
    if box.thumbnails is None or not np.asarray(box.thumbnails).size:
        return 0
    return min(_THUMB, -(-int(np.asarray(box.thumbnails).shape[-2]) // 2))


def narrowest(figure: Ladder) -> int:
    """Columns in which all its words stand, if without the bars of shares."""
    plan = _plan(figure, 400)
    return plan.width - (plan.share + 2 if plan.share else 0)


def smallest(figure: Ladder, ink: Ink, width: int) -> tuple[int, int]:
    """A line a box."""
    return min(width, max(20, _plan(figure, width).width)), max(1, len(figure.boxes)) + bool(figure.share_label)


def best(figure: Ladder, ink: Ink, width: int, height: int) -> tuple[int, int]:
    """With small maps, if there are any and they fit."""
    wide, tall = smallest(figure, ink, width)
    foot = bool(figure.share_label)
    thumbs = sum(_rows(figure, True)) + foot <= height
    lines = max(tall, sum(_rows(figure, thumbs, height - foot)) + foot)
    more = _SHARE_MOST - _SHARE if lines > tall and any(box.share is not None for box in figure.boxes) else 0
    return min(width, wide + more), lines


def draw(figure: Ladder, look: Look, width: int, height: int) -> Drawing:
    """The boxes around the cursor, their wires at the right."""
    ink = look.ink
    if not figure.boxes:
        return Drawing([quiet("nothing", width, ink)])
    foot = bool(figure.share_label) and height > len(figure.boxes) and bool(_plan(figure, width).share)
    thumbs = sum(_rows(figure, True)) + foot <= height
    plan = _plan(figure, width, thumbs)
    if plan.share and plan.width < width:
        plan = replace(plan, share=max(plan.share, min(_SHARE_MOST, plan.share + width - plan.width)))
    count = len(figure.boxes)
    cuts = not thumbs and count > height - foot
    cursor = look.cursor[0] if look.cursor else 0
    shown = window(count, height - foot - cuts, cursor) if cuts else range(count)
    lines = _rows(figure, thumbs, height - foot)
    owners = [(k, y) for k in shown for y in range(lines[k])]
    strips = []
    for y, (k, row) in enumerate(owners):
        parts = _box(figure, look, plan, k) if row == 0 else _below(figure, plan, k, row, lines[k], ink)
        strips.append(line([*parts, *_wires(figure, plan, owners, y, ink)], width, ink))
    if cuts:
        strips.append(quiet(f"{MORE} boxes {shown.start + 1}-{shown.stop} of {count}", width, ink))
    if foot:
        strips.append(quiet(f"bars: {figure.share_label}", width, ink))
    return Drawing(strips, lambda x, y: (owners[y][0], 0) if 0 <= y < len(owners) else None)


def moved(figure: Ladder, cell: Cell, key: str) -> Cell:
    """The box above or below."""
    return step((cell[0], 0), {"left": "up", "right": "down"}.get(key, key), len(figure.boxes), 1)


def _box(figure: Ladder, look: Look, plan: Plan, k: int) -> list[Part]:
    ink, box = look.ink, figure.boxes[k]
    depth = box.depth - min(other.depth for other in figure.boxes)
    style = ink.style()
    if box.active:
        style = ink.selected() if ink.coloured else ink.style(ink.accent, bold=True)
    if (k, 0) in look.sources:
        style = style + Style(underline=True, bold=True)
    if look.on((k, 0)):
        style = cursor_style(ink)
    indent = " " * (_INDENT * depth)
    colour = ink.categories[depth % len(ink.categories)]
    rail = "▌" if ink.depth != "none" else ">" if box.active else "|"
    name = pad(box.name, max(1, plan.name - len(indent)))
    parts: list[Part] = [(indent, ink.style()), (rail + " ", ink.style(colour, bold=box.active)), (name, style)]
    if plan.shape:
        parts.append(("  " + pad(box.shape, plan.shape, "right"), ink.style(None if box.active else ink.dim)))
    if plan.share:
        surface = ink.track if ink.coloured else None
        bar = blocks(float(box.share), plan.share) if box.share is not None else " " * plan.share
        parts += [("  ", ink.style()), (bar, ink.style(ink.accent, surface if box.share is not None else None))]
    if plan.detail:
        parts.append(("  " + pad(box.detail, plan.detail), ink.style(ink.dim)))
    return parts


def _below(figure: Ladder, plan: Plan, k: int, row: int, lines: int, ink: Ink) -> list[Part]:
    """A further line of a box: of its small maps, else of its rail, which ends before the next box."""
    box = figure.boxes[k]
    if plan.thumbs and _thumb_rows(box):
        return _thumb(box, row - 1, plan, ink)
    depth = box.depth - min(other.depth for other in figure.boxes)
    indent, rail = " " * (_INDENT * depth), "▌" if ink.depth != "none" else "|"
    style = ink.style(ink.categories[depth % len(ink.categories)], bold=box.active)
    return [
        (indent, ink.style()),
        (rail if row < lines - 1 else " ", style),
        (" " * (plan.body - len(indent) - 1), ink.style()),
    ]


def _thumb(box: Box, row: int, plan: Plan, ink: Ink) -> list[Part]:
    """One line of the small maps below a box."""
    maps = np.asarray(box.thumbnails, dtype=np.float64)
    maps = maps if maps.ndim == 3 else maps[None]
    room = 2 * _THUMB if ink.coloured else _THUMB
    scale = Scale.of(maps)
    parts: list[Part] = [(" " * 4, ink.style())]
    used = 4
    for image in maps:
        small = shrink(image, room, 2 * room, "mean") if image.shape[0] > room else image
        strips = heatmap(small, scale, ink)
        if not strips or used + strips[0].cell_length + 1 > plan.body:
            break
        if row < len(strips):
            parts += [(segment.text, segment.style or ink.style()) for segment in strips[row]]
        else:
            parts.append((" " * strips[0].cell_length, ink.style()))
        parts.append((" ", ink.style()))
        used += strips[0].cell_length + 1
    return [*parts, (" " * (plan.body - used), ink.style())]


def _wires(figure: Ladder, plan: Plan, owners: list[tuple[int, int]], y: int, ink: Ink) -> list[Part]:
    """The wires' cells in one line, and the words that begin there."""
    if not plan.lanes:
        return []
    size = 2 * (max(plan.lanes) + 1) + 1
    cells: list[Part] = [(" ", ink.style())] * size
    rows = {k: at for at, (k, row) in reversed(list(enumerate(owners))) if row == 0}
    word: Part = ("", ink.style())
    spoken: set[int] = set()
    for n in sorted(range(len(plan.lanes)), key=lambda n: plan.lanes[n]):
        wire, lane = figure.wires[n], 2 * plan.lanes[n] + 1
        first, last = sorted((wire.source, wire.target))
        top = rows.get(first, -1 if first < owners[0][0] else len(owners))
        bottom = rows.get(last, len(owners) if last > owners[-1][0] else -1)
        style = ink.style(ink.bad if wire.cut else ink.categories[n % len(ink.categories)], bold=not wire.cut)
        if y in (top, bottom):
            into = (wire.target == first) == (y == top)
            run = "╌" if wire.cut else "─"
            for x in range(lane):
                if x == 0 or cells[x][0] in " ─╌":
                    cells[x] = ("◂" if x == 0 and into else run, style)
            cells[lane] = (("┐" if y == top else "┘"), style)
        elif top < y < bottom:
            broken = wire.cut and y == (top + bottom) // 2
            cells[lane] = ("✗" if broken else "┆" if wire.cut else "│", style)
        at = next((row for row in [top, *range(top + 1, bottom)] if row >= 0 and row not in spoken), None)
        if at is not None:
            spoken.add(at)
        if at == y and plan.words and wire.label:
            word = (" " + cut(wire.label, plan.words), style)
    return [*cells, word]
