"""An attention matrix with the tokens at its sides: how dark a cell is says how much a row looks at a column."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len

from ...engine.text import sanitize
from .numbers import cut, pad
from .palette import DARK, LEVELS, SEQUENTIAL, levels
from .pen import Line, Part, pen

GLYPHS = "·░▒▓█"
EDGES = (0.05, 0.25, 0.5, 0.75)
KEY = "· below .05  ░ below .25  ▒ below .5  ▓ below .75  █ above"
_LABEL_MOST = 12
_WITH_NUMBER = 7


def crossing(weights_qk: Any, rows: Sequence[str], columns: Sequence[str], width: int, height: int) -> list[Line]:
    """Weights [q, k] in 0..1, at most `width` columns and `height` lines; what does not fit is cut and said so.

    The largest of each row has its number beside it, as far as the columns are wide enough.
    """
    weights = np.asarray(weights_qk, dtype=np.float64)
    label = max((cell_len(cut(name, _LABEL_MOST)) for name in rows), default=0)
    room = width - label - 1
    longest = max((cell_len(cut(name, _LABEL_MOST)) for name in columns), default=0)
    cell = min(max(longest + 1, _WITH_NUMBER), room // max(1, len(columns)))
    numbered = cell >= _WITH_NUMBER
    cell = cell if numbered else max(2, min(cell, longest + 1))
    across, down = min(len(columns), max(1, room // cell)), min(len(rows), max(1, height - 2))
    dim = pen(DARK.dim)
    lines: list[Line] = [
        [(" " * (label + 1), None), *((pad(head(name, cell - 1), cell), dim) for name in columns[:across])]
    ]
    for k in range(down):
        lines.append([(pad(rows[k], label, "right") + " ", dim), *_cells(weights[k, :across], cell, numbered)])
    cuts = [
        f"{shown} of {of} {what}"
        for shown, of, what in ((down, len(rows), "rows"), (across, len(columns), "columns"))
        if shown < of
    ]
    if cuts:
        lines.append([(f"the first {' and '.join(cuts)}", dim)])
    return lines


def head(name: str, width: int) -> str:
    """As much of the beginning of a token as `width` columns hold; an ellipsis would take the place of a letter."""
    name = sanitize(name, limit=80)
    while cell_len(name) > width:
        name = name[:-1]
    return name


def _cells(row: NDArray[np.float64], cell: int, numbered: bool) -> list[Part]:
    ramp, most = levels(SEQUENTIAL, DARK), int(np.nan_to_num(row, nan=-1.0).argmax())
    parts: list[Part] = []
    for k, weight in enumerate(row):
        if not np.isfinite(weight):
            parts.append((pad("?", cell), None))
            continue
        step = int(np.searchsorted(EDGES, weight, side="right"))
        glyph = GLYPHS[step] * (2 if step and cell > 2 else 1)
        text = f"{glyph} {_share(weight)}" if numbered and k == most else glyph
        colour = ramp[min(LEVELS - 1, LEVELS // 5 + int(max(0.0, weight) * (LEVELS * 4 // 5)))]
        parts.append((pad(text, cell), pen(colour) if step else pen(DARK.dim)))
    return parts


def _share(weight: float) -> str:
    """Two decimals without the leading zero."""
    return "1.0" if weight >= 0.995 else f"{weight:.2f}"[1:]
