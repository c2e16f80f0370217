"""Turns the rows of a table into the series of its reader, with their steps and times."""

from collections.abc import Callable

import numpy as np

from ...run import Mark
from ..reader import Reader
from .axis import Axis, choose
from .block import Block, Floats, Ints, joined
from .clock import Clock, spans, walls
from .restarts import resumed
from .words import IDENTITIES, plain

YOUNG = 64
"""Rows by which it is decided which columns are step and time; until then every row may change that."""
MARKS = 100
"""So many seams are marked, the newest."""


class Sheet:
    """Takes blocks in order; which columns are steps and times is decided by the first rows."""

    def __init__(self, reader: Reader, written: Callable[[], float], step_key: str = "", name: str = "") -> None:
        """`written` says when the file of that name was last written.

        `step_key` is the step's column, if the user named one.
        """
        self.reader = reader
        self._name = f"{name}: " if name else ""
        self._damage = ""
        self._written = written
        self._asked = step_key
        self._refused: set[str] = set()
        self._decision: tuple[str | None, tuple[str, ...], str | None] | None = None
        self._young: list[Block] = []
        self._axis, self._clock = Axis(), Clock()
        self.rows = 0

    def clear(self) -> None:
        """Start over; columns that were found not to count steps stay refused."""
        self._decision, self._young, self.rows, self._damage = None, [], 0, ""

    def take(self, block: Block) -> bool:
        """Add rows; False if all must be read anew, because the column of the steps does not count them."""
        if not block.rows:
            return True
        self.rows += block.rows
        if self.rows - block.rows < YOUNG:
            self._young.append(block)
            whole = joined(self._young)
            key, clocks, span = choose(whole, self._refused, self._asked), tuple(walls(whole)), spans(whole)
            if (key, clocks, span) != self._decision:
                self._decide(whole, key, clocks, span)
                self.reader.series, self.reader.marks = {}, []
                block = whole
        elif self._young:
            self._young = []
        bad = self._axis.bad(block)
        if bad is not None:
            if not self._axis.counts:
                self._refused.add(self._axis.key or "")
                return False
            self._damaged(block, np.flatnonzero(bad))
            block = block.kept(~bad)
        if block.rows:
            self._add(block, self._axis.steps(block))
        return True

    def _damaged(self, block: Block, bad: Ints) -> None:
        """Count the rows of `block` whose step is none; the first is named. What is a word was told by the parser."""
        key = self._axis.key or ""
        values = block.columns[key].spread(block.rows)
        bad = np.setdiff1d(bad, block.texts.get(key, ()))
        if len(bad):
            row, value = self.rows - block.rows + int(bad[0]) + 1, values[bad[0]]
            self._damage = self._damage or f"{self._name}row {row:,} has no step ({key} is {value:g})"
            self.reader.damage[self._damage] += len(bad)

    def _decide(self, block: Block, key: str | None, clocks: tuple[str, ...], span: str | None) -> None:
        self._decision = (key, clocks, span)
        self.reader.damage.pop(self._damage, None)
        self._damage = ""
        self._axis = Axis(key, tuple(block.columns))
        if clocks:
            self._clock = Clock(clocks[0])
        elif span is not None:
            # The last row was written when the file was; on a longer file this first guess is somewhat late.
            self._clock = Clock(span, self._written() - float(block.columns[span].values[-1]))
        else:
            self._clock = Clock()

    def _add(self, block: Block, steps: Ints) -> None:
        times = self._clock.times(block)
        assert self._decision is not None
        hidden = {self._axis.key, *self._decision[1]}
        series = dict(self.reader.series)
        seams: set[int] = set()
        for tag, column in block.columns.items():
            if tag in hidden or plain(tag) in IDENTITIES or not len(column.values):
                continue
            where = column.rows
            at, when = (steps, times) if where is None else (steps[where], times[where])
            series[tag], back = resumed(series.get(tag), at, when, column.values, tag)
            seams.update(int(step) for step in back)
        if series.keys() != self.reader.series.keys() or any(self.reader.series[t] is not s for t, s in series.items()):
            self.reader.series = series
        if seams:
            self._mark(steps, times, seams)

    def _mark(self, steps: Ints, times: Floats, seams: set[int]) -> None:
        marks = self.reader.marks
        for row, step in sorted((int(np.flatnonzero(steps == step)[-1]), step) for step in seams):
            when = float(times[row])
            marks = [mark for mark in marks if mark.step < step]
            marks = [*marks, Mark(step, when if when == when else 0.0, f"resumed at step {step}")]
        self.reader.marks = marks[-MARKS:]
