"""Bayesian networks of pixels: by enumeration of every image, and against scipy and scikit-learn."""

from itertools import product

import numpy as np
import pytest
import torch
from scipy.sparse.csgraph import minimum_spanning_tree  # type: ignore[import-untyped]
from sklearn.metrics import mutual_info_score
from sklearn.naive_bayes import BernoulliNB
from torch import Tensor

from dlviz.engine.data.dataset import Dataset
from dlviz.engine.models.bayesnet import Bayesnet
from dlviz.engine.models.chow_liu import mutual_information, pairwise, single, spanning_tree
from dlviz.engine.options import OptionError
from dlviz.engine.recipes.bayesnet import STRUCTURES, BayesnetOptions

SHAPE, CLASSES = (1, 2, 4), 3


def _images(count: int = 400, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Black-and-white images of 8 pixels that depend on each other and on the class."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(CLASSES, (count,), generator=generator)
    hidden = torch.randn(count, 3, generator=generator) + labels[:, None]
    mixing = torch.randn(3, 8, generator=torch.Generator().manual_seed(9))
    noise = torch.randn(count, 8, generator=generator)
    return ((hidden @ mixing + noise) > 1).float().reshape(count, *SHAPE), labels


def learned(structure: str, smoothing: float = 0.5, count: int = 400) -> Bayesnet:
    model = Bayesnet(BayesnetOptions(structure=structure, smoothing=smoothing), SHAPE, CLASSES)
    x, y = _images(count)
    for part in range(0, count, 64):
        model.count(x[part : part + 64], y[part : part + 64])
    model.learn()
    return model


def every_image() -> Tensor:
    return torch.tensor(list(product((0.0, 1.0), repeat=8))).reshape(256, *SHAPE)


@pytest.mark.parametrize("structure", STRUCTURES)
def test_the_probabilities_of_all_images_and_classes_sum_to_one(structure: str) -> None:
    joint = learned(structure)(every_image()).exp()
    assert joint.shape == (256, CLASSES)
    assert float(joint.sum()) == pytest.approx(1, abs=1e-12)
    _, y = _images()
    share = (torch.bincount(y) + 0.5) / (400 + 1.5)
    torch.testing.assert_close(joint.sum(0), share.double(), atol=1e-6, rtol=0)


@pytest.mark.parametrize("structure", STRUCTURES)
def test_posteriors_are_those_of_enumeration(structure: str) -> None:
    model = learned(structure)
    joint, bits = model(every_image()).exp(), every_image().flatten(1)
    for known in ({}, {2: 1}, {0: 1, 5: 0}, {k: k % 2 for k in range(8)}):
        evidence = torch.full((8,), -1)
        for pixel, value in known.items():
            evidence[pixel] = value
        fits = torch.stack([bits[:, pixel] == value for pixel, value in known.items()] or [bits[:, 0] >= 0]).all(0)
        total = joint[fits].sum()
        classes, white, log_evidence = model.infer(evidence)
        torch.testing.assert_close(classes, joint[fits].sum(0) / total)
        torch.testing.assert_close(white, (joint[fits].sum(1) @ bits[fits].double()) / total)
        assert log_evidence == pytest.approx(float(total.log()), abs=1e-10)


@pytest.mark.parametrize("structure", STRUCTURES)
def test_samples_are_as_frequent_as_they_are_probable(structure: str) -> None:
    model = learned(structure)
    labels = torch.ones(40_000, dtype=torch.long)
    samples = model.sample(labels, torch.Generator().manual_seed(0))
    assert samples.shape == (40_000, *SHAPE)
    number = (samples.flatten(1) @ 2.0 ** torch.arange(7, -1, -1)).long()
    frequency = torch.bincount(number, minlength=256).double() / len(labels)
    expected = model(every_image()).exp()[:, 1]
    distance = (frequency - expected / expected.sum()).abs().sum() / 2
    assert float(distance) < 0.03
    assert torch.equal(samples, model.sample(labels, torch.Generator().manual_seed(0)))


def test_naive_bayes_is_scikit_learns() -> None:
    model, (x, y) = learned("naive-bayes", smoothing=0.5), _images()
    theirs = BernoulliNB(alpha=1.0).fit(x.flatten(1).numpy(), y.numpy())  # two imaginary images of each value
    expected = theirs.feature_log_prob_
    np.testing.assert_allclose(model.table[:, :, 0, 1].numpy(), expected, atol=1e-12)
    ours = (model(every_image()) - model.log_prior).softmax(1)
    with_even_prior = BernoulliNB(alpha=1.0, fit_prior=False).fit(x.flatten(1).numpy(), y.numpy())
    np.testing.assert_allclose(ours.numpy(), with_even_prior.predict_proba(every_image().flatten(1).numpy()), atol=1e-9)


def test_mutual_information_is_scikit_learns() -> None:
    x, _ = _images()
    bits = x.flatten(1).double()
    count, ones, both = torch.tensor(400.0).double(), bits.sum(0), bits.T @ bits
    ours = mutual_information(pairwise(count, ones, both, 1e-9), single(count, ones, 1e-9))
    for i, j in ((0, 1), (3, 6), (7, 2)):
        expected = mutual_info_score(bits[:, i].numpy(), bits[:, j].numpy())
        assert float(ours[i, j]) == pytest.approx(expected, abs=1e-7) and expected > 1e-4
    assert torch.equal(ours.diagonal(), torch.zeros(8).double())


def test_smoothed_pairs_agree_on_single_pixels() -> None:
    bits = _images()[0].flatten(1).double()
    pairs = pairwise(torch.tensor(400.0).double(), bits.sum(0), bits.T @ bits, 3.0)
    singles = single(torch.tensor(400.0).double(), bits.sum(0), 3.0)
    apart = ~torch.eye(8, dtype=torch.bool)
    torch.testing.assert_close(pairs.sum(3)[apart], singles[:, None].expand(8, 8, 2)[apart])
    torch.testing.assert_close(pairs.sum(2)[apart], singles[None].expand(8, 8, 2)[apart])


@pytest.mark.parametrize("seed", range(4))
def test_the_tree_is_scipys(seed: int) -> None:
    weight = np.random.default_rng(seed).random((30, 30)) + 0.01
    weight += weight.T
    np.fill_diagonal(weight, 0)
    parents, order = spanning_tree(weight)
    edges = {frozenset((int(i), int(parent))) for i, parent in enumerate(parents) if parent >= 0}
    rows, columns = minimum_spanning_tree(np.where(weight > 0, 10 - weight, 0)).nonzero()
    assert edges == {frozenset((int(i), int(j))) for i, j in zip(rows, columns, strict=True)}
    assert sorted(order) == list(range(30)) and (parents < 0).sum() == 1
    place = np.argsort(order)
    assert all(place[parent] < place[i] for i, parent in enumerate(parents) if parent >= 0)


def test_no_other_tree_is_more_likely() -> None:
    model, (x, _) = learned("tree", smoothing=0.001), _images()
    best = float(model(x).logsumexp(1).mean())
    bits = x.flatten(1).double()
    pairs = pairwise(model.class_count.sum(), bits.sum(0), bits.T @ bits, 0.001)
    singles = single(model.class_count.sum(), bits.sum(0), 0.001)
    rng = np.random.default_rng(0)
    for _ in range(20):
        random = rng.random((8, 8))
        parents, order = spanning_tree(random + random.T)
        child = torch.from_numpy(order[1:])
        parent = torch.from_numpy(parents)[child]
        model.parents[0] = torch.from_numpy(parents)
        model.table[0] = singles.log()[:, None]
        model.table[0, child] = pairs[parent, child].log() - singles[parent].log()[..., None]
        assert float(model(x).logsumexp(1).mean()) < best + 1e-9


def test_structures_are_ever_more_likely_and_count_their_numbers() -> None:
    x, _ = _images()
    models = {structure: learned(structure, 0.01) for structure in STRUCTURES}
    value = {structure: float(model(x).logsumexp(1).mean()) for structure, model in models.items()}
    assert value["independent"] < value["tree"] < value["class-trees"] and value["naive-bayes"] < value["class-trees"]
    numbers = {structure: model.free_parameters for structure, model in models.items()}
    assert numbers == {"independent": 8 + 2, "tree": 15 + 2, "naive-bayes": 24 + 2, "class-trees": 45 + 2}


def test_counts_do_not_depend_on_how_images_are_dealt_out() -> None:
    x, y = _images()
    whole = Bayesnet(BayesnetOptions(smoothing=0.5), SHAPE, CLASSES)
    whole.count(x.flip(0), y.flip(0))
    whole.learn()
    for name, value in learned("class-trees").state_dict().items():
        assert torch.equal(value, whole.state_dict()[name]), name


def test_grey_pixels_are_white_from_one_half_on() -> None:
    model = learned("class-trees")
    grey = every_image()[:5] * 0.2 + 0.4
    assert torch.equal(model(grey), model(every_image()[:5]))
    assert torch.equal(model(torch.full((1, *SHAPE), 0.5)), model(torch.ones(1, *SHAPE)))


def test_classes_without_images_and_single_pixels_are_no_trouble() -> None:
    model = Bayesnet(BayesnetOptions(), (1, 1, 1), 2)
    model.count(torch.ones(3, 1, 1, 1), torch.zeros(3, dtype=torch.long))
    model.learn()
    joint = model(torch.tensor([0.0, 1.0]).reshape(2, 1, 1, 1)).exp()
    assert float(joint.sum()) == pytest.approx(1) and joint.argmax() == 2


def test_what_cannot_be_counted_is_refused() -> None:
    with pytest.raises(OptionError, match="bayesnet needs images"):
        Bayesnet(BayesnetOptions(), (12,), 3)
    with pytest.raises(OptionError, match=r"class-trees for 16,384 pixels and 10 classes.*naive-bayes"):
        Bayesnet(BayesnetOptions(), (1, 128, 128), 10)
    Bayesnet(BayesnetOptions(structure="naive-bayes"), (1, 128, 128), 10)


def test_real_digits_reach_the_likelihood_of_the_prototype(digits: Dataset) -> None:
    model = Bayesnet(BayesnetOptions(), (1, 8, 8), 10)
    model.count(torch.from_numpy(digits.train.x), torch.from_numpy(digits.train.y))
    model.learn()
    joint = model(torch.from_numpy(digits.test.x))
    assert float(joint.logsumexp(1).mean()) > -17.4
    assert float((joint.argmax(1).numpy() == digits.test.y).mean()) > 0.93
