"""Hidden states against PyTorch's own layers, gradients against other computations, graphs against dense formulas."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse.csgraph import shortest_path
from sklearn.decomposition import PCA
from torch import Tensor, nn

from dlviz.engine.data import karate
from dlviz.engine.data.load import load_data
from dlviz.engine.models.recurrent import ElmanLayer, LstmLayer
from dlviz.engine.probes.hidden.field import components, degrees, field
from dlviz.engine.probes.hidden.layout import MAJORISED, hops, layout
from dlviz.engine.probes.hidden.memory import BUDGET, DISTANCES, halving, replaced
from dlviz.engine.probes.inside import inside
from dlviz.engine.probes.requests import LookInside
from dlviz.engine.runs.run import Record
from dlviz.engine.training.job import Job
from dlviz.engine.training.trainer import Trainer

RECALL = "recall:distance=3,pairs=2,values=4,train=200"
EDGES = karate.load().edges


def made(model: str, data: str, *options: str) -> Trainer:
    torch.manual_seed(0)
    job = Job.of(model, options, data=data)
    trainer = Trainer(job, load_data(job.data, job.seed, kinds=tuple(job.entry.objectives)))
    with torch.no_grad():
        for parameter in trainer.model.parameters():  # none is zero, so that nothing is hidden behind one
            parameter.add_(0.3 * torch.randn(parameter.shape))
    return trainer


@pytest.fixture
def words(tmp_path: Path) -> str:
    path = tmp_path / "words.txt"
    path.write_text("the cat sat on the mat\nand the dog sat on the log\n\n" * 60, encoding="utf-8")
    return str(path)


def found(trainer: Trainer, **look: Any) -> dict[str, Record]:
    return {record.tag: record for record in inside(trainer, LookInside("hidden", **look)).records}


def read(trainer: Trainer, index: int = 0) -> Tensor:
    return trainer.objective.inputs("test", index)[0]


def torchs(layer: nn.Module) -> nn.Module:
    """PyTorch's layer of the same weights."""
    if isinstance(layer, LstmLayer):
        lstm = nn.LSTM(layer.input_size, layer.hidden_size, batch_first=True)
        lstm.load_state_dict(layer.state_dict())
        return lstm
    assert isinstance(layer, ElmanLayer)
    rnn = nn.RNN(layer.W.shape[1], len(layer.b), batch_first=True)
    with torch.no_grad():
        for name, value in (("weight_ih_l0", layer.W), ("weight_hh_l0", layer.U), ("bias_ih_l0", layer.b)):
            rnn.get_parameter(name).copy_(value)
        rnn.get_parameter("bias_hh_l0").zero_()
    return rnn


@pytest.mark.parametrize("model", ["rnn", "lstm"])
def test_hidden_states_are_those_of_pytorchs_layers(model: str) -> None:
    trainer = made(model, RECALL, "units=7,5", "embedding=6")
    records = found(trainer, index=3)
    assert [(r.tag, r.kind) for r in records.values()] == [
        ("hidden/layers.0", "hidden"), ("hidden/layers.1", "hidden"),
        ("memory/layers.0", "memory"), ("memory/layers.1", "memory"),
    ]  # fmt: skip
    net: Any = trainer.model
    with torch.no_grad():
        x = net.embedding(read(trainer, 3))
        for k, layer in enumerate(net.layers):
            x = torchs(layer)(x)[0]
            hidden = records[f"hidden/layers.{k}"].arrays["hidden"]
            np.testing.assert_allclose(hidden, x[0].numpy(), atol=1e-5)
    data: Any = trainer.objective.data
    assert records["hidden/layers.0"].arrays["tokens"].tolist() == [data.tokens[n] for n in read(trainer, 3)[0]]
    memory = records["memory/layers.1"].arrays
    assert str(memory["target"]) == data.classes[data.test.y[3]] and memory["known"]
    expected = F.cross_entropy(net.eval()(read(trainer, 3)), torch.tensor([int(data.test.y[3])]))
    assert float(memory["loss"]) == pytest.approx(expected.item(), rel=1e-5)


def lstm_by_hand(net: Any, tokens: Tensor, nudge: dict[tuple[str, int], Tensor]) -> dict[str, list[Tensor]]:
    """One layer, written out in double precision from the equations; `nudge` is added to a state at a token."""
    (layer,) = net.layers
    W, U, b, d = (
        p.detach().double() for p in (layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, layer.bias_hh_l0)
    )
    u = layer.hidden_size
    h = c = torch.zeros(u, dtype=torch.float64)
    kept: dict[str, list[Tensor]] = {name: [] for name in ("input", "forget", "candidate", "output", "cell", "hidden")}
    for t, x in enumerate(net.embedding.weight.detach().double()[tokens[0]]):
        z = W @ x + b + U @ h + d
        i, f, g, o = (
            part(z[k * u : (k + 1) * u]) for k, part in enumerate((torch.sigmoid,) * 2 + (torch.tanh, torch.sigmoid))
        )
        c = f * c + i * g + nudge.get(("cell", t), 0)
        h = o * torch.tanh(c) + nudge.get(("hidden", t), 0)
        for name, value in zip(kept, (i, f, g, o, c, h), strict=True):
            kept[name].append(value)
    return kept


def rnn_by_hand(net: Any, tokens: Tensor, nudge: dict[tuple[str, int], Tensor]) -> dict[str, list[Tensor]]:
    (layer,) = net.layers
    W, U, b = (p.detach().double() for p in (layer.W, layer.U, layer.b))
    h, states = torch.zeros(len(b), dtype=torch.float64), []
    for t, x in enumerate(net.embedding.weight.detach().double()[tokens[0]]):
        h = torch.tanh(W @ x + U @ h + b) + nudge.get(("hidden", t), 0)
        states.append(h)
    return {"hidden": states}


def loss_by_hand(trainer: Trainer, by_hand: Any, nudge: dict[tuple[str, int], Tensor]) -> Tensor:
    net: Any = trainer.model
    last = by_hand(net, read(trainer), nudge)["hidden"][-1]
    logits = net.head.weight.detach().double() @ last + net.head.bias.detach().double()
    data: Any = trainer.objective.data
    return F.cross_entropy(logits[None], torch.tensor([int(data.test.y[0])]))


@pytest.mark.parametrize(("model", "by_hand", "states"), [
    ("rnn", rnn_by_hand, {"hidden": "gradient"}),
    ("lstm", lstm_by_hand, {"hidden": "gradient", "cell": "cell_gradient"}),
])  # fmt: skip
def test_gradients_are_those_of_equations_written_out_and_of_finite_differences(
    model: str, by_hand: Any, states: dict[str, str]
) -> None:
    trainer = made(model, RECALL, "units=4", "embedding=3")
    memory = found(trainer)["memory/layers.0"].arrays
    t = read(trainer).shape[1]
    for state, name in states.items():
        leaves = {(state, k): torch.zeros(4, dtype=torch.float64, requires_grad=True) for k in range(t)}
        gradients = torch.autograd.grad(loss_by_hand(trainer, by_hand, leaves), list(leaves.values()))
        norms = [float(gradient.norm()) for gradient in gradients]
        np.testing.assert_allclose(memory[name], norms, rtol=1e-4)
        for k in (0, t // 2, t - 1):
            slopes = []
            for step in 1e-5 * torch.eye(4, dtype=torch.float64):
                ahead, behind = (loss_by_hand(trainer, by_hand, {(state, k): x}) for x in (step, -step))
                slopes.append((ahead - behind) / 2e-5)
            assert float(torch.stack(slopes).norm()) == pytest.approx(float(memory[name][k]), rel=1e-3)


def test_gates_are_the_equations() -> None:
    trainer = made("lstm", RECALL, "units=4", "embedding=3")
    held = found(trainer)["hidden/layers.0"].arrays
    for name, values in lstm_by_hand(trainer.model, read(trainer), {}).items():
        np.testing.assert_allclose(held[name], torch.stack(values).numpy(), atol=1e-5, err_msg=name)


@pytest.mark.parametrize("model", ["rnn", "lstm"])
def test_influence_is_that_of_reading_every_replaced_sequence_from_the_start(model: str) -> None:
    trainer = made(model, RECALL, "units=5,4", "embedding=3")
    net: Any = trainer.model
    tokens = read(trainer)
    layers = [torchs(layer) for layer in net.layers]
    records = found(trainer)

    def last(sequence: Tensor) -> list[Tensor]:
        x, ends = net.embedding(sequence), []
        for layer in layers:
            x = layer(x)[0]
            ends.append(x[:, -1])
        return ends

    with torch.no_grad():
        before = last(tokens)
        for k, memory in enumerate((records["memory/layers.0"], records["memory/layers.1"])):
            vocabulary = net.embedding.num_embeddings
            assert memory.arrays["at"].tolist() == list(range(tokens.shape[1]))
            assert int(memory.arrays["times"]) == vocabulary - 1, "short enough to try all"
            for place, value in zip(memory.arrays["at"], memory.arrays["influence"], strict=True):
                others = torch.tensor([n for n in range(vocabulary) if n != int(tokens[0, place])])
                changed = tokens.repeat(len(others), 1)
                changed[:, place] = others
                moved = (last(changed)[k] - before[k]).norm(dim=1) / before[k].norm()
                assert value == pytest.approx(float(moved.mean()), rel=1e-3)


def test_a_probe_changes_nothing() -> None:
    for model in ("rnn", "lstm"):
        losses = []
        for looks in (False, True):
            trainer = made(model, RECALL, "units=5", "dropout=0.3", "steps=9")
            for _ in range(3):
                trainer.objective.step(trainer.step, 0.0)
                state, generator = {k: v.clone() for k, v in trainer.model.state_dict().items()}, torch.get_rng_state()
                gradients = [None if p.grad is None else p.grad.clone() for p in trainer.model.parameters()]
                if looks:
                    found(trainer)
                assert trainer.model.training and torch.equal(generator, torch.get_rng_state())
                assert all(torch.equal(v, state[k]) for k, v in trainer.model.state_dict().items())
                for p, g in zip(trainer.model.parameters(), gradients, strict=True):
                    assert p.grad is g is None or (p.grad is not None and g is not None and torch.equal(p.grad, g))
            losses.append(trainer.objective.step(3, 0.0)["loss/train"])
        assert losses[0] == losses[1]


def test_an_lstm_that_never_forgets_outlasts_an_rnn_that_shrinks() -> None:
    """With open forget gates the gradient by the cell stays; U = I / 2 halves that by h at each step."""
    data = "recall:distance=24,pairs=2,values=4,train=200"
    rnn, lstm = made("rnn", data, "units=5"), made("lstm", data, "units=5", "forget_bias=9")
    with torch.no_grad():
        for net in (rnn.model, lstm.model):
            for name, parameter in net.named_parameters():
                if name.startswith("layers") or "embedding" in name:
                    parameter.mul_(1e-3)
        rnn.model.get_parameter("layers.0.U").copy_(torch.eye(5) / 2)
        lstm.model.get_parameter("layers.0.bias_ih_l0")[5:10] = 9.0
    shrinks, lasts = (found(trainer)["memory/layers.0"].arrays for trainer in (rnn, lstm))
    assert float(shrinks["halves"]) == pytest.approx(1.0, abs=1e-3)
    assert float(lasts["cell_halves"]) > 100
    assert shrinks["gradient"][0] / shrinks["gradient"][-1] < 1e-7
    assert lasts["cell_gradient"][0] / lasts["cell_gradient"][-1] > 0.9


def test_how_fast_it_halves() -> None:
    back = np.arange(20)[::-1]
    assert halving(3 * 0.5 ** (back / 4)) == pytest.approx(4)
    assert halving(np.ones(9)) == np.inf or halving(np.ones(9)) > 1e12
    assert halving(np.exp2(back.astype(np.float64))) == np.inf
    assert np.isnan(halving(np.array([1.0, 2.0]))) and np.isnan(halving(np.array([0.0, 0.0, np.nan, 1.0])))


@pytest.mark.parametrize("t", [1, 2, 24, 25, 128, 1000])
def test_of_long_sequences_some_tokens_are_replaced_the_last_among_them(t: int) -> None:
    at, times = replaced(t)
    assert at[-1] == t - 1 and at[0] == 0 and len(set(at.tolist())) == len(at) <= max(DISTANCES, min(t, DISTANCES))
    assert (np.diff(at) > 0).all() and times >= 1 and (times == 1 or times * int((t - at).sum()) <= BUDGET)


def test_a_text_has_its_next_token_and_ones_own_the_likeliest(words: str) -> None:
    trainer = made("lstm", words, "units=6", "embedding=4", "tokens=char", "context=12")
    net, objective = trainer.model.eval(), trainer.objective
    told = found(trainer, index=2)["memory/layers.0"].arrays
    window = objective.val.at(torch.tensor([24]))  # type: ignore[attr-defined]
    expected = F.cross_entropy(net(window[:, :-1])[:, -1], window[:, -1])
    assert told["known"] and float(told["loss"]) == pytest.approx(expected.item(), rel=1e-5)
    assert "".join(told["tokens"]) + str(told["target"]) == objective.data.val[24:37]
    own = found(trainer, text="the log\nand the mat")["memory/layers.0"].arrays
    assert "".join(own["tokens"]) == "og\nand the mat"[-12:] and not own["known"]
    tokens = torch.tensor([objective.tokenizer.encode("".join(own["tokens"]))])  # type: ignore[attr-defined]
    assert float(own["loss"]) == pytest.approx(-float(net(tokens)[0, -1].detach().log_softmax(0).max()), rel=1e-5)
    assert len(found(trainer, text="a")["hidden/layers.0"].arrays["hidden"]) == 1


@pytest.mark.parametrize(("model", "data", "look", "words"), [
    ("rnn", RECALL, {"text": "A 2 zebra"}, "no token 'zebra'"),
    ("rnn", RECALL, {"text": "  "}, "nothing to read"),
    ("gcn", "karate", {"settings": (("node", 99.0),)}, "no node '99': there are 1 to 34"),
    ("mlp", "digits", {}, "mlp holds no states"),
    ("encoder", RECALL, {}, "encoder holds no states"),
])  # fmt: skip
def test_what_cannot_be_looked_at_is_one_sentence(model: str, data: str, look: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words) as error:
        found(made(model, data), **look)
    assert "\n" not in str(error.value)


def test_characters_that_no_text_had(words: str) -> None:
    with pytest.raises(ValueError, match="has no 'X', 'é'"):
        found(made("rnn", words, "tokens=char", "context=8"), text="the Xé")


def test_tokens_that_the_user_wrote() -> None:
    told = found(made("rnn", RECALL), text="A 3  B 1 ? A")["memory/layers.0"].arrays
    assert told["tokens"].tolist() == ["A", "3", "B", "1", "?", "A"] and not told["known"]


def a_hat(edges: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    a = np.eye(n)
    a[edges[:, 0], edges[:, 1]] = a[edges[:, 1], edges[:, 0]] = 1
    root = np.diag(a.sum(1) ** -0.5)
    return np.asarray(root @ a @ root)


def test_nodes_hold_what_the_dense_formula_says() -> None:
    trainer = made("gcn", "karate", "rounds=3", "hidden=6")
    arrays = found(trainer, index=33)["graph"].arrays
    state = {name: value.double().numpy() for name, value in trainer.model.state_dict().items()}
    a, h = a_hat(EDGES, 34), np.eye(34)
    for k in (1, 2, 3):
        h = a @ h @ state[f"conv{k}.weight"] + state[f"conv{k}.bias"]
        h = np.maximum(h, 0) if k < 3 else h
        np.testing.assert_allclose(arrays["hidden"][k - 1][:, : h.shape[1]], h, atol=1e-5)
    np.testing.assert_array_equal(arrays["predicted"], h.argmax(1))
    assert int(arrays["node"]) == 33
    for k in range(4):
        np.testing.assert_allclose(arrays["field"][k], np.linalg.matrix_power(a, k)[33], atol=1e-7)
    np.testing.assert_array_equal(arrays["degree"], (a > 0).sum(1) - 1)
    named = found(trainer, settings=(("node", 34.0),))["graph"].arrays
    assert int(named["node"]) == 33, "nodes are called by their names"


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), n=st.integers(1, 15), likely=st.floats(0, 1), rounds=st.integers(0, 5))
def test_whom_a_node_hears_is_a_row_of_a_power(seed: int, n: int, likely: float, rounds: int) -> None:
    rng = np.random.default_rng(seed)
    edges = np.argwhere(np.triu(rng.random((n, n)) < likely, 1))
    node, a = seed % n, a_hat(edges, n)
    weights = field(edges, n, node, rounds)
    for k in range(rounds + 1):
        power = np.linalg.matrix_power(a, k)[node]
        np.testing.assert_allclose(weights[k], power, atol=1e-12)
        np.testing.assert_array_equal(weights[k] > 0, power > 0)
    assert degrees(edges, n).sum() == 2 * len(edges)


def test_components_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    hidden = rng.normal(size=(3, 20, 5)) @ np.diag([3, 2, 1, 0.5, 0.1])
    hidden[2, :, 2:] = np.nan
    predicted = np.arange(20) % 3
    parts, shares = components(hidden, predicted)
    for k, width in enumerate((5, 5, 2)):
        theirs = PCA(2).fit(hidden[k, :, :width])
        np.testing.assert_allclose(np.abs(parts[k]), np.abs(theirs.transform(hidden[k, :, :width])), atol=1e-5)
        np.testing.assert_allclose(shares[k], theirs.explained_variance_ratio_, rtol=1e-5)
        assert (np.cov(parts[k].T, predicted)[:2, 2] >= 0).all()
    hidden[0, 3, 1] = np.inf
    assert np.isnan(components(hidden, predicted)[0][0]).all()


def stress(places: NDArray[Any], distance: NDArray[Any]) -> float:
    pairs = np.triu_indices(len(places), 1)
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)[pairs]
    d = distance[pairs]
    scale = (apart / d).sum() / np.square(apart / d).sum()
    return float(np.square(scale * apart / d - 1).sum())


def test_places_are_like_the_distances_and_always_the_same() -> None:
    linked = np.zeros((34, 34), np.float32)
    linked[EDGES[:, 0], EDGES[:, 1]] = linked[EDGES[:, 1], EDGES[:, 0]] = 1
    distance = shortest_path(linked, unweighted=True)
    np.testing.assert_array_equal(hops(linked, np.arange(34)), distance)
    places = layout(EDGES, 34)
    np.testing.assert_array_equal(places, layout(EDGES, 34))
    assert places.min() == -1 and places.max() == 1
    assert len({tuple(place) for place in places.round(3).tolist()}) == 34
    rng = np.random.default_rng(0)
    assert stress(places, distance) < 0.5 * min(stress(rng.normal(size=(34, 2)), distance) for _ in range(20))


def test_places_of_any_graph() -> None:
    ring = np.array([(k, (k + 1) % 12) for k in range(12)])
    places = layout(np.sort(ring, 1), 12)
    angles = np.sort(np.arctan2(places[:, 1], places[:, 0]))
    np.testing.assert_allclose(np.diff(angles), np.pi / 6, atol=0.25)
    for n, edges in ((1, []), (2, []), (3, [(0, 1)]), (9, []), (MAJORISED + 1, [(k, k + 1) for k in range(MAJORISED)])):
        places = layout(np.array(edges, np.int64).reshape(-1, 2), n)
        assert places.shape == (n, 2) and np.isfinite(places).all() and np.abs(places).max(initial=0) <= 1


def test_a_record_says_its_step() -> None:
    trainer = made("gcn", "karate")
    view = inside(trainer, LookInside("hidden"))
    assert replace(view.records[0]).step == view.step == trainer.step
