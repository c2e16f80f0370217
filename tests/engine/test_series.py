"""Series and their block summaries, against numpy on the whole array."""

import math
import threading
import tracemalloc
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlviz.engine.runs import pyramid
from dlviz.engine.runs.pyramid import FAN, Pyramid, Summary
from dlviz.engine.runs.series import Series

SPECIAL = (np.nan, np.inf, -np.inf)


def _random(rng: np.random.Generator, length: int, strange: float) -> np.ndarray[Any, Any]:
    values = rng.normal(size=length) * 10.0 ** rng.integers(-3, 4, length)
    where = rng.random(length) < strange
    values[where] = rng.choice(SPECIAL, where.sum())
    return values


def _matches(found: Summary, values: np.ndarray[Any, Any], starts: list[int], ends: list[int]) -> None:
    for k, (start, end) in enumerate(zip(starts, ends, strict=True)):
        part = values[start:end]
        finite = part[np.isfinite(part)]
        assert found.count[k] == len(finite) and found.nonfinite[k] == len(part) - len(finite)
        if not len(finite):
            assert np.isnan([found.low[k], found.high[k], found.mean[k]]).all()
            continue
        assert found.low[k] == finite.min() and found.high[k] == finite.max()
        assert found.mean[k] == pytest.approx(math.fsum(finite) / len(finite), rel=1e-9, abs=1e-9)


@settings(max_examples=80, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    chunks=st.lists(st.integers(0, 3 * FAN**2), min_size=1, max_size=6),
    strange=st.sampled_from([0.0, 0.1, 0.9, 1.0]),
)
def test_any_range_is_what_numpy_says_however_the_points_came(seed: int, chunks: list[int], strange: float) -> None:
    rng = np.random.default_rng(seed)
    values = _random(rng, sum(chunks), strange)
    series = Series("x")
    done = 0
    for k, chunk in enumerate(chunks):
        part = values[done : done + chunk]
        steps = np.arange(done, done + chunk)
        if k % 3 == 0:
            series.extend_arrays(steps, steps.astype(float), part)
        elif k % 3 == 1:
            series.extend(zip(steps.tolist(), steps.astype(float).tolist(), part.tolist(), strict=True))
        else:
            for step, value in zip(steps.tolist(), part.tolist(), strict=True):
                series.append(step, float(step), value)
        done += chunk
        ends = rng.integers(0, done + 1, 20)
        starts = (ends * rng.random(20)).astype(np.int64)
        starts[0], ends[0] = 0, done
        _matches(series.ranges(starts, ends), values, starts.tolist(), ends.tolist())
    points = series.points()
    np.testing.assert_array_equal(points.values, values)
    np.testing.assert_array_equal(points.steps, np.arange(done))
    assert len(series) == series.version == done


def test_neighbouring_ranges_over_several_levels_lose_nothing() -> None:
    values = _random(np.random.default_rng(1), FAN**3 + 77, 0.01)
    grown = Pyramid()
    for end in (5, FAN, FAN**2 + 1, FAN**3, len(values)):
        grown.extend(values[:end])
    edges = np.linspace(0, len(values), 200).astype(np.int64)
    found = grown.ranges(values, edges[:-1], edges[1:])
    _matches(found, values, edges[:-1].tolist(), edges[1:].tolist())
    assert (found.count + found.nonfinite).sum() == len(values)


def test_huge_values_do_not_overflow_the_mean() -> None:
    series = Series("x")
    series.extend((k, 0.0, 1.7e308) for k in range(3 * FAN))
    found = series.ranges(np.array([0]), np.array([3 * FAN]))
    assert found.mean[0] == found.high[0] == 1.7e308


def test_an_empty_or_reversed_range_has_nothing() -> None:
    series = Series("x")
    series.append(1, 0.0, 5.0)
    found = series.ranges(np.array([0, 1, 1]), np.array([0, 0, 1]))
    assert found.count.tolist() == found.nonfinite.tolist() == [0, 0, 0]
    assert np.isnan(found.low).all()


def test_growing_and_asking_touch_few_elements(monkeypatch: pytest.MonkeyPatch) -> None:
    touched = 0
    raw, take = pyramid._raw, pyramid._Columns.take

    def count_raw(values: np.ndarray[Any, Any]) -> Any:
        nonlocal touched
        touched += len(values)
        return raw(values)

    def count_take(self: Any, index: np.ndarray[Any, Any]) -> Any:
        nonlocal touched
        touched += len(index)
        return take(self, index)

    monkeypatch.setattr(pyramid, "_raw", count_raw)
    monkeypatch.setattr(pyramid._Columns, "take", count_take)
    length, chunk = 200_000, 1000
    values = np.arange(length, dtype=float)
    grown = Pyramid()
    for end in range(chunk, length + 1, chunk):
        grown.extend(values[:end])
    assert touched <= length, "each value is summarised once, however often `extend` is called"
    touched = 0
    grown.ranges(values, np.array([1]), np.array([length - 1]))
    assert touched <= 2 * FAN * 5


def test_appending_while_another_thread_reads_loses_nothing(switching: None) -> None:
    series, count = Series("x"), 20_000
    lengths: list[int] = []

    def write() -> None:
        for k in range(count):
            series.append(k, k / 2, float(-k))

    writer = threading.Thread(target=write)
    writer.start()
    while True:
        alive = writer.is_alive()
        points = series.points()
        lengths.append(len(points))
        assert (points.steps == np.arange(len(points))).all() and (points.values == -points.steps).all()
        if len(points):
            found = series.ranges(np.array([0]), np.array([len(points)]))
            assert found.count[0] == len(points) and found.low[0] == points.values[-1]
        if not alive:
            break
    writer.join()
    assert lengths[-1] == count and all(a <= b for a, b in pairwise(lengths))


def test_tail_last_and_order() -> None:
    series = Series("x")
    assert series.last() is None and len(series.tail(0)) == 0 and series.monotone
    series.extend([(1, 10.0, 0.5), (2, 11.0, 0.25), (2, 12.0, math.nan)])
    assert series.monotone
    assert series.tail(1).steps.tolist() == [2, 2] and len(series.tail(3)) == 0
    step, when, value = series.last() or (0, 0.0, 0.0)
    assert (step, when) == (2, 12.0) and math.isnan(value)
    series.append(1, 13.0, 0.1)
    series.append(9, 14.0, 0.1)
    falling = [series.monotone, series.monotone]
    assert falling == [False, False]


def test_points_are_views_that_nobody_can_write() -> None:
    series = Series("x")
    series.append(1, 1.0, 1.0)
    points = series.points()
    for array in (points.steps, points.times, points.values, series.tail(0).values):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    series.append(2, 2.0, 2.0)
    assert len(points) == 1 and len(series.points()) == 2


@pytest.mark.parametrize(("length", "most"), [(0, 700), (20, 1_500), (50, 2_400), (1000, 50_000)])
def test_a_series_takes_little_more_memory_than_its_points(length: int, most: int) -> None:
    steps = np.arange(length)
    values = steps.astype(float)
    tracemalloc.start()
    try:
        kept = [Series("x") for _ in range(100)]
        for series in kept:
            series.extend_arrays(steps, values, values)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken / len(kept) < most


def test_numbers_too_few_for_blocks_are_summed_up_all_the_same() -> None:
    values = _random(np.random.default_rng(2), 3 * pyramid.LEAST, 0.1)
    grown = Pyramid()
    for end in range(len(values) + 1):
        grown.extend(values[:end])
        found = grown.ranges(values[:end], np.array([0, end // 3]), np.array([end, end]))
        _matches(found, values, [0, end // 3], [end, end])
