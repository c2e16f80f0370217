"""Learning-rate schedules and update rules, against torch's own."""

import math

import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler

from dlviz.engine.recipes.classifiers import MlpOptions
from dlviz.engine.recipes.training import OPTIMIZERS
from dlviz.engine.recipes.training import SCHEDULES as NAMES
from dlviz.engine.training import optimizers
from dlviz.engine.training.schedules import SCHEDULES, WARMUP


def _rates(make: object, steps: int) -> list[float]:
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = make(optimizer)  # type: ignore[operator]
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


@pytest.mark.parametrize("total", [20, 100, 1000])
def test_onecycle_is_torchs_onecycle(total: int) -> None:
    rates = _rates(
        lambda o: lr_scheduler.OneCycleLR(
            o, 1.0, total_steps=total, pct_start=0.3, anneal_strategy="cos", div_factor=25, final_div_factor=1e4
        ),
        total - 1,
    )
    peak, last = 0.3 * total - 1, total - 1  # torch's step numbers at the ends of its two phases
    for step, rate in enumerate(rates):
        phase = step / peak * WARMUP if step <= peak else WARMUP + (step - peak) / (last - peak) * (1 - WARMUP)
        assert SCHEDULES["onecycle"](phase) == pytest.approx(rate, rel=1e-6, abs=1e-9)


def test_cosine_and_linear_are_torchs() -> None:
    cosine = _rates(lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=50), 50)
    linear = _rates(lambda o: lr_scheduler.LinearLR(o, 1.0, 0.0, total_iters=50), 50)
    for step in range(50):
        assert SCHEDULES["cosine"](step / 50) == pytest.approx(cosine[step], rel=1e-6)
        assert SCHEDULES["linear"](step / 50) == pytest.approx(linear[step], rel=1e-6)


def test_ends_and_peaks() -> None:
    assert tuple(SCHEDULES) == NAMES
    assert [SCHEDULES["onecycle"](p) for p in (0.0, WARMUP, 1.0)] == pytest.approx([1 / 25, 1.0, 1 / 25e4])
    assert [SCHEDULES["cosine"](p) for p in (0.0, 0.5, 1.0)] == pytest.approx([1.0, 0.5, 0.0])
    assert [SCHEDULES["constant"](p) for p in (0.0, 0.5, 1.0)] == [1.0, 1.0, 1.0]
    for schedule in SCHEDULES.values():
        assert all(0 <= schedule(k / 97) <= 1 and math.isfinite(schedule(k / 97)) for k in range(98))


TWINS = {
    "adamw": lambda p: torch.optim.AdamW(p, 0.02, weight_decay=0.1),
    "adam": lambda p: torch.optim.Adam(p, 0.02, weight_decay=0.1),
    "sgd": lambda p: torch.optim.SGD(p, 0.02, momentum=0.8, weight_decay=0.1, nesterov=True),
    "rmsprop": lambda p: torch.optim.RMSprop(p, 0.02, momentum=0.8, weight_decay=0.1),
}


def _module(weights: nn.Parameter) -> nn.Module:
    module = nn.Module()
    module.weights = weights
    return module


def _pull(weights: nn.Parameter, optimizer: torch.optim.Optimizer) -> None:
    optimizer.zero_grad()
    ((weights - torch.arange(4.0)) ** 2).sum().backward()
    optimizer.step()


@pytest.mark.parametrize("name", TWINS)
def test_an_update_rule_is_torchs_with_the_options_given(name: str) -> None:
    options = MlpOptions(optimizer=name, lr=0.04, weight_decay=0.1, momentum=0.8)
    ours, theirs = (nn.Parameter(torch.ones(4)) for _ in range(2))
    (optimizer,), twin = optimizers.build(_module(ours), options), TWINS[name]([theirs])
    for _ in range(5):
        optimizers.tune(optimizer, options, 0.02)
        _pull(ours, optimizer)
        _pull(theirs, twin)
    torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize(("before", "after"), [(0.0, 0.9), (0.9, 0.0)])
def test_momentum_and_decay_may_change_in_flight(name: str, before: float, after: float) -> None:
    weights = nn.Parameter(torch.ones(4))
    (optimizer,) = optimizers.build(_module(weights), MlpOptions(optimizer=name, momentum=before, weight_decay=before))
    for momentum in (before, before, after, after):
        options = MlpOptions(optimizer=name, momentum=momentum, weight_decay=momentum)
        optimizers.tune(optimizer, options, 1.0)
        _pull(weights, optimizer)
        group = optimizer.param_groups[0]
        assert group["weight_decay"] == momentum == group.get("momentum", momentum)
    assert weights.isfinite().all()


def test_muon_takes_the_hidden_matrices_and_adamw_the_rest() -> None:
    torch.manual_seed(0)
    embedding, hidden, head = nn.Embedding(5, 4), nn.Linear(4, 4), nn.Linear(4, 5)
    head.weight = embedding.weight  # tied
    model = nn.ModuleDict({"embedding": embedding, "hidden": hidden, "head": head})
    options = MlpOptions(optimizer="muon", lr=0.02, weight_decay=0.1, momentum=0.9)
    muon, adamw = optimizers.build(model, options)
    assert [p is hidden.weight for p in muon.param_groups[0]["params"]] == [True]
    taken = {id(p) for p in adamw.param_groups[0]["params"]}
    assert taken == {id(p) for p in model.parameters()} - {id(hidden.weight)}
    twin = nn.Parameter(hidden.weight.detach().clone())
    rule = torch.optim.Muon([twin], 0.02, 0.1, 0.9, adjust_lr_fn="match_rms_adamw")
    for parameter in (hidden.weight, twin):
        parameter.grad = torch.arange(16.0).reshape(4, 4)
    muon.step()
    rule.step()
    torch.testing.assert_close(hidden.weight, twin)


def test_the_plateau_rises_stays_and_falls_to_a_fiftieth() -> None:
    values = [SCHEDULES["plateau"](k / 100) for k in range(101)]
    assert values[0] < 0.1 and values[5:60] == [1.0] * 55 and values[100] == pytest.approx(0.02)
    assert values[60:] == sorted(values[60:], reverse=True)
