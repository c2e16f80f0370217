"""Intervals of differences, against scipy and against worlds whose truth is known."""

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]

from dlviz.engine.comparing.statistics import interval, redrawn, student


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 7, 8, 29, 30])
def test_students_t_is_that_of_scipy(degrees: int) -> None:
    shares = np.array([0.001, 0.025, 0.3, 0.5, 0.8, 0.975, 0.9995])
    assert student(shares, degrees) == pytest.approx(stats.t.ppf(shares, degrees), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("n", [2, 3, 5, 8])
def test_without_examples_it_is_the_paired_t_interval(n: int) -> None:
    rng = np.random.default_rng(n)
    a, b = rng.normal(size=n), rng.normal(size=n)
    expected = stats.ttest_rel(a, b).confidence_interval(0.95)
    found = interval(list(a - b))
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.source == "seeds"


def test_of_one_seed_it_is_the_bootstrap_over_examples() -> None:
    examples = np.random.default_rng(1).exponential(size=300) - 0.9
    expected = stats.bootstrap((examples,), np.mean, method="percentile", n_resamples=20_000, rng=2).confidence_interval
    found = interval([examples.mean()], [examples])
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.1 * found.half)
    assert found.source == "examples"


def test_equal_values_are_drawn_together_and_come_to_the_same() -> None:
    examples = np.random.default_rng(3).choice([-1.0, 0.0, 1.0], 400, p=[0.02, 0.9, 0.08])
    draws, within = redrawn([examples], False)
    assert draws.mean() == pytest.approx(examples.mean(), abs=0.002)
    assert draws.var() == pytest.approx(within, rel=0.1)


def test_one_seed_alone_has_no_interval() -> None:
    found = interval([0.3])
    assert not found.known and found.sign == 0 and found.mean == 0.3


def test_what_is_no_number_has_no_interval() -> None:
    assert not interval([0.3, float("nan"), 0.1]).known
    assert not interval([float("inf")], [np.zeros(3)]).known


def worlds(repeats: int, seeds: int, spread: float, count: int, shift: float):
    """Two models, the first right oftener by `shift`; a seed moves each one's skill by `spread`."""
    rng = np.random.default_rng(7)
    for _ in range(repeats):
        hard = rng.normal(size=(seeds, count))
        skill = rng.normal(scale=spread, size=(seeds, 2, 1)) + 1.6
        right = hard[:, None, :] + rng.normal(scale=0.6, size=(seeds, 2, count)) < skill + np.array([[shift], [0]])
        examples = [right[k, 0] * 1.0 - right[k, 1] for k in range(seeds)]
        yield interval([float(e.mean()) for e in examples], examples)


@pytest.mark.parametrize(("seeds", "spread"), [(2, 0.0), (2, 0.4), (3, 0.0), (3, 0.1), (3, 0.4), (5, 0.1)])
def test_equal_models_show_no_difference_in_about_95_of_100_worlds(seeds: int, spread: float) -> None:
    found = list(worlds(100, seeds, spread, 300, 0.0))
    unseen = np.mean([one.sign == 0 for one in found])
    assert unseen >= (0.89 if seeds == 2 else 0.92)


def test_the_same_test_examples_in_every_seed_are_no_more_examples() -> None:
    rng, unseen, apart = np.random.default_rng(9), 0, 0
    for _ in range(100):
        taste = rng.normal(size=(1, 2, 200))  # what each model finds hard, whatever the seed
        right = taste + rng.normal(scale=0.3, size=(3, 2, 200)) < 1.6
        examples = [right[k, 0] * 1.0 - right[k, 1] for k in range(3)]
        values = [float(e.mean()) for e in examples]
        unseen += interval(values, examples, same_test=True).sign == 0
        apart += interval(values, examples).sign == 0
    assert unseen >= 92 and apart < 90, "taken for three times as many examples they would find what is not there"


def test_a_planted_difference_is_found() -> None:
    found = list(worlds(60, 3, 0.05, 300, 0.8))
    assert np.mean([one.sign == 1 for one in found]) > 0.9
    assert all(one.sign != -1 for one in found)


def test_seeds_that_agree_by_chance_do_not_make_an_interval_of_nothing() -> None:
    examples = [np.random.default_rng(k).permutation([1.0] * 12 + [-1.0] * 8 + [0.0] * 380) for k in range(3)]
    values = [float(e.mean()) for e in examples]
    assert values == [0.01] * 3 and interval(values).half == 0
    error = float(np.sqrt(np.mean([e.var() / 400 for e in examples]) / 3))
    assert interval(values, examples).half == pytest.approx(1.96 * error, rel=0.1)
