import math
import sys
import time

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dlviz.tui.render.axes import Axis, neat
from dlviz.tui.render.ticks import duration, moment, ticks, time_ticks

finite = st.floats(allow_nan=False, allow_infinity=False)


def test_ticks_are_round_and_of_one_precision() -> None:
    assert ticks(0.0, 2.5, 5) == [
        (0.0, "0"),
        (0.5, "0.5"),
        (1.0, "1.0"),
        (1.5, "1.5"),
        (2.0, "2.0"),
        (2.5, "2.5"),
    ]
    assert [text for _, text in ticks(0, 600, 6)] == ["0", "100", "200", "300", "400", "500", "600"]
    assert [text for _, text in ticks(0, 1.5e6, 3)] == ["0", "0.5M", "1.0M", "1.5M"]
    assert [text for _, text in ticks(0, 50000, 5)] == ["0", "10k", "20k", "30k", "40k", "50k"]
    assert [text for _, text in ticks(0, 3e-4, 3)] == ["0", "1e-4", "2e-4", "3e-4"]
    assert [text for _, text in ticks(-0.2, 0.2, 4)] == ["-0.2", "-0.1", "0", "0.1", "0.2"]


def test_log_ticks_are_decades_or_one_two_five() -> None:
    assert [text for _, text in Axis(0.1, 10, True).ticks(8)] == ["0.1", "0.2", "0.5", "1", "2", "5", "10"]
    assert [text for _, text in Axis(1e-6, 1e6, True).ticks(5)] == ["1e-6", "0.001", "1", "1k", "1M"]


def test_times_have_units() -> None:
    assert [text for _, text in time_ticks(0, 60, 4, False)] == ["0s", "15s", "30s", "45s", "1m00"]
    assert [text for _, text in time_ticks(0, 7200, 4, False)] == ["0s", "30m", "1h00", "1h30", "2h00"]
    assert [text for _, text in time_ticks(0, 2, 4, False)] == ["0s", "0.5s", "1.0s", "1.5s", "2.0s"]
    assert [duration(s) for s in (5, 90, 3600, 8100, 270000, -90)] == [
        "5s",
        "1m30",
        "1h00",
        "2h15",
        "3d3h",
        "-1m30",
    ]


def test_moments_beyond_the_calendar_are_numbers() -> None:
    assert moment(1e300) == "1e+300s"
    assert len(moment(1.7e9, 60)) == 5 and len(moment(1.7e9)) == 8


@pytest.mark.parametrize("span,room", [(600, 600), (601, 700), (1000, 1000), (1100, 1200), (0.03, 0.03)])
def test_there_is_a_little_room_at_the_right(span: float, room: float) -> None:
    low, high = neat(5.0, 5.0 + span)
    assert low == 5.0 and high == pytest.approx(5.0 + room)
    assert neat(7.0, 7.0) == (7.0, 8.0)


@given(st.lists(finite, min_size=1, max_size=8), st.integers(1, 20), st.booleans())
def test_a_range_holds_its_values_whatever_they_are(values: list[float], count: int, log: bool) -> None:
    array = np.array(values)
    axis = Axis.around(array, count, log)
    if axis is None:
        assert log and (array <= 0).all()
        return
    assert math.isfinite(axis.low) and math.isfinite(axis.high) and axis.low < axis.high
    shares = axis.share(array[array > 0] if log else array)
    assert ((shares >= -1e-9) & (shares <= 1 + 1e-9)).all()
    for mark, text in axis.ticks(count):
        assert axis.low - abs(axis.low) * 1e-9 <= mark <= axis.high + abs(axis.high) * 1e-9 and text
    assert len(axis.ticks(count)) <= 3 * count + 3


@given(finite, finite)
def test_shares_keep_order_on_ranges_as_wide_as_floats(a: float, b: float) -> None:
    assume(a < b)
    low, high = Axis(-sys.float_info.max, sys.float_info.max).share(np.array([a, b]))
    assert 0 <= low <= high <= 1


def test_denormals_fill_their_axis() -> None:
    axis = Axis.around(np.array([5e-324, 5e-322]), 4)
    assert axis is not None
    assert np.diff(axis.share(np.array([5e-324, 5e-322])))[0] > 0.5


def test_short_spans_of_the_clock_are_times_of_day() -> None:
    start = 1795418038.4
    at = time.strftime("%H:%M:%S", time.localtime(start))
    for span, places, count in ((4.0, 0, 4), (1.0, 1, 5), (0.01, 3, 4)):
        marks = time_ticks(start, start + span, count, True)
        assert 2 <= len(marks) <= count + 2
        for x, label in marks:
            whole = math.floor(x + 1e-6)
            assert start - 1e-6 <= x <= start + span + 1e-6
            fraction = f"{max(x - whole, 0):.{places}f}"[1:]
            assert label == time.strftime("%H:%M:%S", time.localtime(whole)) + fraction
    assert time_ticks(start, start + 1e-6, 4, True) == [(start, at)]


def test_one_point_of_the_clock_has_seconds_around_it() -> None:
    low, high = neat(1795418038.4, 1795418038.4)
    assert 1 <= high - low <= 5
    assert all(label.count(":") == 2 for _, label in time_ticks(low, high, 6, True))
