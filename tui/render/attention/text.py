"""Attention on paper: a matrix in characters that pools what does not fit, the numbers of each head, what crosses."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len

from ..crossing import EDGES, GLYPHS, head
from ..numbers import cut, pad
from ..palette import DARK, LEVELS, SEQUENTIAL, levels
from ..pen import Line, Part, pen
from .maps import AttentionMap, per_head, pooled, span

LABEL, TALL = 12, 6
"""Columns of a token before a row, and lines of one over a column, at most."""
HEADS = 8
END = ("<end>",)
SURE = 0.25
"""A weight from which on a word is taken to look at another."""
NUMBERED, LEVEL = 7, 5
"""Columns of a cell from which on it has room for a number, and for a token above it."""


def matrix(
    weights_qk: Any, mask_qk: Any, rows: Sequence[str], columns: Sequence[str], width: int, height: int
) -> list[Line]:
    """Weights in at most `width` columns and about `height` lines; masked cells (mask False) stay empty.

    The largest of each row has its number beside it, as far as the columns are wide enough. Narrow columns have their
    tokens upright; of what does not fit, blocks are pooled to their largest, which the last line says.
    """
    weights = np.asarray(weights_qk, dtype=np.float64)
    mask = np.ones(weights.shape) if mask_qk is None else np.asarray(mask_qk, dtype=np.float64)
    label = max((cell_len(cut(name, LABEL)) for name in rows), default=0)
    longest = max((cell_len(cut(name, LABEL)) for name in columns), default=0)
    room = max(1, width - label - 1)
    small, block = pooled(weights, height, room)
    seen = pooled(mask, height, room, block)[0] > 0
    wide = room // max(1, small.shape[1])
    cell = min(max(longest + 1, NUMBERED), wide)
    cell = cell if cell >= NUMBERED else max(1, min(wide, longest + 1))
    names, heads = ([span(side, k, block) for k in range(0, len(side), block)] for side in (rows, columns))
    lines = _heads(heads, label, cell)
    for name, row, shown in zip(names, small, seen, strict=True):
        lines.append([(pad(name, label, "right") + " ", pen(DARK.dim)), *_cells(row, shown, cell)])
    if block > 1:
        text = f"of {len(rows)} x {len(columns)} weights, {block}x{block} pooled to the largest"
        lines.append([(cut(text, width), pen(DARK.dim))])
    return lines


def _heads(names: Sequence[str], label: int, cell: int) -> list[Line]:
    """Tokens over their columns: level where there is room for most of them, else upright."""
    dim = pen(DARK.dim)
    if cell >= LEVEL:
        return [[(" " * (label + 1), None), *((pad(head(name, cell - 1), cell), dim) for name in names)]]
    letters = [[char for char in name if cell_len(char) == 1][:TALL] for name in names]
    tall = max(map(len, letters), default=0)
    # They stand on the matrix, so that each ends at its column.
    lined = [[" "] * (tall - len(name)) + name for name in letters]
    return [[(" " * (label + 1), None), ("".join(pad(name[y], cell) for name in lined), dim)] for y in range(tall)]


def _cells(row: NDArray[np.float64], seen: NDArray[np.bool_], cell: int) -> list[Part]:
    ramp, most = levels(SEQUENTIAL, DARK), int(np.nan_to_num(row, nan=-1.0).argmax())
    parts: list[Part] = []
    for k, (weight, shown) in enumerate(zip(row, seen, strict=True)):
        if not shown:
            parts.append((" " * cell, None))
        elif not np.isfinite(weight):
            parts.append((pad("?", cell), None))
        else:
            step = int(np.searchsorted(EDGES, weight, side="right"))
            colour = ramp[min(LEVELS - 1, LEVELS // 5 + int(max(0.0, weight) * (LEVELS * 4 // 5)))]
            glyph = GLYPHS[step] * (2 if step and cell > 2 else 1)
            text = f"{glyph} {share(weight)}" if cell >= NUMBERED and k == most else glyph
            parts.append((pad(text, cell), pen(colour) if step else pen(DARK.dim)))
    return parts


def share(weight: float) -> str:
    """Two decimals without the leading zero."""
    return "1.0" if weight >= 0.995 else f"{weight:.2f}"[1:]


def brief(attention: AttentionMap) -> str:
    """The numbers of all heads in one sentence."""
    shares, first = (
        " ".join(f"{v:.0%}" if np.isfinite(v) else "?" for v in attention.numbers.get(name, ())[:HEADS])
        for name in ("entropy_share", "first")
    )
    more = " …" if attention.heads > HEADS else ""
    return f"entropy of each head {shares}{more} of log n, first token {first}{more}"


def told(attention: AttentionMap, width: int) -> list[Line]:
    """The numbers of every head, one to a line."""
    lines: list[Line] = [[(cut("  " + text, width), pen(DARK.dim))] for text in per_head(attention)[:HEADS]]
    if attention.heads > HEADS:
        lines.append([(f"  … and {attention.heads - HEADS} more heads", pen(DARK.dim))])
    return lines


def crossed(weights_qk: Any, rows: Sequence[str], columns: Sequence[str]) -> list[str]:
    """Where neighbouring words change sides: a sentence for each pair that looks the other way round."""
    weights = np.nan_to_num(np.asarray(weights_qk, dtype=np.float64))
    best, sure = weights.argmax(1), weights.max(1)
    found = []
    for k in range(len(rows) - 1 - (tuple(rows[-1:]) == END)):
        a, b = int(best[k]), int(best[k + 1])
        if a > b and min(sure[k], sure[k + 1]) >= SURE:
            first, second = (
                f"{cut(rows[j], LABEL)} looks at {cut(columns[i], LABEL)}" for j, i in ((k, a), (k + 1, b))
            )
            found.append(f"they cross: {first} ({sure[k]:.0%}), {second} ({sure[k + 1]:.0%})")
    return found
