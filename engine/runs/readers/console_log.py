"""A file of what a program printed: its console, and the series in it."""

import codecs
import math
import os
import time
from collections import deque
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import numpy as np

from ..run import Mark
from ..series import Series
from .console import Console
from .folder import HEAD, Entry, Folder, Found
from .printed.frames import Frames, decoder
from .printed.log import Log
from .printed.points import Column
from .reader import Reader
from .tail import Tail

CHUNK = 256 * 1024
"""Bytes that are read at a time: some tens of milliseconds."""
BATCH = 100
"""Lines that are read before the clock is asked."""
QUIET = 1.0
"""Seconds without growth after which the newest refresh of a bar is taken for the last."""
ENDINGS = frozenset({"log", "txt", "out", "err", "stdout", "stderr", "output", ""})
OTHERS = ("readme", "requirements", "license", "cmakelists", "changelog", "constraints", "makefile", "dockerfile")


class ConsoleLog(Reader):
    """Reads printed text as it grows."""

    FORMAT = "console"

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._tail = Tail(path)
        self._start()

    def _start(self) -> None:
        self.console = Console()
        self.status = self.reason = ""
        self.steps = None
        self.config = {}
        self._decoder: codecs.IncrementalDecoder | None = None
        self._first = b""
        self._frames = Frames()
        self._log = Log()
        self._waiting: deque[str] = deque()
        self._settled = False
        self._fresh = 0.0

    def look(self, until: float) -> bool:
        """Read what is new, some tens of milliseconds at a time."""
        tail = self._tail
        try:
            if tail.replaced():
                self.forget()
                self._start()
            read = False
            while self._waiting or tail.more:
                if not self._waiting:
                    data = tail.read(CHUNK)
                    if not data:
                        break
                    read = True
                    self._take(data)
                if not self._feed(until) and (self._waiting or tail.more):
                    self._tell()
                    return True
        except OSError as error:
            self.damage[f"{tail.path.name}: {error.strerror or error}"] = 1
            return False
        now = time.monotonic()
        if read:
            self._fresh = now
        if not self._settled or now - self._fresh >= QUIET:
            self._log.settle(self._frames.open)
            self._settled = True
        self._tell()
        return False

    def _take(self, data: bytes) -> None:
        if self._decoder is None:
            data = self._first = self._first + data
            if data in (b"\xef", b"\xef\xbb", b"\xff", b"\xfe"):
                return
            self._decoder, skip = decoder(data)
            data = data[skip:]
        text = self._decoder.decode(data)
        assert self.console is not None
        self.console.write(text)
        self._log.live(self._tail.mtime if self._settled else math.nan, self._tail.mtime)
        self._waiting.extend(self._frames.write(text))

    def _feed(self, until: float) -> bool:
        """Take in the lines that wait; False if the time is over."""
        waiting, feed = self._waiting, self._log.feed
        while waiting:
            for _ in range(min(BATCH, len(waiting))):
                feed(waiting.popleft())
            if time.monotonic() >= until:
                return False
        return True

    def _tell(self) -> None:
        """Make what the log has told known: series, options, marks, the ending."""
        log = self._log
        for column in log.extractor.columns.values():
            if column.void is not None or column.less:
                self._shorten(column)
            if column.steps:
                steps = np.array(column.steps, np.int64)
                self.one(column.tag).extend_arrays(steps, np.array(column.times), np.array(column.values))
                column.steps, column.times, column.values = [], [], []
        resumed, self._log.extractor.resumed = log.extractor.resumed, []
        self.marks += [Mark(step, when, f"resumed at step {step:,}") for step, when in resumed]
        self.config = log.settings.values
        self.status, self.reason = log.ending.status, log.ending.reason
        self.steps = log.extractor.course.steps or (
            None if log.extractor.course.reached else log.extractor.course.epochs
        )

    def _shorten(self, column: Column) -> None:
        """Take points away that were told and are no longer true; the tag gets a new series."""
        old = self.series.get(column.tag)
        if old is not None:
            new = old.until(column.void - 1) if column.void is not None else old
            if column.less:
                points = new.points()
                new = Series(column.tag)
                new.extend_arrays(points.steps[:-1], points.times[:-1], points.values[:-1])
            self.series = {**self.series, column.tag: new}
        column.void, column.less = None, False


def find(folder: Folder) -> Iterable[Found]:
    """The printed texts in a folder, by what their first and last lines tell; one that was asked for is anyway."""
    found = [entry for entry in folder.files.values() if _printed(entry, folder.asked)]
    for entry in found:
        yield Found(
            key=str(entry.path),
            format=ConsoleLog.FORMAT,
            files=(entry.path,),
            make=partial(ConsoleLog, entry.path),
            name=entry.path.stem,
            whole=folder.asked,
        )


def _printed(entry: Entry, asked: bool) -> bool:
    """Whether a file is what a training program printed."""
    name = entry.name.lower()
    ending = name.rsplit(".", 1)[-1] if "." in name else ""
    if not asked and (
        (ending not in ENDINGS and not ending.isdigit()) or name.startswith(OTHERS) or name.startswith(".")
    ):
        return False
    text = _text(entry.head)
    if text is None or (not asked and (not text.strip() or text.startswith(("#!", "Metadata-Version", "<")))):
        return False
    return asked or _tells(text) or (entry.size > HEAD and _tells(_text(_end(entry.path)) or ""))


def _text(data: bytes) -> str | None:
    """Bytes as text, or None where they are none."""
    decode, skip = decoder(data)
    text = decode.decode(data[skip:])
    strange = sum(text.count(char) for char in ("\0", "\ufffd"))
    return text if strange <= len(text) / 50 + 2 * (strange < 8) else None


def _end(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(-HEAD, os.SEEK_END)
            return file.read(HEAD).partition(b"\n")[2]
    except OSError:
        return b""


def _tells(text: str) -> bool:
    """Whether metrics are in a piece of a log."""
    log = Log()
    for line in Frames().write(text + "\n"):
        log.feed(line)
    log.settle(())
    return any(column.steps for column in log.extractor.columns.values())
