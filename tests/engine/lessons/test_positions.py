"""The lesson `positions`: broken sinusoids turn its facts red, orders and extreme settings work."""

from typing import Any

import numpy as np
import pytest
import torch

from dlviz.engine.lessons import positions
from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.positions import LESSON
from dlviz.engine.lessons.workings import ordering, position_scenes, position_turning, sinusoids
from dlviz.engine.models.attention import Rotary

from .redrawing import redraw


def red(state: State | None = None) -> set[str]:
    """The IDs of facts that do not hold."""
    state = state or LESSON.state()
    return {fact.id for fact in (claim.fact("positions", state) for claim in LESSON.claims) if not fact.holds}


def claims(state: State | None = None) -> list[str]:
    """What the facts that do not hold say."""
    facts = [claim.fact("positions", state or LESSON.state()) for claim in LESSON.claims]
    return [fact.claim for fact in facts if not fact.holds]


def test_all_facts_hold_as_it_is() -> None:
    assert red() == set()


def test_an_exponent_off_by_one_pair_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def slower(width: int) -> Any:
        return 10_000.0 ** (-np.arange(2, width + 2, 2) / width)

    monkeypatch.setattr(sinusoids, "rates", slower)
    assert "T3" in red()
    assert any("wavelengths" in claim for claim in claims())


def test_a_rotation_the_wrong_way_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = sinusoids.rotation
    monkeypatch.setattr(sinusoids, "rotation", lambda k, width: right(k, width).T)
    assert claims() == ["PE(p+k) = R_k PE(p), a rotation"]


def test_positions_that_leak_into_the_bag_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = ordering.outputs

    def leaky(x: Any, arm: str, seed: int) -> Any:
        return right(x + 0.01 * np.arange(len(x))[:, None], arm, seed)

    monkeypatch.setattr(ordering, "outputs", leaky)
    assert red() == {"T2"}


@pytest.mark.parametrize("width", [8, 16, 512])
@pytest.mark.parametrize("offset", [0, 23])
def test_facts_hold_at_every_end(width: int, offset: int) -> None:
    state = LESSON.state({"width": width, "offset": offset, "position": 47, "shuffle": 99})
    assert red(state) == set()
    for scene in LESSON.scenes:
        assert all(frame.figures for frame in scene.frames(state))


@pytest.mark.parametrize("text", ["a", "the the the", "[/x] \x1b[31m", "mot " * 25])
def test_any_sentence_can_be_shuffled(text: str) -> None:
    state = LESSON.parse([f"text={text}"])
    assert red(state) == set()
    for scene in LESSON.scenes:
        assert all(frame.figures for frame in scene.frames(state))


def test_every_shuffle_moves_something_and_nought_moves_nothing() -> None:
    assert (ordering.order(7, 0) == np.arange(7)).all()
    for shuffle in range(1, 100):
        assert sorted(ordering.order(7, shuffle)) == list(range(7))
        assert (ordering.order(7, shuffle) != np.arange(7)).any()
        assert ordering.order(2, shuffle).tolist() == [1, 0]


def mirrored(plane: Any) -> dict[str, Any]:
    """The clock with its axes changed."""
    return {"paths": {name: [path[:, ::-1] for path in paths] for name, paths in plane.paths.items()}}


@pytest.mark.parametrize(
    ("name", "change", "ids"),
    [
        ("dots", lambda grid: {"values": grid.values[:, ::-1]}, {"T3"}),
        ("clock", mirrored, {"T3"}),
        ("R", lambda grid: {"values": grid.values.T}, {"T3"}),
        ("PE", lambda grid: {"values": grid.values[:, ::-1]}, {"T3"}),
        ("waves", lambda curves: {"lines": {"wavelength": curves.lines["wavelength"] / (2 * np.pi)}}, {"T3"}),
        ("translation", lambda table: {"rows": [["word for word", *table.rows[1][1:]], table.rows[1]]}, {"T1"}),
        ("arms", lambda table: {"rows": [[row[0], row[2], row[1], row[3]] for row in table.rows]}, {"T2"}),
        ("back", lambda grid: {"values": grid.values[::-1]}, {"T2"}),
    ],
)
def test_what_is_shown_is_what_is_proved(
    monkeypatch: pytest.MonkeyPatch, name: str, change: Any, ids: set[str]
) -> None:
    redraw(monkeypatch, (positions, position_scenes, position_turning), name, change)
    assert ids <= red()


def test_captions_of_a_sentence_that_is_not_shuffled_do_not_say_that_it_changes() -> None:
    state = LESSON.parse([], preset="in-order")
    scene = next(scene for scene in LESSON.scenes if scene.name == "bag")
    captions = [frame.caption for frame in scene.frames(state)]
    assert all("Nothing changes" in caption for caption in captions[1:3]) and "nothing changes" in captions[3]
    assert red(state) == set()


@pytest.mark.parametrize("width", [8, 16, 512])
def test_the_table_of_wavelengths_says_where_it_leaves_some_out(width: int) -> None:
    scene = next(scene for scene in LESSON.scenes if scene.name == "wavelengths")
    rows = scene.frames(LESSON.state({"width": width}))[0].figures[0].rows
    shown = [int(row[0]) for row in rows if row[0] != "…"]
    assert (len(shown) == width // 2) == ("…" not in [row[0] for row in rows])
    assert shown[0] == 0 and shown[-1] == width // 2 - 1


@pytest.mark.parametrize(("name", "wrong"), [("mean_error", lambda self: 0.0), ("error", lambda self: 0.5)])
def test_wrong_differences_in_the_table_are_noticed(monkeypatch: pytest.MonkeyPatch, name: str, wrong: Any) -> None:
    monkeypatch.setattr(ordering.Shuffled, name, property(wrong))
    assert red() == {"T2"}


@pytest.mark.parametrize(
    ("name", "change", "claim"),
    [
        ("change", lambda bars: {"labels": bars.labels[::-1]}, "0 without positions"),
        ("change", lambda bars: {"values": np.zeros_like(bars.values)}, "0 without positions"),
        ("after", lambda chips: {"notes": chips.notes[::-1]}, "0 without positions"),
        ("likeness", lambda curves: {"x": curves.x + 1}, "Σ cos"),
        ("waves", lambda curves: {"levels": {"shortest, 2π": 6.0}}, "wavelengths"),
        ("norms", lambda bars: {"reference": ("d/2", 7.0)}, "|PE(p)|²"),
        ("PE", lambda grid: {"row_labels": grid.row_labels[::-1]}, "the table is"),
    ],
)
def test_names_places_and_lines_that_are_drawn_wrong_are_noticed(
    monkeypatch: pytest.MonkeyPatch, name: str, change: Any, claim: str
) -> None:
    redraw(monkeypatch, (positions, position_scenes, position_turning), name, change)
    assert any(claim in says for says in claims())


def test_rotary_positions_that_turn_the_wrong_way_turn_red(monkeypatch):
    right = Rotary.forward

    def sheared(self, x, start=0):
        a, b = right(self, x, start).chunk(2, -1)
        return torch.cat((a + 0.1 * b, b), -1)

    (claim,) = [claim for claim in LESSON.claims if claim.says.startswith("RoPE")]
    assert claim.fact("positions", LESSON.state()).holds
    monkeypatch.setattr(Rotary, "forward", sheared)
    assert not claim.fact("positions", LESSON.state()).holds
