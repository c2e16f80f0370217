"""The measure of generated images: against scipy and scikit-learn, and on images whose quality is known."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.linalg  # type: ignore[import-untyped]
import torch
import torch.nn.functional as F
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors
from torch import Tensor

from dlviz.engine.data.dataset import Dataset, Split
from dlviz.engine.data.load import load_data
from dlviz.engine.quality.evaluator import evaluator
from dlviz.engine.quality.frechet import Gaussian
from dlviz.engine.quality.images import ImageQuality, black_and_white
from dlviz.engine.quality.neighbours import nearest, precision_recall
from dlviz.engine.quality.pixels import Components


def _test_images(data: Dataset) -> tuple[Tensor, Tensor]:
    return torch.from_numpy(data.test.x), torch.from_numpy(data.test.y)


def _resized(data: Dataset, side: int) -> Dataset:
    def split(s: Split) -> Split:
        return Split(x=F.interpolate(torch.from_numpy(s.x), size=(side, side), mode="nearest").numpy(), y=s.y)

    return replace(data, name="other", train=split(data.train), val=split(data.val), test=split(data.test))


@pytest.fixture(scope="module")
def quality(digits: Dataset) -> ImageQuality:
    return ImageQuality(digits)


def test_frechet_is_the_formula_with_scipys_square_root() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(60, 7)), rng.normal(size=(50, 7)) @ rng.normal(size=(7, 7)) + 1
    ca, cb = np.cov(a.T), np.cov(b.T)
    root = np.real(scipy.linalg.sqrtm(ca @ cb))
    expected = np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(ca + cb - 2 * root)
    ours = Gaussian.fit(torch.from_numpy(a)).frechet(Gaussian.fit(torch.from_numpy(b)))
    assert ours == pytest.approx(expected, rel=1e-9)
    assert Gaussian.fit(torch.from_numpy(a)).frechet(Gaussian.fit(torch.from_numpy(a))) == pytest.approx(0, abs=1e-9)


def test_frechet_of_one_dimension_is_the_closed_form() -> None:
    a, b = torch.tensor([[0.0], [2.0]]), torch.tensor([[5.0], [9.0]])  # sd √2 and 2√2, means 1 and 7
    assert Gaussian.fit(a).frechet(Gaussian.fit(b)) == pytest.approx(36 + 2)


def test_precision_and_recall_by_scikit_learns_neighbours() -> None:
    rng = np.random.default_rng(1)
    real, fake = rng.normal(size=(700, 4)), 0.6 * rng.normal(size=(300, 4)) + 0.5

    def inside(points: Any, centers: Any) -> float:
        radius = NearestNeighbors(n_neighbors=4).fit(centers).kneighbors(centers)[0][:, 3]
        distance = np.linalg.norm(points[:, None] - centers[None], axis=2)
        return float((distance <= radius).any(1).mean())

    ours = precision_recall(torch.from_numpy(real), torch.from_numpy(fake))
    assert ours == pytest.approx((inside(fake, real), inside(real, fake)))
    assert 0.1 < ours[1] < ours[0] < 1, "too easy to tell anything"
    distance = NearestNeighbors(n_neighbors=1).fit(real).kneighbors(fake)[0].mean()
    assert nearest(torch.from_numpy(fake), torch.from_numpy(real)) == pytest.approx(distance)


def test_components_are_scikit_learns() -> None:
    x = np.random.default_rng(2).normal(size=(200, 1, 6, 7)) * np.linspace(1, 3, 42).reshape(1, 1, 6, 7)
    ours = Components.fit(torch.from_numpy(x))(torch.from_numpy(x)).numpy()
    theirs = PCA(32, svd_solver="full").fit_transform(x.reshape(200, -1))
    np.testing.assert_allclose(np.abs(ours) * theirs.std(), np.abs(theirs), atol=1e-8)
    assert ours.std() == pytest.approx(1)


def test_the_evaluator_knows_digits_and_disturbs_nothing(digits: Dataset) -> None:
    evaluator.cache_clear()
    before = torch.get_rng_state()
    features, predicted = evaluator().judge(_test_images(digits)[0])
    assert torch.equal(before, torch.get_rng_state())
    assert (predicted.numpy() == digits.test.y).mean() > 0.995
    assert features.shape == (360, 32) and 0.9 < float(features.std()) < 1.1


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_floor_is_about_the_same_for_every_split(seed: int) -> None:
    data = load_data("digits", seed)
    assert isinstance(data, Dataset)
    floors = ImageQuality(data).floors
    assert floors["frechet_floor"] == pytest.approx(0.066, abs=0.015)
    assert floors["nearest_train_floor"] == pytest.approx(1.07, abs=0.05)


def test_real_images_get_the_floor_and_worse_ones_more(quality: ImageQuality, digits: Dataset) -> None:
    x, y = _test_images(digits)
    real = quality.measure(x, y)
    assert list(real)[:2] == ["frechet", "frechet_floor"]
    assert real["frechet"] == real["frechet_floor"] and real["nearest_train"] == real["nearest_train_floor"]
    assert real["label_accuracy"] > 0.99 and real["coverage"] == 1 and real["class_entropy"] > 0.999
    assert real["precision"] > 0.8 and real["recall"] > 0.8
    generator = torch.Generator().manual_seed(0)
    noisy = quality.measure((x + 0.2 * torch.randn(x.shape, generator=generator)).clamp(0, 1), y)
    noise = quality.measure(torch.rand(x.shape, generator=generator), y)
    assert real["frechet"] < noisy["frechet"] < noise["frechet"] and noise["frechet"] > 15
    assert noise["precision"] < 0.3 and noise["nearest_train"] > 3


def test_missing_classes_and_copies_show(quality: ImageQuality, digits: Dataset) -> None:
    x, y = _test_images(digits)
    few = quality.measure(x[y < 3], y[y < 3])
    assert few["coverage"] == pytest.approx(0.3) and few["class_entropy"] == pytest.approx(np.log10(3), abs=0.01)
    assert few["frechet"] > 5 and few["recall"] < 0.5 < few["precision"]
    copied = quality.measure(torch.from_numpy(digits.train.x), None)
    assert copied["nearest_train"] < 1e-5 and "label_accuracy" not in copied
    assert quality.measure(x, y.flip(0))["label_accuracy"] < 0.3


def test_black_and_white_samples_have_a_floor_of_their_own(digits: Dataset) -> None:
    x, y = _test_images(digits)
    quality = ImageQuality(digits, binarised=True)
    real = quality.measure(black_and_white(x), y)
    assert real["frechet"] == real["frechet_floor_binarised"] > 2 > 0.1 > real["frechet_floor"]
    assert real["binarised_frechet"] == real["binarised_frechet_floor"] < 0.25
    assert real["nearest_train"] == real["nearest_train_floor"]
    assert real["precision"] > 0.8 and real["recall"] > 0.8
    assert quality.measure(black_and_white(torch.from_numpy(digits.train.x)))["nearest_train"] < 1e-5


@pytest.mark.parametrize("side", [14, 16])
def test_larger_digits_are_judged_by_the_same_network(digits: Dataset, side: int) -> None:
    data = load_data("digits14", 0) if side == 14 else _resized(digits, 16)
    assert isinstance(data, Dataset)
    quality = ImageQuality(data)
    assert quality.judged
    assert quality.floors["frechet_floor"] == pytest.approx(ImageQuality(digits).floors["frechet_floor"], rel=1e-4)


@pytest.mark.parametrize("kind", ["size", "channels", "labels"])
def test_other_images_get_measures_of_another_name(digits: Dataset, kind: str) -> None:
    other = _resized(digits, 11)
    if kind == "channels":
        other = replace(digits, **{s: _colour(digits.split(s)) for s in ("train", "val", "test")})  # type: ignore[arg-type]
    if kind == "labels":  # the network reads them, but its classes are not those of the data
        other = replace(digits, **{s: _turned(digits.split(s)) for s in ("train", "val", "test")})  # type: ignore[arg-type]
    quality = ImageQuality(other)
    x, y = _test_images(other)
    metrics = quality.measure(x, y)
    assert not quality.judged
    assert set(metrics) == {
        "pixel_frechet", "pixel_frechet_floor", "precision", "recall", "nearest_train", "nearest_train_floor",
    }  # fmt: skip
    assert metrics["pixel_frechet"] == metrics["pixel_frechet_floor"] < 0.6
    noise = torch.rand(x.shape, generator=torch.Generator().manual_seed(0))
    assert quality.measure(noise)["pixel_frechet"] > 3 * metrics["pixel_frechet"]


def _colour(split: Split) -> Split:
    return Split(x=np.repeat(split.x, 3, axis=1), y=split.y)


def _turned(split: Split) -> Split:
    return Split(x=split.x, y=9 - split.y)


def test_samples_of_a_broken_model_get_no_figure_and_no_crash(quality: ImageQuality, digits: Dataset) -> None:
    x, y = _test_images(digits)
    good, broken = quality.measure(x, y), quality.measure(torch.full_like(x, float("nan")), y)
    assert set(broken) == set(good)
    assert np.isnan(broken["frechet"]) and broken["frechet_floor"] == good["frechet_floor"]
    constant = quality.measure(torch.zeros_like(x), y)
    assert np.isfinite(list(constant.values())).all() and constant["recall"] < 0.05
