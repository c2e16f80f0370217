"""How D answers: a histogram of its answers to each kind of example, on one axis with the border on it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from textual.strip import Strip

from ..cells import line, note
from ..numbers import compact, cut, pad
from ..palette import Ink

_EIGHTHS = " ▁▂▃▄▅▆▇█"
Kind = tuple[str, Any, str]
"""A name, D's answers (n,), a colour."""


def opinions(kinds: Sequence[Kind], border: float, ink: Ink, width: int, height: int) -> list[Strip]:
    """A row of columns for each kind, each to its own peak, mean at the right; the last line is the axis.

    Answers of 0 to 1 have the axis 0..1, others reach from the least to the greatest. At most `height` strips.
    """
    answers = [np.asarray(values, dtype=np.float64) for _, values, _ in kinds]
    finite = np.concatenate([each[np.isfinite(each)] for each in answers]) if answers else np.zeros(0)
    left = max((cell_len(name) for name, _, _ in kinds), default=0) + 1
    room, each_rows = width - left - 7, (height - 1) // max(1, len(kinds))
    if room < 8 or each_rows < 1 or not finite.size:
        return note("" if finite.size else "D's answers are no numbers", width, ink, max(0, min(1, height)))
    low, high = axis_of(finite, border)
    place = min(room - 1, max(0, int((border - low) / (high - low) * room)))
    strips = []
    for (name, _, colour), values in zip(kinds, answers, strict=True):
        counts = np.histogram(values[np.isfinite(values)], room, (low, high))[0]
        rows = min(each_rows, 3)
        mean = compact(float(values.mean()), 6, 2) if values.size else ""
        for row, text in enumerate(columns(counts, rows)):
            head = pad(name if row == rows - 1 else "", left)
            tail = f" {mean:>6}" if row == rows - 1 else ""
            bar = text[:place] + ("│" if text[place] == " " else text[place]) + text[place + 1 :]
            strips.append(line([(head, ink.style(colour)), (bar, ink.style(colour)), (tail, ink.style())], width, ink))
    first, last, middle = (compact(value, 6, 2) for value in (low, high, border))
    axis = list(first + " " * (room - len(first) - len(last)) + last)
    start = min(max(place - len(middle) // 2, len(first) + 1), room - len(last) - 1 - len(middle))
    if start > len(first) and low < border < high:
        axis[start : start + len(middle)] = middle
    return [*strips, line([(cut(" " * left + "".join(axis) + "   mean", width), ink.style(ink.dim))], width, ink)]


def axis_of(finite: NDArray[np.float64], border: float) -> tuple[float, float]:
    """The range of the axis."""
    low, high = float(min(finite.min(), border)), float(max(finite.max(), border))
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    return (low, high) if high > low else (low - 1, high + 1)


def columns(counts: NDArray[np.int64], rows: int) -> list[str]:
    """Counts as `rows` texts of columns in eighths of a cell, from the top; what is not zero shows."""
    peak = max(1, int(counts.max(initial=0)))
    eighths = np.where(counts > 0, np.maximum(1, np.rint(counts / peak * rows * 8)), 0).astype(int)
    return ["".join(_EIGHTHS[min(8, max(0, e - 8 * row))] for e in eighths.tolist()) for row in range(rows - 1, -1, -1)]
