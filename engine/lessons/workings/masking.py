"""Padding masks, causal masks and both together, on a batch of two sentences. Torch-free."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..kit.fixtures import Floats
from .attending import Attention, Mask, causal, self_attention
from .sentences import FEATURES, embed, projections

PAD = "<pad>"


@dataclass(frozen=True, eq=False)
class Batch:
    """Two sentences made equally long with <pad>; `real` (2, T) is False where a token is padding."""

    tokens: tuple[tuple[str, ...], ...]
    real: Mask


def padded(sentences: Sequence[tuple[str, ...]], side: str) -> Batch:
    """Sentences as rows of one length, padded on the `right` or on the `left`."""
    size = max(map(len, sentences))
    rows, real = [], []
    for tokens in sentences:
        pads = (PAD,) * (size - len(tokens))
        rows.append((*tokens, *pads) if side == "right" else (*pads, *tokens))
        real.append([token != PAD for token in rows[-1]])
    return Batch(tuple(rows), np.array(real))


def combined(real: Mask) -> Mask:
    """(T, T): causal and not padding."""
    allowed: Mask = causal(len(real)) & real[None, :]
    return allowed


def vectors(tokens: Sequence[str], pad: float = 0.0) -> Floats:
    """(T, 8): embeddings, those of padding filled with the number `pad`."""
    x = embed(tokens)
    x[[token == PAD for token in tokens]] = pad
    return x


def attended(tokens: Sequence[str], mask: Mask | None, weights: str = "hand-set", seed: int = 0) -> Attention:
    """The sentence's attention under a mask."""
    return self_attention(vectors(tokens), projections(weights, seed), mask)


def edited(x: Floats, token: int) -> Floats:
    """The embeddings with one token made into quite another word."""
    other = x.copy()
    other[token] = np.roll(other[token], 3)
    other[token, -1] = -other[token, -1] + 0.5
    return other


def changes(x: Floats, token: int, mask: Mask | None, weights: str = "hand-set", seed: int = 0) -> Floats:
    """[T]: the largest change of each output when one token is edited."""
    w = projections(weights, seed)
    before, after = self_attention(x, w, mask).output, self_attention(edited(x, token), w, mask).output
    answer: Floats = np.abs(after - before).max(1)
    return answer


def losses(output: Floats, vocabulary: int, targets: Sequence[int], seed: int = 0) -> Floats:
    """[T]: -ln p of each target, read from outputs (T, d) by a random head to `vocabulary` words."""
    head = np.random.default_rng(seed + 5).standard_normal((output.shape[1], vocabulary))
    logits = output @ head
    most = logits.max(1, keepdims=True)
    logs = logits - most - np.log(np.exp(logits - most).sum(1, keepdims=True))
    answer: Floats = -logs[np.arange(len(targets)), list(targets)]
    return answer


WIDTH = len(FEATURES)
