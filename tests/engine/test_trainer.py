"""The trainer: known first losses, results that repeat, and options that act when they change."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlviz.engine.catalog import CATALOG
from dlviz.engine.data.dataset import Dataset
from dlviz.engine.objectives.classification import Classification
from dlviz.engine.options import OptionError
from dlviz.engine.training.job import Job
from dlviz.engine.training.trainer import Trainer, choose_device

MODELS = pytest.mark.parametrize("model", ["mlp", "cnn", "resnet"])


def _trainer(data: Dataset, model: str, *texts: str, **rest: Any) -> Trainer:
    return Trainer(Job.of(model, texts, device="cpu", **rest), data)


def _take(trainer: Trainer, count: int) -> list[dict[str, float]]:
    steps = trainer.steps()
    return [next(steps).values for _ in range(count)]


@MODELS
def test_the_same_job_gives_the_same_numbers(model: str, digits: Dataset) -> None:
    def results(seed: int) -> tuple[list[dict[str, float]], dict[str, float]]:
        trainer = _trainer(digits, model, "steps=6", "dropout=0.3", "augment=1", "validate_every=3", seed=seed)
        return [step.values for step in trainer.steps()], trainer.test()

    assert results(3) == results(3) != results(4)


def test_a_training_learns(digits: Dataset) -> None:
    trainer = _trainer(digits, "mlp", "steps=150")
    losses = [step.values["loss/train"] for step in trainer.steps()]
    assert losses[0] == pytest.approx(2.3, abs=0.3) and sum(losses[-10:]) / 10 < 0.5
    metrics = trainer.test()
    assert metrics["test_accuracy"] > 0.85 and metrics["test_loss"] < 0.6 and 0 <= metrics["test_ece"] < 0.2
    assert trainer.done and trainer.step == 150 and next(trainer.steps(), None) is None


def test_validation_comes_as_often_as_asked_and_at_the_end(digits: Dataset) -> None:
    trainer = _trainer(digits, "mlp", "steps=7", "validate_every=3")
    assert [s.number for s in trainer.steps() if "loss/val" in s.values] == [3, 6, 7]


def test_a_budget_in_seconds(digits: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr("time.perf_counter", lambda: next(clock) / 8)  # each step takes 1/8 s, each validation too
    trainer = _trainer(digits, "mlp", "validate_every=4", "steps=1", seconds=1.0)
    assert [(s.number, "loss/val" in s.values) for s in trainer.steps()] == [
        (1, False), (2, False), (3, False), (4, True), (5, False), (6, False), (7, True),
    ]  # fmt: skip
    assert trainer.progress == 1.0 and trainer.seconds == 9 / 8


def test_one_step_of_plain_sgd_is_its_formula(digits: Dataset) -> None:
    trainer = _trainer(
        digits, "mlp", "optimizer=sgd", "momentum=0", "weight_decay=0", "lr=0.5", "schedule=constant", "dropout=0"
    )
    before = {n: p.detach().clone() for n, p in trainer.model.named_parameters()}
    assert isinstance(trainer.objective, Classification)
    x, y = trainer.objective.batch(0)
    loss = F.cross_entropy(trainer.model(x), y)
    gradients = torch.autograd.grad(loss, list(trainer.model.parameters()))
    values = _take(trainer, 1)[0]
    assert values["loss/train"] == pytest.approx(loss.item()) and values["lr"] == 0.5
    norm = torch.sqrt(sum((g**2).sum() for g in gradients))  # type: ignore[arg-type]
    assert values["grad_norm"] == pytest.approx(norm.item(), rel=1e-5)
    for (name, p), g in zip(trainer.model.named_parameters(), gradients, strict=True):
        torch.testing.assert_close(p.detach(), before[name] - 0.5 * g)


def _gradient(trainer: Trainer) -> float:
    gradients = [p.grad.flatten() for p in trainer.model.parameters() if p.grad is not None]
    return float(torch.cat(gradients).norm())


def test_clipping_limits_the_gradient_and_reports_it_unclipped(digits: Dataset) -> None:
    free, clipped = (_trainer(digits, "mlp", "dropout=0", clip) for clip in ("clip=0", "clip=0.1"))
    norm = _take(free, 1)[0]["grad_norm"]
    assert norm > 0.1 and _gradient(free) == pytest.approx(norm, rel=1e-5)
    assert _take(clipped, 1)[0]["grad_norm"] == pytest.approx(norm, rel=1e-6)
    assert _gradient(clipped) == pytest.approx(0.1, rel=1e-4)


LIVE = {
    "lr": 0.5,
    "weight_decay": 0.5,
    "momentum": 0.2,
    "clip": 1e-3,
    "validate_every": 1,
    "label_smoothing": 0.5,
    "augment": 2,
    "dropout": 0.7,
}


def test_these_options_may_change_in_flight() -> None:
    for model in ("mlp", "cnn", "resnet"):
        assert {name for name, rule in CATALOG[model].options.rules().items() if rule.live} == set(LIVE)


@pytest.mark.parametrize("name", LIVE)
@MODELS
def test_a_change_in_flight_takes_effect_at_the_next_step(model: str, name: str, digits: Dataset) -> None:
    texts = ("optimizer=sgd", "momentum=0.9", "dropout=0.1", "schedule=constant", "batch=16")
    changed, left = (_trainer(digits, model, *texts) for _ in range(2))
    outcomes = []
    for trainer in (left, changed):
        torch.manual_seed(0)
        values = _take(trainer, 2)
        if trainer is changed:
            trainer.change(name, LIVE[name])
        values += _take(trainer, 2)
        outcomes.append((values, {n: p.detach().clone() for n, p in trainer.model.named_parameters()}))
    (before, weights), (after, other) = outcomes
    assert before[:2] == after[:2]
    differs = any(not torch.equal(weights[n], other[n]) for n in weights)
    assert differs or name == "validate_every"
    assert getattr(changed.options, name) == LIVE[name]
    if name == "lr":
        assert [v["lr"] for v in after] == [left.objective.options.lr] * 2 + [0.5] * 2
    if name == "validate_every":
        assert ["loss/val" in v for v in after] == [False, False, True, True]
    if name == "label_smoothing":
        assert after[2]["loss/train"] != before[2]["loss/train"]
        assert after[2]["accuracy/train"] == before[2]["accuracy/train"]
    if name == "dropout":
        drops = [m.p for m in changed.model.modules() if isinstance(m, nn.Dropout)]
        assert drops and set(drops) == {0.7}


def test_a_change_that_is_not_allowed_changes_nothing(digits: Dataset) -> None:
    trainer = _trainer(digits, "mlp")
    with pytest.raises(OptionError, match="dropout"):
        trainer.change("dropout", 2.0)
    assert trainer.options == Job.of("mlp").options


def test_parameters_are_counted(digits: Dataset) -> None:
    for name in ("mlp", "cnn", "resnet"):
        assert _trainer(digits, name).parameters == CATALOG[name].parameters


def test_devices() -> None:
    assert choose_device("cpu").type == "cpu"
    assert choose_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
    for name in ("gpu9", "nonsense", "cuda:99", ""):
        with pytest.raises(ValueError, match="allowed: auto, cpu") as refused:
            choose_device(name)
        assert str(refused.value).isprintable()


@pytest.mark.parametrize("rest", [{"seed": -1}, {"seed": 2**31}, {"seconds": 0}, {"seconds": float("nan")}])
def test_a_job_checks_seed_and_seconds(rest: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match="allowed"):
        Job.of("cnn", **rest)


def test_a_job_survives_json() -> None:
    job = Job.of("cnn", ("channels=4,8", "lr=0.0123456789"), seed=7, seconds=2.5, data="x.csv", device="cpu")
    assert Job.from_json(job.to_json()) == job
