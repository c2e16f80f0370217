"""What stands around the curves of a chart: axes with ticks, marks of what happened, the crosshair."""

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from rich.cells import cell_len

from .axes import Axes, Axis
from .braille import Cells
from .colour import mix
from .numbers import compact as brief
from .numbers import cut
from .palette import Ink
from .ticks import beyond_first, duration, fraction, log_ticks, moment, ticks, time_ticks, written
from .trace import Knots

GUTTER = 9
"""Columns left of the plot: labels of y and the axis; the same in every chart, so that charts align."""
WIDEST = 10
"""Columns left of the plot of a compact chart whose labels of y need more digits than others."""

NOTE, BAD = "⚑", "!"
"""What stands on the x axis where something happened, and where something went wrong: no sign of a curve."""
FINE = 5.0
"""Seconds of x below which times are told in parts of a second."""

Mark = tuple[float, str] | tuple[float, str, str]
"""What happened: (x, text), or (x, text, kind) with kind "note" or, of what went wrong, "bad"."""


def gutter(width: int, compact: bool) -> int:
    """Columns left of the plot of a chart that is `width` wide."""
    return GUTTER if not compact else 7 if width >= 30 else 6


def side(axis: Axis | None, width: int, rows: int, compact: bool) -> int:
    """As `gutter`, or in a compact chart as much more as the labels of this y need, as far as there is room."""
    left = gutter(width, compact)
    if axis is None or not compact:
        return left
    marks, most = axis.ticks(rows // 3 + 1), max(min(WIDEST, 2 * width // 5), left)
    return next((k for k in range(left, most) if written(marks, k - 2) is not None), most)


def place(x: float, axes: Axes) -> str:
    """One x in words, without the name of its axis; times as fine as columns of the chart."""
    if axes.x == "step":
        return str(round(x))
    if axes.x in ("time", "clock"):
        span = axes.high - axes.low
        if span < FINE:
            return fraction(x, span / 100, axes.x == "clock")
        return moment(x) if axes.x == "clock" else lasting(x)
    return brief(x, 12, 6)


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
    """The axes of a plot of `rows` cell rows, drawn into the cells that also hold the plot.

    A compact frame has its labels of x in the axis itself.
    """

    def __init__(
        self, cells: Cells, axes: Axes, rows: int, ink: Ink, x_labels: bool, compact: bool = False, left: int = 0
    ) -> None:
        self.cells, self.axes, self.rows, self.ink = cells, axes, rows, ink
        self.x_labels, self.compact = x_labels, compact
        self.right, self.left = cells.width, left or gutter(cells.width, compact)
        self.columns = 2 * (self.right - self.left)
        self.line = ink.style(mix(ink.background, ink.foreground, 0.4) if ink.coloured else ink.dim)
        self.label = ink.style(ink.dim)

    def column(self, x: float) -> int | None:
        """The cell column of `x`, if it is in view."""
        share = float(self.axes.share(np.array([x]))[0])
        return self.left + round(share * (self.columns - 1)) // 2 if -1e-9 <= share <= 1 + 1e-9 else None

    def draw(self, axis: Axis | None, taken: range = range(0), busy: Collection[int] = ()) -> None:
        """The two axes; `axis` is y's, None where nothing is in view.

        Labels of x leave the columns `taken` free, and in a compact frame those that are `busy`.
        """
        cells, ink = self.cells, self.ink
        for row in range(self.rows):
            cells.text(row, self.left - 1, "│", self.line)
        cells.text(self.rows, self.left - 1, "└" + "─" * (self.right - self.left), self.line)
        used, down = set(), cells.down
        marks, room = axis.ticks(self.rows // 3 + 1) if axis else [], self.left - 2
        labels = written(marks, room) or beyond_first(marks, room)
        for (value, _), text in zip(marks, labels, strict=True):
            row = int((1 - axis.share(np.array([value]))[0]) * (down * self.rows - 1) + 0.5) // down if axis else -1
            if row in used or not 0 <= row < self.rows:
                continue
            used.add(row)
            cells.text(row, 0, text.rjust(room), self.label)
            cells.text(row, self.left - 1, "┤", self.line)
            if ink.coloured:
                grid = ink.style(mix(ink.background, ink.foreground, 0.14))
                cells.text(row, self.left, "┈" * (self.right - self.left), grid)
        self._x(taken, busy)

    def _x(self, taken: range, busy: Collection[int]) -> None:
        a, cells, start = self.axes, self.cells, 0 if self.compact else 1
        name = plain(cut(a.x, self.left - 1 if self.compact else self.left + 7))
        free = self.left if self.compact else len(name) + 2
        below = self.rows if self.compact else self.rows + 1
        for x, text in self._ticks(max((self.right - self.left) // (10 if self.compact else 12), 2)):
            column = self.column(x)
            if column is None:
                continue
            if not self.compact:
                cells.text(self.rows, column, "┬", self.line)
            at = min(column - len(text) // 2, self.right - len(text))
            blocked = any(at <= column < at + len(text) for column in busy) if self.compact else False
            if self.x_labels and at >= free and not blocked and not _touch(at, text, taken):
                cells.text(below, at, text, self.label)
                free = at + len(text) + 1
        if self.x_labels and not _touch(start, name, taken):
            cells.text(below, start, name, self.label)

    def _ticks(self, count: int) -> list[tuple[float, str]]:
        a = self.axes
        if a.log_x:
            marks = log_ticks(a.start, a.high, count) if a.start < a.high else []
            return [(x, text + "s" * (a.x == "time")) for x, text in marks]
        if a.x in ("time", "clock"):
            return time_ticks(a.low, a.high, count, a.x == "clock")
        return ticks(a.low, a.high, min(count, max(int(a.high - a.low), 1)) if a.x == "step" else count)

    def marks(self, marks: Iterable[Mark]) -> None:
        """A dotted line, behind the curves, wherever something happened; a sign on the axis where it was bad."""
        bad = {self.column(mark[0]) for mark in marks if is_bad(mark)} - {None}
        for column in {self.column(mark[0]) for mark in marks if not is_bad(mark)} - {None}:
            assert column is not None
            for row in range(self.rows):
                if self.cells.free(row, column):
                    self.cells.text(row, column, "┊", self.label)
            self.cells.text(self.rows, column, NOTE, self.ink.style(self.ink.accent))
        for column in bad:
            assert column is not None
            self.cells.text(self.rows, column, BAD, self.ink.style(self.ink.bad, bold=True))

    def gaps(self, pieces: Sequence[Sequence[Knots]]) -> None:
        """A cross on the x axis wherever values are not finite."""
        for column in self.broken(pieces):
            self.cells.text(self.rows, column, "×", self.ink.style(self.ink.bad, bold=True))

    def broken(self, pieces: Sequence[Sequence[Knots]]) -> list[int]:
        """The cell columns that hold values that are not finite."""
        found: set[int] = set()
        for k in (k for knots in pieces for k in knots):
            here = (k.bad > 0) & (k.at >= 0) & (k.at <= self.columns - 1)
            found.update((self.left + np.unique(k.at[here].astype(np.int64) // 2)).tolist())
        return sorted(found)

    def reading(self, x: float, words: str, marks: Iterable[Mark]) -> tuple[int, str]:
        """The label of a crosshair at `x`, where it starts: `words` and the texts of the marks that are near."""
        column = self.column(x)
        if column is None or not self.x_labels:
            return 0, ""
        near = [m[1] for m in marks if (at := self.column(m[0])) is not None and abs(at - column) <= 2]
        text = cut(" · ".join([words, *near[-2:]]), self.cells.width - 2)
        text = f" {plain(text)} "
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
        below = self.rows if self.compact else self.rows + 1
        cells.text(below, start, label, ink.style(ink.accent, bold=True, reverse=True))


def is_bad(mark: Mark) -> bool:
    """Whether a mark tells of what went wrong."""
    return len(mark) > 2 and mark[2] == "bad"


def plain(text: str) -> str:
    """The same in characters that are one cell wide."""
    return "".join(c if cell_len(c) == 1 else "?" for c in text)


def _touch(start: int, text: str, taken: range) -> bool:
    """Whether `text` from column `start` on is in the columns `taken`, or next to them."""
    return bool(taken) and start <= taken.stop and start + len(text) >= taken.start
