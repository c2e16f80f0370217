"""Replaying moves: what was played is not played again, and a replay that nobody wants any more is given up."""

import numpy as np
import pytest

from dlviz.engine.lessons.kit.wanting import Abandoned, while_wanted
from dlviz.engine.lessons.trainings.ring_game import Game, Rules
from dlviz.engine.lessons.trainings.ring_replay import Replays

RULES = Rules(recipe="stable", seed=4)


@pytest.fixture
def halves(monkeypatch):
    """The half-steps that are played, one after the other."""
    played = []
    true = Game.half

    def half(game, side):
        played.append(side)
        return true(game, side)

    monkeypatch.setattr(Game, "half", half)
    return played


def test_one_move_more_or_less_costs_that_move(halves):
    replays = Replays()
    replays.replay(RULES, "xxx")
    assert len(halves) == 150
    replays.replay(RULES, "xx"), replays.replay(RULES, "x"), replays.replay(RULES, "xxd")
    assert len(halves) == 151
    replays.replay(RULES, "d" * 60)
    assert len(halves) == 211
    replays.replay(RULES, "d" * 52)
    assert len(halves) == 213  # from the one after 50


def test_what_is_given_up_goes_on_where_it_was_and_comes_to_the_same(halves):
    replays, wanted = Replays(), iter([True, True, False])
    with pytest.raises(Abandoned), while_wanted(lambda: next(wanted)):
        replays.replay(RULES, "xxxx")
    assert len(halves) == 100
    resumed = replays.replay(RULES, "xxxx")
    assert len(halves) == 200
    straight = Replays().replay(RULES, "xxxx")
    assert np.array_equal(resumed.view.fake, straight.view.fake) and resumed.losses == straight.losses


def test_the_next_half_steps_are_tried_only_when_they_are_asked_for(halves):
    replays = Replays()
    found = replays.replay(RULES, "m")
    assert len(halves) == 2
    before = replays.replay(RULES, "md")  # another state since
    assert found.halves["d"].loss == before.losses[-1][1]
