"""Naive Bayes against scikit-learn's, scipy's densities, and enumeration; and how it is counted."""

from itertools import pairwise, product

import numpy as np
import pytest
import scipy.stats
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import BernoulliNB, GaussianNB

from dlviz.engine.data.dataset import Dataset
from dlviz.engine.data.gaussians import GaussianOptions, load
from dlviz.engine.models.naive_bayes import NaiveBayes
from dlviz.engine.objectives.counting import Counting
from dlviz.engine.recipes.linear import NaiveBayesOptions

CPU = torch.device("cpu")


def _objective(data: Dataset, **options: object) -> Counting:
    chosen = NaiveBayesOptions(**options)  # type: ignore[arg-type]
    return Counting(Counting.build(NaiveBayes, chosen, data), data, chosen, 0, CPU)


def _count(objective: Counting, steps: int) -> list[dict[str, float]]:
    return [objective.step(k, k / steps) for k in range(steps)]


@pytest.mark.parametrize("smoothing", [1e-9, 0.1])
@pytest.mark.parametrize("batch", [7, 64, 2000])
def test_gaussian_is_scikit_learns(digits: Dataset, smoothing: float, batch: int) -> None:
    objective = _objective(digits, smoothing=smoothing, batch=batch, pseudo=1e-9)
    _count(objective, 1257 // batch + 3)
    x, y = digits.train.x.reshape(-1, 64).astype(np.float64), digits.train.y
    known = GaussianNB(var_smoothing=smoothing).fit(x, y)
    mean, variance = (each.numpy() for each in objective.model.likelihood.moments())  # type: ignore[operator]
    np.testing.assert_allclose(mean, known.theta_, atol=1e-12)
    np.testing.assert_allclose(variance, known.var_, rtol=1e-6)
    test = digits.test.x.reshape(-1, 64).astype(np.float64)
    assert objective.test()["test_accuracy"] == pytest.approx(known.score(test, digits.test.y))
    if smoothing > 1e-3:
        np.testing.assert_allclose(objective.outcome("test").probabilities, known.predict_proba(test), atol=1e-4)


def test_bernoulli_is_scikit_learns(digits: Dataset) -> None:
    objective = _objective(digits, kind="bernoulli", pseudo=0.7, threshold=0.4)
    _count(objective, 20)
    prior = (np.bincount(digits.train.y) + 0.7) / (1257 + 7)
    known = BernoulliNB(alpha=0.7, binarize=0.4, class_prior=prior)
    known.fit(digits.train.x.reshape(-1, 64), digits.train.y)
    test = digits.test.x.reshape(-1, 64)
    np.testing.assert_allclose(objective.outcome("test").probabilities, known.predict_proba(test), atol=1e-5)
    joint = known.predict_joint_log_proba(test)
    expected = float(np.logaddexp.reduce(joint, 1).mean())
    assert objective.test()["test_log_likelihood"] == pytest.approx(expected, rel=1e-6)
    assert "test_log_likelihood" not in _objective(digits).test(), "a density is no probability"


def test_the_joint_is_a_density_of_independent_normals() -> None:
    data = load(GaussianOptions(features=3, n=60, classes=2), 0)
    objective = _objective(data, pseudo=2.0)
    _count(objective, 1)
    model = objective.model
    mean, variance = (each.numpy() for each in model.likelihood.moments())  # type: ignore[operator]
    x = data.test.x[:20]
    expected = [
        scipy.stats.norm.logpdf(x, mean[k], variance[k] ** 0.5).sum(1) + np.log((30 + 2) / (60 + 4)) for k in (0, 1)
    ]
    np.testing.assert_allclose(model(torch.from_numpy(x)).numpy(), np.transpose(expected), rtol=1e-4)


def test_probabilities_of_all_binary_images_sum_to_one() -> None:
    rng = np.random.default_rng(0)
    model = NaiveBayes(NaiveBayesOptions(kind="bernoulli"), (6,), 3)
    model.add(torch.from_numpy(rng.random((40, 6), dtype=np.float32)), torch.from_numpy(rng.integers(0, 3, 40)))
    every = torch.tensor(list(product((0.0, 1.0), repeat=6)))
    assert model(every).double().exp().sum().item() == pytest.approx(1.0, abs=1e-5)


@settings(max_examples=30, deadline=None)
@given(cuts=st.lists(st.integers(0, 50), max_size=5), offset=st.floats(-1e6, 1e6), seed=st.integers(0, 99))
def test_no_order_or_size_of_mini_batches_matters(cuts: list[int], offset: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = torch.from_numpy(rng.normal(size=(50, 4)) + offset), torch.from_numpy(rng.integers(0, 3, 50))
    whole, parts = (NaiveBayes(NaiveBayesOptions(), (4,), 3) for _ in range(2))
    whole.add(x, y)
    order, edges = torch.from_numpy(rng.permutation(50)), [0, *sorted(cuts), 50]
    for start, end in pairwise(edges):
        if end > start:
            parts.add(x[order][start:end], y[order][start:end])
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(parts.state_dict()[name], value, rtol=1e-7, atol=1e-5)
    for k in y.unique().tolist():
        spread = x[y == k].var(0, correction=0) * (y == k).sum()
        torch.testing.assert_close(whole.likelihood.get_buffer("scatter")[k], spread, rtol=1e-5, atol=1e-5)


def test_nothing_is_counted_twice(digits: Dataset) -> None:
    objective = _objective(digits, batch=500)
    values = _count(objective, 3)
    assert [v["examples"] for v in values] == [500, 1000, 1257]
    before = {name: value.clone() for name, value in objective.model.state_dict().items()}
    assert objective.step(3, 1.0)["examples"] == 1257
    assert all(torch.equal(value, before[name]) for name, value in objective.model.state_dict().items())
    assert before["likelihood.count"].flatten().tolist() == np.bincount(digits.train.y).tolist()


def test_the_first_step_knows_nothing_and_the_next_is_finite(blobs: Dataset) -> None:
    objective = _objective(blobs, batch=1)
    values = _count(objective, 4)
    assert values[0]["loss/train"] == pytest.approx(np.log(3), rel=1e-5)
    assert np.isfinite([v["loss/train"] for v in values]).all()
    assert np.isfinite(list(objective.validate().values())).all()


def test_smoothing_can_change_in_flight(digits: Dataset) -> None:
    objective = _objective(digits)
    _count(objective, 20)
    sharp = objective.validate()
    objective.change("smoothing", 10.0)
    other = _objective(digits, smoothing=10.0)
    _count(other, 20)
    assert objective.validate() == other.validate() != sharp


@pytest.mark.parametrize(("kind", "free"), [("gaussian", 2 * 640 + 9), ("bernoulli", 640 + 9)])
def test_free_parameters_are_counted(digits: Dataset, kind: str, free: int) -> None:
    objective = _objective(digits, kind=kind)
    assert objective.parameters == free and not list(objective.model.parameters())


def test_a_resumed_count_is_the_same(digits: Dataset) -> None:
    whole, first, second = (_objective(digits) for _ in range(3))
    _count(whole, 10)
    _count(first, 4)
    second.load_state_dict(first.state_dict())
    for k in range(4, 10):
        second.step(k, k / 10)
    assert second.validate() == whole.validate()


def test_generative_wins_with_little_data_and_loses_where_features_hang_together() -> None:
    """Ng & Jordan's crossover, averaged over three seeds, with scikit-learn on the other side."""

    def errors(options: GaussianOptions) -> tuple[float, float]:
        pairs = []
        for seed in range(3):
            data = load(options, seed)
            objective = _objective(data)
            _count(objective, 10)
            rival = LogisticRegression(C=np.inf, max_iter=1000).fit(data.train.x, data.train.y)
            pairs.append((1 - objective.test()["test_accuracy"], 1 - rival.score(data.test.x, data.test.y)))
        bayes, logistic = np.mean(pairs, axis=0)
        return float(bayes), float(logistic)

    bayes, logistic = errors(GaussianOptions(n=80))
    assert bayes < logistic - 0.02
    bayes, logistic = errors(GaussianOptions(n=320, correlation=0.5))
    assert bayes > logistic + 0.1
