"""Multi-head attention in plain numpy, and what can be measured of a head. Torch-free.

Shapes: T tokens, D width, h heads, d = D / h numbers a head.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..kit.fixtures import Floats
from .attending import Mask, attend, causal, entropy, softmax
from .sentences import embed, hand_set

WIDTH = 8


@dataclass(frozen=True, eq=False)
class Matrices:
    """W_Q, W_K, W_V, W_O, each (D, D)."""

    query: Floats
    key: Floats
    value: Floats
    output: Floats


@dataclass(frozen=True, eq=False)
class Heads:
    """q, k, v (h, T, d), weights (h, T, T), the heads side by side (T, D), and the output (T, D)."""

    q: Floats
    k: Floats
    v: Floats
    weights: Floats
    concat: Floats
    output: Floats


@lru_cache(maxsize=8)
def random_matrices(width: int, seed: int) -> Matrices:
    """Independent Gaussian numbers: not learned."""
    rng = np.random.default_rng(seed + 11)
    wq, wk, wv, wo = (rng.standard_normal((width, width)) * 2 / np.sqrt(width) for _ in range(4))
    return Matrices(wq, wk, wv, wo)


def split_heads(x: Floats, heads: int) -> Floats:
    """(T, D) → (h, T, d): the columns are cut into h neighbouring groups."""
    size, width = x.shape
    answer: Floats = x.reshape(size, heads, width // heads).transpose(1, 0, 2)
    return answer


def join_heads(x: Floats) -> Floats:
    """(h, T, d) → (T, D): heads laid side by side."""
    heads, size, depth = x.shape
    answer: Floats = x.transpose(1, 0, 2).reshape(size, heads * depth)
    return answer


def multi_head(x: Floats, w: Matrices, heads: int, mask: Mask | None = None) -> Heads:
    """Concat(head_1, …, head_h) W_O, each head with its own columns of Q, K and V."""
    q, k, v = (split_heads(x @ each, heads) for each in (w.query, w.key, w.value))
    each = [attend(q[i], k[i], v[i], mask) for i in range(heads)]
    concat = join_heads(np.stack([a.output for a in each]))
    return Heads(q, k, v, np.stack([a.weights for a in each]), concat, concat @ w.output)


def parameters(width: int, bias: bool = False) -> int:
    """Of W_Q, W_K, W_V and W_O: 4 D² and 4 D with biases, however many heads there are."""
    return 4 * width * width + (4 * width if bias else 0)


def divergence(p: Floats, q: Floats) -> float:
    """Jensen-Shannon divergence of two heads (T, T), the mean of their rows, in nats: 0 if equal, at most ln 2."""
    middle = (p + q) / 2
    rows = entropy(middle) - (entropy(p) + entropy(q)) / 2
    return float(max(0.0, rows.mean()))


def divergences(weights: Floats) -> Floats:
    """(h, h): between every pair of heads."""
    return np.array([[divergence(a, b) for b in weights] for a in weights])


KINDS = ("previous token", "first token (sink)", "itself (diagonal)", "same word")
SHORT = ("prev", "sink", "self", "same")
MIXED = "mixed"


def copies(weights: Floats, tokens: Sequence[str]) -> NDArray[np.bool_]:
    """(T, T): where a token may look at another place of the same word."""
    words = [token.lower() for token in tokens]
    same = np.array([[i != j and a == b for j, b in enumerate(words)] for i, a in enumerate(words)])
    answer: NDArray[np.bool_] = same & (weights > 0)
    return answer


def rows_of(weights: Floats, tokens: Sequence[str]) -> tuple[int, ...]:
    """[4]: in how many rows each of the KINDS is possible."""
    size = len(tokens)
    if size < 2:
        return (0, 0, size, 0)
    return (size - 1, size - 1, size - 1, int(copies(weights, tokens).any(1).sum()))


def masses(weights: Floats, tokens: Sequence[str]) -> Floats:
    """[4]: the mean weight on the token before, on the first, on itself, on other places of the same word.

    Rows where a kind is not possible are left out of its mean: the first row has no token before it.
    """
    if len(tokens) < 2:
        return np.array([0.0, 0.0, float(weights.mean()), 0.0])
    same = copies(weights, tokens)
    again = same.any(1)
    copied = float((weights * same).sum(1)[again].mean()) if again.any() else 0.0
    before = float(np.diagonal(weights, -1).mean())
    return np.array([before, float(weights[1:, 0].mean()), float(np.diagonal(weights)[1:].mean()), copied])


def kind(weights: Floats, tokens: Sequence[str]) -> tuple[str, float]:
    """What a head does, as measured, with its mean share: of the kinds with at least one half that of the most weight.

    A copy of the first word may look at the sink or at the same word: the many rows of the sink decide, not the one.
    `mixed`, with the largest share, where no kind has one half.
    """
    measured = masses(weights, tokens)
    if measured.max() < 0.5:
        return MIXED, float(measured.max())
    at = int(np.where(measured >= 0.5, measured * rows_of(weights, tokens), -1.0).argmax())
    return KINDS[at], float(measured[at])


HAND_MADE = ("prev", "sink", "self", "same", "gram", "twin")
"""Previous token, first token, itself, same word, what the word class asks for, and nearly the first again."""


def hand_made(tokens: Sequence[str]) -> Floats:
    """(6, T, T): heads whose scores were set by hand, causal; the last nearly repeats the first."""
    size = len(tokens)
    words = [token.lower() for token in tokens]
    place = np.subtract.outer(np.arange(size), np.arange(size))
    same = np.array([[i != j and a == b for j, b in enumerate(words)] for i, a in enumerate(words)])
    first = np.zeros((size, size), dtype=bool)
    first[:, 0] = True
    x, w = embed(tokens), hand_set()
    grammar = x @ w.query @ (x @ w.key).T / 2
    scores = [5.0 * (place == 1), 5.0 * first, 5.0 * (place == 0), 5.0 * same, grammar, 4.5 * (place == 1)]
    return np.stack([softmax(np.where(causal(size), each, -np.inf)) for each in scores])


def without_sink(weights: Floats) -> Floats:
    """The heads without their first column, rows summing to 1 again; a row that had nothing else stays as it is."""
    kept = weights.copy()
    kept[..., 0] = 0
    total = kept.sum(-1, keepdims=True)
    answer: Floats = np.where(total > 0, kept / np.where(total > 0, total, 1), weights)
    return answer
