"""Scaled dot-product attention in plain numpy, stage by stage (Vaswani et al., 2017, arXiv 1706.03762). Torch-free.

Shapes: T tokens, D numbers of an embedding, d_k numbers of a query or key, d_v numbers of a value.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..kit.fixtures import Floats

Mask = NDArray[np.bool_]
"""True where a query (row) may look at a key (column)."""


def softmax(scores: Floats, axis: int = -1) -> Floats:
    """exp(z - max) / sum; the largest is subtracted so that nothing overflows. A row of -inf alone gives NaN."""
    with np.errstate(invalid="ignore"):
        powers = np.exp(scores - scores.max(axis, keepdims=True))
        answer: Floats = powers / powers.sum(axis, keepdims=True)
    return answer


def causal(size: int) -> Mask:
    """(T, T), True on and below the diagonal: token i looks at tokens 0..i."""
    return np.tri(size, dtype=bool)


def entropy(weights: Floats) -> Floats:
    """-sum p ln p of each row, in nats; 0 ln 0 is 0."""
    answer: Floats = -np.where(weights > 0, weights * np.log(np.where(weights > 0, weights, 1.0)), 0.0).sum(-1)
    return answer


@dataclass(frozen=True, eq=False)
class Projections:
    """W_Q, W_K (D, d_k), W_V (D, d_v), W_O (d_v, D); `hand_set`: whether the axes were given a meaning by hand."""

    query: Floats
    key: Floats
    value: Floats
    output: Floats
    axes: tuple[str, ...]
    """What the d_k axes mean, or q1, q2, …"""
    contents: tuple[str, ...]
    """What the d_v axes mean."""
    hand_set: bool = False


@dataclass(frozen=True, eq=False)
class Attention:
    """Every stage: Q, K (T, d_k), V (T, d_v), four (T, T) matrices, and the output (T, d_v)."""

    q: Floats
    k: Floats
    v: Floats
    mask: Mask
    scores: Floats
    scaled: Floats
    masked: Floats
    weights: Floats
    output: Floats


def scale_of(keys: Floats) -> float:
    """sqrt(d_k), by which scores are divided."""
    return float(np.sqrt(keys.shape[-1]))


def attend(q: Floats, k: Floats, v: Floats, mask: Mask | None = None) -> Attention:
    """softmax(Q K^T / sqrt(d_k)) V with what comes between; without a mask every token looks at every token."""
    allowed = np.ones((len(q), len(k)), dtype=bool) if mask is None else mask
    scores = q @ k.T
    scaled = scores / scale_of(k)
    masked = np.where(allowed, scaled, -np.inf)
    weights = softmax(masked)
    return Attention(q, k, v, allowed, scores, scaled, masked, weights, weights @ v)


def self_attention(x: Floats, w: Projections, mask: Mask | None = None) -> Attention:
    """Queries, keys and values projected from the same tokens (T, D)."""
    return attend(x @ w.query, x @ w.key, x @ w.value, mask)


def random_projections(seed: int, width: int, keys: int, values: int = 0, gain: float = 1.5) -> Projections:
    """Projections of independent Gaussian numbers: the axes mean nothing."""
    rng = np.random.default_rng(seed)
    shapes = ((width, keys), (width, keys), (width, values or keys), (values or keys, width))
    wq, wk, wv, wo = (rng.standard_normal(shape) * gain / np.sqrt(width) for shape in shapes)
    axes = tuple(f"a{i + 1}" for i in range(keys))
    return Projections(wq, wk, wv, wo, axes, tuple(f"v{i + 1}" for i in range(values or keys)))


def product(a: Any, b: Any, digits: int = 2) -> str:
    """A dot product written out: `1.2·0.5 + 0·2`."""
    return " + ".join(f"{_short(x, digits)}·{_short(y, digits)}" for x, y in zip(a, b, strict=True))


def _short(number: float, digits: int) -> str:
    text = f"{number:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{number:.0f}"
    text = "0" if text in ("-0", "") else text
    return f"({text})" if text.startswith("-") else text
