"""The parts of the monitor that know no widget: tree, roster, sight, sessions, arrangement."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlviz.engine.runs.run import Run
from dlviz.tui.watch import sessions
from dlviz.tui.watch.arrangement import Splits, arrange
from dlviz.tui.watch.roster import FIRST, Roster
from dlviz.tui.watch.sight import Sight
from dlviz.tui.watch.tree import rows

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def _runs(count: int) -> list[Run]:
    made = []
    for k in range(count):
        run = Run(f"run{k}", f"/runs/run{k}")
        run.started = float(k + 1)
        run.one("loss").append(0, 0.0, 1.0)
        made.append(run)
    return made


def test_a_tree_joins_only_children_to_their_parents() -> None:
    found = rows(["a/b/one", "a/b/two", "c/d/three", "four"])
    assert [(r.depth, r.label, r.leaf, r.count) for r in found] == [
        (0, "a/b/", None, 2),
        (1, "one", 0, 0),
        (1, "two", 1, 0),
        (0, "c/d/three", 2, 0),
        (0, "four", 3, 0),
    ]


def test_a_folded_branch_hides_what_is_below() -> None:
    found = rows(["a/one", "a/two", "b"], folded={"a/"})
    assert [(r.label, r.open) for r in found] == [("a/", False), ("b", True)]


@given(st.lists(st.lists(st.sampled_from(["a", "b", "", "x/y"]), min_size=1, max_size=4).map("/".join), max_size=12))
def test_every_name_is_one_leaf(names: list[str]) -> None:
    assert sorted(r.leaf for r in rows(names) if r.leaf is not None) == list(range(len(names)))


def test_the_newest_eight_are_shown_and_slots_never_change() -> None:
    roster, sight, runs = Roster(), Sight(), _runs(10)
    members = roster.update(runs, sight, lambda run: True)
    assert [m.name for m in members][:2] == ["run9", "run8"]
    assert sum(m.shown for m in members) == FIRST and not members[-1].shown
    slots = {m.name: m.slot for m in members}
    runs += _runs(12)[10:]
    again = {m.name: m for m in roster.update(runs, sight, lambda run: run.name in ("run3", "run11"))}
    assert set(again) == {"run3", "run11"} and again["run3"].slot == slots["run3"]
    assert again["run11"].slot not in slots.values()


def test_a_choice_is_never_overridden_by_new_runs() -> None:
    roster, sight, runs = Roster(), Sight(shown={"/runs/run0": True, "/runs/run1": False}), _runs(2)
    for more in (2, 30):
        members = {m.name: m.shown for m in roster.update(_runs(more)[len(runs) :] + runs, sight, lambda run: True)}
        assert members["run0"] and not members["run1"]


def test_runs_of_one_name_are_told_apart() -> None:
    one, two = Run("x", "/a/x"), Run("x", "/b/x")
    assert [m.name for m in Roster().update([one, two], Sight(), lambda run: True)] == ["x", "x #2"]


@given(st.dictionaries(st.sampled_from([*Sight().document(), "other"]), JSON, max_size=8))
def test_any_document_gives_a_sight_and_a_sight_survives_its_document(document: dict[str, object]) -> None:
    sight = Sight.of(document)
    assert Sight.of(json.loads(json.dumps(sight.document()))).key() == sight.key()
    hash(sight.key())


def test_a_session_is_kept_for_each_set_of_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    one, other = sessions.file_of(["/a", "/b"]), sessions.file_of(["/a"])
    assert one == sessions.file_of(["/b", "/a"]) != other
    sight = Sight(shown={"/a/x": False}, weight=0.9, window=(1.0, 5.0), limits={"loss": (None, 2.0)})
    sessions.save(one, sight)
    assert sessions.load(one).key() == sight.key()
    assert sessions.load(other).key() == Sight().key()
    for bad in (b"", b"[1]", b"{" * 10_000, b"\xff"):
        one.write_bytes(bad)
        assert sessions.load(one).key() == Sight().key()


@given(
    st.integers(20, 250),
    st.integers(8, 80),
    st.sampled_from(["runs", "charts", "table", "console"]),
    st.sampled_from(["", "table", "console"]),
    st.booleans(),
    st.floats(0, 1),
)
def test_panes_fill_the_room_and_never_overlap(
    width: int, height: int, focus: str, lower: str, sidebar: bool, share: float
) -> None:
    if focus not in ("runs", "charts"):
        lower = focus
    splits = Splits().moved("side", share).moved("upper", -share)
    places = arrange(width, height, focus, lower, sidebar, splits)
    assert focus in places
    assert sum(region.area for region in places.values()) == width * height
    cells = {(x, y) for r in places.values() for x in range(r.x, r.right) for y in range(r.y, r.bottom)}
    assert len(cells) == width * height
