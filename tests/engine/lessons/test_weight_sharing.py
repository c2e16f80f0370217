"""The lesson on weight sharing: other weights somewhere, and its facts turn red."""

import numpy as np
import pytest

from dlviz.engine.lessons import weight_sharing
from dlviz.engine.lessons.weight_sharing import LESSON
from dlviz.engine.lessons.workings import graphs_shown, sharing


def verdicts(lesson, state=None) -> dict[str, bool]:
    """Every untrained claim's words as declared, and whether it holds."""
    state = state or lesson.state()
    return {claim.says: claim.fact(lesson.name, state).holds for claim in lesson.claims if not claim.needs}


def test_all_facts_hold():
    assert all(verdicts(LESSON).values())


def test_a_transposed_kernel_turns_red(monkeypatch):
    right = sharing.convolved
    monkeypatch.setattr(weight_sharing, "convolved", lambda x, kernel, bias: right(x, kernel.T, bias))
    assert not verdicts(LESSON)["10 parameters, whatever the size of the image"]


def test_a_transposed_recurrent_matrix_turns_red(monkeypatch):
    right = sharing.unrolled
    monkeypatch.setattr(weight_sharing, "unrolled", lambda x, W, U, b: right(x, W, U.T, b))
    assert not verdicts(LESSON)["32 parameters (PyTorch: 36) for any T"]


def test_a_second_bias_turns_the_count_red(monkeypatch):
    monkeypatch.setattr(weight_sharing, "parameters_rnn", lambda biases=1: 36)
    assert not verdicts(LESSON)["the known numbers of parameters"]


def test_messages_without_self_loops_turn_red(monkeypatch):
    def no_loops(a):
        root = 1 / np.sqrt(a.sum(1))
        return root[:, None] * a * root[None, :]

    monkeypatch.setattr(sharing, "propagation", no_loops)
    assert not verdicts(LESSON)["16 parameters for any number of nodes"]


def test_a_layer_that_sees_the_numbering_turns_red(monkeypatch):
    right = sharing.graph_layer

    def numbered(x, a, W, b):
        return right(x, a, W, b) + 0.1 * np.arange(len(x))[:, None]

    monkeypatch.setattr(graphs_shown, "graph_layer", numbered)
    assert not verdicts(LESSON)["reordered nodes give reordered outputs"]


def test_a_field_one_round_behind_turns_red(monkeypatch):
    right = sharing.field
    monkeypatch.setattr(graphs_shown, "field", lambda a, node, count: right(a, node, max(0, count - 1)))
    assert not verdicts(LESSON)["k rounds reach the k-hop neighbourhood"]


@pytest.mark.parametrize("steps", [1, 2, 9, 50])
def test_every_length_can_be_stepped_through(steps):
    frames = weight_sharing.time(LESSON.state({"T": steps}))
    assert len(frames) == steps + 1
    for k in (0, steps // 2, steps - 1, steps):
        frame = frames[k]
        for figure in frame.figures:
            if figure.origin is not None:
                origin = figure.origin(*figure.cursor)
                names = {other.name: other for other in frame.figures}
                for name, cells in origin.cells.items():
                    rows, columns = np.shape(names[name].values)
                    assert all(0 <= row < rows and 0 <= column < columns for row, column in cells)


def test_the_origin_of_a_state_is_what_stands_beside_it():
    frames = weight_sharing.time(LESSON.state({"T": 12}))
    held = next(figure for figure in frames[10].figures if figure.name == "states")
    assert held.title == "h11"
    cells = held.origin(1, 0).cells
    assert cells["before"] == ((0, 0), (1, 0), (2, 0), (3, 0))
    assert cells["x"] == ((0, 0), (1, 0), (2, 0)) and cells["b"] == ((1, 0),)


def test_a_patch_one_pixel_off_turns_red(monkeypatch):
    right = weight_sharing._patch
    monkeypatch.setattr(weight_sharing, "_patch", lambda x, kernel, row, column: right(x, kernel, row, column - 1))
    assert not verdicts(LESSON)["10 parameters, whatever the size of the image"]


def test_a_dense_count_that_does_not_grow_turns_red(monkeypatch):
    right = sharing.dense_parameters
    monkeypatch.setattr(graphs_shown, "dense_parameters", lambda inputs, outputs: right(inputs, 4))
    assert not verdicts(LESSON)["16 parameters for any number of nodes"]


def test_rounds_of_another_graph_turn_red(monkeypatch):
    right = sharing.rounds
    monkeypatch.setattr(graphs_shown, "rounds", lambda x, a, count: right(x, a.T * 2, count))
    assert not verdicts(LESSON)["k rounds reach the k-hop neighbourhood"]


@pytest.mark.parametrize("ring", [False, True])
@pytest.mark.parametrize("order", [0, 1, 99])
def test_graphs_hold_in_any_order(ring, order):
    state = LESSON.state({"ring": ring, "order": order, "node": "E"})
    assert all(verdicts(LESSON, state).values())
    assert len(graphs_shown.neighbourhoods(state)) == 5


def test_cursor_on_a_node_lets_it_listen():
    net = graphs_shown.neighbourhoods(LESSON.state())[1].figures[0]
    assert net.picks(3, 0) == {"node": "D"}
