"""Two runs against each other, against numpy on dense grids and by looking at every point."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlviz.engine.runs.analysis.difference import between, difference, measures, time_to
from dlviz.engine.runs.series import Series

from .making import run_of

CURVES = st.dictionaries(st.integers(0, 40), st.floats(-5, 5), min_size=1, max_size=10)


def sorted_points(curve):
    return sorted(curve), [curve[k] for k in sorted(curve)]


@given(CURVES, CURVES)
def test_the_difference_is_that_of_the_interpolated_curves_where_both_reach(a, b):
    (xa, ya), (xb, yb) = sorted_points(a), sorted_points(b)
    one, other = run_of("a", loss=(xa, ya)), run_of("b", loss=(xb, yb))
    found = difference(one, other, "loss")
    grid = [x for x in sorted({*xa, *xb}) if max(xa[0], xb[0]) <= x <= min(xa[-1], xb[-1])]
    if not grid:
        assert found is None and measures(one, other, "loss") is None
        return
    points = found.points()
    assert points.steps.tolist() == grid
    np.testing.assert_allclose(points.values, np.interp(grid, xa, ya) - np.interp(grid, xb, yb))
    dense = np.linspace(grid[0], grid[-1], 20_001)
    gap = np.interp(dense, xa, ya) - np.interp(dense, xb, yb)
    told = measures(one, other, "loss")
    assert told.area == pytest.approx(np.trapezoid(np.abs(gap), dense), abs=1e-2)
    assert told.signed == pytest.approx(np.trapezoid(gap, dense), abs=1e-2)


def test_curves_that_cross_have_the_area_of_both_triangles():
    assert between(np.array([0.0, 2.0]), np.array([1.0, -1.0])) == pytest.approx(1.0)


@given(
    st.lists(st.one_of(st.floats(-3, 3), st.just(math.nan)), max_size=60),
    st.floats(-3, 3),
    st.sampled_from(["low", "high"]),
)
def test_the_first_step_at_a_value_is_the_first_that_is_good_enough(values, target, direction):
    series = Series("loss")
    series.extend((3 * k, 100.0 + k, v) for k, v in enumerate(values))
    good = [k for k, v in enumerate(values) if (v <= target if direction == "low" else v >= target)]
    found = time_to(series, target, direction)
    assert (found and (found.step, found.seconds)) == ((3 * good[0], float(good[0])) if good else None)


def test_a_long_series_is_searched_by_blocks():
    n = 300_000
    values = np.linspace(9, 1, n)
    run = run_of("a", loss=values)
    assert time_to(run.series["loss"], 3.0).step == int(np.argmax(values <= 3.0))


def test_how_much_sooner_the_better_run_reaches_what_both_attain():
    a = run_of("a", every=1.0, val__loss=[1.0, 0.8, 0.6, 0.5, 0.4])
    b = run_of("b", every=3.0, val__loss=[1.0, 0.5, 0.4, 0.3, 0.2])
    found = measures(a, b, "val/loss")
    assert found.target == 0.4
    assert (found.reach[0].step, found.reach[1].step) == (4, 2)
    assert found.speedup == 2.0
    assert found.speedup_time == pytest.approx(4 / 6)
    up = measures(run_of("a", acc=[0, 0.5, 0.9]), run_of("b", acc=[0, 0.1, 0.5]), "acc")
    assert (up.better, up.target, up.speedup) == ("high", 0.5, 0.5)
    assert found.at_end == (0.4, 0.2)


def test_what_cannot_be_compared_is_nothing():
    a, b = run_of("a", loss=[1, 2]), run_of("b", other=[1])
    assert measures(a, b, "loss") is None and difference(a, b, "loss") is None
    assert measures(a, run_of("c", loss=([5, 6], [1, 2])), "loss") is None
    nan = measures(a, run_of("d", loss=[math.nan, math.nan]), "loss")
    assert nan is None


def test_what_has_not_changed_is_the_same_series():
    a, b = run_of("a", loss=[1, 2, 3]), run_of("b", loss=[1, 1, 1])
    first = difference(a, b, "loss")
    assert difference(a, b, "loss") is first and difference(b, a, "loss") is not first
    b.one("loss").append(1, 0.0, 9.0)
    assert difference(a, b, "loss").points().values.tolist() == [0, -7, 2]


def test_differences_over_time():
    a, b = run_of("a", began=1e9, every=1.0, loss=[1, 2, 3]), run_of("b", began=2e9, every=2.0, loss=[1, 1])
    found = difference(a, b, "loss", x="time").points()
    assert found.times.tolist() == [0, 1, 2]
    assert found.values.tolist() == [0, 1, 2]
