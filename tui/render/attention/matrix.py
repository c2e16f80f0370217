"""One head's matrix with its tokens at two sides and a crosshair: a window of it, or all of it pooled."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from ..cells import Part, blank, line, note
from ..colour import mix, readable
from ..heatmap import pixels as room_for
from ..numbers import cut, pad
from ..palette import LEVELS, Ink
from ..scale import BAD, Scale
from ..shades import shade
from .maps import pooled
from .pixels import HATCH, MASKED, coded, fit, hatched, joined, pixels, tint
from .text import share
from .wall import window

_LABEL_MOST, _TALL_MOST = 12, 6
_CELL_MOST, _NUMBERED, _LEVEL = 6, 4, 5
"""Columns of a weight at most; those that a number needs; those from which on a token is written level above it."""
_HIGH_MOST = 3
"""Lines of a weight at most."""


@dataclass(frozen=True)
class Matrix:
    """A drawn matrix; `said` is what is not seen, in words, or empty."""

    strips: list[Strip]
    said: str = ""


def matrix(
    weights_qk: NDArray[np.float64], mask_qk: NDArray[np.bool_] | None, rows: Sequence[str], columns: Sequence[str],
    scale: Scale, ink: Ink, width: int, height: int, at: tuple[int, int], *, whole: bool = False,
) -> Matrix:  # fmt: skip
    """Weights [q, k] in exactly `width` x `height` cells with the crosshair `at` (query, key).

    A line for each query and equal columns for the keys, with numbers where they fit. Of what does not fit, the part
    around the crosshair; or `whole`: all of it, in blocks that are pooled to their largest.
    """
    label = min(_LABEL_MOST, max(cell_len(cut(name, _LABEL_MOST)) for name in rows), max(1, width // 4))
    least = 1 if ink.coloured else 2
    room = width - label - 2
    tall = min(_TALL_MOST, max(cell_len(name) for name in columns), max(1, height // 3))
    if room < least or height < 3:
        return Matrix(note("too small for the matrix", width, ink, height))
    high = max(1, min(_HIGH_MOST, (height - 1) // len(rows))) if ink.coloured else 1
    cell = min(_CELL_MOST + 2 * high, room // len(columns), max(_NUMBERED + 2 * high, max(map(cell_len, columns)) + 1))
    tall = 1 if cell >= _LEVEL else tall
    high = high if cell >= _NUMBERED and len(columns) * cell <= room and len(rows) * high <= height - tall else 1
    if len(rows) > height - tall or cell < least:
        if whole:
            return _whole(weights_qk, mask_qk, rows, columns, scale, ink, width, height, at, label)
        cell = max(cell, 2)
    tall = 1 if cell >= _LEVEL else tall
    down, across = window(len(rows), height - tall, at[0]), window(len(columns), room // cell, at[1])
    part = np.s_[down.start : down.stop, across.start : across.stop]
    codes = coded(weights_qk[part], None if mask_qk is None else mask_qk[part], scale)
    cross = at[1] - across.start
    strips = _heads([columns[k] for k in across], cross, cell, tall, label, ink, width)
    for y, k in enumerate(down):
        lit = k == at[0]
        name: Part = (pad(rows[k], label, "right") + ("▸" if lit else " ") + " ", _named(lit, ink))
        if cell < _NUMBERED:
            strips.append(joined([name, _band(codes[y].tobytes(), cell, cross, lit, ink)], width, ink))
            continue
        row = weights_qk[k, across.start : across.stop]
        for y_in in range(high):
            number = y_in == (high - 1) // 2
            body = _numbered(row, codes[y], cell, cross if lit else -1, scale, ink, number)
            strips.append(joined([name if number else (" " * (label + 2), ink.style()), *body], width, ink))
    sides = (("queries", down, len(rows)), ("keys", across, len(columns)))
    cuts = [(f"{what} {shown.start + 1}-{shown.stop}", f" of {of}") for what, shown, of in sides if len(shown) < of]
    alike = len(cuts) == 2 and cuts[0][1] == cuts[1][1]
    said = ", ".join(text + ("" if alike and k == 0 else of) for k, (text, of) in enumerate(cuts))
    return Matrix([*strips, *[blank(width, ink)] * (height - len(strips))], said)


def _whole(
    weights_qk: NDArray[np.float64], mask_qk: NDArray[np.bool_] | None, rows: Sequence[str], columns: Sequence[str],
    scale: Scale, ink: Ink, width: int, height: int, at: tuple[int, int], label: int,
) -> Matrix:  # fmt: skip
    """All of it as pixels; of the tokens, those of the crosshair."""
    high, wide = room_for(ink, width - label - 2, height - 1)
    small, block = pooled(weights_qk, high, wide)
    seen = None if mask_qk is None else pooled(mask_qk.astype(np.float64), high, wide, block)[0] > 0
    zoom = max(1, fit(small.shape[0], small.shape[1], ink, width - label - 2, height - 1))
    y, x = at[0] // block, at[1] // block
    drawn = pixels(coded(small, seen, scale), ink, zoom, (y, x))
    lit, dim = _named(True, ink), _named(False, ink)
    place = label + 2 + x * zoom * (1 if ink.coloured else 2)
    name = cut(columns[at[1]], width - 2)
    # Where there is no room behind its mark, the key's token stands before it.
    before = place + 2 + cell_len(name) > width
    head = " " * max(0, place - before * (cell_len(name) + 1)) + (f"{name} ▾" if before else f"▾ {name}")
    strips = [line([(head, lit)], width, ink)]
    middle = y * zoom // 2 if ink.coloured else y * zoom
    for k, strip in enumerate(drawn):
        text = pad(rows[at[0]], label, "right") + "▸ " if k == middle else " " * (label + 2)
        strips.append(joined([(text, lit if k == middle else dim), strip], width, ink))
    said = f"{len(rows)}x{len(columns)}" + (f", largest of {block}x{block}" if block > 1 else "")
    return Matrix([*strips[:height], *[blank(width, ink)] * (height - len(strips))], said)


def _named(lit: bool, ink: Ink) -> Style:
    return ink.style(ink.accent, bold=True) if lit else ink.style(ink.dim)


def _heads(
    names: Sequence[str], cross: int, cell: int, tall: int, label: int, ink: Ink, width: int
) -> list[Strip]:  # fmt: skip
    """The tokens over their columns: level, or upright from the top down, standing on the matrix."""
    margin: Part = (" " * (label + 2), ink.style())
    if cell >= _LEVEL:
        parts = [(pad(name, cell - 1, "right") + " ", _named(k == cross, ink)) for k, name in enumerate(names)]
        return [line([margin, *parts], width, ink)]
    shown = ["␣" + name.lstrip("␣") if name[:1] == "␣" else name for name in names]
    letters = [[char for char in name if cell_len(char) == 1][:tall] for name in shown]
    lined = [[" "] * (tall - len(name)) + name for name in letters]
    return [
        line([margin, *((pad(name[y], cell), _named(k == cross, ink)) for k, name in enumerate(lined))], width, ink)
        for y in range(tall)
    ]


def _numbered(
    row: NDArray[np.float64], codes: NDArray[np.uint8], cell: int, cursor: int, scale: Scale, ink: Ink, number: bool
) -> list[Part]:
    """A line of weights as numbers on their tint, or of their tint alone."""
    parts: list[Part] = []
    for k, (weight, code) in enumerate(zip(row, codes.tolist(), strict=True)):
        if code == MASKED:
            text = HATCH * (cell - 1) if ink.coloured else "/" * (cell - 1)
            style = ink.selected() if k == cursor else hatched(ink)
            parts += [(text, style), (" ", ink.style())]
            continue
        text = pad("?" if code == BAD else share(float(weight)) if number else "", cell - 1, "right")
        ground = ink.cursor if k == cursor else tint(code, scale, ink)
        if ink.coloured:
            style = ink.style(readable(ground), ground, bold=k == cursor)
        else:
            faint = code < LEVELS and code <= LEVELS // 20
            style = ink.style(ink.dim if faint else None, bold=code > LEVELS // 2, reverse=k == cursor)
        parts += [(text, style), (" ", ink.style())]
    return parts


@lru_cache(maxsize=4096)
def _band(codes: bytes, cell: int, cross: int, lit: bool, ink: Ink) -> Strip:
    """A line of weights as tinted cells, the crosshair's row or column drawn through them."""
    values = np.frombuffer(codes, np.uint8).astype(np.int16)
    if lit or 0 <= cross < len(values):
        # Apart from its neighbours, so that it is a part of its own.
        values = np.where(np.arange(len(values)) == cross, values + 256, values)
    starts = [0, *(np.flatnonzero(np.diff(values)) + 1).tolist(), len(values)]
    segments = []
    for start, end in pairwise(starts):
        crossing, code = divmod(int(values[start]), 256)
        text, style = _cell(code, cell, bool(crossing), lit, ink)
        segments.append(Segment(text * (end - start), style))
    return Strip(segments, cell * len(values))


@lru_cache(maxsize=4096)
def _cell(code: int, cell: int, crossing: bool, lit: bool, ink: Ink) -> Part:
    """One weight; the crosshair's own cell is filled, its row and column have a line through them."""
    here = crossing and lit
    guide = "─" * cell if lit else "│".center(cell) if crossing else ""
    if code == MASKED:
        return guide or (HATCH if ink.coloured else "/") * cell, ink.selected() if here else hatched(ink)
    if not ink.coloured:
        text, style = shade(code, False, ink)
        text = (text * cell)[:cell]
        return (f"[{text[1:-1]}]" if cell > 1 else text, ink.style(bold=True, reverse=True)) if here else (text, style)
    if here:
        return " " * cell, ink.style(readable(ink.cursor), ink.cursor)
    ground = tint(code, Scale(0.0, 1.0, False), ink)
    return guide or " " * cell, ink.style(mix(ground, readable(ground), 0.4) if guide else None, ground)
