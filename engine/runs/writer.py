"""The run directory of a training of ours: run.json, scalars in TensorBoard's format, records, console.log."""

import io
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np

from .event_file import EventFile
from .files import BRANCHES, CONSOLE, KIND, RECORDS, RUN_JSON, write_atomically, write_json
from .run import Record


class RunWriter:
    """Writes one run; call from one thread only."""

    def __init__(self, directory: Path, resume_at: int | None = None) -> None:
        """Open new files in `directory`; `resume_at` supersedes points that were logged at that step or later."""
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self._events = EventFile(directory)
        self._console = (directory / CONSOLE).open("a", encoding="utf-8", errors="backslashreplace")
        if resume_at is not None:
            self.restart(resume_at, time.time())

    def restart(self, step: int, when: float) -> None:
        """Supersede what was logged so far at `step` or later, as TensorBoard has it."""
        self._events.restart(step, when)

    def scalars(self, step: int, when: float, values: dict[str, float]) -> None:
        """Log the values of one step, by tag."""
        self._events.scalars(step, when, values)

    def record(self, record: Record) -> None:
        """Keep a record as `records/TAG/STEP.npz`."""
        buffer = io.BytesIO()
        arrays: dict[str, Any] = {**record.arrays, KIND: np.array(record.kind)}
        np.savez_compressed(buffer, **arrays)
        write_atomically(self.directory / RECORDS / record.tag / f"{record.step:09d}.npz", buffer.getvalue())

    def set_aside(self, step: int, place: str) -> None:
        """Move the records of steps after `step` to `branches/PLACE`, where they are nobody's newest."""
        root = self.directory / RECORDS
        for path in list(root.rglob("*.npz")):
            if path.stem.isdecimal() and int(path.stem) > step:
                new = self.directory / BRANCHES / place / path.relative_to(self.directory)
                new.parent.mkdir(parents=True, exist_ok=True)
                path.replace(new)

    def discard(self, place: str) -> None:
        """Remove what was set aside at `place`: it has been made again."""
        shutil.rmtree(self.directory / BRANCHES / place, ignore_errors=True)

    def describe(self, values: dict[str, Any]) -> None:
        """Replace run.json."""
        write_json(self.directory / RUN_JSON, values)

    def print(self, line: str) -> None:
        """Append a line to console.log."""
        self._console.write(line + "\n")

    def flush(self) -> None:
        """Hand everything to the operating system, which keeps it even if this process is killed."""
        self._events.flush()
        self._console.flush()

    def close(self) -> None:
        """Flush and close."""
        self._events.close()
        self._console.close()
