"""The event files of one directory, in the order in which they were begun, and what of each is not yet read."""

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from ..regular import open_regular
from ..tail import Tail
from .framing import HEADER, header
from .ledger import FileKey

NAME = "tfevents"
SETTLED = 2.0
"""Seconds after which a folder's time is believed to tell of every change."""
IDLE, SELDOM = 4, 16
"""Looks without growth after which a file is looked at only every so many looks; the newest two always are."""
VERSION = b"brain.Event:"
"""What the first record of an event file says."""
OTHERS = (
    ".png",
    ".jpg",
    ".npz",
    ".npy",
    ".pt",
    ".pth",
    ".ckpt",
    ".safetensors",
    ".bin",
    ".csv",
    ".json",
    ".py",
    ".txt",
)
"""Endings of files that are not opened to see whether they hold events."""
_DIGITS = re.compile(r"\d{1,12}")
"""Of files of one second the tenth comes behind the ninth."""
_TIME = re.compile(r"tfevents\.(\d{1,12})")


def begun(name: str) -> int:
    """The time in an event file's name, in seconds since the epoch; 0 if it has none."""
    found = _TIME.search(name)
    return int(found.group(1)) if found else 0


def is_events(name: str, head: Callable[[], bytes]) -> bool:
    """Whether a file holds events, by its name or, where that leaves a doubt, by its first bytes."""
    if NAME in name and _TIME.search(name):
        return True
    if name.endswith(OTHERS):
        return False
    first = head()[:64]
    if not first:
        return NAME in name
    return len(first) >= HEADER and header(first, 0) >= 0 and (NAME in name or VERSION in first)


def _head(path: Path) -> bytes:
    try:
        with open_regular(path) as file:
            return file.read(64)
    except OSError:
        return b""


class EventTail(Tail):
    """One event file."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.key: FileKey = (begun(path.name), _DIGITS.sub(lambda found: found[0].zfill(12), path.name))
        self.waits = -1
        """The file's size at which what is left of it is the beginning of a record, or nothing yet."""
        self.skip = 0
        """Bytes of a record too large that are still to be passed over."""
        self.wants = 0
        """Bytes of the record that comes next, where a piece of the usual size does not hold it."""
        self.idle = 0
        self.gone = False

    @property
    def due(self) -> bool:
        """Whether there is something to read."""
        return not self.gone and self.more and self.size != self.waits


class EventFiles:
    """The files, of which more may appear; `names` are those already known to be event files."""

    def __init__(self, folder: Path, names: Sequence[str], alone: bool = False) -> None:
        self.folder, self._alone = folder, alone
        self.tails: list[EventTail] = []
        self._listed: int | None = None
        self._looks = 0
        self._add(names)

    def changed(self) -> bool:
        """See what is new; True if a file was replaced, so that everything is to be read again."""
        self._list()
        self._looks += 1
        replaced = False
        for k, tail in enumerate(self.tails):
            if tail.idle > IDLE and k < len(self.tails) - 2 and (self._looks + k) % SELDOM:
                continue
            before = tail.size
            try:
                replaced = tail.replaced() or replaced
                tail.gone = False
            except OSError:
                tail.gone = True
            tail.idle = tail.idle + 1 if tail.size == before else 0
        if replaced:
            self.tails = [EventTail(tail.path) for tail in self.tails]
            self._stat()
        return replaced

    def unread(self) -> Iterator[EventTail]:
        """The files that hold more, in order."""
        return (tail for tail in self.tails if tail.due)

    def _stat(self) -> None:
        for tail in self.tails:
            try:
                tail.replaced()
            except OSError:
                tail.gone = True

    def _list(self) -> None:
        if self._alone:
            return
        try:
            changed = self.folder.stat().st_mtime_ns
            if changed == self._listed:
                return
            known = {tail.path.name for tail in self.tails}
            new = [name for name in os.listdir(self.folder) if NAME in name and name not in known]  # noqa: PTH208
            self._add([name for name in new if is_events(name, partial(_head, self.folder / name))])
        except OSError:
            return
        self._listed = changed if time.time() - changed / 1e9 > SETTLED else None

    def _add(self, names: Sequence[str]) -> None:
        known = {tail.path.name for tail in self.tails}
        new = [EventTail(self.folder / name) for name in names if name not in known]
        if new:
            self.tails = sorted([*self.tails, *new], key=lambda tail: tail.key)
