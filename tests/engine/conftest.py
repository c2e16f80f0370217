"""What the tests of the engine share: threads that really interleave, small jobs, sessions that are closed."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlviz.engine.data.dataset import Dataset, Split
from dlviz.engine.data.load import load_data
from dlviz.engine.training.commands import Load
from dlviz.engine.training.job import Job
from dlviz.engine.training.session import Session
from dlviz.engine.training.status import Status

PATIENCE = 60.0
"""Seconds after which a wait has failed; nothing waits that long unless it is broken."""


@pytest.fixture
def switching() -> Iterator[None]:
    """Threads change after almost every instruction, so that a race shows."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Torch computes with one thread, as the engine does: sums have one order."""
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def digits() -> Dataset:
    """The embedded digits, split by seed 0."""
    return load_data("digits", 0)


@pytest.fixture(scope="session")
def blobs() -> Dataset:
    """Three well separated classes of 4 features; 90, 30 and 30 examples."""
    rng = np.random.default_rng(0)

    def split(count: int) -> Split:
        y = np.arange(count) % 3
        x = rng.normal(size=(count, 4)) + 3 * np.eye(3, 4)[y]
        return Split(x=x.astype(np.float32), y=y.astype(np.int64))

    parts = {name: split(count) for name, count in (("train", 90), ("val", 30), ("test", 30))}
    return Dataset(name="blobs", classes=("a", "b", "c"), description="three blobs", **parts)


class Driver:
    """A session on a real thread, driven by commands and waits alone."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.states: list[str] = []
        self.changes: list[Status] = []
        self.session = Session(on_state=self._note)
        self._runs = 0

    def _note(self, status: Status) -> None:
        self.states.append(status.state)
        self.changes.append(status)

    def load(self, model: str = "mlp", *texts: str, **rest: Any) -> Path:
        """Load a job into a new run directory; `start`, `resume` and `run_dir` as in Load."""
        self._runs += 1
        directory = rest.pop("run_dir", self.root / f"run{self._runs}")
        start, resume = rest.pop("start", False), rest.pop("resume", False)
        job = Job.of(model, texts, **rest)
        self.session.send(Load(job=job, run_dir=str(directory), start=start, resume=resume))
        return Path(directory)

    def until(self, *states: str) -> Status:
        """Wait for one of the states; fails if none comes."""
        reached = self.session.wait(lambda status: status.state in states, PATIENCE)
        status = self.session.status
        assert reached and status.state in states, f"{status.state}: {status.message}\n{status.trace}"
        return status


@pytest.fixture
def drive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    """An open session in an empty working directory; closed after the test."""
    monkeypatch.chdir(tmp_path)
    driver = Driver(tmp_path)
    driver.session.open()
    yield driver
    assert driver.session.close(PATIENCE), "the engine's thread did not end"


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait until something is true that no event announces, without sleeping longer than it needs."""
    import threading
    import time

    def wait(true: Callable[[], bool]) -> None:
        pause, deadline = threading.Event(), time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < deadline, "it never came"
            pause.wait(0.005)

    return wait
