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

PATIENCE = 30.0
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
    return Dataset(
        name="blobs",
        classes=("a", "b", "c"),
        description="three blobs",
        train=parts["train"],
        val=parts["val"],
        test=parts["test"],
    )


class Driver:
    """A session on a real thread, driven by commands and waits alone."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.states: list[str] = []
        self.session = Session(on_state=lambda status: self.states.append(status.state))
        self._loads = 0

    def load(self, model: str = "mlp", *texts: str, **rest: Any) -> Path:
        """Load a job into a new run directory; `start`, `resume` and `run_dir` as in Load."""
        self._loads += 1
        directory = rest.pop("run_dir", self.root / f"run{self._loads}")
        start, resume = rest.pop("start", False), rest.pop("resume", False)
        job = Job.of(model, texts, **rest)
        self.session.send(Load(job=job, run_dir=str(directory), start=start, resume=resume))
        return Path(directory)

    def until(self, *states: str, step: int | None = None) -> Status:
        """Wait for one of the states, at `step` if given; fails if it does not come.

        What was loaded before is passed over: its states are no answer to a later load.
        """
        found: list[Status] = []

        def there(status: Status) -> bool:
            if self.states.count("loading") < self._loads:
                return False
            if status.state in states and step in (None, status.step):
                found.append(status)
            return bool(found) or status.state == "failed"

        self.session.wait(there, PATIENCE)
        status = self.session.status
        assert found, f"{status.state} at step {status.step}: {status.message}\n{status.trace}"
        return found[0]


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
