"""The health probe against plain hooks, copies of the weights around one step, and numpy's own histograms."""

import copy
import gc
import itertools
import math
import weakref
from typing import Any, cast

import numpy as np
import pytest
import torch
from torch import nn

from dlviz.commands.look import look as look_command
from dlviz.engine.catalog import CATALOG
from dlviz.engine.data.base import Data
from dlviz.engine.data.load import load_data
from dlviz.engine.data.points import Points
from dlviz.engine.models.feedforward import SquaredRelu
from dlviz.engine.objectives.adversarial import Adversarial
from dlviz.engine.probes.health import bins
from dlviz.engine.probes.health.layers import Outputs, parts
from dlviz.engine.probes.health.memory import BATCHES, LOOKS, MEMORIES, History, Memory
from dlviz.engine.probes.health.verdicts import BAD, WATCH, WELL, Vitals, headline, judge
from dlviz.engine.probes.inside import inside
from dlviz.engine.probes.requests import LookInside
from dlviz.engine.training.job import Job
from dlviz.engine.training.trainer import Trainer

COUNTING = ("bayesnet", "naive-bayes")
TRAINED = tuple(name for name in CATALOG if name not in COUNTING)
RECTIFIERS = (nn.ReLU, nn.GELU, SquaredRelu)
_DATA: dict[str, Data] = {}


def trainer_of(model: str, *texts: str) -> Trainer:
    entry = CATALOG[model]
    if model not in _DATA:
        _DATA[model] = load_data(entry.data, 0, kinds=entry.objectives)
    return Trainer(Job.of(model, ("steps=40", "validate_every=40", *texts), entry.data, device="cpu"), _DATA[model])


def stepped(trainer: Trainer, count: int) -> list[dict[str, float]]:
    return [step.values for step in itertools.islice(trainer.steps(), count)]


def looked(trainer: Trainer, layer: str = "") -> dict[str, Any]:
    """The arrays of the table, by name; and by kind those of the layer."""
    found = inside(trainer, LookInside("health", settings=(("layer", layer),) if layer else ()))
    assert {record.step for record in found.records} == {trainer.step}
    return {record.kind: record.arrays for record in found.records}


def _grad(parameter: nn.Parameter) -> torch.Tensor:
    assert parameter.grad is not None
    return parameter.grad


def plain_outputs(model: nn.Module, called: nn.Module, inputs: tuple[Any, ...]) -> dict[str, torch.Tensor]:
    """The output of each module by name, first call alone, by PyTorch's own hooks."""
    seen: dict[str, torch.Tensor] = {}

    def keep(name: str) -> Any:
        def hook(module: nn.Module, given: Any, output: Any) -> None:
            seen.setdefault(name, output[0] if isinstance(output, tuple) else output)

        return hook

    handles = [module.register_forward_hook(keep(name)) for name, module in model.named_modules() if name]
    mode = model.training
    model.eval()
    with torch.no_grad():
        called(*inputs)
    model.train(mode)
    for handle in handles:
        handle.remove()
    return seen


def real_points(trainer: Trainer, first: int, count: int) -> torch.Tensor:
    """What a discriminator of points is shown beside the generated ones."""
    objective = cast(Adversarial, trainer.objective)
    points = torch.from_numpy(cast(Points, objective.data).val)
    return objective.scaling.inside(points[torch.arange(first, first + count) % len(points)])


@pytest.mark.parametrize("model", TRAINED)
def test_outputs_are_those_of_plain_hooks(model: str) -> None:
    trainer = trainer_of(model)
    stepped(trainer, 2)
    a = looked(trainer)["health"]
    inputs = trainer.objective.inputs("val", int(a["first"]), int(a["examples"]) if model != "gcn" else 1)
    seen = plain_outputs(trainer.model, trainer.model, inputs)
    real: dict[str, torch.Tensor] = {}
    if model == "gan":
        points = real_points(trainer, int(a["first"]), int(a["examples"]))
        real = plain_outputs(trainer.model, trainer.model.get_submodule("discriminator"), (points,))
    names = [str(name) for name in a["layers"]]
    met = [name for name in names if name in seen]
    assert met == [name for name in seen if name in met], "the order of the forward pass"
    assert names[: len(met)] == met and len(met) >= len(names) - 2 and int(a["examples"]) == len(inputs[0])
    for k, name in enumerate(met):
        values = torch.cat([seen[name], real[name]]) if name in real else seen[name]
        assert a["mean"][k] == pytest.approx(values.double().mean().item(), rel=1e-4, abs=1e-6), name
        assert a["sd"][k] == pytest.approx(values.double().std(correction=0).item(), rel=1e-4, abs=1e-6), name
        assert a["zeros"][k] == pytest.approx((values == 0).double().mean().item(), abs=1e-9), name
        module = trainer.model.get_submodule(name)
        assert (a["units"][k] >= 0) == isinstance(module, RECTIFIERS)
        if a["units"][k] >= 0:
            units = values.transpose(1, -1) if values.dim() == 4 else values
            silent = [bool((units[..., u] == 0).all()) for u in range(units.shape[-1])]
            assert (a["units"][k], a["dead"][k]) == (len(silent), sum(silent)), name


@pytest.mark.parametrize("model", TRAINED)
def test_gradients_and_weights_are_those_of_the_parameters(model: str) -> None:
    trainer = trainer_of(model)
    stepped(trainer, 2)
    a = looked(trainer)["health"]
    covered = set()
    for k, name in enumerate(map(str, a["layers"])):
        own = (
            dict(trainer.model.named_parameters(recurse=False))
            if name in dict(trainer.model.named_parameters())
            else {}
        )
        own = own or dict(trainer.model.get_submodule(name).named_parameters())
        covered |= {id(p) for p in own.values()}
        grads = [p.grad.flatten().double() for p in own.values() if p.grad is not None]
        if not grads:
            assert math.isnan(a["gradient"][k])
            continue
        whole = torch.cat(grads).numpy()
        assert a["gradient"][k] == pytest.approx(np.linalg.norm(whole), rel=1e-5)
        assert a["gradient_mean"][k] == pytest.approx(whole.mean(), rel=1e-5, abs=1e-9)
        assert a["gradient_sd"][k] == pytest.approx(whole.std(), rel=1e-5, abs=1e-9)
        matrices = (
            [p for p in own.values() if p.dim() > 1] or [p for n, p in own.items() if n == "weight"] or own.values()
        )
        norm = math.sqrt(sum(float(p.detach().double().square().sum()) for p in matrices))
        assert a["weight"][k] == pytest.approx(norm, rel=1e-6)
    assert covered == {id(p) for p in trainer.model.parameters()}, "no weight is left out"


@pytest.mark.parametrize(
    ("model", "texts"),
    [
        ("cnn", ()),
        ("mlp", ("optimizer=sgd", "weight_decay=0.1")),
        ("mlp", ("optimizer=muon",)),
        ("vae", ()),
        ("gan", ()),
        ("gan", ("spectral_norm=true",)),
        ("diffusion", ("clip=0.01",)),
    ],
)
def test_the_update_ratio_is_that_of_copies_around_one_step(model: str, texts: tuple[str, ...]) -> None:
    trainer = trainer_of(model, *texts)
    steps = trainer.steps()
    next(steps)
    assert np.isnan(looked(trainer)["health"]["update"]).all()
    before = {name: p.detach().clone() for name, p in trainer.model.named_parameters()}
    next(steps)
    after = {name: p.detach().clone() for name, p in trainer.model.named_parameters()}
    next(steps)
    next(steps)
    a = looked(trainer)["health"]
    assert int(a["update_step"]) == 2
    checked = 0
    for k, name in enumerate(map(str, a["layers"])):
        own = [key for key in before if key.startswith(name + ".") or key == name]
        own = [key for key in own if before[key].dim() > 1] or [key for key in own if key.endswith("weight")] or own
        if not own or not any(after[key].ne(before[key]).any() for key in own):
            continue
        size = math.sqrt(sum(float(before[key].double().square().sum()) for key in own))
        moved = math.sqrt(sum(float((after[key].double() - before[key].double()).square().sum()) for key in own))
        if size:
            assert a["update"][k] == pytest.approx(moved / size, rel=1e-4), name
            checked += 1
    assert checked >= 3
    assert all(descent.observe is not None for descent in trainer.objective.descents.values())


@pytest.mark.parametrize("model", TRAINED)
def test_training_is_bit_for_bit_the_same_with_looks(model: str) -> None:
    alone = trainer_of(model)
    expected, generator = stepped(alone, 3), torch.get_rng_state()
    watched, found = trainer_of(model), []
    for values in watched.steps():
        found.append(values.values)
        a = looked(watched)["health"]
        looked(watched, str(a["layers"][0]))
        if len(found) == 3:
            break
    assert found == expected
    for one, other in zip(alone.model.state_dict().values(), watched.model.state_dict().values(), strict=True):
        assert torch.equal(one, other)
    assert torch.equal(generator, torch.get_rng_state()) and watched.model.training == alone.model.training


def test_the_average_of_a_generator_is_left_alone() -> None:
    trainer = trainer_of("gan")
    stepped(trainer, 2)
    average = trainer.objective.averages["generator"].module
    before = [p.clone() for p in average.parameters()]
    names = [str(name) for name in looked(trainer)["health"]["layers"]]
    assert all(torch.equal(p, q) for p, q in zip(before, average.parameters(), strict=True))
    assert {name.partition(".")[0] for name in names} == {"generator", "discriminator"}


@pytest.mark.parametrize("model", COUNTING)
def test_models_that_count_say_so(model: str) -> None:
    with pytest.raises(ValueError, match=f"^{model} learns by counting: it has no gradients"):
        looked(trainer_of(model))


def test_an_unknown_layer_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"no layer 'conv9' \(there are: conv1, .*head\)"):
        looked(trainer_of("cnn"), "conv9")


@pytest.mark.parametrize("model", ["mlp", "cnn"])
def test_a_model_that_diverges_names_the_first_layer_in_forward_order(model: str) -> None:
    trainer = trainer_of(model, "optimizer=sgd", "lr=100", "schedule=constant")
    for step in trainer.steps():
        a = looked(trainer)["health"]
        inputs = trainer.objective.inputs("val", int(a["first"]), int(a["examples"]))
        seen = plain_outputs(trainer.model, trainer.model, inputs)
        broken = [
            name
            for name, output in seen.items()
            if name in list(a["layers"])
            and not all(
                bool(torch.isfinite(t).all())
                for p in trainer.model.get_submodule(name).parameters()
                for t in (output, p, _grad(p))
            )
        ]
        if broken:
            assert str(a["broken_layer"]) == broken[0] and int(a["broken_step"]) == step.number
            assert str(a["headline"]).startswith(
                f"first NaN or infinity: {broken[0]}, seen at step {step.number}, in its"
            )
            assert f"(all was finite at step {step.number - 1})" in str(a["headline"])
            return
        assert not str(a["broken_layer"])
    raise AssertionError("it did not diverge")


def test_one_broken_weight_in_the_middle_is_found_where_it_is_and_stays_the_first() -> None:
    trainer = trainer_of("cnn")
    steps = trainer.steps()
    next(steps)
    assert not str(looked(trainer)["health"]["broken_layer"])
    next(steps)
    with torch.no_grad():
        trainer.model.get_parameter("conv2.weight")[3, 0, 0, 0] = float("inf")
    a = looked(trainer)["health"]
    told = dict(zip(map(str, a["layers"]), map(str, a["verdicts"]), strict=True))
    assert told["conv1"] == told["act1"] == "ok" and told["conv2"] == "not finite: output, weights"
    assert told["norm2"] == "not finite: output"
    assert str(a["headline"]).startswith("first NaN or infinity: conv2, seen at step 2, in its output, weights")
    next(steps)  # now everything is broken
    a = looked(trainer)["health"]
    assert a["level"][0] == BAD and (str(a["broken_layer"]), int(a["broken_step"])) == ("conv2", 2)


def test_an_overflow_that_no_weight_shows_is_seen_in_the_output() -> None:
    trainer = trainer_of("mlp")
    stepped(trainer, 1)
    with torch.no_grad():
        trainer.model.get_parameter("linear2.weight").fill_(1e38)
    a = looked(trainer)["health"]
    assert str(a["broken_layer"]) == "linear2" and "in its output" in str(a["headline"])
    assert a["weight"][list(a["layers"]).index("linear2")] == pytest.approx(128 * 1e38, rel=1e-5)


def test_dead_units_are_counted_over_the_batches_of_all_looks() -> None:
    trainer = trainer_of("mlp")
    with torch.no_grad():
        trainer.model.get_parameter("linear1.bias")[:100] = -1e4
    for look, _ in enumerate(trainer.steps(), start=1):
        a = looked(trainer)["health"]
        k = list(a["layers"]).index("act1")
        assert int(a["batches"]) == min(look, BATCHES)
        assert a["units"][k] == 128 and 100 <= a["dead"][k] <= 112
        assert (
            a["level"][k] == BAD and f"of 128 units dead over the last {look} batches" in str(a["verdicts"][k])
        ) or look == 1
        if look == 3:
            break
    assert str(a["headline"]).startswith(f"act1: {a['dead'][k]} of 128 units dead over the last 3 batches")
    again = looked(trainer)["health"]
    assert int(again["batches"]) == 3, "a second look at the same step is no new batch"


def test_a_unit_that_lived_in_one_of_the_last_batches_is_not_dead() -> None:
    memory = Memory()
    for step in range(BATCHES + 1):
        memory.breathe("act", step, [torch.tensor([step == 0, step == 1, False, True])])
    assert memory.dead("act") == (2, 4, BATCHES), "the batch of step 0 has left the ring"
    assert memory.dead("conv") == (-1, -1, 0)
    memory.turn(BATCHES)
    memory.turn(2)
    assert memory.dead("act") == (2, 4, 2), "the batches after a step back are forgotten"


@pytest.mark.parametrize(("activation", "low", "high"), [("tanh", -1, 1), ("sigmoid", 0, 1)])
def test_saturation_is_the_share_near_both_ends(activation: str, low: float, high: float) -> None:
    trainer = trainer_of("mlp", f"activation={activation}", "batch_norm=false")
    with torch.no_grad():
        trainer.model.get_parameter("linear1.weight").mul_(20)
    stepped(trainer, 1)
    a = looked(trainer)["health"]
    values = plain_outputs(trainer.model, trainer.model, trainer.objective.inputs("val", int(a["first"]), 64))["act1"]
    margin = 0.03 * (high - low) / 2
    expected = ((values > high - margin) | (values < low + margin)).double().mean().item()
    k = list(a["layers"]).index("act1")
    assert 0.2 < expected == pytest.approx(a["saturated"][k], abs=1e-9)
    assert (a["level"][k] == BAD) == (expected > 0.5)
    assert math.isnan(a["saturated"][list(a["layers"]).index("linear1")])


def test_a_stored_model_is_told_the_gradients_of_one_more_step_and_stays_as_it_is() -> None:
    trained, loaded = trainer_of("cnn", "dropout=0.3", "augment=1"), trainer_of("cnn", "dropout=0.3", "augment=1")
    stepped(trained, 3)
    torch.manual_seed(5)
    state = trained.state_dict()
    loaded.load_state_dict(state)
    generator = torch.get_rng_state()
    a = looked(loaded)["health"]
    assert bool(a["tried"]) and int(a["update_step"]) == 4 and int(a["batches"]) == BATCHES
    assert torch.equal(torch.get_rng_state(), generator)
    assert all(p.grad is None for p in loaded.model.parameters())
    trained.load_state_dict(state)
    before = {name: p.detach().clone() for name, p in trained.model.named_parameters()}
    expected = stepped(trained, 1)
    for k, name in enumerate(map(str, a["layers"])):
        own = list(trained.model.get_submodule(name).parameters())
        if own:
            norm = torch.cat([_grad(p).flatten() for p in own]).norm().item()
            assert a["gradient"][k] == pytest.approx(norm, rel=1e-5)
            weight = before[f"{name}.weight"]
            moved = (trained.model.get_parameter(f"{name}.weight").detach() - weight).norm() / weight.norm()
            assert a["update"][k] == pytest.approx(moved.item(), rel=1e-3)
    torch.set_rng_state(generator)
    assert stepped(loaded, 1) == expected, "the trial left nothing behind, neither in weights nor in moments"
    a = looked(loaded)["health"]
    assert not bool(a["tried"]) and np.isfinite(a["gradient"]).any()


def test_histograms_of_weights_are_numpys_on_one_axis() -> None:
    trainer = trainer_of("mlp")
    expected = []
    for step in trainer.steps():
        kinds = looked(trainer, "linear2")
        expected.append(trainer.model.get_parameter("linear2.weight").detach().double().numpy().ravel())
        if step.number == 2:
            with torch.no_grad():
                trainer.model.get_parameter("linear2.weight").mul_(9)
        if step.number == 4:
            break
    told = kinds["histograms"]
    assert told["steps"].tolist() == [1, 2, 3, 4] and told["counts"].shape == (4, bins.BINS)
    assert told["edges"][-1] == 2 ** np.ceil(np.log2(max(np.abs(w).max() for w in expected)))
    for counts, weights in zip(told["counts"], expected, strict=True):
        np.testing.assert_array_equal(counts, np.histogram(weights, told["edges"])[0])
    outputs = kinds["histogram"]
    a = kinds["health"]
    given = trainer.objective.inputs("val", int(a["first"]), int(a["examples"]))
    values = plain_outputs(trainer.model, trainer.model, given)["linear2"].numpy()
    np.testing.assert_array_equal(outputs["counts"], np.histogram(values.astype(np.float64), outputs["edges"])[0])


def test_the_many_zeros_of_a_rectifier_are_left_out_of_its_histogram_and_counted() -> None:
    trainer = trainer_of("mlp")
    stepped(trainer, 1)
    kinds = looked(trainer, "act1")
    a, told = kinds["health"], kinds["histogram"]
    given = trainer.objective.inputs("val", int(a["first"]), int(a["examples"]))
    values = plain_outputs(trainer.model, trainer.model, given)["act1"].numpy().astype(np.float64)
    np.testing.assert_array_equal(told["counts"], np.histogram(values[values > 0], told["edges"])[0])
    assert int(told["left_out"]) == (values == 0).sum() > 0.1 * values.size and "histograms" not in kinds


def test_a_step_back_forgets_what_came_after_it() -> None:
    trainer = trainer_of("cnn")
    for step in trainer.steps():
        looked(trainer)
        if step.number == 3:
            state = copy.deepcopy(trainer.state_dict())
        if step.number == 5:
            break
    assert looked(trainer, "conv1")["histograms"]["steps"].tolist() == [1, 2, 3, 4, 5]
    trainer.load_state_dict(state)
    kinds = looked(trainer, "conv1")
    assert kinds["histograms"]["steps"].tolist() == [1, 2, 3] and int(kinds["health"]["batches"]) == 4
    assert bool(kinds["health"]["tried"]) and int(kinds["health"]["update_step"]) == 4
    trainer.change("lr", 1e-9)
    assert np.nanmax(looked(trainer)["health"]["update"]) < 1e-6, "another rate is another step"


def test_widening_an_axis_moves_no_count() -> None:
    values = np.random.default_rng(0).normal(size=5000).astype(np.float32)
    power = bins.exponent(float(np.abs(values).max()))
    fine = np.histogram(values, bins.edges(power))[0].astype(np.uint32)
    for by in (0, 1, 3, 7, 8, 20):
        wide = np.histogram(values, bins.edges(power + by))[0]
        np.testing.assert_array_equal(bins.widened(fine[None], by)[0], wide)
    assert bins.exponent(0.0) == bins.LEAST and bins.exponent(math.inf) == bins.MOST
    assert [bins.exponent(x) for x in (1.0, 1.01, 0.5)] == [0, 1, -1]


def test_a_history_is_bounded_and_spans_the_whole_time() -> None:
    history = History()
    for step in range(1000):
        history.add(step, np.zeros(bins.BINS, np.uint32), 0)
    assert len(history.steps) == len(history.counts) == len(history.exponents) <= LOOKS
    assert history.steps[0] == 0 and history.steps[-1] == 999 and history.steps == sorted(history.steps)
    history.add(500, np.ones(bins.BINS, np.uint32), 1)
    assert history.steps[-1] == 500 and history.exponents[-1] == 1


def test_a_model_that_is_gone_is_forgotten() -> None:
    trainer = trainer_of("mlp")
    stepped(trainer, 1)
    looked(trainer, "linear1")
    model, count = weakref.ref(trainer.model), len(MEMORIES)
    del trainer
    gc.collect()
    assert model() is None and len(MEMORIES) < count


def test_calls_of_one_module_count_together_and_examples_merge() -> None:
    first, second = torch.randn(5, 3).relu(), torch.tensor([[0.0, 7.0, 0.0]])
    both = Outputs()
    both.add(nn.ReLU(), first)
    other = Outputs()
    other.add(nn.ReLU(), second)
    both.merge(other)
    whole = torch.cat([first, second])
    assert both.mean == pytest.approx(whole.mean().item()) and both.sd == pytest.approx(whole.std(correction=0).item())
    assert both.zeros == pytest.approx((whole == 0).double().mean().item())
    assert both.alive[0].tolist() == (whole != 0).any(0).tolist() and len(both.alive) == 1


def test_parametrised_layers_are_told_under_their_own_names() -> None:
    names = list(parts(trainer_of("gan", "spectral_norm=true").model))
    assert "discriminator.linear1" in names and not any("parametrizations" in name for name in names)


def test_verdicts_have_the_thresholds_that_are_declared() -> None:
    def of(batches: int = 8, factor: float = 1.0, **vitals: Any) -> tuple[int, str]:
        others = [Vitals(name=f"other{k}", gradient=1.0) for k in range(3)]
        return judge([Vitals(name="x", **vitals), *others], batches, factor)[0]

    assert of() == (WELL, "ok")
    assert of(broken="its weights") == (BAD, "not finite: its weights")
    assert of(units=32, dead=3)[0] == WELL and of(units=32, dead=14) == (
        WATCH,
        "14 of 32 units dead over the last 8 batches",
    )
    assert of(units=32, dead=16)[0] == WATCH and of(units=32, dead=17)[0] == BAD
    assert of(units=32, dead=14, batches=1)[0] == WELL and of(units=32, dead=17, batches=1)[0] == BAD
    assert of(saturated=0.5)[0] == WELL and of(saturated=0.51)[0] == BAD and of(saturated=0.9, last=True)[0] == WELL
    assert of(gradient=2e-3)[0] == WELL and of(gradient=9e-4) == (BAD, "vanishing: gradient 0.0009 of the median")
    assert of(gradient=0.0)[1] == "vanishing: the gradient is zero"
    assert of(gradient=999.0)[0] == WELL and of(gradient=2e3) == (BAD, "exploding: gradient 2e3 times the median")
    assert of(update=1e-3)[0] == of(update=2e-5)[0] == of(update=0.09)[0] == WELL
    assert of(update=9e-6)[0] == WATCH and of(update=9e-6, factor=0.01)[0] == WELL
    assert of(update=0.2)[0] == WATCH and of(update=1.5)[0] == BAD
    level, words = of(update=0.2, units=10, dead=9)
    assert level == BAD and words.startswith("9 of 10 units dead") and "; fast: " in words


def test_the_headline_is_healthy_or_the_worst_first() -> None:
    assert headline(["a", "b"], [(WELL, "ok"), (WELL, "ok")], "") == "healthy: nothing stands out in 2 layers"
    assert headline(["a"], [(WELL, "ok")], "") == "healthy: nothing stands out in 1 layer"
    said = headline(["a", "b", "c"], [(WATCH, "slow"), (BAD, "dead"), (WELL, "ok")], "")
    assert said == "b: dead, and 1 more layer"
    assert headline(["a"], [(BAD, "x")], "first NaN or infinity: a at step 3") == "first NaN or infinity: a at step 3"


def test_a_stored_run_is_printed_in_78_columns(drive: Any, capsys: pytest.CaptureFixture[str]) -> None:
    directory = drive.load("cnn", "steps=4", start=True)
    drive.until("finished")
    look_command(str(directory), LookInside("health"), json=False)
    told = capsys.readouterr().out
    lines = told.splitlines()
    assert max(map(len, lines)) <= 78 and "tried on a copy" in told
    for name in ("conv1", "norm1", "act1", "conv2", "head"):
        assert any(line.startswith(name + " ") for line in lines), name
    assert "\x1b" not in told
