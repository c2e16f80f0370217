"""Small maps side by side without frames: numbers where all fit, else pictures as large as they can be."""

from collections.abc import Sequence

import numpy as np

from ....engine.probes.requests import Array
from ...render.cells import blank
from ...render.heatmap import fit, heatmap, size
from ...render.palette import Ink
from ...render.scale import Scale
from ..blocks import Block, beside, fitted, remark
from ..decimals import column, decimals
from .conv import numbers
from .wall import wall

_GAP = 1
_NUMBERS_GAP = 2
_LEAST = 6


def sheet(
    maps: Array, names: Sequence[str], scale: Scale, ink: Ink, width: int, height: int, holes: Array | None = None
) -> tuple[Block, range]:
    """Maps (n, h, w) in exactly `width` x `height` cells, and which are shown; `holes` (h, w) are no values."""
    count, h, w = maps.shape
    if count and _holds(w * _LEAST + _NUMBERS_GAP, h + 1, width + _NUMBERS_GAP, height) >= count:
        across = max(1, min(count, (width + _NUMBERS_GAP) // (w * _LEAST + _NUMBERS_GAP)))
        # As few columns of maps as hold them all leave the most room for each number.
        across = next(k for k in range(1, across + 1) if -(-count // k) * (h + 1) <= height)
        each = column(width // across - _NUMBERS_GAP, w)
        digits = decimals(maps, each - 1)
        hatched = np.zeros((h, w), bool) if holes is None else holes
        drawn = [numbers(part, scale, each, hatched, ink, digits) for part in maps]
        return _placed(drawn, names, w * each, across, _NUMBERS_GAP, ink, width, height), range(count)
    zooms = range(max(1, fit(h, w, ink, width, height - 1)), 0, -1)
    for zoom in zooms:
        wide, high = size(h, w, ink, zoom)
        wide = max(wide, len(str(count - 1)))
        if _holds(wide + _GAP, high + 1, width + _GAP, height) >= count:
            drawn = [heatmap(part, scale, ink, zoom=zoom) for part in maps]
            across = max(1, (width + _GAP) // (wide + _GAP))
            return _placed(drawn, names, wide, across, _GAP, ink, width, height), range(count)
    walled = wall(maps, names, scale, ink, width, height)
    return walled.strips, walled.shown


def _holds(wide: int, high: int, width: int, height: int) -> int:
    return (width // wide) * (height // high)


def _placed(
    drawn: list[Block], names: Sequence[str], wide: int, across: int, gap: int, ink: Ink, width: int, height: int
) -> Block:
    """The blocks in rows of `across`, each below its name."""
    blocks = [([remark(name, wide, ink), *block], wide) for name, block in zip(names, drawn, strict=True)]
    tall = len(blocks[0][0])
    spare = height - -(-len(blocks) // across) * tall
    strips: Block = []
    for start in range(0, len(blocks), across):
        if start and spare >= len(blocks) // across:
            strips.append(blank(width, ink))
        strips += beside(blocks[start : start + across], tall, ink, gap=gap)
    return fitted(strips, width, height, ink)
