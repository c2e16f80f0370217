"""The thread that writes what a run has queued: a few times a second, while there is anything."""

import os
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

from ..event_file import EventFile
from ..files import RUN_JSON, write_json
from . import hooks

PAUSE = 0.4
"""Seconds between two looks at the queue; everything is on disk within a second."""
BEAT = 30.0
"""Seconds after which run.json is written anew, to say that the process lives."""


class Worker:
    """Writes the queue of one run, of one process; `description` None: somebody else describes the run."""

    def __init__(self, directory: Path, queue: "deque[tuple[Any, ...]]", description: dict[str, Any] | None) -> None:
        self.pid = os.getpid()
        self._directory, self._queue, self._description = directory, queue, description
        self._file: EventFile | None = None
        self._writing = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._said = 0.0
        if description is not None:
            directory.mkdir(parents=True, exist_ok=True)
            self._describe()
            self._start()

    @property
    def asleep(self) -> bool:
        """Whether it has no thread yet: a process that was forked has one only once it logs."""
        return self._thread is None

    def wake(self) -> None:
        """Have a thread."""
        with self._writing:
            if self._thread is None:
                self._start()
                hooks.at_child_end(self, self.drain)

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._work, name="dlviz-run", daemon=True)
        self._thread.start()

    def drain(self) -> None:
        """Write all that is queued, and hand it to the operating system."""
        with self._writing:
            changed = False
            while self._queue:
                changed = self._take(self._queue.popleft()) or changed
            if self._file is not None:
                self._file.flush()
            if self._description is not None and (changed or time.monotonic() - self._said > BEAT):
                self._describe()

    def close(self, status: str, reason: str) -> None:
        """End the thread and write all that is left, the status last."""
        self._stop.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(2)
        self.drain()
        with self._writing:
            if self._file is not None:
                self._file.close()
            if self._description is not None and status:
                self._description.update(status=status, ended=time.time())
                if reason:
                    self._description.update(message=reason.splitlines()[-1], traceback=reason)
                self._describe()

    def _work(self) -> None:
        while not self._stop.wait(PAUSE):
            if self._queue or self._description is not None:
                self.drain()

    def _take(self, item: tuple[Any, ...]) -> bool:
        """Write one item; True if the description is another."""
        kind = item[0]
        if kind in ("mark", "config"):
            if self._description is not None:
                if kind == "mark":
                    self._description["marks"].append({"step": item[1], "time": item[2], "text": item[3]})
                else:
                    self._description["config"].update(item[1])
            return True
        if self._file is None:
            self._file = EventFile(self._directory)
        getattr(self._file, kind)(*item[1:])
        if self._description is not None:
            self._description["step"] = max(item[1], self._description.get("step") or 0)
        return False

    def _describe(self) -> None:
        assert self._description is not None
        self._said = time.monotonic()
        self._description["updated"] = time.time()
        write_json(self._directory / RUN_JSON, self._description)
