"""Labels of y and values in titles: no two alike, none that says another number; times as fine as the chart."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlviz.engine.runs.series import Series
from dlviz.tui.render.axes import Axes, Axis
from dlviz.tui.render.chart import drawn
from dlviz.tui.render.curve import Curve
from dlviz.tui.render.curve_frame import place
from dlviz.tui.render.curve_legend import figure
from dlviz.tui.render.palette import DARK
from dlviz.tui.render.ticks import beyond_first, written
from dlviz.tui.render.trace import Trace

STEPS = np.arange(200)
HARD = {
    "a constant": np.full(200, 3e-4),
    "nearly one": 0.9999 + STEPS * 5e-8,
    "a million and a bit": 1e6 + STEPS / 2,
    "millionths of a million": 1e6 + STEPS * 1e-6,
    "a narrow band": 3.9132 + 0.0008 * np.sin(STEPS / 20),
    "far off": 123456.789 + STEPS * 1e-5,
    "below zero": -0.99991 - STEPS * 1e-8,
}


def curve(values) -> Curve:
    one = Series("y")
    one.extend_arrays(STEPS, STEPS.astype(float), np.asarray(values, float))
    return Curve(label="y", trace=Trace(one))


def labels(values, width: int, height: int) -> tuple[list[str], int]:
    strips, left = drawn([curve(values)], Axes(high=200), width, height, DARK, title="y", compact=True)
    rows = [strip.text for strip in strips[1:]]
    return [row[: left - 1].strip() for row in rows if row[left - 1] == "┤" and row[: left - 1].strip()], left


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize(("width", "height"), [(20, 8), (40, 10), (60, 20)])
def test_no_two_labels_are_alike(name: str, width: int, height: int) -> None:
    told, left = labels(HARD[name], width, height)
    assert told and len(set(told)) == len(told), told
    assert left <= 10


def test_labels_say_their_number_and_what_is_rounded_is_marked() -> None:
    assert labels(HARD["a constant"], 40, 10)[0] == ["3.2e-4", "3.0e-4", "2.8e-4"]
    assert labels(HARD["nearly one"], 40, 10)[0] == ["0.999910", "0.999905", "0.999900"]
    far = labels(HARD["far off"], 40, 10)[0]
    assert far[-1].startswith("≈1") and all(text.startswith("+") for text in far[:-1])


def test_charts_of_common_numbers_keep_their_gutter() -> None:
    assert labels(STEPS / 100, 40, 10)[1] == 7 and labels(STEPS * 100.0, 20, 8)[1] == 6


@given(st.floats(-1e9, 1e9), st.floats(1e-9, 1e9), st.integers(4, 9), st.integers(2, 6))
def test_any_labels_differ_and_fit_their_room(low: float, span: float, room: int, count: int) -> None:
    marks = Axis(low, low + span).ticks(count) if low + span > low else []
    exact = written(marks, room)
    told = beyond_first(marks, room) if exact is None else exact
    said = [text for text in told if text]
    assert len(said) == len(set(said)) and all(len(text) <= room for text in told)


def test_a_value_never_reads_as_a_whole_number_that_it_is_not() -> None:
    assert figure(0.99991, 7, 3) == "0.9999" or float(figure(0.99991, 7, 3)) == 0.99991
    assert figure(1.0, 7, 3) == "1" and figure(0.5, 7, 3) == "0.5" and float(figure(2.0004, 7, 3)) == 2.0004
    head = drawn([curve(HARD["nearly one"])], Axes(high=200), 40, 8, DARK, title="acc", compact=True)[0][0].text
    assert " 1" not in head and "0.9999" in head


def test_the_crosshair_tells_times_as_fine_as_its_columns() -> None:
    at = 1_700_000_000.6875
    near = Axes(x="clock", low=at - 0.5, high=at + 0.5)
    assert place(at, near) == time.strftime("%H:%M:%S", time.localtime(at)) + ".69"
    assert "." not in place(at, Axes(x="clock", low=at - 50, high=at + 50))
    assert place(0.0254, Axes(x="time", low=0.0, high=0.1)) == "0.025s"
    assert place(1_700_000_000.9999, near).endswith(time.strftime(":%S", time.localtime(at + 1)) + ".00")


def test_numbers_of_several_runs_have_no_beginning_and_the_newest_of_sorted_points_is_the_last_logged() -> None:
    one, by = Series("y"), Series("tokens")
    one.extend_arrays(np.arange(4), np.arange(4.0) + 1e9, np.array([4.0, 3.0, 2.0, 1.0]))
    by.extend_arrays(np.arange(4), np.arange(4.0), np.array([10.0, 40.0, 30.0, 20.0]))
    newest = Trace(one, "tokens", 0.0, by).last()
    assert newest is not None and (newest.step, newest.x, newest.value) == (3, 20.0, 1.0)
    derived = Trace(one, began=float("nan"))
    point = derived.last()
    assert derived.derived and point is not None and np.isnan(point.elapsed)
    assert derived.version == Trace(one, began=float("nan")).version  # NaN is unlike itself, and keys must not be
