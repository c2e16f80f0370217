"""Where things lie in drawings: levels, edges there and back, circles, points over lines, columns of tables."""

import numpy as np

from dlviz.engine.lessons.kit.figures import Curves, Edge, Grid, Net, Node, Plane, Table
from dlviz.tui.lessons.draw import figure as figures
from dlviz.tui.lessons.draw import grid
from dlviz.tui.lessons.draw.look import Look
from dlviz.tui.lessons.draw.plane_keys import colours
from dlviz.tui.render.palette import DARK, PLAIN


def texts(figure, ink=DARK, width=60, height=14, **look):
    return [strip.text for strip in figures.draw(figure, Look(ink, **look), width, height)]


def test_levels_lie_in_the_row_of_the_dots_of_their_value():
    x = np.arange(40.0)
    for rows in range(6, 22):
        figure = Curves(name="c", x=x, lines={"a": x * 0 + 0.3, "b": x / 39}, x_label="x", levels={"half": 0.3})
        drawn = texts(figure, DARK, 60, rows)[: rows - 2]
        level = [y for y, row in enumerate(drawn) if "┄" in row]
        flat = [y for y, row in enumerate(drawn) if sum("⠀" < char <= "⣿" for char in row) > 30]
        assert not level or level == flat


def test_levels_that_have_no_row_of_their_own_share_one_in_order():
    x = np.arange(60.0)
    figure = Curves(name="c", x=x, lines={"a": x / 6}, x_label="x", levels={"high": 1.4, "low": 1.3})
    rows = texts(figure, DARK, 60, 9)
    assert any("low 1.3, high 1.4" in row for row in rows)
    apart = texts(figure, DARK, 60, 60)
    at = {name: next(y for y, row in enumerate(apart) if name in row) for name in ("low 1.3", "high 1.4")}
    assert at["high 1.4"] < at["low 1.3"]


def test_edges_there_and_back_and_loops_have_their_labels():
    nodes = [Node(name="a", x=0, y=0, label="p"), Node(name="b", x=1, y=0), Node(name="c", x=0, y=1)]
    edges = [
        Edge(source=0, target=1, label="0.2"), Edge(source=1, target=0, label="0.3"),
        Edge(source=0, target=2, label="0.4"), Edge(source=2, target=0, label="0.6"),
        Edge(source=0, target=0, label="0.7"), Edge(source=1, target=2, label="0.9"),
    ]  # fmt: skip
    text = "\n".join(texts(Net(name="n", nodes=nodes, edges=edges, height=9), DARK, 70, 9))
    assert " ←0.3 0.2→ " in text and "↓0.4 0.6↑" in text and "p ↻0.7" in text and text.count("0.9") == 1


def test_a_circle_is_a_circle():
    angle = np.linspace(0, 7, 200)
    ring = np.stack([np.cos(angle), np.sin(angle)], 1)
    for extent, round_ in (((-1.2, 1.2, -1.2, 1.2), True), ((-1.2, 1.2, -3, 3), False)):
        figure = Plane(name="p", extent=extent, paths={"": [ring]})
        for width, height in ((60, 12), (30, 40), (80, 24)):
            rows = [row.partition("│")[2] for row in texts(figure, DARK, width, height) if "│" in row]
            drawn = [[x for x, char in enumerate(row) if "⠀" < char <= "⣿"] for row in rows]
            broad = max(map(max, filter(None, drawn))) - min(map(min, filter(None, drawn))) + 1
            tall = sum(map(bool, drawn))
            assert (abs(broad / tall / 2.1 - 1) < 0.3) or not round_
            assert figures.place_at(figure, Look(DARK), width, height, 7, 1) is not None


def test_points_lie_over_grids_and_arrows_of_another_colour():
    lines = [np.array([[-1, y], [1, y]]) for y in np.linspace(-1, 1, 9)]
    points = {"real": np.full((20, 2), 0.7), "generated": np.zeros((20, 2))}
    arrows = np.array([[-0.5, 0.0]]), np.array([[1.0, 0.0]])
    figure = Plane(name="p", extent=(-1, 1, -1, 1), points=points, paths={"G": lines}, arrows=arrows)
    assert any("×" in row for row in texts(figure)[:-2])
    strips = figures.draw(figure, Look(DARK), 60, 14)
    heads = [s.style.color.name for strip in strips for s in strip if "→" in s.text]
    assert heads and set(heads) == {DARK.foreground} and DARK.foreground != colours(figure, DARK)["G"]


def test_columns_of_numbers_with_commas_are_ranged_right_and_in_one_style():
    rows = [["a", 1332, "20,880"], ["b", 20880, "-"], ["c", 7, "1332"]]
    drawn = texts(Table(name="t", columns=["name", "whole", "words"], rows=rows), PLAIN, 40, 4)
    assert [row.split()[1:] for row in drawn[1:]] == [["1,332", "20,880"], ["20,880", "-"], ["7", "1,332"]]
    assert len({len(row.rstrip()) for row in drawn[1:]}) == 1
    plain = texts(Table(name="t", columns=["n"], rows=[[1332], [7]]), PLAIN, 10, 3)
    assert plain[1].strip() == "1332"


def test_names_of_columns_take_the_room_there_is():
    names = ["because", "it", "tired"]
    figure = Grid(name="g", values=np.eye(3), row_labels=names, column_labels=names)
    assert texts(figure, DARK, 60, 5, zoom=1)[0].split() == names
    shades = Grid(name="g", values=np.eye(3), shows="shades", row_labels=names, column_labels=names)
    assert texts(shades, DARK, *grid.exact(shades, DARK, 3), zoom=3)[0].split() == names
