"""Places of figures: side by side, in rows, within the width, growing with the screen."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from dlviz.engine.lessons.kit.figures import Bars, Curves, Formula, Grid, Plane, Tokens
from dlviz.engine.lessons.kit.lesson import Frame
from dlviz.tui.lessons.draw.formula import broken
from dlviz.tui.lessons.draw.look import Look
from dlviz.tui.lessons.layout import arrange, breaks, compose
from dlviz.tui.render.palette import DARK

from .drawing import FRAMES, attention, numbers, sliding


@pytest.mark.parametrize("name", FRAMES)
@pytest.mark.parametrize("width", (36, 60, 78, 118, 198))
def test_figures_lie_apart_and_within_the_page(name, width):
    frame = FRAMES[name]()
    for height in (10, 15, 48):
        page = arrange(frame, DARK, width, height)
        for place in page.places:
            assert place.x >= 0 and place.x + place.w <= width and place.y + place.h <= page.height
        for a, b in combinations(page.places, 2):
            assert a.x + a.w <= b.x or b.x + b.w <= a.x or a.y + a.h <= b.y or b.y + b.h <= a.y


def test_image_kernel_and_output_stand_side_by_side_in_78_columns():
    page = arrange(sliding(), DARK, 78, 15)
    assert {place.y for place in page.places} == {0} and page.height <= 15
    assert [text for _, _, text in page.signs] == ["×", "="]
    assert len(set(page.zooms)) == 1


def test_grids_grow_with_the_screen():
    frame = sliding()
    small, large = (arrange(frame, DARK, *size).places for size in ((78, 15), (198, 48)))
    assert all(b.w > a.w and b.h > a.h for a, b in zip(small, large, strict=True))


def test_charts_take_the_room_that_is_left():
    chart = Curves(name="c", x=np.arange(9.0), lines={"a": np.arange(9.0)}, x_label="x")
    frame = Frame(caption="", figures=(Grid(name="g", values=numbers(3, 3)), chart))
    small, large = (arrange(frame, DARK, *size).places[1] for size in ((78, 15), (198, 48)))
    assert small.w > 50 and large.w > small.w and large.h > small.h


def test_a_row_of_its_own_is_kept_where_screens_are_narrow():
    parts = tuple(Grid(name=name, values=numbers(3, 3), new_row=name == "b") for name in "ab")
    first, second = arrange(Frame(caption="", figures=parts), DARK, 78, 20).places
    assert second.y > first.y and second.x == first.x


def test_titles_of_several_lines_do_not_move_the_bodies_apart():
    a = Grid(name="a", title="short", values=numbers(3, 3))
    b = Grid(name="b", title="a title that needs two lines here", values=numbers(3, 3))
    frame = Frame(caption="", figures=(a, b, *(Bars(name=f"c{k}", labels="x", values=[1]) for k in range(2))))
    page = arrange(frame, DARK, 60, 10)
    assert page.titles[0] == page.titles[1]


def test_no_gap_is_worth_a_page_that_scrolls():
    parts = tuple(Grid(name=name, values=numbers(7, 9), new_row=True) for name in "ab")
    page = arrange(Frame(caption="", figures=parts), DARK, 78, 14)
    assert page.height == 14


def test_figures_stand_in_two_columns_where_rows_would_scroll():
    low = tuple(Grid(name=name, values=numbers(4, 9), new_row=True) for name in "ab")
    tall = Bars(name="c", labels=[f"bar {k}" for k in range(10)], values=np.arange(10), new_row=True)
    page = arrange(Frame(caption="", figures=(*low, tall)), DARK, 78, 12)
    a, b, c = page.places
    assert page.height <= 12 and a.x == b.x == 0 and b.y > a.y and c.y == 0 and c.x > a.x + a.w


def test_signs_stay_with_what_they_follow_where_the_page_fits():
    page = arrange(sliding(), DARK, 78, 11)
    assert len({place.y for place in page.places}) == 1


def test_formulas_stand_beside_the_figures_rather_than_below_the_screen():
    frame = Frame(
        caption="",
        figures=(Grid(name="g", values=numbers(10, 5)),),
        formulas=(Formula(symbols="y = x", numbers="1 = 1"),),
    )
    page = arrange(frame, DARK, 78, 10)
    told = page.formulas
    assert page.height == 10 and told.x > page.places[0].x + page.places[0].w and told.y + told.h <= 10
    texts = [strip.text[told.x :].strip() for strip in compose(page, frame, {}, DARK, 78)]
    assert texts[told.y] == "y = x"
    below = arrange(frame, DARK, 78, 14).formulas
    assert (below.x, below.y) == (0, 11)


def test_formulas_break_beside_figures_only_where_there_is_no_room_below():
    image, low = Grid(name="x", values=numbers(8, 8)), Grid(name="y", values=numbers(2, 4))
    long = Formula(symbols="y[i,j] = Σ x[i·s + a·d, j·s + b·d] · w[a,b] + bias", numbers="")
    frame = Frame(caption="", figures=(image, low), formulas=(long,))
    free, tight = arrange(frame, DARK, 78, 12), arrange(frame, DARK, 78, 8)
    assert free.formulas.x == 0 and free.formulas.h == 1 and not breaks(free, frame, DARK, 78)
    assert tight.formulas.x > 0 and tight.height <= 8 and breaks(tight, frame, DARK, 78)
    again = arrange(frame, DARK, 78, 12, arrange(replace(frame, formulas=(Formula(symbols="y = x"),)), DARK, 78, 8))
    assert again.formulas.x == 0


def test_formulas_stand_between_figures_where_they_fit_there():
    parts = (
        Grid(name="a", values=numbers(8, 6)),
        Grid(name="b", values=numbers(1, 4)),
        Grid(name="c", values=numbers(1, 16), new_row=True),
    )
    frame = Frame(caption="", figures=parts, formulas=(Formula(symbols="y = x", numbers="1 = " + "1" * 30),))
    page = arrange(frame, DARK, 78, 10)
    a, b, c = page.places
    assert page.height <= 10 and b.y + b.h < page.formulas.y and page.formulas.y + 2 < c.y
    assert page.formulas.x >= a.x + a.w


def test_nothing_is_broken_within_brackets_that_fit_a_line():
    text = "y[i,j] = Σ x[i·s + a·d, j·s + b·d] · w[a, b] + exp(-(x - μ)² / (2·σ²))"
    rows = broken(text, 30)
    assert " ".join(row.strip() for row in rows) == text
    assert all(row.count("[") == row.count("]") and row.count("(") == row.count(")") for row in rows)
    assert all(len(row) <= 30 for row in broken("f(" + "a + " * 30 + "b)", 30))


def test_all_bars_are_shown_on_a_page_that_scrolls_anyway():
    many = Bars(name="b", labels=[f"a bar with a long name {k}" for k in range(20)], values=np.arange(20))
    frame = Frame(caption="", figures=(Grid(name="g", values=numbers(7, 14)), many))
    page = arrange(frame, DARK, 60, 12)
    text = "\n".join(strip.text for strip in compose(page, frame, {}, DARK, 60))
    assert page.height > 12 and "name 19" in text and "more" not in text


def test_few_bars_become_thicker_where_rows_are_free_and_tokens_on_a_large_screen_only():
    parts = (
        Bars(name="b", labels="xy", values=[1, 2]),
        Tokens(name="t", tokens=("a", "b"), weights=(0.2, 0.8), new_row=True),
    )
    frame = Frame(caption="", figures=parts)
    tiny, small, large = (arrange(frame, DARK, *size).places for size in ((78, 5), (78, 14), (150, 54)))
    assert [place.h for place in tiny] == [2, 2] and [place.h for place in small] == [6, 2]
    assert [place.h for place in large] == [6, 4]
    beside = Frame(caption="", figures=(parts[0], Plane(name="p", extent=(0, 1, 0, 1), new_row=True)))
    assert arrange(beside, DARK, 78, 16).places[0].h == 2  # what grows is larger instead
    page = arrange(frame, DARK, 150, 54)
    texts = [strip.text for strip in compose(page, frame, {}, DARK, 150)]
    assert any("weights" in text for text in texts)
    assert page.hit(2, 4) == ("b", (1, 0))


def test_rows_are_broken_on_a_large_screen_if_cells_are_larger_then():
    parts = tuple(Grid(name=name, values=numbers(6, 7)) for name in "abcd")
    page = arrange(Frame(caption="", figures=parts), DARK, 150, 54)
    assert len({place.y for place in page.places}) > 1 and page.height <= 54
    assert max(page.zooms) > 3


def test_without_a_screen_figures_stand_in_rows_and_formulas_below():
    frame = sliding()
    page = arrange(frame, DARK, 120, 0)
    assert page.formulas.x == 0 and page.formulas.y > max(place.y + place.h for place in page.places) - 1


def test_no_page_scrolls_because_cells_are_large():
    for made in FRAMES.values():
        frame = made()
        least = arrange(frame, DARK, 78, 1).height
        for height in range(12, 50, 3):
            assert arrange(frame, DARK, 78, height).height <= max(height, least)


def test_the_mouse_finds_the_figure_and_its_cell():
    frame = sliding()
    page = arrange(frame, DARK, 78, 15)
    assert page.hit(3, 3) is None
    compose(page, frame, {}, DARK, 78)
    found = {page.hit(x, y) for x in range(78) for y in range(page.height)}
    assert {name for name, _ in filter(None, found)} == {"image", "kernel", "output"}
    assert ("kernel", (2, 2)) in found and ("image", (5, 5)) in found and ("output", (3, 3)) in found


def test_the_mouse_finds_a_place_in_a_plane():
    frame = Frame(caption="", figures=(Plane(name="p", title="p", extent=(0, 1, 0, 1)),))
    page = arrange(frame, DARK, 78, 15)
    compose(page, frame, {"p": Look(DARK, at=(0.5, 0.5))}, DARK, 78)
    last = max(x for x in range(78) if page.hit_at(x, 1) is not None)
    x, y = page.hit_at(last, 1)
    assert last > 20 and x > 0.9 and y > 0.9 and page.hit_at(0, 0) is None


def test_what_is_under_the_mouse_follows_the_cursor_of_a_table_that_scrolls():
    frame = attention()
    page = arrange(frame, DARK, 40, 12)
    strips = compose(page, frame, {"row": Look(DARK, (7, 0), True)}, DARK, 40)
    assert len(strips) == page.height


def test_formulas_stand_at_the_end_and_no_number_is_broken():
    frame = sliding()
    page = arrange(frame, DARK, 40, 15)
    told = page.formulas
    texts = [strip.text.strip() for strip in compose(page, frame, {}, DARK, 40)][told.y : told.y + told.h]
    assert texts[0].startswith("y[i,j]")
    assert " ".join(texts[1:]) == frame.formulas[0].numbers


def test_lines_break_before_operators():
    assert broken("a = 1.25 + 2.5 + 3.75", 16) == ["a = 1.25 + 2.5", "    + 3.75"]
    assert "".join(part.strip() for part in broken("x" * 50, 20)) == "x" * 50
    assert broken("", 10) == [""]


def test_formulas_are_wrapped_with_wide_characters():
    frame = Frame(caption="", figures=(), formulas=(Formula(symbols="漢字 = 日本語 + 漢字 + 日本語", numbers="1"),))
    page = arrange(frame, DARK, 12, 5)
    assert all(strip.cell_length == 12 for strip in compose(page, frame, {}, DARK, 12))
