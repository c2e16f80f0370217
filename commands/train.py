"""`dlviz train`: what was asked, checked and turned into a job; trained plainly or in the background."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..engine.catalog import find
from ..engine.options import OptionError
from ..engine.runs.files import ROOT, dump_json, new_run_dir, read_run_json
from ..engine.runs.open import find_runs
from ..engine.training.commands import Load
from ..engine.training.job import Job
from ..engine.training.train import Interrupted, resumed_job, train
from ..tui.plain import Progress, report


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The command line of `dlviz train`."""

    model: str
    steps: int | None = None
    seconds: float | None = None
    seed: int | None = None
    data: str | None = None
    texts: tuple[str, ...] = ()
    run: Path | None = None
    resume: bool = False
    device: str = "auto"
    threads: int = 1

    def job(self) -> Job:
        """The job; raises UnknownModelError, OptionError, or ValueError if there is nothing to resume."""
        entry = find(self.model)
        if self.steps is not None and self.seconds is not None:
            raise OptionError("--steps and --seconds are two budgets; give one of them")
        if self.steps is not None and any(text.partition("=")[0].strip() == "steps" for text in self.texts):
            raise OptionError("--steps and --set steps=… are the same option; give one of them")
        texts = self.texts if self.steps is None else (*self.texts, f"steps={self.steps}")
        if not self.resume:
            return Job.of(
                self.model, texts, data=self.data, seed=self.seed or 0, seconds=self.seconds, device=self.device
            )
        job = resumed_job(self.directory())
        if job.model != self.model:
            raise ValueError(f"{self.directory()} is a run of {job.model}, not of {self.model}")
        for name, given, kept in (("seed", self.seed, job.seed), ("data", self.data, job.data)):
            if given not in (None, kept):
                raise OptionError(f"{name} cannot change when a run is resumed: it is {kept}")
        for text in self.texts:
            name = text.partition("=")[0].strip()
            if not (entry.options.rule(name).live or name == "steps"):
                raise OptionError(f"{name} cannot change when a run is resumed; start a new run for that")
        seconds = job.seconds if self.steps is None else None
        return replace(job, options=job.options.with_texts(texts), seconds=self.seconds or seconds)

    def directory(self) -> Path:
        """Where the run is or will be; with `resume` and no `run`, the newest run of the model."""
        if self.run is not None:
            return self.run
        if not self.resume:
            return Path()
        for path in find_runs(ROOT):
            if (read_run_json(path) or {}).get("model") == self.model:
                return path
        raise ValueError(f"nothing to resume: there is no run of {self.model} under {ROOT}/")

    def command(self) -> Load:
        """The command that loads and starts it."""
        directory = self.directory()
        run_dir = "" if directory == Path() else str(directory)
        return Load(job=self.job(), run_dir=run_dir, resume=self.resume, start=True)


def plain(asked: Asked, *, json: bool) -> None:
    """Train and print a report, or one JSON document; progress goes to stderr. Interrupted: status 130."""
    load = asked.command()
    before = (read_run_json(Path(load.run_dir)) or {}).get("step") if load.resume else None
    with Progress(sys.stderr) as progress:
        try:
            document = train(
                load.job, run_dir=load.run_dir, resume=load.resume, threads=asked.threads, watch=progress.show
            )
            status = 0
        except Interrupted as interrupted:
            document, status = interrupted.result, 130
    if load.resume and document["steps"] == before:
        print("this run had finished before; --steps N takes it further", file=sys.stderr)
    if json:
        print(dump_json(document))
    else:
        report(document, sys.stdout)
    if status:
        raise SystemExit(status)


def detached(asked: Asked) -> dict[str, Any]:
    """Start the training in the background; returns run, pid and status."""
    from ..engine.training.detach import detach

    load = asked.command()
    directory = Path(load.run_dir) if load.run_dir else new_run_dir(asked.model)
    return detach(arguments(asked, directory), directory)


def arguments(asked: Asked, directory: Path) -> list[str]:
    """The command line that trains the same in another process."""
    words = ["train", asked.model, "--run", str(directory), "--plain"]
    for name in ("seed", "steps", "seconds", "data", "device", "threads"):
        value = getattr(asked, name)
        if value is not None:
            words += [f"--{name}", str(value)]
    for text in asked.texts:
        words += ["--set", text]
    return [*words, "--resume"] if asked.resume else words
