"""A session without an engine: tests set its status and answers by hand, and read what was asked of it."""

from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dlviz.engine.probes.requests import Answer, Request
from dlviz.engine.runs.run import Log, Run
from dlviz.engine.training.commands import Command
from dlviz.engine.training.status import Status
from dlviz.tui.app import DlvizApp
from dlviz.tui.panes.pane import Pane


class FakeSession:
    """The face of Session; `sent` and `wanted` tell what the lab asked for."""

    def __init__(self, remote: bool = False, **status: Any) -> None:
        self.run = Run("fake")
        self.status = Status(**status)
        self.log = Log()
        self.answers: dict[str, Answer] = {}
        self.remote = remote
        self.sent: list[Command] = []
        self.wanted: dict[str, Request] = {}
        self.opened = self.closed = self.over = False

    def open(self) -> "FakeSession":
        self.opened = True
        return self

    def send(self, command: Command) -> None:
        self.sent.append(command)

    def subscribe(self, key: str, request: Request | None) -> None:
        self.wanted.pop(key, None)
        if request is not None:
            self.wanted[key] = request

    def close(self, timeout: float = 5.0) -> bool:
        self.closed = True
        return True

    def now(self, **changes: Any) -> None:
        """Replace parts of the status, as the engine would."""
        self.status = replace(self.status, **changes)


@pytest.fixture
def fake() -> type[FakeSession]:
    """The class of sessions without an engine."""
    return FakeSession


@pytest.fixture(autouse=True)
def unforgiving(monkeypatch: pytest.MonkeyPatch) -> None:
    """A drawing that fails fails the test."""
    monkeypatch.setattr(Pane, "FORGIVES", False)


@pytest.fixture
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, so that no runs of others are listed."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@asynccontextmanager
async def lab(session, size=(120, 40), load=None):
    """The lab, painted, with all its panes and its engine opened."""
    app = DlvizApp(session=session, load=load)
    async with app.run_test(size=size) as pilot:
        while not session.opened:
            await pilot.pause()
        await pilot.pause()
        yield app, pilot


def text_of(widget):
    """What a widget shows."""
    return "\n".join(widget.render_line(y).text for y in range(widget.size.height))
