"""One example as the data has it: grey images as heat maps, colour images in colour, features as numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.cells import cell_len
from textual.strip import Strip

from ..render.cells import Part, line
from ..render.heatmap import fit, heatmap, pixels
from ..render.legend import legend
from ..render.numbers import cut
from ..render.palette import Ink
from ..render.picture import picture
from ..render.pooling import factor, shrink
from ..render.scale import Scale
from .blocks import Block, remark
from .units import BARS_MOST, units

_ZOOM_MOST = 4


def example(image: Any, ink: Ink, width: int, height: int) -> Block:
    """An input (c, h, w) or (features,) in at most `width` x `height` cells; an image with its legend."""
    values = np.asarray(image)
    if values.ndim == 3 and values.shape[0] == 3:
        strips, pooled = picture(values, ink, width, height - 1, most=_ZOOM_MOST)
        told = "red, green, blue in 0..1" + (f", mean of {pooled}x{pooled}" if pooled > 1 else "")
        return [*strips, remark(told, width, ink)]
    if values.ndim == 3:
        return _grey(values[0], len(values), ink, width, height)
    names = [f"feature {k}" for k in range(min(values.size, BARS_MOST))]
    return units(values.reshape(-1), names, ink, width, height).strips


def tokens(words: Sequence[str], ink: Ink, width: int, height: int) -> Block:
    """Tokens one after another in at most `width` x `height` cells; every other one dim, so that each is seen."""
    rows: list[list[Part]] = [[]]
    room = width
    for k, word in enumerate(words):
        text = cut(word.replace("\n", "⏎") or "∅", width)
        if cell_len(text) > room:
            rows.append([])
            room = width
        rows[-1].append((text, ink.style(ink.dim) if k % 2 else ink.style(bold=True)))
        room -= cell_len(text)
        if not text.startswith(" ") and not text.endswith(" ") and room and _apart(words):
            rows[-1].append((" ", ink.style()))
            room -= 1
    return [line(row, width, ink) for row in rows[:height] if row]


def _apart(words: Sequence[str]) -> bool:
    """Whether the tokens are words without spaces of their own."""
    return not any(" " in word for word in words)


def _grey(values: Any, channels: int, ink: Ink, width: int, height: int) -> list[Strip]:
    h, w = values.shape
    scale = Scale.of(values)
    high, wide = pixels(ink, width, height - 1)
    if high < 1 or wide < 1:
        return []
    block = factor(h, w, high, wide)
    shown = shrink(values, high, wide, "mean") if block > 1 else values
    zoom = max(1, min(_ZOOM_MOST, fit(shown.shape[0], shown.shape[1], ink, width, height - 1)))
    strips = heatmap(shown, scale, ink, zoom=zoom)
    told = "this image" if channels == 1 else f"channel 1 of {channels}"
    return [*strips, legend(scale, ink, width, f"mean of {block}x{block}" if block > 1 else told)]
