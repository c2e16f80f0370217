"""What a recurrent network remembers: how far back its loss reaches, and how far back a token is still felt.

Shapes: t tokens, u units, n distances, r replacements, v vocabulary.
"""

from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor
from torch.autograd.graph import GradientEdge

from ...models.recurrent import LstmLayer, Recurrent

Floats = NDArray[np.float64]

DISTANCES = 24
"""Of a long sequence, tokens that are replaced: the nearest, then ever fewer."""
BUDGET = 1500
"""Tokens that all replaced sequences together may read anew: some ten milliseconds."""


def losses_reach(model: Recurrent, tokens_1t: Tensor, target: int) -> tuple[float, list[dict[str, Floats]]]:
    """Cross-entropy in nats of `target` after the last token; of each layer the norm of its gradient by state.

    By `gradient` that by h_t (t,), of an LSTM by `cell_gradient` also that by c_t, both through every path to the
    loss. The network is in evaluation mode; nothing of its own `.grad` is touched.
    """
    with torch.enable_grad():
        x_1ti = model.embedding(tokens_1t)
        held: list[dict[str, Tensor]] = []
        for layer in model.layers:
            if isinstance(layer, LstmLayer):
                gates = layer.unrolled(x_1ti)
                x_1ti = gates.hidden
                held.append({"gradient": gates.hidden, "cell_gradient": gates.cell})
            else:
                x_1ti = layer(x_1ti)
                held.append({"gradient": x_1ti})
        loss = F.cross_entropy(model.head(x_1ti[:, -1]), torch.tensor([target], device=x_1ti.device))
        states = [state for layer in held for state in layer.values()]
        found = iter(torch.autograd.grad(loss, [edge for state in states for edge in _moments(state)]))
    t = tokens_1t.shape[1]
    norms = [{what: np.array([float(next(found).norm()) for _ in range(t)]) for what in layer} for layer in held]
    return float(loss.detach()), norms


def _moments(stacked_1tu: Tensor) -> list[GradientEdge]:
    """The states at each moment that were stacked: those that the next moment was computed from."""
    assert stacked_1tu.grad_fn is not None
    return [GradientEdge(node, output) for node, output in stacked_1tu.grad_fn.next_functions if node is not None]


def replaced(t: int, budget: int = BUDGET) -> tuple[NDArray[np.int64], int]:
    """Which of t tokens to replace (n,), the last one last, and how often each, so that `budget` is kept."""
    back = np.unique(np.geomspace(1, t, DISTANCES).round().astype(np.int64)) if t > DISTANCES else np.arange(1, t + 1)
    return t - back[::-1], max(1, budget // int(back.sum()))


def influence(model: Recurrent, tokens_1t: Tensor, at_n: NDArray[np.int64], times: int) -> list[Floats]:
    """How far each layer's final state moves if the token at each of `at_n` is another: (n,), one a layer.

    The mean of |h' - h| / |h| over at most `times` other tokens, drawn by a fixed seed; all of them if that many are
    allowed. All replaced sequences are read side by side, each from where it differs.
    """
    generator = torch.Generator().manual_seed(0)
    vocabulary = model.embedding.num_embeddings
    times = min(times, vocabulary - 1)
    tokens_t, states, rows = tokens_1t[0].cpu(), model.caches(), 1
    stretches = pairwise(sorted({0, *at_n.tolist(), len(tokens_t)}))
    for start, end in stretches:
        others = times if start in at_n else 0
        read = tokens_t[start:end].repeat(rows + others, 1)
        if others:
            draw = torch.randperm(vocabulary - 1, generator=generator)[:others]
            read[rows:, 0] = draw + (draw >= tokens_t[start])
            for state in states:
                state.hidden, state.cell = (_with_copies(held, others) for held in (state.hidden, state.cell))
            rows += others
        x = model.embedding(read.to(tokens_1t.device))
        for layer, state in zip(model.layers, states, strict=True):
            x = layer(x, state)
    found = []
    for state in states:
        assert state.hidden is not None
        moved = (state.hidden[1:] - state.hidden[0]).norm(dim=1) / state.hidden[0].norm()
        found.append(moved.view(len(at_n), times).mean(1).double().cpu().numpy())
    return found


def _with_copies(held_bu: Tensor | None, count: int) -> Tensor | None:
    """`count` more rows that are like the first; nothing where nothing was read yet."""
    return None if held_bu is None else torch.cat((held_bu, held_bu[:1].expand(count, -1)))


def halving(norms_t: Floats) -> float:
    """Tokens back over which a norm halves, by least squares of its logarithm; inf where it does not fade.

    NaN where fewer than three of the norms are positive numbers.
    """
    back = np.arange(len(norms_t))[::-1]
    usable = np.isfinite(norms_t) & (norms_t > 0)
    if usable.sum() < 3:
        return float("nan")
    slope = float(np.polyfit(back[usable], np.log2(norms_t[usable]), 1)[0])
    return -1 / slope if slope < 0 else float("inf")
