from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from rich.cells import cell_len
from textual.strip import Strip

from dlviz.tui.render.heatmap import Scale, fit, heatmap, legend, pixels, size
from dlviz.tui.render.palette import ANSI16_DARK, ANSI16_LIGHT, DARK, LEVELS, LIGHT, PLAIN, Ink, levels

Golden = Callable[[str, Sequence[Strip]], None]
INKS = [DARK, LIGHT, replace(DARK, depth="256"), ANSI16_DARK, ANSI16_LIGHT, PLAIN]
WAVE = np.sin(np.arange(12) / 2)[None] * np.cos(np.arange(8) / 2)[:, None]
BUMP = np.exp(-((np.mgrid[-2:2:9j, -2:2:13j] ** 2).sum(0)))


def exact(strips: Sequence[Strip], width: int) -> None:
    for strip in strips:
        assert strip.cell_length == width == sum(cell_len(segment.text) for segment in strip)
        assert all(segment.style is not None for segment in strip)


def colours(strip: Strip, column: int) -> tuple[str, str | None, str | None]:
    """The glyph, foreground and background of one cell."""
    segment = next(iter(strip.crop(column, column + 1)))
    style = segment.style
    assert style is not None and style.color is not None and style.bgcolor is not None
    return segment.text, style.color.name, style.bgcolor.name


@given(
    hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=9), elements=st.floats()),
    st.sampled_from(INKS),
    st.integers(1, 4),
    st.tuples(st.integers(-1, 9), st.integers(-1, 9)),
)
def test_any_array_has_its_size(array: np.ndarray, ink: Ink, zoom: int, cursor: tuple[int, int]) -> None:
    strips = heatmap(array, Scale.of(array), ink, zoom=zoom, cursor=cursor)
    if not array.size:
        assert strips == []
        return
    height, width = array.shape
    columns, rows = size(height, width, ink, zoom)
    assert len(strips) == rows
    exact(strips, columns)


def test_a_cell_holds_two_pixels() -> None:
    ramp = levels("diverging", DARK)
    strips = heatmap([[-1, 1], [1, 1], [0, 0]], Scale(-1, 1, True), DARK)
    assert colours(strips[0], 0) == ("▀", ramp[0], ramp[-1])
    assert colours(strips[0], 1)[0] == " " and colours(strips[0], 1)[2] == ramp[-1]
    assert colours(strips[1], 0) == ("▀", ramp[LEVELS // 2], DARK.background)


def test_equal_neighbours_are_one_segment() -> None:
    assert len(list(heatmap(np.ones((2, 40)), Scale(0, 1, False), DARK)[0])) == 1
    y, x = np.mgrid[-1:1:64j, -1:1:64j]
    smooth = np.exp(-(x * x + y * y) * 4)
    strips = heatmap(smooth, Scale.of(smooth), DARK)
    assert sum(len(list(strip)) for strip in strips) < 0.55 * 64 * 32


def test_an_unchanged_row_is_the_same_strip() -> None:
    scale = Scale.of(WAVE)
    before = heatmap(WAVE, scale, DARK)
    changed = WAVE.copy()
    changed[5] = 1
    after = heatmap(changed, scale, DARK)
    assert [a is b for a, b in zip(before, after, strict=True)] == [True, True, False, True]


def test_what_is_no_number_is_seen() -> None:
    values = np.zeros((4, 2))
    values[:2, 0] = np.nan
    values[2, 1] = np.inf
    strips = heatmap(values, Scale(-1, 1, True), DARK)
    assert colours(strips[0], 0)[0] == "x"
    assert colours(strips[1], 1)[1] == DARK.invalid
    assert DARK.invalid not in levels("diverging", DARK) + levels("sequential", DARK)
    assert heatmap([[np.nan, 0]], Scale(-1, 1, True), PLAIN)[0].text == "xx  "


@pytest.mark.parametrize("ink", INKS)
@pytest.mark.parametrize("zoom", [1, 2, 3, 5])
def test_the_cursor_changes_only_its_pixel(ink: Ink, zoom: int) -> None:
    plain = heatmap(WAVE, Scale.of(WAVE), ink, zoom=zoom)
    marked = heatmap(WAVE, Scale.of(WAVE), ink, zoom=zoom, cursor=(2, 3))
    wide, _ = size(1, 1, ink, zoom)
    assert plain != marked
    for before, after in zip(plain, marked, strict=True):
        assert before.crop(0, 3 * wide) == after.crop(0, 3 * wide)
        assert before.crop(4 * wide) == after.crop(4 * wide)
    if ink is DARK and zoom == 1:
        assert colours(marked[1], 3)[1] == DARK.cursor


def test_goldens(golden: Golden) -> None:
    nan = BUMP.copy()
    nan[0, :3] = np.nan
    golden("heatmap_plain", heatmap(nan, Scale.of(nan), PLAIN, cursor=(4, 6)))
    golden("heatmap_plain_diverging", heatmap(WAVE, Scale.of(WAVE), PLAIN))
    golden("heatmap_16", heatmap(nan, Scale.of(nan), ANSI16_DARK, zoom=2, cursor=(4, 6)))
    golden(
        "heatmap_halves",
        heatmap([[0, 1, 1, 0], [1, 1, 0, 0], [1, 0, np.nan, 1], [1, 0, np.nan, 0]], Scale(0, 1, False), DARK),
    )


def test_sixteen_colours_show_the_sign_by_colour() -> None:
    for ink in (ANSI16_DARK, ANSI16_LIGHT):
        strip = heatmap([[-1, 1]], Scale(-1, 1, True), ink)[0]
        assert strip.text == "████"
        assert colours(strip, 0)[1] != colours(strip, 2)[1]


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from(INKS), st.integers(0, 120), st.integers(0, 50))
def test_fit_is_the_largest_zoom(h: int, w: int, ink: Ink, columns: int, rows: int) -> None:
    zoom = fit(h, w, ink, columns, rows)
    if zoom:
        wide, high = size(h, w, ink, zoom)
        assert wide <= columns and high <= rows
    wide, high = size(h, w, ink, zoom + 1)
    assert zoom == 64 or wide > columns or high > rows
    high, wide = pixels(ink, columns, rows)
    assert not high or not wide or fit(high, wide, ink, columns, rows) >= 1


@given(
    st.lists(st.floats(), max_size=4),
    st.sampled_from(INKS),
    st.integers(0, 90),
    st.sampled_from(["layer", "unit", "[/x]\x1b[31m", "猫猫猫"]),
    st.sampled_from(["", "ms", "\x1b]0;x\x07"]),
)
def test_a_legend_has_its_width(values: list[float], ink: Ink, width: int, scope: str, unit: str) -> None:
    strip = legend(Scale.of(values), ink, width, scope, unit)
    exact([strip], width)
    assert "\x1b" not in strip.text


@pytest.mark.parametrize("ink", INKS)
@pytest.mark.parametrize(
    "scale", [Scale(-0.123456, 0.123456, True), Scale(-2e-12, 2e-12, True), Scale(0, 12345, False)]
)
def test_a_narrow_legend_still_tells_both_ends(ink: Ink, scale: Scale) -> None:
    words = legend(scale, ink, 24).text.split()
    assert float(words[0]) == pytest.approx(scale.low, rel=0.05)
    assert any(abs(float(word) - scale.high) <= 0.05 * scale.high for word in words[1:] if word[0].isdigit())
    assert words[-1] == "layer"
    if scale.diverging:
        assert "0" in words[1] or "0" in words


def test_legend_goldens(golden: Golden) -> None:
    wave, bump = Scale.of(WAVE), Scale.of(BUMP)
    lines = [legend(wave, PLAIN, width, "layer", "ms") for width in (64, 40, 24)]
    lines += [legend(bump, ANSI16_DARK, width) for width in (64, 24)]
    lines += [legend(Scale.of([0, 0]), DARK, 40, "unit"), legend(wave, DARK, 60, "global")]
    golden("legend", lines)
