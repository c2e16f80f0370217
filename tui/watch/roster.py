"""The runs that are watched, in the order and the colours in which they are shown.

Knows nothing of any widget.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ...engine.runs.run import Run
from ...engine.text import sanitize
from .looks import distinct
from .sight import Sight

FIRST = 8
"""So many of the newest runs are shown until the user chooses."""


@dataclass(frozen=True)
class Member:
    """A run and its looks, which stay the same whatever is filtered."""

    run: Run
    slot: int
    """Numbers its colour, and beyond the palette its shape."""
    name: str
    """Sanitised, unlike any other."""
    shown: bool = True


class Roster:
    """Gives every run its slot when it is first seen, and never another."""

    def __init__(self) -> None:
        self.everyone: tuple[Member, ...] = ()
        """All runs, the newest first."""
        self._slots: dict[str, int] = {}
        self._born: dict[str, float] = {}

    def update(self, runs: Sequence[Run], sight: Sight, matches: Callable[[Run], bool]) -> tuple[Member, ...]:
        """The runs that match, newest first; shown are those that the user switched on, else the first few."""
        for run in runs:
            self._born.setdefault(run.path, run.started or run.grown)
        newest = sorted(runs, key=lambda run: (-self._born[run.path], run.name))
        for run in newest:
            self._slots.setdefault(run.path, len(self._slots))
        names = _distinct([_told(run) for run in newest])
        self.everyone = tuple(Member(run, self._slots[run.path], n) for run, n in zip(newest, names, strict=True))
        return self._listed(sight, matches)

    def _listed(self, sight: Sight, matches: Callable[[Run], bool]) -> tuple[Member, ...]:
        listed, left = [], FIRST
        for member in self.everyone:
            if not matches(member.run):
                continue
            chosen = sight.shown.get(member.run.path)
            told = bool(member.run.series) or len(self.everyone) <= FIRST
            shown = chosen if chosen is not None else left > 0 and told
            left -= shown
            if sight.solo:
                shown = member.run.path == sight.solo
            listed.append(Member(member.run, member.slot, member.name, shown))
        signs = iter(distinct([member.slot for member in listed if member.shown]))
        return tuple(replace(member, slot=next(signs)) if member.shown else member for member in listed)


def _told(run: Run) -> str:
    """The name below the source; what the program calls the run stands in place of the last folder's name."""
    name, title = sanitize(run.name, limit=200), sanitize(run.title, limit=80).replace("/", "∕")
    if not title or "#" in run.path:
        return name
    folder = name.rpartition("/")[0]
    return f"{folder}/{title}" if folder else title


def _distinct(names: Sequence[str]) -> list[str]:
    """The same with a number behind those that are not the first of their kind."""
    found: list[str] = []
    taken: set[str] = set()
    for name in names:
        told, number = name, 1
        while told in taken:
            number += 1
            told = f"{name} #{number}"
        taken.add(told)
        found.append(told)
    return found
