"""Histograms as columns in eighths of a cell, over an axis with its numbers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from textual.strip import Strip

from .cells import line, note
from .numbers import compact, cut, pad, short
from .palette import Ink

_MOST = 1e15
_EIGHTHS = " ▁▂▃▄▅▆▇█"


def histogram(counts: Any, edges: Any, ink: Ink, width: int, height: int, *, title: str = "") -> list[Strip]:
    """`counts` [n] between `edges` [n + 1] in exactly `width` x `height` cells.

    First line: the title and the count of the highest column. Last line: the axis. Where there are more
    bins than columns neighbours are added; bins of unequal width are spread over the true axis.
    """
    counts = np.nan_to_num(np.asarray(counts, dtype=np.float64), nan=0.0, posinf=0.0, neginf=0.0).clip(0, _MOST)
    edges = np.asarray(edges, dtype=np.float64)
    if height < 3 or width < 8 or len(edges) != len(counts) + 1 or not np.isfinite(edges).all():
        return note(_nothing(title), width, ink, height)
    if not counts.sum() or not edges[-1] > edges[0]:
        return note(_nothing(title), width, ink, height)
    columns, spread = _columns(counts, edges, width)
    peak = float(columns.max())
    told = f"peak {short(round(peak))}{spread}"
    wide = min(width, max(len(columns), cell_len(cut(title, width)) + len(told) + 2))
    head = pad(title, max(0, wide - len(told) - 1)) + " "
    words = [(head, ink.style(bold=True)), (told, ink.style(ink.dim))]
    rows = height - 2
    eighths = np.where(columns > 0, np.maximum(1, np.rint(columns / peak * rows * 8)), 0).astype(int)
    style = ink.style(ink.accent)
    body = []
    for row in range(rows - 1, -1, -1):
        text = "".join(_EIGHTHS[min(8, max(0, eighth - 8 * row))] for eighth in eighths.tolist())
        body.append(line([(text, style)], width, ink))
    return [
        line(words, width, ink),
        *body,
        _axis(float(edges[0]), float(edges[-1]), len(columns), ink, width),
    ]


def _nothing(title: str) -> str:
    return f"{cut(title, 40)}: no values" if title else "no values"


def _columns(counts: NDArray[np.float64], edges: NDArray[np.float64], width: int) -> tuple[NDArray[np.float64], str]:
    """The count of each column, and in words what a column is where it is not one bin."""
    bins = len(counts)
    steps = np.diff(edges)
    if not np.allclose(steps, steps.mean(), rtol=1e-3, atol=0):
        places = np.linspace(edges[0], edges[-1], width + 1)
        return np.diff(np.interp(places, edges, np.concatenate([[0.0], counts.cumsum()]))), " a column"
    if bins <= width:
        return counts.repeat(width // bins), ""
    block = -(-bins // width)
    return np.add.reduceat(counts, np.arange(0, bins, block)), f" ({block} bins a column)"


def _axis(low: float, high: float, columns: int, ink: Ink, width: int) -> Strip:
    """Low, high and, where it lies between and has room, zero at its place."""
    first, last = compact(low, 8, 3), compact(high, 8, 3)
    text = first + " " * max(1, columns - len(first) - len(last)) + last
    if low < 0 < high:
        zero = min(columns - 1, int(-low / (high - low) * columns))
        if text[zero - 1 : zero + 2] == "   ":
            text = text[:zero] + "0" + text[zero + 1 :]
    return line([(text, ink.style(ink.dim))], width, ink)
