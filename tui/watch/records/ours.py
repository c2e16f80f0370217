"""Records of our own trainings that have panes of their own in the lab: feature maps, and what was predicted."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from ....engine.runs.run import Record
from ...panes.blocks import heading
from ...render.cells import blank, note
from ...render.heatmap import heatmap, pixels
from ...render.matrix import confusion
from ...render.numbers import compact
from ...render.palette import Ink
from ...render.pooling import shrink
from ...render.scale import Scale
from ...render.tiles import tiles

LEAST = 4
"""Rows that a layer takes at the least, its heading among them."""


def feature_maps(record: Record, width: int, height: int, ink: Ink, top: int = 0) -> list[Strip]:
    """What every layer made of one example, from the input on; `top` layers are scrolled away where not all fit."""
    layers = [(name, np.asarray(array, np.float64)) for name, array in record.arrays.items() if array.size]
    if not layers or height < LEAST:
        return note("no maps were kept", width, ink, height)
    seen = max(1, min(len(layers), height // (LEAST + 2)))
    top = min(max(top, 0), len(layers) - seen)
    strips: list[Strip] = []
    for k, (name, array) in enumerate(layers[top : top + seen]):
        rows = height * (k + 1) // seen - height * k // seen
        scale = Scale.of(array)
        told = f"{'x'.join(map(str, array.shape))} · {compact(scale.low, 6, 2)} to {compact(scale.high, 6, 2)}"
        if k == 0 and seen < len(layers):
            told += f" · layers {top + 1}-{top + seen} of {len(layers)}: ↑ ↓"
        drawn = _layer(array, scale, width, rows - 1, ink)
        strips += [heading(name, told, width, ink), *drawn, *[blank(width, ink)] * (rows - 1 - len(drawn))]
    return strips


def _layer(array: NDArray[Any], scale: Scale, width: int, height: int, ink: Ink) -> list[Strip]:
    if array.ndim == 3:
        names = [str(k) for k in range(len(array))]
        return tiles(array, names, scale, ink, width, height).strips[:height]
    high, wide = pixels(ink, width, max(min(height, 4), 1))
    flat = array.ravel()
    rows = min(high, max(1, -(-len(flat) // max(wide, 1))))
    grid = np.full(rows * -(-len(flat) // rows), np.nan)
    grid[: len(flat)] = flat
    drawn = heatmap(shrink(grid.reshape(rows, -1), high, wide), scale, ink)
    return [strip.adjust_cell_length(width, ink.style()) for strip in drawn][:height]


def predictions(record: Record, width: int, height: int, ink: Ink) -> list[Strip]:
    """The confusion matrix of what was predicted."""
    counts = record.arrays.get("confusion")
    if counts is None or counts.ndim != 2:
        return note("no predictions were kept", width, ink, height)
    share = np.trace(counts) / max(counts.sum(), 1)
    head = heading(f"{share:.1%} right", f"of {int(counts.sum()):,}", width, ink)
    return [head, *confusion(counts, [str(k) for k in range(len(counts))], ink, width, height - 1)]
