"""What `heads` claims, computed by PyTorch, SciPy and NumPy's graph-free counting."""

import inspect
from typing import Any

import numpy as np
import torch
from scipy.sparse.csgraph import shortest_path
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy as scipy_entropy
from torch import Tensor, nn

from ..heads import LESSON
from ..kit.facts import Claim, Outcome, equal
from ..kit.fixtures import S2, Floats
from ..kit.state import State
from ..workings import head_scenes, multihead
from ..workings.sentences import split
from .shown import agree, apart, figures


def tensor(values: Any) -> Tensor:
    """float64, a copy."""
    return torch.tensor(np.asarray(values), dtype=torch.float64)


def counts(state: State) -> Outcome:
    """The table that is shown, 4D² (+4D), against PyTorch's module for every number of heads."""
    width = state["width"]
    rows = figures(LESSON, "cost", state)["parameters"].rows
    found = [[row[0], row[1], *(int(str(cell).replace(",", "")) for cell in row[2:])] for row in rows]
    expected = []
    for h in (h for h in (1, 2, 4, 8, 16, 32) if width % h == 0):
        with torch.device("meta"):
            bare, biased = (nn.MultiheadAttention(width, h, bias=bias) for bias in (False, True))
        weights, both = (sum(p.numel() for p in module.parameters()) for module in (bare, biased))
        expected.append([h, bare.head_dim, weights, both - weights, both])
    at_512 = [multihead.parameters(512), multihead.parameters(512, True) - multihead.parameters(512)]
    holds = found == expected and at_512 == [1_048_576, 2_048]
    return Outcome(found[-1][2:], expected[-1][2:], holds)


def joined(state: State) -> Outcome:
    """Concat and W_O as they are shown, against nn.MultiheadAttention with the same numbers."""
    x, ours = head_scenes.heads_of(state)
    w = multihead.random_matrices(multihead.WIDTH, state.seed)
    module = nn.MultiheadAttention(multihead.WIDTH, state["heads"], bias=False, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        module.in_proj_weight.copy_(torch.cat([tensor(each).T for each in (w.query, w.key, w.value)]))
        module.out_proj.weight.copy_(tensor(w.output).T)
        size = len(x)
        mask = torch.ones(size, size, dtype=torch.bool).triu(1) if state["masked"] else None
        batch = tensor(x)[None]
        output, weights = module(batch, batch, batch, attn_mask=mask, average_attn_weights=False)
    last, third = figures(LESSON, "cutting", state, 3), figures(LESSON, "cutting", state, 2)
    chosen = min(state["head"], state["heads"]) - 1
    again = tensor(last["concat"].values) @ tensor(last["W_O"].values)
    return agree(
        (last["output"].values, output[0]),
        (last["output"].values, again),
        (third["weights"].images, weights[0]),
        (third["matrix"].values, weights[0, chosen]),
        (ours.weights, weights[0]),
    )


def _scipy(weights: Floats) -> Floats:
    """(h, h): SciPy's Jensen-Shannon distance squared, the mean of the rows."""
    rows = [[np.mean(jensenshannon(a, b, axis=1) ** 2) for b in weights] for a in weights]
    return np.nan_to_num(np.array(rows))


def far(state: State) -> Outcome:
    """The divergences that are shown against SciPy's; twins are near 0."""
    weights = multihead.hand_made(head_scenes.tokens_of(state))
    shown = figures(LESSON, "patterns", state, 1)["divergence"].values
    twins = float(shown[0, 5])
    holds = apart((shown, _scipy(weights))) < 1e-6 and twins < 0.02 and float(shown.max()) <= np.log(2) + 1e-9
    return Outcome({"twins": twins}, "< 0.02", bool(holds))


def muted(state: State) -> Outcome:
    """The pictures: hand-made rows by PyTorch's softmax; muted, the first column is gone and rows sum to 1 again."""
    tokens = head_scenes.tokens_of(state)
    size = len(tokens)
    wall = figures(LESSON, "patterns", state)["heads"]
    place = torch.arange(size)[:, None] - torch.arange(size)[None]
    oracle = []
    for scores in (5.0 * (place == 1), 5.0 * (torch.arange(size) == 0).expand(size, size), 5.0 * (place == 0)):
        rows = scores.double().masked_fill(place < 0, float("-inf")).softmax(1)
        if state["mute"]:
            rest = rows.clone()
            rest[:, 0] = 0
            rows = torch.where(rest.sum(1, keepdim=True) > 0, rest / rest.sum(1, keepdim=True), rows)
        oracle.append(rows)
    return agree((wall.images[:3], torch.stack(oracle)))


def labelled(state: State) -> Outcome:
    """Shares and rows in the bars of every head of the sentence, added up by hand; heads do what they were set to.

    A kind is possible in few rows of some sentences: what is set is compared on one long enough to tell, and on S2.
    """
    tokens = head_scenes.tokens_of(state)
    weights = multihead.hand_made(tokens)
    pairs = []
    for k, each in enumerate(weights):
        bars = figures(LESSON, "patterns", state.with_values(head=k + 1))["masses"]
        shares, rows = _kinds(each, tokens)
        pairs += [(bars.values, shares), ([int(note.split()[0]) for note in bars.notes], rows)]
    wanted = [*multihead.KINDS[:4], multihead.MIXED, multihead.KINDS[0]]
    long = ("the", "cat", "saw", "the", "dog", "and", "the", "dog", "ran", ".")
    here = [tokens] if tokens == split(S2, head_scenes.MOST) else []
    found = [[multihead.kind(each, seen)[0] for each in multihead.hand_made(seen)] for seen in (long, *here)]
    right = sum(a == b for a, b in zip(found[-1], wanted, strict=True))
    holds = apart(*pairs) < 1e-12 and all(labels == wanted for labels in found)
    return Outcome({"as set": right, "shares differ by": apart(*pairs)}, {"as set": 6, "shares differ by": 0}, holds)


def _kinds(weights: Floats, tokens: tuple[str, ...]) -> tuple[list[float], list[int]]:
    """Of each kind the mean weight over the rows where it is possible, and their number; token by token."""
    size = len(tokens)
    if size == 1:
        return [0.0, 0.0, 1.0, 0.0], [0, 0, 1, 0]
    kinds: list[list[float]] = [[], [], [], []]
    for i in range(size):
        if i:
            for column, kind in ((i - 1, kinds[0]), (0, kinds[1]), (i, kinds[2])):
                kind.append(float(weights[i, column]))
        twins = [j for j in range(i) if tokens[j].casefold() == tokens[i].casefold()]
        if twins:
            kinds[3].append(float(sum(weights[i, j] for j in twins)))
    return [sum(kind) / max(1, len(kind)) for kind in kinds], [len(kind) for kind in kinds]


def learned(state: State) -> Outcome:
    """Distances of the trained heads; they are not all the same, and nothing looks ahead."""
    attention = state.result("peeking").honest.attention
    at = min(state["passage"], len(attention)) - 1
    weights = attention[at].reshape(-1, *attention.shape[-2:])
    shown = figures(LESSON, "learned", state, 1)["divergence"].values
    largest = float(shown.max())
    ahead = float(np.triu(weights, 1).max())
    holds = apart((shown, _scipy(weights))) < 1e-6 and largest >= 0.05 and ahead == 0.0
    return Outcome({"largest": largest, "on the future": ahead}, ">= 0.05, 0", bool(holds))


def shortest(state: State) -> Outcome:
    """Path lengths and steps that are shown, against SciPy's shortest paths through the graph of who hears whom."""
    size = len(head_scenes.tokens_of(state))
    rows = {row[0]: row[1:3] for row in figures(LESSON, "benefits", state)["benefits"].rows}
    graphs = {"attention": np.tri(size, k=-1), "RNN": np.eye(size, k=-1)}
    paths = [int(shortest_path(graph, unweighted=True)[size - 1, 0]) for graph in graphs.values()]
    steps = [_sequential(np.tri(size) * 0), _sequential(graphs["RNN"])]
    found = {"path": rows["path from first to last token"], "steps": rows["steps one after the other"]}
    return equal(found, {"path": paths, "steps": steps})


def _sequential(waits: Any) -> int:
    """How many steps one after the other, if row i can begin only when the rows that it waits for are done."""
    done: list[int] = []
    for row in waits:
        done.append(1 + max((done[j] for j in np.flatnonzero(row)), default=0))
    return max(done)


def spread(state: State) -> Outcome:
    """The bars' entropies against SciPy's of PyTorch's softmax."""
    _, ours = head_scenes.heads_of(state)
    size = ours.weights.shape[1]
    scores = torch.einsum("hid,hjd->hij", tensor(ours.q), tensor(ours.k)) / ours.q.shape[2] ** 0.5
    if state["masked"]:
        scores = scores.masked_fill(torch.ones(size, size, dtype=torch.bool).triu(1), float("-inf"))
    theirs = scipy_entropy(scores.softmax(2).numpy(), axis=2).mean(1) / max(float(np.log(size)), 1e-9)
    return agree((figures(LESSON, "benefits", state)["entropy"].values, theirs))


PUBLISHED = {
    "Transformer base": (8, 512, 6),
    "Transformer big": (16, 1024, 6),
    "BERT base": (12, 768, 12),
    "BERT large": (16, 1024, 24),
    "GPT-2 small": (12, 768, 12),
    "GPT-2 large": (20, 1280, 36),
    "GPT-2 XL": (25, 1600, 48),
    "GPT-3": (96, 12288, 96),
}
"""Heads, width and layers, typed once more from 1706.03762, 1810.04805, the GPT-2 release and 2005.14165."""


def published(state: State) -> Outcome:
    """Every row of the table; heads divide the width, and PyTorch makes heads of that size."""
    rows = figures(LESSON, "models", state)["models"].rows
    found = {row[0].split(",")[0]: (row[1], row[2], row[4]) for row in rows}
    with torch.device("meta"):
        sizes = [nn.MultiheadAttention(width, heads).head_dim for heads, width, _ in PUBLISHED.values()]
    default = inspect.signature(nn.Transformer).parameters["nhead"].default
    holds = found == PUBLISHED and [row[3] for row in rows] == sizes and found["Transformer base"][0] == default
    return Outcome([each[0] for each in found.values()], [each[0] for each in PUBLISHED.values()], holds)


CLAIMS = (
    Claim(id="W1", says="4D² weights (+4D biases) for every number of heads", check=counts),
    Claim(id="W1", says="heads side by side times W_O: nn.MultiheadAttention", check=joined),
    Claim(id="W2", says="distances are SciPy's; a redundant pair is near 0", check=far),
    Claim(id="W2", says="learned heads differ, and none looks ahead", check=learned, needs="peeking"),
    Claim(id="W2", says="labels are measured: previous, sink, self, same word", check=labelled),
    Claim(id="W2", says="the pictures are softmax rows, muted or not", check=muted),
    Claim(id="W3", says="path and steps: 1 with attention; T-1 and T with an RNN", check=shortest),
    Claim(id="W3", says="the entropy of every head is SciPy's", check=spread),
    Claim(id="X2", says="8 and 16 heads in 2017, up to 25 in GPT-2, 96 in GPT-3", check=published),
)
