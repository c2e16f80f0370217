"""Classifying nodes: what is learned from, what is measured, what is recorded."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from dlviz.engine.data import blocks, karate
from dlviz.engine.data.graph import Graph
from dlviz.engine.models.gcn import Gcn
from dlviz.engine.objectives.nodes import Nodes
from dlviz.engine.recipes.gcn import GcnOptions

CPU = torch.device("cpu")


def _objective(data: Graph, seed: int = 0, **options: object) -> Nodes:
    chosen = GcnOptions(**options)  # type: ignore[arg-type]
    torch.manual_seed(seed)
    return Nodes(Nodes.build(Gcn, chosen, data), data, chosen, seed, CPU)


def _train(objective: Nodes, steps: int) -> list[dict[str, float]]:
    return [objective.step(k, k / steps) for k in range(steps)]


@pytest.fixture(scope="module")
def sbm() -> Graph:
    return blocks.load(blocks.BlockOptions(nodes=60, within=0.3, between=0.02, classes=3), 0)


def test_two_labels_split_the_club() -> None:
    """Of 34 members only two are known; without edges nothing can be known of the others."""
    objective = _objective(karate.load())
    values = _train(objective, 100)
    assert values[-1]["loss/train"] < 0.1 < values[0]["loss/train"]
    assert objective.test()["test_accuracy"] >= 0.9
    assert objective.validate() == {}


def test_the_loss_is_of_the_known_nodes_alone(sbm: Graph) -> None:
    objective = _objective(sbm, dropout=0.0)
    x, a = objective.inputs("train", 0)
    first = int(np.flatnonzero(sbm.known)[0])
    order = [first, *(k for k in range(60) if k != first)]
    known = torch.from_numpy(sbm.known[order])
    expected = F.cross_entropy(objective.model(x, a)[known], torch.from_numpy(sbm.labels[order])[known])
    assert objective.step(0, 0.0)["loss/train"] == pytest.approx(expected.item(), rel=1e-5)


def test_labels_that_are_not_known_change_nothing(sbm: Graph) -> None:
    """The strictest test that nothing leaks: other labels for all but the known nodes, the same training."""
    other = blocks.load(blocks.BlockOptions(nodes=60, within=0.3, between=0.02, classes=3), 0)
    hidden = ~other.known
    other.labels[hidden] = (other.labels[hidden] + 1) % 3
    losses = [[v["loss/train"] for v in _train(_objective(data), 10)] for data in (sbm, other)]
    assert losses[0] == losses[1]
    one, two = (_objective(data) for data in (sbm, other))
    assert one.test()["test_loss"] != two.test()["test_loss"]


def test_what_is_measured(sbm: Graph) -> None:
    objective = _objective(sbm)
    _train(objective, 5)
    model = objective.model.eval()
    x, a = objective.inputs("train", 0)
    first = int(np.flatnonzero(sbm.known)[0])
    back = np.argsort([first, *(k for k in range(60) if k != first)])
    with torch.no_grad():
        logits = model(x, a)[torch.from_numpy(back)]
    model.train()
    before = torch.get_rng_state()
    for split, rows, found in (
        ("test", ~(sbm.known | sbm.held), objective.test()),
        ("val", sbm.held, objective.validate()),
    ):
        y = torch.from_numpy(sbm.labels[rows])
        expected = logits[torch.from_numpy(rows)]
        accuracy, loss = (next(found[k] for k in found if part in k) for part in ("accuracy", "loss"))
        assert accuracy == pytest.approx((expected.argmax(1) == y).float().mean().item()), split
        assert loss == pytest.approx(F.cross_entropy(expected, y).item(), rel=1e-4), split
    assert list(objective.test()) == ["test_accuracy", "test_loss", "test_ece"]
    assert model.training and torch.equal(before, torch.get_rng_state())


def test_inputs_put_the_asked_nodes_first(sbm: Graph) -> None:
    objective = _objective(sbm)
    tests = np.flatnonzero(sbm.split("test"))
    x, a = objective.inputs("test", len(tests) + 2, 3)
    assert [int(row.argmax()) for row in x[:3]] == tests[2:5].tolist()
    assert sorted(int(row.argmax()) for row in x) == list(range(60))
    assert torch.equal(a, a.T)
    assert _objective(karate.load()).inputs("val", 5)[0][0].argmax() == 5, "nobody is held: anybody"


def test_the_record(sbm: Graph) -> None:
    objective = _objective(sbm, rounds=3, hidden=4)
    (record,) = objective.records()
    arrays = record.arrays
    assert record.kind == "graph" and arrays["hidden"].shape == (3, 60, 4)
    assert np.isfinite(arrays["hidden"][:2]).all() and np.isnan(arrays["hidden"][2, :, 3]).all()
    np.testing.assert_array_equal(arrays["hidden"][2, :, :3].argmax(1), arrays["predicted"])
    np.testing.assert_array_equal(arrays["known"], sbm.known)
    assert objective.model.training


def test_a_resumed_training_is_the_same(sbm: Graph) -> None:
    whole = [v["loss/train"] for v in _train(_objective(sbm), 8)]
    first = _objective(sbm)
    losses = [first.step(k, k / 8)["loss/train"] for k in range(4)]
    state, generator = first.state_dict(), torch.get_rng_state()
    second = _objective(sbm, seed=5)
    second.load_state_dict(state)
    torch.set_rng_state(generator)
    assert losses + [second.step(k, k / 8)["loss/train"] for k in range(4, 8)] == whole
