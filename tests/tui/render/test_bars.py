"""Bars, gauges and histograms: lengths in eighths of a cell."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.strip import Strip

from dlviz.tui.render.bars import bars, blocks, gauge, share_bar
from dlviz.tui.render.histogram import histogram
from dlviz.tui.render.palette import ANSI16_DARK, DARK, LIGHT, PLAIN, Ink

Golden = Callable[[str, Sequence[Strip]], None]
INKS = [DARK, LIGHT, replace(LIGHT, depth="256"), ANSI16_DARK, PLAIN]
LABELS = [
    "cat",
    "猫猫猫猫猫猫猫猫猫猫猫猫",
    "[/x]",
    "\x1b]0;x\x07",
    "a label that is much too long to be shown whole",
]


def exact(strips: Sequence[Strip], width: int, height: int) -> None:
    assert len(strips) == height
    for strip in strips:
        assert sum(cell_len(segment.text) for segment in strip) == width
        assert all(segment.style is not None for segment in strip)
        assert "\x1b" not in strip.text


@given(
    st.lists(st.floats(), min_size=5, max_size=5),
    st.sampled_from(INKS),
    st.integers(0, 90),
    st.floats(0, 1e6),
)
def test_bars_are_exact(values: list[float], ink: Ink, width: int, high: float) -> None:
    exact(bars(LABELS, values, ink, width, high=high, form="{:.3g}", highlight={1: ink.good}), width, 5)


@given(st.floats(0, 1), st.integers(0, 40))
def test_a_bar_never_hides_something_nor_claims_the_whole(share: float, room: int) -> None:
    text = blocks(share, room)
    assert len(text) == room
    if room:
        assert (text.strip() == "") == (share == 0)
        assert (text == "█" * room) == (share == 1)


def test_a_bar_beyond_the_end_has_an_arrow() -> None:
    strip = bars(["a"], [1.4], PLAIN, 30)[0]
    assert "█▶" in strip.text and "140.0%" in strip.text


def test_a_highlight_has_its_colour() -> None:
    first, second = bars(["a", "b"], [0.5, 0.5], DARK, 30, highlight={1: DARK.bad})
    names = [
        {segment.style.color.name for segment in strip if segment.style and segment.style.color}
        for strip in (first, second)
    ]
    assert DARK.bad in names[1] and DARK.bad not in names[0]


@given(st.one_of(st.none(), st.floats()), st.sampled_from(INKS), st.integers(0, 60))
def test_a_gauge_is_exact(value: float | None, ink: Ink, width: int) -> None:
    exact([gauge(value, width, ink)], width, 1)


def test_a_gauge_says_100_only_when_it_is_done() -> None:
    texts = [gauge(value, 20, PLAIN).text for value in (0, 0.29, 0.999, 1, 7, None, math.nan)]
    assert [text.split()[-1] for text in texts] == ["0%", "29%", "99%", "100%", "100%", "?%", "?%"]


@given(st.lists(st.floats(), min_size=5, max_size=5), st.sampled_from(INKS), st.integers(0, 90))
def test_a_share_bar_is_exact(shares: list[float], ink: Ink, width: int) -> None:
    exact([share_bar(LABELS, shares, ink, width)], width, 1)


def test_bar_goldens(golden: Golden) -> None:
    golden("bars", bars([*LABELS, "none", "gone"], [0.973, 0.0001, 0.5, 1, 1.4, 0, math.nan], PLAIN, 60))
    golden("gauge", [gauge(value, 40, PLAIN) for value in (0, 0.013, 0.5, 0.999, 1, None)])
    golden("share_bar", [share_bar(["train", "val", "test"], [0.7, 0.2, 0.1], ink, 48) for ink in (DARK, PLAIN)])


@given(
    st.lists(st.floats(), min_size=0, max_size=30),
    st.floats(-1e9, 1e9),
    st.floats(1e-3, 1e9),
    st.sampled_from(INKS),
    st.integers(0, 60),
    st.integers(0, 12),
)
def test_a_histogram_is_exact(counts: list[float], low: float, reach: float, ink: Ink, width: int, height: int) -> None:
    edges = np.linspace(low, low + reach, len(counts) + 1)
    exact(histogram(counts, edges, ink, width, height, title="[/x]\x1b[31m"), width, height)


@pytest.mark.parametrize(
    ("counts", "edges"),
    [([], []), ([0, 0], [0, 1, 2]), ([1], [0, math.nan]), ([1, 2], [0, 1]), ([3], [1, 1])],
)
def test_a_histogram_of_nothing_says_so(counts: list[float], edges: list[float]) -> None:
    assert "no values" in histogram(counts, edges, PLAIN, 40, 5)[2].text


def test_a_histogram_says_what_a_column_is() -> None:
    merged = histogram(np.ones(100), np.arange(101), PLAIN, 40, 5, title="w")
    assert "peak 3 (3 bins a column)" in merged[0].text
    uneven = histogram([4, 4], [0, 1, 10], PLAIN, 40, 8)
    assert "a column" in uneven[0].text
    heights = [sum(strip.text[column] != " " for strip in uneven[1:-1]) for column in (0, 39)]
    assert heights[0] == 6 and heights[1] == 1


def test_a_single_count_is_seen() -> None:
    assert histogram([1, 100_000], [0, 1, 2], PLAIN, 20, 6)[-2].text[0] == "▁"


def test_histogram_golden(golden: Golden) -> None:
    counts = [1, 3, 9, 20, 31, 40, 33, 18, 10, 4, 0, 1]
    golden("histogram", histogram(counts, np.linspace(-0.6, 0.6, 13), PLAIN, 50, 8, title="conv1.weight"))
