"""What comes through a pipe, kept in a file that readers follow while it grows."""

import os
import select
import shutil
import stat
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from ..files import CONSOLE, RUN_JSON, write_json
from .alive import ourselves

NAME = "stdin"
_READ = 1 << 16


class Pipe:
    """Takes standard input over, and gives the terminal back to it, so that a screen can read keys from there."""

    def __init__(self, source: int = 0) -> None:
        """`source` is the number of the open file to take over. Raises ValueError if it is a terminal, or closed."""
        try:
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
        """Copy until the end; where the disk is full what comes is lost, but the other side is not held up."""
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
                with suppress(OSError):
                    log.write(data)
        with suppress(OSError):
            self._tell("finished")
        self._ended.set()

    def _tell(self, status: str) -> None:
        """State in the run's description how it is."""
        ended = {} if status == "running" else {"ended": time.time()}
        described = {"name": NAME, **ourselves(), "started": self._started, "updated": time.time(), "status": status}
        write_json(self.folder / RUN_JSON, described | ended)
