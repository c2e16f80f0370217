"""A pseudo-terminal that something runs in: what it writes, and when each piece arrived."""

import contextlib
import fcntl
import os
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

PYTHON = sys.executable
COLUMNS, ROWS = 120, 40


def environment(**changes: str) -> dict[str, str]:
    """The variables for what is measured: a capable terminal, one thread, none of the user's colour choices."""
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "LINES", "SSH_CONNECTION")}
    kept.pop("DLVIZ_DEBUG", None)
    return kept | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "OMP_NUM_THREADS": "1"} | changes


class Terminal:
    """Runs `command` in `folder` in a terminal of its own; a thread reads all that it writes.

    Used with `with`, whose end closes the terminal and ends the process.
    """

    def __init__(
        self, command: Sequence[str], folder: Path, columns: int = COLUMNS, rows: int = ROWS, **changes: str
    ) -> None:
        self.started = time.time()
        self.chunks: list[tuple[float, bytes]] = []
        self._news = threading.Condition()
        self._end, inner = os.openpty()
        self.resize(columns, rows)
        variables: Mapping[str, str] = environment(**changes)
        self.process = subprocess.Popen(
            command,
            stdin=inner,
            stdout=inner,
            stderr=inner,
            cwd=folder,
            env=variables,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(inner)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(8)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(2)
        os.close(self._end)

    def resize(self, columns: int, rows: int) -> None:
        """Another size; what runs is told by a signal."""
        fcntl.ioctl(self._end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def send(self, keys: str) -> float:
        """Type `keys`; returns when."""
        now = time.time()
        os.write(self._end, keys.encode())
        return now

    def written(self, since: float = 0.0, until: float = float("inf")) -> bytes:
        """What arrived in a span of time."""
        return b"".join(data for at, data in tuple(self.chunks) if since <= at < until)

    def seen(self, pattern: bytes, since: float = 0.0, timeout: float = 60.0) -> float | None:
        """When the first match of `pattern` in what arrived after `since` was complete; None if it never was."""
        wanted, text, k = re.compile(pattern), b"", 0
        stop = time.monotonic() + timeout
        while True:
            with self._news:
                while k >= len(self.chunks):
                    left = stop - time.monotonic()
                    if left <= 0 or not self._reader.is_alive():
                        return None
                    self._news.wait(min(left, 0.5))
                at, data = self.chunks[k]
            k += 1
            if at < since:
                continue
            text += data
            if wanted.search(text):
                return at
            text = text[-65_536:]

    def quiet(self, seconds: float = 0.7, timeout: float = 20.0) -> float:
        """Wait until nothing has arrived for `seconds`; returns when the last piece did."""
        stop = time.monotonic() + timeout
        while time.monotonic() < stop:
            last = self.chunks[-1][0] if self.chunks else self.started
            if time.time() - last >= seconds:
                return last
            time.sleep(0.05)
        return self.chunks[-1][0] if self.chunks else self.started

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._end, 65_536)
            except OSError:  # the other end is closed
                data = b""
            with self._news:
                if data:
                    self.chunks.append((time.time(), data))
                self._news.notify_all()
            if not data:
                return


def until(done: Callable[[], bool], timeout: float, every: float = 0.1) -> bool:
    """Wait for `done`; False if it took longer than `timeout` seconds."""
    stop = time.monotonic() + timeout
    while not done():
        if time.monotonic() > stop:
            return False
        time.sleep(every)
    return True
