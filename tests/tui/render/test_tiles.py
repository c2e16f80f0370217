from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.strip import Strip

from dlviz.tui.render.palette import ANSI16_DARK, DARK, LIGHT, PLAIN, Ink
from dlviz.tui.render.scale import Scale
from dlviz.tui.render.tiles import tiles

Golden = Callable[[str, Sequence[Strip]], None]
INKS = [DARK, LIGHT, replace(LIGHT, depth="256"), ANSI16_DARK, PLAIN]
SCALE = Scale(-1, 1, True)


def maps(count: int, h: int, w: int) -> np.ndarray:
    return np.sin(np.arange(count * h * w).reshape(count, h, w) / 5)


def names(count: int) -> list[str]:
    return [str(index) for index in range(count)]


@given(
    st.integers(0, 20),
    st.integers(1, 40),
    st.integers(1, 40),
    st.sampled_from(INKS),
    st.integers(0, 90),
    st.integers(0, 30),
    st.integers(-2, 9),
)
def test_the_wall_is_exact_and_every_shown_tile_can_be_hit(
    count: int, h: int, w: int, ink: Ink, width: int, height: int, first: int
) -> None:
    wall = tiles(maps(count, h, w), names(count), SCALE, ink, width, height, selected=1, first=first)
    assert len(wall.strips) == height
    for strip in wall.strips:
        assert sum(cell_len(segment.text) for segment in strip) == width
        assert all(segment.style is not None for segment in strip)
    if wall.columns:
        assert wall.pooled >= 1 and wall.zoom >= 1 and len(wall.shown) > 0
        assert wall.columns * wall.tile_width <= max(width, wall.tile_width)
        hits = {wall.hit(x, y) for x in range(width) for y in range(height)} - {None}
        assert hits == set(wall.shown)
    else:
        assert wall.hit(0, 0) is None


def test_the_largest_zoom_at_which_all_fit() -> None:
    assert tiles(maps(2, 4, 4), names(2), SCALE, DARK, 40, 12).zoom == 4
    wall = tiles(maps(64, 14, 14), names(64), SCALE, DARK, 80, 18)
    assert (wall.zoom, wall.columns, wall.rows_of_tiles, wall.shown) == (1, 5, 13, range(0, 10))


def test_scrolling_by_rows() -> None:
    wall = tiles(maps(64, 14, 14), names(64), SCALE, DARK, 80, 18, first=3)
    assert wall.shown == range(15, 25) and wall.strips[0].text.split() == names(64)[15:20]
    assert tiles(maps(64, 14, 14), names(64), SCALE, DARK, 80, 18, first=99).shown == range(55, 64)
    assert [wall.first_for(index) for index in (0, 16, 24, 25, 63)] == [0, 3, 3, 4, 11]


def test_maps_larger_than_the_room_are_pooled() -> None:
    wall = tiles(maps(8, 112, 112), names(8), SCALE, DARK, 80, 22)
    assert wall.pooled > 1 and len(wall.shown) >= 4


def test_one_scale_each() -> None:
    own = [Scale(0, 1, False), Scale(0, 100, False)]
    wall = tiles(np.ones((2, 2, 2)), names(2), own, PLAIN, 30, 4)
    first, second = wall.strips[1].text[:15], wall.strips[1].text[15:]
    assert "@@" in first and "@" not in second


@pytest.mark.parametrize("ink", INKS)
def test_the_selected_one_is_framed(ink: Ink) -> None:
    wall = tiles(maps(4, 4, 4), names(4), SCALE, ink, 48, 14, selected=2)
    text = "\n".join(strip.text for strip in wall.strips)
    assert "┏2━" in text and "┗━" in text and text.count("┏") == 1


def test_hostile_titles() -> None:
    wall = tiles(
        maps(3, 4, 4),
        ["\x1b]0;x\x07a", "[/x] a long title", "猫猫猫猫猫猫猫猫"],
        SCALE,
        DARK,
        30,
        6,
        selected=2,
    )
    assert all("\x1b" not in strip.text and strip.cell_length == 30 for strip in wall.strips)
    assert "…" in wall.strips[0].text


def test_golden(golden: Golden) -> None:
    golden("tiles_plain", tiles(maps(5, 5, 7), names(5), SCALE, PLAIN, 60, 16, selected=1).strips)
