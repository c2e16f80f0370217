"""The session: a real thread, told what to do by commands, waited for by its states."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlviz.engine.objectives.classification import Classification
from dlviz.engine.probes.requests import LookCell, LookLayer, LookPredictions, LookSketch, LookStructure, Request
from dlviz.engine.runs.writer import RunWriter
from dlviz.engine.training import looker
from dlviz.engine.training.commands import Change, Go, Load, Pause, Save, Step, Stop
from dlviz.engine.training.job import Job
from dlviz.engine.training.session import Session

from .conftest import PATIENCE, Driver

LONG = "steps=100000000"
Wait = Callable[[Callable[[], bool]], None]


def _described(directory: Path) -> dict[str, Any]:
    value = json.loads((directory / "run.json").read_text())
    assert isinstance(value, dict)
    return value


def test_a_training_from_start_to_finish(drive: Driver) -> None:
    directory = drive.load("mlp", "steps=8", "validate_every=4", start=True)
    status = drive.until("finished")
    assert drive.states == ["loading", "ready", "running", "finished"]
    assert (status.step, status.steps, status.model, status.run) == (8, 8, "mlp", str(directory))
    assert status.parameters == 26_122 and status.device == "cpu" and status.memory > 0 and status.progress == 1
    run = drive.session.run
    assert set(run.metrics) == {"test_accuracy", "test_loss", "test_ece"}
    assert run.status == "finished" and run.series["loss/train"].points().steps.tolist() == list(range(1, 9))
    assert run.series["loss/val"].points().steps.tolist() == [4, 8]
    assert run.series["loss/train"].last() is not None and status.loss == run.series["loss/train"].last()[2]  # type: ignore[index]
    assert set(run.records) == {"features", "predictions/val", "predictions/test"}
    described = _described(directory)
    assert described["status"] == "finished" and described["ended"] >= described["started"]
    assert described["metrics"] == run.metrics and described["step"] == 8
    assert {p.name for p in directory.iterdir()} >= {"run.json", "records", "checkpoint", "console.log"}
    assert any(line.startswith("finished: test_accuracy") for line in drive.session.log.lines())


def test_steps_pauses_and_going_on_are_exact(drive: Driver) -> None:
    drive.load("mlp", LONG)
    assert drive.until("ready").step == 0
    drive.session.send(Step(3))
    drive.until("paused", step=3)
    drive.session.send(Step())
    drive.until("paused", step=4)
    drive.session.send(Go())
    drive.until("running")
    drive.session.send(Pause())
    stood = drive.until("paused").step
    drive.session.send(Step(2))
    drive.until("paused", step=stood + 2)
    series = drive.session.run.series["loss/train"].points()
    assert series.steps.tolist() == list(range(1, stood + 3))


@pytest.mark.parametrize("count", [0, -3])
def test_a_step_of_nothing_does_nothing(drive: Driver, eventually: Wait, count: int) -> None:
    drive.load("mlp", LONG)
    drive.until("ready")
    drive.session.send(Step(count))
    drive.session.send(Change("lr", "x"))
    eventually(lambda: "lr cannot be" in drive.session.status.message)
    assert drive.session.status.state == "ready"
    drive.session.send(Step(2))
    drive.until("paused", step=2)


def test_steps_asked_for_in_a_row_add_up(drive: Driver) -> None:
    drive.load("mlp", LONG)
    for _ in range(4):
        drive.session.send(Step(2))
    drive.until("paused", step=8)


def test_a_step_beyond_the_budget_finishes(drive: Driver) -> None:
    drive.load("mlp", "steps=3")
    drive.session.send(Step(50))
    assert drive.until("finished").step == 3
    drive.session.send(Go())
    drive.session.send(Step(1))
    drive.load("mlp", "steps=1", start=True)
    drive.until("finished", step=1)


def test_commands_without_a_model_are_harmless(drive: Driver) -> None:
    for command in (Go(), Step(2), Pause(), Stop(), Save(), Change("lr", "1")):
        drive.session.send(command)
    drive.load("mlp", "steps=1", start=True)
    drive.until("finished")
    assert "failed" not in drive.states


def test_a_change_in_flight_acts_and_marks_the_curve(drive: Driver) -> None:
    directory = drive.load("mlp", LONG, "schedule=constant")
    drive.session.send(Step(2))
    drive.until("paused", step=2)
    drive.session.send(Change("lr", "0.5"))
    drive.session.send(Change("lr", "0.5"))
    drive.session.send(Step(2))
    drive.until("paused", step=4)
    run = drive.session.run
    np.testing.assert_allclose(run.series["lr"].points().values, [0.003, 0.003, 0.5, 0.5], rtol=1e-6)
    assert [(m.step, m.text) for m in run.marks] == [(2, "lr 0.003 → 0.5")]
    drive.session.send(Stop())
    drive.until("stopped")
    described = _described(directory)
    assert described["options"]["lr"] == 0.5 and described["marks"][0]["text"] == "lr 0.003 → 0.5"
    assert "step 2: lr 0.003 → 0.5" in (directory / "console.log").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "text", "needed"),
    [
        ("batch", "8", "batch cannot change in flight; these can: validate_every, lr, weight_decay"),
        ("hidden", "4", "hidden cannot change in flight"),
        ("lr", "fast", "lr cannot be 'fast'; allowed: a number from 0 to 100"),
        ("lrr", "1", "no option 'lrr'; did you mean lr?"),
    ],
)
def test_a_change_that_is_not_allowed_is_refused_in_words(drive: Driver, name: str, text: str, needed: str) -> None:
    drive.load("mlp", LONG)
    drive.session.send(Step(1))
    drive.until("paused")
    drive.session.send(Change(name, text))
    drive.session.send(Step(1))
    drive.until("paused", step=2)
    assert any(line.startswith(needed) for line in drive.session.log.lines())
    assert not drive.session.run.marks


def test_stop_saves_and_ends(drive: Driver) -> None:
    directory = drive.load("mlp", LONG, start=True)
    drive.until("running")
    drive.session.send(Stop())
    status = drive.until("stopped")
    described = _described(directory)
    assert described["status"] == "stopped" and described["ended"] and described["step"] == status.step
    assert (directory / "checkpoint" / "state.pt").exists()


def test_save_writes_a_checkpoint_and_trains_on(drive: Driver) -> None:
    directory = drive.load("mlp", LONG)
    drive.session.send(Step(2))
    drive.until("paused", step=2)
    drive.session.send(Save())
    drive.session.send(Step(1))
    drive.until("paused", step=3)
    assert (directory / "checkpoint" / "state.pt").exists()
    assert any("checkpoint saved at step 2" in line for line in drive.session.log.lines())


@pytest.mark.parametrize(
    ("model", "texts", "rest", "needed"),
    [
        ("mlp", (), {"data": "nowhere.csv"}, "no data at nowhere.csv"),
        ("resnet", ("depth=3",), {}, "depth cannot be 3"),
        ("cnn", ("kernel=15", "padding=0"), {}, "shrink to nothing"),
        ("mlp", (), {"device": "warp"}, "device 'warp' cannot be used"),
        ("mlp", (), {"resume": True}, "nothing to resume"),
    ],
)
def test_what_cannot_be_loaded_is_said_in_one_line(
    drive: Driver, model: str, texts: tuple[str, ...], rest: dict[str, Any], needed: str
) -> None:
    directory = drive.load(model, *texts, start=True, **rest)
    status = drive.until("failed")
    assert needed in status.message and status.message.isprintable() and not status.trace
    assert not directory.exists()
    drive.load("mlp", "steps=2", start=True)
    assert drive.until("finished").step == 2


def test_a_failure_inside_a_step_is_shown_and_the_next_job_runs(drive: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Classification.step

    def broken(self: Classification, number: int, progress: float) -> dict[str, float]:
        if number == 2:
            raise RuntimeError("boom \x1b[31m\x07 [/x]")
        return one(self, number, progress)

    monkeypatch.setattr(Classification, "step", broken)
    directory = drive.load("mlp", start=True)
    status = drive.until("failed")
    assert status.step == 2 and status.message == "RuntimeError: boom \\x07 [/x]"
    assert "Traceback" in status.trace and "in broken" in status.trace and "\x1b" not in status.trace
    described = _described(directory)
    assert described["status"] == "failed" and described["ended"] and "boom" in described["message"]
    monkeypatch.undo()
    drive.load("mlp", "steps=4", start=True)
    assert drive.until("finished").step == 4


def test_a_full_disk_is_a_failure_like_others(drive: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    drive.load("mlp", LONG)
    drive.session.send(Step(1))
    drive.until("paused")
    for method in ("scalars", "describe", "flush"):
        monkeypatch.setattr(RunWriter, method, full)
    drive.session.send(Step(1))
    assert "No space left" in drive.until("failed").message
    monkeypatch.undo()
    drive.load("mlp", "steps=2", start=True)
    assert drive.until("finished").step == 2


def test_another_job_replaces_a_running_one_which_is_saved(drive: Driver) -> None:
    first = drive.load("mlp", LONG, start=True)
    drive.until("running")
    second = drive.load("cnn", "steps=2", start=True)
    assert drive.until("finished").model == "cnn"
    assert _described(first)["status"] == "stopped" and (first / "checkpoint" / "state.pt").exists()
    assert drive.session.run.path == str(second) and _described(second)["status"] == "finished"


def test_closing_stops_saves_and_joins(drive: Driver) -> None:
    directory = drive.load("mlp", LONG, start=True)
    drive.until("running")
    assert drive.session.close(PATIENCE)
    assert drive.session.status.state == "stopped" and _described(directory)["status"] == "stopped"
    assert not any(t.name == "dlviz-engine" and t.is_alive() for t in threading.enumerate())
    assert drive.session.close()


def test_a_session_that_was_never_opened_closes() -> None:
    session = Session()
    assert session.wait(lambda status: False, timeout=0.01)
    assert session.close()


def test_a_wait_gives_up(drive: Driver) -> None:
    assert not drive.session.wait(lambda status: False, timeout=0.01)


def test_states_are_told_in_the_engines_thread(tmp_path: Path) -> None:
    threads: set[str] = set()
    session = Session(on_state=lambda status: threads.add(threading.current_thread().name)).open()
    session.send(Load(job=Job.of("mlp", ("steps=1",)), run_dir=str(tmp_path / "r"), start=True))
    assert session.wait(lambda status: status.state == "finished", PATIENCE) and session.close(PATIENCE)
    assert threads == {"dlviz-engine"}


def test_subscriptions_are_answered_refreshed_and_dropped(drive: Driver, eventually: Wait) -> None:
    session = drive.session
    session.subscribe("head", LookLayer("head"))
    session.subscribe("ladder", LookStructure())
    eventually(lambda: "head" in session.answers)
    assert session.answers["head"].view is None and "no model is loaded" in session.answers["head"].error
    drive.load("mlp", LONG)
    drive.until("ready")
    eventually(lambda: all(k in session.answers and session.answers[k].view for k in ("head", "ladder")))
    first = session.answers["head"]
    assert first.view is not None and first.view.step == 0
    session.send(Step(3))
    drive.until("paused", step=3)
    eventually(lambda: session.answers["head"].view.step == 3)  # type: ignore[union-attr]
    assert session.answers["head"].version > first.version
    session.subscribe("head", LookLayer("act1"))
    eventually(lambda: session.answers["head"].request == LookLayer("act1"))
    session.subscribe("head", None)
    eventually(lambda: "head" not in session.answers)
    for model in ("cnn", "mlp"):  # both stand at step 0
        drive.load(model, LONG)
        drive.until("ready")
        eventually(lambda: session.answers["ladder"].view.model == drive.session.status.model)  # type: ignore[union-attr]


def test_a_question_asked_while_training_is_answered(drive: Driver, eventually: Wait) -> None:
    drive.load("mlp", LONG, start=True)
    drive.until("running")
    drive.session.subscribe("p", LookPredictions())
    drive.session.subscribe("c", LookCell("linear1"))
    drive.session.subscribe("s", LookSketch(Job.of("cnn")))
    eventually(lambda: len(drive.session.answers) == 3)
    assert not any(answer.error for answer in drive.session.answers.values())
    assert drive.session.status.state == "running"


@pytest.mark.parametrize("error", [IndexError("deep"), KeyError("nope"), TypeError("x"), RuntimeError("y")])
def test_a_look_that_fails_is_an_answer_and_no_more(
    drive: Driver, monkeypatch: pytest.MonkeyPatch, eventually: Wait, error: Exception
) -> None:
    def broken(*_: object) -> None:
        raise error

    drive.load("mlp", LONG)
    drive.until("ready")
    monkeypatch.setattr(looker, "look", broken)
    drive.session.subscribe("x", LookStructure())
    eventually(lambda: "x" in drive.session.answers)
    assert drive.session.answers["x"].view is None and drive.session.answers["x"].error
    drive.session.send(Step(2))
    drive.until("paused", step=2)


def test_looking_does_not_change_what_is_learned(drive: Driver, eventually: Wait) -> None:
    losses = []
    for looks in (False, True):
        drive.load("mlp", "steps=9")
        drive.until("ready")
        asked: dict[str, Request] = {"l": LookLayer("act1"), "p": LookPredictions(), "s": LookSketch(Job.of("cnn"))}
        for key, request in asked.items():
            drive.session.subscribe(key, request if looks else None)
        for _ in range(9):
            at = drive.session.status.step
            drive.session.send(Step())
            drive.until("paused", "finished", step=at + 1)
            if looks:
                eventually(lambda: len(drive.session.answers) == 3)
        drive.until("finished")
        losses.append(drive.session.run.series["loss/train"].points().values.copy())
    np.testing.assert_array_equal(losses[0], losses[1])


def test_a_loss_that_is_not_a_number_is_shown_and_survived(drive: Driver, eventually: Wait) -> None:
    directory = drive.load("mlp", "optimizer=sgd", "lr=100", "schedule=constant", "steps=40", "weight_decay=10")
    drive.session.send(Step(39))
    drive.until("paused", step=39)
    assert not np.isfinite(drive.session.run.series["loss/train"].points().values).all()
    requests: dict[str, Request] = {
        "l": LookLayer("act1"),
        "c": LookCell("head"),
        "p": LookPredictions(),
        "s": LookStructure(),
    }
    for key, request in requests.items():
        drive.session.subscribe(key, request)
    eventually(lambda: len(drive.session.answers) == 4)
    assert not [answer.error for answer in drive.session.answers.values() if answer.error]
    drive.session.send(Go())
    drive.until("finished")
    assert _described(directory)["metrics"]["test_loss"] in ("NaN", "Infinity")
