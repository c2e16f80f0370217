"""What `signal-path` claims: products of reachability matrices, PyTorch's own graph, its counter of operations."""

import copy
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from ...models.attention import ScaledDotProduct
from ...models.recurrent import ElmanLayer
from ..kit.facts import Claim, Outcome, at_least, close, equal, every
from ..kit.seeding import seeded
from ..kit.state import State
from ..workings.graph_paths import WAYS, costs, distances, ticks
from ..workings.recurrent_gradient import bound, norms, weights


def _matrix(way: str, step: int, n: int) -> Tensor:
    """Where one step leads from each token, as a matrix of booleans with the diagonal set."""
    apart = torch.arange(n)[None, :] - torch.arange(n)[:, None]
    if way == "attention":
        return torch.ones(n, n)
    if way == "rnn":
        return ((apart == 0) | (apart == 1)).float()
    return ((apart == 0) | (apart.abs() == (2**step if way == "dilated" else 1))).float()


def steps_needed(way: str, n: int, target: int) -> int:
    """The least number of steps whose product of matrices connects the first token with `target`."""
    row = torch.zeros(n)
    row[0] = 1
    step = 0
    while not row[target]:
        row = ((row @ _matrix(way, step, n)) > 0).float()
        step += 1
    return step


def shortest(state: State) -> Outcome:
    """The path to the far end in every kind of layer; the notes' numbers at n = 10."""
    n = state["n"]
    target = min(state["far"] or n, n) - 1
    ours = {way: distances(way, n)[target] for way in WAYS}
    theirs = {way: steps_needed(way, n, target) for way in WAYS}
    return Outcome(ours, theirs, ours == theirs, f"steps from token 1 to {target + 1} of {n}")


def convolved(dilated: bool, layers: int, n: int) -> bool:
    """Whether a change of the first input reaches the last output of a stack of Conv1d, kernel 3, all weights 1."""
    x = torch.zeros(1, 1, n, requires_grad=True)
    y = x
    for layer in range(layers):
        d = 2**layer if dilated else 1
        y = F.conv1d(y, torch.ones(1, 1, 3), padding=d, dilation=d)
    return bool(torch.autograd.grad(y[0, 0, -1], x)[0][0, 0, 0] != 0) if layers else n == 1


def layers_needed(state: State) -> Outcome:
    """Real stacks of convolutions, grown until the gradient arrives: n - 1 layers, log2 n with dilation."""
    ours, theirs = {}, {}
    for n in (4, 10, 33):
        for way in ("convolution", "dilated"):
            ours[f"{way} n={n}"] = distances(way, n)[-1]
            theirs[f"{way} n={n}"] = next(k for k in range(n + 1) if convolved(way == "dilated", k, n))
    return equal(ours, theirs)


def depth(output: Tensor) -> int:
    """The longest chain of operations in the graph that autograd recorded."""
    deepest: dict[Any, int] = {}
    stack: list[tuple[Any, bool]] = [(output.grad_fn, False)]
    while stack:
        node, ready = stack.pop()
        following = [f for f, _ in node.next_functions if f is not None]
        if ready:
            deepest[node] = 1 + max((deepest[f] for f in following), default=0)
        elif node not in deepest:
            stack.append((node, True))
            stack.extend((f, False) for f in following if f not in deepest)
    return deepest[output.grad_fn]


def sequential(state: State) -> Outcome:
    """How much longer the longest chain of operations gets with each further token."""
    n = state["n"]
    with seeded(0):
        rnn, x = ElmanLayer(4, 4), torch.randn(1, 2 * n, 4)
    attend = ScaledDotProduct.weights
    chains: dict[str, list[int]] = {"rnn": [], "attention": []}
    for length in (n, 2 * n):
        part = x[:, :length].clone().requires_grad_()
        chains["rnn"].append(depth(rnn(part)[0, -1].sum()))
        q = part[:, None]
        chains["attention"].append(depth((attend(q, q) @ q).sum()))
    one = depth(rnn(x[:, :2].clone().requires_grad_())[0, -1].sum())
    each = one - depth(rnn(x[:, :1].clone().requires_grad_())[0, -1].sum())
    grown = {
        "rnn": (chains["rnn"][1] - chains["rnn"][0]) // each,
        "attention": chains["attention"][1] - chains["attention"][0],
    }
    ours = {way: ticks(way, 2 * n) - ticks(way, n) for way in grown}
    return Outcome(ours, grown, ours == grown, f"{n} more tokens: {n} more steps for an RNN, none for attention")


def counted(n: int, d: int) -> dict[str, int]:
    """Products that PyTorch counts while U h is computed n times, and Q K^T once; two operations are one product."""
    U, h, q = torch.zeros(d, d), torch.zeros(1, d), torch.zeros(n, d)
    with FlopCounterMode(display=False) as recurrent:
        for _ in range(n):
            h = h @ U
    with FlopCounterMode(display=False) as attention:
        q @ q.T
    return {"rnn": recurrent.get_total_flops() // 2, "attention": attention.get_total_flops() // 2}


def products(state: State) -> Outcome:
    """Costs at the current length and width."""
    n, d = state["length"], state["d"]
    says = f"n = {n}, d = {d}: n d² products for an RNN, n² d for attention"
    ours, theirs = costs(n, d), counted(n, d)
    return Outcome(ours, theirs, ours == theirs, says)


def crossing(state: State) -> Outcome:
    """The costs are equal at n = d, and attention is the cheaper one below."""
    d = state["d"]
    here, below, above = (counted(n, d) for n in (d, d // 2, 2 * d))
    signs = [int(np.sign(cost["attention"] - cost["rnn"])) for cost in (below, here, above)]
    ours = [int(np.sign(costs(n, d)["attention"] - costs(n, d)["rnn"])) for n in (d // 2, d, 2 * d)]
    return Outcome(ours, signs, ours == signs == [-1, 0, 1], f"cheaper, equal, dearer at n = {d // 2}, {d}, {2 * d}")


def known_numbers(state: State) -> Outcome:
    """The notes' own numbers."""
    ours = {**{way: distances(way, 10)[-1] for way in ("rnn", "convolution", "attention")}, **{
        f"{way} products": cost for way, cost in costs(10, 64).items()
    }}  # fmt: skip
    theirs = {"rnn": 9, "convolution": 9, "attention": 1, "rnn products": 40_960, "attention products": 6_400}
    return equal(ours, theirs)


def jacobians(state: State) -> Outcome:
    """The product of Jacobians equals what autograd gives for nn.RNNCell, and stays under its bound."""
    U, driven = weights(state["gain"], state.seed)
    ours, most = norms(U, driven), bound(U, len(driven))
    cell = nn.RNNCell(len(U), len(U), dtype=torch.float64)
    with torch.no_grad():
        cell.weight_ih.copy_(torch.eye(len(U)))
        cell.weight_hh.copy_(torch.from_numpy(U))
        cell.bias_ih.zero_()
        cell.bias_hh.zero_()
    inputs = torch.from_numpy(driven)
    at = state["distance"]

    def last(h: Tensor) -> Tensor:
        for row in inputs[1 : at + 1]:
            h = cell(row[None], h[None])[0]
        return h

    theirs = float(torch.linalg.matrix_norm(torch.func.jacrev(last)(inputs[0].tanh()).detach(), 2))
    return every(
        norm=close(float(ours[at]), theirs, 1e-9 + 1e-6 * theirs),
        over_the_bound=Outcome(int((ours > most * (1 + 1e-9)).sum()), 0, bool((ours <= most * (1 + 1e-9)).all())),
    )


def difference_norm(model: Any, tokens: Tensor, step: float = 1e-4) -> float:
    """|d logits / d embedding of the first token| of one sequence (1, t) by central differences, in float64."""
    model = copy.deepcopy(model).double().eval()
    table = model.embedding
    with torch.no_grad():
        x = table(tokens)
        e = x.shape[-1]
        moved = x.repeat(2 * e, 1, 1)
        moved[:, 0] += step * torch.cat((torch.eye(e), -torch.eye(e))).double()
        hook = table.register_forward_hook(lambda module, inputs, output: moved)
        logits = model(tokens.repeat(2 * e, 1))
        hook.remove()
    return float(((logits[:e] - logits[e:]) / (2 * step)).norm())


def gradients(state: State) -> Outcome:
    """After training: attention's gradient at distance 64 is more than 100 times the RNN's, whose bound holds."""
    result = state.result("first-token")
    last = {name: float(norm[-1]) for name, norm in result.gradients.items()}
    under = bool((result.gradients["RNN"] <= result.bound).all())
    return every(
        attention_over_RNN=at_least(last["attention"] / max(last["RNN"], 1e-300), 100.0),
        attention_over_LSTM=at_least(last["attention"] / max(last["LSTM"], 1e-300), 1.0),
        RNN_under_its_bound=equal(under, True),
    )


def differences(state: State) -> Outcome:
    """The measured norms are those of finite differences."""
    result = state.result("first-token")
    ours, theirs = {}, {}
    from ..trainings.first_token import TOKENS, gradient_norms

    for name, distance in (("RNN", 4), ("LSTM", 16), ("attention", 64)):
        tokens = torch.randint(TOKENS, (1, distance + 1), generator=torch.Generator().manual_seed(7))
        ours[f"{name} at {distance}"] = float(gradient_norms(result.models[name], tokens)[0])
        theirs[f"{name} at {distance}"] = difference_norm(result.models[name], tokens)
    holds = all(abs(ours[name] - theirs[name]) <= 1e-3 * theirs[name] + 1e-6 for name in ours)
    return Outcome(ours, theirs, holds)


def copied(state: State) -> Outcome:
    """Attention copies the first token over 64 others, the RNN guesses one of eight."""
    right = state.result("first-token").accuracies
    return every(
        attention=at_least(float(right["attention"][-1]), 0.95),
        RNN=Outcome(float(right["RNN"][-1]), "<= 0.5", bool(right["RNN"][-1] <= 0.5)),
    )


CLAIMS = (
    Claim(id="O1", says="steps between two tokens", check=shortest),
    Claim(id="O1", says="as many layers as stacks of Conv1d need; dilated: the logarithm", check=layers_needed),
    Claim(id="O1", says="the notes' numbers: 9, 9 and 1 steps; 40,960 and 6,400 products", check=known_numbers),
    Claim(id="O2", says="n steps of an RNN wait for one another, one of attention", check=sequential),
    Claim(id="O2", says="n d² against n² d products", check=products),
    Claim(id="O2", says="they cost alike at n = d", check=crossing),
    Claim(id="P4", says="the gradient of an RNN is at most |U|^(T-1)", check=jacobians),
    Claim(
        id="P4",
        says="over 64 tokens attention's gradient is > 100x the RNN's",
        check=gradients,
        needs="first-token",
    ),
    Claim(id="P4", says="these gradients are those of finite differences", check=differences, needs="first-token"),
    Claim(id="P4", says="attention copies the first of 65 tokens, the RNN cannot", check=copied, needs="first-token"),
)
