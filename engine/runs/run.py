"""A run: named series and records with a config, a status and marks.

A pane takes one and never asks who produces it.
"""

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from .series import Series

if TYPE_CHECKING:
    from .analysis.findings import Finding
    from .readers.console import Console
    from .readers.reader import Shelf


@dataclass(frozen=True, kw_only=True)
class Record:
    """Small arrays of one step under a tag, e.g. feature maps or a confusion matrix."""

    tag: str
    kind: str
    step: int
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Mark:
    """Something that happened at a step, shown on the curves: an option changed, a resume."""

    step: int
    time: float
    text: str


BRANCHES = 8
"""So many abandoned branches of a run are kept, the newest."""


@dataclass(frozen=True, kw_only=True)
class Branch:
    """What a run had measured after `step`, before it went back there and took another way.

    `reached` is its last step; `time` says when it was left, and is 0 while it still lies ahead.
    """

    step: int
    reached: int
    time: float
    series: dict[str, Series] = field(default_factory=dict)


class Run:
    """Series and records of one training; written by one producer, read by any thread."""

    def __init__(self, name: str, path: str = "", config: dict[str, Any] | None = None) -> None:
        self.name = name
        self.path = path
        self.config = config or {}
        self.status = "unknown"
        self.title = ""
        """What its program calls it, if it has a name of its own there."""
        self.reason = ""
        """Why it failed, in a sentence; or what else is to be said of its status."""
        self.format = "dlviz"
        """The format of its log; several are joined by `+`."""
        self.started = 0.0
        self.grown = 0.0
        """When it began and when it last grew, in seconds since the epoch; 0 if that is not known."""
        self.steps: int | None = None
        """How many steps it is to have, where that is known."""
        self.shelves: dict[str, Shelf] = {}
        """Records over steps by tag, read when they are asked for."""
        self.console: Console | None = None
        """What it printed."""
        self.findings: tuple[Finding, ...] = ()
        """What is wrong with it, the gravest first."""
        self.metrics: dict[str, float] = {}
        self.warnings: list[str] = []
        self.series: dict[str, Series] = {}
        self.records: dict[str, Record] = {}
        self.marks: list[Mark] = []
        self.branches: tuple[Branch, ...] = ()
        self.rewrites = 0
        """How often points were taken away: whoever has copied series must copy them anew."""
        self._before = 0
        self._lock = threading.Lock()

    @property
    def version(self) -> int:
        """Grows whenever what the run holds is another."""
        own = sum(s.version for s in tuple(self.series.values())) + len(self.marks) + len(self.records)
        return self._before + own

    def one(self, tag: str) -> Series:
        """The series `tag`, made if it is new."""
        with self._lock:
            if tag not in self.series:
                self.series = {**self.series, tag: Series(tag)}
            return self.series[tag]

    def rewrite(self, series: dict[str, Series], branches: tuple[Branch, ...], rewrites: int | None = None) -> None:
        """Replace all series at once by `series`, and the branches; the newest BRANCHES of these are kept."""
        before = self.version
        with self._lock:
            self.series, self.branches = series, branches[-BRANCHES:]
            self.rewrites = self.rewrites + 1 if rewrites is None else rewrites
            self._before += before + 1

    def whole(self) -> tuple[int, dict[str, Series], tuple[Branch, ...]]:
        """The number of rewrites, and the series and branches that belong to it."""
        with self._lock:
            return self.rewrites, self.series, self.branches

    def add(self, step: int, time: float, values: dict[str, float]) -> None:
        """Append one point to each named series."""
        for tag, value in values.items():
            series = self.series.get(tag)
            (self.one(tag) if series is None else series).append(step, time, value)

    def keep(self, record: Record) -> None:
        """Make `record` the newest of its tag."""
        with self._lock:
            self.records = {**self.records, record.tag: record}

    def mark(self, step: int, time: float, text: str) -> None:
        """Note on the curves that something happened at `step`."""
        self.marks = [*self.marks, Mark(step, time, text)]


class Log:
    """The newest lines of what a run printed, bounded."""

    def __init__(self, limit: int = 2000) -> None:
        self._lines: deque[str] = deque(maxlen=limit)
        self._lock = threading.Lock()
        self.version = 0

    def write(self, line: str) -> None:
        """Append one line."""
        with self._lock:
            self._lines.append(line)
            self.version += 1

    def since(self, version: int) -> list[str]:
        """The lines written after `version`, as far as they are kept."""
        return self.news(version)[0]

    def news(self, version: int) -> tuple[list[str], int]:
        """The lines written after `version`, as far as they are kept, and the version that they lead to."""
        with self._lock:
            new = self.version - version
            return (list(self._lines)[-new:] if new > 0 else []), self.version

    def lines(self) -> list[str]:
        """The lines kept, oldest first."""
        with self._lock:
            return list(self._lines)
