"""What one layer makes of one example: maps or units with their legend, and what belongs to them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ....engine.probes.requests import LayerView, Structure
from ...render.histogram import histogram
from ...render.palette import Ink
from ...render.tiles import Tiles
from ..blocks import Block, beside, fitted, heading, remark
from ..example import example, tokens
from ..units import Units, units
from .kernels import has_kernels, kernel_of, kernel_wall
from .scale import key, maps_of, scale_of, scales_of, scope_of
from .sight import LAYER, Sight, shown_shape
from .wall import seen, wall

_SIDE_FROM = 64
_SIDE_LEAST, _SIDE_MOST = 24, 40
_BELOW_FROM = 15


@dataclass(frozen=True)
class Panel:
    """Drawn maps; `wall` or `units` lie at (x, y) of the block."""

    strips: Block
    tiles: Tiles | None = None
    units: Units | None = None
    x: int = 0
    y: int = 0

    def hit(self, x: int, y: int) -> int | None:
        """The channel at a cell of the block."""
        drawn = self.tiles or self.units
        return None if drawn is None else drawn.hit(x - self.x, y - self.y)


def panel(
    view: LayerView,
    structure: Structure,
    sight: Sight,
    ink: Ink,
    width: int,
    height: int,
    *,
    extras: bool = True,
    first: int = 0,
) -> Panel:
    """The maps in exactly `width` x `height` cells, with image, kernel and histogram if `extras` and room."""
    if not extras:
        return _maps(view, structure, sight, ink, width, height, first)
    if width >= _SIDE_FROM and height >= 10:
        side = min(_SIDE_MOST, max(_SIDE_LEAST, width // 3))
        drawn = _maps(view, structure, sight, ink, width - side - 2, height, first)
        column = column_of(view, structure, sight, ink, side, height)
        strips = beside([(drawn.strips, width - side - 2), (column, side)], height, ink)
        return Panel(strips, drawn.tiles, drawn.units, drawn.x, drawn.y)
    if height >= _BELOW_FROM:
        rows = min(9, max(6, height // 3))
        apart = height >= 22
        drawn = _maps(view, structure, sight, ink, width, height - rows - apart, first)
        below = row_of(view, structure, sight, ink, width, rows)
        strips = [*drawn.strips, *[remark("", width, ink)] * apart, *below]
        return Panel(strips, drawn.tiles, drawn.units, drawn.x, drawn.y)
    return _maps(view, structure, sight, ink, width, height, first)


def _maps(view: LayerView, structure: Structure, sight: Sight, ink: Ink, width: int, height: int, first: int) -> Panel:
    """The title, the maps, kernels or units, and the legend."""
    if height < 3 or width < 8:
        return Panel(fitted([], width, height, ink))
    choose = sight.depth >= LAYER and view.layer == sight.layer
    title = f"{view.layer} {view.kind}"
    maps = maps_of(view)
    if sight.kernels and has_kernels(view):
        strips, drawn, told = kernel_wall(
            view, structure, sight.channel, ink, width, height - 1, first=first, choose=choose
        )
        return Panel(fitted([heading(view.layer, told, width, ink), *strips], width, height, ink), drawn, y=1)
    if maps is None:
        return _units(view, structure, sight, ink, width, height, title, choose)
    scope = scope_of(view, sight.scope)
    names = [str(k) for k in range(len(maps))]
    chosen = sight.channel if choose else None
    scales = scales_of(view, scope)
    walled = wall(maps, names, scales, ink, width, height - 2, selected=chosen, first=first)
    count = f"{len(maps)} maps" if len(maps) != 1 else "1 map"
    told = ", ".join(filter(None, [f"{count} {shown_shape(maps.shape[1:])}", seen(walled, len(maps)), odd(maps)]))
    legend = key(view, scope, sight.channel if choose else 0, ink, width)
    if len(title) + len(told) + 2 > width:
        title = view.layer
    return Panel([heading(title, told, width, ink), *walled.strips, legend], walled, y=1)


def odd(maps: Any) -> str:
    """In words: values that are no numbers, and maps that are zero throughout."""
    bad = int(maps.size - np.isfinite(maps).sum())
    flat = maps.reshape(len(maps), -1)
    zero = int((flat == 0).all(axis=1).sum())
    told = [f"{bad} not finite"] if bad else []
    told += [f"{zero} all zero"] if zero else []
    return ", ".join(told)


def _units(
    view: LayerView,
    structure: Structure,
    sight: Sight,
    ink: Ink,
    width: int,
    height: int,
    title: str,
    choose: bool,
) -> Panel:
    values = view.maps.reshape(-1)
    names = class_names(view, structure)
    scale = scale_of(view, scope_of(view, sight.scope), 0)
    room = height - 3 if height > 6 else height - 2
    chosen = sight.channel if choose else None
    drawn = units(values, names, ink, width, room, selected=chosen, scale=scale)
    zero = int((values == 0).sum())
    what = "logits: the softmax of them is the probability" if names else f"{len(values)} units"
    told = what + (f", {zero} exactly zero" if zero and not names else "")
    bad = int(len(values) - np.isfinite(values).sum())
    told += f", {bad} not finite" if bad else ""
    strips = fitted(
        [heading(title, told, width, ink), *drawn.strips], width, min(height - 1, len(drawn.strips) + 2), ink
    )
    strips.append(key(view, sight.scope, sight.channel, ink, width))
    return Panel(fitted(strips, width, height, ink), units=drawn, y=1)


def class_names(view: LayerView, structure: Structure) -> tuple[str, ...]:
    """The classes if the layer gives a number for each, and is the last; else nothing."""
    last = bool(structure.layers) and structure.layers[-1].name == view.layer
    return structure.classes if last and view.maps.size == len(structure.classes) else ()


def spread(view: LayerView, ink: Ink, width: int, height: int) -> Block:
    """The histogram of the layer's outputs over a batch, with its share of zeros."""
    counts, edges = view.counts, view.edges
    block = -(-len(counts) // max(1, width))
    if block > 1 and len(counts) % block == 0:
        # Wider bins, rather than a remark on every column.
        counts, edges = counts.reshape(-1, block).sum(axis=1), edges[::block]
    zeros = f"{view.zeros:.1%} zero"
    title = heading("outputs", zeros, width, ink) if width >= 22 else heading(zeros, "", width, ink)
    told = (
        f"{view.examples} {'examples' if view.examples != 1 else 'example'}" if width >= 24 else f"{view.examples} ex."
    )
    return [title, *histogram(counts, edges, ink, width, height - 1, title=told)]


def image_block(view: LayerView, sight: Sight, ink: Ink, width: int, height: int) -> Block:
    """The example with its label."""
    title = "your drawing" if sight.drawn else f"{'image' if view.image.ndim == 3 else 'example'} {view.index}"
    told = f"labelled {view.label}" if view.label else ""
    return [
        heading(title, told if len(title) + len(told) + 2 <= width else view.label, width, ink),
        *(tokens(view.tokens, ink, width, height - 1) or example(view.image, ink, width, height - 1)),
    ]


def row_of(view: LayerView, structure: Structure, sight: Sight, ink: Ink, width: int, height: int) -> Block:
    """Image, kernel and histogram side by side."""
    with_kernel = sight.depth >= LAYER and has_kernels(view) and width >= 58
    count = 3 if with_kernel else 2
    each = (width - 2 * (count - 1)) // count
    image = min(each, 26)
    rest = width - image - 2 * (count - 1)
    blocks = [(image_block(view, sight, ink, image, height), image)]
    if with_kernel:
        kernel, title = kernel_of(view, structure, sight.channel, ink, rest // 2, height - 1)
        blocks.append(([heading(title, "", rest // 2, ink), *kernel], rest // 2))
        rest -= rest // 2
    blocks.append((spread(view, ink, rest, height), rest))
    return beside(blocks, height, ink)


def column_of(view: LayerView, structure: Structure, sight: Sight, ink: Ink, width: int, height: int) -> Block:
    """Image, kernel and histogram one below the other, as many as there is room for."""
    with_kernel = sight.depth >= LAYER and has_kernels(view) and height >= 18
    count = 3 if with_kernel else 2
    each = (height - (count - 1)) // count
    tall = min(each, 12)
    image = image_block(view, sight, ink, width, max(4, tall))
    strips = [*image, remark("", width, ink)]
    if with_kernel:
        room = min(each, 14)
        kernel, title = kernel_of(view, structure, sight.channel, ink, width, room - 1)
        strips += [heading(title, "", width, ink), *kernel, remark("", width, ink)]
    left = min(12, height - len(strips))
    return strips + (spread(view, ink, width, left) if left >= 4 else [])
