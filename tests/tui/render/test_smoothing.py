"""Smoothed values against plain loops and pandas."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlviz.tui.render.ema import BLOCK, Ema
from dlviz.tui.render.smoothing import NONE, Floats, Smooth, Smoothed

WEIGHTS = [0.0, 0.3, 0.6, 0.9, 0.99, 0.999]
LENGTHS = [1, 2, BLOCK - 1, BLOCK, BLOCK + 1, BLOCK * BLOCK + 3, 9000]


def tensorboard(values: Floats, weight: float) -> Floats:
    """What the rules of TensorBoard's line chart say, one point after the other."""
    last, count, constant = 0.0, 0, bool((values == values[0]).all())
    smoothed = []
    for value in values.tolist():
        if constant or not math.isfinite(value):
            smoothed.append(value)
            continue
        last, count = last * weight + (1 - weight) * value, count + 1
        smoothed.append(last / (1 - weight**count))
    return np.array(smoothed)


def grown(smooth: Smooth, values: Floats, cuts: Sequence[int] = ()) -> Smoothed:
    """As a series that grew to these lengths."""
    made = Smoothed(smooth)
    for end in [*sorted(cuts), len(values)]:
        made.update(values[:end])
    return made


def noise(n: int, bad: float = 0.0) -> Floats:
    rng = np.random.default_rng(n)
    values = np.cumsum(rng.normal(size=n))
    values[rng.random(n) < bad] = rng.choice([math.nan, math.inf, -math.inf])
    return values


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("n", LENGTHS)
def test_the_exponential_mean_is_that_of_tensorboard(n: int, weight: float) -> None:
    for bad in (0.0, 0.2, 0.97):
        values = noise(n, bad)
        made = grown(Smooth("ema", weight), values, (n // 7, n // 3, n // 3 + 1))
        expected = tensorboard(values, weight)
        np.testing.assert_allclose(made.all(), expected, rtol=1e-11, atol=1e-12)
        finite = np.flatnonzero(np.isfinite(values))
        np.testing.assert_allclose(made.at(finite), expected[finite], rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("weight", WEIGHTS[1:])
def test_the_exponential_mean_is_that_of_pandas(weight: float) -> None:
    values = noise(20_000)
    expected = pd.Series(values).ewm(alpha=1 - weight, adjust=True).mean().to_numpy()
    np.testing.assert_allclose(grown(Smooth("ema", weight), values).all(), expected, rtol=1e-9, atol=1e-9)


@given(st.lists(st.floats(), min_size=1, max_size=300), st.sampled_from(WEIGHTS), st.lists(st.integers(0, 300)))
def test_any_values_grown_in_any_steps(values: list[float], weight: float, cuts: list[int]) -> None:
    array = np.array(values)
    made = grown(Smooth("ema", weight), array, [min(cut, len(array)) for cut in cuts]).all()
    with np.errstate(over="ignore"):
        expected = tensorboard(array, weight)
    bad = ~np.isfinite(array)
    np.testing.assert_array_equal(made[bad], array[bad])
    scale = np.maximum.accumulate(np.where(bad, 0, np.abs(array)))
    with np.errstate(invalid="ignore"):
        off = np.where(made == expected, 0.0, np.abs(made - expected))
    assert (off[~bad] <= 1e-9 * scale[~bad] + 1e-300).all()


@pytest.mark.parametrize("value", [0.1, -7.3, 1e-300, 1e300])
def test_a_constant_is_untouched_and_so_is_the_constant_start_of_what_is_none(value: float) -> None:
    values = np.full(500, value)
    assert (grown(Smooth("ema", 0.9), values, (3, 200)).all() == value).all()
    values[300] = value * 2 + 1
    made = grown(Smooth("ema", 0.9), values, (3, 200)).all()
    assert (made[:300] == value).all() and made[300] != value


def test_what_is_not_finite_has_the_mean_of_what_was_before() -> None:
    values = np.array([math.nan, 1.0, 3.0, math.inf, math.nan])
    made = grown(Smooth("ema", 0.5), values)
    before, after = made.at(np.array([0, 2])), made.at(np.array([3, 4]))
    assert math.isnan(before[0]) and (after == before[1]).all()


def test_an_exponential_mean_keeps_little_of_long_series() -> None:
    values = noise(200_000)
    ema = Ema(0.9)
    ema.extend(values, values)
    assert ema.nbytes <= len(values), "an eighth of the values themselves"
    values[7] = math.nan
    ema = Ema(0.9)
    ema.extend(values, values)
    assert ema.nbytes <= 11 * len(values)


@given(st.integers(0, 2**32 - 1), st.integers(1, 400), st.sampled_from([1, 2, 3, 8, 9, 64, 500]))
def test_means_and_medians_are_those_of_pandas(seed: int, n: int, window: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=n)
    values[rng.random(n) < 0.2] = math.nan
    rolling = pd.Series(values).rolling(window, min_periods=1)
    known = np.isfinite(values)
    for kind, expected in (("mean", rolling.mean()), ("median", rolling.median())):
        made = grown(Smooth(kind, window), values, (n // 2,))  # type: ignore[arg-type]
        np.testing.assert_allclose(made.all()[known], expected.to_numpy()[known], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(made.at(np.arange(n)), expected, rtol=1e-9, atol=1e-12)


@given(st.lists(st.lists(st.integers(0, 99), max_size=12), max_size=6), st.integers(0, 2**32 - 1))
def test_medians_that_are_kept_are_those_of_their_points(asked: list[list[int]], seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=100)
    smoothed, size = Smoothed(Smooth("median", 7)), 0
    for points in asked:
        size = min(max([size, *(point + 1 for point in points)]), 100)
        smoothed.update(values[:size])
        expected = [np.median(values[max(point - 6, 0) : point + 1]) for point in points]
        np.testing.assert_allclose(smoothed.at(np.array(points, np.int64)), expected)


def test_infinities_are_no_part_of_a_median() -> None:
    values = np.array([1.0, math.inf, 2.0, -math.inf, 3.0])
    assert grown(Smooth("median", 5), values).at(np.array([4]))[0] == 2.0


def test_wide_medians_are_taken_in_parts() -> None:
    values = noise(300_000)
    made = grown(Smooth("median", 100_001), values).at(np.array([5, 150_000, 299_999]))
    assert made.tolist() == [np.median(values[max(end - 100_001, 0) : end]) for end in (6, 150_001, 300_000)]


def test_smoothings_say_what_they_are() -> None:
    said = [Smooth("ema", 0.9), Smooth("mean", 16), Smooth("median", 9), NONE, Smooth("ema", 0), Smooth("mean", 1)]
    assert [smooth.words() for smooth in said] == ["ema 0.9", "mean of last 16", "median of 9", "", "", ""]
    assert [smooth.on for smooth in said] == [True, True, True, False, False, False]
    with pytest.raises(AssertionError):
        Smooth("ema", 1.0)
