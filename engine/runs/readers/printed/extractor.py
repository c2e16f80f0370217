"""Metrics out of lines: which lines tell any, under which tags, at which steps.

A line is believed if it names a metric next to a counter, or if its form comes again with other numbers.
"""

import math

from .belief import Waiting, believed, no_counter, telling
from .fields import Told
from .names import PHASES, epochal, rank
from .numbers import number
from .place import Course, Place
from .points import Column, Columns
from .refreshes import Refreshes
from .settings import listed
from .stamps import STAMP, seconds
from .template import Row, Template, shape, template
from .told import promising, read

FORMS, JUNK, ALIKE = 400, 20_000, 8
"""So many forms of lines are compiled, so many are known to tell nothing, so many have one shape."""
WAITING = 2_000
DULL, SAMPLED = 200, 16
"""After so many lines that begin alike and tell nothing, only some of them are read."""
NOWHERE = -1
"""The context of a line above which no step was named."""


class Extractor:
    """Takes the metrics out of the lines of one log, in order."""

    def __init__(self) -> None:
        self.columns = Columns()
        self.course = Course()
        self.line = 0
        self.time = math.nan
        """When lines that tell no time are printed."""
        self.year = 1970
        self.resumed: list[tuple[int, float]] = []
        """The steps at which the training was resumed, and when."""
        self.trained = False
        """Whether the last line that was taken was of the training itself."""
        self._forms: dict[str, list[Template]] = {}
        self._made = 0
        self._junk: dict[str, bool] = {}
        self._waiting: dict[str, list[Waiting]] = {}
        self._dull: dict[str, int] = {}
        self._bound: dict[Template, list[Column]] = {}
        self._before: Template | None = None
        self._bars = Refreshes(self.course, self._emit, self._retract)
        self._stamp = ("", math.nan)
        self.block = False
        """Whether the line before was one of many `name: value`, as options are listed."""

    def feed(self, line: str) -> bool:
        """Take in one line or one refresh of it; whether its form is known to tell metrics or counters."""
        self.line += 1
        before = self._before
        if before is not None:
            following = before.next or before
            found = following.pattern.fullmatch(line)
            if found is not None:
                self._before = following
                self._take(following, found.groups())
                return True
        key = shape(line)
        if key in self._junk:
            self.course.broken = self.line
            return False
        for form in self._forms.get(key, ()):
            found = form.pattern.fullmatch(line)
            if found is not None:
                if before is not None:
                    before.next = form
                self._before = form
                self._take(form, found.groups())
                return True
        begin = key[:12]
        dull = self._dull.get(begin, 0)
        if (dull < DULL or not self.line % SAMPLED or "loss" in line) and self._learn(line, key):
            self._dull.pop(begin, None)
            return True
        if len(self._dull) > WAITING:
            self._dull.clear()
        self._dull[begin] = dull + 1
        self.course.broken = self.line
        return False

    def settle(self) -> None:
        """Write the newest refresh of each bar, although another may replace it."""
        self._bars.settle()

    def closed(self, line: str) -> bool:
        """Whether an unfinished line holds a whole bar."""
        if not line.rstrip().endswith("]"):
            return False
        told = read(line)
        return told is not None and told.bar is not None and told.bar.closed

    # What a new line is

    def _learn(self, line: str, key: str) -> bool:
        """Read a line whose form is not known; whether it tells anything."""
        told = read(line) if promising(line) else None
        if told is not None and told.epoch is not None and told.epoch.name == "epoch" and "epoch" in self.columns:
            no_counter(told)
        if told is None or listed(line) or not telling(told, self.block):
            if not self.block:
                self._discard(key)
            return False
        if told.fields and not believed(told, self.block, bool(self.columns) or self._bars.held):
            return self._wait(key, told)
        return self._accept(key, told, [*self._waiting.pop(key, []), self._waits(told)])

    def _waits(self, told: Told) -> Waiting:
        when = self.time if told.stamp is None else self._when(told.stamp[0])
        context = self._context(told)
        return Waiting(told, when, NOWHERE if context is None else context)

    def _discard(self, key: str) -> None:
        if len(self._junk) >= JUNK:
            self._junk.clear()
        self._junk[key] = True

    def _wait(self, key: str, told: Told) -> bool:
        """Keep a line until its form comes again with other numbers; whether it has."""
        if len(self._waiting) > WAITING:
            self._waiting.clear()
        rows = self._waiting.setdefault(key, [])
        rows.append(self._waits(told))
        named = bool((told.step and told.step.name) or (told.epoch and told.epoch.name))
        if len({row.numbers for row in rows}) < (2 if told.sure or named else 3):
            del rows[8:]
            return False
        return self._accept(key, told, self._waiting.pop(key))

    def _accept(self, key: str, told: Told, rows: list[Waiting]) -> bool:
        """Believe lines of a form, and take those that have waited."""
        if self._made >= FORMS:
            return False
        form = template(told)
        forms = self._forms.setdefault(key, [])
        if len(forms) >= ALIKE:
            del forms[0]
        forms.append(form)
        self._made += 1
        self._before = form
        taken = False
        for row in rows:
            found = form.pattern.fullmatch(row.told.line)
            if found is not None:
                self._take(form, found.groups(), row.when, row.context)
                taken = True
        return taken

    # What a line of a known form tells

    def _when(self, text: str) -> float:
        """Seconds since the epoch of a time as it is printed."""
        if text != self._stamp[0]:
            found = STAMP.match(text)
            self._stamp = (text, seconds(found, self.year) if found is not None else math.nan)
        when = self._stamp[1]
        return self.time if when != when else when

    def _take(
        self, form: Template, groups: tuple[str, ...], when: float | None = None, context: int | None = None
    ) -> None:
        told, course = form.told, self.course
        epoch = int(number(groups[form.epoch - 1])) if form.epoch else None
        if (epoch is not None and told.phase not in PHASES) or (epoch is not None and course.epoch is None):
            of = groups[form.epochs - 1] if form.epochs else None
            course.enter(epoch, int(number(of)) if of else None)
        if told.bar is not None:
            row = (form, groups, self._when(groups[0]) if form.stamp else self.time)
            self._bars.take(row, epoch, self.line, lambda: self._place(form, groups, epoch))
        elif not form.fields:
            if form.step and told.step is not None and told.step.name:
                self._place(form, groups, epoch)
        else:
            if when is None:
                when = self._when(groups[0]) if form.stamp else self.time
            row = (form, groups, when)
            self._emit(row, self._place(form, groups, epoch, context is not None), context)

    def _place(self, form: Template, groups: tuple[str, ...], epoch: int | None, again: bool = False) -> Place | None:
        """Where a line stands by its own counters; None where it has none."""
        told, course = form.told, self.course
        held = told.phase in PHASES
        if told.ended and epoch is None and course.epoch is not None and not held:
            place = course.turn(("ended", told.phase), self.line, course.epoch, again)
        elif form.step and told.step is not None:
            total = int(number(groups[form.total - 1])) if form.total else None
            key = (told.step.name, told.phase, told.bar is not None and (told.lead, total))
            n = int(number(groups[form.step - 1]))
            place = course.count(key, self.line, n, total, epoch, told.step.rank, held, again)
        elif epoch is not None:
            place = course.turn(("epoch", told.phase), self.line, epoch, again)
        else:
            return None
        if place.void is not None:
            self._resume(place.void)
        self.trained = not held
        return place

    def _resume(self, step: int) -> None:
        self.settle()
        for column in self.columns.values():
            if column.kind == "step" and column.last >= step:
                column.evict(step)
        self.resumed.append((step, self.time))

    def table(self, key: object, values: dict[str, float], count: tuple[str, int, int | None] | None) -> None:
        """Take in a row or box of a table; `count` is its counter with its total."""
        place = None
        if count is not None:
            name, n, total = count
            if epochal(name):
                self.course.enter(n, total)
                place = self.course.turn(key, self.line, n)
            else:
                place = self.course.count(key, self.line, n, total, None, rank(name) or 0, False)
            if place.void is not None:
                self._resume(place.void)
        self.trained = True
        for tag, value in values.items():
            column = self.columns.column(tag, place.kind if place is not None else "ordinal", "", "")
            context = self.course.epoch if self.course.reached is None else self.course.reached
            column.add(place.step if place is not None else column.ordinal(context), self.time, value)

    def _retract(self, row: Row, place: Place) -> None:
        for column in self._bound.get(row[0], ()):
            if column.last == place.step:
                column.retract()

    def _emit(self, row: Row, place: Place | None, context: int | None = None) -> None:
        form, groups, when = row
        columns = self._bound.get(form)
        if columns is None:
            columns = self._bound[form] = self.columns.bind(form.told, place)
        values = form.values(groups)
        if place is not None:
            step = place.step
            for column, value in zip(columns, values, strict=True):
                column.steps.append(step)
                column.times.append(when)
                column.values.append(value)
                column.last = step
            return
        context = self._context(form.told) if context is None else context
        for column, value in zip(columns, values, strict=True):
            column.add(column.ordinal(context), when, value)

    def _context(self, told: Told) -> int | None:
        """The step that the lines above have reached: of a bar for printed dicts; else the epoch."""
        course = self.course
        if (told.fields and told.fields[0].kind == "dict") or (course.epoch is None and course.reached is None):
            bar = self._bars.outer()
            if bar is not None:
                return bar
        return self.course.epoch if self.course.reached is None else self.course.reached
