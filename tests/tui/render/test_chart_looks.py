"""Blocks, small charts, bands, typed limits, log x, glyphs, findings: drawn, said, at any size and depth."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from rich.cells import cell_len
from textual.strip import Strip

from dlviz.engine.runs.series import Series
from dlviz.tui.render.axes import Axes
from dlviz.tui.render.braille import Marker, pack_blocks
from dlviz.tui.render.chart import chart, column_x
from dlviz.tui.render.curve import GLYPHS, Curve, glyphs, letters
from dlviz.tui.render.curve_frame import gutter
from dlviz.tui.render.palette import ANSI16_DARK, DARK, LIGHT, PLAIN, Ink
from dlviz.tui.render.smoothing import Smooth
from dlviz.tui.render.trace import Trace

Golden = Callable[[str, Sequence[Strip]], None]
INKS = [DARK, LIGHT, replace(DARK, depth="256"), ANSI16_DARK, PLAIN]
SMOOTHS = [Smooth(), Smooth("ema", 0.9), Smooth("median", 5), Smooth("mean", 16)]
N = 600


def trace(values: NDArray[np.float64], every: int = 1) -> Trace:
    one, steps = Series("loss"), np.arange(len(values)) * every
    one.extend_arrays(steps, 1e9 + steps * 0.5, np.asarray(values, np.float64))
    return Trace(one, began=1e9)


def loss(k: int = 0, noise: float = 0.1) -> NDArray[np.float64]:
    at = np.arange(N)
    fall = 0.2 + 0.4 * k + 2 * np.exp(-at / 120)
    return np.asarray(fall + noise * np.random.default_rng(k).normal(size=N))


def runs(count: int, smooth: bool = True) -> list[Curve]:
    return [Curve(label=f"run-{k}", trace=trace(loss(k)), slot=k, smooth=smooth) for k in range(count)]


def text(strips: Sequence[Strip]) -> str:
    return "\n".join(strip.text for strip in strips)


AXES = Axes(high=N, smooth=Smooth("ema", 0.9))


def test_blocks(golden: Golden) -> None:
    golden("chart_blocks", chart(runs(2, smooth=False), AXES, 70, 16, DARK, title="loss", marker="blocks"))


def test_quadrants_are_those_of_their_dots() -> None:
    for code, char in enumerate(" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"):
        dots = np.array([[code & 1, code & 2], [code & 4, code & 8]]) > 0
        assert pack_blocks(dots)[0, 0] == code and char


def test_small_charts(golden: Golden) -> None:
    sizes = ((60, 10, 3), (40, 8, 2), (20, 6, 1))
    strips = []
    for width, height, count in sizes:
        strips += chart(runs(count), AXES, width, height, PLAIN, title="train/loss", compact=True)
    golden("chart_compact", strips)


def test_a_small_chart_under_the_crosshair(golden: Golden) -> None:
    marks: list[Any] = [(150.0, "lr halved"), (450.0, "loss spike", "bad")]
    golden(
        "chart_compact_crosshair",
        chart(runs(3), AXES, 50, 9, DARK, title="train/loss", compact=True, cursor=300.0, marks=marks),
    )


def test_a_band_around_a_mean(golden: Golden) -> None:
    mean, sd = loss(noise=0.0), 0.1 + np.linspace(0, 0.4, N)
    curve = Curve(label="lr=0.1", trace=trace(mean), low=trace(mean - sd), high=trace(mean + sd), note="± sd of 3")
    golden("chart_band", chart([curve], Axes(high=N), 70, 14, PLAIN, title="loss"))


def test_typed_limits_say_where_the_curve_leaves(golden: Golden) -> None:
    values = loss(noise=0.0)
    values[400:420] = -3.0
    axes = Axes(high=N, y_low=0.0, y_high=1.0)
    golden("chart_limits", chart([Curve(label="a", trace=trace(values))], axes, 60, 12, PLAIN, title="loss"))


def test_log_x(golden: Golden) -> None:
    golden("chart_log_x", chart(runs(1), replace(AXES, low=1, log_x=True), 70, 12, PLAIN, title="loss"))


@pytest.mark.parametrize(
    "ends",
    [
        (2.5, None),
        (None, -1.0),
        (5.0, 1.0),
        (-1.0, 0.0),
        (None, 1e308),
        (-1e308, 1e308),
        (1.797693134862e308, None),
        (1.0, 1.0 + 2e-16),
    ],
)
@pytest.mark.parametrize("log", [False, True])
def test_any_limits_make_a_chart(ends: tuple[float | None, float | None], log: bool) -> None:
    axes = Axes(high=N, log=log, y_low=ends[0], y_high=ends[1])
    strips = chart(runs(2), axes, 60, 12, DARK)
    assert len(strips) == 12 and "y as typed" in text(strips)


def test_nothing_positive_on_log_x_and_no_epochs() -> None:
    lone = Series("a")
    lone.append(0, 0.0, 1.0)
    axes = Axes(high=10, log_x=True)
    picture = text(chart([Curve(label="a", trace=Trace(lone))], axes, 70, 10, PLAIN))
    assert "no positive x" in picture and "x ≤ 0 not drawn" in picture
    curves = [Curve(label="a", trace=Trace(lone, "epoch", by=Series("epoch")))]
    picture = text(chart(curves, Axes(x="epoch"), 70, 10, PLAIN))
    assert "some without epoch" in picture and "no epoch at these steps" in picture
    assert "epoch" in picture.splitlines()[-1]


def test_glyphs_are_unlike_each_other_and_one_cell_wide() -> None:
    assert all(cell_len(glyph) == 1 for glyph in GLYPHS)
    many = runs(24)
    looks = {(c.slot % 8, c.glyph) for c in many}
    assert len(looks) == 24 and not any(letters(many, DARK))
    assert glyphs(many[:1], DARK) == [""] and glyphs(many[:2], PLAIN) == ["", ""]
    dotted = replace(many[1], dotted=True)
    assert glyphs([many[0], dotted], DARK) == ["", ""], "points tell that one apart"


def test_glyphs_are_on_the_lines_and_in_the_legend_of_more_than_one_curve() -> None:
    one, two = (chart(runs(count), AXES, 90, 16, DARK) for count in (1, 2))
    assert not any(glyph in text(one) for glyph in GLYPHS)
    for curve in runs(2):
        assert curve.glyph in two[0].text
        inks = {s.style.color.name for strip in two[1:] for s in strip if curve.glyph in s.text and s.style}  # type: ignore[union-attr]
        assert inks == {curve.colour(DARK)}


def test_glyphs_take_turns_on_a_line_that_curves_share() -> None:
    same = [Curve(label=f"run-{k}", trace=trace(loss(noise=0.0)), slot=k) for k in range(3)]
    picture = text(chart(same, Axes(high=N), 90, 14, DARK)[1:])
    assert all(picture.count(curve.glyph) >= 2 for curve in same)


def test_a_glyph_hides_no_spike() -> None:
    for place in range(0, N, 7):
        values = np.ones(N)
        values[place] = 5.0
        other = Curve(label="b", trace=trace(np.zeros(N)), slot=1)
        strips = chart([Curve(label="a", trace=trace(values)), other], Axes(high=N), 90, 14, DARK)
        assert any(0x2800 < ord(char) <= 0x28FF for char in strips[1].text[gutter(90, False) :])


def test_without_colours_raw_values_do_not_cover_many_lines() -> None:
    few, many = (chart(runs(count), AXES, 90, 20, PLAIN) for count in (2, 3))
    assert "raw values not drawn" not in text(few) and any(s.style.dim for s in few[8] if s.style and s.text[0] >= "⠁")
    assert "raw values not drawn" in text(many)
    assert all(letter in text(many[2:]) for letter in "ABC")
    assert "raw values not drawn" not in text(chart(runs(3), AXES, 90, 20, DARK))


def test_what_a_legend_cannot_name_is_counted_where_there_is_room() -> None:
    strips = chart(runs(3), AXES, 36, 8, DARK, title="train/loss")
    assert "run-0" in strips[1].text and "+2 more" in strips[0].text


def test_dim_curves_are_behind_and_quieter() -> None:
    bright, dim = runs(1)[0], replace(runs(2)[1], dim=True)
    strips = chart([dim, bright], AXES, 80, 14, DARK)
    assert dim.colour(DARK) != runs(2)[1].colour(DARK)
    drawn = {s.style.color.name for strip in strips[2:-2] for s in strip if s.style and s.style.color}
    assert {bright.colour(DARK), dim.colour(DARK)} <= drawn
    plain = chart([dim, bright], AXES, 80, 14, PLAIN)
    assert any(s.style.dim for strip in plain[2:-2] for s in strip if s.style and "⠤" in s.text)


@pytest.mark.parametrize("ink,sign", [(DARK, "!"), (PLAIN, "!")])
def test_what_went_wrong_is_signed_on_the_axis_and_told_near_the_crosshair(ink: Ink, sign: str) -> None:
    marks: list[Any] = [(100.0, "resumed"), (300.0, "loss spike", "bad")]
    strips = chart(runs(1), AXES, 70, 12, ink, marks=marks, cursor=200.0)
    axis = strips[-2]
    assert axis.text.count(sign) == 1 and axis.text.count("⚑") == 1 and text(strips).count("┊") > 3
    styles = [s.style for s in axis if sign in s.text]
    assert ink is PLAIN or styles[0].color.name == ink.bad  # type: ignore[union-attr]
    assert "loss spike" in chart(runs(1), AXES, 70, 12, ink, marks=marks, cursor=300.0)[-1].text
    assert "loss spike" not in strips[-1].text


@pytest.mark.parametrize("marker", ["braille", "blocks"])
def test_rows_of_which_nothing_changed_are_equal(marker: Marker) -> None:
    one = Series("a")
    for k in range(100):
        one.append(k, float(k), 1.0 if k < 60 else 2.0)
    curve = Curve(label="", trace=Trace(one))
    before = chart([curve], Axes(high=200), 80, 20, DARK, marker=marker)
    again = chart([curve], Axes(high=200), 80, 20, DARK, marker=marker)
    assert before == again
    for k in range(100, 110):
        one.append(k, float(k), 2.0)
    curve.trace.update()
    after = chart([curve], Axes(high=200), 80, 20, DARK, marker=marker)
    changed = [y for y, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    assert 1 <= len(changed) <= 2, "the row of the line, and the legend if its number changed"


def test_columns_of_small_charts_and_log_axes_know_their_x() -> None:
    left = gutter(40, True)
    axes = Axes(low=1, high=1000, log_x=True)
    assert column_x(axes, 40, 0, compact=True) == pytest.approx(1)
    assert column_x(axes, 40, 99, compact=True) == pytest.approx(1000)
    assert column_x(axes, 40, left + (40 - left) // 2, compact=True) == pytest.approx(math.sqrt(1000), rel=0.2)


@given(
    st.lists(st.floats(), max_size=30),
    st.integers(0, 70),
    st.integers(0, 20),
    st.sampled_from(INKS),
    st.sampled_from(SMOOTHS),
    st.sampled_from(["braille", "blocks"]),
    st.tuples(*[st.booleans()] * 5),
    st.tuples(*[st.none() | st.floats(allow_nan=False, allow_infinity=False)] * 2),
    st.sampled_from(["step", "time", "clock", "tok\x1b[31mens 標記"]),
)
def test_any_options_at_any_size(
    values: list[float],
    width: int,
    height: int,
    ink: Ink,
    smooth: Smooth,
    marker: Marker,
    flags: tuple[bool, ...],
    limits: tuple[float | None, float | None],
    x: str,
) -> None:
    log, log_x, compact, clip, smoothed = flags
    wild, by = trace(np.array(values)), None
    if x not in ("step", "time", "clock"):
        by = Series("by")
        by.extend_arrays(np.arange(20), np.zeros(20), np.array((values + [1.0] * 20)[:20]))
    curves = [
        Curve(label="a", trace=Trace(wild.series, x, 1e9, by), smooth=smoothed),
        Curve(label="b", trace=trace(loss()), low=trace(loss() - 0.1), high=wild, slot=1, smooth=True, note="± sd"),
        Curve(label="c", trace=trace(loss(2)), slot=9, dim=True, smooth=smoothed),
    ]
    axes = Axes(x=x, low=-1, high=30, log=log, log_x=log_x, clip=clip, smooth=smooth, y_low=limits[0], y_high=limits[1])
    marks: list[Any] = [(3.0, "m"), (9.0, "bad", "bad"), (math.nan, "nowhere")]
    strips = chart(curves, axes, width, height, ink, title="t", cursor=7.0, marks=marks, marker=marker, compact=compact)
    assert len(strips) <= height
    for strip in strips:
        assert strip.cell_length == width == sum(cell_len(segment.text) for segment in strip)
        assert "\x1b" not in strip.text
    assert not [1 for _, same in groupby(strips) if len(list(same)) > height]
