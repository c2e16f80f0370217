"""What a training leaves behind: points in the Run, and all of it in the run directory."""

import math
import os
import socket
import time
from collections.abc import Iterable
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from ..data.base import Data
from ..data.fingerprint import fingerprint
from ..options import show
from ..probes.structure import gradient_norms
from ..runs.files import new_run_dir, read_run_json
from ..runs.open import load_series, newest_records, stated, stated_branches, status_of
from ..runs.run import Branch, Record, Run
from ..runs.writer import RunWriter
from ..text import sanitize
from . import checkpoint
from .job import Job
from .status import ACTIVE
from .trainer import Step, Trainer

FLUSH_SECONDS = 1.0
RECORD_GROWTH = 1.5
"""A record is kept when the step has grown by this factor, so that a long run keeps few."""
PACKAGES = ("dlviz", "torch", "numpy")


class Recorder:
    """Writes one training; lives in the engine thread. Files appear with the first step."""

    def __init__(self, run: Run, job: Job, data: Data, run_dir: str, resume: bool = False) -> None:
        """Prepare to write; raises ValueError if `run_dir` holds a run that would be overwritten."""
        self.run = run
        self.job = job
        self.started = False
        self.loss = float("nan")
        self.diverged_at = 0
        self.resumed = ""
        """Where a resumed run was taken up, in words."""
        self.gradients: dict[str, float] = {}
        """Gradient norms by layer at the first step: where they vanish or explode is seen there."""
        self.path = run_dir
        self._refuse_if_busy(Path(run_dir), resume)
        self._fingerprint = fingerprint(data)
        self._began = time.time()
        self._resumed_at: int | None = None
        self._writer: RunWriter | None = None
        self._next_flush = 0.0
        self.next_record = 0.0
        """The step from which records are due."""
        self._described: dict[str, Any] = {}

    @staticmethod
    def _refuse_if_busy(directory: Path, resume: bool) -> None:
        described = read_run_json(directory) if directory != Path() else None
        if described is None:
            return
        if status_of(described) in ACTIVE and described.get("pid") != os.getpid():
            raise ValueError(f"{directory} is being written by process {described.get('pid')}: attach to it or stop it")
        if not resume:
            raise ValueError(f"{directory} holds a run already: continue it with --resume, or name another --run")

    def resume(self, trainer: Trainer) -> bool:
        """Take up the run directory where it stands; True if that run is finished already.

        Raises ValueError if there is nothing to resume or the data are not the same.
        """
        directory = Path(self.path)
        described = read_run_json(directory)
        if described is None:
            raise ValueError(f"nothing to resume in {self.path}: it has no run.json")
        if described.get("data_fingerprint") != self._fingerprint:
            raise ValueError(f"cannot resume {self.path}: the data {self.job.data!r} are not what it was trained on")
        state, (metrics, marks) = checkpoint.load(directory), stated(described)
        self._began = float(described.get("started", self._began))
        norms = described.get("gradient_norms")
        self.gradients = norms if isinstance(norms, dict) else {}
        if state is not None:
            trainer.load_state_dict(state)
        reached = described.get("step")
        self.resumed = f"resumed at step {trainer.step:,}"
        if isinstance(reached, int) and reached > trainer.step:
            self.resumed += f", the last checkpoint: the run had reached step {reached:,} when it was killed"
        diverged = described.get("diverged_at")
        self.diverged_at = diverged if isinstance(diverged, int) and diverged <= trainer.step else 0
        self._resumed_at = trainer.step + 1
        load_series(self.run, directory, self._resumed_at, stated_branches(described))
        self.run.marks = [mark for mark in marks if mark.step <= trainer.step]
        for record in newest_records(directory):
            self.run.keep(record)
        self._change_what_was_asked(trainer, described.get("options"))
        last = self.run.one(trainer.objective.CURVES[0]).last()
        self.loss = last[2] if last else float("nan")
        if trainer.done and described.get("status") == "finished":
            self.run.metrics = metrics
            self.run.status = "finished"
            return True
        return False

    def _change_what_was_asked(self, trainer: Trainer, before: Any) -> None:
        """Live options in which the job differs from the run so far were asked for: the checkpoint's give way."""
        known = before if isinstance(before, dict) else {}
        asked = self.job.options.to_json()
        for name, rule in trainer.options.rules().items():
            old, new = getattr(trainer.options, name), getattr(self.job.options, name)
            if rule.live and asked[name] != known.get(name, asked[name]) and old != new:
                trainer.change(name, new)
                self.mark(trainer.step, f"{name} {show(old)} → {show(new)}")

    def start(self, trainer: Trainer) -> None:
        """Open the run directory."""
        directory = Path(self.path) if self.path else new_run_dir(self.job.model)
        self.path = self.run.path = str(directory)
        self.run.name = sanitize(directory.name)
        self._writer = RunWriter(directory, self._resumed_at)
        self.started = True
        self.status("running", trainer)

    def step(self, step: Step, trainer: Trainer) -> None:
        """Keep what one step measured."""
        assert self._writer is not None
        now = time.time()
        values = as_written(step.values)
        if step.number == 1:
            self.gradients = gradient_norms(trainer.model)
        self.run.add(step.number, now, values)
        self._writer.scalars(step.number, now, values)
        if self.passed(step, trainer):
            self._keep(trainer.objective.records(), step.number)

    def passed(self, step: Step, trainer: Trainer) -> bool:
        """Know of one step that nothing need be written of; whether records are to be kept there."""
        self.loss = as_written(step.values).get(trainer.objective.CURVES[0], self.loss)
        if not self.diverged_at and not math.isfinite(self.loss):
            self.diverged_at = step.number
        if not (step.validated and step.number >= self.next_record):
            return False
        self.next_record = step.number * RECORD_GROWTH
        return True

    def _keep(self, records: Iterable[Record], step: int) -> None:
        """Keep records in the run and on disk."""
        assert self._writer is not None
        for record in records:
            record = replace(record, step=step)
            self.run.keep(record)
            self._writer.record(record)

    def go_to(self, step: int, next_record: float, trainer: Trainer) -> None:
        """Show what was known at `step`, which the run's series end at."""
        self.next_record = next_record
        self.diverged_at = self.diverged_at if self.diverged_at <= step else 0
        last = self.run.one(trainer.objective.CURVES[0]).last()
        self.loss = last[2] if last else float("nan")
        self.run.records = {record.tag: record for record in newest_records(Path(self.path), step)}

    def leave(self, branch: Branch, trainer: Trainer) -> Branch:
        """Supersede what was written after `branch.step`, where the trainer stands; the branch as it was left."""
        if self._writer is None:  # the run had ended
            self._writer = RunWriter(Path(self.path))
        self.checkpoint(trainer)  # first, so that a kill never finds weights of the one and points of the other
        branch = replace(branch, time=time.time())
        self._writer.restart(branch.step + 1, branch.time)
        self._writer.set_aside(branch.step, _place(branch))
        self.run.metrics = {}
        self.mark(branch.step, f"went back to step {branch.step:,}")
        return branch

    def rejoined(self, branch: Branch) -> None:
        """Everything after `branch.step` was made again as it had been: there is no branch."""
        if self._writer is not None:
            self._writer.discard(_place(branch))

    def mark(self, step: int, text: str) -> None:
        """Note on the curves that something happened after `step`."""
        self.run.mark(step, time.time(), text)

    def print(self, line: str) -> None:
        """A line for console.log, if the run has begun."""
        if self._writer is not None:
            self._writer.print(line)

    def tick(self, now: float, trainer: Trainer) -> None:
        """Flush now and then."""
        if self._writer is not None and now >= self._next_flush:
            self._next_flush = now + FLUSH_SECONDS
            self.status("running", trainer)

    def checkpoint(self, trainer: Trainer) -> None:
        """Write everything that decides the remaining steps."""
        if self._writer is not None:
            self._writer.flush()
            checkpoint.save(self._writer.directory, trainer.state_dict())

    def finish(self, trainer: Trainer, metrics: dict[str, float]) -> None:
        """Keep the test's metrics, the final records and checkpoint, and close."""
        assert self._writer is not None
        self.run.metrics = metrics
        now = time.time()
        self.run.add(trainer.step, now, as_written(metrics))
        self._writer.scalars(trainer.step, now, metrics)
        self._keep(trainer.objective.final_records(), trainer.step)
        self.checkpoint(trainer)
        self.end("finished", trainer)

    def end(self, status: str, trainer: Trainer | None, message: str = "") -> None:
        """State how the run ended, and close its files."""
        try:
            self.status(status, trainer, message, ended=time.time())
        finally:
            writer, self._writer = self._writer, None
            if writer is not None:
                writer.close()

    def status(self, status: str, trainer: Trainer | None, message: str = "", ended: float | None = None) -> None:
        """Rewrite run.json and hand everything to the operating system."""
        self.run.status = status
        if self._writer is None or trainer is None:
            return
        seconds, step = trainer.seconds, trainer.step
        self._writer.describe(
            {
                "name": self.run.name,
                **self.job.to_json(),
                "options": trainer.options.to_json(),
                "data_fingerprint": self._fingerprint,
                "status": status,
                "message": message,
                "step": step,
                "steps": None if self.job.seconds else trainer.options.steps,
                "train_seconds": seconds,
                "steps_per_second": step / seconds if seconds else 0.0,
                "parameters": trainer.parameters,
                "metrics": self.run.metrics,
                "diverged_at": self.diverged_at,
                "gradient_norms": self.gradients,
                "curves": list(trainer.objective.CURVES),
                "marks": [asdict(mark) for mark in self.run.marks],
                "branches": [
                    {"step": b.step, "reached": b.reached, "time": b.time} for b in self.run.branches if b.time
                ],
                "started": self._began,
                "updated": time.time(),
                "ended": ended,
                "used_device": str(trainer.device),
                **self._process(),
            }
        )
        self._writer.flush()

    def _process(self) -> dict[str, Any]:
        if not self._described:
            self._described = {
                "pid": os.getpid(),
                "process_created": psutil.Process().create_time(),
                "host": socket.gethostname(),
                "versions": {name: version(name) for name in PACKAGES},
            }
        return self._described


def _place(branch: Branch) -> str:
    """The folder for the records of a branch: unlike any other, for its time is."""
    return f"{int(branch.time * 1000)}"


def _stated(branch: Branch) -> dict[str, float]:
    return {"step": branch.step, "reached": branch.reached, "time": branch.time}


def as_written(values: dict[str, float]) -> dict[str, float]:
    """The values as event files hold them, in single precision, so that a run read back is the same."""
    return {tag: float(np.float32(value)) for tag, value in values.items()}
