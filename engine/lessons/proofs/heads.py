"""What `heads` claims, computed by PyTorch, SciPy and NumPy's graph-free counting."""

import inspect
from typing import Any

import numpy as np
import torch
from scipy.sparse.csgraph import shortest_path
from scipy.spatial.distance import jensenshannon
from torch import Tensor, nn

from ..kit.facts import Claim, Outcome, at_least, equal, every, same_arrays
from ..kit.fixtures import Floats
from ..kit.state import State
from ..workings import head_cards, head_scenes, multihead


def tensor(values: Any) -> Tensor:
    """float64, a copy."""
    return torch.tensor(np.asarray(values), dtype=torch.float64)


def counts(state: State) -> Outcome:
    """4D² (+4D) against PyTorch's module for every number of heads."""
    width = state["width"]
    heads = [h for h in (1, 2, 4, 8, 16, 32) if width % h == 0]
    found = {str(h): [multihead.parameters(width), multihead.parameters(width, True)] for h in heads}
    expected = {}
    for h in heads:
        with torch.device("meta"):
            modules = [nn.MultiheadAttention(width, h, bias=bias) for bias in (False, True)]
        expected[str(h)] = [sum(p.numel() for p in module.parameters()) for module in modules]
    return every(
        by_heads=equal(found, expected),
        at_512=equal([multihead.parameters(512), 4 * 512], [1_048_576, 2_048]),
    )


def joined(state: State) -> Outcome:
    """Concat and W_O against nn.MultiheadAttention with the same numbers."""
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
    return every(
        output=same_arrays(ours.output, output[0], 1e-9),
        weights=same_arrays(ours.weights, weights[0], 1e-9),
    )


def _scipy(weights: Floats) -> Floats:
    """(h, h): SciPy's Jensen-Shannon distance squared, the mean of the rows."""
    rows = [[np.mean(jensenshannon(a, b, axis=1) ** 2) for b in weights] for a in weights]
    return np.nan_to_num(np.array(rows))


def apart(state: State) -> Outcome:
    """The divergence matrix against SciPy's; twins are near 0."""
    tokens = head_scenes.tokens_of(state)
    weights = multihead.hand_made(tokens)
    ours = multihead.divergences(weights)
    twins = float(ours[0, 5])
    return every(
        matrix=same_arrays(ours, _scipy(weights), 1e-6),
        in_range=Outcome(float(ours.max()), "0 to ln 2", bool(ours.min() >= 0 and ours.max() <= np.log(2) + 1e-9)),
        twins=Outcome(twins, "< 0.02", twins < 0.02),
    )


def labelled(state: State) -> Outcome:
    """Heads that were set to a pattern are measured to have it; on a sentence long enough to tell."""
    tokens = ("the", "cat", "saw", "the", "dog", "and", "the", "dog", "ran", ".")
    weights = multihead.hand_made(tokens)
    found = [multihead.kind(each, tokens)[0] for each in weights]
    wanted = [*multihead.KINDS[:4], multihead.MIXED, multihead.KINDS[0]]
    return equal(found, wanted)


def learned(state: State) -> Outcome:
    """Distances of the trained heads, printed; they are not all the same, and nothing looks ahead."""
    attention = state.result("peeking").honest.attention
    weights = attention[0].reshape(-1, *attention.shape[-2:])
    ours = multihead.divergences(weights)
    off = ours[np.triu_indices(len(ours), 1)]
    return every(
        matrix=same_arrays(ours, _scipy(weights), 1e-6),
        largest=at_least(float(off.max()), 0.05),
        smallest=Outcome(float(off.min()), "may be near 0", bool(off.min() >= 0)),
        weight_on_the_future=equal(float(np.triu(weights, 1).max()), 0.0),
    )


def shortest(state: State) -> Outcome:
    """Path lengths against SciPy's shortest paths through the graph of who hears whom."""
    size = len(head_scenes.tokens_of(state))
    found = {
        "attention": head_cards.path(size, max(1, size - 1)),
        "RNN": head_cards.path(size, 1),
    }
    graphs = {"attention": np.tri(size, k=-1), "RNN": np.eye(size, k=-1)}
    expected = {name: int(shortest_path(graph, unweighted=True)[size - 1, 0]) for name, graph in graphs.items()}
    return equal(found, expected)


def published(state: State) -> Outcome:
    """Heads divide the width; PyTorch makes the heads of that size."""
    found = {name: width // heads for name, heads, width, _ in head_cards.MODELS}
    with torch.device("meta"):
        expected = {name: nn.MultiheadAttention(width, heads).head_dim for name, heads, width, _ in head_cards.MODELS}
    default = inspect.signature(nn.Transformer).parameters["nhead"].default
    heads = {name.split(",")[0]: heads for name, heads, _, _ in head_cards.MODELS}
    known = {"Transformer base": default, "Transformer big": 16, "GPT-2 small": 12, "GPT-2 large": 20, "GPT-3": 96}
    return every(
        head_size=equal(found, expected),
        heads=equal({name: heads[name] for name in known}, known),
    )


CLAIMS = (
    Claim(id="W1", says="4D² weights (+4D biases) for every number of heads", check=counts),
    Claim(id="W1", says="heads side by side times W_O are nn.MultiheadAttention", check=joined),
    Claim(id="W2", says="how far heads are apart (Jensen-Shannon); a redundant pair is near 0", check=apart),
    Claim(id="W2", says="labels are measured: previous, sink, diagonal, same word", check=labelled),
    Claim(id="W2", says="learned heads differ: the distance of every pair is measured", check=learned, needs="peeking"),
    Claim(id="W3", says="the path from first to last token is 1 with attention, T-1 with an RNN", check=shortest),
    Claim(id="X2", says="8 and 16 in 2017, 12 and 20 in GPT-2, 96 in GPT-3; heads divide the width", check=published),
)
