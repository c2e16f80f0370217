import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from rich.cells import cell_len
from textual.strip import Strip

from dlviz.engine.runs.series import Series
from dlviz.tui.render.axes import Axes, X
from dlviz.tui.render.braille import Floats
from dlviz.tui.render.chart import chart, column_x
from dlviz.tui.render.curve import GLYPHS, Curve
from dlviz.tui.render.curve_frame import GUTTER
from dlviz.tui.render.palette import ANSI16_DARK, ANSI16_LIGHT, DARK, LIGHT, PLAIN, Ink
from dlviz.tui.render.smoothing import Smooth
from dlviz.tui.render.trace import Trace

Golden = Callable[[str, Sequence[Strip]], None]
INKS = [DARK, LIGHT, replace(DARK, depth="256"), ANSI16_DARK, ANSI16_LIGHT, PLAIN]


def logged(steps: ArrayLike, times: ArrayLike, values: ArrayLike) -> Series:
    one = Series("loss/train")
    extend(one, steps, times, values)
    return one


def extend(one: Series, steps: ArrayLike, times: ArrayLike, values: ArrayLike) -> None:
    one.extend_arrays(np.asarray(steps, np.int64), np.asarray(times, np.float64), np.asarray(values, np.float64))


def trace(values: Sequence[float] | Floats, every: int = 1, x: X = "step") -> Trace:
    steps = np.arange(len(values)) * every
    return Trace(logged(steps, 1000.0 + steps * 0.5, values), x, began=1000.0)


def decay(n: int = 600, seed: int = 0, floor: float = 0.2) -> Floats:
    rng = np.random.default_rng(seed)
    steps = np.arange(n)
    return np.asarray(floor + 2 * np.exp(-steps / 120) + 0.3 * rng.random(n))


def pair() -> list[Curve]:
    return [
        Curve(label="train", trace=trace(decay()), smooth=True),
        Curve(label="val", trace=trace(decay(13, 1, 0.4), 50), slot=1, dotted=True),
    ]


def text(strips: Sequence[Strip]) -> str:
    return "\n".join(strip.text for strip in strips)


def exact(strips: Sequence[Strip], width: int) -> None:
    for strip in strips:
        assert strip.cell_length == width == sum(cell_len(segment.text) for segment in strip)


def test_a_loss_with_its_validation(golden: Golden) -> None:
    golden("chart_loss", chart(pair(), Axes(high=600, smooth=Smooth("mean", 16)), 76, 18, PLAIN, title="loss"))


def test_the_crosshair_reads_every_curve_and_names_the_mark(golden: Golden) -> None:
    marks = [(300.0, "lr 0.003 → 0.001")]
    axes = Axes(high=600, smooth=Smooth("mean", 16))
    golden("chart_crosshair", chart(pair(), axes, 76, 18, PLAIN, title="loss", cursor=301.0, marks=marks))


def test_a_mark_far_from_the_crosshair_keeps_its_text_to_itself() -> None:
    marks = [(300.0, "lr halved")]
    assert "halved" not in text(chart(pair(), Axes(high=600), 76, 18, PLAIN, cursor=500.0, marks=marks))


def test_many_runs_without_colours_carry_letters(golden: Golden) -> None:
    curves = [
        Curve(label=f"run-{k}", trace=trace(decay(seed=k, floor=0.2 + k / 3)), slot=k, smooth=True, faded=k > 0)
        for k in range(3)
    ]
    golden("chart_runs", chart(curves, Axes(high=600, smooth=Smooth("mean", 32)), 76, 16, PLAIN, title="loss"))


def test_log_y_says_what_it_cannot_draw(golden: Golden) -> None:
    values = np.exp(-np.arange(200) / 20.0)
    values[150:] = 0
    curves = [Curve(label="train", trace=trace(values))]
    golden("chart_log", chart(curves, Axes(high=200, log=True), 76, 14, PLAIN, title="loss"))


def test_nothing_positive_on_log_y() -> None:
    curves = [Curve(label="train", trace=trace([-1.0, 0.0, -3.0]))]
    picture = text(chart(curves, Axes(high=2, log=True), 60, 12, PLAIN))
    assert "no positive value" in picture and "≤ 0 not drawn" in picture


def test_values_that_are_not_finite_leave_a_gap_and_a_cross(golden: Golden) -> None:
    values = decay(120)
    values[40:60] = math.nan
    values[90] = math.inf
    picture = chart([Curve(label="train", trace=trace(values))], Axes(high=119), 70, 12, PLAIN, title="loss")
    assert "21 nan or inf" in picture[0].text
    golden("chart_gap", picture)


def test_a_restart_draws_both_branches_and_no_zigzag(golden: Golden) -> None:
    first, again = np.arange(100), np.arange(60, 160)
    one = logged(first, first, 3 - first / 50)
    extend(one, again, 100 + again, 2 - again / 160)
    curves = [Curve(label="train", trace=Trace(one))]
    golden("chart_restart", chart(curves, Axes(high=160), 60, 12, PLAIN, title="loss"))


@pytest.mark.parametrize("values", [[], [math.nan], [math.inf, -math.inf]])
def test_nothing_to_draw(values: list[float]) -> None:
    assert "no points here" in text(chart([Curve(label="a", trace=trace(values))], Axes(), 50, 10, PLAIN))


@pytest.mark.parametrize("value", [0.0, 3.5, -1e308, 5e-324, 1.7976931348623157e308])
@pytest.mark.parametrize("log", [False, True])
def test_single_points_and_constants_are_visible(value: float, log: bool) -> None:
    for count in (1, 2, 50):
        strips = chart([Curve(label="a", trace=trace([value] * count))], Axes(high=50, log=log), 50, 10, PLAIN)
        drawn = any(0x2800 < ord(char) <= 0x28FF for char in text(strips))
        assert drawn == (not log or value > 0)


def test_clipping_is_said_and_frees_the_range() -> None:
    values = np.ones(400) + np.arange(400) % 7 / 10
    values[200] = 1e6
    curves = [Curve(label="a", trace=trace(values))]
    whole, clipped = (text(chart(curves, Axes(high=400, clip=clip), 70, 12, PLAIN)) for clip in (False, True))
    assert "clipped to 5-95 %" in clipped and "clipped" not in whole
    assert "1.0M" in whole and "1.0M" not in clipped


def test_no_dot_is_lost_where_lines_cross() -> None:
    up, down = trace(np.arange(100.0)), trace(np.arange(100.0)[::-1])
    axes = Axes(high=99)
    alone = [chart([Curve(label="", trace=t)], axes, 60, 12, DARK) for t in (up, down)]
    both = chart([Curve(label="", trace=up), Curve(label="", trace=down, slot=1)], axes, 60, 12, DARK)
    for y in range(1, 10):
        for x in range(GUTTER, 60):
            bits = [dots(strips[y].text[x]) for strips in (*alone, both)]
            alone_there = both[y].text[x] in GLYPHS and 0 in bits[:2]
            assert bits[2] == bits[0] | bits[1] or alone_there


def dots(char: str) -> int:
    return ord(char) - 0x2800 if 0x2800 <= ord(char) <= 0x28FF else 0


def test_a_line_in_colour_lies_on_a_shade_of_its_envelope() -> None:
    curves = [Curve(label="a", trace=trace(decay(5000)), smooth=True)]
    strips = chart(curves, Axes(high=5000, smooth=Smooth("mean", 16)), 80, 20, DARK)
    grounds = {s.style.bgcolor.name for strip in strips[1:-2] for s in strip if s.style and s.style.bgcolor}
    assert len(grounds) > 1


def test_every_value_of_the_legend_is_exact() -> None:
    values = decay(600)
    picture = text(chart(pair(), Axes(high=600, smooth=Smooth("mean", 16)), 120, 18, PLAIN, title="loss"))
    assert f"{values[-1]:.4f}".rstrip("0") in picture
    assert f"mean of last 16 {f'{values[-16:].mean():.4f}'.rstrip('0')}" in picture


def test_hostile_labels_stay_text() -> None:
    label = "[/x] \x1b]0;x\x07 ["
    curves = [Curve(label=label, trace=trace([1.0, 2.0]))]
    strips = chart(curves, Axes(), 60, 10, PLAIN, title=label, cursor=1.0, marks=[(1.0, "標記\x1b[31m[b]")])
    exact(strips, 60)
    assert "\x1b" not in text(strips) and "[/x]" in text(strips) and "[b]" in text(strips)


def test_time_is_told_in_units() -> None:
    curves = [Curve(label="a", trace=trace(decay(7200), x="time"))]
    picture = text(chart(curves, Axes(x="time", high=3600), 100, 12, PLAIN, cursor=600.0))
    assert "10m00 · step 1200" in picture and "time" in picture and "30m" in picture


def test_a_series_without_times_is_said_to_be_missing() -> None:
    one = Series("a")
    one.append(0, math.nan, 1.0)
    picture = text(chart([Curve(label="a", trace=Trace(one, "time"))], Axes(x="time"), 80, 10, PLAIN))
    assert "some without times" in picture


def test_names_that_do_not_fit_are_counted() -> None:
    curves = [Curve(label=f"a-very-long-name-of-a-run-{k}", trace=trace([1.0]), slot=k) for k in range(30)]
    strips = chart(curves, Axes(), 80, 15, DARK, title="loss")
    exact(strips, 80)
    shown = text(strips).count("a-very-")
    assert f"+{30 - shown} more" in text(strips)


def test_columns_know_their_x() -> None:
    axes = Axes(low=100, high=200)
    assert column_x(axes, 60, 0) == 100
    assert column_x(axes, 60, 200) == 200
    assert column_x(axes, 60, GUTTER) < column_x(axes, 60, GUTTER + 1)


@given(
    st.lists(st.floats(), max_size=40),
    st.integers(0, 70),
    st.integers(0, 22),
    st.sampled_from(INKS),
    st.booleans(),
    st.booleans(),
    st.sampled_from([1, 2, 16]),
    st.booleans(),
)
def test_any_values_at_any_size(
    values: list[float], width: int, height: int, ink: Ink, log: bool, clip: bool, window: int, smooth: bool
) -> None:
    curves = [Curve(label="a", trace=trace(values), smooth=smooth, dotted=not smooth), *pair()]
    axes = Axes(low=-1, high=30, log=log, clip=clip, smooth=Smooth("mean", window))
    strips = chart(curves, axes, width, height, ink, title="t", cursor=7.0, marks=[(3.0, "m")])
    assert len(strips) <= height
    exact(strips, width)


@given(
    st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=60),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.floats(1e-3, 1e12),
)
def test_any_steps_in_any_window(steps: list[int], low: float, span: float) -> None:
    one = logged(steps, np.arange(len(steps)), np.arange(len(steps)))
    high = low + span
    if not low < high:
        return
    kinds: tuple[X, ...] = ("step", "time", "clock")
    for x in kinds:
        curves = [Curve(label="a", trace=Trace(one, x), smooth=True)]
        exact(chart(curves, Axes(x=x, low=low, high=high, smooth=Smooth("mean", 4)), 50, 10, DARK), 50)


def test_a_single_point_is_a_number_beside_a_cross(golden: Golden) -> None:
    curves = [Curve(label="test", trace=Trace(logged([450], [0.0], [0.03127])), dotted=True)]
    golden("chart_point", chart(curves, Axes(high=600), 60, 10, PLAIN, title="calibration error (ECE)"))
    right = text(chart(curves, Axes(high=450), 60, 10, PLAIN))
    assert "0.03127 " in right.split("\n", 1)[1], "at the right edge it is on the left"
    with_more = chart([*curves, *pair()], Axes(high=600), 60, 10, PLAIN)
    assert "0.03127" not in text(with_more[3:])


@pytest.mark.parametrize("cursor", [0.0, 30.0, 300.0, 560.0, 600.0])
def test_the_crosshair_covers_no_part_of_a_label_of_x(cursor: float) -> None:
    whole = chart(pair(), Axes(high=600), 76, 18, PLAIN)[-1].text.split()
    marks = [(cursor, "a change of the learning rate")]
    strip = chart(pair(), Axes(high=600), 76, 18, PLAIN, cursor=cursor, marks=marks)[-1]
    pieces = [(s.text, bool(s.style and s.style.reverse)) for s in strip]
    label = next(part for part, reverse in pieces if reverse)
    assert label.startswith(f" step {cursor:.0f} · ") and "learning rate" in label
    assert {word for part, reverse in pieces if not reverse for word in part.split()} <= set(whole)


def test_a_long_label_loses_its_middle() -> None:
    curves = [Curve(label=f"val experiment-of-tuesday-{k}", trace=trace([1.0]), slot=k) for k in range(9)]
    picture = text(chart(curves, Axes(), 80, 12, DARK, title="loss"))
    assert all(f"val exp…uesday-{k}"[-3:] in picture for k in range(6)) and "val exp" in picture
