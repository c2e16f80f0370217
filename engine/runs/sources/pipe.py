"""What comes through a pipe, kept in a file that readers follow while it grows."""

import os
import select
import shutil
import stat
import sys
import tempfile
import threading
import time
from contextlib import suppress
from io import FileIO
from pathlib import Path

from ...text import in_words
from ..files import CONSOLE, RUN_JSON, write_json
from .alive import ourselves

NAME = "stdin"
KEPT = 1_000_000_000
"""Bytes that are kept at the most: some million lines."""
SPARE, SHARE = 1_000_000_000, 0.05
"""What is left free of the file system: so many bytes, or this share of a small one."""
_READ = 1 << 16


class Pipe:
    """Takes standard input over, and gives the terminal back to it, so that a screen can read keys from there."""

    def __init__(self, source: int = 0) -> None:
        """`source` is the number of the open file to take over. Raises ValueError if it is a terminal, or closed."""
        try:
            if source == 0 and sys.__stdin__ is None:
                raise OSError
            kind = os.fstat(source).st_mode
        except OSError as error:
            raise ValueError("standard input is closed; pipe a program's output into dlviz") from error
        if os.isatty(source) or stat.S_ISDIR(kind):
            raise ValueError("standard input is no pipe; try: python train.py | dlviz watch -")
        self._number = source
        self._home = Path(tempfile.mkdtemp(prefix="dlviz-pipe-"))
        self.folder = self._home / NAME
        """A run directory: what has come so far, and whether the pipe has ended."""
        self.folder.mkdir()
        self._ended = threading.Event()
        self._source = -1
        self._thread: threading.Thread | None = None
        self._wake, self._waker = os.pipe()
        self._started = time.time()
        self.lost = 0
        """Bytes that came and were not kept."""
        self._why, self._gap = "", False

    def start(self) -> None:
        """Begin to read, in a thread."""
        self._source = os.dup(self._number)
        try:
            terminal = os.open("/dev/tty", os.O_RDWR)
        except OSError:  # there is none: a report is printed
            terminal = os.open(os.devnull, os.O_RDWR)
        os.dup2(terminal, self._number)
        os.close(terminal)
        (self.folder / CONSOLE).touch()
        self._tell("running")
        self._thread = threading.Thread(target=self._work, name="dlviz-pipe", daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        """Whether the other side has closed the pipe, and all is in the file."""
        return self._ended.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end of the pipe; whether it has come."""
        return self._ended.wait(timeout)

    def link(self) -> str:
        """What is not kept of what comes, and why; nothing where all is well."""
        return f"standard input: {self.lost / 1e6:.1f} MB of it not kept: {self._why}" if self.lost else ""

    def close(self) -> None:
        """Stop reading, whereupon the other side gets SIGPIPE; the file is thrown away."""
        if self._thread is not None:
            with suppress(OSError):
                os.write(self._waker, b"x")
            self._thread.join(2)
            self._thread = None
            os.close(self._source)
        for end in (self._wake, self._waker):
            with suppress(OSError):
                os.close(end)
        shutil.rmtree(self._home, ignore_errors=True)

    def __enter__(self) -> "Pipe":
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def _work(self) -> None:
        """Copy until the end; what there is no room for is lost, but the other side is not held up."""
        with (self.folder / CONSOLE).open("ab", buffering=0) as log:
            while True:
                ready = select.select([self._source, self._wake], [], [])[0]
                if self._wake in ready:
                    return
                try:
                    data = os.read(self._source, _READ)
                except OSError:
                    data = b""
                if not data:
                    break
                self._keep(log, data)
        with suppress(OSError):
            self._tell("finished")
        self._ended.set()

    def _keep(self, log: FileIO, data: bytes) -> None:
        """Write what there is room for; after a gap a new line begins."""
        why = self._full(log, len(data))
        begin = data.find(b"\n") if self._gap else 0
        written = 0
        if not why and begin >= 0:
            try:
                written = log.write(data[begin:])
            except OSError as error:
                why = in_words(error)
            self._gap = begin + written < len(data)
        self._gap = self._gap or bool(why)
        self._why = why or self._why or "the disk is full"
        self.lost += len(data) - written

    def _full(self, log: FileIO, more: int) -> str:
        """Why no more is kept; nothing where there is room."""
        if log.tell() + more > KEPT:
            return f"only the first {KEPT / 1e9:.1f} GB are"
        system = os.statvfs(log.fileno())
        if system.f_bavail < min(SPARE / system.f_frsize, SHARE * system.f_blocks):
            return f"the disk of {self._home.parent} is nearly full"
        return ""

    def _tell(self, status: str) -> None:
        """State in the run's description how it is."""
        ended = {} if status == "running" else {"ended": time.time()}
        described = {"name": NAME, **ourselves(), "started": self._started, "updated": time.time(), "status": status}
        write_json(self.folder / RUN_JSON, described | ended)
