"""What the decoder makes of the whole plane: an image for each place, side by side."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from textual.strip import Strip

from ..cells import Part, line
from ..heatmap import size
from ..palette import Ink
from ..picture import picture
from ..pooling import factor
from .plane import Frame

_LEAST_ACROSS, _LEAST_DOWN = 3, 2
MOST = 400


@dataclass(frozen=True)
class Tiling:
    """How images of one size cover the cells of a plane: a column of air before each, none between rows."""

    columns: int
    rows: int
    wide: int
    high: int
    """Cells of one image."""

    def frame(self, view: Frame) -> Frame:
        """The plane with a cell for each image."""
        return Frame(view.left, self.columns, self.rows, view.window)


def tiling(h: int, w: int, ink: Ink, view: Frame) -> Tiling:
    """As many images of h x w pixels as the plane holds; where those are but a few, smaller ones."""
    wide, high = size(h, w, ink)
    block = 1
    while block < max(h, w) and (view.columns // (wide + 1) < _LEAST_ACROSS or view.rows // high < _LEAST_DOWN):
        block += 1
        wide, high = size(-(-h // block), -(-w // block), ink)
    columns, rows = max(1, view.columns // (wide + 1)), max(1, view.rows // high)
    while columns * rows > MOST:
        columns, rows = (columns - 1, rows) if columns > rows else (columns, rows - 1)
    return Tiling(columns, rows, wide, high)


def pooled(h: int, w: int, ink: Ink, plan: Tiling) -> int:
    """The side of the blocks of pixels that are averaged; 1 for none."""
    return factor(h, w, *((2 * plan.high, plan.wide) if ink.coloured else (plan.high, plan.wide // 2)))


def grid(images_nchw: Any, plan: Tiling, chosen: tuple[int, int], ink: Ink) -> list[Strip]:
    """The images row by row; the one at (column, row) `chosen` stands between bars."""
    images = np.asarray(images_nchw)
    edge, plain = ink.style(ink.cursor if ink.coloured else None, bold=True), ink.style()
    strips: list[Strip] = []
    for row in range(plan.rows):
        drawn = [
            picture(image, ink, plan.wide, plan.high, most=1)[0]
            for image in images[row * plan.columns : (row + 1) * plan.columns]
        ]
        for y in range(plan.high):
            parts: list[Part] = []
            for column, picture_rows in enumerate(drawn):
                beside = row == chosen[1] and column - chosen[0] in (0, 1)
                parts.append((("▐" if column == chosen[0] else "▌") if beside else " ", edge if beside else plain))
                body = picture_rows[y] if y < len(picture_rows) else Strip.blank(plan.wide, plain)
                parts += [(segment.text, segment.style or plain) for segment in body]
            parts.append(("▌", edge) if row == chosen[1] and chosen[0] == len(drawn) - 1 else (" ", plain))
            strips.append(line(parts, plan.columns * (plan.wide + 1) + 1, ink))
    return strips
