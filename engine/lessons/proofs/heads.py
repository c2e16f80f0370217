"""What `heads` claims, computed by PyTorch, SciPy and NumPy's graph-free counting."""

import inspect
from typing import Any

import numpy as np
import torch
from scipy.sparse.csgraph import shortest_path
from scipy.stats import entropy as scipy_entropy
from torch import Tensor, nn

from ...models.attention import MultiHeadAttention, causal_mask
from ..heads import LESSON
from ..kit.facts import Claim, Outcome, equal
from ..kit.state import State
from ..workings import head_scenes, multihead
from ..workings.sentences import embed
from .head_patterns import far, labelled, learned, muted
from .shown import agree, bars_by_label, figures


def tensor(values: Any) -> Tensor:
    """float64, a copy."""
    return torch.tensor(np.asarray(values), dtype=torch.float64)


def counts(state: State) -> Outcome:
    """The table that is shown, 4D² (+4D), against PyTorch's module for every number of heads."""
    width = state["width"]
    table = figures(LESSON, "cost", state)["parameters"]
    rows, marked = table.rows, table.marked
    here = [state["heads"]] if width % state["heads"] == 0 else []
    found = [[row[0], row[1], *(int(str(cell).replace(",", "")) for cell in row[2:])] for row in rows]
    expected = []
    for h in (h for h in (1, 2, 4, 8, 16, 32) if width % h == 0):
        with torch.device("meta"):
            bare, biased = (nn.MultiheadAttention(width, h, bias=bias) for bias in (False, True))
        weights, both = (sum(p.numel() for p in module.parameters()) for module in (bare, biased))
        expected.append([h, bare.head_dim, weights, both - weights, both])
    at_512 = [multihead.parameters(512), multihead.parameters(512, True) - multihead.parameters(512)]
    holds = found == expected and at_512 == [1_048_576, 2_048] and [rows[k][0] for k in marked] == here
    return Outcome(found[-1][2:], expected[-1][2:], holds)


def joined(state: State) -> Outcome:
    """X, Q, the heads, W_O and the output as they are shown, against the lab's module and nn.MultiheadAttention."""
    first, second, third, last = (figures(LESSON, "cutting", state, k) for k in range(4))
    tokens = head_scenes.tokens_of(state)
    w = multihead.random_matrices(multihead.WIDTH, state.seed)
    h, size, width = state["heads"], len(tokens), multihead.WIDTH
    x = tensor(first["X"].values)
    mask = causal_mask(size, size, torch.device("cpu")) if state["masked"] else None
    lab = MultiHeadAttention(width, h, bias=False).double()
    module = nn.MultiheadAttention(width, h, bias=False, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        for layer, matrix in ((lab.query, first["W_Q"].values), (lab.key, w.key), (lab.value, w.value)):
            layer.weight.copy_(tensor(matrix).T)
        lab.output.weight.copy_(tensor(last["W_O"].values).T)
        module.in_proj_weight.copy_(torch.cat([tensor(each).T for each in (w.query, w.key, w.value)]))
        module.out_proj.weight.copy_(tensor(w.output).T)
        output, weights = module(
            x[None], x[None], x[None], attn_mask=None if mask is None else ~mask, average_attn_weights=False
        )
        ours, q, k = lab(x[None], mask=mask)[0], lab.query(x), lab.key(x)
        split = (each.view(1, size, h, width // h).transpose(1, 2) for each in (q, k, lab.value(x)))
        q_heads, k_heads, v_heads = split
        concat = lab.attend(q_heads, k_heads, v_heads, mask)[0].transpose(0, 1).flatten(1)
        theirs = lab.attend.weights(q_heads, k_heads, mask)[0]
    cut = np.asarray(second["Q"].values)
    gaps = [i for i in range(cut.shape[1]) if np.isnan(cut[:, i]).all()]
    groups = [str(i * h // width + 1) for i in range(width)]
    chosen = min(state["head"], h) - 1
    right = [
        gaps == [(i + 1) * (width // h) + i for i in range(h - 1)],
        [*first["Q"].column_labels] == groups == [*last["concat"].column_labels],
        [label for label in second["Q"].column_labels if label] == groups,
        [*third["weights"].labels] == [f"head {i + 1}" for i in range(h)],
        all(set(seen.marks["source"]) == _columns(size, chosen, width // h) for seen in (first["Q"], last["concat"])),
    ]
    return agree(
        (first["X"].values, embed(tokens)),
        (first["Q"].values, q),
        (np.delete(cut, gaps, 1), q),
        (last["concat"].values, concat),
        (last["output"].values, ours),
        (last["output"].values, output[0]),
        (third["weights"].images, weights[0]),
        (third["weights"].images, theirs),
        (third["matrix"].values, theirs[chosen]),
        also=all(right),
    )


def _columns(size: int, head: int, depth: int) -> set[tuple[int, int]]:
    return {(row, column) for row in range(size) for column in range(head * depth, (head + 1) * depth)}


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
    shown = bars_by_label(figures(LESSON, "benefits", state)["entropy"])
    return agree(([shown[f"head {k + 1}"] for k in range(len(theirs))], theirs))


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
    Claim(id="W1", says="every stage is that of the lab's module and PyTorch's", check=joined),
    Claim(id="W2", says="distances are SciPy's; a redundant pair is near 0", check=far),
    Claim(id="W2", says="learned heads differ, and none looks ahead", check=learned, needs="peeking"),
    Claim(id="W2", says="labels are measured: previous, sink, self, same word", check=labelled),
    Claim(id="W2", says="the pictures are softmax rows, muted or not", check=muted),
    Claim(id="W3", says="path and steps: 1 with attention; T-1 and T with an RNN", check=shortest),
    Claim(id="W3", says="the entropy of every head is SciPy's", check=spread),
    Claim(id="X2", says="8 and 16 heads in 2017, up to 25 in GPT-2, 96 in GPT-3", check=published),
)
