"""Comparisons that really train: the same as `dlviz train`, interruptible, and gone on with where they ended."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from dlviz.engine.comparing import conduct
from dlviz.engine.comparing.conduct import Conductor, Interrupted, check_same
from dlviz.engine.comparing.estimate import Estimate
from dlviz.engine.comparing.outcome import by_example, finished
from dlviz.engine.comparing.plan import Plan, plan
from dlviz.engine.comparing.sizing import size_up
from dlviz.engine.comparing.state import FILE, Progress, read
from dlviz.engine.data.load import load_data
from dlviz.engine.probes.structure import structure
from dlviz.engine.training.job import Job
from dlviz.engine.training.session import Session
from dlviz.engine.training.status import Status
from dlviz.engine.training.train import TrainingError, stopping, train
from dlviz.engine.training.trainer import Trainer


def small(**rest: Any) -> Plan:
    """Two perceptrons, a few steps."""
    return plan(("mlp", "mlp:hidden=8"), **{"steps": 12, "seeds": 2, **rest})


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], list[Progress]]:
    """One comparison, its document, and what it said on its way."""
    directory = tmp_path_factory.mktemp("compare") / "c"
    said: list[Progress] = []
    return directory, Conductor(small(), directory, watch=said.append).run(), said


def test_every_training_is_that_of_dlviz_train(compared: Any, tmp_path: Path) -> None:
    _, document, _ = compared
    alone = train(Job.of("mlp", ("hidden=8", "steps=12"), seed=1), run_dir=str(tmp_path / "r"))
    entry = document["entries"][1]
    assert {name: one["values"][1] for name, one in entry["metrics"].items()} == alone["metrics"]
    assert entry["parameters"] == alone["parameters"] and entry["seeds"] == [0, 1]


def test_the_document_has_what_it_promises(compared: Any) -> None:
    directory, document, _ = compared
    json.dumps(document)
    assert document["status"] == "finished" and document["data"] == "digits" and document["budget"]["steps"] == 12
    assert document["seeds"] == [0, 1] and document["run"] == str(directory)
    for entry in document["entries"]:
        assert entry["seconds_per_step"] > 0 and entry["steps"] == [12, 12] and len(entry["runs"]) == 2
        assert set(entry["metrics"]) == {"test_accuracy", "test_loss", "test_ece"}
        for one in entry["metrics"].values():
            assert one["mean"] == pytest.approx(sum(one["values"]) / 2) and one["sd"] >= 0
        assert entry["curves"]["loss/val"]["final"]["step"] == 12
    gaps = {gap["metric"]: gap for gap in document["differences"]}
    assert gaps["test_accuracy"]["interval_over"] == "seeds and examples"
    assert gaps["test_ece"]["interval_over"] == "seeds"
    assert gaps["test_loss"]["low"] < gaps["test_loss"]["difference"] < gaps["test_loss"]["high"]
    assert len(document["verdicts"]) == 3 and read(directory)["document"] == document  # type: ignore[index]


def test_the_kept_predictions_give_the_metric_back(compared: Any) -> None:
    run = finished(compared[0] / "mlp-seed0")
    assert run is not None
    for name in ("test_accuracy", "test_loss"):
        values = by_example(name, run)
        assert values is not None and values.mean() == pytest.approx(run.metrics[name], abs=1e-4)
    assert by_example("test_ece", run) is None
    wrong = finished(compared[0] / "mlp-seed1")
    assert wrong is not None
    wrong.metrics["test_loss"] += 0.5
    assert by_example("test_loss", wrong) is None, "predictions that do not fit the metric must not be used"


def test_progress_grows_to_the_end(compared: Any) -> None:
    said = compared[2]
    shares = [one.share for one in said if one.run]
    assert said[0].tasks == 4 and {one.done for one in said if one.run} == {0, 1, 2, 3}
    assert shares[-1] > 0.5 and all(0 <= share <= 1 for share in shares)
    assert read(compared[0])["progress"]["share"] == 1.0  # type: ignore[index]


def test_what_has_ended_is_not_trained_again_and_more_seeds_are_added(tmp_path: Path, monkeypatch: Any) -> None:
    asked: list[tuple[str, int]] = []

    def counting(job: Job, **rest: Any) -> dict[str, Any]:
        asked.append((Path(rest["run_dir"]).name, job.seed))
        return train(job, **rest)

    monkeypatch.setattr(conduct, "train", counting)
    first = Conductor(small(seeds=1, steps=4), tmp_path / "c").run()
    assert len(asked) == 2
    again = Conductor(small(seeds=1, steps=4), tmp_path / "c").run()
    assert len(asked) == 2 and again["entries"] == first["entries"]
    Conductor(small(seeds=2, steps=4), tmp_path / "c").run()
    assert asked[2:] == [("mlp-seed1", 1), ("mlp-hidden-8-seed1", 1)]
    with pytest.raises(ValueError, match="holds another comparison"):
        Conductor(small(seeds=1, steps=5), tmp_path / "c")


def test_an_end_before_time_keeps_what_is_there_and_goes_on_later(tmp_path: Path, monkeypatch: Any) -> None:
    left = [2]

    def interrupted(job: Job, **rest: Any) -> dict[str, Any]:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return train(job, **rest)

    monkeypatch.setattr(conduct, "train", interrupted)
    with pytest.raises(Interrupted) as caught:
        Conductor(small(steps=4), tmp_path / "c").run()
    document = caught.value.result
    assert document["status"] == "stopped" and [entry["seeds"] for entry in document["entries"]] == [[0], [0]]
    assert "2 of 4 trainings are in" in document["notes"][0] and document["verdicts"]
    monkeypatch.setattr(conduct, "train", train)
    assert Conductor(small(steps=4), tmp_path / "c").run()["status"] == "finished"


def test_a_signal_that_a_training_takes_with_it_is_heard_all_the_same(tmp_path: Path, monkeypatch: Any) -> None:
    def ending(job: Job, **rest: Any) -> dict[str, Any]:
        outcome = train(job, **rest)
        with stopping(Session()):  # its handlers are in place, and there is nothing left that they could stop
            signal.raise_signal(signal.SIGTERM)
        return outcome

    monkeypatch.setattr(conduct, "train", ending)
    with pytest.raises(Interrupted) as caught:
        Conductor(small(steps=4), tmp_path / "c").run()
    assert [entry["seeds"] for entry in caught.value.result["entries"]] == [[0], []]
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL and signal.set_wakeup_fd(-1) == -1


def test_a_run_of_something_else_is_not_taken_for_ours(compared: Any) -> None:
    with pytest.raises(ValueError, match="a run of something else"):
        check_same(compared[0] / "mlp-seed0", Job.of("mlp", ("steps=13",)))


def test_a_training_that_fails_is_told_and_the_others_go_on(tmp_path: Path, monkeypatch: Any) -> None:
    def failing(job: Job, **rest: Any) -> dict[str, Any]:
        if job.options.hidden == (8,):  # type: ignore[attr-defined]
            raise TrainingError("out of luck")
        return train(job, **rest)

    monkeypatch.setattr(conduct, "train", failing)
    document = Conductor(small(steps=4), tmp_path / "c").run()
    assert document["status"] == "failed" and document["entries"][1]["failed"] == "out of luck"
    assert document["entries"][0]["seeds"] == [0, 1] and document["entries"][1]["metrics"] == {}


def test_runs_that_are_there_are_compared_without_training(compared: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    paths = (str(compared[0] / "mlp-seed0"), str(compared[0] / "mlp-hidden-8-seed0"))
    document = Conductor(plan(paths), tmp_path / "unused").run()
    assert [entry["seeds"] for entry in document["entries"]] == [[0], [0]] and not document["run"]
    assert {gap["interval_over"] for gap in document["differences"]} == {"examples", ""}
    assert not (tmp_path / "unused").exists()


@pytest.mark.parametrize("model", ["mlp", "cnn", "resnet"])
def test_multiply_adds_are_those_of_the_ladder(model: str) -> None:
    job = Job.of(model)
    data = load_data("digits", 0)
    trainer = Trainer(job, data)
    ladder = structure(trainer.model.eval(), model, data, trainer.objective.specimen(job.options, data))
    size = size_up(job)
    assert size.multiply_adds == sum(layer.macs for layer in ladder.layers)
    assert size.parameters == trainer.parameters and size.pace > 0


def test_the_time_left_comes_from_measured_paces() -> None:
    made = small(steps=100)
    one, two = made.specs
    estimate = Estimate(made)
    estimate.pace = {one.name: 0.1, two.name: 0.2}
    share, left = estimate.overall(0, one, Status(step=50, steps=100, rate=10.0))
    assert left == pytest.approx(5 + 20 + 10 + 20) and share == pytest.approx(5 / 60)
    estimate.learn(one, 100, 20.0, 23.0)
    share, left = estimate.overall(1, two, Status(step=0, steps=100))
    assert left == pytest.approx(20 + 3 + 23 + 23) and share == pytest.approx(23 / (23 + 69))


def test_a_torn_or_foreign_file_is_no_comparison(tmp_path: Path) -> None:
    assert read(tmp_path) is None
    (tmp_path / FILE).write_text("[1")
    assert read(tmp_path) is None
