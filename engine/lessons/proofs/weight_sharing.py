"""What `weight-sharing` claims, computed by PyTorch's layers and the lab's graph convolution."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ...models.gcn import GraphConvolution
from ...models.gcn import propagation as normalised
from ..kit.facts import Claim, Outcome, close, equal, every, same_arrays
from ..kit.fixtures import Floats, array
from ..kit.state import State
from ..weight_sharing import dense_over, parameters_conv, parameters_rnn
from ..workings.graphs_shown import features, node_order, parameters_gcn
from ..workings.sharing import (
    INPUTS,
    UNITS,
    adjacency,
    convolved,
    dense_parameters,
    field,
    graph_layer,
    graph_weights,
    image,
    recurrent_weights,
    rounds,
    sequence,
    unrolled,
)


def parameters(module: nn.Module) -> int:
    """Numbers that would be trained."""
    return sum(parameter.numel() for parameter in module.parameters())


def over_space(state: State) -> Outcome:
    """One Conv2d reads images of both sizes with its ten parameters, and gives what is shown."""
    conv = nn.Conv2d(1, 1, 3, padding=1, dtype=torch.float64)
    kernel = array(state["kernel"])
    with torch.no_grad():
        conv.weight.copy_(torch.from_numpy(kernel)[None, None])
        conv.bias.zero_()  # type: ignore[union-attr]
        outputs = {n: conv(torch.from_numpy(image(n))[None, None])[0, 0] for n in (6, 12)}
    counted = {
        "conv": parameters(conv),
        "dense 6x6": parameters(nn.Linear(36, 36)),
        "dense 12x12": parameters(nn.Linear(144, 144)),
    }
    ours = {"conv": parameters_conv(), "dense 6x6": dense_parameters(36, 36), "dense 12x12": dense_parameters(144, 144)}
    return every(
        parameters=equal(ours, counted),
        output_6x6=same_arrays(convolved(image(6), kernel, 0.0), outputs[6], 1e-12),
        output_12x12=same_arrays(convolved(image(12), kernel, 0.0), outputs[12], 1e-12),
    )


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
    return every(
        RNN=equal([parameters_rnn(), parameters_rnn(2)], [one, parameters(rnn)]),
        dense=equal(
            {"T=5": dense_over(5), "T=50": dense_over(50), f"T={steps}": dense_over(steps)},
            {f"T={t}": parameters(nn.Linear(t * INPUTS, t * UNITS)) for t in (5, 50, steps)},
        ),
        states=same_arrays(unrolled(x, W, U, b), states, 1e-12),
    )


def known_numbers(state: State) -> Outcome:
    """The notes' own numbers."""
    ours = {
        "conv": parameters_conv(),
        "RNN": parameters_rnn(),
        "PyTorch": parameters_rnn(2),
        "dense T=5": dense_over(5),
        "dense T=50": dense_over(50),
        "GCN": parameters_gcn(),
    }
    return equal(ours, {"conv": 10, "RNN": 32, "PyTorch": 36, "dense T=5": 320, "dense T=50": 30_200, "GCN": 16})


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
    return every(
        parameters=equal(parameters_gcn(), parameters(layer)),
        output=same_arrays(graph_layer(x, a, W, b), theirs, 1e-6),
        of_50_nodes=equal(list(large.shape), [50, UNITS]),
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
    return Outcome({"largest difference": worst}, "<= 1e-14", worst <= 1e-14)


def hops(state: State) -> Outcome:
    """Where a gradient arrives after k rounds, and the k-hop neighbourhood by shortest paths, is what is drawn."""
    a, node = adjacency(state["ring"]), state["node"] - 1
    apart = torch.where(torch.from_numpy(a) > 0, 1.0, torch.inf).fill_diagonal_(0)
    for via in range(5):
        apart = torch.minimum(apart, apart[:, via : via + 1] + apart[via : via + 1])
    mixing = F.normalize(torch.from_numpy(a) + torch.eye(5, dtype=torch.float64), p=1, dim=1)
    ours, by_path, by_gradient = [], [], []
    for k in range(5):
        ours.append(list(field(a, node, k)))
        by_path.append(torch.nonzero(apart[node] <= k).flatten().tolist())
        x = torch.ones(5, 1, dtype=torch.float64, requires_grad=True)
        y = x
        for _ in range(k):
            y = mixing @ y
        (gradient,) = torch.autograd.grad(y[node].sum(), x)
        by_gradient.append(torch.nonzero(gradient[:, 0]).flatten().tolist())
    held = rounds(features(), a, 4)[4]
    power = torch.linalg.matrix_power(torch.from_numpy(_mixing(a)), 4) @ torch.from_numpy(features())
    return every(
        reached=Outcome(ours, by_path, ours == by_path == by_gradient),
        four_rounds=close(float(np.abs(held - power.numpy()).max()), 0.0, 1e-12),
    )


def _mixing(a: Floats) -> Floats:
    degree = a.sum(1) + 1
    answer: Floats = (a + np.eye(len(a))) / np.sqrt(np.outer(degree, degree))
    return answer


CLAIMS = (
    Claim(id="N1a", says="10 parameters, whatever the size of the image", check=over_space),
    Claim(id="N1b", says="32 parameters (PyTorch: 36) for any T", check=over_time),
    Claim(id="N1b", says="the notes' numbers of parameters", check=known_numbers),
    Claim(id="N1c", says="16 parameters for any number of nodes", check=over_graphs),
    Claim(id="N1c", says="reordered nodes give reordered outputs", check=equivariant),
    Claim(id="N1c", says="k rounds reach the k-hop neighbourhood", check=hops),
)
