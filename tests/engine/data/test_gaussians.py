"""The Gaussian clouds: moments, distances and the best error, against closed forms."""

from statistics import NormalDist

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from dlviz.engine.data.dataset import Dataset
from dlviz.engine.data.gaussians import GaussianOptions, class_means, load
from dlviz.engine.data.load import load_data
from dlviz.engine.options import OptionError


@pytest.mark.parametrize(("classes", "features"), [(2, 1), (2, 2), (2, 40), (3, 3), (5, 9)])
def test_class_means_are_equally_far_apart(classes: int, features: int) -> None:
    means = class_means(classes, features, 3.0, np.random.default_rng(0))
    assert means.shape == (classes, features)
    apart = np.linalg.norm(means[:, None] - means, axis=2)
    np.testing.assert_allclose(apart[~np.eye(classes, dtype=bool)], 3.0)
    np.testing.assert_allclose(means.mean(0), 0, atol=1e-12)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_within_a_class_features_have_variance_one_and_the_correlation(correlation: float) -> None:
    data = load(GaussianOptions(correlation=correlation, n=60_000, features=6), 1)
    for label in range(2):
        found = np.cov(data.train.x[data.train.y == label].T)
        expected = (1 - correlation) * np.eye(6) + correlation
        np.testing.assert_allclose(found, expected, atol=0.04)


@pytest.mark.parametrize("correlation", [0.0, 0.5])
def test_the_best_error_is_the_closed_form(correlation: float) -> None:
    """Of Gaussians with one covariance: Phi(-delta / 2), delta the Mahalanobis distance of the means."""
    data = load(GaussianOptions(correlation=correlation, n=50_000, features=10, distance=2.0), 0)
    gap = np.subtract(*(data.train.x[data.train.y == k].mean(0) for k in (1, 0))).astype(np.float64)
    covariance = (1 - correlation) * np.eye(10) + correlation
    best = NormalDist().cdf(-0.5 * float(gap @ np.linalg.solve(covariance, gap)) ** 0.5)
    if not correlation:
        assert best == pytest.approx(NormalDist().cdf(-1.0), abs=0.01)
    linear = LinearDiscriminantAnalysis().fit(data.train.x, data.train.y)
    assert 1 - linear.score(data.test.x, data.test.y) == pytest.approx(best, abs=0.025)


def test_sizes_seeds_and_names() -> None:
    one = load_data("gaussians:n=81,features=5,classes=3", 0)
    again, other = (load_data("gaussians:n=81,features=5,classes=3", seed) for seed in (0, 1))
    assert isinstance(one, Dataset) and isinstance(again, Dataset) and isinstance(other, Dataset)
    assert one.sizes == (81, 500, 4000) and one.shape == (5,) and len(one.classes) == 3 and one.kind == "features"
    assert np.bincount(one.train.y).tolist() == [27, 27, 27]
    assert np.array_equal(one.train.x, again.train.x) and not np.array_equal(one.train.x, other.train.x)


@pytest.mark.parametrize("options", ["classes=5,features=3", "correlation=1", "n=3"])
def test_what_cannot_be_is_one_sentence(options: str) -> None:
    with pytest.raises(OptionError) as refused:
        load_data("gaussians:" + options, 0)
    assert str(refused.value).isprintable() and "cannot be" in str(refused.value)
