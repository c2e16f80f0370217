"""TensorBoard event files: one directory is one run, its files are read in the order in which they were begun.

Every checksum is verified, those of records that are alike in sums over many of them (`events.checksum`); a record
that does not match its own is left out and counted. Where the framing is broken, reading goes on at the next header
whose checksum is right. Audio, graphs, PR curves and what other plugins log are passed over.
"""

import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import ClassVar

from crc32c import crc32c

from .events import columns
from .events.bulk import Gatherer
from .events.checksum import masked
from .events.files import EventFiles, EventTail, begun, is_events
from .events.framing import HEADER
from .events.ledger import Ledger, Left
from .events.message import HISTOGRAM, IMAGE, SCALAR, TENSOR, Value, event
from .events.pieces import Gap, Piece, pieces
from .events.settings import FAILURE, session, told
from .events.shelves import EventShelf, Place
from .events.wire import Malformed
from .folder import Entry, Folder, Found
from .reader import Reader

LEAST, MOST = 1 << 18, 1 << 22
"""Bytes that are read at once."""
SHORT, LONG = 0.02, 0.06
"""Seconds that a piece may take before the next is larger, or smaller."""
KINDS = {"images": "image", "histograms": "histogram", "text": "text"}
"""Plugin: the kind of its records."""


class EventsReader(Reader):
    """The event files of one directory."""

    FORMAT: ClassVar[str] = "tfevents"

    def __init__(
        self,
        folder: Path,
        names: Iterable[str] = (),
        *,
        alone: bool = False,
        at_once: bool = False,
        left: Left | None = None,
    ) -> None:
        """Read `names`, and unless they stand `alone` what else appears in the folder; the rest is Ledger's."""
        super().__init__()
        self.folder = folder
        self._files = EventFiles(folder, tuple(names), alone)
        self._size = 1 << 21
        self._rules = at_once, left
        self._start()

    def _start(self) -> None:
        self._ledger = Ledger(*self._rules)
        self._gatherer = Gatherer(self._number)
        self._plugins: dict[str, str] = {}

    def forget(self) -> None:
        """Throw away what was read."""
        super().forget()
        self.config = {}
        self.status = ""
        self._start()

    def look(self, until: float) -> bool:
        """Read what is new, piece by piece."""
        if self._files.changed():
            self.forget()
        for tail in self._files.unread():
            while tail.due:
                begin = time.monotonic()
                if begin > until:
                    return True
                try:
                    for piece in pieces(tail, self._size):
                        self._take(tail, piece)
                except OSError as error:
                    self.damage[f"{tail.path.name}: {error.strerror or error}"] = 1
                    tail.gone = True
                took = time.monotonic() - begin
                if took < SHORT:
                    self._size = min(2 * self._size, MOST)
                elif took > LONG:
                    self._size = max(self._size // 2, LEAST)
        return False

    @property
    def warnings(self) -> list[str]:
        """The damage, and what points that were logged again have replaced."""
        again = self._ledger.again
        if not again:
            return super().warnings
        first, count = next(iter(again)), sum(again.values())
        tags = repr(first) if len(again) == 1 else f"{len(again):,} tags ({first!r}, …)"
        points = "1 point" if count == 1 else f"{count:,} points"
        text = f"{points} of {tags} left out: a later one of the same file is at the same or an earlier step"
        return [*super().warnings, text]

    def _take(self, tail: EventTail, piece: Piece | Gap) -> None:
        """Take in the records of a piece."""
        name = tail.path.name
        if isinstance(piece, Gap):
            what = "records too large to be read" if piece.large else "places that hold no records"
            self._damaged(name, what, piece.start)
            return
        found = self._gatherer.gather(piece.data, piece.offsets, piece.lengths)
        points: list[tuple[int, int, int, float, float]] = []
        restarts: list[tuple[int, int, float]] = []
        view = memoryview(piece.data)
        for record in found.odd:
            offset = int(piece.offsets[record])
            at, end = offset + HEADER, offset + HEADER + int(piece.lengths[record])
            if masked(crc32c(view[at:end])) != int.from_bytes(view[end : end + 4], "little"):
                found.damaged.append(record)
                continue
            try:
                parsed = event(piece.data, at, end)
            except Malformed:
                self._damaged(name, "records that are no events", piece.start + offset)
                continue
            if parsed.restart:
                restarts.append((record, parsed.step, parsed.time))
                for shelf in self._shelves():
                    (shelf.cut if self._ledger.at_once else shelf.void)(parsed.step)
            place = Place(parsed.step, tail.key, tail.path, piece.start + offset, end - at)
            for value in parsed.values:
                number = self._value(piece.data, value, place)
                if number >= 0 and value.number is not None:
                    points.append((record, number, parsed.step, parsed.time, value.number))
        for record in sorted(found.damaged):
            self._damaged(name, "records that do not match their checksums", piece.start + int(piece.offsets[record]))
        every = [*found.columns, columns.of(points)] if points else found.columns
        self._ledger.take(tail.key, every, restarts)
        self.series, self.marks = self._ledger.series, self._ledger.marks

    def _value(self, data: bytes, value: Value, place: Place) -> int:
        """Take in one value; the number of the series that it is a point of, or -1."""
        if value.kind == SCALAR:
            return self._number(data[slice(*value.tag)], value.plugin)
        plugin = self._plugin(tag := _text(data[slice(*value.tag)]), value.plugin)
        if plugin == "hparams":
            if tag.startswith("_hparams_/"):
                self._session(data, value)
            return -1
        kind = "image" if value.kind == IMAGE else "histogram" if value.kind == HISTOGRAM else KINDS.get(plugin or "")
        if kind is None or (value.kind == TENSOR and value.tensor is None):
            return -1
        shelf = self.records.get(tag)
        if not isinstance(shelf, EventShelf) or shelf.kind != kind:
            shelf = EventShelf(tag, kind)
            self.records = {**self.records, tag: shelf}
        shelf.add(place)
        if kind == "text" and value.tensor is not None:
            for start, stop in value.tensor.strings[:1]:
                self.config = {**self.config, **told(tag, _text(data[start:stop]))}
        return -1

    def _session(self, data: bytes, value: Value) -> None:
        try:
            config, status = session(data, *value.content)
        except Malformed:
            self.damage["hyperparameters that cannot be read"] += 1
            return
        self.config = {**self.config, **config}
        if status == FAILURE:
            self.status, self.reason = "failed", "its hparams session says so"

    def _number(self, raw: bytes, plugin: str | None) -> int:
        """The number of the series of a tag; -1 where the first metadata of the tag name another plugin."""
        tag = _text(raw)
        known = self._plugin(tag, plugin)
        return self._ledger.number(tag) if known in (None, "", "scalars") else -1

    def _plugin(self, tag: str, plugin: str | None) -> str | None:
        """The plugin of a tag, which is the first that was named: writers name it only once."""
        return self._plugins.get(tag) if plugin is None else self._plugins.setdefault(tag, plugin)

    def _shelves(self) -> list[EventShelf]:
        return [shelf for shelf in self.records.values() if isinstance(shelf, EventShelf)]

    def _damaged(self, name: str, what: str, offset: int) -> None:
        """Count damage of one kind in one file under the place where it was first seen."""
        begin = f"{name}: {what}, the first at byte "
        key = next((key for key in self.damage if key.startswith(begin)), f"{begin}{offset:,}")
        self.damage[key] += 1


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")


def _head(entry: Entry) -> bytes:
    return entry.head


def find(folder: Folder) -> Iterable[Found]:
    """The folder is one run if it holds event files."""
    entries = [entry for entry in folder.files.values() if is_events(entry.name, partial(_head, entry))]
    if not entries:
        return
    names = tuple(entry.name for entry in entries)
    path, alone = folder.path, folder.asked
    times = [started for name in names if (started := begun(name))]
    yield Found(
        key=f"{path}/tfevents",
        format=EventsReader.FORMAT,
        files=tuple(entry.path for entry in entries),
        make=lambda: EventsReader(path, names, alone=alone),
        started=float(min(times, default=0)),
    )
