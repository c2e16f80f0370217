"""Marks of grids: frames around runs of cells, and tints that no mark and no cursor changes."""

import numpy as np

from dlviz.engine.lessons.kit.figures import Grid, Tokens
from dlviz.tui.lessons.draw import figure as figures
from dlviz.tui.lessons.draw import grid
from dlviz.tui.lessons.draw.look import Look
from dlviz.tui.render.palette import ANSI16_DARK, DARK, LIGHT, PLAIN


def texts(figure, ink=DARK, width=60, height=14, **look):
    return [strip.text for strip in figures.draw(figure, Look(ink, **look), width, height)]


def test_a_marked_row_keeps_its_last_number():
    values = np.round(np.arange(8.0).reshape(2, 4) / 10 - 0.5, 1)
    figure = Grid(name="g", values=values, marks={"target": tuple((1, k) for k in range(4))})
    wide = figures.smallest(figure, PLAIN, 60)[0]
    assert texts(figure, PLAIN, wide, 2)[1].split()[-1] == "0.2"
    wide += 1
    rows = texts(figure, PLAIN, wide, 2)
    assert rows[1].lstrip(">").rstrip("<").split() == ["-0.1", "0", "0.1", "0.2"] and "…" not in rows[1]
    assert rows[1].count(">") == rows[1].count("<") == 1 and ">" not in rows[0]
    coloured = figures.draw(figure, Look(DARK), wide, 2)
    assert coloured[1].text.startswith("▐") and coloured[1].text.endswith("▌")


def ground(figure, text, ink=DARK, **look):
    """The ground under a number."""
    strips = figures.draw(figure, Look(ink, **look), 60, 12)
    return next(s.style.bgcolor for strip in strips for s in strip if text in s.text)


def test_no_mark_and_no_cursor_changes_the_tint_of_a_number():
    values = [[0.9, 2.9, -1.9], [0.4, 1.3, -0.7]]
    plain = Grid(name="g", values=values)
    for ink in (DARK, LIGHT):
        for mark in ("window", "source", "target", "focus", "winner"):
            marked = Grid(name="g", values=values, marks={mark: ((0, 1),)})
            for text in ("0.9", "2.9", "-1.9", "-0.7"):
                assert ground(marked, text, ink) == ground(plain, text, ink)
        look = {"cursor": (0, 1), "focused": True, "sources": frozenset({(1, 0)})}
        assert all(ground(plain, text, ink, **look) == ground(plain, text, ink) for text in ("2.9", "0.4"))


def test_rows_of_shades_are_marked_at_their_ends():
    values = np.sin(np.arange(320.0)).reshape(10, 32)
    plain = Grid(name="g", values=values, shows="shades", row_labels=[f"t{k}" for k in range(10)])
    marked = Grid(name="g", values=values, shows="shades", row_labels=plain.row_labels,
                  marks={"target": tuple((4, k) for k in range(32))})  # fmt: skip
    before, after = (figures.draw(each, Look(DARK), 78, 11)[4] for each in (plain, marked))
    shades = [[s.style.bgcolor for s in strip for _ in s.text] for strip in (before, after)]
    assert shades[0][:67] == shades[1][:67] and after.text.strip().startswith("t4 ▐") and after.text.rstrip()[-1] == "▌"
    assert next(s.style.color.name for s in after if "t4" in s.text) == DARK.accent


def test_pixels_are_marked_beside_and_keep_their_colour():
    values = np.sin(np.arange(400.0)).reshape(20, 20)
    cells = tuple((r, c) for r in (4, 5) for c in range(3, 9))
    figures_ = [Grid(name="g", values=values, shows="shades", marks=marks) for marks in ({}, {"window": cells})]
    before, after = (figures.draw(each, Look(DARK, zoom=0), 20, 11)[2] for each in figures_)
    assert after.text[2] == "▐" and after.text[9] == "▌"
    colours = [[(s.style.color, s.style.bgcolor) for s in strip for _ in s.text] for strip in (before, after)]
    assert colours[0][3:9] == colours[1][3:9]


def test_the_sign_of_a_winner_stands_before_its_digits():
    values = np.array([[0.5, 2.9], [10.1, 0.0]])
    marks = {"winner": ((0, 1), (1, 0)), "window": ((0, 0), (0, 1))}
    for ink in (DARK, PLAIN):
        for zoom in (1, 2, 4):
            figure = Grid(name="g", values=values, marks=marks)
            told = " ".join(texts(figure, ink, *grid.exact(figure, ink, zoom), zoom=zoom))
            assert "*2.9" in told and "*10.1" in told


def test_the_winner_has_a_sign_and_keeps_its_ground():
    values = [[0.1, 0.2], [0.3, 0.9]]
    marked = figures.draw(Grid(name="g", values=values, marks={"winner": ((1, 1),)}), Look(DARK), 20, 2)
    plain = figures.draw(Grid(name="g", values=values), Look(DARK), 20, 2)
    assert "*" in marked[1].text and "*" not in marked[0].text
    own = next(s.style for s in marked[1] if "0.9" in s.text)
    assert own.bold and own.underline
    assert own.bgcolor == next(s.style for s in plain[1] if "0.9" in s.text).bgcolor


def test_few_shades_have_a_scale_of_their_own_where_a_fixed_one_tells_nothing_apart():
    values = np.linspace(0, 0.63, 64).reshape(8, 8)
    figure = Grid(name="g", values=values, shows="shades", reach=(-2.5, 2.5), signed=False, scope="fixed")
    rows = texts(figure, ANSI16_DARK, 40, 9)
    assert len({char for row in rows[:8] for char in row.strip()}) > 3 and "this map alone" in rows[8]
    assert "0.63" in rows[8] and "fixed" in texts(figure, DARK, 40, 9)[8]
    wide = Grid(name="g", values=values * 5, shows="shades", reach=(-2.5, 2.5), signed=False, scope="fixed")
    assert "fixed" in texts(wide, ANSI16_DARK, 40, 9)[8]


def test_the_token_in_the_focus_keeps_the_tint_of_its_weight():
    base = {"name": "t", "tokens": ["the", "cat", "mat"], "weights": [0.1, 0.6, 0.3]}
    for figure, look in ((Tokens(**base, focus=2), {}), (Tokens(**base), {"cursor": (0, 2), "focused": True})):
        assert ground(figure, "mat", **look) == ground(Tokens(**base), "mat")
        drawn = "".join(texts(figure, **look))
        assert "▐mat▌" in drawn and drawn.count("▌") == 1
