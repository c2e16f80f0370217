"""The arena: true to plain forward passes and autograd, changing nothing; half-steps that make up whole ones."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from dlviz.engine.data.load import load_data
from dlviz.engine.objectives.adversarial import Adversarial
from dlviz.engine.objectives.adversarial_arena import LEAST_REACH, lattice, reach
from dlviz.engine.objectives.adversarial_losses import LOSSES
from dlviz.engine.probes.arena.verdict import verdict
from dlviz.engine.probes.inside import inside
from dlviz.engine.probes.requests import Inside, LookInside
from dlviz.engine.quality.points import mode_quality
from dlviz.engine.runs.run import Record
from dlviz.engine.training.commands import Half, Step
from dlviz.engine.training.job import Job
from dlviz.engine.training.trainer import Trainer

from .conftest import Driver

SMALL = ("hidden=16,16", "z=4", "batch=32", "channels=4", "steps=40", "validate_every=5")


def trainer(data: str = "ring", *texts: str, steps: int = 0, model: str = "gan") -> Trainer:
    """A small game after some steps."""
    job = Job.of(model, (*SMALL, *texts) if model == "gan" else (), data=data, seed=0)
    made = Trainer(job, load_data(data, 0, kinds=tuple(job.entry.objectives)))
    going = made.steps()
    for _ in range(steps):
        next(going)
    return made


def game(of: Trainer) -> Adversarial:
    """Its objective."""
    assert isinstance(of.objective, Adversarial)
    return of.objective


def asked(of: Trainer, **settings: Any) -> dict[str, Record]:
    """The probe's records by tag."""
    view = inside(of, LookInside("arena", settings=tuple(settings.items())))
    assert view.step == of.step
    return {record.tag: record for record in view.records}


def everything(of: Trainer) -> list[Tensor]:
    """All that a half-step or a probe could change."""
    state = of.state_dict()
    found: list[Tensor] = []

    def walk(value: Any) -> None:
        if isinstance(value, Tensor):
            found.append(value.detach().clone())
        elif isinstance(value, dict):
            for each in value.values():
                walk(each)
        elif isinstance(value, list | tuple):
            for each in value:
                walk(each)

    walk(state)
    found += [p.grad.clone() for p in of.model.parameters() if p.grad is not None]
    return found


def same(a: list[Tensor], b: list[Tensor]) -> bool:
    """Whether two states are equal bit for bit."""
    return len(a) == len(b) and all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


def weights(module: torch.nn.Module) -> list[Tensor]:
    """Copies of its parameters."""
    return [p.detach().clone() for p in module.parameters()]


# what is seen ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", LOSSES)
def test_the_surface_is_a_plain_forward_pass(loss: str) -> None:
    made = trainer("ring", f"loss={loss}", steps=3)
    surface = asked(made)["discriminator"].arrays
    left, right, bottom, top = surface["extent"].tolist()
    y, x = np.meshgrid(np.linspace(top, bottom, 48), np.linspace(left, right, 48), indexing="ij")
    places = torch.from_numpy(np.stack((x, y), 2).reshape(-1, 2).astype(np.float32))
    with torch.no_grad():
        answers = game(made).model.discriminator(game(made).scaling.inside(places))
    answers = answers.sigmoid() if loss in ("non-saturating", "minimax") else answers
    np.testing.assert_allclose(surface["grid"].ravel(), answers.numpy(), rtol=1e-5, atol=1e-6)
    known = {"non-saturating": 0.5, "minimax": 0.5, "hinge": 0.0}
    numbers = asked(made)["game"].arrays
    midway = (numbers["real"].mean() + numbers["fake"].mean()) / 2
    assert surface["border"] == pytest.approx(known.get(loss, midway), rel=1e-4)
    assert bool(surface["fixed"]) == (loss in known)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_arrows_are_minus_the_slope_of_each_points_own_loss(loss: str) -> None:
    made = trainer("ring", f"loss={loss}", steps=3)
    samples, judge, scaling = asked(made)["samples"].arrays, game(made).model.discriminator, game(made).scaling
    x = torch.from_numpy(samples["points"]).requires_grad_()
    fake = judge(scaling.inside(x))
    with torch.no_grad():
        real = judge(scaling.inside(torch.from_numpy(samples["real"])))
    one, two = torch.ones_like(fake), torch.zeros_like(fake)
    own = {
        "non-saturating": F.binary_cross_entropy_with_logits(fake, one, reduction="none"),
        "minimax": -F.binary_cross_entropy_with_logits(fake, two, reduction="none"),
        "hinge": -fake,
        "relativistic": -F.logsigmoid(fake - real),
        "wasserstein": -fake,
    }[loss]
    own.sum().backward()
    assert x.grad is not None
    np.testing.assert_allclose(samples["pulls"], -x.grad.numpy(), rtol=2e-3, atol=1e-5)
    moved = torch.from_numpy(samples["points"] + 1e-3 * samples["pulls"] / np.abs(samples["pulls"]).max())
    if loss in ("non-saturating", "hinge", "wasserstein"):
        with torch.no_grad():
            assert (judge(scaling.inside(moved)) - fake).sum() > 0, "whoever follows them looks more real"


def test_points_and_manifold_are_the_generators_own() -> None:
    made = trainer(steps=4)
    objective = game(made)
    live, slow = asked(made)["samples"].arrays, asked(made, averaged=True)["samples"].arrays
    np.testing.assert_array_equal(slow["points"], objective.sample(512, seed=3).numpy())
    assert not np.allclose(live["points"], slow["points"]) and not live["averaged"] and slow["averaged"]
    np.testing.assert_array_equal(live["points"], asked(made)["samples"].arrays["points"])
    axis = np.linspace(-2.0, 2.0, 33, dtype=np.float32)
    for first in (0, 2):
        folded = asked(made, axes=float(first))["samples"].arrays["manifold"]
        for i, j in ((0, 0), (0, 32), (16, 16), (31, 7)):
            z = torch.zeros(1, 4)
            z[0, first], z[0, first + 1] = float(axis[i]), float(axis[j])
            with torch.no_grad():
                expected = objective.scaling.outside(objective.model.generator(z))[0]
            np.testing.assert_allclose(folded[i, j], expected.numpy(), atol=1e-5)


def test_the_lattice_reaches_as_far_as_random_vectors_do() -> None:
    assert reach(1) == LEAST_REACH and lattice(1).shape == (33, 1)
    for z in (9, 64):
        assert reach(z) == pytest.approx(float(torch.randn(4000, z).norm(dim=1).mean()), rel=0.05)
        assert float(lattice(z).norm(dim=1).max()) == pytest.approx(reach(z) * 2**0.5)
    assert asked(trainer("ring", "z=1"))["samples"].arrays["manifold"].shape == (1, 33, 2)


def test_modes_are_counted_as_everywhere() -> None:
    made = trainer("ring", "preset=collapse", "hidden=64,64", "steps=400")
    going = made.steps()
    for _ in range(400):
        next(going)
    data: Any = made.objective.data
    for averaged in (False, True):
        samples = asked(made, averaged=averaged)["samples"].arrays
        expected = mode_quality(samples["points"], data)
        assert samples["covered"].sum() == expected["modes"] and len(samples["covered"]) == expected["modes_total"]
        assert samples["counts"].sum() / 512 == pytest.approx(expected["near_mode"])
    own = mode_quality(samples["real"], data)
    assert own["modes"] == 8, "real points cover all"
    assert not len(asked(trainer("moons"))["samples"].arrays["covered"])


class Fixed(torch.nn.Module):
    """A generator that makes these points (n, 2), over and over."""

    def __init__(self, points: Tensor) -> None:
        super().__init__()
        self.points = points

    def forward(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        return self.points[torch.arange(len(z)) % len(self.points)]


def test_a_mode_is_covered_from_a_fifth_of_its_share_on() -> None:
    made = trainer()
    data: Any = made.objective.data
    shares = np.array([13, 12, 0, 51, 52, 64, 64, 0])  # of 256, twice: the fair share is 64, a fifth of it 12.8
    points = torch.from_numpy(data.centers.repeat(shares, axis=0))
    game(made).model.generator = Fixed(game(made).scaling.inside(points))
    samples = asked(made)["samples"].arrays
    assert samples["counts"].tolist() == (2 * shares).tolist()
    assert samples["covered"].tolist() == [True, True, False, True, True, True, True, False]
    few = shares.copy()
    few[:2] = 7, 6  # of 512 in all, of which 12.8 would do
    few[2] = 12
    points = torch.from_numpy(data.centers.repeat(few, axis=0))
    game(made).model.generator = Fixed(game(made).scaling.inside(points))
    samples = asked(made)["samples"].arrays
    assert samples["covered"].sum() == mode_quality(samples["points"], data)["modes"]
    assert samples["covered"].tolist() == (samples["counts"] >= 12.8).tolist()


@pytest.mark.parametrize("loss", LOSSES)
def test_both_losses_and_their_balance(loss: str) -> None:
    """Of equal distributions the best D leaves exactly the stated losses: found by descent over all D at once."""
    numbers = asked(trainer("ring", f"loss={loss}", steps=3))["game"].arrays
    rule = LOSSES[loss]
    answers = [torch.from_numpy(numbers[name]).double() for name in ("real", "fake")]
    real, fake = (each.logit() if rule.logits else each for each in answers)
    expected = [side(real, fake).item() for side in (rule.discriminator, rule.generator)]
    np.testing.assert_allclose(numbers["losses"], expected, rtol=1e-4, atol=1e-5)

    d = torch.randn(6, dtype=torch.float64, requires_grad=True)  # an answer for each of six equally likely examples
    optimizer = torch.optim.LBFGS([d], lr=0.5, max_iter=500, tolerance_grad=1e-12, tolerance_change=1e-15)

    def every_pair() -> Tensor:
        optimizer.zero_grad()
        value = rule.discriminator(d.repeat_interleave(6), d.repeat(6))
        value.backward()
        return value

    optimizer.step(every_pair)
    pairs = d.detach().repeat_interleave(6), d.detach().repeat(6)
    balance = numbers["equilibrium"]
    assert rule.discriminator(*pairs).item() == pytest.approx(balance[0], abs=1e-6)
    if np.isfinite(balance[1]):
        assert rule.generator(*pairs).item() == pytest.approx(balance[1], abs=1e-6)
        moved = d.detach() * 0 + 1.0
        assert rule.generator(moved, moved).item() != pytest.approx(balance[1]) or rule.paired
    else:
        values = {round(rule.generator(each, each).item(), 6) for each in (torch.zeros(3), torch.ones(3) / 2)}
        assert len(values) == 2, "equally good discriminators leave different losses: there is no one value"
    told = {"2 log 2": 1.3862944, "log 2": 0.6931472, "-log 2": -0.6931472, "2": 2.0, "0": 0.0}
    for text, value in zip(numbers["lines"].tolist(), balance.tolist(), strict=True):
        assert value == pytest.approx(told[text]) if text else np.isnan(value)


def test_images_come_with_the_answers_of_the_discriminator() -> None:
    made = trainer("digits", "spectral_norm=true", steps=2)
    objective, found = game(made), asked(made)
    data: Any = objective.data
    images, real = found["samples"].arrays, found["real"].arrays
    assert images["images"].shape == real["images"].shape == (100, 1, 8, 8)
    assert images["labels"].tolist() == real["labels"].tolist() == [k // 10 for k in range(100)]
    objective.model.eval()
    with torch.no_grad():
        for arrays in (real, images):  # the sheet holds half precision, D was given more
            x = objective.scaling.inside(torch.from_numpy(arrays["images"].astype(np.float32)))
            answers = objective.model.discriminator(x, torch.from_numpy(arrays["labels"])).sigmoid()
            np.testing.assert_allclose(arrays["scores"], answers.numpy(), atol=2e-3)
    np.testing.assert_allclose(found["game"].arrays["fake"], images["scores"], atol=1e-6)
    for k in range(0, 100, 10):
        own = data.train.x[data.train.y == k // 10].astype(np.float16)
        assert (own == real["images"][k]).all(axis=(1, 2, 3)).any()
    assert found["game"].arrays["held"].shape == (100,) and 0 < found["game"].arrays["variety"] < 2


def test_variety_is_nothing_where_all_samples_are_one() -> None:
    made = trainer("ring", steps=1)
    objective = game(made)
    with torch.no_grad():
        for weight in objective.model.generator.parameters():
            weight.zero_()
    numbers = asked(made)["game"].arrays
    assert numbers["variety"] == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("data", ["ring", "moons", "digits"])
def test_looking_changes_nothing(data: str) -> None:
    looked, alone = trainer(data, "spectral_norm=true", steps=2), trainer(data, "spectral_norm=true", steps=2)
    before, modes = everything(looked), [m.training for m in looked.model.modules()]
    for averaged in (False, True):
        asked(looked, averaged=averaged)
    assert same(before, everything(looked)) and modes == [m.training for m in looked.model.modules()]
    assert all(p.requires_grad for p in looked.model.parameters())
    rng = torch.get_rng_state()
    values = [next(looked.steps()).values]
    torch.set_rng_state(rng)
    assert values == [next(alone.steps()).values]


def test_what_cannot_be_looked_at_is_a_sentence() -> None:
    with pytest.raises(ValueError, match="cnn has no arena: no two networks play against each other in it"):
        asked(trainer("digits", model="cnn"))
    for wrong in (-1.0, 4.0, float("nan"), "x"):
        with pytest.raises(ValueError, match="axes is the first of two of 4 latent numbers, from 0"):
            asked(trainer(), axes=wrong)


# the verdict ----------------------------------------------------------------------------------------------------


def test_the_verdict_says_when_it_began() -> None:
    steps = list(range(100, 1100, 100))
    fell = verdict(steps, [0, 4, 7, 8, 8, 3, 3, 2, 2, 2], [0.1, 0.3] + [0.7] * 8, 8)
    assert fell.collapsed and fell.since == 600
    assert fell.text == "Mode collapse since step 600: 2 of 8 modes, after 8, 70% near a mode"
    stuck = verdict(steps, [0, 0, 0, 1, 1, 1, 1, 1, 1, 1], [0, 0.1, 0.2, 0.2, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9], 8)
    assert stuck.since == 500 and stuck.text == "Mode collapse since step 500: 1 of 8 modes, 90% near a mode"
    well = verdict(steps, [0, 0, 1, 4, 7, 8, 7, 8, 8, 8], [0.0, 0.0, 0.1, 0.2, 0.3] + [0.6] * 5, 8)
    assert not well.collapsed and well.since == 800 and "all 8 modes since step 800" in well.text
    assert "too early to tell" in verdict([100], [0], [0.05], 8).text
    assert (
        verdict([100, 200], [1, 1], [0.5, 0.5], 8).text == "1 of 8 modes, 50% near a mode: a collapse, if it stays so"
    )
    assert verdict([], [], [], 8).text == "no modes counted yet" and verdict([], [], [], 0).since == -1


def test_real_points_are_never_called_collapsed() -> None:
    data: Any = load_data("ring", 0, kinds=("points",))
    good = [mode_quality(data.train[k : k + 512], data) for k in range(0, 5120, 512)]
    told = verdict(range(10), [each["modes"] for each in good], [each["near_mode"] for each in good], 8)
    assert not told.collapsed and told.since == 0


# half-steps -----------------------------------------------------------------------------------------------------


def test_a_half_step_changes_one_side_alone() -> None:
    made = trainer(steps=2)
    model = game(made).model
    before = weights(model.generator), weights(model.discriminator)
    assert list(made.half("discriminator")) == [] and made.step == 2 and game(made).turns.done == 1
    assert same(before[0], weights(model.generator)) and not same(before[1], weights(model.discriminator))
    middle = weights(model.discriminator)
    (step,) = made.half("generator")
    assert step.number == made.step == 3 and game(made).turns.done == 0
    assert same(middle, weights(model.discriminator)) and not same(before[0], weights(model.generator))


@pytest.mark.parametrize(("turns", "penalty"), [(1, "r1+r2"), (1, "gradient"), (2, "none")])
def test_halves_make_up_a_whole_step_bit_for_bit(turns: int, penalty: str) -> None:
    texts = (f"discriminator_steps={turns}", f"penalty={penalty}")
    whole, parts, mixed = (trainer("ring", *texts) for _ in range(3))
    found: list[list[dict[str, float]]] = []
    for kind, made in enumerate((whole, parts, mixed)):
        torch.manual_seed(5)
        values = []
        for number in range(6):  # the fifth is validated
            if kind == 1:
                for _ in range(turns):
                    assert list(made.half("discriminator")) == []
                values += [step.values for step in made.half("generator")]
            else:
                if kind == 2 and number % 2:
                    assert list(made.half("discriminator")) == []
                values.append(next(made.steps()).values)
        found.append(values)
    assert found[0] == found[1] == found[2] and "quality/modes" in found[0][4]
    states = []
    for made in (whole, parts, mixed):
        made.seconds = 0.0
        states.append(everything(made)[:-1])
    assert same(states[0], states[1]) and same(states[0], states[2])


def test_every_half_has_a_mini_batch_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    made = trainer("ring", "discriminator_steps=2")
    objective, seen = game(made), list[int]()
    batch = objective._batch

    def noted(number: int) -> Any:
        seen.append(number)
        return batch(number)

    monkeypatch.setattr(objective, "_batch", noted)
    next(made.steps())
    for side in ("discriminator", "discriminator", "generator"):
        list(made.half(side))
    assert seen == [0, 1, 2, 3, 4, 5]


def test_an_open_step_is_saved_and_taken_up(tmp_path: Any) -> None:
    texts = ("discriminator_steps=2",)
    whole, broken, other = (trainer("ring", *texts) for _ in range(3))
    torch.manual_seed(5)
    expected = [next(whole.steps()).values for _ in range(2)]
    torch.manual_seed(5)
    list(broken.half("discriminator"))
    torch.save(broken.state_dict(), tmp_path / "state.pt")
    torch.manual_seed(99)
    other.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True))
    assert [next(other.steps()).values for _ in range(2)] == expected
    assert "half" not in other.state_dict()["objective"], "between steps a checkpoint is what it always was"


def test_a_step_without_the_discriminator_measures_the_generator_alone() -> None:
    made = trainer(steps=1)
    (step,) = made.half("generator")
    assert "loss/generator" in step.values and not any("discriminator" in tag for tag in step.values)
    for _ in range(3):
        list(made.half("discriminator"))
    assert game(made).turns.done == 3 and asked(made)["game"].arrays["turn"] == 3
    (step,) = made.half("generator")
    assert "loss/discriminator" in step.values and made.step == 3


def test_the_engine_stands_still_after_each_half(
    drive: Driver, eventually: Callable[[Callable[[], bool]], None]
) -> None:
    drive.load("gan", *SMALL, seed=0)
    drive.until("ready")
    session = drive.session
    session.subscribe("arena", LookInside("arena"))
    for command in (Half("discriminator"), Half("generator"), Half("discriminator"), Step(1), Half("nobody")):
        session.send(command)
    drive.until("paused", step=2)
    session.send(Half("discriminator"))
    session.send(Half("discriminator"))

    def turns() -> int:
        answer = session.answers.get("arena")
        view = answer.view if answer is not None else None
        records = {record.tag: record for record in view.records} if isinstance(view, Inside) else {}
        return int(records["game"].arrays["turn"]) if records else -1

    eventually(lambda: turns() == 2)  # the probe answers anew though no step was counted
    assert session.status.step == 2 and session.status.state == "paused"
    for tag in ("loss/generator", "loss/discriminator"):
        assert session.run.series[tag].points().steps.tolist() == [1, 2]


def test_only_adversaries_have_sides() -> None:
    made = trainer("digits", model="cnn")
    assert made.objective.SIDES == () and trainer().objective.SIDES == ("discriminator", "generator")
    with pytest.raises(NotImplementedError):
        list(made.half("generator"))


def test_kept_records_carry_what_the_arena_draws() -> None:
    made = trainer(steps=1)
    kept = {record.tag: record for record in made.objective.records()}
    live = asked(made, averaged=True)
    for tag in ("samples", "discriminator"):
        assert kept[tag].kind == live[tag].kind and kept[tag].arrays.keys() == live[tag].arrays.keys()
    np.testing.assert_array_equal(kept["samples"].arrays["pulls"], live["samples"].arrays["pulls"])
    assert kept["discriminator"].arrays["grid"].shape == (32, 32)
