"""The lesson on signal paths: wrong searches, costs and bounds turn its facts red."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from dlviz.engine.lessons import signal_path
from dlviz.engine.lessons.signal_path import LESSON, path_lengths
from dlviz.engine.lessons.workings import costs_shown, gradients_shown, graph_paths, recurrent_gradient

from .redrawing import redraw


def verdicts(lesson, state=None) -> dict[str, bool]:
    """Every untrained claim's words as declared, and whether it holds."""
    state = state or lesson.state()
    return {claim.says: claim.fact(lesson.name, state).holds for claim in lesson.claims if not claim.needs}


STEPS = "steps from the first token to another"
BOUND = "the gradient of an RNN is at most |U|^(T-1)"
SURVIVES = "the gradient survives the distance (0.01 to 100)"
TICKS = "n steps of an RNN wait for one another, one of attention"


def test_all_facts_hold():
    assert all(verdicts(LESSON).values())


def test_a_dilation_off_by_one_turns_the_paths_red(monkeypatch):
    right = graph_paths.reached

    def late(way, step, token, n):
        return right(way, max(0, step - 1) if way == "dilated" else step, token, n)

    monkeypatch.setattr(graph_paths, "reached", late)
    found = verdicts(LESSON)
    assert not found["as many layers as stacks of Conv1d need"]
    assert not found[STEPS]


def test_distances_that_count_the_tokens_between_turn_the_paths_red(monkeypatch):
    right = signal_path.distances
    monkeypatch.setattr(signal_path, "distances", lambda way, n: [max(0, steps - 1) for steps in right(way, n)])
    assert not verdicts(LESSON)[STEPS]


def test_a_path_drawn_over_another_token_turns_red(monkeypatch):
    def shortcut(net):
        path = [edge for edge in net.edges if edge.role == "path"]
        return {"edges": [edge for edge in net.edges if edge is not path[len(path) // 2]]}

    redraw(monkeypatch, (signal_path,), "tokens", shortcut)
    assert not verdicts(LESSON)[STEPS]


def test_a_path_that_is_not_marked_turns_red(monkeypatch):
    def plain(net):
        return {"edges": [replace(edge, role="quiet") for edge in net.edges]}

    redraw(monkeypatch, (signal_path,), "tokens", plain)
    assert not verdicts(LESSON)[STEPS]


@pytest.mark.parametrize(("way", "part", "wrong"), [("rnn", "{target}", "99"), ("attention", "{steps}", "7 layers")])
def test_a_caption_of_another_target_or_count_turns_red(monkeypatch, way, part, wrong):
    monkeypatch.setitem(signal_path.STORIES, way, signal_path.STORIES[way].replace(part, wrong))
    assert not verdicts(LESSON)[STEPS]


def test_a_route_that_leaves_a_token_out_turns_red(monkeypatch):
    right = signal_path._route

    def shorter(way, n, row, column):
        found = right(way, n, row, column)
        formula = found.formulas[0]
        return replace(found, formulas=(replace(formula, numbers=formula.numbers.replace(" › 3", "")),))

    monkeypatch.setattr(signal_path, "_route", shorter)
    assert not verdicts(LESSON)[STEPS]


def test_a_token_known_too_early_turns_the_ticks_red(monkeypatch):
    redraw(monkeypatch, (signal_path,), "rnn", lambda chips: {"dimmed": chips.dimmed[1:]})
    assert not verdicts(LESSON)[TICKS]


def test_attention_that_knows_all_before_the_first_tick_turns_red(monkeypatch):
    redraw(monkeypatch, (signal_path,), "attention", lambda chips: {"dimmed": ()})
    assert not verdicts(LESSON)[TICKS]


@pytest.mark.parametrize(
    ("module", "name", "claim"),
    [
        (signal_path, "orders", STEPS),
        (costs_shown, "costs", "products of U h and of Q Kᵀ"),
        (costs_shown, "whole", "products of the whole layers, RNN and attention"),
        (gradients_shown, "numbers", BOUND),
    ],
)
def test_rows_under_each_others_names_turn_red(monkeypatch, module, name, claim):
    def crossed(table):
        pairs = zip(table.rows, list(table.rows)[::-1], strict=True)
        return {"rows": [(other[0], *row[1:]) for row, other in pairs]}

    redraw(monkeypatch, (module,), name, crossed)
    assert not verdicts(LESSON)[claim]


def test_swapped_costs_turn_red(monkeypatch):
    def swapped(n, d):
        return {"rnn": n * n * d, "attention": n * d * d}

    monkeypatch.setattr(costs_shown, "costs", swapped)
    found = verdicts(LESSON)
    assert not found["products of U h and of Q Kᵀ"]
    assert not found["Q Kᵀ and U h cost alike at n = d"]


def test_a_forgotten_product_with_the_values_turns_red(monkeypatch):
    def forgot(n, d):
        return {"rnn": 2 * n * d * d, "attention": 4 * n * d * d + n * n * d}

    monkeypatch.setattr(costs_shown, "all_costs", forgot)
    assert not verdicts(LESSON)["products of the whole layers, RNN and attention"]


def test_a_gradient_without_the_slope_of_tanh_turns_red(monkeypatch):
    def linear(U, driven):
        return recurrent_gradient.bound(U, len(driven))

    monkeypatch.setattr(gradients_shown, "norms", linear)
    assert not verdicts(LESSON)[BOUND]


def test_a_jacobian_with_the_slopes_on_the_wrong_axis_turns_red(monkeypatch):
    def wrong_axis(U, driven):
        h, product, found = np.tanh(driven[0]), np.eye(len(U)), [1.0]
        for row in driven[1:]:
            h = np.tanh(row + U @ h)
            product = ((1 - h**2)[None, :] * U) @ product
            found.append(float(np.linalg.norm(product, 2)))
        return np.array(found)

    monkeypatch.setattr(gradients_shown, "norms", wrong_axis)
    assert not verdicts(LESSON)[BOUND]


def test_a_bound_with_one_factor_too_many_turns_red(monkeypatch):
    monkeypatch.setattr(gradients_shown, "bound", lambda U, count: 0.5 * recurrent_gradient.bound(U, count))
    assert not verdicts(LESSON)[BOUND]


def test_the_caption_counts_steps_not_the_tokens_between():
    frames = path_lengths(LESSON.state())
    assert "9 steps to token 10" in frames[0].caption and "9 layers" in frames[1].caption
    assert "1 layer," in frames[3].caption
    assert path_lengths(LESSON.state({"far": 2}))[0].caption.endswith("1 step to token 2.")


@pytest.mark.parametrize(("length", "d"), [(5, 512), (64, 64), (1024, 16)])
def test_captions_of_costs_say_what_is_counted(length, d):
    state = LESSON.state({"length": length, "d": d})
    between, whole = costs_shown.work(state)
    assert "Q Kᵀ" in between.caption and "U h" in between.caption
    assert "times as much" in whole.caption and all(verdicts(LESSON, state).values())


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
def test_presets_show_true_facts_but_a_gradient_that_does_not_survive_is_red(preset):
    red = [claim for claim, holds in verdicts(LESSON, LESSON.parse([], preset=preset)).items() if not holds]
    assert red == ([SURVIVES] if preset in ("vanishing", "exploding") else [])


def test_a_gradient_that_is_read_one_step_off_turns_survival_red(monkeypatch):
    right = gradients_shown.norms
    monkeypatch.setattr(gradients_shown, "norms", lambda *parts: np.roll(right(*parts), -1))
    assert not verdicts(LESSON)[SURVIVES]


def test_without_tanh_the_gradient_explodes() -> None:
    state = LESSON.parse([], preset="exploding")
    curves, table = LESSON.scenes[4].frames(state)[0].figures
    assert curves.lines["|d h_T / d h_1|"][-1] > 1e6 and float(table.rows[0][1]) > 1e6
    held = LESSON.scenes[4].frames(state.with_values(tanh=True))[0].figures[0]
    assert held.lines["|d h_T / d h_1|"][-1] < 1
