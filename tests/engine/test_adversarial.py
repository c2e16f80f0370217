"""The adversarial game: losses and penalties in closed form, half-steps that touch one side, resuming."""

import copy
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlviz.engine.data import points
from dlviz.engine.data.base import Data
from dlviz.engine.data.dataset import Dataset
from dlviz.engine.models.gan import Adversaries
from dlviz.engine.objectives.adversarial import Adversarial
from dlviz.engine.objectives.adversarial_losses import (
    LOSSES,
    between,
    one_centered,
    squared_slopes,
    zero_centered,
)
from dlviz.engine.objectives.objective import Tell, silent
from dlviz.engine.options import OptionError
from dlviz.engine.recipes import gan as recipe
from dlviz.engine.recipes.gan import GanOptions
from dlviz.engine.training.descent import Descent

RING, MOONS = points.load("ring", 0), points.load("moons", 0)
SMALL: dict[str, Any] = {"hidden": (16, 16), "z": 4, "batch": 32, "steps": 20, "channels": 4}
CPU = torch.device("cpu")


def _objective(data: Data = RING, tell: Tell = silent, **values: Any) -> Adversarial:
    torch.manual_seed(0)
    options = GanOptions(**SMALL | values)
    return Adversarial(Adversarial.build(Adversaries, options, data), data, options, 0, CPU, tell)


def _train(objective: Adversarial, start: int, end: int) -> list[dict[str, float]]:
    return [objective.step(k, k / 20) for k in range(start, end)]


def _copy(module: nn.Module) -> dict[str, Tensor]:
    return copy.deepcopy(module.state_dict())


def _same(a: dict[str, Tensor], b: dict[str, Tensor]) -> list[bool]:
    return [torch.equal(a[name], b[name]) for name in a]


class Slope(nn.Module):
    """D(x) = 3 x + 4 y: as steep as 5 everywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([3.0, 4.0]))

    def forward(self, x: Tensor, labels: Tensor | None = None) -> Tensor:
        return x @ self.weight


# losses ---------------------------------------------------------------------------------------------------------


def test_every_loss_and_penalty_that_can_be_chosen_is_there() -> None:
    assert tuple(LOSSES) == recipe.LOSSES
    for loss in LOSSES:
        values = _objective(loss=loss, discriminator_steps=2).step(0, 0.0)
        assert all(math.isfinite(value) for value in values.values())


def test_the_game_of_the_paper_is_binary_cross_entropy() -> None:
    real, fake = torch.randn(9), torch.randn(9)
    one, zero = torch.ones(9), torch.zeros(9)
    answers, truth = torch.cat((real, fake)), torch.cat((one, zero))
    expected = 2 * F.binary_cross_entropy_with_logits(answers, truth)
    for name in ("non-saturating", "minimax"):
        torch.testing.assert_close(LOSSES[name].discriminator(real, fake), expected)
    to_be_real = F.binary_cross_entropy_with_logits(fake, one)
    torch.testing.assert_close(LOSSES["non-saturating"].generator(real, fake), to_be_real)
    log_of_fake = (1 - fake.double().sigmoid()).log().mean().float()
    torch.testing.assert_close(LOSSES["minimax"].generator(real, fake), log_of_fake)


def test_the_losses_at_hand_made_answers() -> None:
    real, fake = torch.tensor([2.0, 0.5]), torch.tensor([-3.0, 0.0])
    hinge = LOSSES["hinge"]
    assert hinge.discriminator(real, fake).item() == pytest.approx((0 + 0.5) / 2 + (0 + 1) / 2)
    assert hinge.generator(real, fake).item() == LOSSES["wasserstein"].generator(real, fake).item() == 1.5
    assert LOSSES["wasserstein"].discriminator(real, fake).item() == pytest.approx(-1.5 - 1.25)
    gaps = np.array([5.0, 0.5])
    relativistic = LOSSES["relativistic"]
    assert relativistic.discriminator(real, fake).item() == pytest.approx(np.log1p(np.exp(-gaps)).mean())
    assert relativistic.generator(real, fake).item() == pytest.approx(np.log1p(np.exp(gaps)).mean())


@pytest.mark.parametrize("name", LOSSES)
def test_the_equilibrium_is_what_indifference_costs(name: str) -> None:
    loss, none = LOSSES[name], torch.zeros(5)
    for_discriminator, for_generator = loss.equilibrium
    assert loss.discriminator(none, none).item() == pytest.approx(for_discriminator)
    if for_generator is not None:
        assert loss.generator(none, none).item() == pytest.approx(for_generator)
    same = torch.randn(1000, generator=torch.Generator().manual_seed(0))
    assert loss.discriminator(same, same) >= for_discriminator - 1e-5, "no answer does better against equal clouds"
    lines = _objective(loss=name).equilibrium
    assert lines["loss/discriminator"] == for_discriminator and lines.get("loss/generator") == for_generator


def test_saturating_losses_are_flat_where_the_discriminator_is_sure() -> None:
    slopes = {}
    for name in ("minimax", "non-saturating"):
        fake = torch.tensor([-10.0], requires_grad=True)
        LOSSES[name].generator(fake, fake).backward()
        assert fake.grad is not None
        slopes[name] = fake.grad.item()
    assert -1e-4 < slopes["minimax"] < 0 and slopes["non-saturating"] == pytest.approx(-1, abs=1e-4)


# penalties ------------------------------------------------------------------------------------------------------


def test_slopes_of_a_quadratic() -> None:
    matrix = torch.randn(3, 3)
    x = torch.randn(6, 3, requires_grad=True)
    squares = squared_slopes((x @ matrix * x).sum(1), x)
    expected = (x @ (matrix + matrix.T)).square().sum(1)
    torch.testing.assert_close(squares, expected)
    assert zero_centered(squares).item() == pytest.approx(expected.mean().item() / 2)


@pytest.mark.parametrize("length", [0.0, 0.5, 1.0, 3.0])
def test_a_linear_discriminator_has_one_slope_everywhere(length: float) -> None:
    x = torch.randn(5, 2, 3, requires_grad=True)
    weight = F.normalize(torch.randn(6), dim=0) * length
    squares = squared_slopes(x.flatten(1) @ weight, x)
    assert one_centered(squares).item() == pytest.approx((length - 1) ** 2, abs=1e-5)
    assert zero_centered(squares).item() == pytest.approx(length**2 / 2, abs=1e-5)


def test_penalties_have_slopes_of_their_own() -> None:
    weight = torch.tensor([3.0, 4.0], requires_grad=True)
    x = torch.randn(5, 2, requires_grad=True)
    zero_centered(squared_slopes(x @ weight, x)).backward()
    assert weight.grad is not None and torch.allclose(weight.grad, weight)  # d/dw |w|²/2


def test_points_between_lie_on_the_line() -> None:
    real, fake = torch.randn(50, 2), torch.randn(50, 2)
    middle = between(real, fake)
    share = (middle - real) / (fake - real)
    torch.testing.assert_close(share[:, 0], share[:, 1], rtol=1e-3, atol=1e-3)
    assert 0 <= share.min() < 0.2 and 0.8 < share.max() <= 1


@pytest.mark.parametrize(("penalty", "expected"), [("none", 0.0), ("r1", 12.5), ("r1+r2", 25.0), ("gradient", 16.0)])
def test_the_game_takes_the_penalty_that_it_is_told(penalty: str, expected: float) -> None:
    objective = _objective(penalty=penalty, gamma=2.0, gamma_end=0.25)
    objective.model.discriminator = Slope()
    for progress, factor in ((0.0, 1.0), (0.5, 0.625), (1.0, 0.25)):
        found = objective.discriminate(0, progress)["penalty"].item()
        assert found == pytest.approx(2 * factor * expected, rel=1e-5, abs=1e-9)


def test_the_penalty_is_part_of_what_the_discriminator_goes_down() -> None:
    objective = _objective(loss="wasserstein", gamma=10.0, optimizer="sgd", momentum=0.0, schedule="constant")
    slope = objective.model.discriminator = Slope()
    objective.descents["discriminator"] = Descent(slope, objective.options)
    before = slope.weight.detach().clone()
    objective.change("lr_discriminator", 1e-3)
    objective.discriminate(0, 0.0)
    # of |w|² for R1 and R2 the slope is 2 w; that of the loss is a difference of means, of the size of the ring
    expected = before * (1 - 1e-3 * 10 * 2)
    torch.testing.assert_close(slope.weight.detach(), expected, atol=4e-3, rtol=0)


# half-steps -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("values", [{}, {"spectral_norm": True, "loss": "hinge", "penalty": "none"}])
def test_a_half_step_changes_one_side_alone(values: dict[str, Any]) -> None:
    objective = _objective(**values)
    generator, judge = objective.model.generator, objective.model.discriminator
    before = _copy(generator), _copy(judge), _copy(objective.averages["generator"].module)
    objective.discriminate(0, 0.0)
    assert all(_same(before[0], _copy(generator))) and not all(_same(before[1], _copy(judge)))
    middle = _copy(judge)
    slopes = {name: p.grad.clone() for name, p in judge.named_parameters() if p.grad is not None}
    objective.generate(1, 0.0)
    assert all(_same(middle, _copy(judge))) and not any(_same(before[0], _copy(generator)))
    assert not any(_same(before[2], _copy(objective.averages["generator"].module)))
    assert all(p.requires_grad for p in judge.parameters())
    kept = {name: p.grad for name, p in judge.named_parameters() if p.grad is not None}
    assert slopes and all(torch.equal(kept[name], slopes[name]) for name in slopes), "they stay to be looked at"


def test_a_generator_step_follows_the_discriminators_slope() -> None:
    objective = _objective(optimizer="sgd", momentum=0.0, schedule="constant", lr=1e-3, loss="wasserstein")
    z = torch.randn(4000, 4)
    before = objective.model(z).mean()
    objective.generate(0, 0.0)
    assert objective.model(z).mean() > before


def test_the_average_follows_by_hand() -> None:
    objective = _objective(ema=0.9)
    follower = _copy(objective.model.generator)
    for k in range(12):
        objective.step(k, 0.0)
        decay = min(0.9, (2 + k) / (11 + k))
        latest = objective.model.generator.state_dict()
        follower = {name: decay * old + (1 - decay) * latest[name] for name, old in follower.items()}
    found = objective.averages["generator"].module.state_dict()
    for name, value in follower.items():
        torch.testing.assert_close(found[name], value)
    objective.change("ema", 0.5)
    assert objective.averages["generator"].decay == 0.5


def test_update_ratio_and_both_rates_are_live() -> None:
    objective = _objective(optimizer="sgd", momentum=0.0)
    seen: list[str] = []
    for name in ("discriminator", "generator"):
        first = next(objective.model.get_submodule(name).parameters())
        first.register_post_accumulate_grad_hook(lambda _, name=name: seen.append(name))
    objective.change("discriminator_steps", 3)
    objective.step(0, 0.0)
    assert seen == ["discriminator"] * 3 + ["generator"]
    for rate, frozen, moved in (
        ("lr", "generator", "discriminator"),
        ("lr_discriminator", "discriminator", "generator"),
    ):
        objective.change("lr", 1e-2)
        objective.change("lr_discriminator", 1e-2)
        objective.change(rate, 0.0)
        before = {name: _copy(objective.model.get_submodule(name)) for name in (frozen, moved)}
        objective.step(1, 0.0)
        assert all(_same(before[frozen], _copy(objective.model.get_submodule(frozen))))
        assert not all(_same(before[moved], _copy(objective.model.get_submodule(moved))))


def test_a_limit_holds_the_weights() -> None:
    objective = _objective(weight_limit=0.01, loss="wasserstein", penalty="none")
    objective.step(0, 0.0)
    assert max(p.abs().max().item() for p in objective.model.discriminator.parameters()) <= 0.010001
    assert max(p.abs().max().item() for p in objective.model.generator.parameters()) > 0.02


# the whole ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("values", [{}, {"spectral_norm": True, "loss": "hinge", "penalty": "gradient"}])
def test_a_resumed_game_continues_bit_for_bit(values: dict[str, Any], digits: Dataset, tmp_path: Any) -> None:
    for data in (RING, digits):
        whole = _objective(data, **values)
        _train(whole, 0, 3)
        torch.save({"objective": whole.state_dict(), "rng": torch.get_rng_state()}, tmp_path / "state.pt")
        expected = _train(whole, 3, 6)
        other = _objective(data, **values)
        _train(other, 0, 1)
        state = torch.load(tmp_path / "state.pt", weights_only=True)
        other.load_state_dict(state["objective"])
        torch.set_rng_state(state["rng"])
        assert _train(other, 3, 6) == expected
        assert torch.equal(whole.sample(3, None if data is RING else torch.arange(3)),
                           other.sample(3, None if data is RING else torch.arange(3)))  # fmt: skip


@pytest.mark.parametrize("name", ["ring", "moons", "digits"])
def test_looking_changes_nothing(name: str, digits: Dataset) -> None:
    objective = _objective(digits if name == "digits" else points.load(name, 0), spectral_norm=True)
    objective.step(0, 0.0)
    state, rng = copy.deepcopy(objective.state_dict()), torch.get_rng_state()
    values = objective.validate()
    assert values == objective.validate(), "the same samples every time"
    records = [*objective.records(), *objective.final_records()]
    objective.inputs("test", 3, 2)
    assert torch.equal(rng, torch.get_rng_state()) and objective.model.training
    assert all(_same(state["model"], objective.model.state_dict()))
    quality = {"ring": {"modes", "near_mode"}, "moons": {"sliced_wasserstein"}, "digits": {"frechet", "recall"}}[name]
    assert set(values) == {f"quality/{q}" for q in quality} | {"discriminator/val"}
    assert {record.tag for record in records} == {"samples"} | ({"discriminator"} if name != "digits" else set())


def test_what_the_test_tells(digits: Dataset) -> None:
    told: list[tuple[str, float]] = []
    objective = _objective(digits, lambda what, share: told.append((what, share)))
    found = objective.test()
    assert {"frechet", "frechet_floor", "precision", "recall", "coverage", "label_accuracy", "nearest_train",
            "nearest_train_floor", "sample_seconds"} <= set(found)  # fmt: skip
    assert found["samples"] == 1000 and all(math.isfinite(value) for value in found.values())
    shares = [share for _, share in told]
    assert shares == sorted(shares) and shares[0] >= 0 and shares[-1] <= 1 and "1,000 images" in told[0][0]
    assert {"modes", "modes_total", "near_mode"} <= set(_objective().test())
    unconditional = _objective(digits, conditional=False)
    assert "label_accuracy" not in unconditional.test() and unconditional.classes == 0


def test_the_sheet_is_in_the_order_of_the_classes(digits: Dataset) -> None:
    objective = _objective(digits)
    (sheet,) = objective.records()
    images, labels = sheet.arrays["images"], sheet.arrays["labels"]
    assert images.shape == (100, 1, 8, 8) and images.dtype == np.float16
    assert images.min() >= 0 and images.max() <= 1
    assert labels.tolist() == [k // 10 for k in range(100)]
    drawn = objective.sample(100, torch.from_numpy(labels), seed=3)
    assert np.allclose(images, drawn.clamp(0, 1).numpy(), atol=1e-3)


def test_the_surface_is_the_discriminator_from_above() -> None:
    objective = _objective(loss="non-saturating")
    _train(objective, 0, 3)
    scatter, surface = objective.records()
    assert scatter.arrays["points"].shape == scatter.arrays["real"].shape == (512, 2)
    assert scatter.arrays["centers"].shape == (8, 2)
    left, right, bottom, top = surface.arrays["extent"].tolist()
    assert (left, right, bottom, top) == pytest.approx(RING.extent)
    corners = torch.tensor([[left, top], [right, top], [left, bottom], [right, bottom]])
    with torch.no_grad():
        expected = objective.model.discriminator(objective.scaling.inside(corners)).sigmoid()
    grid = surface.arrays["grid"]
    torch.testing.assert_close(torch.from_numpy(grid[[0, 0, -1, -1], [0, -1, 0, -1]]), expected)


@pytest.mark.parametrize("center", [0.0, 1000.0])
def test_samples_come_in_the_units_of_the_data(center: float) -> None:
    moved = replace(RING, train=RING.train * 50 + np.float32(center), centers=RING.centers * 50 + np.float32(center))
    objective = _objective(moved)
    with torch.no_grad():
        inside = objective.model.generator(torch.zeros(1, 4))
    assert objective.scaling.outside(inside).sub(center).abs().max() < 60
    assert abs(objective.scaling.inside(torch.from_numpy(moved.train)).abs().max() - 2) < 0.05


def test_the_discriminator_learns_to_tell_them_apart() -> None:
    objective = _objective(loss="non-saturating", lr=0.0, lr_discriminator=5e-3, steps=60, schedule="constant")
    values = [objective.step(k, k / 60) for k in range(60)]
    assert values[0]["loss/discriminator"] == pytest.approx(2 * math.log(2), abs=0.15)
    assert values[-1]["loss/discriminator"] < 0.8
    assert values[-1]["discriminator/real"] > 0.6 > 0.4 > values[-1]["discriminator/fake"]
    assert objective.validate()["discriminator/val"] > 0.6


def test_labels_steer_the_images(digits: Dataset) -> None:
    objective = _objective(digits)
    z = torch.zeros(10, 4)
    images = objective.model.generator(z, torch.arange(10))
    assert len(torch.unique(images.flatten(1), dim=0)) == 10
    z, labels = objective.inputs("test", 358, 4)
    assert labels.tolist() == [int(digits.test.y[k % 360]) for k in range(358, 362)]
    assert torch.equal(z[1], objective.inputs("train", 359)[0][0]), "the same numbers for the same index"


def test_data_that_are_no_images_or_points(blobs: Dataset) -> None:
    with pytest.raises(OptionError, match="gan needs images or points, but blobs holds features"):
        Adversarial.build(Adversaries, GanOptions(), blobs)
