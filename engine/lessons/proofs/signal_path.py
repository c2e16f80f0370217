"""What `signal-path` claims: products of reachability matrices, PyTorch's own graph, its counter of operations."""

import math
import re
from itertools import pairwise
from typing import Any

import numpy as np
import torch

from ...models.attention import ScaledDotProduct
from ...models.recurrent import ElmanLayer
from ..kit.facts import Claim, Outcome, equal
from ..kit.lesson import Frame
from ..kit.seeding import seeded
from ..kit.state import State
from ..signal_path import LESSON
from .shown import bars_by_label, figures, frame, named, rows_by_name
from .signal_gradients import copied, differences, gradients, jacobians, survives
from .signal_oracles import convolved, counted, counted_parts, depth, matrix, steps_needed

NAMES = {
    "rnn": "RNN",
    "convolution": "convolution, k=3",
    "dilated": "dilated conv., k=3",
    "attention": "self-attention",
}
WAYS = tuple(NAMES)


def shortest(state: State) -> Outcome:
    """Paths, steps under the nodes, bars, captions and the growth with n, as shown, in every kind of layer."""
    n = state["n"]
    target = min(state["far"] or n, n) - 1
    wanted = {NAMES[way]: steps_needed(way, n, target) for way in WAYS}
    right = []
    for k, way in enumerate(WAYS):
        at = frame(LESSON, "paths", state, k)
        net, bars = named(at)["tokens"], named(at)["lengths"]
        right.append([int(node.label) for node in net.nodes] == [steps_needed(way, n, t) for t in range(n)])
        right.append(bars_by_label(bars) == wanted and bars.marked == (k,) and net.title.startswith(NAMES[way]))
        right.append(_walks(net, way, target, wanted[NAMES[way]]))
        right.append(_told(at, way, target, wanted[NAMES[way]]))
    last = figures(LESSON, "paths", state, len(WAYS))
    rows = rows_by_name(last["orders"])
    for way, name in NAMES.items():
        ends = [steps_needed(way, count, count - 1) for count in (n, 64)]
        law = {"n - 1": n - 1, "⌈log₂ n⌉": math.ceil(math.log2(n)), "1": 1}[rows[name][0]]
        line = last["growth"].lines[name if way in ("dilated", "attention") else "RNN, convolution"]
        right.append(list(rows[name][1:]) == ends and law == ends[0])
        right.append([int(v) for v in line] == [steps_needed(way, int(x), int(x) - 1) for x in last["growth"].x])
    ours = bars_by_label(figures(LESSON, "paths", state)["lengths"])
    says = f"RNN, conv, dilated, attention: steps from 1 to {target + 1}"
    return Outcome([int(value) for value in ours.values()], [*wanted.values()], all(right), says)


def _told(at: Frame, way: str, target: int, steps: int) -> bool:
    """Whether the caption and the formula count these steps, from token 1 to `target`, along the path that is drawn."""
    net = named(at)["tokens"]
    counted_ = [int(found) for found in re.findall(r"(\d+) (?:step|layer)", at.caption)]
    ends = re.findall(r"token (\d+)\.", at.caption)
    route, _, count = at.formulas[0].numbers.partition(": ")
    walked = [int(token) - 1 for token in route.split(" › ")]
    drawn = {(edge.source, edge.target) for edge in net.edges if edge.role == "path"}
    asked = [k for k, node in enumerate(net.nodes) if node.role == "asked"]
    between = {k for k, node in enumerate(net.nodes) if node.role == "active"}
    return (
        counted_ == [steps] == [int(count.split()[0])]
        and (way != "rnn" or ends == [str(target + 1)])
        and {pair for pair in pairwise(walked) if pair[0] != pair[1]} == drawn
        and len(walked) == steps + 1
        and between == set(walked) - {0, target}
        and asked == ([target] if target else [])
    )


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
    """Real stacks of convolutions let the gradient arrive with the layers shown, and with one less they do not."""
    ours, theirs = [], []
    for name in ("convolution", "dilated"):
        for n in (4, 10, 12):
            shown = rows_by_name(figures(LESSON, "paths", state.with_values(n=n), len(WAYS))["orders"])
            layers = shown[NAMES[name]][1]
            near = range(max(0, layers - 1), layers + 2)
            ours.append(layers)
            theirs.append(next((k for k in near if convolved(name == "dilated", k, n)), -1))
    return Outcome(ours, theirs, ours == theirs, "layers for 4, 10, 12 tokens, then dilated: as Conv1d needs")


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
    shown = {length: {way: _ticks_shown(state, way, length) for way in grown} for length in (n, 2 * n)}
    ours = {way: shown[2 * n][way] - shown[n][way] for way in grown}
    holds = ours == grown and shown[n] == {"rnn": n, "attention": 1}
    return Outcome(ours, grown, holds, f"{n} more tokens, so many more steps that wait")


def _ticks_shown(state: State, way: str, n: int) -> int:
    """After how many frames all tokens are known, and nothing is dimmed any more; -1 where frames contradict."""
    now = state.with_values(n=n)
    chips = [figures(LESSON, "parallel", now, k)[way] for k in range(n + 1)]
    dimmed = [len(each.dimmed) for each in chips]
    known = all(tuple(each.dimmed) == tuple(range(n - len(each.dimmed), n)) for each in chips)
    names = all(list(each.tokens) == [f"h{i + 1}" for i in range(n)] for each in chips)
    newest = way != "rnn" or [each.focus for each in chips] == [None, *range(n)]
    falls = all(before >= after for before, after in pairwise(dimmed)) and dimmed[0] == n
    return dimmed.index(0) if known and names and newest and falls else -1


PARTS = {"RNN: n·d²": "RNN, U h", "attention: n²·d": "attention, Q Kᵀ"}
"""The curve and the row of each cost."""


def products(state: State) -> Outcome:
    """Costs in the table and the curves shown, at the current length and width, by their names; ticks too."""
    n, d = state["length"], state["d"]
    shown = figures(LESSON, "costs", state)
    rows, theirs = rows_by_name(shown["costs"]), [*counted(n, d).values()]
    ours = [rows[name][0] for name in PARTS.values()]
    curves = shown["products"]
    drawn = all(
        [curves.lines[name][k] for name in PARTS] == [*counted(int(count), d).values()]
        for k, count in enumerate(curves.x)
        if count <= 64
    )
    waits = [rows[name][1] for name in PARTS.values()] == [n, 1]
    cheaper = shown["costs"].marked == (int(theirs[1] <= theirs[0]),)
    says = f"n = {n}, d = {d}: products of U h and of Q Kᵀ"
    return Outcome(ours, theirs, ours == theirs and drawn and cheaper and waits, says)


def whole(state: State) -> Outcome:
    """The layers with all their products, part by part and together: attention is never the cheaper one."""
    table = figures(LESSON, "costs", state, 1)["whole"]
    rows = rows_by_name(table)
    parts = counted_parts(state["length"], state["d"])
    found = {name: tuple(0 if cell == "-" else cell for cell in row) for name, row in rows.items()}
    ours, theirs = list(found["together"]), [sum(part[k] for part in parts.values()) for k in (0, 1)]
    right = found == {**parts, "together": tuple(theirs)} and table.marked == (len(parts),)
    return Outcome(ours, theirs, right and theirs[0] < theirs[1])


def crossing(state: State) -> Outcome:
    """The costs are equal at n = d, and Q Kᵀ is the cheaper one below."""
    d = state["d"]
    signs, ours = [], []
    for n, word in ((d // 2, "fewer"), (d, "as many"), (2 * d, "more")):
        cost = counted(n, d)
        signs.append(int(np.sign(cost["attention"] - cost["rnn"])))
        at = frame(LESSON, "costs", state.with_values(length=n))
        rows = rows_by_name(named(at)["costs"])
        ours.append(int(np.sign(rows["attention, Q Kᵀ"][0] - rows["RNN, U h"][0])) if word in at.caption else 9)
    return Outcome(ours, signs, ours == signs == [-1, 0, 1], f"Q Kᵀ: fewer, equal, more at n = {d // 2}, {d}, {2 * d}")


def known_numbers(state: State) -> Outcome:
    """The notes' own numbers, as shown."""
    steps = bars_by_label(figures(LESSON, "paths", state.with_values(n=10, far=0))["lengths"])
    rows = rows_by_name(figures(LESSON, "costs", state.with_values(length=10, d=64))["costs"])
    found = [int(steps[NAMES[way]]) for way in ("rnn", "convolution", "attention")]
    return equal([*found, rows["RNN, U h"][0], rows["attention, Q Kᵀ"][0]], [9, 9, 1, 40_960, 6_400])


CLAIMS = (
    Claim(id="O1", says="steps from the first token to another", check=shortest),
    Claim(id="O1", says="as many layers as stacks of Conv1d need", check=layers_needed),
    Claim(id="O1", says="10 tokens, 64 wide: steps RNN, conv, attention; products", check=known_numbers),
    Claim(id="O2", says="n steps of an RNN wait for one another, one of attention", check=sequential),
    Claim(id="O2", says="products of U h and of Q Kᵀ", check=products),
    Claim(id="O2", says="Q Kᵀ and U h cost alike at n = d", check=crossing),
    Claim(id="O2", says="products of the whole layers, RNN and attention", check=whole),
    Claim(id="P4", says="the gradient of an RNN is at most |U|^(T-1)", check=jacobians),
    Claim(id="P4", says="the gradient survives the distance (0.01 to 100)", check=survives),
    Claim(
        id="P4",
        says="over 64 tokens attention's gradient is > 100x the RNN's",
        check=gradients,
        needs="first-token",
    ),
    Claim(id="P4", says="these gradients are those of finite differences", check=differences, needs="first-token"),
    Claim(id="P4", says="share copied over 64 tokens: attention, RNN", check=copied, needs="first-token"),
)
