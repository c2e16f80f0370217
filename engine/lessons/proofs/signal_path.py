"""What `signal-path` claims: products of reachability matrices, PyTorch's own graph, its counter of operations."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ...models.attention import ScaledDotProduct
from ...models.recurrent import ElmanLayer
from ..kit.facts import Claim, Outcome, close, equal
from ..kit.seeding import seeded
from ..kit.state import State
from ..signal_path import parallel, path_lengths
from ..workings.costs_shown import work
from ..workings.gradients_shown import bounded, remembered
from ..workings.graph_paths import WAYS, distances
from ..workings.recurrent_gradient import weights
from .shown import named, seen
from .signal_oracles import convolved, counted, counted_whole, depth, difference_norm, matrix, steps_needed


def shortest(state: State) -> Outcome:
    """Paths, steps under the nodes, bars and the growth with n, as shown, in every kind of layer."""
    n = state["n"]
    target = min(state["far"] or n, n) - 1
    wanted = [steps_needed(way, n, target) for way in WAYS]
    right = []
    for k, way in enumerate(WAYS):
        shown = seen(path_lengths, state, k)
        right.append([int(node.label) for node in shown["tokens"].nodes] == [steps_needed(way, n, t) for t in range(n)])
        right.append([int(value) for value in shown["lengths"].values] == wanted)
        right.append(shown["lengths"].marked == (k,))
        right.append(_walks(shown["tokens"], way, target, wanted[k]))
    last = seen(path_lengths, state, -1)
    right.append([row[2] for row in last["orders"].rows] == [steps_needed(way, n, n - 1) for way in WAYS])
    for way, line in zip(("rnn", "dilated", "attention"), _lines(last["growth"]), strict=True):
        right.append(
            [int(v) for v in line] == [steps_needed(way, int(count), int(count) - 1) for count in last["growth"].x]
        )
    ours = [int(value) for value in seen(path_lengths, state, 0)["lengths"].values]
    return Outcome(ours, wanted, all(right), f"RNN, conv, dilated, attention: steps from 1 to {target + 1}")


def _lines(growth: Any) -> tuple[Any, Any, Any]:
    dilated, attention = (growth.lines[name] for name in ("dilated conv., k=3", "self-attention"))
    return growth.lines["RNN, convolution"], dilated, attention


def _walks(net: Any, way: str, target: int, steps: int) -> bool:
    """Whether the path drawn leads from the first token to `target`, each of its edges in one step of the layer."""
    edges = {edge.source: edge.target for edge in net.edges if edge.role == "path"}
    at, walked = 0, 0
    while at in edges and walked <= steps:
        # A dilated layer may let the signal stand still, so that any of its layers may make this step.
        if not any(matrix(way, layer, len(net.nodes))[at, edges[at]] for layer in range(steps)):
            return False
        at, walked = edges[at], walked + 1
    return at == target and walked <= steps


def layers_needed(state: State) -> Outcome:
    """Real stacks of convolutions, grown until the gradient arrives: n - 1 layers, log2 n with dilation."""
    ours, theirs = [], []
    for way in ("convolution", "dilated"):
        for n in (4, 10, 33):
            ours.append(distances(way, n)[-1])
            theirs.append(next(k for k in range(n + 1) if convolved(way == "dilated", k, n)))
    return Outcome(ours, theirs, ours == theirs, "layers for 4, 10, 33 tokens, then dilated: as Conv1d needs")


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
    ours = {way: _ticks_shown(state, way, 2 * n) - _ticks_shown(state, way, n) for way in grown}
    return Outcome(ours, grown, ours == grown, f"{n} more tokens, so many more steps that wait")


def _ticks_shown(state: State, way: str, n: int) -> int:
    """After how many frames all tokens are known, and nothing is dimmed any more."""
    frames = parallel(state.with_values(n=n))
    dimmed = [len(named(frame)[way].dimmed) for frame in frames]
    known = [tuple(named(frame)[way].dimmed) == tuple(range(n - d, n)) for frame, d in zip(frames, dimmed, strict=True)]
    return dimmed.index(0) if all(known) else -1


def products(state: State) -> Outcome:
    """Costs in the table and the curves shown, at the current length and width."""
    n, d = state["length"], state["d"]
    shown = seen(work, state)
    ours = [row[1] for row in shown["costs"].rows]
    theirs = [*counted(n, d).values()]
    lines = [*shown["products"].lines.values()]
    drawn = all(
        [lines[0][k], lines[1][k]] == [*counted(int(count), d).values()]
        for k, count in enumerate(shown["products"].x)
        if count <= 128
    )
    cheaper = shown["costs"].marked == (int(theirs[1] <= theirs[0]),)
    says = f"n = {n}, d = {d}: products of U h and of Q Kᵀ"
    return Outcome(ours, theirs, ours == theirs and drawn and cheaper, says)


def whole(state: State) -> Outcome:
    """The layers with all their products: attention is never the cheaper one."""
    n, d = state["length"], state["d"]
    rows = seen(work, state, 1)["whole"].rows
    ours, theirs = [*rows[-1][1:]], counted_whole(n, d)
    sums = [sum(row[k] for row in rows[:-1] if row[k] != "-") for k in (1, 2)]
    return Outcome(ours, theirs, ours == theirs == sums and theirs[0] < theirs[1])


def crossing(state: State) -> Outcome:
    """The costs are equal at n = d, and Q Kᵀ is the cheaper one below."""
    d = state["d"]
    signs, ours = [], []
    for n, word in ((d // 2, "fewer"), (d, "as many"), (2 * d, "more")):
        cost = counted(n, d)
        signs.append(int(np.sign(cost["attention"] - cost["rnn"])))
        frame = work(state.with_values(length=n))[0]
        rows = named(frame)["costs"].rows
        ours.append(int(np.sign(rows[1][1] - rows[0][1])) if word in frame.caption else 9)
    return Outcome(ours, signs, ours == signs == [-1, 0, 1], f"Q Kᵀ: fewer, equal, more at n = {d // 2}, {d}, {2 * d}")


def known_numbers(state: State) -> Outcome:
    """The notes' own numbers, as shown."""
    steps = seen(path_lengths, state.with_values(n=10, far=0))["lengths"].values
    rows = seen(work, state.with_values(length=10, d=64))["costs"].rows
    return equal([int(steps[0]), int(steps[1]), int(steps[3]), rows[0][1], rows[1][1]], [9, 9, 1, 40_960, 6_400])


def jacobians(state: State) -> Outcome:
    """The norms shown equal what autograd gives for nn.RNNCell, and stay under the bound, a power of |U|."""
    U, driven = weights(state["gain"], state.seed)
    shown = seen(bounded, state)
    ours, most = (np.asarray(line) for line in shown["gradient"].lines.values())
    rows = [float(row[1]) for row in shown["numbers"].rows]
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

    if state["tanh"]:
        jacobian = torch.func.jacrev(last)(inputs[0].tanh()).detach()
    else:
        jacobian = torch.linalg.multi_dot([torch.from_numpy(U)] * at) if at > 1 else torch.from_numpy(U)
    theirs = float(torch.linalg.matrix_norm(jacobian, 2))
    spectral = float(torch.linalg.eigvalsh(torch.from_numpy(U.T @ U))[-1].sqrt())
    powers = [spectral**k for k in range(len(most))]
    right = [
        abs(float(ours[at]) - theirs) <= 1e-12 + 1e-6 * theirs,
        bool(np.allclose(rows, [theirs, spectral**at], rtol=6e-3, atol=0)),
        bool(np.allclose(most, powers, rtol=1e-9)),
        bool((ours <= most * (1 + 1e-9)).all()),
        abs(spectral - state["gain"]) < 1e-9,
    ]
    return Outcome(float(rows[0]), f"<= {powers[at]:.4g}", all(right))


def gradients(state: State) -> Outcome:
    """After training: attention's gradient at distance 64 is more than 100 times the RNN's, whose bound holds."""
    result = state.result("first-token")
    shown = seen(remembered, state, 0)
    lines, last = shown["gradients"].lines, dict(shown["far"].rows)
    same = all(np.array_equal(lines[name], result.gradients[name]) for name in result.gradients)
    under = bool((result.gradients["RNN"] <= result.bound).all())
    ends = all(last[name] == float(lines[name][-1]) for name in last) and shown["gradients"].x[-1] == 64
    times = last["attention"] / max(last["RNN"], 1e-300)
    return Outcome(times, ">= 100", times >= 100 and last["attention"] > last["LSTM"] and same and under and ends)


def differences(state: State) -> Outcome:
    """The measured norms are those of finite differences."""
    result = state.result("first-token")
    from ..trainings.first_token import TOKENS, gradient_norms

    off = 0.0
    for name, distance in (("RNN", 4), ("LSTM", 16), ("attention", 64)):
        tokens = torch.randint(TOKENS, (1, distance + 1), generator=torch.Generator().manual_seed(7))
        ours = float(gradient_norms(result.models[name], tokens)[0])
        theirs = difference_norm(result.models[name], tokens)
        off = max(off, abs(ours - theirs) / (theirs + 1e-3))
    return Outcome({"largest relative difference": off}, "<= 0.001", off <= 1e-3)


def copied(state: State) -> Outcome:
    """Attention copies the first token over 64 others, the RNN guesses one of eight: as shown, and copied anew."""
    from ..trainings.first_token import TOKENS

    result = state.result("first-token")
    bars, rows = seen(remembered, state, 1)["right"], seen(remembered, state, 1)["by-distance"].rows
    right = dict(zip(bars.labels, map(float, bars.values), strict=True))
    tokens = torch.randint(TOKENS, (32, 65), generator=torch.Generator().manual_seed(64))
    with torch.no_grad():
        anew = {
            name: float((model(tokens).argmax(1) == tokens[:, 0]).double().mean())
            for name, model in result.models.items()
        }
    same = close(right, anew, 1e-6).holds and rows[-1] == (64, *right.values())
    shares = [right["attention"], right["RNN"]]
    return Outcome(shares, ">= 0.95 <= 0.5", same and shares[0] >= 0.95 and shares[1] <= 0.5)


CLAIMS = (
    Claim(id="O1", says="steps from the first token to another", check=shortest),
    Claim(id="O1", says="as many layers as stacks of Conv1d need", check=layers_needed),
    Claim(id="O1", says="10 tokens, 64 wide: steps RNN, conv, attention; products", check=known_numbers),
    Claim(id="O2", says="n steps of an RNN wait for one another, one of attention", check=sequential),
    Claim(id="O2", says="products of U h and of Q Kᵀ", check=products),
    Claim(id="O2", says="Q Kᵀ and U h cost alike at n = d", check=crossing),
    Claim(id="O2", says="products of the whole layers, RNN and attention", check=whole),
    Claim(id="P4", says="the gradient of an RNN is at most |U|^(T-1)", check=jacobians),
    Claim(
        id="P4",
        says="over 64 tokens attention's gradient is > 100x the RNN's",
        check=gradients,
        needs="first-token",
    ),
    Claim(id="P4", says="these gradients are those of finite differences", check=differences, needs="first-token"),
    Claim(id="P4", says="share copied over 64 tokens: attention, RNN", check=copied, needs="first-token"),
)
