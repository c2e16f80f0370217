"""The weights of a layer as pictures: a convolution's kernels, a dense unit's weights."""

from dataclasses import dataclass

import numpy as np
from textual.strip import Strip

from ....engine.probes.requests import Array, LayerView, Structure
from ...render.grid import grid
from ...render.heatmap import fit, heatmap, pixels
from ...render.legend import legend
from ...render.palette import Ink
from ...render.pooling import factor, shrink
from ...render.scale import Scale
from ...render.tiles import Tiles
from ..blocks import Block, remark
from ..decimals import column, decimals
from ..units import units
from .sheet import sheet
from .sight import source
from .wall import wall

_CELL = 6


@dataclass(frozen=True)
class Weights:
    """What to draw: pictures (n, h, w), their names, and in words what they are."""

    pictures: Array
    names: tuple[str, ...]
    told: str
    by_channel: bool
    """Whether picture k belongs to output channel k."""


def has_kernels(view: LayerView) -> bool:
    """Whether the layer has weights that can be drawn."""
    return view.kernels.ndim in (2, 4) and bool(view.kernels.size)


def weights(view: LayerView, structure: Structure, channel: int) -> Weights:
    """The kernels of all output channels if they have one input channel, else those of `channel` alone."""
    kernels = view.kernels
    if kernels.ndim == 2:
        return _dense(view, structure, channel)
    count, inputs = kernels.shape[:2]
    k = "x".join(map(str, kernels.shape[2:]))
    if inputs == 1:
        names = tuple(map(str, range(count)))
        left_out = f", {len(view.maps) - count} not shown" if count < len(view.maps) else ""
        return Weights(kernels[:, 0], names, f"{count} kernels {k}{left_out}", True)
    if channel >= count:
        return Weights(kernels[:0, 0], (), f"the kernels of channel {channel} are left out: too many", False)
    names = tuple(map(str, range(inputs)))
    return Weights(kernels[channel], names, f"channel {channel}: {k} kernels for {inputs} inputs", False)


def _dense(view: LayerView, structure: Structure, channel: int) -> Weights:
    """A unit's weights in the shape of what it sees: the image, the maps that were flattened, or one row."""
    count, inputs = view.kernels.shape
    shape = source(structure, view.layer)
    if channel >= count and not (len(shape) == 3 and shape[0] == 1):
        return Weights(view.kernels[:0, None], (), f"the weights of unit {channel} are left out: too many", False)
    if len(shape) == 3 and int(np.prod(shape)) == inputs:
        if shape[0] == 1:
            pictures = view.kernels.reshape(count, *shape[1:])
            return Weights(pictures, tuple(map(str, range(count))), f"weights of {count} units", True)
        names = tuple(map(str, range(shape[0])))
        told = f"unit {channel}: weights for {shape[0]} maps {shape[1]}x{shape[2]}"
        return Weights(view.kernels[channel].reshape(shape), names, told, False)
    matrix = view.kernels[None]
    return Weights(matrix, ("",), f"weights: {count} units (rows) x {inputs} inputs", False)


def kernel_wall(
    view: LayerView,
    structure: Structure,
    channel: int,
    ink: Ink,
    width: int,
    height: int,
    *,
    first: int = 0,
    choose: bool = False,
) -> tuple[Block, Tiles | None, str]:
    """The pictures with their legend in exactly `width` x `height`; the wall, and in words what it shows."""
    what = weights(view, structure, channel)
    if not what.pictures.size:
        return [remark(what.told, width, ink)], None, what.told
    scale = Scale.of(what.pictures, diverging=True)
    key = legend(scale, ink, width, "these weights")
    if len(what.pictures) == 1 and not what.by_channel:
        strips, pooled = _matrix(what.pictures[0], scale, ink, width, height - 1)
        told = what.told + (f", pooled {pooled}x{pooled}" if pooled > 1 else "")
        return [*strips, key], None, told
    chosen = channel if choose and what.by_channel else None
    drawn = wall(what.pictures, what.names, scale, ink, width, height - 1, selected=chosen, first=first)
    told = what.told + (f", pooled {drawn.pooled}x{drawn.pooled}" if drawn.pooled > 1 else "")
    return [*drawn.strips, key], drawn if what.by_channel else None, told


def _matrix(values: Array, scale: Scale, ink: Ink, width: int, height: int) -> tuple[list[Strip], int]:
    h, w = values.shape
    high, wide = pixels(ink, width, max(1, height))
    block = factor(h, w, high, wide)
    shown = shrink(values, high, wide)
    zoom = max(1, min(4, fit(shown.shape[0], shown.shape[1], ink, width, height)))
    strips = heatmap(shown, scale, ink, zoom=zoom)
    return [*strips, *[remark("", width, ink)] * (height - len(strips))], block


def _row(values: Array, ink: Ink, width: int, height: int) -> Block:
    scale = Scale.of(values, diverging=True)
    drawn = units(values, (), ink, width, height - 1, scale=scale)
    return [*drawn.strips, legend(scale, ink, width, "this unit")]


def kernel_of(
    view: LayerView, structure: Structure, channel: int, ink: Ink, width: int, height: int
) -> tuple[Block, str]:
    """The weights of one channel, as numbers where they fit, and in words what they are."""
    what = weights(view, structure, channel)
    pictures, names = what.pictures, what.names
    if what.by_channel:
        if channel >= len(pictures):
            return [remark("left out: too many weights", width, ink)], f"kernel {channel}"
        pictures, names = pictures[channel : channel + 1], (str(channel),)
    elif view.kernels.ndim == 2 and len(pictures) == 1 and channel < len(view.kernels):
        return _row(view.kernels[channel], ink, width, height), f"weights {channel}"
    if not pictures.size:
        return [remark("left out: too many weights", width, ink)], f"kernel {channel}"
    scale = Scale.of(pictures, diverging=True)
    key = legend(scale, ink, width, "this kernel" if view.kernels.ndim == 4 else "this unit")
    title = f"kernel {channel}" if view.kernels.ndim == 4 else f"weights {channel}"
    if len(pictures) == 1:
        h, w = pictures.shape[1:]
        if w * _CELL <= width and h < height:
            each = column(width, w)
            return [*grid(pictures[0], scale, ink, cell=each, digits=decimals(pictures, each - 1)), key], title
        strips, _ = _matrix(pictures[0], scale, ink, width, height - 1)
        return [*strips, key], title
    strips, shown = sheet(pictures, names, scale, ink, width, height - 1)
    part = f" {shown.start}-{shown.stop - 1} of {len(pictures)}" if len(shown) < len(pictures) else ""
    return [*strips, key], f"{title} by input{part}"
