"""Legends below plots: entries that wrap, and the signs by which series are told apart besides their colours."""

from collections.abc import Iterable

import numpy as np
from rich.cells import cell_len
from textual.strip import Strip

from ...render.braille import Dots, Floats
from ...render.cells import Part, line
from ...render.palette import Ink

SIGNS = "●×▲◆+■○*"
"""Points of a series where they are few."""
CLOUDS = "⠶×+o*^v~"
"""The same where they are many; those of the first are dots."""
LETTERS = "ox+*^vsd"
"""The same where there are no colours."""
STROKES = ("━━", "╍╍", "··", "━·")
"""How the lines of series look in a legend."""
_DASHES = ((1, 0), (7, 4), (2, 3), (12, 3))
"""How many dots of such a line are drawn, and how many after them are left out."""
_GAP = 2


def wrapped_keys(chips: Iterable[list[Part]], width: int, ink: Ink) -> list[Strip]:
    """Entries in lines of `width` columns; none is cut, and only one longer than a line is broken, between words."""
    rows: list[list[Part]] = []
    used = width
    for chip in chips:
        size = sum(cell_len(text) for text, _ in chip)
        for k, piece in enumerate([chip] if size <= width else [[word] for word in _words(chip)]):
            size = sum(cell_len(text) for text, _ in piece)
            gap = _GAP if k == 0 else 0
            if not rows or used + gap + size > width:
                rows.append([])
                used = gap = 0
            rows[-1] += [(" " * gap, ink.style()), *piece]
            used += gap + size
    return [line(row, width, ink) for row in rows]


def _words(chip: list[Part]) -> list[Part]:
    """The words of an entry, each with the blank after it."""
    return [(word + " ", style) for text, style in chip for word in text.split()]


def dashed(upper: Floats, lower: Floats, dots: Dots, k: int) -> Dots:
    """The dots of line `k` that are drawn, counted along it; `upper`, `lower`: its span in each column."""
    on, off = _DASHES[k % len(_DASHES)]
    if not off:
        return dots
    tall = np.where(np.isfinite(lower - upper), np.maximum(1, np.rint(lower) - np.rint(upper)), 1)
    start = np.cumsum(tall) - tall
    along = start + np.arange(len(dots))[:, None] - np.nan_to_num(np.rint(upper))
    return np.asarray(dots & (along % (on + off) < on))
