"""What units hold over time: a line of pixels a unit, a column a token. Shapes: t tokens, u units."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from textual.strip import Strip

from ..cells import line, note
from ..heatmap import heatmap
from ..numbers import pad
from ..palette import Ink
from ..scale import Scale
from .labels import labels, lines_for, window

GUTTER = 5
_WIDEST, _TALLEST = 8, 6


@dataclass(frozen=True)
class StateMap:
    """A drawn map: which rows of the order and which tokens it shows, the columns of a token, the pixels of a unit."""

    strips: list[Strip]
    rows: range
    tokens: range
    cell: int
    tall: int
    halves: bool

    def hit(self, x: int, y: int) -> tuple[int, int] | None:
        """The place in the order and the token at a cell of the map."""
        row = (2 * y if self.halves else y) // max(1, self.tall)
        column = (x - GUTTER) // max(1, self.cell)
        inside = x >= GUTTER and y >= 0 and column < len(self.tokens) and row < len(self.rows)
        return (self.rows[row], self.tokens[column]) if inside else None


def state_map(
    values_tu: Any,
    tokens: Sequence[str],
    order_u: Sequence[int],
    scale: Scale,
    ink: Ink,
    width: int,
    height: int,
    cursor: tuple[int, int],
) -> StateMap:
    """The map and the tokens below it in at most `width` x `height` cells.

    `order_u` says which unit stands in which row, `cursor` is a place in it and a token; where not all fit, those
    around the cursor are shown.
    """
    values = np.asarray(values_tu, dtype=np.float64)
    t, u = values.shape
    least = 1 if ink.coloured else 2
    cell = max(least, min(_WIDEST, (width - GUTTER) // max(1, t)) // least * least)
    across = window(t, (width - GUTTER) // cell, cursor[1])
    below = lines_for([tokens[k] for k in across], cell, height)
    pixels = (height - below) * (2 if ink.coloured else 1)
    if pixels < 1 or not across:
        return StateMap(note("too small for the map", width, ink, height), range(0), range(0), 1, 1, ink.coloured)
    tall = max(1, min(_TALLEST, pixels // max(1, u)))
    down = window(u, pixels // tall, cursor[0])
    shown = values[across.start : across.stop][:, [order_u[k] for k in down]].T
    here = (cursor[0] - down.start) * tall + (tall - 1) // 2, cursor[1] - across.start
    dots = shown.repeat(tall, axis=0).repeat(cell // least, axis=1)
    column = here[1] * (cell // least) + (cell // least - 1) // 2
    drawn = heatmap(dots, scale, ink, cursor=(here[0], column))
    strips = []
    for y, strip in enumerate(drawn):
        text, lit = _unit(y, order_u, down, tall, cursor[0], 2 if ink.coloured else 1)
        style = ink.style(ink.accent, bold=True) if lit else ink.style(ink.dim)
        parts = [(pad(text, GUTTER - 1, "right") + " ", style)]
        parts += [(segment.text, segment.style or ink.style()) for segment in strip]
        strips.append(line(parts, width, ink))
    strips += labels(tokens, across, cell, GUTTER, below, cursor[1], ink, width)
    return StateMap(strips, down, across, cell, tall, ink.coloured)


def _unit(y: int, order_u: Sequence[int], down: range, tall: int, at: int, halves: int) -> tuple[str, bool]:
    """The unit that starts in a line of cells, that of the cursor if it does, and whether it is the cursor's."""
    starts = [k for k in range(len(down)) if y * halves <= k * tall < (y + 1) * halves]
    if not starts:
        return "", False
    chosen = next((k for k in starts if down[k] == at), starts[0])
    return str(order_u[down[chosen]]), down[chosen] == at
