"""A program run under a terminal of its own; what it prints is kept in a run directory as it comes.

Knows nothing of any screen.
"""

import errno
import fcntl
import os
import select
import shlex
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from ...text import in_words, sanitize
from ..files import CONSOLE, RUN_JSON, write_json
from .alive import ourselves

_READ = 1 << 16
DRAIN = 0.5
"""Seconds in which what a program has left in its terminal is still read, while its children keep that open."""


class Command:
    """One run of one program."""

    def __init__(
        self, words: Sequence[str], directory: Path, *, size: tuple[int, int] = (80, 24), name: str = ""
    ) -> None:
        """`size` is columns and rows of its terminal; `directory` exists."""
        self.words, self.directory, self.name = tuple(words), directory, name
        self.echo: int | None = None
        """The open file that its output goes to as well."""
        self.piped = False
        """Whether the program is told, by SIGPIPE, when nobody reads `echo` any more."""
        self.ending, self.reason = "running", ""
        """How it is, and how it failed."""
        self.lost = ""
        """Why some of its output could not be kept; nothing where all was."""
        self.ended = threading.Event()
        self.status = 0
        """As a shell tells it: the exit status, or 128 + the number of the signal that ended it."""
        self.started = time.time()
        self.seconds = 0.0
        self._size = size
        self._process: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []
        self._master = -1
        self._lock = threading.Lock()
        self._shown = threading.Lock()
        self._identity: dict[str, Any] = {}

    def start(self, *, keys: bool = True) -> None:
        """Start it and begin to keep what it prints. Raises OSError if it cannot be run.

        `keys`: its standard input is that terminal, for `write`; else it is ours.
        """
        self._master, slave = os.openpty()
        mode = termios.tcgetattr(slave)
        mode[1] &= ~termios.OPOST  # a line ends with \n in the log, and becomes \r\n in the terminal that shows it
        termios.tcsetattr(slave, termios.TCSANOW, mode)
        self.resize(*self._size)
        take = partial(os.login_tty, slave) if keys else partial(_take, slave)
        try:
            self._process = subprocess.Popen(self.words, preexec_fn=take)
        except OSError:
            os.close(self._master)
            raise
        finally:
            os.close(slave)
        self._identity = ourselves(self._process.pid)
        with suppress(OSError):
            self._tell()
        threading.Thread(target=self._work, name="dlviz-command", daemon=True).start()
        for number in self._early:
            self.signal(number)

    def come_to(self, number: int, lines: int) -> None:
        """Write its last `lines` to the open file `number`, and what else it prints as it comes."""
        with self._shown:
            with suppress(OSError), (self.directory / CONSOLE).open("rb") as log:
                log.seek(max(os.fstat(log.fileno()).st_size - 65536, 0))
                tail = b"\n".join(log.read().split(b"\n")[-lines - 1 :])
                self.echo = number
                self._show(tail)
            self.echo = number

    def resize(self, columns: int, rows: int) -> None:
        """Give its terminal another size."""
        if self._master >= 0 and columns > 0 and rows > 0:
            with suppress(OSError):
                fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def write(self, keys: bytes) -> None:
        """Type into its terminal."""
        with self._lock:
            while keys and self._master >= 0 and not self.ended.is_set():
                if select.select([], [self._master], [], 0.1)[1]:
                    keys = keys[os.write(self._master, keys[:1024]) :]

    def signal(self, number: int) -> None:
        """Send a signal to it and its children, as soon as it is started; none if it has ended."""
        if self._process is None:
            self._early.append(number)
        elif self._process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it has ended and all it printed is kept; whether it has."""
        return self.ended.wait(timeout)

    def _work(self) -> None:
        assert self._process is not None
        try:
            try:
                log = os.open(self.directory / CONSOLE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
            except OSError as error:
                log, self.lost = -1, in_words(error)
            self._keep(self._process, log)
            if log >= 0:
                os.close(log)
        finally:
            self._finish(self._process)

    def _keep(self, process: "subprocess.Popen[bytes]", log: int) -> None:
        """Copy what it prints, until it has closed its terminal, or has ended and is silent."""
        deadline = None
        while True:
            if select.select([self._master], [], [], 0.05)[0]:
                try:
                    data = os.read(self._master, _READ)
                except OSError:  # EIO: nobody has the other side open any more
                    return
                if not data:
                    return
                with self._shown:
                    self._write(log, data)
                    self._show(data)
            if deadline is None and process.poll() is not None:
                deadline = time.monotonic() + DRAIN
            elif deadline is not None and time.monotonic() > deadline:
                return

    def _write(self, log: int, data: bytes) -> None:
        """Keep `data`; a full disk stops no training."""
        try:
            while data and log >= 0:
                data = data[os.write(log, data) :]
        except OSError as error:
            self.lost = in_words(error)

    def _show(self, data: bytes) -> None:
        view = memoryview(data)
        while view and (echo := self.echo) is not None:
            try:
                view = view[os.write(echo, view) :]
            except BlockingIOError:
                select.select([], [echo], [], 1)
            except OSError as error:
                self.echo = None  # whoever listened is gone; a training that heeds no SIGPIPE goes on
                if self.piped and error.errno == errno.EPIPE:
                    self.signal(signal.SIGPIPE)

    def _finish(self, process: "subprocess.Popen[bytes]") -> None:
        code = process.wait()
        with self._lock:
            os.close(self._master)
            self._master = -1
        self.seconds = time.time() - self.started
        self.status = 128 - code if code < 0 else code
        self.ending = "finished" if not code else "interrupted" if self.status == 130 else "failed"
        self.reason = self._reason()
        try:
            self._tell()
        except OSError as error:
            self.lost = self.lost or in_words(error)
        self.ended.set()

    def _tell(self) -> None:
        """State in the run's description what runs, and how it is; never its environment."""
        told: dict[str, Any] = {
            "name": self.name or self.directory.name,
            "command": shlex.join(self.words),
            "cwd": os.getcwd(),  # noqa: PTH109
            **self._identity,
            "started": self.started,
            "updated": time.time(),
            "status": self.ending,
        }
        if self.ending != "running":
            told |= {"ended": time.time(), "exit_code": self.status, "reason": self.reason}
        write_json(self.directory / RUN_JSON, told)

    def _reason(self) -> str:
        """How it failed: the signal or the status, and the last line of a traceback."""
        if not self.status:
            return ""
        try:
            ending = f"killed by {signal.Signals(self.status - 128).name}"
        except ValueError:
            ending = f"exit status {self.status}"
        try:
            with (self.directory / CONSOLE).open("rb") as log:
                log.seek(max(os.fstat(log.fileno()).st_size - 16384, 0))
                text = log.read().decode("utf-8", "replace")
        except OSError:
            text = ""
        lines = text.rpartition("Traceback (most recent call last)")[2].splitlines() if "Traceback (" in text else []
        said = [line for line in lines[1:] if line[:1].strip()]
        return f"{ending}: {sanitize(said[0], limit=300)}" if said else ending


def _take(slave: int) -> None:
    """In the child: make the terminal its own, but leave it our standard input."""
    stdin = os.dup(0)
    os.login_tty(slave)
    os.dup2(stdin, 0)
    os.close(stdin)


def name_of(words: Sequence[str]) -> str:
    """What a run of a command is called: the script, the module, or else the program."""
    chosen = Path(words[0]).name
    if chosen.startswith(("python", "torchrun", "accelerate", "deepspeed", "uv", "poetry", "sh", "bash", "srun")):
        rest = list(words[1:])
        module = next((rest[i + 1] for i, word in enumerate(rest[:-1]) if word == "-m"), "")
        script = next((word for word in rest if word.endswith((".py", ".sh")) and not word.startswith("-")), "")
        chosen = Path(script).stem if script else module.rpartition(".")[2] or chosen
    return "".join(char if char.isalnum() or char in "._-" else "_" for char in chosen)[:60].lstrip(".") or "run"
