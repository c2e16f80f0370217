"""The columns of a chart against rasterisers that walk over every point."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlviz.engine.runs.series import Series
from dlviz.tui.render.axes import Axes, Axis
from dlviz.tui.render.braille import pack
from dlviz.tui.render.curve_dots import Raster
from dlviz.tui.render.ordered import RESTARTS
from dlviz.tui.render.smoothing import Smooth
from dlviz.tui.render.trace import Trace

COLUMNS, ROWS = 60, 32


def walk(seed: int, n: int, gaps: float) -> np.ndarray:
    rng = np.random.default_rng(seed)
    values = np.cumsum(rng.normal(size=n))
    values[rng.random(n) < gaps] = rng.choice([math.nan, math.inf, -math.inf])
    return values


def traced(values: np.ndarray, steps: np.ndarray) -> Trace:
    one = Series("a")
    one.extend_arrays(steps, steps * 1.0, values)
    return Trace(one)


def naive(values: np.ndarray, steps: np.ndarray, low: float, high: float, axis: Axis) -> np.ndarray:
    """Point by point: the span of a column is that of its points; neighbours that are finite are joined."""
    width = (high - low) / (COLUMNS - 1)
    edges = [low + (k - 0.5) * width for k in range(COLUMNS + 1)]
    rows = ((1 - axis.share(values)) * (ROWS - 1)).tolist()
    spans: dict[int, list[float]] = {}

    def cover(column: int, row: float) -> None:
        if 0 <= column < COLUMNS:
            spans.setdefault(column, []).append(row)

    places = []
    for step, value, row in zip(steps.tolist(), values.tolist(), rows, strict=True):
        column = sum(edge <= step for edge in edges) - 1
        if column < 0:
            places.append(min((step - low) / width, -0.5))
        elif column >= COLUMNS:
            places.append(max((step - low) / width, COLUMNS - 0.5))
        else:
            places.append(column)
            if math.isfinite(value):
                cover(column, row)
    for k in range(len(places) - 1):
        (a, b), (first, last) = places[k : k + 2], rows[k : k + 2]
        if a == b or not (math.isfinite(values[k]) and math.isfinite(values[k + 1])):
            continue
        for column in range(max(math.floor(a), 0), min(math.ceil(b), COLUMNS - 1) + 1):
            for point in (column - 0.5, column, column + 0.5):
                if a <= point <= b:
                    t = (point - a) / (b - a)
                    cover(column, first * (1 - t) + last * t)
    dots = np.zeros((ROWS, COLUMNS), np.bool_)
    for column, found in spans.items():
        top, bottom = math.floor(min(found) + 0.5), math.floor(max(found) + 0.5)
        dots[max(top, 0) : max(bottom + 1, 0), column] = True
    return dots


@pytest.mark.parametrize("zoom", [False, True])
@pytest.mark.parametrize("n,gaps", [(5, 0.0), (40, 0.1), (300, 0.3), (5000, 0.0), (5000, 0.01), (5000, 0.9)])
def test_the_envelope_is_that_of_every_point(n: int, gaps: float, zoom: bool) -> None:
    for seed in range(4):
        values = walk(seed, n, gaps)
        steps = np.cumsum(np.random.default_rng(seed).integers(0, 4, n))
        low, high = float(steps[0]), float(max(steps[-1], steps[0] + 1))
        if zoom:
            low, high = low + 0.41 * (high - low), low + 0.53 * (high - low)
        axis = Axis.around(np.append(values[np.isfinite(values)], [-1.0, 1.0]), 4)
        assert axis is not None
        raster = Raster(COLUMNS, ROWS, axis)
        drawn = np.zeros((ROWS, COLUMNS), np.bool_)
        for knots in traced(values, steps).knots(Axes(low=low, high=high), COLUMNS):
            drawn |= raster.filled(raster.envelope(knots))
        assert (drawn == naive(values, steps, low, high, axis)).all()


@given(st.integers(0, 2**32 - 1), st.integers(1, 3000), st.sampled_from([1, 2, 7, 16, 1000, 10**6]))
def test_means_are_over_the_last_points_exactly(seed: int, n: int, window: int) -> None:
    values = walk(seed, n, 0.05)
    steps = np.arange(n)
    (knots,) = traced(values, steps).knots(Axes(high=max(n - 1, 1), smooth=Smooth("mean", window)), COLUMNS)
    ends = np.cumsum(knots.count)
    for end, mean, low in zip(ends.tolist(), knots.smooth, knots.low, strict=True):
        last = values[max(end - window, 0) : end]
        last = last[np.isfinite(last)]
        if window == 1:
            assert mean == values[end - 1] or not math.isfinite(values[end - 1])
        elif len(last) and math.isfinite(low):
            assert mean == pytest.approx(last.mean(), rel=1e-9, abs=1e-9)
        else:
            assert math.isnan(mean)


def test_one_spike_in_a_million_points_is_seen() -> None:
    values = np.zeros(1_000_000)
    values[654_321] = 7.0
    (knots,) = traced(values, np.arange(1_000_000)).knots(Axes(high=999_999, smooth=Smooth("mean", 16)), 200)
    assert knots.high.max() == 7.0 and (knots.high > 0).sum() == 1
    assert knots.count.sum() == 1_000_000


def test_restarts_are_branches_and_many_are_sorted() -> None:
    branch = np.arange(50)
    few = traced(np.zeros(150), np.concatenate([branch, branch + 20, branch + 30]))
    assert len(few.knots(Axes(high=80), COLUMNS)) == 3
    mixed = np.random.default_rng(0).permutation(500)
    many = traced(mixed * 1.0, mixed)
    (knots,) = many.knots(Axes(high=499), 500)
    assert (knots.last == np.arange(500)).all()
    assert many.extent() == (0.0, 499.0)
    point = many.near(123.4)
    assert point is not None and point.step == 123 and point.value == 123.0
    assert np.sum(np.diff(mixed) < 0) > RESTARTS


def test_a_trace_follows_its_series() -> None:
    one = Series("a")
    view = Trace(one)
    assert view.extent() is None and view.near(0) is None and view.last() is None and view.beyond(0, True) is None
    one.extend([(0, 10.0, 1.0), (5, 11.0, 3.0)])
    view.update()
    assert view.extent() == (0.0, 5.0)
    one.append(2, 12.0, 8.0)
    view.update()
    last, near = view.last(Smooth("mean", 2)), view.near(2.4)
    assert last is not None and (last.value, last.smooth) == (8.0, 8.0), "a mean does not reach over a restart"
    assert near is not None and near.step == 2
    assert view.beyond(1, True) == 2.0 and view.beyond(4.9, False) == 2.0 and view.beyond(6, True) is None


def test_equally_near_points_give_the_newest() -> None:
    view = traced(np.array([1.0, 2.0, 3.0]), np.array([4, 4, 4]))
    point = view.near(4)
    assert point is not None and point.value == 3.0


def test_packing_is_the_braille_order() -> None:
    for number in range(8):
        dots = np.zeros((4, 2), np.bool_)
        row, column = [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1), (3, 0), (3, 1)][number]
        dots[row, column] = True
        assert pack(dots)[0, 0] == 1 << number
