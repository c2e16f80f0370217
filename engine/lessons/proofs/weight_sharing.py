"""What `weight-sharing` claims, computed by PyTorch's layers and the lab's graph convolution."""

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ...models.gcn import GraphConvolution
from ...models.gcn import propagation as normalised
from ..kit.facts import Claim, Outcome
from ..kit.fixtures import Floats, array
from ..kit.state import State
from ..weight_sharing import LESSON, dense_over, parameters_conv, parameters_rnn
from ..workings.graphs_shown import features, node_order, parameters_gcn
from ..workings.sharing import (
    INPUTS,
    UNITS,
    adjacency,
    dense_parameters,
    field,
    graph_layer,
    graph_weights,
    image,
    recurrent_weights,
    sequence,
)
from .shown import apart, figure_of, values_of


def parameters(module: nn.Module) -> int:
    """Numbers that would be trained."""
    return sum(parameter.numel() for parameter in module.parameters())


def over_space(state: State) -> Outcome:
    """One Conv2d reads images of both sizes with its ten parameters, and gives what is shown, from the same pixels."""
    conv = nn.Conv2d(1, 1, 3, padding=1, dtype=torch.float64)
    with torch.no_grad():
        conv.weight.copy_(torch.from_numpy(array(state["kernel"]))[None, None])
        conv.bias.zero_()  # type: ignore[union-attr]
    conv_of_ones = nn.Conv2d(1, 1, 3, padding=1, dtype=torch.float64)
    nn.init.ones_(conv_of_ones.weight)
    worst, right = 0.0, True
    shown: Any
    for k, n in enumerate((6, 12)):
        shown = figure_of(LESSON, "space", k, "output", state)
        x = torch.from_numpy(image(n)).requires_grad_()
        worst = max(worst, apart((shown.values, conv(x[None, None])[0, 0].detach())))
        for place in ((0, 0), (2, 3), (n - 1, n // 2)):
            (slope,) = torch.autograd.grad(conv_of_ones(x[None, None])[0, 0][place], x)
            right &= set(shown.origin(*place).cells["image"]) == {(int(r), int(c)) for r, c in slope.nonzero()}
    counted = {"conv": parameters(conv), "dense 12x12": parameters(nn.Linear(144, 144))}
    ours = {"conv": parameters_conv(), "dense 12x12": dense_parameters(144, 144)}
    rows = {row[0]: row for row in figure_of(LESSON, "space", 2, "counts", state).rows}
    right &= rows["12x12"][1:] == (counted["conv"], f"{counted['dense 12x12']:,}")
    return Outcome(ours, counted, ours == counted and right and worst <= 1e-12)


def over_time(state: State) -> Outcome:
    """nn.RNN has 36 parameters (two biases) for any T, and gives the states that are shown."""
    steps = state["T"]
    W, U, b = recurrent_weights(state.seed)
    rnn = nn.RNN(INPUTS, UNITS, dtype=torch.float64)
    with torch.no_grad():
        for name, value in (("weight_ih_l0", W), ("weight_hh_l0", U), ("bias_ih_l0", b), ("bias_hh_l0", 0 * b)):
            rnn.get_parameter(name).copy_(torch.from_numpy(np.asarray(value)))
        x = sequence(steps, state.seed)
        states, _ = rnn(torch.from_numpy(x))
    one = parameters(rnn) - rnn.get_parameter("bias_hh_l0").numel()
    worst = 0.0
    for t in range(steps):
        before = states[t - 1] if t else torch.zeros(UNITS)
        for name, held in (("states", states[t]), ("before", before), ("x", torch.from_numpy(x[t]))):
            worst = max(worst, apart((values_of(LESSON, "time", t, name, state)[:, 0], held)))
    dense = {t: parameters(nn.Linear(t * INPUTS, t * UNITS)) for t in (1, 5, 50, steps)}
    rows = {row[0]: row for row in figure_of(LESSON, "time", -1, "counts", state).rows}
    right = all(rows[t][1:] == (one, parameters(rnn), f"{count:,}") for t, count in dense.items())
    ours = {"RNN": parameters_rnn(), "PyTorch": parameters_rnn(2), f"dense T={steps}": dense_over(steps)}
    oracle = {"RNN": one, "PyTorch": parameters(rnn), f"dense T={steps}": dense[steps]}
    return Outcome(ours, oracle, ours == oracle and right and worst <= 1e-12)


def known_numbers(state: State) -> Outcome:
    """The notes' own numbers, in the tables of the three scenes."""
    fifty = state.with_values(T=50)
    space, order = (figure_of(LESSON, name, -1, "counts", state).rows for name in ("space", "order"))
    rows = {row[0]: row[1:] for row in figure_of(LESSON, "time", -1, "counts", fifty).rows}
    bars = figure_of(LESSON, "time", -1, "bars", fifty)
    ours = {"CNN": {row[1] for row in space}, "GNN": {row[1] for row in order}, "RNN": rows[5], "T=50": rows[50][2]}
    known = {"CNN": {10}, "GNN": {16}, "RNN": (32, 36, "320"), "T=50": "30,200"}
    drawn = dict(zip(bars.labels, (int(n) for n in bars.values), strict=True))
    told = {name: "/".join(map(str, found)) if name != "T=50" else found for name, found in ours.items()}
    expected = {name: "/".join(map(str, found)) if name != "T=50" else found for name, found in known.items()}
    return Outcome(told, expected, ours == known and drawn == {"RNN": 32, "PyTorch": 36, "dense": 30_200})


def over_graphs(state: State) -> Outcome:
    """The lab's graph convolution has 16 parameters for any number of nodes, and gives what is shown."""
    a, x = adjacency(state["ring"]), features()
    W, b = graph_weights(state.seed)
    layer = GraphConvolution(INPUTS, UNITS).double()
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(W))
        layer.bias.copy_(torch.from_numpy(b))
        mixing = normalised(torch.from_numpy(np.argwhere(np.triu(a))), 5).double()
        theirs = layer(torch.from_numpy(x), mixing)
        large = layer(torch.zeros(50, INPUTS, dtype=torch.float64), torch.eye(50, dtype=torch.float64))
    first = values_of(LESSON, "order", 0, "first", state)
    worst = max(apart((graph_layer(x, a, W, b), theirs.detach())), apart((first, theirs.detach())))
    rows = figure_of(LESSON, "order", 1, "counts", state).rows
    sizes = [parameters(nn.Linear(n * INPUTS, n * UNITS)) for n in (5, 50, 500)]
    right = [row[1:] for row in rows] == [(parameters(layer), f"{size:,}") for size in sizes]
    return Outcome(
        {"parameters": parameters_gcn(), "off by": worst},
        {"parameters": parameters(layer), "off by": "<= 1e-06"},
        parameters_gcn() == parameters(layer) and list(large.shape) == [50, UNITS] and worst <= 1e-6 and right,
    )


def equivariant(state: State) -> Outcome:
    """f(PAP^T, PX) = P f(A, X), for the order that is set and twenty others, against dense matrix products of torch."""
    W, b = graph_weights(state.seed)
    a, x = adjacency(state["ring"]), np.random.default_rng(5).normal(size=(5, INPUTS))
    loops = torch.from_numpy(a) + torch.eye(5, dtype=torch.float64)
    root = torch.diag(loops.sum(1).pow(-0.5))
    whole = root @ loops @ root @ torch.from_numpy(x) @ torch.from_numpy(W) + torch.from_numpy(b)
    worst = 0.0
    for order in (state["order"], *range(1, 21)):
        P = torch.eye(5, dtype=torch.float64)[node_order(order)]
        moved = graph_layer((P @ torch.from_numpy(x)).numpy(), (P @ torch.from_numpy(a) @ P.T).numpy(), W, b)
        worst = max(worst, float((torch.from_numpy(moved) - P @ whole).abs().max()))
    order = node_order(state["order"])
    first, second = (figure_of(LESSON, "order", 0, name, state) for name in ("first", "second"))
    worst = max(worst, apart((second.values, np.asarray(first.values)[order])))
    if list(second.row_labels) != [first.row_labels[at] for at in order]:
        return Outcome("rows of other nodes", "the rows of the new order", False)
    return Outcome({"off by": worst}, "<= 1e-14", worst <= 1e-14)


def hops(state: State) -> Outcome:
    """Where a gradient arrives after k rounds, and the k-hop neighbourhood by shortest paths, is what is drawn."""
    a, node = adjacency(state["ring"]), "ABCDE".index(state["node"])
    distance = torch.where(torch.from_numpy(a) > 0, 1.0, torch.inf).fill_diagonal_(0)
    for via in range(5):
        distance = torch.minimum(distance, distance[:, via : via + 1] + distance[via : via + 1])
    mixing = F.normalize(torch.from_numpy(a) + torch.eye(5, dtype=torch.float64), p=1, dim=1)
    ours, by_path, by_gradient = [], [], []
    for k in range(5):
        ours.append(list(field(a, node, k)))
        by_path.append(torch.nonzero(distance[node] <= k).flatten().tolist())
        x = torch.ones(5, 1, dtype=torch.float64, requires_grad=True)
        y = x
        for _ in range(k):
            y = mixing @ y
        (gradient,) = torch.autograd.grad(y[node].sum(), x)
        by_gradient.append(torch.nonzero(gradient[:, 0]).flatten().tolist())
    worst, heard = 0.0, []
    for k in range(5):
        power = torch.linalg.matrix_power(torch.from_numpy(_mixing(a)), k)
        shown = values_of(LESSON, "neighbourhoods", k, "held" if k else "before", state)
        worst = max(worst, apart((shown, power)))
        nodes = figure_of(LESSON, "neighbourhoods", k, "graph", state).nodes
        heard.append([at for at, each in enumerate(nodes) if each.role != "quiet"])
    return Outcome(
        {"reached": [len(each) for each in ours], "off by": worst},
        {"reached": [len(each) for each in by_path], "off by": "<= 1e-12"},
        ours == by_path == by_gradient == heard and worst <= 1e-12,
    )


def _mixing(a: Floats) -> Floats:
    degree = a.sum(1) + 1
    answer: Floats = (a + np.eye(len(a))) / np.sqrt(np.outer(degree, degree))
    return answer


CLAIMS = (
    Claim(id="N1a", says="10 parameters, whatever the size of the image", check=over_space),
    Claim(id="N1b", says="32 parameters (PyTorch: 36) for any T", check=over_time),
    Claim(id="N1b", says="the known numbers of parameters", check=known_numbers),
    Claim(id="N1c", says="16 parameters for any number of nodes", check=over_graphs),
    Claim(id="N1c", says="reordered nodes give reordered outputs", check=equivariant),
    Claim(id="N1c", says="k rounds reach the k-hop neighbourhood", check=hops),
)
