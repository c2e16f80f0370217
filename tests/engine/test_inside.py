"""What every probe promises, for every model: it looks or says why not, and the training does not notice."""

import io
import math
from typing import Any

import numpy as np
import pytest
import torch

from dlviz.engine.data.load import load_data
from dlviz.engine.probes.inside import PROBES, inside
from dlviz.engine.probes.requests import LookInside
from dlviz.engine.training.job import Job
from dlviz.engine.training.trainer import Trainer

CASES = {
    "mlp": ("mlp", "digits"),
    "cnn": ("cnn", "digits"),
    "resnet": ("resnet", "digits"),
    "rnn recall": ("rnn", "recall:distance=4"),
    "lstm text": ("lstm", "topics"),
    "gcn": ("gcn", "karate"),
    "gpt": ("gpt", "topics"),
    "encoder recall": ("encoder", "recall:distance=4"),
    "encoder text": ("encoder", "topics"),
    "translator": ("translator", "french"),
    "vae": ("vae", "digits"),
    "gan points": ("gan", "ring"),
    "gan images": ("gan", "digits"),
    "diffusion points": ("diffusion", "ring"),
    "diffusion images": ("diffusion", "digits"),
    "bayesnet": ("bayesnet", "digits"),
    "naive-bayes": ("naive-bayes", "digits"),
}
SHOWS = {
    "attention": {"gpt", "encoder recall", "encoder text", "translator", "diffusion images"},
    "text": {"lstm text", "gpt", "encoder text", "translator"},
    "hidden": {"rnn recall", "lstm text", "gcn"},
    "latent": {"vae"},
    "arena": {"gan points", "gan images"},
    "denoise": {"diffusion points", "diffusion images"},
    "evidence": {"bayesnet"},
    "health": CASES.keys() - {"bayesnet", "naive-bayes"},
}
QUICK = {"denoise": (("steps", 10.0),), "text": (("length", 8.0),)}
STEPS = ("steps=5", "validate_every=3")
_DATA: dict[str, Any] = {}


def started(case: str) -> Trainer:
    model, source = CASES[case]
    job = Job.of(model, STEPS, source, device="cpu")
    if case not in _DATA:
        _DATA[case] = load_data(source, 0, kinds=tuple(job.entry.objectives))
    return Trainer(job, _DATA[case])


def _trained(case: str, looking: bool) -> tuple[list[dict[str, float]], Trainer]:
    trainer, values = started(case), []
    for step in trainer.steps():
        values.append(step.values)
        for probe in (probe for probe, cases in SHOWS.items() if looking and case in cases):
            inside(trainer, LookInside(probe, settings=QUICK.get(probe, ())))
    return values, trainer


def _same(a: list[dict[str, float]], b: list[dict[str, float]]) -> bool:
    return len(a) == len(b) and all(
        x.keys() == y.keys() and all(x[k] == y[k] or (math.isnan(x[k]) and math.isnan(y[k])) for k in x)
        for x, y in zip(a, b, strict=True)
    )


def test_every_probe_is_here() -> None:
    assert SHOWS.keys() == PROBES.keys()


@pytest.mark.parametrize("case", CASES)
def test_a_training_that_is_looked_into_goes_as_it_would_have_gone(case: str) -> None:
    alone, unseen = _trained(case, looking=False)
    seen, looked = _trained(case, looking=True)
    assert _same(alone, seen)
    one, other = io.BytesIO(), io.BytesIO()
    torch.save({k: v for k, v in unseen.state_dict().items() if k != "seconds"}, one)
    torch.save({k: v for k, v in looked.state_dict().items() if k != "seconds"}, other)
    assert one.getvalue() == other.getvalue()


@pytest.mark.parametrize("case", CASES)
def test_a_probe_shows_something_or_says_in_a_sentence_why_not(case: str) -> None:
    trainer = started(case)
    for _ in trainer.steps():
        pass
    modes = [module.training for module in trainer.model.modules()]
    grads = [None if p.grad is None else p.grad.clone() for p in trainer.model.parameters()]
    for probe, cases in SHOWS.items():
        ask = LookInside(probe, settings=QUICK.get(probe, ()))
        if case not in cases:
            with pytest.raises(ValueError) as refused:
                inside(trainer, ask)
            said = str(refused.value)
            assert said.isprintable() and 10 < len(said) < 200, (probe, said)
            continue
        before = torch.get_rng_state()
        found = inside(trainer, ask)
        assert found.records and found.step == 5 and torch.equal(before, torch.get_rng_state())
        for record in found.records:
            assert record.kind and record.step == 5
            for name, array in record.arrays.items():
                kind = np.asarray(array).dtype.kind
                assert kind in "biufU", (probe, record.tag, name, kind)
    assert modes == [module.training for module in trainer.model.modules()]
    for parameter, grad in zip(trainer.model.parameters(), grads, strict=True):
        assert (parameter.grad is None) == (grad is None) and (grad is None or torch.equal(parameter.grad, grad))  # type: ignore[arg-type]
