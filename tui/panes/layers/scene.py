"""The four depths of looking inside a model, composed: ladder, layer, channel, cell. Knows no widget."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ....engine.probes.requests import CellView, LayerView, Structure
from ...render.cells import note
from ...render.heatmap import fit, heatmap, pixels
from ...render.legend import legend
from ...render.palette import Ink
from ...render.pooling import factor, shrink
from ..blocks import Block, Parts, beside, fitted, heading, remark
from .cell import formula
from .channel import channel
from .ladder import ladder, rows, widest
from .panel import Panel, panel, row_of
from .scale import maps_of, scale_of, scope_of
from .sight import CELL, CHANNEL, LADDER, Sight

BESIDE_FROM = 70
BELOW_FROM = 11
MINI_FROM = 104
_MINI = 28
_MAPS_LEAST = 34
_UNDER_LADDER = 9


@dataclass(frozen=True)
class Spot:
    """What lies under a cell: a layer by number, a channel, or a cell of the chosen channel."""

    layer: int | None = None
    channel: int | None = None
    cell: tuple[int, int] | None = None


def _nothing(x: int, y: int) -> Spot | None:
    return None


@dataclass(frozen=True)
class Scene:
    """A drawn depth: `columns` and `first` are those of its wall, `spot` finds what lies at a cell."""

    strips: Block
    spot: Callable[[int, int], Spot | None] = field(default=_nothing)
    columns: int = 1
    first: int = 0


@dataclass(frozen=True)
class Looked:
    """What the engine has answered so far; `key` differs when any of it does."""

    structure: Structure
    view: LayerView | None
    cell: CellView | None
    error: str
    key: tuple[int, ...]


def shows_maps(depth: int, width: int, height: int) -> bool:
    """Whether maps are drawn, so that the layer must be asked for."""
    if depth == LADDER:
        return width >= BESIDE_FROM or height >= BELOW_FROM
    return depth <= CHANNEL or width >= MINI_FROM


def scene(looked: Looked, sight: Sight, ink: Ink, width: int, height: int, parts: Parts, first: int) -> Scene:
    """The picture of `sight` in exactly `width` x `height` cells."""
    if looked.error:
        room = height - 1
        drawn = _scene(looked, sight, ink, width, room, parts, first)
        return Scene([*drawn.strips, remark(looked.error, width, ink, ink.bad)], drawn.spot, drawn.columns, drawn.first)
    return _scene(looked, sight, ink, width, height, parts, first)


def _scene(looked: Looked, sight: Sight, ink: Ink, width: int, height: int, parts: Parts, first: int) -> Scene:
    if sight.depth == LADDER:
        return _ladder(looked, sight, ink, width, height, parts, first)
    view = looked.view
    if sight.depth == CELL:
        return Scene(_cell(looked, sight, ink, width, height))
    if view is None:
        return Scene(note("…", width, ink, height))
    if sight.depth == CHANNEL and maps_of(view) is not None:
        strips, drawn = channel(view, looked.cell, looked.structure, sight, ink, width, height)

        def cell(x: int, y: int) -> Spot | None:
            hits = (Spot(cell=at) for top, part in drawn if (at := part.hit(x, y - top)) is not None)
            return next(hits, None)

        return Scene(strips, cell)
    key = (looked.key, sight, width, height, ink)
    made = parts.get("layer", key, lambda: panel(view, looked.structure, sight, ink, width, height, first=first))
    return _of(made, 0, 0)


def _of(made: Panel, x0: int, y0: int) -> Scene:
    def spot(x: int, y: int) -> Spot | None:
        at = made.hit(x - x0, y - y0)
        return None if at is None else Spot(channel=at)

    if made.tiles is not None:
        return Scene(made.strips, spot, max(1, made.tiles.columns), made.tiles.first)
    return Scene(made.strips, spot, made.units.columns if made.units else 1)


def _ladder(looked: Looked, sight: Sight, ink: Ink, width: int, height: int, parts: Parts, first: int) -> Scene:
    """The ladder, and beside or below it what the chosen layer makes of the example."""
    structure, view = looked.structure, looked.view
    side = width >= BESIDE_FROM
    below = not side and height >= BELOW_FROM
    wide = widest(structure, min(width - _MAPS_LEAST - 3, max(34, width * 29 // 50))) if side else width
    maps_wide = width - wide - 3 if side else width
    tall = height if side else min(rows(structure), max(4, height * 2 // 5)) if below else height
    under = height - rows(structure) - 1 if side else 0
    extras_under = under >= _UNDER_LADDER and wide >= 44
    steps = ladder_key = (looked.key[0], sight.layer, wide, tall, ink)
    drawn = parts.get("ladder", ladder_key, lambda: ladder(structure, ink, wide, tall, sight.layer))

    def made() -> Panel:
        room = height if side else height - tall - 1
        if view is None:
            return Panel(note("…", maps_wide, ink, room))
        return panel(view, structure, sight, ink, maps_wide, room, extras=not extras_under, first=first)

    shown = bool(side or below)
    key = (looked.key[1], sight, maps_wide, steps)
    maps = parts.get("maps", key, made) if shown else Panel([])
    if side:
        left = drawn.strips
        if extras_under and view is not None:
            low = min(under, 16)
            told = row_of(view, structure, sight, ink, wide, low)
            left = [*left[: rows(structure)], remark("", wide, ink), *told]
        strips = beside([(left, wide), (maps.strips, maps_wide)], height, ink, gap=3, rule=True)
        x0, y0 = wide + 3, 0
    else:
        strips = [*fitted(drawn.strips, width, tall, ink), remark("", width, ink), *maps.strips]
        x0, y0 = 0, tall + 1
    inner = _of(maps, x0, y0)

    def spot(x: int, y: int) -> Spot | None:
        if shown and x >= x0 and y >= y0:
            return inner.spot(x, y)
        at = drawn.hit(y) if x < wide and y < tall else None
        return None if at is None else Spot(layer=at)

    return Scene(fitted(strips, width, height, ink), spot, inner.columns, inner.first)


def _cell(looked: Looked, sight: Sight, ink: Ink, width: int, height: int) -> Block:
    """The formula, and the layer's map with the cell where there is room for it."""
    cell, view = looked.cell, looked.view
    mini = width >= MINI_FROM and view is not None and maps_of(view) is not None
    room = formula_width(width)
    if cell is None:
        strips = note("…", room, ink, height)
    else:
        strips = formula(cell, looked.structure, sight.page, ink, room, height)
    if room == width:
        return strips
    small = _mini(view, sight, ink, _MINI, height) if mini and view is not None else []
    return beside([(strips, room), (small, _MINI)], height, ink, gap=3, rule=True)


def formula_width(width: int) -> int:
    """The columns that the formula of a cell has."""
    return width - _MINI - 3 if width >= MINI_FROM else width


def _mini(view: LayerView, sight: Sight, ink: Ink, width: int, height: int) -> Block:
    """The chosen channel with its cell marked; pooled if it is too large."""
    maps = maps_of(view)
    assert maps is not None
    at = min(sight.channel, len(maps) - 1)
    scale = scale_of(view, scope_of(view, sight.scope), at)
    high, wide = pixels(ink, width, height - 2)
    block = factor(maps.shape[1], maps.shape[2], high, wide)
    values = shrink(maps[at], high, wide)
    zoom = max(1, min(4, fit(values.shape[0], values.shape[1], ink, width, height - 2)))
    cursor = (sight.row // block, sight.column // block) if view.layer == sight.layer else None
    told = f"pooled {block}x{block}" if block > 1 else f"step {view.step}"
    return [
        heading(f"{view.layer} channel {at}", told, width, ink),
        *heatmap(values, scale, ink, zoom=zoom, cursor=cursor),
        legend(scale, ink, width, f"map {at}" if sight.scope == "unit" else sight.scope),
    ]
