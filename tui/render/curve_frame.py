"""What stands around the curves of a chart: axes with ticks, marks of what happened, the crosshair."""

from collections.abc import Sequence

import numpy as np
from rich.cells import cell_len

from .axes import Axes, Axis, duration, moment, ticks, time_ticks
from .braille import Cells
from .colour import mix
from .numbers import cut
from .palette import Ink
from .trace import Knots

GUTTER = 9
"""Columns left of the plot: labels of y and the axis; the same in every chart, so that charts align."""

_NAMES = {"step": "step", "time": "time", "clock": "clock"}


def place(x: float, axes: Axes) -> str:
    """One x in words, without the name of its axis."""
    if axes.x == "step":
        return str(round(x))
    return moment(x) if axes.x == "clock" else lasting(x)


def lasting(seconds: float) -> str:
    """A duration in words, short ones to a tenth of a second."""
    return (
        duration(seconds)
        if 60 <= abs(seconds) < 1e12
        else f"{seconds:.1f}s"
        if abs(seconds) < 60
        else f"{seconds:.1e}s"
    )


class Frame:
    """The axes of a plot of `rows` cell rows, drawn into the cells that also hold the plot."""

    def __init__(self, cells: Cells, axes: Axes, rows: int, ink: Ink, x_labels: bool) -> None:
        self.cells, self.axes, self.rows, self.ink, self.x_labels = cells, axes, rows, ink, x_labels
        self.right = cells.width
        self.columns = 2 * (self.right - GUTTER)
        self.line = ink.style(mix(ink.background, ink.foreground, 0.4) if ink.coloured else ink.dim)
        self.label = ink.style(ink.dim)

    def column(self, x: float) -> int | None:
        """The cell column of `x`, if it is in view."""
        share = (x - self.axes.low) / (self.axes.high - self.axes.low)
        return GUTTER + round(share * (self.columns - 1)) // 2 if -1e-9 <= share <= 1 + 1e-9 else None

    def draw(self, axis: Axis | None, taken: range = range(0)) -> None:
        """The two axes; `axis` is y's, None where nothing is in view; labels of x leave the columns `taken` free."""
        cells, ink = self.cells, self.ink
        for row in range(self.rows):
            cells.text(row, GUTTER - 1, "│", self.line)
        cells.text(self.rows, GUTTER - 1, "└" + "─" * (self.right - GUTTER), self.line)
        used = set()
        for value, text in axis.ticks(self.rows // 3 + 1) if axis else ():
            row = int((1 - axis.share(np.array([value]))[0]) * (4 * self.rows - 1) + 0.5) // 4 if axis else -1
            if row in used or not 0 <= row < self.rows:
                continue
            used.add(row)
            cells.text(row, 0, cut(text, GUTTER - 2).rjust(GUTTER - 2), self.label)
            cells.text(row, GUTTER - 1, "┤", self.line)
            if ink.coloured:
                grid = ink.style(mix(ink.background, ink.foreground, 0.14))
                cells.text(row, GUTTER, "┈" * (self.right - GUTTER), grid)
        self._x(taken)

    def _x(self, taken: range) -> None:
        a, cells, name = self.axes, self.cells, _NAMES[self.axes.x]
        count = max((self.right - GUTTER) // 12, 2)
        if a.x == "step":
            marks = ticks(a.low, a.high, min(count, max(int(a.high - a.low), 1)))
        else:
            marks = time_ticks(a.low, a.high, count, a.x == "clock")
        free = len(name) + 2
        for x, text in marks:
            column = self.column(x)
            if column is None:
                continue
            cells.text(self.rows, column, "┬", self.line)
            start = min(column - len(text) // 2, self.right - len(text))
            if self.x_labels and start >= free and not _touch(start, text, taken):
                cells.text(self.rows + 1, start, text, self.label)
                free = start + len(text) + 1
        if self.x_labels and not _touch(1, name, taken):
            cells.text(self.rows + 1, 1, name, self.label)

    def marks(self, marks: Sequence[tuple[float, str]]) -> None:
        """A dotted line, behind the curves, wherever something happened."""
        for column in {self.column(x) for x, _ in marks} - {None}:
            assert column is not None
            for row in range(self.rows):
                if self.cells.free(row, column):
                    self.cells.text(row, column, "┊", self.label)
            self.cells.text(self.rows, column, "◆", self.ink.style(self.ink.accent))

    def gaps(self, pieces: Sequence[Sequence[Knots]]) -> None:
        """A cross on the x axis wherever values are not finite."""
        for k in (k for knots in pieces for k in knots):
            here = (k.bad > 0) & (k.at >= 0) & (k.at <= self.columns - 1)
            for column in np.unique(k.at[here].astype(np.int64) // 2):
                self.cells.text(self.rows, GUTTER + int(column), "×", self.ink.style(self.ink.bad, bold=True))

    def reading(self, x: float, words: str, marks: Sequence[tuple[float, str]]) -> tuple[int, str]:
        """The label of a crosshair at `x`, where it starts: `words` and the texts of the marks that are near."""
        column = self.column(x)
        if column is None or not self.x_labels:
            return 0, ""
        near = [text for m, text in marks if (at := self.column(m)) is not None and abs(at - column) <= 2]
        text = cut(" · ".join([words, *near[-2:]]), self.cells.width - 2)
        text = f" {''.join(c if cell_len(c) == 1 else '?' for c in text)} "
        return min(max(column - 1 - len(words) // 2, 0), self.cells.width - len(text)), text

    def crosshair(self, x: float, start: int, label: str) -> None:
        """A vertical line at `x`, and below it, from column `start`, its label."""
        column = self.column(x)
        if column is None:
            return
        ink, cells = self.ink, self.cells
        band = ink.style(None, mix(ink.background, ink.accent, 0.25)).background_style if ink.coloured else None
        for row in range(self.rows):
            if cells.free(row, column, "┊"):
                cells.text(row, column, "│", ink.style(ink.accent))
            if band is not None:
                cells.overlay(row, column, band)
        cells.text(self.rows, column, "┷", ink.style(ink.accent, bold=True))
        cells.text(self.rows + 1, start, label, ink.style(ink.accent, bold=True, reverse=True))


def _touch(start: int, text: str, taken: range) -> bool:
    """Whether `text` from column `start` on is in the columns `taken`, or next to them."""
    return bool(taken) and start <= taken.stop and start + len(text) >= taken.start
