"""What all readers of logs have in common: what they have found so far, which grows with each look.

A reader reads one run out of the files that some program writes, no more of them than is new, and never waits.
It is used by one thread; what it has found may be drawn by others.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

from ..run import Mark, Record
from ..series import Series
from .console import Console


class Shelf(Protocol):
    """The records of one tag over steps, read when they are asked for."""

    kind: str
    """What they are: image, histogram, text, or a kind of ours."""

    @property
    def steps(self) -> Sequence[int]:
        """The step of each, in the order in which they were logged."""

    def read(self, index: int) -> Record | None:
        """Number `index`; None where it can no longer be read."""


class Reader(ABC):
    """One run as one log tells it.

    Tags and texts are kept as they were written: who shows them sanitises. Series are only appended to; where what was
    read has to be thrown away (a file was replaced, a restart took steps back), the dict gets new ones.
    """

    FORMAT: ClassVar[str]
    """The name of the format, as `--json` tells it."""
    LIVE: ClassVar[bool] = True
    """Whether the log is written while the training goes on."""

    def __init__(self) -> None:
        self.series: dict[str, Series] = {}
        self.records: dict[str, Shelf] = {}
        self.config: dict[str, Any] = {}
        self.marks: list[Mark] = []
        self.console: Console | None = None
        """What the program printed, where the log holds it."""
        self.status = ""
        """running, finished or failed where the log says so; else nothing."""
        self.reason = ""
        """Why it failed: the last line of a traceback, an exit code."""
        self.steps: int | None = None
        """How many steps the training is to have, where the log says so."""
        self.name = ""
        """What the program calls the run, where the log says so."""
        self.damage: Counter[str] = Counter()
        """What could not be read, in words that name file and place or kind, and how often."""

    @abstractmethod
    def look(self, until: float) -> bool:
        """Read what is new, but stop soon after the monotonic time `until`; True if there is more to read at once.

        Raises nothing for what the files hold or how they change; a file that cannot be opened is damage.
        """

    @property
    def warnings(self) -> list[str]:
        """The damage, one sentence a kind."""
        return [text if count == 1 else f"{text} ({count:,} times)" for text, count in self.damage.items()]

    def one(self, tag: str) -> Series:
        """The series `tag`, made if it is new."""
        series = self.series.get(tag)
        if series is None:
            series = Series(tag)
            self.series = {**self.series, tag: series}
        return series

    def forget(self) -> None:
        """Throw away what was read, because the files are not what they were."""
        self.series, self.records, self.marks = {}, {}, []
        self.damage.clear()
