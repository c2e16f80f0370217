"""Carry out a plan: one training after the other, never two at once, so that the times are fair.

What has ended is kept in run directories; carried out again in the same directory, a comparison goes on where it
was. How far it is stands in `comparison.json` there, for whoever looks from another process.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import psutil

from ..options import OptionError
from ..runs.files import read_run_json, write_json
from ..runs.open import status_of
from ..training.commands import Stop
from ..training.job import Job
from ..training.session import Session
from ..training.train import TrainingError, resumed_job, train
from .document import document
from .estimate import Estimate
from .gather import place, results
from .interrupts import deaf, interruptible
from .outcome import finished
from .plan import Plan
from .specs import Spec
from .state import FILE, Progress, read

BUSY = 0.75
"""Load of others, in cores, from which on times are said to be doubtful."""


Watch = Callable[[Progress], None]


class Interrupted(KeyboardInterrupt):
    """A signal arrived; `result` is the document of what had ended until then."""

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__("interrupted, what had ended is kept")
        self.result = result


class Conductor:
    """Carries out one plan in one directory."""

    def __init__(self, plan: Plan, directory: Path, *, threads: int = 1, watch: Watch = lambda progress: None) -> None:
        """Raises ValueError if `directory` holds another comparison."""
        before = read(directory)
        if before is not None and not plan.follows(before.get("plan") or {}):
            raise ValueError(f"{directory} holds another comparison: name another --run, or ask for the same")
        self.plan, self.directory, self.threads, self.watch = plan, directory, threads, watch
        self.sizes: dict[str, int] = dict((before or {}).get("multiply_adds") or {})
        self.failed: dict[str, str] = {}
        self.estimate = Estimate(plan)
        self.progress = Progress(tasks=len(plan.tasks))
        self._whole: dict[str, Any] | None = None
        self._heard: Callable[[], bool] = lambda: False
        self._written = 0.0
        self._load = 0.0

    def run(self) -> dict[str, Any]:
        """The document; raises OptionError before anything is trained, Interrupted, ValueError."""
        if not self.plan.trained:
            return self._document("finished")
        self.directory.mkdir(parents=True, exist_ok=True)
        with interruptible() as heard:
            self._heard = heard
            try:
                self._say(message="measuring what each model costs", force=True)
                self._measure()
                self._train()
            except KeyboardInterrupt:
                with deaf():
                    raise Interrupted(self._end("stopped")) from None
            except BaseException:
                self._fail()
                raise
        return self._end("failed" if self.failed else "finished")

    def _measure(self) -> None:
        """Sizes and paces of what is still to train; the first wrong option ends it here."""
        todo = [spec for spec in self.plan.trained if self._left(spec) or spec.name not in self.sizes]
        if not todo:
            return
        from .sizing import size_up  # torch

        self._load = others()
        for spec in todo:
            self._say(name=spec.name, message=f"measuring {spec.name}", force=True)
            try:
                size = size_up(self.plan.job(spec, self.plan.seeds[0]), self.threads)
            except OptionError as error:
                raise OptionError(f"{spec.name}: {error}") from error
            self.sizes[spec.name] = size.multiply_adds
            self.estimate.pace[spec.name] = size.pace

    def _left(self, spec: Spec) -> list[int]:
        """The seeds of a side that have not ended."""
        return [seed for seed in self.plan.seeds if finished(place(self.directory, spec, seed)) is None]

    def _train(self) -> None:
        for done, (spec, seed) in enumerate(self.plan.tasks):
            self.progress = replace(self.progress, done=done)
            if self._heard():
                raise KeyboardInterrupt
            where = place(self.directory, spec, seed)
            if spec.name in self.failed:
                continue
            if finished(where) is not None:
                check_same(where, self.plan.job(spec, seed))
                continue
            self._one(spec, seed, where)
            if done + 1 < len(self.plan.tasks):
                self._document("running")
        self.progress = replace(self.progress, done=len(self.plan.tasks))

    def _one(self, spec: Spec, seed: int, where: Path) -> None:
        job, resume = self.plan.job(spec, seed), read_run_json(where) is not None
        if resume:
            check_same(where, job)
        began = time.monotonic()
        self._say(name=spec.name, seed=seed, step=0, message="", run=str(where), force=True)
        try:
            outcome = train(job, run_dir=str(where), resume=resume, threads=self.threads, watch=self._see)
        except OptionError as error:
            raise OptionError(f"{spec.name}: {error}") from error
        except TrainingError as error:
            self.failed[spec.name] = str(error)
            return
        if outcome["status"] != "finished":
            raise KeyboardInterrupt
        if not resume:
            self.estimate.learn(spec, outcome["steps"], outcome["seconds"], time.monotonic() - began)

    def _see(self, session: Session) -> None:
        status, progress = session.status, self.progress
        if self._heard():
            session.send(Stop())  # one that came before there was anything to stop was not obeyed
        spec = next(spec for spec in self.plan.trained if spec.name == progress.name)
        share, left = self.estimate.overall(progress.done, spec, status)
        self._say(step=status.step, steps=status.steps, share=share, left=left, message=status.message)

    def _say(self, *, force: bool = False, **changes: Any) -> None:
        self.progress = replace(self.progress, **changes)
        self.watch(self.progress)
        now = time.monotonic()
        if force or now - self._written > 0.5:
            self._written = now
            self._write("running")

    def _end(self, status: str) -> dict[str, Any]:
        if status == "finished":
            self.progress = replace(self.progress, share=1.0, left=0.0, message="")
        whole = self._document(status)
        self._write(status)
        return whole

    def _fail(self) -> None:
        """State it; where nothing was trained, leave the directory free for another try."""
        self._write("failed")
        if not any(run.exists() for run in (place(self.directory, *task) for task in self.plan.tasks)):
            (self.directory / FILE).unlink(missing_ok=True)
            with suppress(OSError):  # a console.log may be there
                self.directory.rmdir()

    def _document(self, status: str) -> dict[str, Any]:
        """What is known up to now."""
        notes = []
        if self._load > BUSY:
            notes.append(f"other programs used {self._load:.1f} cores when this began: the times are doubtful")
        found = results(self.plan, self.directory, self.sizes, self.failed)
        if status == "stopped":
            ended = sum(len(result.runs) for result in found if not result.kept)
            notes.insert(
                0, f"ended early: {ended} of {len(self.plan.tasks)} trainings are in; the same command goes on"
            )
        where = str(self.directory) if self.plan.trained else ""
        self._whole = document(self.plan, found, where, status, notes)
        return self._whole

    def _write(self, status: str) -> None:
        process = psutil.Process()
        description = {
            "plan": self.plan.to_json(),
            "names": [spec.name for spec in self.plan.specs],
            "multiply_adds": self.sizes,
            "status": status,
            "pid": os.getpid(),
            "process_created": process.create_time(),
            "progress": asdict(self.progress),
            "document": self._whole,
        }
        write_json(self.directory / FILE, description)


def check_same(directory: Path, job: Job) -> None:
    """Raise ValueError unless the run in `directory` is one of `job`, and nobody else writes it."""
    described = read_run_json(directory) or {}
    kept = resumed_job(directory)
    if status_of(described) in ("running", "paused", "loading"):
        raise ValueError(f"{directory} is being trained by process {described.get('pid')}: wait for it, or stop it")
    if (kept.model, kept.data, kept.seed, kept.options) != (job.model, job.data, job.seed, job.options):
        raise ValueError(f"{directory} is a run of something else: name another --run")


def others() -> float:
    """Cores that other programs use, measured for a moment."""
    own = psutil.Process()
    before, start = sum(own.cpu_times()[:2]), time.monotonic()
    share = psutil.cpu_percent(interval=0.2) / 100 * (psutil.cpu_count() or 1)
    return max(0.0, share - (sum(own.cpu_times()[:2]) - before) / (time.monotonic() - start))
