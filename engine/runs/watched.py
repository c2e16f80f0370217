"""A run that is watched: the logs of one training, of whatever formats, read together."""

import time
from collections.abc import Sequence
from pathlib import Path

from .discover import FORGIVES, Place
from .readers.folder import Found
from .readers.reader import Reader
from .run import Run

PRINTED = "console"
"""The format of what a program prints: beside a log it tells no series of its own, for it rounds."""
SILENT = 600.0
"""Seconds without growth after which a run that states nothing is called silent."""


class Watched:
    """The logs of one run, and the run that they make; used by one thread, its run drawn by others."""

    def __init__(self, key: str, name: str, path: Path) -> None:
        self.key = key
        self.run = Run(name, key)
        self.run.status = "unknown"
        self.path = path
        self.generation = 0
        """Grows whenever a look found anything new."""
        self.quiet = 0
        """How many looks in a row found nothing new."""
        self.gone = False
        """Whether its files are no longer found."""
        self._logs: dict[str, tuple[Found, Reader]] = {}
        self._looks: dict[str, tuple[object, ...]] = {}
        self._failed: set[str] = set()
        self.more = True
        """Whether there is more to read at once."""

    def adopt(self, found: Sequence[Found]) -> None:
        """Read these logs, in this order of belief; the readers of those already known go on."""
        logs = {}
        for one in found:
            known = self._logs.get(one.key)
            reader = known[1] if known is not None else one.make()
            logs[one.key] = (one, reader)
            self.more = self.more or known is None
        self._logs = logs
        self.run.format = "+".join(dict.fromkeys(one.format for one in found))
        self.run.started = min((one.started for one in found if one.started), default=0.0)
        if not self.run.grown:  # known before anything is read, for lists are ordered by it
            self.run.grown = max((_grown(one, logs[one.key][1]) for one in found), default=0.0)

    def there(self) -> bool:
        """Whether any of its files is: one that is empty for a moment is no log for its format, but it is not gone."""
        return any(path.exists() for one, _ in self._logs.values() for path in one.files)

    def look(self, until: float) -> bool:
        """Read what is new, until the monotonic time `until`; True if the run has changed."""
        changed = self.more = False
        for key, (_, reader) in self._logs.items():
            self.more = self._read(key, reader, until) or self.more
            state = _state(reader)
            if self._looks.get(key) != state:
                self._looks[key], changed = state, True
        if changed:
            self._assemble()
            self.generation += 1
        self.quiet = 0 if changed or self.more else self.quiet + 1
        return self._stand() or changed

    def _read(self, key: str, reader: Reader, until: float) -> bool:
        """Have a reader look; one that fails is not asked again, and its run says so."""
        if key in self._failed:
            return False
        try:
            return reader.look(until)
        except Exception as error:
            if not FORGIVES:
                raise
            self._failed.add(key)
            reader.damage[f"{reader.FORMAT}: reading failed ({type(error).__name__}: {error})"] += 1
            return False

    def _assemble(self) -> None:
        """Put together what the logs tell; of a tag that several have, the first is believed."""
        run, readers = self.run, [reader for _, reader in self._logs.values()]
        told = [reader for reader in readers if reader.series and reader.FORMAT != PRINTED] or readers
        series, shelves, config = {}, {}, {}
        for reader in told[::-1]:
            series.update(reader.series)
            config.update(reader.config)
        order = {tag: None for reader in told for tag in reader.series}
        series = {tag: series[tag] for tag in order}
        for reader in readers[::-1]:
            shelves.update(reader.records)
        if list(series.items()) != list(run.series.items()):
            run.rewrite(series, run.branches)
        run.config, run.shelves = config, shelves
        run.marks = sorted((mark for reader in told for mark in reader.marks), key=lambda mark: mark.step)
        run.title = next((reader.name for reader in readers if reader.name), "")
        run.console = next((reader.console for reader in readers if reader.console is not None), None)
        run.warnings = [text for reader in readers for text in reader.warnings]
        run.steps = next((reader.steps for reader in readers if reader.steps), None)
        run.metrics = {tag: float(last[2]) for tag, one in series.items() if (last := one.last()) is not None}
        run.grown = max((_grown(one, reader) for one, reader in self._logs.values()), default=0.0)

    def _stand(self) -> bool:
        """Work out the status from what the logs state and from how long they have been silent; True if it changed."""
        run, readers = self.run, [reader for _, reader in self._logs.values()]
        stated = next((reader for reader in readers if reader.status), None)
        status, reason = (stated.status, stated.reason) if stated is not None else ("", "")
        quiet = time.time() - run.grown
        if self.gone:
            status, reason = status or "silent", "its files are gone"
        elif status in ("", "running"):
            if not all(reader.LIVE for reader in readers):
                reason = reason or "this log is written only now and then"
            status = "running" if quiet < SILENT else "silent"
        changed = (run.status, run.reason) != (status, reason)
        run.status, run.reason = status, reason
        return changed


def _state(reader: Reader) -> tuple[object, ...]:
    """Equal states mean that a look found nothing."""
    series = reader.series
    points = sum(one.version for one in series.values())
    records = sum(len(shelf.steps) for shelf in reader.records.values())
    printed = reader.console.version if reader.console is not None else 0
    told = (
        reader.name,
        reader.status,
        reader.reason,
        reader.steps,
        len(reader.marks),
        *map(id, reader.config.values()),
    )
    return (id(series), points, records, printed, reader.damage.total(), *told)


def _grown(found: Found, reader: Reader) -> float:
    """When a log last grew; where one file holds several runs, by the times of its points."""
    if "#" in found.key:
        times = [last[1] for series in reader.series.values() if (last := series.last()) is not None]
        return max((when for when in times if when == when), default=found.started)
    newest = 0.0
    for path in found.files:
        try:
            newest = max(newest, path.stat().st_mtime)
        except OSError:
            continue
    return newest


def gathered(place: Place) -> list[tuple[str, str, list[Found]]]:
    """The runs of a folder as (key, name below the source, logs).

    Logs that tell of the folder's one run are joined; printed text beside them is that run's console.
    """
    whole = [one for one in place.found if one.whole]
    rest = [one for one in place.found if not one.whole]
    if not whole and rest and all(one.format == PRINTED for one in rest) and len(rest) == 1:
        whole, rest = rest, []
    elif whole:
        whole += [one for one in rest if one.format == PRINTED]
        rest = [one for one in rest if one.format != PRINTED]
    runs = [(str(place.path), place.name, whole)] if whole else []
    for one in rest:
        runs.append((one.key, "/".join(part for part in (place.name, one.name) if part), [one]))
    return runs
