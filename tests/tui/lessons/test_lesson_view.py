"""One lesson as strips: depths, origins, notes, facts and what stands around the figures, in narrow rooms."""

import numpy as np
import pytest

from dlviz.engine.lessons.index import NAMES, load
from dlviz.engine.lessons.kit.facts import Fact
from dlviz.engine.lessons.kit.figures import Box, Formula, Grid, Ladder, Origin
from dlviz.engine.lessons.kit.lesson import Frame
from dlviz.engine.lessons.study.messages import Pointed, Proved, Shown
from dlviz.engine.lessons.study.study import View
from dlviz.tui.lessons.chrome import heading
from dlviz.tui.lessons.fact_view import fact_line
from dlviz.tui.lessons.facts_view import Notes, facts_page
from dlviz.tui.lessons.layout import arrange
from dlviz.tui.lessons.lesson_view import LessonView
from dlviz.tui.lessons.origin_view import origin_rows, shortened
from dlviz.tui.lessons.reading import Reading
from dlviz.tui.lessons.seen import Seen
from dlviz.tui.lessons.settings_view import chips
from dlviz.tui.render.palette import DARK

from .drawing import numbers

TERMS = " + ".join(f"0.{k}·0.{99 - k}" for k in range(10, 46))
MANY = Formula(symbols="h = Σ x·w", numbers=f"h[2,3] = {TERMS} = 12.345")
SOURCES = tuple((row, column) for row in (1, 2, 3) for column in (2, 3, 4))


def seen_as(figures, depth="formula", focus="h", formulas=(), origin=None, size=(80, 23)):
    """What a reader sees of a frame of a lesson without notes, as lines."""
    reading = Reading.of(next(name for name in NAMES if not load(name).notes))
    reading.depth, reading.focus, reading.frames = depth, focus, 4
    reading.cells[0, focus] = (2, 3)
    shown = Shown(
        ticket=1,
        place=reading.place,
        frame=Frame(caption="One sentence.", figures=figures, formulas=formulas),
        frames=4,
        explains=frozenset({focus}) if origin else frozenset(),
    )
    pointed = Pointed(ticket=1, figure=focus, cell=(2, 3), origin=origin) if origin else None
    view = LessonView(reading, View(shown=shown, pointed=pointed), DARK, Seen())
    return [strip.text for strip in view.strips(*size)]


def test_the_third_depth_shows_the_whole_formula_before_anything_else():
    tall = Grid(name="h", title="hidden", values=numbers(18, 9), about="About it. " * 30)
    rows = seen_as((tall,), origin=Origin(formulas=(MANY,)))
    text = " ".join(" ".join(rows).split())
    assert TERMS in text and "= 12.345" in text and "hidden" in text and "PgDn" not in rows[0]
    assert "About" not in text and "the number" in rows[0]


def test_the_third_depth_shows_the_cells_that_the_number_was_made_of():
    x = Grid(name="x", title="patch", values=np.arange(100.0).reshape(10, 10))
    h = Grid(name="h", title="hidden", values=numbers(4, 4), join="→")
    rows = seen_as((x, h), origin=Origin(formulas=(MANY,), cells={"x": SOURCES}))
    text = "\n".join(rows)
    assert all(str(10 * row + column) in text for row, column in SOURCES) and "99" not in text.replace("0.99", "")
    assert "patch" in text and "→" in text


def test_the_second_depth_shows_the_sources_only_where_there_is_room():
    x = Grid(name="x", title="patch", values=numbers(10, 10))
    low = Grid(name="h", title="hidden", values=numbers(4, 4))
    origin = Origin(formulas=(MANY,), cells={"x": SOURCES})
    assert any("patch" in row for row in seen_as((x, low), "part", origin=origin))
    wide = Grid(name="h", title="hidden", values=numbers(14, 12))
    assert not any("patch" in row for row in seen_as((x, wide), "part", origin=origin))


def test_without_an_origin_the_formulas_of_the_frame_stand_behind_a_number():
    h = Grid(name="h", title="hidden", values=numbers(4, 4))
    formula = Formula(symbols="h = w·x", numbers="1 = 1·1")
    assert any("1 = 1·1" in row for row in seen_as((h,), formulas=(formula,)))
    assert any("no formula of this number is kept here" in row for row in seen_as((h,)))


def test_the_formula_of_the_cursor_takes_the_place_of_the_same_one_of_the_frame():
    h = Grid(name="h", title="hidden", values=numbers(4, 4))
    same, other = Formula(symbols="h = w·x", numbers="6 = 2·3"), Formula(symbols="g = tanh(h)", numbers="1 = g")
    for symbols in ("h = w·x", "h=w·x + b"):  # the frame's may be a shorter form
        origin = Origin(formulas=(Formula(symbols=symbols, numbers="8 = 2·4"),))
        rows = seen_as((h,), "overview", formulas=(same, other), origin=origin)
        text = "\n".join(rows)
        assert "6 = 2·3" not in text and "8 = 2·4" in text and "g = tanh(h)" in text
        assert any(row.startswith(f" under the cursor: {symbols}") for row in rows)
    text = "\n".join(seen_as((h,), "overview", formulas=(same, other), origin=Origin(formulas=(same,))))
    assert text.count("6 = 2·3") == 1 and "under the cursor" not in text  # it is of that very number


def test_while_an_answer_is_awaited_the_formula_of_the_frame_stays_away():
    h = Grid(name="h", values=numbers(4, 4))
    frame = Frame(caption="", figures=(h,), formulas=(Formula(symbols="h = w·x", numbers="6 = 2·3"),))
    reading = Reading.of(next(name for name in NAMES if not load(name).notes))
    reading.cells[0, "h"] = (2, 3)
    shown = Shown(ticket=1, place=reading.place, frame=frame, frames=4, explains=frozenset({"h"}))
    origin = Origin(formulas=(Formula(symbols="h = w·x", numbers="8 = 2·4"),))
    seen, answer = Seen(), Pointed(ticket=1, figure="h", cell=(2, 3), origin=origin)
    views = (View(shown=shown), View(shown=shown, pointed=answer), View(shown=shown))
    texts = [" ".join(s.text for s in LessonView(reading, view, DARK, seen).strips(80, 23)) for view in views]
    assert ["6 = 2·3" in text for text in texts] == [True, False, False]


def test_a_figure_of_which_too_little_would_be_seen_is_named_instead():
    figures = tuple(Grid(name=name, title=f"{name}, 10x4", values=numbers(10, 4)) for name in "ABC")
    for height in (19, 23):
        rows = seen_as(figures, "overview", "A", size=(44, height))
        text = "\n".join(rows)
        assert "A, 10x4" in text and "B, C below: PgDn" in text and "B, 10x4" not in text and "PgDn" in rows[0]
    assert "B, 10x4" in "\n".join(seen_as(figures, "overview", "A", size=(44, 30)))


def test_an_input_says_that_it_is_given_and_whose_the_formula_is():
    h = Grid(name="h", title="pixels", values=numbers(4, 4), edits="image", about="About it.")
    rows = seen_as((h,), formulas=(Formula(symbols="y = w·x", numbers="1 = 1·1"),))
    at = next(k for k, row in enumerate(rows) if "y = w·x" in row)
    assert rows[at - 1].strip() == "given: + and - change it; this frame:" and "the number" not in rows[0]
    assert any("About it." in row for row in rows)


def test_parts_have_short_titles_and_what_was_done_is_not_advised():
    x = Grid(name="x", title="Q = W·X / √d_k, T x d_k = 11x4", values=numbers(10, 10))
    h = Grid(name="h", title="hidden, 4x4", values=numbers(14, 12), about="Put the cursor on a number.")
    origin = Origin(formulas=(MANY,), cells={"x": ((2, 3),)})
    rows = seen_as((x, h), origin=origin, size=(80, 25))
    text = "\n".join(rows)
    assert "Q" in text and "11x4" not in text and "Put the cursor" not in text and "› the number" in rows[0]


def test_the_heading_rather_names_the_scene_than_the_figure():
    reading = Reading.of("weight-sharing")
    for width in (60, 80, 160):
        text = heading(reading, "a figure with quite a long title, 28x28", "part", "", "", width, DARK).text
        assert reading.at.title in text and ("quite a long" not in text or text.count("›") == 2)


def test_what_has_no_numbers_quietly_stays_at_the_second_depth():
    ladder = Ladder(name="h", title="model", boxes=(Box(name="stem"),), about="What it is.")
    text = "\n".join(seen_as((ladder,)))
    assert "What it is." in text and "formula" not in text and "the number" not in text


def test_a_long_sum_is_shortened_in_its_middle_and_keeps_its_result():
    short = shortened(MANY.numbers, 60)
    assert short.startswith("h[2,3] = 0.10·0.89 + 0.11·0.88") and short.endswith("… + 0.45·0.54 = 12.345")
    assert len(short) <= 58
    assert shortened("y = 1 + 2 = 3", 60) == "y = 1 + 2 = 3"
    assert shortened("f(a + b, " + "c" * 80 + ") = 4", 40).endswith("… = 4")


@pytest.mark.parametrize("most", (1, 2, 3, 6, 20))
def test_origins_take_the_lines_they_are_given_and_never_lose_the_result(most):
    rows = [strip.text.strip() for strip in origin_rows((MANY,), DARK, 78, most)]
    assert len(rows) <= most and rows[-1].endswith("= 12.345")


def test_blank_lines_of_the_body_go_to_a_long_origin():
    h = Grid(name="h", title="hidden", values=numbers(3, 10))
    text = " ".join(" ".join(seen_as((h,), "overview", origin=Origin(formulas=(MANY,)))).split())
    assert TERMS in text and "= 12.345" in text


def test_what_is_right_comes_before_what_the_notes_say_and_is_never_split():
    lesson = load("convolution")
    note = next(note for note in lesson.notes if len(note.right) > 80)
    whole = Notes.of(lesson, (note.id,), 79, DARK)
    for room in range(8):
        text = " ".join(" ".join(strip.text for strip in whole.rows(room)).split())
        assert len(whole.rows(room)) <= room
        if text:
            assert text.startswith(f"{note.id}: {note.right}")
            assert text.endswith((note.right, f"(the notes: “{note.said}”)"))
    assert note.said in " ".join(strip.text for strip in Notes.of(lesson, (note.id,), 500, DARK).rows(1))


def test_the_page_of_facts_begins_with_what_the_notes_should_say():
    lesson = load("convolution")
    texts = [strip.text for strip in facts_page(lesson, (), 200, DARK)]
    first = next(k for k, text in enumerate(texts) if lesson.notes[0].right[:40] in text)
    assert first < next(k for k, text in enumerate(texts) if "claim" in text)


def frame_of(values, text="1 = 1", **more):
    x = Grid(name="x", title="image", values=numbers(8, 8))
    y = Grid(name="y", title="output", values=values, reach=(-3.5, 3.5), **more)
    return Frame(caption="", figures=(x, y), formulas=(Formula(symbols="y = x", numbers=text),))


@pytest.mark.parametrize("size", ((98, 15), (153, 48)))
def test_figures_and_formulas_stand_still_while_frames_are_stepped(size):
    small, large = np.full((6, 6), np.nan), numbers(6, 6)
    small[0, 0] = 1
    first = arrange(frame_of(large), DARK, *size)
    second = arrange(frame_of(small), DARK, *size, first)
    third = arrange(frame_of(large, "2 = 2"), DARK, *size, second)
    assert first.places == second.places == third.places and first.zooms == third.zooms
    assert (first.formulas.x, first.formulas.y) == (third.formulas.x, third.formulas.y)
    assert third.height <= size[1]


def test_figures_are_arranged_anew_where_they_would_be_cut_or_are_others():
    size = (78, 15)
    before = arrange(frame_of(numbers(3, 3)), DARK, *size)
    for frame in (frame_of(numbers(6, 6)), frame_of(numbers(3, 3), join="→"), Frame(caption="", figures=())):
        assert arrange(frame, DARK, *size, before).places == arrange(frame, DARK, *size).places


def fact(holds=True, claim="the kernel is used unflipped", computed: object = 2.5, expected: object = 2.5):
    made = Fact(lesson="convolution", id="D1", claim=claim, computed=computed, expected=expected, holds=holds)
    return Proved(ticket=1, index=0, count=1, fact=made)


def texts_of(facts, width=79, most=1):
    return [strip.text.rstrip() for strip in fact_line(facts, ("D1",), "", width, DARK, most)]


def test_of_a_fact_that_holds_the_claim_is_whole_and_what_was_expected_is_left_out():
    assert texts_of((fact(),)) == [" ✓ D1 the kernel is used unflipped: 2.5" + " " * 35 + "1/1"]
    long = "c" * 60
    (row,) = texts_of((fact(claim=long, computed="x" * 30, expected="x" * 30),))
    assert long in row and "x" not in row and row.endswith(" 1/1")


def test_a_fact_that_fails_takes_a_second_line_for_its_numbers_if_there_is_one():
    bad = fact(False, claim="c" * 60, computed=1, expected=2)
    rows = texts_of((bad,), most=2)
    assert "c" * 60 in rows[0] and rows[1].strip() == "computed 1, expected 2"
    (row,) = texts_of((bad,))
    assert row.startswith(" ✗ D1 ccc") and "computed 1, expected 2" in row
    assert len(texts_of((fact(False, computed=1, expected=2),), most=2)) == 1


@pytest.mark.parametrize("width", (40, 60, 80, 120))
def test_the_heading_keeps_the_last_place_and_the_counter(width):
    reading = Reading.of("weight-sharing")
    reading.frames = 12
    text = heading(reading, "a figure with quite a long title, 28x28", "formula", "↓ PgDn", True, width, DARK).text
    assert "1/12" in text and ("› the number" in text or width < 60) and "›  " not in text


def test_keys_of_settings_are_told_from_their_names_and_moves_are_counted():
    reading = Reading.of("gan")
    reading.go(1)
    moves = next(s for s in reading.settings if s.name == "moves")
    reading.set({"moves": "x" * 12})
    text = "\n".join(strip.text for strip in chips(reading, 80, DARK, 2))
    assert f"[{' '.join(moves.moves)}] moves 12× x" in text
    reading.choose("moves")
    assert "‹moves 12× x›" in "\n".join(strip.text for strip in chips(reading, 80, DARK, 2))


def test_too_little_room_is_told_in_a_sentence():
    h = Grid(name="h", values=numbers(4, 4))
    rows = seen_as((h,), size=(30, 6))
    assert len(rows) == 6 and "40 x 12" in " ".join(" ".join(rows).split())
