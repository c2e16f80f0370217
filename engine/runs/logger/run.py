"""`dlviz.Run`: what a training of anybody's logs, written by a thread of its own into a run directory.

The caller's thread only appends to a queue. The directory is that of our own runs: scalars, images, histograms and
texts in TensorBoard's format, `run.json` with config and status.
"""

import os
import threading
import time
import traceback
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, SupportsFloat

from ..files import new_run_dir
from ..open import alive
from . import hooks, items
from .worker import Worker


class Run:
    """Logs one training; safe in threads, and after a fork each process writes a file of its own.

    Everything is on disk within a second, and all of it when the run is closed, the program ends, or crashes: then the
    traceback is kept as the reason of the failure.
    """

    def __init__(
        self,
        directory: str | os.PathLike[str] | None = None,
        config: Mapping[str, Any] | None = None,
        *,
        name: str = "run",
        steps: int | None = None,
    ) -> None:
        """Open a run.

        Args:
            directory: where it is kept; `runs/NAME-DATE` by default. If there is a run already it goes on: the
                first step that is logged supersedes what was logged at this step or later.
            config: settings that the run is to be known by.
            name: of the new directory, where none is given.
            steps: how many the training is to have, for the time that is left.

        Raises:
            ValueError: another process is writing this run.
        """
        self.directory = Path(directory) if directory is not None else new_run_dir(name)
        described = items.described(self.directory)
        if described.get("status") == "running" and described.get("pid") != os.getpid() and alive(described):
            raise ValueError(f"{self.directory}: process {described.get('pid')} writes this run; choose another")
        self.config = dict(config or {})
        self.status = "running"
        self._queue: deque[tuple[Any, ...]] = deque()
        self._worker = Worker(self.directory, self._queue, items.description(described, self.config, steps))
        self._lock = threading.Lock()
        hooks.watch(self)

    def log(self, step: int, values: Mapping[str, SupportsFloat] | None = None, /, **more: SupportsFloat) -> None:
        """Log numbers at a step, by tag: `run.log(3, loss=0.5)`, or `run.log(3, {"val/loss": 0.6})`.

        Takes whatever `float` takes: numbers, tensors and arrays of one element. Raises what `float` raises.
        """
        found = {tag: float(value) for tag, value in more.items()}
        if values is not None:
            found.update((str(tag), float(value)) for tag, value in values.items())
        self._put("scalars", int(step), time.time(), found)

    def image(self, step: int, tag: str, image: Any) -> None:
        """Log an image: (h, w), (h, w, 1|3|4) or (1|3|4, h, w), whole numbers 0..255 or fractions 0..1.

        Takes arrays, tensors, and PIL images. Raises ValueError for other shapes.
        """
        self._put("image", int(step), time.time(), str(tag), *items.pixels(image))

    def histogram(self, step: int, tag: str, values: Any, bins: int = 64) -> None:
        """Log how values are distributed: an array or tensor of any shape.

        Raises ValueError where none is finite.
        """
        self._put("histogram", int(step), time.time(), str(tag), *items.counted(values, bins))

    def text(self, step: int, tag: str, text: str) -> None:
        """Log a text."""
        self._put("text", int(step), time.time(), str(tag), str(text))

    def mark(self, step: int, text: str) -> None:
        """Note on the curves that something happened."""
        self._put("mark", int(step), time.time(), str(text))

    def configure(self, **settings: Any) -> None:
        """Add settings to the config."""
        self.config.update(settings)
        self._put("config", dict(settings))

    def _put(self, *item: Any) -> None:
        self._queue.append(item)
        if self._worker.asleep:
            self._worker.wake()

    def flush(self) -> None:
        """Wait until everything that was logged is with the operating system, which keeps it even if we are killed."""
        self._worker.drain()

    def close(self, status: str = "finished", reason: str = "") -> None:
        """Write what is left and end; another call does nothing.

        Args:
            status: finished, stopped or failed.
            reason: why it failed, the last line being the gist; a traceback for instance.
        """
        with self._lock:
            if self.status == "running":
                self.status = status
                self._worker.close(status, reason)
                hooks.forget(self)

    def after_fork(self) -> None:
        """In the child: what was queued is the parent's to write, and what the child logs gets a file of its own."""
        self._lock = threading.Lock()
        self._queue = deque()
        self._worker = Worker(self.directory, self._queue, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self.fail(error)

    def fail(self, error: BaseException) -> None:
        """Close with the traceback of what ended the training; an interrupt by the user is no failure."""
        if isinstance(error, KeyboardInterrupt):
            self.close("stopped", "interrupted")
        elif isinstance(error, SystemExit) and error.code in (None, 0):
            self.close()
        else:
            self.close("failed", "".join(traceback.format_exception(error)).rstrip())

    def __repr__(self) -> str:
        return f"dlviz.Run({str(self.directory)!r}, {self.status})"
