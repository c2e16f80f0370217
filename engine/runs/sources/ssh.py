"""The system's `ssh`: one connection to a host, over which a small script is asked again and again.

Nothing is installed over there. Prompts appear on the terminal once, in `connect`; later connections never ask.
"""

import contextlib
import os
import secrets
import select
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from ...text import sanitize
from .place import Place

SILENT = 20.0
"""Seconds without a byte after which a connection counts as lost."""
PIECE, BUDGET, LARGEST, MOST = 2 << 20, 8 << 20, 512 << 20, 20_000
"""Bytes of one file and of all in one answer; of the largest file that is fetched; the greatest number of files."""


class Lost(Exception):
    """The connection is gone; the text says why in a sentence."""


class Connection:
    """How to reach a place, shared by those who speak to it; the first `ssh` is the master of the others."""

    def __init__(self, place: Place, command: str = "") -> None:
        """`command` is another ssh, e.g. `ssh -F file`; else that of the variable DLVIZ_SSH. Raises ValueError."""
        self.place = place
        try:
            self.words = shlex.split(command or os.environ.get("DLVIZ_SSH", "")) or ["ssh"]
        except ValueError as error:
            raise ValueError(f"the environment variable DLVIZ_SSH is no command line: {error}") from None
        short = Path("/tmp") if os.access("/tmp", os.W_OK) else None  # a socket's path has at most 104 bytes
        self._private = Path(tempfile.mkdtemp(prefix="dlviz-", dir=short))

    def arguments(self, *command: str, ask: bool = False) -> list[str]:
        """The words that run `command` over there; only with `ask` may ssh ask for a password."""
        options = {
            "BatchMode": "no" if ask else "yes",
            "ControlMaster": "auto",
            "ControlPath": str(self._private / "m"),
            "ControlPersist": "60",
            "ServerAliveInterval": "5",
            "ServerAliveCountMax": "3",
            "ConnectTimeout": "15",
            "ClearAllForwardings": "yes",
            "Compression": "yes",
        }
        port = ["-p", str(self.place.port)] if self.place.port else []
        words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        return [*self.words, "-T", *words, *port, self.place.destination, *command]

    def drop(self) -> None:
        """End the master, which may hang on a link that is gone, so that the next connection is a new one."""
        if (self._private / "m").exists():
            run = [*self.words, "-o", f"ControlPath={self._private / 'm'}", "-O", "exit", self.place.destination]
            with contextlib.suppress(subprocess.TimeoutExpired, OSError):
                subprocess.run(run, stdin=subprocess.DEVNULL, capture_output=True, timeout=0.5, check=False)
            (self._private / "m").unlink(missing_ok=True)

    def close(self) -> None:
        """Leave nothing behind."""
        for _ in range(5):  # a master that is just being born makes its socket meanwhile
            self.drop()
            shutil.rmtree(self._private, ignore_errors=True)
            if not self._private.exists():
                break
            time.sleep(0.05)


class Talk:
    """The script, running over there; every wait ends when `stopped` says so."""

    def __init__(
        self,
        connection: Connection,
        stopped: Callable[[], bool] = lambda: False,
        *,
        ask: bool = False,
    ) -> None:
        """Start it and wait until it is ready; raises Lost."""
        self._stopped = stopped
        self._patience = SILENT
        self._mark = secrets.token_hex(8)
        self._buffer = bytearray()
        self.heard = time.monotonic()
        """When the last byte came."""
        self.received = 0
        """Bytes that came so far."""
        self.present = False
        """Whether there is the path, when it began."""
        self.told = False
        """Whether the script has been told what is here."""
        self.news: list[str] = []
        """What it is to be told next: names of files of which more is here, or nothing any more."""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  a pipe would be held open by ssh's master
        try:
            self._process = subprocess.Popen(
                connection.arguments("sh", "-s", ask=ask),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                bufsize=0,
                start_new_session=not ask,
            )
        except OSError as error:
            self._errors.close()
            raise Lost(f"{connection.words[0]} cannot be run: {error.strerror}") from error
        assert self._process.stdout is not None and self._process.stdin is not None
        self._out, self._in = self._process.stdout.fileno(), self._process.stdin.fileno()
        os.set_blocking(self._in, False)
        try:
            if ask:
                self._patience = 600.0  # somebody types a password
            settings = f"root={connection.place.quoted} mark={self._mark} piece={PIECE} budget={BUDGET} "
            self._send((settings + f"largest={LARGEST} most={MOST}\n").encode("utf-8", "surrogateescape"))
            self._send(files(__package__).joinpath("remote.sh").read_bytes())
            self.present = self._await_mark() == "yes"
            self._patience = SILENT
        except BaseException:
            self.close()
            raise

    def ask(self, request: bytes) -> str:
        """Send a request; returns the clock over there, then the answer's lines can be read. Raises Lost."""
        self._send(request + b".\n")
        return self._await_mark()

    def line(self) -> bytes:
        """The next line, without its end. Raises Lost."""
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > 1 << 16:
                raise Lost("the answer from over there makes no sense")
            self._more()
        found = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return found

    def some(self, most: int) -> bytes:
        """At least one of the next `most` bytes. Raises Lost."""
        if not self._buffer:
            self._more()
        found = bytes(self._buffer[:most])
        del self._buffer[: len(found)]
        return found

    def close(self) -> None:
        """End the script and its ssh."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._errors):
            if pipe is not None:
                pipe.close()

    def _await_mark(self) -> str:
        """Skip what a login shell may say, up to the mark; returns what stands behind it."""
        start = f"{self._mark}|".encode()
        while True:
            line = self.line()
            if start in line:
                return line.partition(start)[2].decode("ascii", "replace")

    def _more(self) -> None:
        deadline = time.monotonic() + self._patience
        while not select.select([self._out], [], [], 0.1)[0]:
            self._check(deadline)
        data = os.read(self._out, 1 << 18)
        if not data:
            raise Lost(self._why())
        self.heard = time.monotonic()
        self.received += len(data)
        self._buffer += data

    def _send(self, data: bytes) -> None:
        deadline = time.monotonic() + self._patience
        view = memoryview(data)
        while view:
            if select.select([], [self._in], [], 0.1)[1]:
                try:
                    view = view[os.write(self._in, view[:65536]) :]
                except BlockingIOError:
                    pass
                except OSError as error:
                    raise Lost(self._why()) from error
                deadline = time.monotonic() + self._patience
            else:
                self._check(deadline)

    def _check(self, deadline: float) -> None:
        if self._stopped():
            raise Lost("stopped")
        if time.monotonic() > deadline:
            raise Lost(f"nothing was heard for {self._patience:g} s")

    def _why(self) -> str:
        """The last thing that ssh said, or how it ended."""
        try:
            status: int | None = self._process.wait(2)
        except subprocess.TimeoutExpired:
            status = None
        self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(self._errors.tell() - 8192, 0))
        said = [text for line in self._errors.read().splitlines() if (text := line.decode("utf-8", "replace").strip())]
        if said:
            return sanitize(said[-1], limit=200)
        return "the connection was closed" if status in (0, 255, None) else f"ssh ended with status {status}"
