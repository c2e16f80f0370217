"""What the tests of time travel share: series as tables, and driving a session to a step."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from dlviz.engine.training import travel
from dlviz.engine.training.commands import Step
from dlviz.engine.training.status import Status

from .conftest import Driver

LONG = "steps=100000000"
Wait = Callable[[Callable[[], bool]], None]
Table = dict[str, list[tuple[int, str]]]


@pytest.fixture(autouse=True)
def only_standing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Snapshots are taken where the training stands, and at no time of the clock's."""
    monkeypatch.setattr(travel, "EVERY", 1e9)
    monkeypatch.setattr(travel, "SOONEST", 1e9)


def table(series: dict[str, Any]) -> Table:
    """Steps and values of every series that has any; NaN as text, so that equal is equal."""
    points = {tag: one.points() for tag, one in series.items()}
    return {
        t: [(int(s), repr(float(v))) for s, v in zip(p.steps, p.values, strict=True)]
        for t, p in points.items()
        if len(p)
    }


def tensorboard(directory: Path) -> Table:
    """The same as TensorBoard reads it."""
    seen = EventAccumulator(str(directory), {"scalars": 0}).Reload()
    return {tag: [(e.step, repr(float(e.value))) for e in seen.Scalars(tag)] for tag in seen.Tags()["scalars"]}


def upto(points: Table, step: int) -> Table:
    return {tag: kept for tag, all_ in points.items() if (kept := [p for p in all_ if p[0] <= step])}


def beyond(points: Table, step: int) -> Table:
    return {tag: kept for tag, all_ in points.items() if (kept := [p for p in all_ if p[0] > step])}


def to_step(drive: Driver, step: int) -> Status:
    """Train until `step` in one go."""
    drive.session.send(Step(step - drive.session.status.step))
    return drive.until("paused", "finished", step=step)


def moved(drive: Driver, command: Any, eventually: Wait) -> Status:
    """Send `command`, and wait until the engine has moved and stands."""
    session, before = drive.session, drive.session.status.moves
    session.send(command)
    eventually(lambda: session.status.moves > before and session.status.state != "running")
    return session.status
