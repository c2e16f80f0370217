"""The command line: documents, exit statuses, and trainings that survive signals."""

import importlib.metadata
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from dlviz import cli
from dlviz.commands.train import Asked
from dlviz.engine.catalog import CATALOG
from dlviz.engine.objectives.classification import Classification
from dlviz.engine.training.job import default_options

PATIENCE = 60.0
LONG = "100000000"
ENVIRONMENT = {**os.environ, "COLUMNS": "100", "PYTHONUNBUFFERED": "1"}


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout, which must be plain ASCII on one line."""
        assert self.out.isascii() and self.out.endswith("\n") and self.out.count("\n") == 1, self.out
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def dlviz(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the console script's function in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(os, "environ", os.environ.copy())

    def run(*words: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["dlviz", *words])
        capsys.readouterr()
        status = 0
        try:
            cli.main()
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        captured = capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    return run


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start `python -m dlviz` in a process of its own; ended after the test."""
    started: list[subprocess.Popen[str]] = []

    def one(*words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "dlviz", *words]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started.append(subprocess.Popen(command, cwd=tmp_path, env=ENVIRONMENT, text=True, **pipes))  # type: ignore[call-overload]
        return started[-1]

    yield one
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _wait(true: Callable[[], bool]) -> None:
    pause, deadline = threading.Event(), time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it never came"
        pause.wait(0.02)


def _described(directory: Path) -> dict[str, Any]:
    try:
        value = json.loads((directory / "run.json").read_text())
    except FileNotFoundError:
        return {}
    assert isinstance(value, dict)
    return value


def test_the_catalogue_as_json(dlviz: Run) -> None:
    ran = dlviz("models", "--json")
    assert ran.status == 0 and not ran.err
    assert [row["name"] for row in ran.document] == list(CATALOG)
    for row in ran.document:
        assert {"name", "family", "data", "objective", "parameters", "summary", "views"} <= row.keys()
        assert row["parameters"] == CATALOG[row["name"]].parameters and row["views"]


def test_the_catalogue_as_text(dlviz: Run) -> None:
    out = dlviz("models").out
    assert all(name in out for name in CATALOG) and "26,122" in out and "\x1b" not in out
    one = dlviz("models", "cnn")
    assert one.status == 0 and all(name in one.out for name in CATALOG["cnn"].options.rules())


def test_the_version(dlviz: Run) -> None:
    assert dlviz("--version").out == f"dlviz {importlib.metadata.version('dlviz')}\n"


@pytest.mark.parametrize(
    ("words", "status", "needed"),
    [
        (("train", "cn"), 2, "no model 'cn'; did you mean cnn?"),
        (("models", "cn"), 2, "no model 'cn'; did you mean cnn?"),
        (("train", "cnn", "--set", "lr=fast"), 2, "lr cannot be 'fast'; allowed: a number from 0 to 100"),
        (("train", "cnn", "--set", "poool=max"), 2, "no option 'poool'; did you mean pool?"),
        (("train", "cnn", "--set", "lr"), 2, "--set wants KEY=VALUE"),
        (("train", "cnn", "--steps", "0"), 2, "steps cannot be '0'"),
        (("train", "cnn", "--seconds", "-1"), 2, "seconds cannot be -1"),
        (("train", "cnn", "--seed", "-1"), 2, "seed cannot be -1"),
        (("train", "cnn", "--steps", "5", "--seconds", "5"), 2, "two budgets"),
        (("--color", "pink", "models"), 2, "color cannot be 'pink'"),
        (("train",), 2, "Missing argument"),
        (("train", "cnn", "--steps", "many"), 2, "--steps"),
        (("train", "cnn", "--threads", "0"), 2, "--threads"),
        (("nonsense",), 2, "nonsense"),
        (("train", "cnn", "--data", "/nope"), 1, "no data at /nope"),
        (("train", "cnn", "--device", "warp"), 1, "device 'warp' cannot be used"),
        (("train", "cnn", "--resume"), 1, "nothing to resume: there is no run of cnn"),
        (("train", "cnn", "--resume", "--run", "nowhere"), 1, "nothing to resume in nowhere"),
        (("attach", "nowhere"), 1, "no run 'nowhere'"),
        (("stop", "nowhere"), 1, "no run 'nowhere'"),
        (("attach", "a\x1b]0;x\x07b"), 1, "no run"),
    ],
)
def test_what_is_wrong_is_said_on_stderr_alone(dlviz: Run, words: tuple[str, ...], status: int, needed: str) -> None:
    ran = dlviz(*words)
    assert ran.status == status and needed in ran.err and not ran.out
    assert "Traceback" not in ran.err and "\x1b" not in ran.err and "\x07" not in ran.err
    if ran.err.startswith("dlviz: "):
        assert ran.err.splitlines()[-1].startswith("dlviz: ") and len(ran.err.splitlines()) == 1


def test_an_option_that_does_not_fit_the_data_is_said_too(dlviz: Run) -> None:
    ran = dlviz("train", "resnet", "--set", "depth=3", "--json")
    assert ran.status in (1, 2) and "depth cannot be 3" in ran.err and not ran.out


def test_training_prints_one_document_and_repeats_exactly(dlviz: Run) -> None:
    words = ("train", "cnn", "--steps", "12", "--json", "--set", "validate_every=5")
    one, two, other = dlviz(*words), dlviz(*words), dlviz(*words, "--seed", "1")
    assert one.status == two.status == 0
    document = one.document
    assert {k: document[k] for k in ("model", "data", "seed", "device", "parameters", "steps", "status")} == {
        "model": "cnn", "data": "digits", "seed": 0, "device": "cpu", "parameters": 6138, "steps": 12,
        "status": "finished",
    }  # fmt: skip
    assert document["seconds"] > 0 and document["steps_per_second"] > 0
    assert set(document["metrics"]) == {"test_accuracy", "test_loss", "test_ece"}
    assert document["metrics"] == two.document["metrics"] != other.document["metrics"]
    assert document["run"] != two.document["run"]
    assert _described(Path(document["run"]))["metrics"] == document["metrics"]
    assert "step 12/12" in one.err


def test_a_report_in_words(dlviz: Run) -> None:
    ran = dlviz("train", "mlp", "--steps", "12", "--run", "größe")
    assert ran.status == 0 and "\x1b" not in ran.out
    assert ran.out.startswith("mlp on digits: finished after 12 steps")
    assert "test_accuracy" in ran.out and "kept in größe" in ran.out and "loss/train" in ran.out


def test_without_a_terminal_it_demonstrates(dlviz: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(cli, "train", asked.append)
    assert dlviz().status == 0 and asked == ["cnn"]


def test_a_budget_in_seconds(dlviz: Run) -> None:
    document = dlviz("train", "mlp", "--seconds", "0.2", "--json").document
    assert document["status"] == "finished" and document["steps"] >= 1 and document["seconds"] >= 0.2


def test_resuming(dlviz: Run) -> None:
    first = dlviz("train", "mlp", "--steps", "5", "--run", "r", "--json").document
    again = dlviz("train", "mlp", "--run", "r", "--json")
    assert again.status == 1 and "holds a run already: continue it with --resume" in again.err and not again.out
    same = dlviz("train", "mlp", "--run", "r", "--resume", "--json").document
    assert same["metrics"] == first["metrics"] and same["steps"] == 5 and same["status"] == "finished"
    more = dlviz("train", "mlp", "--run", "r", "--resume", "--steps", "8", "--json").document
    assert more["steps"] == 8 and more["run"] == "r"
    other = dlviz("train", "cnn", "--run", "r", "--resume")
    assert other.status == 1 and "r is a run of mlp, not of cnn" in other.err
    fixed = dlviz("train", "mlp", "--run", "r", "--resume", "--set", "hidden=4")
    assert fixed.status == 2 and "hidden cannot change when a run is resumed" in fixed.err


def test_a_rate_set_when_resuming_is_used(dlviz: Run) -> None:
    dlviz("train", "mlp", "--steps", "3", "--set", "schedule=constant", "--run", "r")
    dlviz("train", "mlp", "--steps", "5", "--set", "lr=0.5", "--run", "r", "--resume")
    from dlviz.engine.runs.open import open_run

    assert open_run(Path("r")).series["lr"].points().values.round(4).tolist() == [0.003] * 3 + [0.5] * 2


def test_the_newest_run_of_the_model_is_resumed(dlviz: Run) -> None:
    one = dlviz("train", "mlp", "--steps", "2", "--json").document
    two = dlviz("train", "cnn", "--steps", "2", "--json").document
    assert dlviz("train", "mlp", "--resume", "--json").document["run"] == one["run"]
    listed = dlviz("runs", "--json").document["runs"]
    assert [row["path"] for row in listed] == [two["run"], one["run"]]
    assert all(row["status"] == "finished" and row["metrics"]["test_accuracy"] >= 0 for row in listed)
    lines = dlviz("runs").out.splitlines()
    assert len(lines) == 3 and lines[1].startswith("cnn-") and "2/2" in lines[1]
    ended = dlviz("attach", one["run"], "--json")
    assert ended.status == 1 and "no training listens" in ended.err
    assert dlviz("stop", one["run"], "--json").document == {"run": one["run"], "status": "finished"}


def test_a_failure_has_a_traceback_only_with_debug(dlviz: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Classification, number: int, progress: float) -> dict[str, float]:
        raise RuntimeError("boom\x1b[31m")

    monkeypatch.setattr(Classification, "step", broken)
    ran = dlviz("train", "mlp", "--steps", "3", "--json")
    assert ran.status == 1 and not ran.out
    assert ran.err.splitlines()[-1] == "dlviz: RuntimeError: boom" and "Traceback" not in ran.err
    with pytest.raises(RuntimeError) as failed:
        dlviz("train", "mlp", "--debug")
    notes = "".join(getattr(failed.value, "__notes__", []))
    assert "in broken" in notes and "\x1b" not in notes


def test_debug_shows_a_traceback(start: Callable[..., subprocess.Popen[str]]) -> None:
    process = start("train", "cnn", "--debug", "--set", "lr=x")
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1 and "Traceback" in err and "OptionError: lr cannot be 'x'" in err and not out


def test_a_signal_saves_and_the_run_continues_as_if_nothing_had_happened(
    start: Callable[..., subprocess.Popen[str]], dlviz: Run, tmp_path: Path
) -> None:
    process = start("train", "mlp", "--steps", LONG, "--set", "schedule=constant", "--run", "r", "--json")
    _wait(lambda: _described(tmp_path / "r").get("step", 0) > 0)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, err
    stopped = Ran(130, out, err).document
    assert stopped["status"] == "stopped" and _described(tmp_path / "r")["ended"]
    total = str(stopped["steps"] + 7)
    words = ("train", "mlp", "--steps", total, "--json")
    resumed = dlviz(*words, "--run", "r", "--resume").document
    whole = dlviz(*words, "--set", "schedule=constant").document
    assert resumed["steps"] == int(total) and resumed["metrics"] == whole["metrics"]


def test_a_training_in_the_background(dlviz: Run, tmp_path: Path) -> None:
    begun = dlviz("train", "mlp", "--steps", LONG, "--detach", "--json").document
    try:
        assert begun["status"] in ("running", "paused") and begun["pid"] != os.getpid()
        name = Path(begun["run"]).name
        (row,) = dlviz("runs", "--json").document["runs"]
        assert (row["name"], row["status"], row["pid"]) == (name, "running", begun["pid"])
        seen = dlviz("attach", name, "--json").document
        assert seen["state"] == "running" and seen["model"] == "mlp" and Path(seen["run"]).name == name
        busy = dlviz("train", "mlp", "--run", begun["run"], "--resume")
        assert busy.status == 1 and "is being written by process" in busy.err
        assert dlviz("stop", name, "--json").document["status"] == "stopped"
        assert (tmp_path / begun["run"] / "checkpoint" / "state.pt").exists()
        assert _described(tmp_path / begun["run"])["status"] == "stopped"
    finally:
        if psutil.pid_exists(begun["pid"]):
            os.kill(begun["pid"], signal.SIGTERM)


def test_what_fails_in_the_background_is_said(dlviz: Run) -> None:
    ran = dlviz("train", "mlp", "--data", "nope.csv", "--detach", "--run", "r")
    assert ran.status == 1 and "no data at nope.csv" in ran.err and not ran.out


def test_defaults_are_those_that_suit_the_data() -> None:
    for model, data in (("gan", "digits"), ("diffusion", "ring"), ("encoder", "topics")):
        assert Asked(model=model, data=data).job().options == default_options(CATALOG[model], data)
        assert Asked(model=model, data=data).job().options != default_options(CATALOG[model], CATALOG[model].data)
