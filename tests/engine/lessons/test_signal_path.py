"""The lesson on signal paths: wrong searches, costs and bounds turn its facts red."""

from itertools import pairwise

import numpy as np
import pytest

from dlviz.engine.lessons.proofs import signal_path as proofs
from dlviz.engine.lessons.signal_path import LESSON, path_lengths
from dlviz.engine.lessons.workings import graph_paths, recurrent_gradient


def verdicts(lesson, state=None) -> dict[str, bool]:
    """Every untrained claim's words as declared, and whether it holds."""
    state = state or lesson.state()
    return {claim.says: claim.fact(lesson.name, state).holds for claim in lesson.claims if not claim.needs}


def test_all_facts_hold():
    assert all(verdicts(LESSON).values())


def test_a_dilation_off_by_one_turns_the_paths_red(monkeypatch):
    right = graph_paths.reached

    def late(way, step, token, n):
        return right(way, max(0, step - 1) if way == "dilated" else step, token, n)

    monkeypatch.setattr(graph_paths, "reached", late)
    found = verdicts(LESSON)
    assert not found["as many layers as stacks of Conv1d need; dilated: the logarithm"]
    assert not found["steps between two tokens"]


def test_swapped_costs_turn_red(monkeypatch):
    def swapped(n, d):
        return {"rnn": n * n * d, "attention": n * d * d}

    monkeypatch.setattr(proofs, "costs", swapped)
    found = verdicts(LESSON)
    assert not found["n d² against n² d products"]
    assert not found["they cost alike at n = d"]


def test_a_gradient_without_the_slope_of_tanh_turns_red(monkeypatch):
    def linear(U, driven):
        return recurrent_gradient.bound(U, len(driven))

    monkeypatch.setattr(proofs, "norms", linear)
    assert not verdicts(LESSON)["the gradient of an RNN is at most |U|^(T-1)"]


def test_a_bound_with_one_factor_too_many_turns_red(monkeypatch):
    monkeypatch.setattr(proofs, "bound", lambda U, count: 0.5 * recurrent_gradient.bound(U, count))
    assert not verdicts(LESSON)["the gradient of an RNN is at most |U|^(T-1)"]


@pytest.mark.parametrize("way", graph_paths.WAYS)
@pytest.mark.parametrize("n", [2, 3, 12])
def test_paths_begin_and_end_where_they_should(way, n):
    for target, path in enumerate(graph_paths.paths(way, n)):
        assert path[0] == 0 and path[-1] == target
        assert all(
            after in graph_paths.reached(way, step, before, n) for step, (before, after) in enumerate(pairwise(path))
        )


def test_a_token_can_be_picked_as_the_other_end():
    frame = path_lengths(LESSON.state({"n": 8}))[0]
    net = frame.figures[0]
    assert net.picks(3, 0) == {"far": 4}
    assert [node.role for node in path_lengths(LESSON.state({"n": 8, "far": 4}))[3].figures[0].nodes].index(
        "asked"
    ) == 3


@pytest.mark.parametrize("gain", [0.5, 1.0, 1.5])
def test_gradients_stay_finite_and_below_their_bound(gain):
    U, driven = recurrent_gradient.weights(gain, 3)
    found = recurrent_gradient.norms(U, driven)
    assert np.isfinite(found).all()
    assert (found <= recurrent_gradient.bound(U, len(driven)) * (1 + 1e-9)).all()


@pytest.mark.parametrize("preset", [preset.name for preset in LESSON.presets])
def test_presets_show_true_facts(preset):
    assert all(verdicts(LESSON, LESSON.parse([], preset=preset)).values())
