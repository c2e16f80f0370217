"""The monitor over runs that a test makes by hand: no files, no thread."""

import math
from contextlib import asynccontextmanager
from typing import cast

import numpy as np
import pytest

from dlviz.engine.runs.run import Run
from dlviz.engine.runs.watcher import Watcher
from dlviz.tui.panes.pane import Pane
from dlviz.tui.watch.app import WatchApp
from dlviz.tui.watch.charts import pane as charts


class FakeWatcher:
    """The face of Watcher; a test puts runs in, and says that something has changed."""

    def __init__(self, *runs: Run) -> None:
        self.runs = runs
        self.generation = 1
        self.loaded = True
        self.problems: dict[str, str] = {}
        self.failures: list[str] = []
        self.files = 0
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1


def made(name: str, began: float = 1e9, every: float = 1.0, **values) -> Run:
    """A run with one series a tag; `_` in a keyword is `/` in its tag; values at steps 0, 1, 2, … or {step: value}."""
    run = Run(name, path=f"/logs/{name}")
    run.started = run.grown = began
    for tag, points in values.items():
        steps = np.array(list(points) if isinstance(points, dict) else range(len(points)), np.int64)
        numbers = np.array(list(points.values()) if isinstance(points, dict) else points, float)
        run.one(tag.replace("_", "/")).extend_arrays(steps, began + every * steps, numbers)
    return run


@asynccontextmanager
async def monitor(*runs: Run, size=(120, 40), **options):
    """The monitor, painted."""
    app = WatchApp(cast(Watcher, FakeWatcher(*runs)), title="logs", **options)
    async with app.run_test(size=size) as pilot:
        for _ in range(100):  # the desk mounts its panes in a later round
            await pilot.pause()
            if app.query("#charts"):
                break
        app.tick()
        await pilot.pause()
        yield app, pilot


@pytest.fixture(autouse=True)
def unforgiving(monkeypatch: pytest.MonkeyPatch) -> None:
    """A drawing that fails fails the test, and one that takes long is not interrupted."""
    monkeypatch.setattr(Pane, "FORGIVES", False)
    monkeypatch.setattr(charts, "BUDGET", math.inf)


@pytest.fixture
def make():
    """Makes a run by hand: see `made`."""
    return made


@pytest.fixture
def watching():
    """Opens the monitor over runs: see `monitor`."""
    return monitor
