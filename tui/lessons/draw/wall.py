"""Walls: small pictures side by side, with one legend for all."""

from dataclasses import dataclass

import numpy as np
from rich.cells import cell_len
from textual.strip import Strip

from ....engine.lessons.kit.figures import Cell, Wall
from ...render.cells import Part, blank, line
from ...render.heatmap import heatmap, size
from ...render.legend import legend
from ...render.numbers import cut, pad
from ...render.palette import Ink
from ...render.pooling import shrink
from .look import MORE, Drawing, Floats, Look, cursor_style, quiet, scale_of, struck

_ZOOM = 10
_LABEL = 14
_ROWS = 3
_LINES = 15
"""Lines up to which only some rows of pictures are shown at the least: a page that scrolls anyway shows all."""


@dataclass(frozen=True)
class Plan:
    """How the pictures lie: `wide` x `tall` cells each with frame and label, `per_row` beside each other."""

    zoom: int
    block: int
    inner: int
    wide: int
    tall: int
    per_row: int
    rows: int
    labels: bool

    @property
    def height(self) -> int:
        """Lines of all rows and the legend."""
        return self.rows * self.tall + 1


def _images(figure: Wall) -> Floats:
    images = np.asarray(figure.images, dtype=np.float64)
    return images if images.ndim == 3 else images.reshape((-1, *images.shape[-2:])) if images.ndim > 3 else images[None]


def _plan(figure: Wall, ink: Ink, width: int, zoom: int, block: int = 1) -> Plan:
    images = _images(figure)
    count, h, w = images.shape
    h, w = -(-h // block), -(-w // block)
    columns, rows = size(h, w, ink, zoom)
    label = max((cell_len(cut(name, _LABEL)) for name in figure.labels), default=0)
    inner = max(columns, min(label, max(columns, 8)), 3)
    if count * (max(columns, label) + 1) < width:  # room enough for labels in full
        inner = max(inner, label)
    per_row = max(1, min(count, figure.columns or (width - 1) // (inner + 1)))
    labels = bool(figure.labels)
    return Plan(zoom, block, inner, inner + 1, rows + labels, per_row, -(-count // per_row), labels)


def smallest(figure: Wall, ink: Ink, width: int) -> tuple[int, int]:
    """All pictures pixel by pixel, pooled only if one is wider than the room."""
    if not _images(figure).size:
        return 12, 1
    plan = _fitting(figure, ink, width, 10_000, (1,))
    used = min(plan.per_row, len(_images(figure)))
    few = min(plan.rows, _ROWS) * plan.tall + 1
    return min(width, max(used * plan.wide + 1, 26)), few if few <= _LINES else plan.height


def best(figure: Wall, ink: Ink, width: int, height: int) -> tuple[int, int]:
    """The largest pictures with which all fit."""
    if not _images(figure).size:
        return 12, 1
    plan = _fitting(figure, ink, width, height)
    used = min(plan.per_row, len(_images(figure)))
    return min(width, max(used * plan.wide + 1, 26)), plan.height


def _fitting(
    figure: Wall, ink: Ink, width: int, height: int, zooms: tuple[int, ...] = tuple(range(_ZOOM, 0, -1))
) -> Plan:
    for zoom in zooms:
        plan = _plan(figure, ink, width, zoom)
        if plan.height <= height and _span(figure, plan) <= width:
            return plan
    block = 1
    plan = _plan(figure, ink, width, 1)
    while (_span(figure, plan) > width and block < 64) or (plan.tall + 1 > height and plan.tall > 3 and block < 64):
        block += 1
        plan = _plan(figure, ink, width, 1, block)
    return plan


def _span(figure: Wall, plan: Plan) -> int:
    """Columns that a row needs at least: one picture, or all where their places mean something."""
    return plan.wide * (plan.per_row if figure.columns else 1) + 1


def draw(figure: Wall, look: Look, width: int, height: int) -> Drawing:
    """The rows of pictures; of too many those around the cursor."""
    ink, images = look.ink, _images(figure)
    if not images.size:
        return Drawing([quiet("no pictures", width, ink)])
    plan = _fitting(figure, ink, width, height)
    scale = scale_of(images, figure.signed, figure.reach)
    room = max(1, (height - 1) // plan.tall)
    cursor = look.cursor[0] if look.cursor else figure.chosen or 0
    first = max(0, min(cursor // plan.per_row - room // 2, plan.rows - room))
    strips: list[Strip] = []
    for row in range(first, min(plan.rows, first + room)):
        ids = range(row * plan.per_row, min(len(images), (row + 1) * plan.per_row))
        drawn = [_picture(images[k], scale, ink, plan) for k in ids]
        if plan.labels:
            strips.append(_label_line(figure, look, ids, plan, width))
        for y in range(plan.tall - plan.labels):
            parts: list[Part] = []
            last = False
            for k, picture in zip(ids, drawn, strict=True):
                here = k == figure.chosen or look.on((k, 0)) or (k, 0) in look.sources
                edge = ink.style(ink.cursor if look.on((k, 0)) and ink.coloured else ink.accent, bold=True)
                parts.append(("┃" if here or last else " ", edge))
                parts += [(segment.text, segment.style or ink.style()) for segment in picture[y]]
                last = here
            parts.append(("┃" if last else " ", ink.style(ink.accent, bold=True)))
            strips.append(line(parts, width, ink))
    strips = strips[: max(1, height - 1)]
    if room < plan.rows:
        stop = min(len(images), (first + room) * plan.per_row)
        shown = f"{MORE} pictures {first * plan.per_row + 1}-{stop} of {len(images)}"
        tail = quiet(shown, width - 27, ink) if width > 52 else blank(max(0, width - 27), ink)
        strips.append(Strip.join([legend(scale, ink, min(27, width), figure.scope), tail]))
    else:
        scope = figure.scope + (f", a pixel is {plan.block}x{plan.block}" if plan.block > 1 else "")
        strips.append(legend(scale, ink, width, scope, most=40))

    def hit(x: int, y: int) -> Cell | None:
        column, row = (x - 1) // plan.wide, first + y // plan.tall
        k = row * plan.per_row + column
        return (k, 0) if 0 <= column < plan.per_row and k < len(images) and y < room * plan.tall and x > 0 else None

    return Drawing(strips, hit)


def moved(figure: Wall, cell: Cell, key: str) -> Cell:
    """The picture before or after."""
    row = figure.columns or 4
    by = {"left": -1, "right": 1, "up": -row, "down": row}.get(key, 0)
    return min(max(cell[0] + by, 0), max(0, len(_images(figure)) - 1)), 0


def _picture(image: Floats, scale: object, ink: Ink, plan: Plan) -> list[Strip]:
    if plan.block > 1:
        image = shrink(image, -(-image.shape[0] // plan.block), -(-image.shape[1] // plan.block), "mean")
    strips = heatmap(image, scale, ink, zoom=plan.zoom)  # type: ignore[arg-type]
    return [line([(s.text, s.style or ink.style()) for s in strip], plan.inner, ink) for strip in strips]


def _label_line(figure: Wall, look: Look, ids: range, plan: Plan, width: int) -> Strip:
    ink = look.ink
    parts: list[Part] = [(" ", ink.style())]
    for k in ids:
        name = figure.labels[k] if k < len(figure.labels) else ""
        style = ink.style(ink.dim)
        if k == figure.chosen or (k, 0) in look.sources:
            style = ink.style(ink.accent, bold=True)
        if k in figure.dropped:
            style, name = struck(ink.style(ink.dim)), f"x {name}"
        if look.on((k, 0)):
            style = cursor_style(ink)
        text = cut(name, plan.inner)
        parts += [(text, style), (pad("", plan.wide - cell_len(text)), ink.style())]
    return line(parts, width, ink)
