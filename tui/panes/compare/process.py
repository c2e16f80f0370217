"""A comparison in a process of its own, so that it neither waits for the screen nor makes it wait.

It is followed by the file in which it says how far it is, and ended by a signal, upon which it saves.
"""

import contextlib
import signal
import subprocess
from pathlib import Path
from typing import Any

from ....engine.comparing.state import FILE, read
from ....engine.fresh import command, environment
from ....engine.runs.files import CONSOLE
from ....engine.text import sanitize


class Background:
    """One comparison, started by this lab."""

    def __init__(self, words: list[str], directory: Path) -> None:
        """Start `dlviz WORDS`; raises OSError."""
        self.directory = directory
        self.said: dict[str, Any] = {}
        self.released = self.cancelled = False
        self._stamp = 0
        directory.mkdir(parents=True, exist_ok=True)
        with (directory / CONSOLE).open("ab") as console:
            self._process = subprocess.Popen(
                command("dlviz", *words),
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=console,
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process.poll() is None

    @property
    def status(self) -> str:
        """running, or how it ended."""
        if self.running:
            return "ending" if self.cancelled else "running"
        stated = str(self.said.get("status", "failed"))
        return stated if stated in ("finished", "stopped") else "failed"

    @property
    def trouble(self) -> str:
        """Why it failed: the last line that it printed."""
        if self.status != "failed":
            return ""
        try:
            lines = (self.directory / CONSOLE).read_text("utf-8", "replace").splitlines()
        except OSError:
            lines = []
        said = [line for line in lines if line.strip()]
        return sanitize(said[-1].removeprefix("dlviz: ")) if said else "it ended without a word"

    def look(self) -> bool:
        """Read what it says of itself; True if that is new."""
        try:
            stamp = (self.directory / FILE).stat().st_mtime_ns
        except OSError:
            return False
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        self.said = read(self.directory) or self.said
        return True

    def cancel(self) -> None:
        """Make it save what it has, and end."""
        if self.running and not self.cancelled:
            self.cancelled = True
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)

    def wait(self, timeout: float) -> bool:
        """Whether it has ended within `timeout` seconds."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)
        return not self.running
