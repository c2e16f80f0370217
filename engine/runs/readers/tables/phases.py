"""Rows of validation among those of training, told apart by a cell that says `val`: both measure the same things."""

from collections.abc import Iterable

from .words import RANK, plain

COLUMNS = frozenset({"split", "phase", "mode", "stage", "subset", "partition"})
"""Columns that say which part of the training a row belongs to."""
HELD = frozenset({"val", "valid", "validation", "test", "testing", "eval", "evaluation", "dev"})
"""What they say of rows that are not of the training itself."""


class Phases:
    """Tags of one log: what a training row has under the same name is, in a held-out row, `val/NAME`."""

    def __init__(self) -> None:
        self._trained: set[str] = set()

    def tag(self, name: str, phase: str) -> str:
        """The tag of a number under `name` in a row whose phase is `phase`."""
        if plain(phase) not in HELD:
            self._trained.add(name)
            return name
        if plain(name) in RANK:
            return name
        return f"{phase.strip()}/{name}" if name in self._trained else name


def phase_key(names: Iterable[str]) -> str | None:
    """Which of the names is that of the phase."""
    return next((name for name in names if plain(name) in COLUMNS), None)
