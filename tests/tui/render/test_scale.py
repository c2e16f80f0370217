import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dlviz.tui.render.palette import DIVERGING, LEVELS, SEQUENTIAL
from dlviz.tui.render.pooling import shrink
from dlviz.tui.render.scale import BAD, Scale

MIDDLE = LEVELS // 2


@pytest.mark.parametrize(
    ("values", "low", "high", "diverging"),
    [
        ([], 0, 0, False),
        ([np.nan, np.inf], 0, 0, False),
        ([0, 0], 0, 0, False),
        ([5, 5], 0, 5, False),
        ([-3, -3], -3, 3, True),
        ([-1, 4], -4, 4, True),
        ([2, 4, np.nan, -np.inf], 2, 4, False),
        ([-4, -2], -4, -2, False),
    ],
)
def test_range(values: list[float], low: float, high: float, diverging: bool) -> None:
    assert Scale.of(values) == Scale(low, high, diverging)
    assert Scale.of(values).map == (DIVERGING if diverging else SEQUENTIAL)


def test_a_wanted_kind_wins() -> None:
    assert Scale.of([1, 2], diverging=True) == Scale(-2, 2, True)
    assert Scale.of([-1, 2], diverging=False) == Scale(-1, 2, False)


def test_levels_of_values() -> None:
    codes = Scale(-1, 1, True).quantise([-9, -1, 0, 1, 9, np.nan, np.inf, -np.inf])
    assert codes.tolist() == [0, 0, MIDDLE, LEVELS - 1, LEVELS - 1, BAD, BAD, BAD]
    assert Scale.of([0.0]).quantise([0.0]).tolist() == [0]
    assert Scale.of([0.0], diverging=True).quantise([0.0]).tolist() == [MIDDLE]
    assert Scale.of([5]).quantise([5]).tolist() == [LEVELS - 1]


@pytest.mark.parametrize("kind", [bool, np.int64, np.uint8, np.float16, np.float32])
def test_every_kind_of_number(kind: type) -> None:
    array: np.ndarray = np.asarray([0, 1, 1], dtype=kind)
    assert Scale.of(array).quantise(array).tolist() == [0, LEVELS - 1, LEVELS - 1]


@given(hnp.arrays(np.float64, hnp.array_shapes(max_dims=2, max_side=6), elements=st.floats()))
def test_any_floats_have_a_level_in_their_order(array: np.ndarray) -> None:
    codes = Scale.of(array).quantise(array)
    finite = np.isfinite(array)
    assert (codes[~finite] == BAD).all() and (codes[finite] < LEVELS).all()
    order = np.argsort(array[finite])
    assert (np.diff(codes[finite][order].astype(int)) >= 0).all()


@given(
    hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=30), elements=st.floats(-5, 5)),
    st.integers(1, 12),
    st.integers(1, 12),
)
def test_pooling_fits_and_keeps_the_largest(array: np.ndarray, rows: int, columns: int) -> None:
    small = shrink(array, rows, columns)
    assert small.shape[0] <= rows and small.shape[1] <= columns
    assert np.abs(small).max() == np.abs(array).max()
    assert set(small.ravel()) <= set(array.ravel())


def test_pooling_values() -> None:
    array = np.array([[1, -5, 2], [0, 3, np.nan], [4, 4, -6]])
    assert np.array_equal(shrink(array, 2, 2), np.array([[-5, np.nan], [4, -6]]), equal_nan=True)
    assert np.array_equal(shrink(np.arange(16).reshape(4, 4), 2, 2, "mean"), [[2.5, 4.5], [10.5, 12.5]])
    assert shrink(array, 3, 3) is array or np.array_equal(shrink(array, 3, 3), array, equal_nan=True)
    assert shrink(np.zeros((0, 3)), 2, 2).shape == (0, 3)
