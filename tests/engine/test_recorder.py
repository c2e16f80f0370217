"""The run directory: what is kept, what is refused, and a continued run that equals an uninterrupted one."""

import json
import os
import socket
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from dlviz.engine.data.dataset import Dataset
from dlviz.engine.data.load import load_data
from dlviz.engine.runs.open import open_run
from dlviz.engine.runs.run import Run
from dlviz.engine.training.commands import Change, Step, Stop
from dlviz.engine.training.job import Job
from dlviz.engine.training.recorder import Recorder
from dlviz.engine.training.train import TrainingError, train
from dlviz.engine.training.trainer import Trainer

from .conftest import Driver

Table = dict[str, list[tuple[int, float]]]


def _points(run: Run) -> Table:
    """Steps and values of every series; NaN as text, so that equal is equal."""
    return {
        tag: [(int(s), repr(v)) for s, v in zip(p.steps, p.values.tolist(), strict=True)]  # type: ignore[misc]
        for tag, p in ((tag, series.points()) for tag, series in run.series.items())
    }


def _edit(directory: Path, **values: Any) -> None:
    path = directory / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_a_folder_that_holds_a_run_is_not_written_over(drive: Driver) -> None:
    directory = drive.load("mlp", "steps=2", start=True)
    drive.until("finished")
    before = {p: p.read_bytes() for p in directory.rglob("*") if p.is_file()}
    drive.load("mlp", "steps=2", start=True, run_dir=directory)
    status = drive.until("failed")
    assert "holds a run already: continue it with --resume, or name another --run" in status.message
    assert {p: p.read_bytes() for p in directory.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize("resume", [False, True])
def test_a_run_that_another_process_writes_is_not_touched(drive: Driver, resume: bool) -> None:
    directory = drive.load("mlp", "steps=2", start=True)
    drive.until("finished")
    other = psutil.Process(os.getppid())
    _edit(directory, status="running", pid=other.pid, process_created=other.create_time())
    drive.load("mlp", "steps=4", start=True, run_dir=directory, resume=resume)
    assert f"is being written by process {other.pid}: attach to it or stop it" in drive.until("failed").message


def test_a_lost_run_can_be_continued(drive: Driver) -> None:
    directory = drive.load("mlp", "steps=4")
    drive.session.send(Step(2))
    drive.until("paused")
    drive.session.send(Stop())
    drive.until("stopped")
    _edit(directory, status="running", pid=os.getppid(), process_created=1.0, host=socket.gethostname())
    drive.load("mlp", "steps=4", start=True, run_dir=directory, resume=True)
    assert drive.until("finished").step == 4


def _tiny(path: Path, seed: int) -> Path:
    rng = np.random.default_rng(seed)
    y = np.arange(60) % 3
    np.savez(path, x_train=rng.normal(size=(60, 5)) + y[:, None], y_train=y)
    return path


def test_other_data_than_before_are_refused(tmp_path: Path) -> None:
    path, directory = _tiny(tmp_path / "data.npz", 0), tmp_path / "run"
    job = Job.of("mlp", ("steps=3",), data=str(path))
    train(job, run_dir=str(directory))
    longer = Job.of("mlp", ("steps=6",), data=str(path))
    _tiny(path, 1)
    with pytest.raises(TrainingError, match=r"the data .* are not what it was trained on"):
        train(longer, run_dir=str(directory), resume=True)
    _tiny(path, 0)
    assert train(longer, run_dir=str(directory), resume=True)["steps"] == 6


def test_a_stopped_run_continues_as_if_nothing_had_happened(drive: Driver) -> None:
    texts = ("steps=10", "validate_every=3", "dropout=0.4")
    drive.load("cnn", *texts)
    drive.session.send(Step(3))
    drive.until("paused", step=3)
    drive.session.send(Change("lr", "0.002"))
    drive.session.send(Step(7))
    drive.until("finished")
    whole, metrics = _points(drive.session.run), drive.session.run.metrics

    directory = drive.load("cnn", *texts)
    drive.session.send(Step(3))
    drive.until("paused", step=3)
    drive.session.send(Change("lr", "0.002"))
    drive.session.send(Step(3))
    drive.until("paused", step=6)
    drive.session.send(Stop())
    drive.until("stopped")
    drive.load("cnn", *texts, "lr=0.002", run_dir=directory, resume=True)
    status = drive.until("ready")
    assert status.step == 6 and status.loss == float(whole["loss/train"][5][1])
    assert [mark.text for mark in drive.session.run.marks] == ["lr 0.01 → 0.002"]
    drive.session.send(Step(99))
    drive.until("finished")
    assert _points(drive.session.run) == whole and drive.session.run.metrics == metrics
    kept = open_run(directory)
    assert _points(kept) == whole and kept.metrics == metrics and kept.status == "finished"


def test_points_after_the_checkpoint_are_made_anew(drive: Driver) -> None:
    """A kill loses the steps since the last checkpoint; their points are superseded, never doubled."""
    directory = drive.load("mlp", "steps=6")
    drive.session.send(Step(2))
    drive.until("paused", step=2)
    drive.session.send(Stop())
    drive.until("stopped")
    saved = (directory / "checkpoint" / "state.pt").read_bytes()
    drive.load("mlp", "steps=6", run_dir=directory, resume=True)
    drive.session.send(Step(3))
    drive.until("paused", step=5)
    drive.session.send(Stop())
    drive.until("stopped")
    before = _points(open_run(directory))
    (directory / "checkpoint" / "state.pt").write_bytes(saved)
    drive.load("mlp", "steps=6", run_dir=directory, resume=True, start=True)
    drive.until("finished")
    after = _points(open_run(directory))
    assert [step for step, _ in after["loss/train"]] == [1, 2, 3, 4, 5, 6]
    assert after["loss/train"][:5] == before["loss/train"]


def test_an_option_asked_for_when_resuming_takes_effect(drive: Driver) -> None:
    texts = ("steps=6", "schedule=constant")
    directory = drive.load("mlp", *texts)
    drive.session.send(Step(3))
    drive.until("paused", step=3)
    drive.session.send(Stop())
    drive.until("stopped")
    drive.load("mlp", *texts, "lr=0.5", run_dir=directory, resume=True, start=True)
    drive.until("finished")
    run = open_run(directory)
    assert run.series["lr"].points().values.round(4).tolist() == [0.003] * 3 + [0.5] * 3
    assert [(mark.step, mark.text) for mark in run.marks] == [(3, "lr 0.003 → 0.5")]


def test_a_finished_run_has_nothing_left_to_do(drive: Driver) -> None:
    directory = drive.load("mlp", "steps=3", start=True)
    drive.until("finished")
    before = (directory / "run.json").read_bytes()
    drive.load("mlp", "steps=3", start=True, run_dir=directory, resume=True)
    status = drive.until("finished")
    assert status.message == "this run had finished before" and status.step == 3
    assert drive.session.run.metrics["test_accuracy"] >= 0
    assert (directory / "run.json").read_bytes() == before


def test_a_finished_run_with_metrics_that_are_no_numbers(digits: Dataset, tmp_path: Path) -> None:
    job = Job.of("mlp", ("steps=1",), device="cpu")
    train(job, run_dir=str(tmp_path / "r"))
    _edit(tmp_path / "r", metrics={"test_loss": "NaN", "test_accuracy": 0.5})
    recorder = Recorder(Run("r"), job, digits, str(tmp_path / "r"), resume=True)
    assert recorder.resume(Trainer(job, digits))
    assert {k: f"{v:.1f}" for k, v in recorder.run.metrics.items()} == {"test_loss": "nan", "test_accuracy": "0.5"}


def test_what_is_kept_on_disk_is_what_the_run_holds(drive: Driver, digits: Dataset) -> None:
    directory = drive.load("cnn", "steps=4", "validate_every=2", start=True)
    drive.until("finished")
    run, kept = drive.session.run, open_run(directory)
    assert _points(run) == _points(kept) and run.metrics == kept.metrics
    for tag in ("features", "predictions/val"):
        files = sorted((directory / "records" / tag).glob("*.npz"))
        assert [f.stem for f in files] == ["000000002", "000000004"]
        with np.load(files[-1]) as arrays:
            assert str(arrays["__kind__"]) == run.records[tag].kind
            assert set(arrays) == {"__kind__", *run.records[tag].arrays}
            for name, array in run.records[tag].arrays.items():
                np.testing.assert_array_equal(arrays[name], array)
    described = json.loads((directory / "run.json").read_text())
    assert described["model"] == "cnn" and described["data"] == "digits" and described["host"] == socket.gethostname()
    assert described["pid"] == os.getpid() and described["versions"].keys() == {"dlviz", "torch", "numpy"}
    assert Job.from_json(described).options == Job.of("cnn", ("steps=4", "validate_every=2")).options
    assert len(described["data_fingerprint"]) > 8 and load_data("digits", 0).name == "digits"


@pytest.mark.parametrize("content", ["{}", '{"data_fingerprint": 1}', '{"marks": [5], "metrics": 7}', '{"status": []}'])
def test_a_run_json_that_is_not_ours_is_refused_in_words(drive: Driver, content: str) -> None:
    directory = drive.root / "foreign"
    directory.mkdir()
    (directory / "run.json").write_text(content)
    drive.load("mlp", "steps=1", run_dir=directory, resume=True, start=True)
    status = drive.until("failed")
    assert "cannot resume" in status.message and not status.trace
