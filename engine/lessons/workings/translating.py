"""The encoder-decoder transformer in numpy, every stage kept: the lab's `translator`, one sentence. Torch-free.

Shapes: s source words, t target words, m model width, v target vocabulary (Vaswani et al., 2017, arXiv 1706.03762).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...data.pairs import BEGIN, END, PAD
from ..kit.fixtures import Floats
from .attending import Mask, softmax
from .sinusoids import sinusoids
from .transformer_layers import Cache, Heads, Sublayer, Weights, attention, feed_forward, linear, normed, residual

LONGEST = 20
"""Words of a sentence that are read at most, and written."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Sizes: m, layers of each stack, heads of self- and of cross-attention, hidden units, where the norm stands."""

    width: int
    layers: int
    heads: int
    cross_heads: int
    hidden: int
    norm_first: bool = True


@dataclass(frozen=True, kw_only=True, eq=False)
class Model:
    """A translator: its plan, its weights by the names of the lab's module, the words of both languages."""

    plan: Plan
    weights: Weights
    source_words: tuple[str, ...]
    target_words: tuple[str, ...]

    @property
    def parameters(self) -> int:
        """Numbers that training may change."""
        return sum(array.size for array in self.weights.values())


@dataclass(frozen=True, eq=False)
class Pass:
    """Tokens through one stack: embedding · sqrt(m) (t, m), positions, their sum x0, every sub-layer, the output."""

    scaled: Floats
    positions: Floats
    x0: Floats
    sublayers: tuple[Sublayer, ...]
    out: Floats

    def heads(self, name: str) -> Heads:
        """The attention of the sub-layer `name`."""
        return next(sub.heads for sub in self.sublayers if sub.name == name and sub.heads is not None)

    def crossings(self) -> Floats:
        """(layers, t, s): cross-attention weights, heads averaged."""
        found = [sub.heads.weights.mean(0) for sub in self.sublayers if sub.heads is not None and "cross" in sub.name]
        return np.stack(found)


def embed(model: Model, side: str, ids: Sequence[int], start: int = 0) -> tuple[Floats, Floats]:
    """Rows of the table times sqrt(m), and the sinusoids of places start, start + 1, …; (t, m) each."""
    m = model.plan.width
    scaled = model.weights[f"{side}.embedding.weight"][list(ids)] * np.sqrt(m)
    return scaled, sinusoids(np.arange(start, start + len(ids), dtype=float), m)


def padding(ids: Sequence[int]) -> Mask:
    """(1, s): True where a word is no padding."""
    return np.array([[word != PAD for word in ids]])


@lru_cache(maxsize=64)
def read(model: Model, ids: tuple[int, ...]) -> Pass:
    """The encoder: its `out` is the memory (s, m)."""
    plan, w, mask = model.plan, model.weights, padding(ids)
    scaled, positions = embed(model, "source", ids)
    x, found = scaled + positions, []
    for k in range(plan.layers):
        here = f"encoder.{k}"
        for part in ("attention", "feed_forward"):

            def branch(y: Floats, name: str = f"{here}.{part}") -> tuple[Floats, Heads | None]:
                if name.endswith("attention"):
                    return attention(w, name, y, plan.heads, mask=mask)
                return feed_forward(w, name, y), None

            found.append(residual(w, f"{here}.{part}_residual.norm", f"{here}.{part}", x, branch, plan.norm_first))
            x = found[-1].after
    out = normed(w, "encoder_norm", x) if plan.norm_first else x
    return Pass(scaled, positions, scaled + positions, tuple(found), out)


def write(
    model: Model,
    ids: Sequence[int],
    memory: Floats,
    memory_mask: Mask | None = None,
    cache: Cache | None = None,
    start: int = 0,
    masked: bool = True,
) -> Pass:
    """The decoder on target words `ids`; with `cache` only the words since place `start`. `masked`: look-ahead mask."""
    plan, w = model.plan, model.weights
    t = len(ids)
    seen = np.tri(t, start + t, start, dtype=bool) if masked else np.ones((t, start + t), dtype=bool)
    scaled, positions = embed(model, "target", ids, start)
    x, found = scaled + positions, []
    for k in range(plan.layers):
        here = f"decoder.{k}"
        for part, norm in (("attention", "attention"), ("cross_attention", "cross"), ("feed_forward", "feed_forward")):

            def branch(y: Floats, part: str = part, name: str = f"{here}.{part}") -> tuple[Floats, Heads | None]:
                if part == "attention":
                    return attention(w, name, y, plan.heads, mask=seen, cache=cache)
                if part == "cross_attention":
                    return attention(w, name, y, plan.cross_heads, memory, memory_mask)
                return feed_forward(w, name, y), None

            found.append(residual(w, f"{here}.{norm}_residual.norm", f"{here}.{part}", x, branch, plan.norm_first))
            x = found[-1].after
    out = normed(w, "decoder_norm", x) if plan.norm_first else x
    return Pass(scaled, positions, scaled + positions, tuple(found), out)


def logits(model: Model, out: Floats) -> Floats:
    """(t, v): the decoder's output projected to the vocabulary."""
    return linear(model.weights, "head", out)


@lru_cache(maxsize=64)
def forced(model: Model, source: tuple[int, ...], target: tuple[int, ...]) -> tuple[Pass, Floats]:
    """Teacher forcing: the decoder reads `target` shifted right; its pass and the logits (t, v) of each next word."""
    there = write(model, shifted(target), read(model, source).out, padding(source))
    return there, logits(model, there.out)


def shifted(target: Sequence[int]) -> tuple[int, ...]:
    """What the decoder reads to foresee `target`: <begin>, then all but the last word."""
    return (BEGIN, *target[:-1])


def nll(logits_tv: Floats, target: Sequence[int]) -> Floats:
    """(t,): -log p of every right word, in nats."""
    largest = logits_tv.max(-1, keepdims=True)
    log_p = logits_tv - largest - np.log(np.exp(logits_tv - largest).sum(-1, keepdims=True))
    answer: Floats = -log_p[np.arange(len(target)), list(target)]
    return answer


@lru_cache(maxsize=64)
def greedy(model: Model, source: tuple[int, ...], heard: bool = True) -> tuple[int, ...]:
    """The likeliest word each time, until <end> or LONGEST words; keys and values are kept in a cache.

    Unless `heard`, zeros stand in for the memory.
    """
    memory, mask = read(model, source).out * float(heard), padding(source)
    cache: Cache = {}
    words: list[int] = []
    while len(words) < LONGEST and END not in words:
        last = words[-1] if words else BEGIN
        scores = logits(model, write(model, (last,), memory, mask, cache, len(words)).out)[0].copy()
        scores[[PAD, BEGIN]] = -np.inf
        words.append(int(scores.argmax()))
    return tuple(words)


def next_word(model: Model, source: tuple[int, ...], written: Sequence[int]) -> Floats:
    """(v,): logits of the word after `written`; <pad> and <begin> can never come."""
    here = write(model, (BEGIN, *written), read(model, source).out, padding(source))
    scores: Floats = logits(model, here.out)[-1].copy()
    scores[[PAD, BEGIN]] = -np.inf
    return scores


def probabilities(logits_tv: Floats) -> Floats:
    """Softmax over the vocabulary."""
    return softmax(logits_tv)
