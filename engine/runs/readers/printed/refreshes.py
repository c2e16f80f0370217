"""The bars of one log: of the refreshes with the same count, the last is true."""

from collections.abc import Callable
from dataclasses import dataclass

from .numbers import number
from .place import Course, Place
from .template import Row

BARS = 1000


@dataclass
class Held:
    """The newest refresh of a bar, which the next may replace."""

    row: Row
    n: str
    place: Place
    epoch: int | None
    line: int
    written: bool = False


class Refreshes:
    """Holds the newest refresh of each bar back until its count moves on."""

    def __init__(
        self, course: Course, emit: Callable[[Row, Place], None], retract: Callable[[Row, Place], None]
    ) -> None:
        self.course = course
        self._emit, self._retract = emit, retract
        self._held: dict[tuple[str, str], Held] = {}
        self._counts: dict[str, list[int]] = {}

    def settle(self) -> None:
        """Write the newest refreshes, although others may replace them."""
        for held in self._held.values():
            if not held.written:
                self._emit(held.row, held.place)
                held.written = True

    @property
    def held(self) -> bool:
        """Whether any refresh told metrics."""
        return bool(self._held)

    def outer(self) -> int | None:
        """The count of the first bar without a name that has never gone back: that of the training."""
        return next((n for n, laps in self._counts.values() if not laps), None)

    def take(self, row: Row, epoch: int | None, line: int, place: Callable[[], Place | None]) -> None:
        """Take in a refresh; `place` tells where it stands."""
        form, groups, _ = row
        told = form.told
        if told.step is None:
            return
        n = groups[form.step - 1]
        total = groups[form.total - 1] if form.total else ""
        self._count(told.lead, total, int(number(n)))
        if not form.fields:
            return
        key = (told.lead, total)
        held = self._held.get(key)
        anew = False
        if held is not None:
            if held.n == n and self._same(held, n == total, epoch):
                if held.row[1] != groups:
                    if held.written:
                        self._retract(held.row, held.place)
                    self._held[key] = Held(row, n, held.place, self.course.epoch, line)
                return
            if not held.written:
                self._emit(held.row, held.place)
            anew = held.n == n and epoch is None and held.epoch == self.course.epoch
        if anew:
            self.course.restart((told.step.name, told.phase, (told.lead, int(total) if total else None)))
        at = place()
        if at is not None:
            stale = held is not None and at.step <= held.place.step
            self._held[key] = Held(row, n, at, self.course.epoch, line, stale)

    def _count(self, lead: str, total: str, n: int) -> None:
        if not lead:
            if len(self._counts) > BARS:
                self._counts.clear()
            seen = self._counts.setdefault(total, [0, 0])
            seen[1] += n < seen[0]
            seen[0] = n
        if len(self._held) > BARS:
            self.settle()
            self._held.clear()

    def _same(self, held: Held, full: bool, epoch: int | None) -> bool:
        """Whether a bar with the count of the one before is that bar, drawn anew."""
        form, groups, _ = held.row
        if epoch is not None:
            return form.epoch != 0 and int(number(groups[form.epoch - 1])) == epoch
        return held.epoch == self.course.epoch and not (full and self.course.broken > held.line)
