"""A file that another program writes: what has been added since the last look, or that it is another file now.

Append-only is never assumed. Polled by stat, so that it works on network file systems.
"""

import os
from pathlib import Path

from .regular import open_regular

HEAD, SEAM = 1024, 64
"""Bytes at the file's start, and before the place that was read to, by which it is known to be the same."""


class Tail:
    """Reads a growing file from where it left off."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0
        """How far it was read."""
        self.size = 0
        """How long it was at the last look."""
        self.mtime = 0.0
        """When it was last written to, in seconds since the epoch."""
        self._stat: tuple[int, int, int] | None = None
        self._inode: tuple[int, int] | None = None
        self._head = b""
        self._seam = b""

    def replaced(self) -> bool:
        """Look at the file; whether what was read of it is no longer what it holds. Then it is read from the start.

        Raises OSError where there is no file that can be read.
        """
        found = self.path.stat()
        stat = (found.st_ino, found.st_size, found.st_mtime_ns)
        if stat == self._stat:
            return False
        inode = (found.st_dev, found.st_ino)
        same = self._inode in (None, inode) and found.st_size >= self.offset and (not self.offset or self._known())
        self._stat, self._inode = stat, inode
        self.size, self.mtime = found.st_size, found.st_mtime
        if not same:
            self.offset, self._head, self._seam = 0, b"", b""
        return not same

    @property
    def more(self) -> bool:
        """Whether the last look saw bytes that were not read."""
        return self.offset < self.size

    def read(self, most: int) -> bytes:
        """At most `most` of the bytes not yet read; they count as read. Raises OSError."""
        with open_regular(self.path) as file:
            file.seek(self.offset)
            data = file.read(min(most, max(self.size - self.offset, 0)))
        if self.offset < HEAD:
            self._head = (self._head + data)[:HEAD]
        self.offset += len(data)
        self._seam = (self._seam + data[-SEAM:])[-SEAM:]
        return data

    def back(self, data: bytes) -> None:
        """Count the last bytes read, `data`, as not read after all: a record that is not complete."""
        if data:
            self.offset -= len(data)
            self._head = self._head[: self.offset]
            with open_regular(self.path) as file:
                self._seam = os.pread(file.fileno(), SEAM, max(self.offset - SEAM, 0))[: min(SEAM, self.offset)]

    def _known(self) -> bool:
        """Whether the file still begins, and goes on, as it did."""
        with open_regular(self.path) as file:
            if os.pread(file.fileno(), len(self._head), 0) != self._head:
                return False
            return os.pread(file.fileno(), len(self._seam), self.offset - len(self._seam)) == self._seam
