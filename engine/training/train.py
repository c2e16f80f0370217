"""Train without a screen: open a session, wait for its end, report.

The API behind `dlviz train` and `dlviz.train`.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from ..options import OptionError
from ..runs.files import read_run_json
from .commands import Load, Stop
from .job import Job
from .session import Session
from .status import ENDED, Status

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


IMPATIENT = 1.5
"""A second signal sooner than this is the same wish, for some senders signal the whole group as well."""


class Interrupted(KeyboardInterrupt):
    """SIGINT or SIGTERM arrived, and the run was saved; `result` is its document."""

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__("interrupted, saved")
        self.result = result


class TrainingError(RuntimeError):
    """A training that failed; the text is one sentence, `trace` the traceback if there is one."""

    def __init__(self, message: str, trace: str = "") -> None:
        super().__init__(message)
        self.trace = trace
        if trace:
            self.add_note(trace)  # printed with `--debug`


def resumed_job(directory: Path, changes: Callable[[Job], Job] = lambda job: job) -> Job:
    """The job that the run in `directory` was started with, `changes` applied; raises ValueError."""
    described = read_run_json(directory)
    if described is None:
        raise ValueError(f"nothing to resume in {directory}: it has no run.json")
    try:
        return changes(Job.from_json(described))
    except (KeyError, TypeError) as error:
        raise ValueError(f"cannot resume {directory}: its run.json is not one of ours") from error


def train(
    job: Job,
    *,
    run_dir: str = "",
    resume: bool = False,
    threads: int = 1,
    watch: Callable[[Session], None] = lambda session: None,
) -> dict[str, Any]:
    """Train `job` to its end, or until a signal stops and saves it; returns what `dlviz train --json` prints.

    Args:
        job: what to train.
        run_dir: where to keep the run; a new folder under `runs/` by default.
        resume: continue the run in `run_dir`.
        threads: of torch, inside the engine's thread.
        watch: called several times a second with the session, for progress.

    Raises:
        OptionError: an option is not allowed for this data.
        TrainingError: the data, the options or the training itself failed.
        Interrupted: SIGINT or SIGTERM arrived; the run was saved before.
    """
    session = Session(threads=threads)
    with stopping(session) as signals:
        session.open().send(Load(job=job, run_dir=run_dir, resume=resume, start=True))
        while not session.wait(lambda status: status.state in ENDED, timeout=0.25):
            watch(session)
        watch(session)
        session.close()
    status = session.status
    if status.misuse:
        raise OptionError(status.message)
    if status.state == "failed":
        raise TrainingError(status.message, status.trace)
    document = result(job, session.run.metrics, status)
    if status.state == "stopped" and {signal.SIGINT, signal.SIGTERM} & set(signals):
        raise Interrupted(document)
    return document


def result(job: Job, metrics: dict[str, float], status: Status) -> dict[str, Any]:
    """The document of `dlviz train --json`; gradient norms are those of the first step, by layer."""
    described = (read_run_json(Path(status.run)) or {}) if status.run else {}
    return {
        "model": job.model,
        "data": job.data,
        "seed": job.seed,
        "device": status.device,
        "parameters": status.parameters,
        "options": job.options.to_json(),
        "steps": status.step,
        "seconds": round(status.seconds, 3),
        "steps_per_second": round(status.step / status.seconds, 2) if status.seconds else 0.0,
        "status": status.state,
        "run": status.run,
        "diverged_at": status.diverged_at or None,
        "metrics": metrics,
        "gradient_norms": described.get("gradient_norms", {}),
    }


@contextmanager
def stopping(session: Session) -> Iterator[list[int]]:
    """Within, SIGINT, SIGTERM and SIGHUP make the session save and stop; another one later ends the process.

    Yields the signals received so far.
    """
    received: list[int] = []
    began: list[float] = []
    if threading.current_thread() is not threading.main_thread():
        yield received
        return

    def stop(number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if received and now - began[0] > IMPATIENT and number != getattr(signal, "SIGHUP", None):
            print("abandoned, what came after the last checkpoint is lost", file=sys.stderr, flush=True)
            os._exit(130)
        if not received:
            began.append(now)
        received.append(number)
        session.send(Stop())

    before = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
