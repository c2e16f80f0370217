"""The sub-layers of a transformer in numpy, reading the weights of the lab's modules by their names. Torch-free.

Shapes: t queries, s keys, h heads, d numbers a head, m model width = h * d. One sentence at a time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ..kit.fixtures import Floats
from .attending import Mask, softmax
from .layer_norm import layer_norm

Weights = Mapping[str, Floats]
"""Arrays by the names of a module's state_dict."""
Cache = dict[str, tuple[Floats, Floats]]
"""Keys and values (h, s, d) of the tokens so far, by the name of the attention."""


@dataclass(frozen=True, eq=False)
class Heads:
    """What one multi-head attention computed: q (h, t, d), k and v (h, s, d), scores and weights (h, t, s)."""

    q: Floats
    k: Floats
    v: Floats
    scores: Floats
    """q·k / sqrt(d), before the mask."""
    weights: Floats
    mixed: Floats
    """(t, m): the heads' outputs side by side, before W_O."""


@dataclass(frozen=True, eq=False)
class Sublayer:
    """One sub-layer in its residual frame: the stream (t, m) before and after, and what the branch gave."""

    name: str
    before: Floats
    read: Floats
    """What the branch read: the normalised stream with pre-LN, the stream itself with post-LN."""
    branch: Floats
    after: Floats
    heads: Heads | None = None


def linear(w: Weights, name: str, x: Floats) -> Floats:
    """x W^T + b, the bias where there is one."""
    y: Floats = x @ w[f"{name}.weight"].T
    return y + w[f"{name}.bias"] if f"{name}.bias" in w else y


def normed(w: Weights, name: str, x: Floats) -> Floats:
    """LayerNorm with the gain and the bias of `name`."""
    return layer_norm(x, w[f"{name}.weight"], w[f"{name}.bias"])


def split(x: Floats, heads: int) -> Floats:
    """(t, m) as (h, t, d)."""
    return x.reshape(len(x), heads, -1).transpose(1, 0, 2)


def attention(
    w: Weights,
    name: str,
    x: Floats,
    heads: int,
    memory: Floats | None = None,
    mask: Mask | None = None,
    cache: Cache | None = None,
) -> tuple[Floats, Heads]:
    """Queries from `x`, keys and values from `memory`, or from `x` itself; the output (t, m) and all stages.

    `mask` broadcasts to (t, s), True where a query may look. With `cache`, keys and values of `x` are appended to it.
    """
    source = x if memory is None else memory
    q, k, v = (
        split(linear(w, f"{name}.{part}", given), heads)
        for part, given in (("query", x), ("key", source), ("value", source))
    )
    if cache is not None:
        if name in cache:
            k, v = np.concatenate((cache[name][0], k), 1), np.concatenate((cache[name][1], v), 1)
        cache[name] = (k, v)
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1])
    weights = softmax(scores if mask is None else np.where(mask, scores, -np.inf))
    mixed = (weights @ v).transpose(1, 0, 2).reshape(len(x), -1)
    return linear(w, f"{name}.output", mixed), Heads(q, k, v, scores, weights, mixed)


def feed_forward(w: Weights, name: str, x: Floats) -> Floats:
    """max(0, x W_1 + b_1) W_2 + b_2, every token on its own."""
    return linear(w, f"{name}.down", np.maximum(linear(w, f"{name}.up", x), 0.0))


def residual(
    w: Weights, norm: str, name: str, x: Floats, f: Callable[[Floats], tuple[Floats, Heads | None]], first: bool
) -> Sublayer:
    """x + f(LN(x)) where the norm comes `first` (pre-LN), LN(x + f(x)) where not (post-LN, as in the paper)."""
    read = normed(w, norm, x) if first else x
    branch, heads = f(read)
    total = x + branch
    return Sublayer(name, x, read, branch, total if first else normed(w, norm, total), heads)
