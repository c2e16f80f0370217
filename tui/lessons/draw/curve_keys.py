"""What is read at the cursor of curves, and the legend below them."""

import math

import numpy as np
from textual.strip import Strip

from ....engine.lessons.kit.figures import Curves
from ...render.cells import Part
from ...render.numbers import compact, cut
from ...render.palette import Ink
from .keys import CLOUDS, SIGNS, STROKES, wrapped_keys
from .look import Floats

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NAME = 48
_SIGNS_MOST = 40
"""Points of a line that are drawn as signs rather than as dots."""
_LABEL = 28
"""Columns of an axis's name beside which there is a value."""


def read_at(figure: Curves, x: Floats, y: Floats, at: float) -> tuple[float, bool]:
    """The y at an x, and whether a sample has it; else it lies between its neighbours, NaN where there are none.

    On a log axis logarithms are interpolated. Of points that stand alone it is the nearest one's.
    """
    x = x[: len(y)]
    known = np.flatnonzero(np.isfinite(x))
    if not len(known):
        return math.nan, True
    nearest = int(known[np.abs(x[known] - at).argmin()])
    if math.isclose(x[nearest], at, rel_tol=1e-9, abs_tol=1e-12):
        return float(y[nearest]), True
    if figure.dots:
        return float(y[nearest]), False
    order = known[np.argsort(x[known], kind="stable")]
    after = int(np.searchsorted(x[order], at))
    if not 0 < after < len(order):
        return math.nan, True
    a, b = order[after - 1], order[after]
    low, high = float(x[a]), float(x[b])
    if figure.log_x and low > 0:
        share = math.log(at / low) / math.log(high / low)
    else:
        share = (at - low) / (high - low)
    first, last = float(y[a]), float(y[b])
    if figure.log_y and first > 0 and last > 0:
        return first * (last / first) ** share, False
    return first + share * (last - first), False


def told_at(figure: Curves, x: Floats, y: Floats, at: float) -> str:
    """What is read there in words; what was interpolated says so, with fewer digits."""
    value, sampled = read_at(figure, x, y, at)
    if math.isnan(value):
        return "-"
    return compact(value, 8, 4) if sampled else "≈" + compact(value, 8, 3)


def few(y: Floats) -> bool:
    """Whether points are drawn as signs rather than as dots."""
    return int(np.isfinite(y).sum()) <= _SIGNS_MOST


def sign_of(figure: Curves, y: Floats, k: int, ink: Ink) -> str:
    """The sign of series `k`, in the plot where its points stand alone and in the legend."""
    if not ink.coloured:
        return LETTERS[k % len(LETTERS)] if len(figure.lines) > 1 else SIGNS[0] if figure.dots else STROKES[0]
    if not figure.dots:
        return STROKES[k % len(STROKES)]
    return (SIGNS if few(y) else CLOUDS)[k % len(SIGNS)]


def legend(figure: Curves, lines: dict[str, Floats], x: Floats, at: float | None, ink: Ink, width: int) -> list[Strip]:
    """What the axes are, and the names in the curves' colours with what is read at the cursor; wrapped."""
    chips: list[list[Part]] = []
    if at is not None:
        text = f"│ {cut(figure.x_label, _LABEL)} {compact(at, 8, 4)}"
        chips.append([(text, ink.style(ink.cursor if ink.coloured else ink.accent))])
    elif figure.x_label:
        chips.append([(f"→ {cut(figure.x_label, _NAME)}", ink.style(ink.dim))])
    if figure.y_label:
        chips.append([(f"↑ {cut(figure.y_label, _NAME)}", ink.style(ink.dim))])
    for k, (name, y) in enumerate(lines.items()):
        if len(lines) == 1 and not name and at is None:
            continue
        name = cut(name or "value", _NAME)
        read = told_at(figure, x, y, at) if at is not None and len(x) else ""
        style = ink.style(ink.categories[k % len(ink.categories)], bold=True)
        sign = sign_of(figure, y, k, ink)
        name += ": " if read else ""
        chips.append([(sign + " ", style), (name, ink.style()), (read, ink.style(bold=True))])
    return wrapped_keys(chips, width, ink)
