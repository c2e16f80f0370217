"""Signs of runs: alike in every pane, different among those that are shown together, letters without colours."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dlviz.tui.render.curve import GLYPHS
from dlviz.tui.render.palette import ANSI16_DARK, DARK, PLAIN
from dlviz.tui.watch.charts.board import Board
from dlviz.tui.watch.charts.scene import Scene
from dlviz.tui.watch.looks import LETTERS, distinct, looks, sign
from dlviz.tui.watch.roster import Member
from dlviz.tui.watch.sight import Sight

SLOTS = st.lists(st.integers(0, 200), max_size=40, unique=True)


@given(SLOTS)
def test_signs_of_what_is_shown_together_differ_as_far_as_there_are_signs(slots: list[int]) -> None:
    found = distinct(slots)
    assert [a % 8 for a in slots] == [b % 8 for b in found]  # colours stay
    signs = {sign(slot, False) for slot in found}
    if len(slots) <= len(GLYPHS):
        assert len(signs) == len(slots) and distinct(found) == found
    assert distinct(slots[::-1])[::-1] == found  # the order does not count
    if len({slot % 64 for slot in slots}) == len(slots) <= 8:
        assert len({sign(slot, True) for slot in found}) == len(slots)


def test_what_differs_already_is_left_as_it_is() -> None:
    assert distinct([0, 9]) == [0, 9]
    assert distinct(range(8)) == list(range(8)) and distinct(range(64)) == list(range(64))
    assert len({sign(slot, False) for slot in distinct([0, 15, 22, 29])}) == 4  # all four would be ●
    assert len(set(LETTERS)) == len(LETTERS) == 64


def few(make, slots, **tags) -> list[Member]:
    return [Member(make(f"r{k}", **tags), slot, f"r{k}") for k, slot in enumerate(slots)]


def test_charts_and_lists_have_one_sign_for_a_run(make) -> None:
    members = few(make, (0, 9, 18), loss=np.arange(50.0))
    for ink in (DARK, ANSI16_DARK, PLAIN):
        head = Board().draw(members, Sight(), 100, 20, ink).strips[0].text
        for member in members:
            assert f"{looks(member.slot, ink)[0]} {member.name}" in head
    rows = [strip.text for strip in Board().draw(members, Sight(), 100, 20, PLAIN).strips[2:]]
    assert [looks(member.slot, PLAIN)[0][0] for member in members] == ["A", "J", "S"]
    assert all(any(letter in row for row in rows) for letter in "AJS")  # on the curves too


def test_lines_are_dashed_only_where_another_of_the_chart_has_their_colour(make) -> None:
    scene = Scene()
    members = few(make, (0, 8, 15), loss=[1.0, 2.0])
    members[1].run.one("lone").extend_arrays(np.arange(3), np.arange(3.0), np.arange(3.0))
    scene.show(members, "step")
    assert [curve.shape for curve in scene.curves("loss", Sight())] == [0, 1, 0]
    assert [curve.shape for curve in scene.curves("lone", Sight())] == [0]
    assert [curve.shape for curve in scene.curves("lone", Sight(), plain=True)] == [0]
    assert len({curve.glyph for curve in scene.curves("loss", Sight())}) == 3
