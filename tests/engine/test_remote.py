"""Seeing and controlling a training from another process, over a real socket."""

import contextlib
import socket
import stat
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pytest

from dlviz.engine.probes.requests import LookLayer, LookStructure
from dlviz.engine.training.commands import Change, Go, Pause, Step, Stop
from dlviz.engine.training.control import address
from dlviz.engine.training.remote import RemoteSession
from dlviz.engine.training.wire import WireError, receive, send

from .conftest import PATIENCE, Driver

pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
LONG = "steps=100000000"
Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def standing(drive: Driver) -> Path:
    """The directory of a training that is paused at step 3."""
    directory = drive.load("mlp", LONG, "schedule=constant")
    drive.session.send(Step(3))
    drive.until("paused", step=3)
    return directory


@pytest.fixture
def attach(standing: Path) -> Iterator[Callable[[], RemoteSession]]:
    """Open remote sessions on it; closed after the test."""
    opened: list[RemoteSession] = []

    def one() -> RemoteSession:
        opened.append(RemoteSession(standing).open())
        return opened[-1]

    yield one
    for remote in opened:
        assert remote.close(PATIENCE)


Attach = Callable[[], RemoteSession]


def test_points_status_log_and_marks_arrive(drive: Driver, attach: Attach, eventually: Wait) -> None:
    remote, local = attach(), drive.session
    assert remote.remote and not local.remote
    assert remote.wait(lambda status: status.state == "paused", PATIENCE)
    remote.send(Change("lr", "0.25"))
    remote.send(Step(4))
    eventually(lambda: (remote.status.state, remote.status.step) == ("paused", 7))
    eventually(lambda: len(remote.run.series["loss/train"]) == 7)
    assert remote.status == local.status
    for tag, series in local.run.series.items():
        for name in ("steps", "times", "values"):
            np.testing.assert_array_equal(getattr(remote.run.one(tag).points(), name), getattr(series.points(), name))
    assert remote.run.series["lr"].points().values.tolist()[2:4] == pytest.approx([0.003, 0.25])
    assert remote.run.marks == local.run.marks and [m.step for m in remote.run.marks] == [3]
    assert remote.log.lines() == local.log.lines()
    assert (remote.run.name, remote.run.path) == (local.run.name, local.run.path)


def test_it_can_be_started_paused_and_stopped_from_afar(drive: Driver, attach: Attach) -> None:
    remote = attach()
    remote.send(Go())
    assert remote.wait(lambda status: status.state == "running", PATIENCE)
    drive.until("running")
    remote.send(Pause())
    assert remote.wait(lambda status: status.state == "paused", PATIENCE)
    remote.send(Stop())
    assert remote.wait(lambda status: status.state == "stopped", PATIENCE)
    assert drive.until("stopped").step == remote.status.step


def test_looks_are_answered_from_afar_and_end_with_the_link(drive: Driver, attach: Attach, eventually: Wait) -> None:
    one, other = attach(), attach()
    one.subscribe("x", LookLayer("act1"))
    other.subscribe("x", LookStructure())
    eventually(lambda: "x" in one.answers and "x" in other.answers)
    drive.session.subscribe("x", LookLayer("act1"))
    eventually(lambda: "x" in drive.session.answers)
    here, there = drive.session.answers["x"].view, one.answers["x"].view
    np.testing.assert_array_equal(here.maps, there.maps)  # type: ignore[union-attr]
    assert other.answers["x"].view.model == "mlp"  # type: ignore[union-attr]
    one.send(Step(1))
    eventually(lambda: one.answers["x"].view.step == 4)  # type: ignore[union-attr]
    one.subscribe("x", None)
    eventually(lambda: "x" not in one.answers and "x" in other.answers)
    other.close(PATIENCE)
    eventually(lambda: set(drive.session.subscriptions) == {"x"})
    assert drive.session.subscriptions["x"] == LookLayer("act1")


def test_a_run_that_replaces_another_is_followed(drive: Driver, attach: Attach, eventually: Wait) -> None:
    remote = attach()
    eventually(lambda: "loss/train" in remote.run.series)
    second = drive.load("cnn", LONG)
    drive.session.send(Step(2))
    drive.until("paused", step=2)
    eventually(lambda: remote.run.path == str(second) and len(remote.run.one("loss/train")) == 2)


def test_only_the_owner_may_connect(standing: Path) -> None:
    mode = (standing / "control.sock").stat().st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600


def test_a_very_long_path(drive: Driver) -> None:
    folder = drive.root / ("long" * 20) / ("é" * 40)
    drive.load("mlp", LONG, run_dir=folder)
    drive.session.send(Step(2))
    drive.until("paused", step=2)
    assert len(str(folder).encode()) > 150 and (folder / "control.sock").exists()
    remote = RemoteSession(folder).open()
    assert remote.wait(lambda status: status.state == "paused", PATIENCE) and remote.close(PATIENCE)


def test_a_path_that_is_not_unicode(drive: Driver) -> None:
    folder = drive.root / "caf\udce9"
    drive.load("mlp", LONG, run_dir=folder)
    drive.session.send(Step(1))
    drive.until("paused", step=1)
    remote = RemoteSession(folder).open()
    assert remote.wait(lambda status: status.state == "paused", PATIENCE) and remote.close(PATIENCE)


def test_where_nobody_listens(drive: Driver, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no training listens in .*: it has ended, or runs on another machine"):
        RemoteSession(tmp_path)
    directory = drive.load("mlp", LONG)
    drive.session.send(Step(1))
    drive.until("paused")
    assert drive.session.close(PATIENCE)
    assert not (directory / "control.sock").exists()
    with pytest.raises(ValueError, match="no training listens"):
        RemoteSession(directory)


def _connect(directory: Path) -> socket.socket:
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(PATIENCE)
    with address(directory / "control.sock") as place:
        link.connect(place)
    return link


NONSENSE: dict[str, Any] = {
    "commands are no list": {"commands": 5},
    "a command is no command": {"commands": [5, None, LookStructure()]},
    "a command with wrong values": {"commands": [Change("lr", None), Change(None, "1"), Step(None)]},  # type: ignore[arg-type]
    "subscriptions are no table": {"subscriptions": [1]},
    "a key is no text": {"subscriptions": {5: LookStructure()}},
    "a request is no request": {"subscriptions": {"x": Go()}},
    "a request with wrong values": {"subscriptions": {"x": LookLayer(5, None, "one")}},  # type: ignore[arg-type]
    "an unknown split": {"subscriptions": {"x": LookLayer("act1", "nope")}},
    "points are no table": {"run": "RUN", "points": 5},
    "counts are no numbers": {"run": "RUN", "points": {"loss/train": "x"}},
    "answers are no table": {"run": "RUN", "answers": [1]},
    "the log is no number": {"run": "RUN", "log": "x"},
}


@pytest.mark.parametrize("what", NONSENSE)
def test_messages_that_make_no_sense_harm_nobody(
    standing: Path, attach: Attach, drive: Driver, eventually: Wait, what: str
) -> None:
    message = {k: str(standing) if v == "RUN" else v for k, v in NONSENSE[what].items()}
    with _connect(standing) as link:
        send(link, message)
        with contextlib.suppress(EOFError, WireError, ConnectionError):
            assert "status" in receive(link)
        remote = attach()
        remote.subscribe("real", LookStructure())
        eventually(lambda: "real" in remote.answers)
    eventually(lambda: len(drive.session.subscriptions) == 1)
    assert drive.session.status.state in ("paused", "failed") and drive.session._thread.is_alive()
    if "wrong values" not in what:
        assert drive.session.status.state == "paused"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x00\x00\x00\x01\xc1",
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x10half",
        struct.pack(">I", 1500) + b"\x91" * 1500,
        struct.pack(">I", 2) + msgpack.packb([1]),
    ],
)
def test_bytes_that_make_no_sense_harm_nobody(standing: Path, attach: Attach, content: bytes) -> None:
    with _connect(standing) as link:
        link.sendall(content)
        link.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            assert link.recv(1) == b""
    assert attach().wait(lambda status: status.state == "paused", PATIENCE)


def test_a_server_that_talks_nonsense_ends_the_remote_session(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener, address(tmp_path / "control.sock") as place:
        listener.bind(place)
        listener.listen(1)
        remote = RemoteSession(tmp_path).open()
        link, _ = listener.accept()
        with link:
            receive(link)
            send(link, {"run": 5})
            assert remote.wait(lambda status: status.state == "stopped", PATIENCE)
        assert remote.status.message == "the training's process is gone" and remote.close(PATIENCE)
