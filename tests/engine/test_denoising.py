"""The objective of diffusion: its loss by hand, what resumes, what is measured and recorded, and that it learns."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlviz.engine.data import digits16
from dlviz.engine.data.dataset import Dataset, Split
from dlviz.engine.data.points import Points
from dlviz.engine.data.points import load as load_points
from dlviz.engine.models.denoiser import PointDenoiser
from dlviz.engine.models.unet import UNet
from dlviz.engine.objectives import denoising
from dlviz.engine.objectives.denoising import Denoising
from dlviz.engine.options import OptionError
from dlviz.engine.recipes.diffusion import PREDICTS, DiffusionOptions
from dlviz.engine.training import checkpoint

CPU = torch.device("cpu")
SMALL: dict[str, Any] = {"channels": 8, "blocks": 1, "heads": 1, "sample_steps": 4, "guidance": 0.0}


def _make(data: Dataset | Points, **chosen: Any) -> Denoising:
    options = DiffusionOptions(**{**SMALL, "batch": 16, **chosen})
    torch.manual_seed(0)
    return Denoising(Denoising.build(UNet, options, data), data, options, 0, CPU)


@pytest.fixture(scope="module")
def ring() -> Points:
    return load_points("ring", 0)


class _Fixed(nn.Module):
    """Answers with one number, and keeps what it was asked."""

    no_label = 10

    def __init__(self, answer: float) -> None:
        super().__init__()
        self.answer = nn.Parameter(torch.tensor(answer))
        self.asked: list[tuple[Tensor, Tensor, Tensor | None]] = []

    def forward(self, x: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        self.asked.append((x.detach(), t, labels))
        return self.answer + torch.zeros_like(x)


@pytest.mark.parametrize("weighting", ["none", "min-snr"])
@pytest.mark.parametrize("predict", PREDICTS)
def test_the_loss_is_that_of_the_papers(digits: Dataset, predict: str, weighting: str) -> None:
    """Mean squared error of eps, x0 or v; min-SNR weighs it by min(SNR, 5) times the error of x0 that it means."""
    options = DiffusionOptions(predict=predict, weighting=weighting, label_drop=0.0, optimizer="sgd", momentum=0.0)
    network = _Fixed(0.25)
    objective = Denoising(network, digits, options, 0, CPU)
    torch.manual_seed(5)
    values = objective.step(0, 0.0)
    ((x_t, t, labels),) = network.asked
    index = objective._order.batch(0, options.batch)
    x0 = torch.from_numpy(digits.train.x)[index] * 2 - 1
    assert labels is not None and torch.equal(labels, torch.from_numpy(digits.train.y)[index])
    alpha_bar = objective.noise.alpha_bar[t][:, None, None, None].float()
    eps = (x_t - alpha_bar.sqrt() * x0) / (1 - alpha_bar).sqrt()
    target = {"eps": eps, "x0": x0, "v": alpha_bar.sqrt() * eps - (1 - alpha_bar).sqrt() * x0}[predict]
    error = (0.25 - target).square().mean((1, 2, 3))
    assert values["loss/train"] == pytest.approx(error.mean().item(), rel=1e-3)
    snr = (alpha_bar / (1 - alpha_bar)).flatten()
    of_x0 = {"eps": 1 / snr, "x0": torch.ones(64), "v": 1 / (1 + snr)}[predict]
    weight = torch.ones(64) if weighting == "none" else snr.clamp(max=5) * of_x0
    gradient = (weight * 2 * (0.25 - target).mean((1, 2, 3))).mean().item()
    assert values["grad_norm"] == pytest.approx(abs(gradient), rel=1e-2, abs=1e-4)


def test_timesteps_cover_every_part_of_the_chain(digits: Dataset) -> None:
    network = _Fixed(0.0)
    objective = Denoising(network, digits, DiffusionOptions(batch=100), 0, CPU)
    torch.manual_seed(1)
    for number in range(50):
        objective.step(number, 0.0)
    seen = torch.stack([t for _, t, _ in network.asked])
    assert seen.min() == 1 and seen.max() == 1000
    assert torch.equal((seen - 1) // 10, torch.arange(100).expand(50, 100)), "one of every tenth hundredth"
    assert len(set(seen[:, 40].tolist())) > 5, "somewhere else in it every time"


@pytest.mark.parametrize(("share", "low", "high"), [(0.0, 0, 0), (0.3, 0.2, 0.4), (1.0, 1, 1)])
def test_labels_are_hidden_as_often_as_asked(digits: Dataset, share: float, low: float, high: float) -> None:
    network = _Fixed(0.0)
    objective = Denoising(network, digits, DiffusionOptions(batch=400, label_drop=share), 0, CPU)
    objective.step(0, 0.0)
    labels = network.asked[0][2]
    assert labels is not None and low <= (labels == 10).float().mean().item() <= high


def test_the_first_loss_is_the_variance_of_what_is_predicted(digits: Dataset) -> None:
    """A network that answers zero leaves the noise as it is: about 1."""
    objective = _make(digits, predict="eps", batch=256)
    assert objective.step(0, 0.0)["loss/train"] == pytest.approx(1, abs=0.03)
    assert _make(digits, predict="eps").validate()["loss/val"] == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("kind", ["images", "points"])
def test_it_learns(digits: Dataset, ring: Points, kind: str) -> None:
    data, steps = (digits, 40) if kind == "images" else (ring, 150)
    objective = _make(data, lr=5e-3, batch=32, hidden=(64, 64), predict="eps")
    before = objective.validate()
    for number in range(steps):
        objective.step(number, number / steps)
    after = objective.validate()
    assert after["loss/val"] < 0.8 * before["loss/val"]
    assert set(after) == {"loss/val", "loss/val_t1", "loss/val_t2", "loss/val_t3", "loss/val_t4"}
    quarters = [after[f"loss/val_t{k}"] for k in (1, 2, 3, 4)]
    assert np.mean(quarters) == pytest.approx(after["loss/val"], rel=0.02)


@pytest.mark.parametrize("kind", ["images", "points"])
def test_a_resumed_training_goes_on_as_if_nothing_had_been(
    digits: Dataset, ring: Points, kind: str, tmp_path: Path
) -> None:
    data = digits if kind == "images" else ring
    first = _make(data, hidden=(32,))
    for number in range(3):
        first.step(number, number / 6)
    checkpoint.save(tmp_path, {"objective": first.state_dict(), "rng": torch.get_rng_state()})
    straight = [first.step(number, number / 6) for number in range(3, 6)]
    second = _make(data, hidden=(32,))
    state = checkpoint.load(tmp_path)
    assert state is not None
    second.load_state_dict(state["objective"])
    torch.set_rng_state(state["rng"])
    assert [second.step(number, number / 6) for number in range(3, 6)] == straight
    assert second.validate() == first.validate()
    mine, theirs = (o.diffusion.sample(5, None, o.diffusion.sampler()) for o in (first, second))
    assert torch.equal(mine, theirs)


def test_looking_leaves_the_training_as_it_was(digits: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(denoising, "IMAGES", 30)
    objective = _make(digits)
    objective.step(0, 0.0)
    objective.model.train()
    rng, told = torch.get_rng_state(), []
    objective.tell = lambda what, share: told.append((what, share))
    objective.validate()
    metrics = objective.test()
    kept = [*objective.records(), *objective.final_records(), *objective.inputs("test", 3, 2)]
    assert kept and objective.model.training and torch.equal(torch.get_rng_state(), rng)
    assert told[0][0] == "sampling 30" and [share for _, share in told] == sorted(share for _, share in told)
    assert metrics["samples"] == 30 and metrics["network_evaluations"] == 4
    named = {"frechet", "frechet_floor", "label_accuracy", "nearest_train", "nearest_train_floor", "sample_seconds"}
    assert named | {"ddim20_seconds_16"} <= set(metrics)
    repeated = objective.test()
    assert {k: v for k, v in repeated.items() if "seconds" not in k} == {
        k: v for k, v in metrics.items() if "seconds" not in k
    }


def test_telling_may_end_the_work(digits: Dataset) -> None:
    objective = _make(digits)

    def stop(what: str, share: float) -> None:
        raise KeyboardInterrupt

    objective.tell = stop
    with pytest.raises(KeyboardInterrupt):
        objective.test()


def test_points_are_measured_by_their_modes(ring: Points) -> None:
    objective = _make(ring, hidden=(16,))
    metrics = objective.test()
    assert {"modes", "modes_total", "near_mode", "sample_seconds"} <= set(metrics)
    assert metrics["samples"] == 2000 and metrics["network_evaluations"] == 4


def test_samples_come_from_the_averaged_weights(ring: Points) -> None:
    objective = _make(ring, hidden=(16,), batch=64)
    for number in range(3):
        objective.step(number, 0.0)
    sampler = objective.diffusion.sampler()
    before = objective.diffusion.sample(20, None, sampler)
    with torch.no_grad():
        for parameter in objective.model.parameters():
            parameter.add_(1.0)
    assert torch.equal(before, objective.diffusion.sample(20, None, sampler))
    with torch.no_grad():
        for parameter in objective.averages["model"].module.parameters():
            parameter.add_(1.0)
    assert not torch.equal(before, objective.diffusion.sample(20, None, sampler))


def test_a_sample_does_not_depend_on_how_many_go_at_once(ring: Points, monkeypatch: pytest.MonkeyPatch) -> None:
    from dlviz.engine.sampling import diffusion

    objective = _make(ring, hidden=(16,))
    objective.step(0, 0.0)
    drawn = objective.diffusion
    few = drawn.sample(6, None, drawn.sampler("ddim", 3))
    monkeypatch.setattr(diffusion, "CHUNK", 12)
    torch.testing.assert_close(few, drawn.sample(9, None, drawn.sampler("ddim", 3))[:6])
    assert not torch.equal(few, drawn.sample(6, None, drawn.sampler("ddim", 3), salt=1))


def test_a_chain_can_be_walked_and_ends_in_the_sample(digits: Dataset) -> None:
    objective = _make(digits)
    objective.step(0, 0.0)
    drawn, labels = objective.diffusion, torch.tensor([3, 7])
    with torch.no_grad():
        chain = drawn.chain(2, labels, drawn.sampler())
        while not chain.done:
            chain.forward()
    torch.testing.assert_close(drawn.scaling.outside(chain.frame.x), drawn.sample(2, labels, drawn.sampler()))


def test_records_of_images(digits: Dataset) -> None:
    objective = _make(digits)
    (cheap,), (sheet, strip) = objective.records(), objective.final_records()
    for record in (cheap, sheet):
        assert (record.tag, record.kind) == ("samples", "images")
        images, labels = record.arrays["images"], record.arrays["labels"]
        assert images.shape == (100, 1, 8, 8) and images.dtype == np.float16
        assert labels.tolist() == [k // 10 for k in range(100)] and int(record.arrays["rows"]) == 10
        assert images.min() >= 0 and images.max() <= 1
    (large,) = _make(digits16.load(0)).records()
    assert large.arrays["images"].shape == (20, 1, 16, 16), "a quick look at larger images shows fewer"
    assert large.arrays["labels"].tolist() == [k // 2 for k in range(20)] and int(large.arrays["rows"]) == 2
    (again,) = objective.records()
    np.testing.assert_array_equal(again.arrays["images"], cheap.arrays["images"])
    assert (strip.tag, strip.kind) == ("denoising", "strip")
    assert strip.arrays["t"].tolist() == [1000, 750, 500, 250, 0]
    assert strip.arrays["images"].shape == strip.arrays["x0"].shape == (5, 1, 8, 8)


def test_records_of_points(ring: Points) -> None:
    objective = _make(ring, hidden=(16,))
    for record in (*objective.records(), *objective.final_records()):
        assert (record.tag, record.kind) == ("samples", "points")
        assert {k: v.shape for k, v in record.arrays.items()} == {
            "real": (1000, 2),
            "points": (1000, 2),
            "centers": (8, 2),
        }


def test_points_are_scaled_and_back(ring: Points) -> None:
    scaling = _make(ring).diffusion.scaling
    inside = scaling.inside(torch.from_numpy(ring.train))
    assert inside.abs().max().item() == pytest.approx(2, abs=1e-5)
    torch.testing.assert_close(scaling.outside(inside), torch.from_numpy(ring.train), rtol=0, atol=1e-5)
    low, high = scaling.bounds
    assert ((inside >= low) & (inside <= high)).all()


def test_options_that_may_change_do(ring: Points, digits: Dataset) -> None:
    objective = _make(digits)
    objective.change("sample_steps", 7)
    objective.change("guidance", 0.5)
    objective.change("ema", 0.5)
    assert len(objective.diffusion.sampler().stops) == 8 and objective.averages["model"].decay == 0.5
    assert objective.diffusion.evaluations == 14 and _make(ring, guidance=0.5).diffusion.evaluations == 4


def test_inputs_are_what_the_model_takes(digits: Dataset, ring: Points) -> None:
    for data, model in ((digits, UNet), (ring, PointDenoiser)):
        objective = _make(data)
        assert isinstance(objective.model, model)
        inputs = objective.inputs("val", len(data.split("val")) - 1 if data is ring else 179, 2)  # type: ignore[arg-type]
        assert objective.model(*inputs).shape == inputs[0].shape == (2, *data.shape)
        one = objective.inputs("val", 0)
        torch.testing.assert_close(one[0], inputs[0][1:])
        assert [part.shape[1:] for part in objective.specimen(objective.options, data)] == [p.shape[1:] for p in inputs]


def test_other_data_are_refused(blobs: Dataset) -> None:
    with pytest.raises(OptionError, match="diffusion needs images or points, but blobs holds features"):
        Denoising.build(UNet, DiffusionOptions(), blobs)


def test_images_without_classes_have_no_labels(digits: Dataset) -> None:
    def unnamed(split: Split) -> Split:
        return Split(x=split.x, y=np.zeros_like(split.y))

    train, val, test = (unnamed(digits.split(name)) for name in ("train", "val", "test"))
    objective = _make(replace(digits, classes=("digit",), train=train, val=val, test=test))
    objective.step(0, 0.0)
    (record,) = objective.records()
    assert record.arrays["images"].shape == (100, 1, 8, 8) and set(record.arrays["labels"].tolist()) == {-1}


def test_digits_of_16x16_are_torchs_bilinear_digits(digits: Dataset) -> None:
    made = digits16.load(0)
    for part in ("train", "val", "test"):
        small, large = torch.from_numpy(digits.split(part).x), made.split(part)
        expected = F.interpolate(small, scale_factor=2, mode="bilinear", align_corners=False)
        np.testing.assert_allclose(large.x, expected.numpy(), atol=1e-6)
        np.testing.assert_array_equal(large.y, digits.split(part).y)
    assert made.shape == (1, 16, 16) and "up-sampled" in made.description and made.name == "digits16"
    odd = np.random.default_rng(0).random((2, 3, 5, 4), np.float32)
    expected = F.interpolate(torch.from_numpy(odd), scale_factor=3, mode="bilinear", align_corners=False)
    np.testing.assert_allclose(digits16.upsampled(odd, 3), expected.numpy(), atol=1e-6)
