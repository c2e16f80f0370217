"""Losses over the steps, each with the value at which the game is balanced, named at its line."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.cells import cell_len
from textual.strip import Strip

from ....engine.runs.series import Series
from ..axes import Axes, Axis, neat
from ..braille import Cells, fill, link
from ..cells import note
from ..numbers import compact, cut
from ..palette import Ink
from ..smoothing import Smooth
from ..trace import Knots, Trace

GUTTER = 6
"""Columns left of the curves, for the values."""
SMOOTH = 60
"""A curve is a mean over so many parts of its steps."""


@dataclass(frozen=True)
class Loss:
    """One curve; `balance` is NaN where there is no value at which the game is balanced."""

    name: str
    series: Series
    colour: str
    balance: float
    written: str


def losses(curves: Sequence[Loss], ink: Ink, width: int, height: int) -> list[Strip]:
    """Exactly `height` strips of `width` cells: curves, balance lines, and the steps below."""
    columns, rows = 2 * (width - GUTTER), height - 1
    traces = [Trace(loss.series) for loss in curves]
    ends = [span for trace in traces if (span := trace.extent()) is not None]
    if columns < 16 or rows < 3:
        return note("", width, ink, height)
    if not ends:
        return note("no losses yet", width, ink, height)
    low, high = neat(min(a for a, _ in ends), max(b for _, b in ends))
    axes = Axes(low=low, high=high, smooth=Smooth("mean", smoothing(curves)))
    pieces = [trace.knots(axes, columns) for trace in traces]
    values = [k.smooth for knots in pieces for k in knots] + [np.array([loss.balance for loss in curves])]
    axis = Axis.around(np.concatenate(values), rows // 2)
    if axis is None:
        return note("the losses are no numbers", width, ink, height)
    cells = Cells(width, height, ink.style())
    for value, text in axis.ticks(max(2, rows // 2)):
        cells.text(_row(axis, value, rows), 0, text.rjust(GUTTER - 1)[: GUTTER - 1], ink.style(ink.dim))
    names: list[tuple[int, str, str]] = []
    for value, text, colour in balances(curves, ink):
        row = _row(axis, value, rows)
        cells.text(row, GUTTER, "╌" * (width - GUTTER), ink.style(colour))
        names.append((row, cut(text, width - GUTTER), colour))
    for loss, knots in zip(curves, pieces, strict=True):
        for k in knots:
            cells.dots(0, GUTTER, _dots(k, axis, columns, 4 * rows), ink.style(loss.colour))
    for row, text, colour in names:
        at, start = _place(cells, row, rows, width, cell_len(text))
        cells.bits[at, start : start + cell_len(text)] = 0
        cells.text(at, start, text, ink.style(colour, bold=True))
    steps = f"step {low:,.0f}", f"{high:,.0f}"
    cells.text(rows, GUTTER, steps[0], ink.style(ink.dim))
    cells.text(rows, width - len(steps[1]), steps[1], ink.style(ink.dim))
    return cells.strips()


def smoothing(curves: Sequence[Loss]) -> int:
    """Over how many steps a curve is the mean."""
    return max(1, max((len(loss.series) for loss in curves), default=0) // SMOOTH)


def balances(curves: Sequence[Loss], ink: Ink) -> list[tuple[float, str, str]]:
    """Value, name and colour of each line; equal ones are one line of both."""
    found: dict[float, list[Loss]] = {}
    for loss in curves:
        if np.isfinite(loss.balance):
            found.setdefault(round(loss.balance, 9), []).append(loss)
    lines = []
    for value, group in found.items():
        written, number = group[0].written, compact(value, 6, 3)
        names = " and ".join(loss.name for loss in group)
        equal = "" if written == number else f" = {number}"
        lines.append((value, f" {names}: {written}{equal}", group[0].colour if len(group) == 1 else ink.foreground))
    return lines


def _place(cells: Cells, row: int, rows: int, width: int, size: int) -> tuple[int, int]:
    """Row and column of a label on a line, or right above or below it, where it hides least of the curves."""
    tries = [(at, start) for at in (row, row - 1, row + 1) for start in (width - size, GUTTER + 1) if 0 <= at < rows]
    return min(tries, key=lambda place: int((cells.bits[place[0], place[1] : place[1] + size] > 0).sum()))


def _row(axis: Axis, value: float, rows: int) -> int:
    return min(rows - 1, max(0, int((1 - float(axis.share(np.array([value]))[0])) * (4 * rows - 1) + 0.5) // 4))


def _dots(k: Knots, axis: Axis, columns: int, rows: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """The trailing means, joined."""
    with np.errstate(over="ignore", invalid="ignore"):
        at = (1 - axis.share(k.smooth)) * (rows - 1)
    finite = np.isfinite(at)
    upper, lower = link(k.at, at, at, finite[:-1] & finite[1:], columns)
    inside = finite & (k.at >= 0) & (k.at <= columns - 1)
    places = k.at[inside].astype(np.int64)
    upper[places], lower[places] = np.fmin(upper[places], at[inside]), np.fmax(lower[places], at[inside])
    return fill(upper, lower, rows)
