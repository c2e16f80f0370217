"""Grid, matrix and ladder: the renderers that print numbers in rows and columns."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from rich.cells import cell_len
from textual.strip import Strip

from dlviz.tui.render.grid import grid, written
from dlviz.tui.render.ladder import Rung, ladder
from dlviz.tui.render.matrix import confusion
from dlviz.tui.render.palette import ANSI16_DARK, DARK, LIGHT, PLAIN, Ink
from dlviz.tui.render.scale import Scale

Golden = Callable[[str, Sequence[Strip]], None]
INKS = [DARK, LIGHT, replace(DARK, depth="256"), ANSI16_DARK, PLAIN]
ANIMALS = ["airplane", "bird", "cat", "[/x]", "\x1b[31mdog", "猫猫"]
COUNTS = np.array(
    [
        [98, 1, 0, 1, 0, 0],
        [2, 90, 5, 0, 3, 0],
        [0, 4, 80, 0, 16, 0],
        [0, 0, 0, 0, 0, 0],
        [0, 1, 12, 0, 87, 0],
        [0] * 5 + [7],
    ]
)
RUNGS = [
    Rung("cnn", "CNN", "10", 62_006, 416_520, 0),
    Rung("features", "Sequential", "16x5x5", 2872, 0, 1),
    Rung("conv1", "Conv2d", "6x28x28", 456, 117_600, 2),
    Rung("relu", "ReLU", "6x28x28", 0, 0, 2),
    Rung("head", "Sequential", "10", 1_230_400, 0, 1),
    Rung("fc", "Linear", "10", 850, 3_400_000, 2),
]


def exact(strips: Sequence[Strip], width: int, height: int) -> None:
    assert len(strips) == height
    for strip in strips:
        assert sum(cell_len(segment.text) for segment in strip) == width
        assert all(segment.style is not None for segment in strip)
        assert "\x1b" not in strip.text


@given(
    hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=6), elements=st.floats()),
    st.sampled_from(INKS),
    st.integers(2, 10),
    st.integers(0, 4),
)
def test_a_grid_is_exact_for_any_numbers(array: np.ndarray, ink: Ink, cell: int, digits: int) -> None:
    strips = grid(array, Scale.of(array), ink, cell=cell, digits=digits, cursor=(0, 0), mark={(0, 1)})
    exact(strips, array.shape[1] * cell, array.shape[0] if array.size else 0)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-0.123, "-0.12"),
        (1234.5, "1234"),
        (0.00012, "1e-4"),
        (np.nan, "nan"),
        (-np.inf, "-inf"),
        (0, "0"),
        (12.0, "12.00"),
    ],
)
def test_numbers_of_a_grid(value: float, text: str) -> None:
    assert written(value, 5, 2) == text


@pytest.mark.parametrize("ink", INKS)
def test_cursor_and_marks_show(ink: Ink) -> None:
    strips = grid(np.zeros((1, 3)), Scale(-1, 1, True), ink, cursor=(0, 0), mark={(0, 1)})
    at, marked, plain = (segment.style for segment in strips[0])
    assert marked is not None and marked.underline and len({at, marked, plain}) == 3


def test_grid_golden(golden: Golden) -> None:
    values = np.array([[0.123, -0.5, 0], [1234.5, np.nan, -np.inf], [-0.0004, 12.25, 1e9]])
    golden("grid", grid(values, Scale.of(values), PLAIN))


@given(
    hnp.arrays(np.int64, st.integers(0, 14).map(lambda k: (k, k)), elements=st.integers(0, 10**6)),
    st.sampled_from(INKS),
    st.integers(0, 100),
    st.integers(0, 20),
    st.tuples(st.integers(0, 13), st.integers(0, 13)),
)
def test_a_matrix_is_exact(counts: np.ndarray, ink: Ink, width: int, height: int, cursor: tuple[int, int]) -> None:
    exact(confusion(counts, ANIMALS, ink, width, height, cursor=cursor), width, height)


def test_a_matrix_that_is_cut_says_so_and_follows_the_cursor() -> None:
    counts = np.diag(np.arange(1, 27))
    letters = [chr(ord("a") + index) for index in range(26)]
    strips = confusion(counts, letters, PLAIN, 40, 12, cursor=(25, 25))
    text = "\n".join(strip.text for strip in strips)
    assert "cut: true 18-26, predicted" in text and "26 of 26" in text and "z" in strips[-2].text[:3]
    assert "cut" not in "\n".join(strip.text for strip in confusion(counts, letters, PLAIN, 100, 30))


def test_a_matrix_tints_hits_and_errors_differently() -> None:
    strips = confusion(COUNTS, ANIMALS, DARK, 60, 10)
    hit, miss = strips[4].crop(19, 24), strips[4].crop(29, 34)
    assert "80" in hit.text and "16" in miss.text
    assert next(iter(hit)).style != next(iter(miss)).style


def test_matrix_goldens(golden: Golden) -> None:
    golden("matrix", confusion(COUNTS, ANIMALS, PLAIN, 60, 9))
    golden("matrix_narrow", confusion(COUNTS * 10, ANIMALS, PLAIN, 24, 7, cursor=(4, 2)))
    golden("matrix_empty", confusion(np.zeros((3, 3)), ANIMALS, PLAIN, 40, 3))


@given(
    st.lists(
        st.builds(
            Rung,
            name=st.one_of(st.text(max_size=20), st.sampled_from(ANIMALS)),
            kind=st.text(max_size=12),
            shape=st.sampled_from(["", "10", "16x8x8"]),
            parameters=st.integers(0, 10**12),
            macs=st.integers(0, 10**15),
            depth=st.integers(0, 5),
        ),
        max_size=9,
    ),
    st.sampled_from(INKS),
    st.integers(0, 100),
    st.integers(0, 12),
    st.integers(-1, 9),
)
def test_a_ladder_is_exact(rungs: list[Rung], ink: Ink, width: int, height: int, first: int) -> None:
    exact(ladder(rungs, ink, width, selected=first, first=first, height=height), width, height)


def test_a_ladder_drops_columns_before_it_cuts_names() -> None:
    for width in range(20, 80):
        strips = ladder(RUNGS, PLAIN, width, height=7)
        assert "features" in strips[2].text and "│ └─ relu" in strips[4].text
    wide, middle, narrow = (ladder(RUNGS, PLAIN, width, height=7)[0].text.split() for width in (80, 40, 18))
    assert wide == ["layer", "kind", "output", "parameters", "mult-adds"]
    assert middle == ["layer", "output", "parameters"] and narrow == ["layer"]


@pytest.mark.parametrize("ink", INKS)
def test_the_selected_rung_is_lit_to_the_edge(ink: Ink) -> None:
    strip = ladder(RUNGS, ink, 90, selected=2, height=7)[3]
    assert {segment.style for segment in strip} == {ink.selected()}


def test_a_scrolled_ladder_says_where_it_is() -> None:
    strips = ladder(RUNGS, PLAIN, 80, first=99, height=4)
    assert strips[0].text.startswith("layer 4-6 of 6") and "fc" in strips[3].text


def test_ladder_goldens(golden: Golden) -> None:
    golden("ladder", ladder(RUNGS, PLAIN, 80, selected=2, height=8))
    golden("ladder_narrow", ladder(RUNGS, PLAIN, 40, first=2, height=4))
    golden("ladder_empty", ladder([], PLAIN, 40, height=3))
