"""What is in a folder, and the runs that a format sees in it.

Every module of a format has a function `find(folder)`, asked in the order of `discover.FORMATS`; files that one format
has claimed are not shown to the next.
"""

import codecs
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from .reader import Reader
from .regular import read_bytes

HEAD = 16_384
"""Bytes of a file by which formats tell whether it is theirs."""
_ZEROS = re.compile(rb"\0{64,}")
"""What a machine that lost its power leaves in a text."""


@dataclass
class Entry:
    """A file: `head` is read when a format asks, and only once while the file stays the same."""

    path: Path
    size: int
    mtime: float
    trouble: str = ""
    """Why its head could not be read."""

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @cached_property
    def head(self) -> bytes:
        """Its first bytes, unpacked where it is gzipped; empty where it cannot be read."""
        import zlib

        try:
            data = read_bytes(self.path, HEAD)
            if data[:2] == b"\x1f\x8b":
                data = zlib.decompressobj(wbits=31).decompress(data, HEAD)
        except OSError as error:
            self.trouble = error.strerror or str(error)
            return b""
        except zlib.error:
            return b""
        return data

    @cached_property
    def text(self) -> str | None:
        """The head as text without a byte-order mark, or None where it is not text."""
        data = self.head
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return data[: len(data) & ~1].decode("utf-16", "replace")
        data = _ZEROS.sub(b"", data).rstrip(b"\0")
        if b"\0" in data:
            return None
        data = data.removeprefix(b"\xef\xbb\xbf")
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            if error.start >= len(data) - 4:
                return data[: error.start].decode("utf-8")
            return data.decode("latin-1") if sum(b < 9 for b in data) * 200 <= len(data) else None


@dataclass(frozen=True, kw_only=True)
class Found:
    """A run that a format sees in a folder."""

    key: str
    """Its identity, the same at every look: a path, with `#ID` behind it where one file holds several runs."""
    format: str
    files: tuple[Path, ...]
    """The files that tell of it; no other format gets them."""
    make: Callable[[], Reader]
    """Its reader."""
    name: str = ""
    """The run's name below its folder; empty where the run is the folder itself."""
    whole: bool = True
    """Whether it is the folder's one run, so that other logs of that kind in the same folder tell of the same run."""
    started: float = 0.0
    """Seconds since the epoch, where the format knows."""


@dataclass
class Folder:
    """A folder's files that are not yet claimed, and its subfolders."""

    path: Path
    files: dict[str, Entry] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    closed: set[str] = field(default_factory=set)
    """Subfolders that a format has claimed as part of a run: they are not searched for others."""

    asked: bool = False
    """Whether the user named the one file that is in it: it is taken for a log, whatever it is called."""

    def named(self, *endings: str) -> Iterator[Entry]:
        """The files whose names end so, in any case."""
        for entry in self.files.values():
            if entry.name.lower().endswith(endings):
                yield entry


def scan(path: Path) -> Folder:
    """What is in a folder now. Raises OSError."""
    files: dict[str, Entry] = {}
    folders = []
    with os.scandir(path) as entries:
        for item in sorted(entries, key=lambda e: e.name):
            try:
                if item.is_dir():
                    folders.append(item.name)
                elif item.is_file():
                    stat = item.stat()
                    files[item.name] = Entry(path / item.name, stat.st_size, stat.st_mtime)
            except OSError:
                continue
    return Folder(path, files, tuple(folders))
