"""What drawings tell is true and whole: values read off curves, columns that stay, signs of series, marks, ticks."""

import numpy as np
import pytest

from dlviz.engine.lessons.kit.figures import Bars, Box, Curves, Grid, Ladder, Plane, Table, Tokens
from dlviz.tui.lessons.draw import figure as figures
from dlviz.tui.lessons.draw import grid
from dlviz.tui.lessons.draw.curve_keys import read_at
from dlviz.tui.lessons.draw.look import Look
from dlviz.tui.lessons.draw.numbers import alike, percent
from dlviz.tui.lessons.draw.plane_keys import colours, signs
from dlviz.tui.render.palette import DARK, PLAIN


def texts(figure, ink=DARK, width=60, height=14, **look):
    return [strip.text for strip in figures.draw(figure, Look(ink, **look), width, height)]


def test_between_samples_a_curve_is_interpolated_and_says_so():
    x = np.array([0.1, 0.3, 0.5])
    line = Curves(name="c", x=x, lines={"y": 2 * x}, x_label="x", at=0.4)
    assert read_at(line, x, 2 * x, 0.4) == (pytest.approx(0.8), False)
    assert "y: ≈0.8" in texts(line)[-1]
    assert read_at(line, x, 2 * x, 0.3) == (pytest.approx(0.6), True)
    assert np.isnan(read_at(line, x, 2 * x, 0.6)[0]) and np.isnan(read_at(line, x, np.array([1, np.nan, 3]), 0.4)[0])
    power = Curves(name="c", x=x, lines={"y": x**2 / 8}, x_label="x", log_x=True, log_y=True, at=0.4)
    assert read_at(power, x, x**2 / 8, 0.4)[0] == pytest.approx(0.02)
    assert "≈0.02" in texts(power)[-1]
    mixed = np.array([5, 1, 3])
    assert read_at(Curves(name="c", x=mixed, lines={}, x_label="x"), mixed, 10.0 * mixed, 2)[0] == pytest.approx(20)


def test_the_axes_of_a_grid_are_whole():
    figure = Grid(name="g", values=np.eye(3), row_axis="query", column_axis="key of a token")
    for ink in (DARK, PLAIN):
        assert texts(figure, ink, figures.smallest(figure, ink, 60)[0], 5)[0].strip() == "query ↓  key of a token →"


def test_every_row_has_its_own_label_where_the_rows_fit():
    names = list("abcdefg")
    figure = Grid(name="g", values=np.ones((7, 64)), shows="shades", row_labels=names)
    for ink in (DARK, PLAIN):
        wide, tall = figures.smallest(figure, ink, 78)
        assert [row[0] for row in texts(figure, ink, wide, tall)[:7]] == names
    halved = texts(figure, DARK, 78, 5)
    assert not any(name in row for name in names for row in halved[:-1])


def test_columns_keep_their_width_while_an_output_fills():
    whole = np.array([[1.5, -12.25], [3.0, 4.0]])
    reach = (float(whole.min()), float(whole.max()))
    empty = np.full((2, 2), np.nan)
    sizes = {grid.exact(Grid(name="g", values=v, reach=reach), DARK, 2) for v in (whole, empty, np.zeros((2, 2)))}
    assert len(sizes) == 1


def test_a_large_matrix_of_zeros_is_seen_whole_in_few_lines():
    values = np.eye(36) - np.eye(36, k=6)
    figure = Grid(name="g", values=values, shows="shades")
    wide, tall = grid.exact(figure, DARK, -1)
    assert tall == 10 < grid.exact(figure, DARK, 0)[1]
    rows = texts(figure, DARK, wide, tall, zoom=-1)
    dots = sum(bin(ord(char) - 0x2800).count("1") for row in rows for char in row if "⠀" <= char <= "⣿")
    assert dots == np.count_nonzero(values) and "a dot: not 0" in rows[-1]
    hits = {figures.cell_at(figure, Look(DARK, zoom=-1), wide, tall, x, y) for x in range(wide) for y in range(tall)}
    assert (32, 34) in hits
    full = Grid(name="g", values=values + 0.5, shows="shades")
    assert any("36x36, a pixel is 2x2" in row for row in texts(full, DARK, *grid.exact(full, DARK, -1), zoom=-1))


def test_heads_that_count_go_on_where_columns_are_narrow():
    labels = [str(k) for k in range(40)]
    figure = Grid(name="g", values=np.zeros((2, 40)), shows="shades", column_labels=labels, row_labels=["a", "b"])
    head = texts(figure, DARK, 44, 4)[0]
    assert head.split()[-1] == "35" and all(head[2 + int(text) :].startswith(text) for text in head.split())


def test_series_differ_in_more_than_colour():
    x = np.arange(60.0)
    curves = Curves(name="c", x=x, lines={"a": x * 0 + 1, "b": x * 0 + 2}, x_label="x")
    rows = texts(curves, DARK, 60, 12)
    drawn = [row.partition("│")[2].strip() for row in rows[:-2] if sum(char > "⠀" for char in row) > 20]
    assert len(drawn) == 2 and " " in drawn[0] and " " not in drawn[1]
    assert "━━ a" in rows[-1] and "╍╍ b" in rows[-1]
    points = np.random.default_rng(0).normal(size=(50, 2))
    plane = Plane(name="p", extent=(-3, 3, -3, 3), points={"real": points, "generated": points + 0.5})
    assert signs(plane, DARK) == {"real": "⠶", "generated": "×"} and any("×" in row for row in texts(plane)[:-1])


def test_groups_named_by_one_character_are_their_own_legend():
    digits = {str(k): [[k / 10, 0.5]] for k in range(10)}
    rows = texts(Plane(name="p", extent=(-0.1, 1.1, 0, 1), points=digits), DARK, 40, 10)
    assert sum(all(str(k) in row for k in range(10)) for row in rows) == 1 and "●" not in "".join(rows)


def test_arrows_have_the_colours_of_their_groups_and_a_legend():
    ends = np.array([[0.5, 0.5], [-0.5, 0.5]])
    base = {"name": "p", "extent": (-1, 1, -1, 1), "arrows": (np.zeros((2, 2)), ends)}
    assert "→ arrows" in texts(Plane(**base))[-1]
    plane = Plane(**base, points={"some": ends[:1], "all": ends[1:]}, arrow_groups=("some", "all"), bold="all")
    assert colours(plane, DARK)["all"] == DARK.foreground and "→● some" in texts(plane)[-1]
    heads = {s.text: s.style for strip in figures.draw(plane, Look(DARK), 60, 14) for s in strip if s.text in "↗↖"}
    assert heads["↖"].color.name == DARK.foreground and heads["↗"].color.name == colours(plane, DARK)["some"]


def test_no_entry_of_a_legend_is_cut():
    x = np.arange(5.0)
    names = ["a rather long name of a curve", "another one, which is longer still"]
    figure = Curves(name="c", x=x, lines=dict.fromkeys(names, x), x_label="a label of many words for x", at=2.0)
    rows = texts(figure, DARK, 34, 14)
    assert "…" not in "".join(rows) and all(word in " ".join(rows) for name in names for word in name.split())


def test_axes_have_two_numbers_and_say_that_they_are_logarithmic():
    figure = Curves(name="c", x=[41, 59], lines={"y": [1e-5, 1]}, x_label="x", log_x=True, log_y=True)
    rows = texts(figure, DARK, 34, 7)
    assert rows[-2].startswith("log →↑") and len(rows[-2].split()) >= 4
    assert sum(row[:6].strip() != "" for row in rows[:-2]) >= 2
    near = Curves(name="c", x=[0, 1], lines={"y": [50.0, 50.1]}, x_label="x")
    assert sum(row[:6].strip() != "" for row in texts(near, DARK, 34, 5)[:-2]) >= 2


def test_bars_up_to_a_fixed_value_keep_their_length():
    made = [Bars(name="b", labels=["a"], values=[v], high=3.0, reference=("end", 3.0)) for v in (2.5, 0.125, 0.675)]
    ends = {texts(figure, PLAIN, 40, 2)[0].index("│") for figure in made}
    assert len(ends) == 1


def test_a_share_is_0_or_100_per_cent_only_if_it_is():
    assert [percent(v) for v in (0.0, 1.0, 1e-5, 1 - 1e-6, -0.0, 0.123)] == [
        "0.0%", "100.0%", "<0.1%", ">99.9%", "0.0%", "12.3%",
    ]  # fmt: skip


def test_numbers_of_a_column_are_in_one_notation_where_it_has_room():
    assert alike([0.5, 0.0000505], 11, 4) == ["0.5", "0.0000505"]
    assert "e" in alike([0.5, 1e-12], 11, 4)[1]
    rows = texts(Table(name="t", columns=["p"], rows=[[0.25], [0.000012], [3]]), PLAIN, 30, 4)
    assert [row.strip() for row in rows[1:]] == ["0.25", "0.000012", "3"]


def test_masked_tokens_tell_no_number():
    figure = Tokens(name="t", tokens=["a", "b"], weights=[1.0, 0.0], notes=["1.00", "0.00"], dimmed=(1,))
    rows = texts(figure, DARK, 30, 3)
    assert "1.00" in rows[1] and "0.00" not in rows[1] and "╱╱" in rows[1]


def test_ladders_use_the_room():
    figure = Ladder(name="l", boxes=[Box(name=f"b{k}", share=0.5) for k in range(4)])
    wide, tall = figures.best(figure, DARK, 100, 40)
    assert tall == 12 and wide > figures.smallest(figure, DARK, 100)[0]
    rows = texts(figure, DARK, wide, tall)
    assert [row[2:4] for row in rows[::3]] == ["b0", "b1", "b2", "b3"] and rows[2].strip() == ""
