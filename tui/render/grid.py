"""Numbers on tinted ground: the values themselves, coloured by a scale."""

from collections.abc import Set
from typing import Any

import numpy as np
from rich.style import Style
from textual.strip import Strip

from .cells import line
from .colour import readable
from .numbers import number
from .palette import LEVELS, Ink, levels
from .scale import BAD, Scale
from .shades import sign_colour


def grid(
    values_hw: Any,
    scale: Scale,
    ink: Ink,
    *,
    cell: int = 6,
    digits: int = 2,
    cursor: tuple[int, int] | None = None,
    mark: Set[tuple[int, int]] | None = None,
) -> list[Strip]:
    """Values [h, w] as h Strips of w x `cell` columns, each number with `digits` decimals where they fit.

    `mark` are (row, column) pairs to underline, a receptive field say; `cursor` is one to invert.
    """
    values = np.atleast_2d(np.asarray(values_hw, dtype=np.float64))
    codes = scale.quantise(values)
    marked = mark or frozenset()
    strips = []
    for y in range(values.shape[0] if values.size else 0):
        parts = []
        for x in range(values.shape[1]):
            style = _style(int(codes[y, x]), scale, ink, (y, x) == cursor, (y, x) in marked)
            parts.append((written(float(values[y, x]), cell - 1, digits).rjust(cell), style))
        strips.append(line(parts, values.shape[1] * cell, ink))
    return strips


def written(value: float, width: int, digits: int) -> str:
    """`value` with `digits` decimals if that fits and does not hide it, else its best form."""
    if np.isfinite(value) and abs(value) < 1e15:
        text = f"{value:.{digits}f}"
        if len(text) <= width and (float(text) != 0 or value == 0):
            return "0" if float(text) == 0 else text
    return number(value, width).strip()


def _style(code: int, scale: Scale, ink: Ink, cursor: bool, marked: bool) -> Style:
    if ink.coloured:
        tint = ink.invalid if code == BAD else levels(scale.map, ink)[code]
        if cursor:
            return ink.style(readable(ink.cursor), ink.cursor, bold=True, underline=marked)
        return ink.style(readable(tint), tint, bold=marked, underline=marked)
    return ink.style(_sixteen(code, scale, ink), bold=cursor or marked, reverse=cursor, underline=marked)


def _sixteen(code: int, scale: Scale, ink: Ink) -> str | None:
    """The colour of a number where there are sixteen; without colours its sign says enough."""
    if ink.depth == "none":
        return None
    if code == BAD:
        return ink.bad
    middle = LEVELS // 2
    if not scale.diverging or abs(code - middle) <= middle // 8:
        return None
    return sign_colour(code < middle, ink)
