"""Figures as strips: goldens, every ink and size, hostile words, nothing at all, the mouse and the arrow keys."""

import numpy as np
import pytest

from dlviz.engine.lessons.kit.figures import Bars, Box, Curves, Grid, Ladder, Net, Node, Plane, Table
from dlviz.tui.lessons.draw import figure as figures
from dlviz.tui.lessons.draw.look import Look
from dlviz.tui.lessons.layout import arrange, compose
from dlviz.tui.render.palette import ANSI16_DARK, DARK, PLAIN

from .drawing import FRAMES, INKS, empty, everything, exact, golden, hostile, sliding

WIDTHS = (36, 50, 78, 118, 198)


@pytest.mark.parametrize("name", FRAMES)
def test_goldens(name):
    frame = FRAMES[name]()
    for ink, kind in ((PLAIN, "none"), (DARK, "colour")):
        page = arrange(frame, ink, 78, 15)
        looks = {f.name: Look(ink, f.cursor, f.cursor is not None) for f in frame.figures}
        strips = compose(page, frame, looks, ink, 78)
        exact(strips, 78, page.height)
        if kind == "none" or name in ("curves", "models", "words"):
            golden(f"{name}_{kind}", strips)


@pytest.mark.parametrize("ink", INKS, ids=lambda ink: f"{ink.depth}-{ink.dark}")
@pytest.mark.parametrize("width", WIDTHS)
def test_every_kind_fits_at_every_size_and_depth(ink, width):
    for frame in (*(made() for made in FRAMES.values()), hostile(), empty()):
        for height in (5, 15, 48):
            page = arrange(frame, ink, width, height)
            looks = {f.name: Look(ink, f.cursor or (0, 0), True) for f in frame.figures}
            exact(compose(page, frame, looks, ink, width), width, page.height)


@pytest.mark.parametrize("figure", everything(), ids=lambda figure: figure.name)
def test_any_room_is_filled_exactly(figure):
    for ink in (DARK, ANSI16_DARK, PLAIN):
        for width, height in ((1, 1), (7, 2), (12, 4), (30, 9), (90, 40)):
            for focused in (False, True):
                exact(figures.draw(figure, Look(ink, (1, 1), focused), width, height), width, height)


@pytest.mark.parametrize("figure", everything(), ids=lambda figure: figure.name)
def test_what_it_asks_for_is_at_most_what_there_is(figure):
    for width in WIDTHS:
        wide, tall = figures.smallest(figure, DARK, width)
        assert 0 < wide <= width and tall > 0
        wide, tall = figures.best(figure, DARK, width, 30)
        assert 0 < wide <= width and tall > 0


def test_the_cell_under_the_mouse_is_the_one_whose_number_is_there():
    values = np.arange(12).reshape(3, 4)
    figure = Grid(name="g", title="g", values=values, row_labels=["a", "b", "c"], column_labels=list("wxyz"))
    for ink in (DARK, PLAIN):
        for width, height in ((20, 6), (60, 20)):
            look = Look(ink)
            strips = figures.draw(figure, look, width, height)
            found = set()
            for y, strip in enumerate(strips):
                for x, char in enumerate(strip.text):
                    cell = figures.cell_at(figure, look, width, height, x, y)
                    if cell is not None and char.isdigit():
                        assert str(values[cell]).count(char)
                        found.add(cell)
            assert len(found) == 12


def test_shades_are_hit_where_they_are_drawn():
    values = np.zeros((16, 16))
    values[9, 12] = 1
    figure = Grid(name="g", values=values, shows="shades")
    hits = {figures.cell_at(figure, Look(DARK), 40, 9, x, y) for x in range(40) for y in range(9)}
    assert (8, 12) in hits and None in hits and (16, 0) not in hits


def test_large_numbers_fall_back_to_shades_and_say_so():
    figure = Grid(name="g", values=np.random.default_rng(0).normal(size=(36, 36)))
    texts = [strip.text for strip in figures.draw(figure, Look(DARK), 78, 22)]
    assert any("36x36: too many for numbers" in text for text in texts)
    assert any("scale: this map" in text for text in texts)
    pooled = [strip.text for strip in figures.draw(figure, Look(DARK), 30, 12)]
    assert any("a pixel is" in text for text in pooled)


def test_no_number_that_is_not_nought_reads_as_nought():
    figure = Grid(name="g", values=[[0.0001, 0, -0.0001, np.nan, -np.inf]], digits=2)
    text = figures.draw(figure, Look(PLAIN), 40, 3)[0].text
    assert text.split() == ["≈0", "0", "≈0", "·", "-∞"]


def test_marks_are_seen_without_colours():
    text = "\n".join(strip.text for strip in figures.draw(sliding().figures[0], Look(PLAIN), 40, 8))
    assert "[" in text and "]" in text and "/" in text
    output = sliding().figures[2]
    text = "\n".join(strip.text for strip in figures.draw(output, Look(PLAIN), 40, 8))
    assert ">" in text and "*" in text and "x" in text


def test_sources_stand_out():
    figure = Grid(name="g", values=[[1, 2], [3, 4]])
    for ink in INKS:
        plain = figures.draw(figure, Look(ink), 12, 3)
        marked = figures.draw(figure, Look(ink, sources=frozenset({(1, 1)})), 12, 3)
        assert list(plain[0]) == list(marked[0]) and list(plain[1]) != list(marked[1])


def test_more_bars_than_rows_show_those_around_the_cursor():
    figure = Bars(name="b", labels=[f"bar {k}" for k in range(30)], values=np.arange(30))
    texts = [strip.text for strip in figures.draw(figure, Look(PLAIN, (20, 0), True), 40, 7)]
    assert any("bar 20" in text for text in texts) and "24 more" in texts[-1]


def test_tables_keep_their_numbers_and_cut_their_words():
    figure = Table(name="t", columns=["word", "p"], rows=[["a very long word that cannot stay" * 2, 0.123456]])
    text = figures.draw(figure, Look(PLAIN), 30, 3)[1].text
    assert "0.1235" in text and "…" in text


def test_the_values_at_the_cursor_of_curves_are_read():
    x = np.arange(11.0)
    figure = Curves(name="c", x=x, lines={"square": x**2}, x_label="n", at=3.0)
    assert "square: 9" in figures.draw(figure, Look(PLAIN), 50, 8)[-1].text
    assert "square: 25" in figures.draw(figure, Look(PLAIN, (0, 5), True), 50, 8)[-1].text


def test_arrows_stay_within_the_figure():
    for figure in everything():
        cell = figure.cursor or (0, 0)
        for key in ["up", "left", "up", "left", "down", "right", "down", "right", "right", "right", "up"] * 3:
            cell = figures.moved(figure, cell, key)
            exact(figures.draw(figure, Look(DARK, cell, True), 60, 12), 60, 12)
    assert figures.moved(Grid(name="g", values=np.zeros((2, 3))), (1, 2), "right") == (1, 2)
    assert figures.moved(Grid(name="g", values=np.zeros((2, 3))), (0, 0), "down") == (1, 0)


def test_arrows_go_to_the_nearest_node_in_their_direction():
    nodes = [Node(name=name, x=x, y=y) for name, x, y in (("c", 0.5, 0), ("s", 0, 0.5), ("r", 1, 0.5), ("w", 0.5, 1))]
    net = Net(name="n", nodes=nodes)
    assert figures.moved(net, (0, 0), "left") == (1, 0) and figures.moved(net, (0, 0), "right") == (2, 0)
    assert figures.moved(net, (1, 0), "right") == (2, 0) and figures.moved(net, (3, 0), "down") == (3, 0)


def test_the_cursor_of_a_plane_moves_by_a_twentieth_and_stays_inside():
    figure = Plane(name="p", extent=(0, 2, -1, 1), at=(1.0, 0.0))
    assert figures.moved_at(figure, None, "right") == (1.1, 0.0)
    assert figures.moved_at(figure, (2.0, 1.0), "up") == (2.0, 1.0)
    hits = {figures.place_at(figure, Look(DARK), 40, 12, x, y) for x in range(40) for y in range(12)}
    places = [place for place in hits if place is not None]
    assert None in hits and all(0 <= x <= 2 and -1 <= y <= 1 for x, y in places) and len(places) > 100


def test_the_label_of_the_x_axis_takes_the_place_of_no_tick():
    x = np.linspace(0, 1, 11)
    figure = Curves(name="c", x=x, lines={"a": x}, x_label="a long name of x", y_label="loss")
    *_, axis, legend = (strip.text for strip in figures.draw(figure, Look(PLAIN), 60, 12))
    assert "0.8" in axis and "1.0" in axis and "a long name" not in axis
    assert "→ a long name of x" in legend and "↑ loss" in legend


def test_a_point_that_nothing_joins_is_seen():
    for lines in ({"a": [1.0]}, {"a": [np.nan, 2, np.nan, 3, 4]}):
        figure = Curves(name="c", x=np.arange(len(lines["a"])), lines=lines, x_label="x")
        text = "".join(strip.text for strip in figures.draw(figure, Look(DARK), 40, 8))
        assert text.count("●") == 1
    dots = Curves(name="c", x=np.arange(5), lines={"a": np.arange(5)}, x_label="x", dots=True)
    text = "".join(strip.text for strip in figures.draw(dots, Look(DARK), 40, 8)[:-1])
    assert text.count("●") == 5


def test_levels_tell_their_value_where_no_curve_hides_it():
    x = np.arange(20.0)
    figure = Curves(name="c", x=x, lines={"a": x / 19}, x_label="x", levels={"accuracy": 1.0})
    text = "\n".join(strip.text for strip in figures.draw(figure, Look(DARK), 60, 10))
    assert "accuracy 1" in text


def test_what_is_under_the_cursor_of_large_shades_stays_seen():
    figure = Grid(name="g", values=[[0.0, 1.0], [0.5, 0.2]], shows="shades")
    strips = figures.draw(figure, Look(DARK, (0, 1), True, zoom=3), 40, 9)
    plain = figures.draw(figure, Look(DARK, zoom=3), 40, 9)
    styles = {segment.style.bgcolor for segment in strips[0] if "┏" in segment.text}
    assert styles and styles <= {segment.style.bgcolor for segment in plain[0]}
    assert "┗" in strips[2].text


def test_the_column_of_the_minus_is_kept_in_signed_grids():
    sizes = [figures.smallest(Grid(name="g", values=[[1.5, v]], signed=True), DARK, 40)[0] for v in (2.5, -2.5)]
    assert sizes[0] == sizes[1]


def test_labels_and_notes_are_whole_where_there_is_room():
    long = "a label that is longer than most"
    figure = Bars(name="b", labels=[long], values=[1], notes=["and a note with more words than usual"])
    text = figures.draw(figure, Look(PLAIN), 120, 1)[0].text
    assert long in text and figure.notes[0] in text


def test_a_reference_is_not_told_twice():
    for reference, told in ((("25", 25.0), "│ 25"), (("1/3", 1 / 3), "│ 1/3 = 0.3333")):
        figure = Bars(name="b", labels=["a"], values=[1], reference=reference)
        assert figures.draw(figure, Look(PLAIN), 40, 2)[1].text.strip() == told


def test_ladders_give_up_bars_before_words():
    boxes = [Box(name="conv", shape="8x16x16", detail="sees 3x3, 80 par.", share=0.5)]
    figure = Ladder(name="l", boxes=boxes, wires=[], share_label="share")
    wide = figures.smallest(figure, DARK, 78)[0]
    text = figures.draw(figure, Look(DARK), wide - 14, 2)
    assert "sees 3x3, 80 par." in text[0].text and "share" not in text[1].text
