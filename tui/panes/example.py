"""One example as the data has it: a grey image as a heat map, a colour image in its colours, features as numbers."""

from typing import Any

import numpy as np
from textual.strip import Strip

from ..render.heatmap import fit, heatmap, pixels
from ..render.legend import legend
from ..render.palette import Ink
from ..render.picture import picture
from ..render.pooling import factor, shrink
from ..render.scale import Scale
from .blocks import Block, remark
from .units import units

_ZOOM_MOST = 4


def example(
    image: Any, ink: Ink, width: int, height: int, *, scope: str = "this image", keyed: bool = True
) -> Block:
    """An input (c, h, w) or (features,) in at most `width` x `height` cells; `keyed` adds the legend's line."""
    values = np.asarray(image)
    if values.ndim == 3 and values.shape[0] == 3:
        strips, pooled = picture(values, ink, width, height - keyed, most=_ZOOM_MOST)
        told = "red, green, blue in 0..1" + (f", mean of {pooled}x{pooled}" if pooled > 1 else "")
        return strips + ([remark(told, width, ink)] if keyed else [])
    if values.ndim == 3:
        return _grey(values[0], len(values), ink, width, height, scope, keyed)
    return units(values.reshape(-1), (), ink, width, height).strips


def _grey(
    values: Any, channels: int, ink: Ink, width: int, height: int, scope: str, keyed: bool
) -> list[Strip]:
    h, w = values.shape
    scale = Scale.of(values)
    high, wide = pixels(ink, width, height - keyed)
    if high < 1 or wide < 1:
        return []
    block = factor(h, w, high, wide)
    shown = shrink(values, high, wide, "mean") if block > 1 else values
    zoom = max(1, min(_ZOOM_MOST, fit(*shown.shape, ink, width, height - keyed)))
    strips = heatmap(shown, scale, ink, zoom=zoom)
    if keyed:
        told = (
            f"mean of {block}x{block}"
            if block > 1
            else scope
            if channels == 1
            else f"channel 1 of {channels}"
        )
        strips.append(legend(scale, ink, width, told))
    return strips
