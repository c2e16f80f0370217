"""Histograms of many steps as one map: time from left to right, values from bottom to top. Pure; knows no torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from ..cells import Part, line, note
from ..heatmap import heatmap, legend, pixels
from ..numbers import compact, pad, short
from ..palette import Ink
from ..scale import Scale

Arrays = Mapping[str, NDArray[Any]]

FLOOR = -4.0
"""Log10 of the smallest share that is told from none."""
TAIL = 5e-4
"""Share of the values, at either end, that the picture may leave out."""
_WIDEST = 6
"""Columns that one look may take."""
_GUTTER = 8


@dataclass(frozen=True)
class Density:
    """Shares as log10 [h, w], the highest values in row 0; the range of values; the share beyond it at most."""

    levels: NDArray[np.float64]
    low: float
    high: float
    outside: float
    bins: int
    """Bins in a row of the map."""
    looks: int
    """Looks in a column of the map."""


def density(counts: NDArray[Any], edges: NDArray[Any], h: int, w: int) -> Density | None:
    """Histograms [s, bins] between `edges` in at most h x w pixels; None where there is nothing in them.

    Bins and looks are put together where there are more of them than pixels, and repeated where there are fewer.
    """
    counts = np.asarray(counts, np.float64)
    edges = np.asarray(edges, np.float64)
    if counts.ndim != 2 or len(edges) != counts.shape[1] + 1 or not counts.sum() or h < 1 or w < 1:
        return None
    shares = counts / np.maximum(1.0, counts.sum(1, keepdims=True))
    below = shares.cumsum(1)
    first = int(np.argmax(below > TAIL, axis=1).min())
    last = int(np.argmax(below >= 1 - TAIL, axis=1).max())
    outside = float(1 - shares[:, first : last + 1].sum(1).min())
    shares = shares[:, first : last + 1]
    per_row = -(-shares.shape[1] // h)
    rows = np.add.reduceat(shares, np.arange(0, shares.shape[1], per_row), axis=1)
    looks = -(-len(rows) // w)
    if looks > 1:
        starts = np.arange(0, len(rows), looks)
        rows = np.add.reduceat(rows, starts, axis=0) / np.diff([*starts, len(rows)])[:, None]
    tall, wide = max(1, h // rows.shape[1]), min(_WIDEST, max(1, w // len(rows)))
    with np.errstate(divide="ignore"):
        levels = np.maximum(np.log10(rows.T[::-1]), FLOOR)
    high = float(edges[min(first + rows.shape[1] * per_row, len(edges) - 1)])
    return Density(levels.repeat(tall, 0).repeat(wide, 1), float(edges[first]), high, outside, per_row, looks)


def over_time(arrays: Arrays, ink: Ink, width: int, height: int, title: str) -> list[Strip]:
    """A title, the map with its two axes and the legend, in exactly `width` x `height` cells."""
    counts, steps = np.atleast_2d(arrays["counts"]), [int(step) for step in np.ravel(arrays["steps"])]
    body = height - 3
    if width < _GUTTER + 6 or body < 2 or not steps:
        return note(f"{title}: no room for the map here", width, ink, height)
    h, w = pixels(ink, width - _GUTTER, body)
    drawn = density(counts, arrays["edges"], h, w)
    if drawn is None:
        return note(f"{title}: no weights yet", width, ink, height)
    levels = drawn.levels
    scale = Scale(FLOOR, max(float(levels.max()), FLOOR + 1), False)
    strips = heatmap(levels, scale, ink)
    labels = _values(drawn, len(strips))
    dim = ink.style(ink.dim)
    rows = [
        Strip.join([line([(pad(label, _GUTTER - 1, "right") + " ", dim)], _GUTTER, ink), strip])
        for label, strip in zip(labels, strips, strict=True)
    ]
    across = strips[0].cell_length
    told = f"{len(steps)} look{'s' * (len(steps) != 1)}"
    told += f", {drawn.looks} a column" if drawn.looks > 1 else ""
    told += f"; up to {drawn.outside:.2%} of the weights lie beyond" if drawn.outside > 0 else ""
    parts: list[Part] = [(pad(title, min(width, len(title) + 2)), ink.style(bold=True)), (told, dim)]
    return [
        line(parts, width, ink),
        *(strip.adjust_cell_length(width, ink.style()) for strip in rows),
        line([(" " * _GUTTER + _steps(steps, across, width - _GUTTER), dim)], width, ink),
        legend(scale, ink, width, "all looks", "log10 share"),
    ]


def spread_title(what: str, arrays: Arrays) -> str:
    """What a histogram counts, and what it leaves out."""
    count, zeros = int(np.sum(arrays["counts"])), int(arrays.get("left_out", 0))
    return f"{what}: {short(count)}" + (f", {short(zeros)} zeros left out" if zeros else "")


def _values(drawn: Density, rows: int) -> list[str]:
    """The labels of the value axis: its ends, and zero where it lies between and has room."""
    labels = [""] * rows
    labels[0], labels[-1] = compact(drawn.high, 7, 2), compact(drawn.low, 7, 2)
    if drawn.low < 0 < drawn.high and rows > 2:
        at = min(rows - 1, int(drawn.high / (drawn.high - drawn.low) * rows))
        labels[at] = labels[at] or "0"
    return labels


def _steps(steps: list[int], across: int, room: int) -> str:
    """The labels of the time axis: the first step and the last."""
    first, last = f"step {short(steps[0])}", short(steps[-1])
    if len(steps) == 1:
        return first
    between = max(2, across - len(first) - len(last))
    return (first + " " * between + last)[:room]
