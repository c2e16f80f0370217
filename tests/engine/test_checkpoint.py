"""Checkpoints: stop anywhere, continue, and every number is as if nothing had happened."""

import itertools
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch

from dlviz.engine.data.dataset import Dataset
from dlviz.engine.recipes.training import OPTIMIZERS
from dlviz.engine.training import checkpoint
from dlviz.engine.training.job import Job
from dlviz.engine.training.trainer import Trainer

IMAGE_MODELS = ("mlp", "cnn", "resnet")
STEPS, KILLED = 9, 5
CHANGES = {2: ("dropout", 0.6), 4: ("lr", 0.02), 7: ("weight_decay", 0.3)}


def _on(trainer: Trainer, until: int) -> list[dict[str, float]]:
    seen = []
    for step in trainer.steps():
        seen.append(step.values)
        if step.number in CHANGES:
            trainer.change(*CHANGES[step.number])
        if step.number == until:
            break
    return seen


def _same(one: Any, other: Any, path: str = "") -> None:
    """Equal bit for bit, tensors and plain values alike; times aside."""
    assert type(one) is type(other), path
    if isinstance(one, torch.Tensor):
        assert one.dtype == other.dtype and torch.equal(one, other), path
    elif isinstance(one, dict):
        assert one.keys() == other.keys(), path
        for key in one.keys() - {"seconds"}:
            _same(one[key], other[key], f"{path}.{key}")
    elif isinstance(one, list | tuple):
        assert len(one) == len(other), path
        for k, (a, b) in enumerate(zip(one, other, strict=True)):
            _same(a, b, f"{path}[{k}]")
    else:
        assert one == other, path


@pytest.mark.parametrize(("model", "optimizer"), list(itertools.product(IMAGE_MODELS, OPTIMIZERS)))
def test_a_continued_training_equals_an_uninterrupted_one(
    model: str, optimizer: str, digits: Dataset, tmp_path: Path
) -> None:
    texts = [f"steps={STEPS}", "batch=16", f"optimizer={optimizer}", "dropout=0.3", "augment=1", "validate_every=3"]
    if model == "resnet":
        texts.append("channels=4,8")
    job = Job.of(model, tuple(texts), device="cpu")
    whole = Trainer(job, digits)
    expected = _on(whole, STEPS)
    state, metrics = whole.state_dict(), whole.test()

    first = Trainer(job, digits)
    seen = _on(first, KILLED)
    checkpoint.save(tmp_path, first.state_dict())
    torch.manual_seed(12345)
    again = Trainer(job, digits)
    found = checkpoint.load(tmp_path)
    assert found is not None
    again.load_state_dict(found)
    assert again.step == KILLED
    seen += _on(again, STEPS)
    assert seen == expected
    _same(again.state_dict(), state)
    assert again.test() == metrics


def test_more_steps_may_be_asked_of_a_continued_training(digits: Dataset, tmp_path: Path) -> None:
    first = Trainer(Job.of("mlp", ("steps=3",), device="cpu"), digits)
    list(first.steps())
    checkpoint.save(tmp_path, first.state_dict())
    more = Trainer(Job.of("mlp", ("steps=5",), device="cpu"), digits)
    more.load_state_dict(checkpoint.load(tmp_path) or {})
    assert not more.done
    assert [step.number for step in more.steps()] == [4, 5]


def test_no_checkpoint_is_none(tmp_path: Path) -> None:
    assert checkpoint.load(tmp_path) is None


class Hostile:
    """A pickle that would run code."""

    def __reduce__(self) -> Any:
        return exec, ("raise SystemExit('the code in a checkpoint ran')",)


@pytest.mark.parametrize(
    "content",
    [b"", b"nonsense", b"PK\x03\x04" + b"\x00" * 100, pickle.dumps(Hostile()), pickle.dumps([1])],
    ids=["empty", "nonsense", "zip", "code", "pickle"],
)
@pytest.mark.filterwarnings("ignore:.*pickle:UserWarning")
def test_what_is_no_checkpoint_is_refused_and_never_run(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "checkpoint" / "state.pt"
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(ValueError, match="cannot be read; start anew"):
        checkpoint.load(tmp_path)


def test_a_checkpoint_with_code_in_it_is_refused(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, {"step": 1, "evil": Hostile()})
    with pytest.raises(ValueError, match="cannot be read"):
        checkpoint.load(tmp_path)


def test_a_cut_checkpoint_is_refused(tmp_path: Path, digits: Dataset) -> None:
    checkpoint.save(tmp_path, Trainer(Job.of("mlp", device="cpu"), digits).state_dict())
    path = tmp_path / "checkpoint" / "state.pt"
    whole = path.read_bytes()
    for share in (0.1, 0.5, 0.99):
        path.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(ValueError, match="cannot be read"):
            checkpoint.load(tmp_path)
