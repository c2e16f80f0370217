"""Where the points of a series lie along an axis: another series as x, log x, smoothing, what has no x."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlviz.engine.runs.series import Series
from dlviz.tui.render.axes import Axes, neat
from dlviz.tui.render.ordered import Ordered
from dlviz.tui.render.smoothing import Smooth, Smoothed
from dlviz.tui.render.trace import Trace

COLUMNS = 60


def series(steps: list[int] | np.ndarray, values: list[float] | np.ndarray, every: float = 1.0) -> Series:
    one = Series("a")
    at = np.asarray(steps, np.int64)
    one.extend_arrays(at, 1e9 + at * every, np.asarray(values, np.float64))
    return one


def places(points: Ordered) -> list[tuple[float, float]]:
    """(x, value) of all points in order."""
    values = points.points.values
    return [(float(points.xs[i]), float(values[i])) for a, b in points.spans() for i in range(a, b)]


def without(points: Ordered) -> int:
    return points.seen - len(points)


steps = st.lists(st.integers(0, 60), max_size=30)


@given(steps, steps, st.integers(0, 30), st.integers(0, 30), st.booleans())
def test_another_quantity_is_joined_by_step(own: list[int], other: list[int], i: int, j: int, up: bool) -> None:
    if up:
        own, other = sorted(own), sorted(other)
    quantity = [float(step // 3) if up else float((step * 7) % 11) for step in other]
    y, x = Series("y"), Series("x")
    trace = Ordered(y, "epoch", x)
    for a, b in ((slice(0, i), slice(0, j)), (slice(i, None), slice(j, None))):
        y.extend_arrays(np.array(own[a], np.int64), np.zeros(len(own[a])), np.arange(len(own), dtype=float)[a])
        x.extend_arrays(np.array(other[b], np.int64), np.zeros(len(other[b])), np.array(quantity[b]))
        trace.update()
    left = pd.DataFrame({"step": own, "value": np.arange(len(own), dtype=float)}).astype({"step": "int64"})
    right = pd.DataFrame({"step": other, "x": quantity}).astype({"step": "int64", "x": "float64"})
    merged = pd.merge_asof(left.sort_values("step", kind="stable"), right.sort_values("step", kind="stable"), on="step")
    known = merged[merged["x"].notna()]
    expected = sorted(zip(known["x"], known["value"], strict=True))
    assert sorted(places(trace)) == expected
    assert [x for x, _ in places(trace)] == [x for x, _ in expected], "in the order of x"
    assert without(trace) == len(own) - len(expected)


def test_points_before_the_first_epoch_are_left_out_until_it_is_known() -> None:
    y, x = series([0, 1, 2, 3], [5.0, 4.0, 3.0, 2.0]), Series("epoch")
    trace = Ordered(y, "epoch", x)
    trace.update()
    assert len(trace) == 0 and places(trace) == [] and without(trace) == 4
    x.append(2, 0.0, 0.5)
    trace.update()
    assert places(trace) == [(0.5, 3.0), (0.5, 2.0)] and without(trace) == 2
    x.append(0, 0.0, 0.25)
    trace.update()
    assert places(trace) == [(0.25, 5.0), (0.25, 4.0), (0.5, 3.0), (0.5, 2.0)]


def test_points_without_a_time_are_left_out_and_counted() -> None:
    one = Series("a")
    one.extend([(0, 10.0, 1.0), (1, math.nan, 2.0), (2, 12.0, 3.0)])
    trace = Trace(one, "time", 10.0)
    assert trace.extent() == (0.0, 2.0) and (len(trace), trace.without) == (2, 1)
    one.append(3, 13.0, 4.0)
    trace.update()
    assert trace.extent() == (0.0, 3.0) and (len(trace), trace.without) == (3, 1)
    lone = Series("b")
    lone.append(7, math.nan, 2.5)
    newest = Trace(lone, "clock").last(Smooth("ema", 0.5))
    assert newest is not None and (newest.value, newest.smooth, newest.step) == (2.5, 2.5, 7)


@pytest.mark.parametrize("low,high", [(1.0, 5000.0), (0.5, 100.0), (30.0, 31.0), (0.0, 5000.0)])
def test_columns_of_a_log_axis_are_even_in_the_logarithm(low: float, high: float) -> None:
    at = np.arange(0, 5000)
    trace = Trace(series(at, np.sin(at)))
    axes = Axes(low=low, high=high, log_x=True)
    (knots,) = trace.knots(axes, COLUMNS)
    left = math.log(axes.start)
    width = (math.log(high) - left) / (COLUMNS - 1)
    column = np.floor((np.log(np.maximum(at, 1e-9)) - left) / width + 0.5).astype(int)
    for k in range(COLUMNS):
        held = np.flatnonzero(column == k)
        found = np.flatnonzero(knots.at == k)
        assert len(found) == (1 if len(held) else 0)
        if len(held):
            assert knots.count[found[0]] == len(held)
            assert knots.high[found[0]] == np.sin(held).max() and knots.last[found[0]] == np.sin(held[-1])


def test_a_log_axis_and_its_inverse() -> None:
    axes = Axes(low=0, high=1e4, log_x=True)
    shares = np.linspace(0, 1, 9)
    np.testing.assert_allclose(axes.share(axes.at(shares)), shares, atol=1e-12)
    assert axes.at(np.array([0.0, 0.5, 1.0])).tolist() == pytest.approx([1.0, 100.0, 1e4])
    assert np.isnan(axes.share(np.array([0.0, -3.0]))).all()
    assert Trace(series([0, 3, 9], [1.0, 1.0, 1.0])).extent(positive=True) == (3.0, 9.0)
    assert Trace(series([-3, 0], [1.0, 1.0])).extent(positive=True) is None
    assert neat(3.0, 1100.0, log=True) == (3.0, 1200.0)


@pytest.mark.parametrize("smooth", [Smooth("ema", 0.9), Smooth("median", 9), Smooth("mean", 7)])
def test_columns_have_the_smoothed_value_of_their_last_point(smooth: Smooth) -> None:
    values = np.random.default_rng(0).normal(size=4000)
    values[::17] = math.nan
    trace = Trace(series(np.arange(4000), values))
    whole = Smoothed(smooth)
    whole.update(values)
    for low, high in ((0.0, 3999.0), (1000.0, 1300.0), (20.0, 23.0)):
        (knots,) = trace.knots(Axes(low=low, high=high, smooth=smooth), COLUMNS)
        inside = (knots.at >= 0) & (knots.at <= COLUMNS - 1) & np.isfinite(knots.low)
        ends = np.array([np.flatnonzero(np.floor((np.arange(4000) - low) / (high - low) * (COLUMNS - 1) + 0.5) == k)[-1]
                         for k in knots.at[inside]])  # fmt: skip
        np.testing.assert_allclose(knots.smooth[inside], whole.at(ends), rtol=1e-12)
    near = trace.near(18.0, smooth)
    assert near is not None and near.smooth == pytest.approx(whole.at(np.array([18]))[0])


def test_a_smoothing_grows_with_its_series_and_does_not_reach_over_a_restart() -> None:
    one, smooth = series([0, 1], [1.0, 2.0]), Smooth("ema", 0.5)
    trace, axes = Trace(one), Axes(high=10, smooth=smooth)
    assert trace.knots(axes, 11)[0].smooth[-1] == pytest.approx((1 / 4 + 2 / 2) / (3 / 4))
    one.append(2, 0.0, 3.0)
    trace.update()
    three = pytest.approx((1 / 8 + 2 / 4 + 3 / 2) / (7 / 8))
    assert trace.knots(axes, 11)[0].smooth[-1] == three
    one.append(1, 0.0, 10.0)
    trace.update()
    first, second = trace.knots(axes, 11)
    assert first.smooth[-1] == three and second.smooth[0] == 10.0
    one.append(2, 0.0, 20.0)
    trace.update()
    newest = trace.last(smooth)
    assert newest is not None and newest.smooth == pytest.approx((10 / 4 + 20 / 2) / (3 / 4))


def test_a_crosshair_walks_by_points_whatever_the_clock_rounds() -> None:
    one, began = Series("a"), 1.7e9 + 0.123
    for k in range(200):
        one.append(k, began + k * 0.1 + (k % 7) * 1e-3, 0.0)
    trace = Trace(one, "time", began)
    x, seen = trace.extent()[0], 1  # type: ignore[index]
    while (after := trace.step_on(x, True)) is not None:
        assert after > x
        x, seen = after, seen + 1
    assert seen == 200
