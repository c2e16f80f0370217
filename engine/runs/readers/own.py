"""Our own runs: run.json says what a run is, event files hold its curves, `records` what was kept of it.

Written by `dlviz train`, by comparisons, by `dlviz run` and by `dlviz.Run`.
"""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from ..files import BRANCHES, CHECKPOINT, CONSOLE, RECORDS, RUN_JSON, read_run_json
from ..open import stated, stated_branches, status_of
from ..run import BRANCHES as MOST_BRANCHES
from ..run import Branch, Mark
from ..series import Points, Series
from .console import Console
from .events.files import is_events
from .folder import Folder, Found
from .kept import Shelves
from .reader import Reader, Shelf
from .tail import Tail
from .tfevents import EventsReader

PIECE = 1 << 20
ALIVE = 2.0
"""Seconds between two looks whether a run's process is still there."""
SELDOM = 8
"""Looks of a run that has ended of which one looks for records too."""
ENDED = ("finished", "failed")
CLOSED = (BRANCHES, RECORDS, CHECKPOINT.parts[0])
SETTINGS = ("model", "data", "seed", "device", "command")


class OwnReader(Reader):
    """One run directory of ours; `metrics` are those that run.json states, `branches` the ways that were left."""

    FORMAT: ClassVar[str] = "dlviz"

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.metrics: dict[str, float] = {}
        self.branches: tuple[Branch, ...] = ()
        self._left: dict[float, dict[str, Points]] = {}
        self._described: dict[str, Any] = {}
        self._stated: list[Mark] = []
        self._events = EventsReader(folder, at_once=True, left=self._keep)
        self._shelves = Shelves(folder / RECORDS)
        self._printed = Tail(folder / CONSOLE)
        self._stamp: tuple[int, int, int] | None = None
        self._asked = 0.0
        self._looks = 0

    def look(self, until: float) -> bool:
        """Read what is new in run.json, the event files, the records and the console."""
        told = self._describe()
        more = self._events.look(until)
        if told or self._looks % SELDOM == 0 or self.status not in ENDED:
            self._shelves.look()
        self._looks += 1
        self.series = self._events.series
        self.records = {**self._events.records, **dict[str, Shelf](self._shelves.found)}
        # Our trainer states where it resumed; of what another program wrote through `dlviz.Run` the files tell.
        self.marks = [*self._stated, *(() if "branches" in self._described else self._events.marks)]
        self.config = {**self._events.config, **_config(self._described)}
        self.damage = self._events.damage.copy()
        self._branch()
        return self._print(until) or more

    @property
    def warnings(self) -> list[str]:
        """What the event files have to tell."""
        return self._events.warnings

    def _describe(self) -> bool:
        """Read run.json where it is another, and see whether the process of a run that goes on is still there.

        True if it is another.
        """
        try:
            found = (self.folder / RUN_JSON).stat()
        except OSError:
            return False
        stamp, now = (found.st_ino, found.st_size, found.st_mtime_ns), time.monotonic()
        described = None if stamp == self._stamp else read_run_json(self.folder)
        if described is not None:
            self._described, self._stamp = described, stamp
            self._read_description()
        elif self.status in ENDED or now - self._asked < ALIVE:
            return False
        self._asked = now
        self.status, self.reason = standing(self._described)
        return described is not None

    def _read_description(self) -> None:
        described = self._described
        try:
            self.metrics, self._stated = stated(described)
        except ValueError:
            self.metrics, self._stated = {}, []
        steps, name = described.get("steps"), described.get("name")
        self.steps = steps if isinstance(steps, int) and not isinstance(steps, bool) and steps > 0 else None
        self.name = name if isinstance(name, str) and name != self.folder.name else ""

    def _keep(self, tag: str, points: Points, when: float) -> None:
        """Remember the points of the branch that a restart leaves."""
        self._left.setdefault(when, {})[tag] = points
        while len(self._left) > MOST_BRANCHES:
            del self._left[min(self._left)]

    def _branch(self) -> None:
        stated = [b for b in stated_branches(self._described) if b.time in self._left]
        if [(b.step, b.time) for b in stated] == [(b.step, b.time) for b in self.branches]:
            return
        found = []
        for branch in stated:
            series = {tag: _after(branch.step, tag, points) for tag, points in self._left[branch.time].items()}
            found.append(Branch(step=branch.step, reached=branch.reached, time=branch.time, series=series))
        self.branches = tuple(found)

    def _print(self, until: float) -> bool:
        """Read what was printed; True if there is more."""
        try:
            console = None if self._printed.replaced() else self.console
            while self._printed.more and time.monotonic() <= until:
                data = self._printed.read(PIECE)
                if not data:
                    break
                console = console or Console()
                console.write(data)
        except OSError:
            return False
        self.console = console
        return self._printed.more


def standing(described: dict[str, Any]) -> tuple[str, str]:
    """Status and reason of the run that a run.json describes."""
    status = status_of(described)
    told = str(described.get("message") or described.get("reason") or "")
    if status in ("loading", "running", "paused"):
        return "running", "" if status == "running" else status
    if status == "lost":
        return "failed", "its process is gone"
    if status == "failed":
        return "failed", told
    if status in ("stopped", "interrupted"):
        return "finished", told or status
    if status == "finished":
        diverged = described.get("diverged_at")
        return "finished", f"diverged at step {diverged:,}" if isinstance(diverged, int) and diverged > 0 else ""
    return "", ""


def _config(described: dict[str, Any]) -> dict[str, Any]:
    """What the training was told to do."""
    options, config = described.get("options"), described.get("config")
    found = {key: described[key] for key in SETTINGS if described.get(key) is not None}
    for settings in (options, config):
        if isinstance(settings, dict):
            found |= settings
    return found


def _after(step: int, tag: str, points: Points) -> Series:
    series, chosen = Series(tag), points.steps > step
    series.extend_arrays(points.steps[chosen], points.times[chosen], points.values[chosen])
    return series


def find(folder: Folder) -> Iterable[Found]:
    """The folder is one run of ours if it has a run.json that says what ours say; what lies in it is part of it."""
    if RUN_JSON not in folder.files:
        return
    described = read_run_json(folder.path)
    if described is None or "status" not in described or not {"pid", "versions", "writer"} & described.keys():
        return
    path = folder.path
    events = [entry.path for entry in folder.files.values() if is_events(entry.name, bytes)]
    # Where there is nothing but what it printed, that is for the format of printed text to read as well.
    printed = [path / CONSOLE] if events and CONSOLE in folder.files else []
    folder.closed.update(name for name in CLOSED if name in folder.folders)
    yield Found(
        key=f"{path / RUN_JSON}",
        format=OwnReader.FORMAT,
        files=(path / RUN_JSON, *events, *printed),
        make=lambda: OwnReader(path),
        started=float(described.get("started") or 0.0),
    )
