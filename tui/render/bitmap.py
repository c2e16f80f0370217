"""Pixels in half blocks, two a cell: filled or not where there is no colour, NaN is where nothing is."""

from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from rich.style import Style

from .pen import Line, Part

_STEPS = 31
_FILLED = " ▄▀█"


def bitmap(pixels_chw: NDArray[np.float64], colour: bool, threshold: float = 0.5) -> list[Line]:
    """Pixels [1|3, h, w] in 0..1 as (h + 1) // 2 lines of w cells.

    With `colour` in their own; else a pixel whose mean over the channels lies above `threshold` is filled.
    """
    c, h, w = pixels_chw.shape
    if h % 2:
        pixels_chw = np.concatenate([pixels_chw, np.full((c, 1, w), np.nan)], 1)
    if not colour:
        filled = pixels_chw.mean(0) > threshold  # NaN is not
        codes = 2 * filled[0::2] + filled[1::2]
        return [[("".join(_FILLED[code] for code in row), None)] for row in codes]
    shares = np.nan_to_num(pixels_chw, nan=-1.0).clip(-1, 1)
    steps = np.where(shares < 0, -1, np.rint(np.rint(shares * _STEPS) / _STEPS * 255)).astype(int)
    red, green, blue = steps if c == 3 else (steps[0],) * 3
    names = np.where(red < 0, -1, red << 16 | green << 8 | blue)
    pairs = zip(names[0::2].tolist(), names[1::2].tolist(), strict=True)
    return [_merged([_cell(a, b) for a, b in zip(above, below, strict=True)]) for above, below in pairs]


def _cell(above: int, below: int) -> Part:
    if above < 0 and below < 0:
        return " ", None
    if above < 0:
        return "▄", Style(color=f"#{below:06x}")
    if below < 0:
        return "▀", Style(color=f"#{above:06x}")
    return "▀", Style(color=f"#{above:06x}", bgcolor=f"#{below:06x}")


def _merged(cells: Line) -> Line:
    """Equal neighbours in one part: fewer bytes."""
    grouped = groupby(cells, key=lambda cell: cell)
    return [(text * len(list(group)), style) for (text, style), group in grouped]
