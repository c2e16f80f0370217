"""Cross-attention looked at: which French word each English one looks at, and what reaches what. Torch-free.

Shapes: t target words, s source words, v target vocabulary.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...data.pairs import UNKNOWN
from ..kit.fixtures import Floats
from .transformer_layers import Cache
from .translating import Model, forced, logits, padding, probabilities, read, shifted, write

VIEWS = ("mean", "layer 1", "layer 2")


def alignment(model: Model, source: tuple[int, ...], target: tuple[int, ...], view: str = "mean") -> Floats:
    """(t, s): where the row that writes target word t looks, of one layer or as the mean of all."""
    layers = forced(model, source, target)[0].crossings()
    chosen: Floats = layers.mean(0) if view == "mean" else layers[min(int(view.split()[1]), len(layers)) - 1]
    return chosen


def without_memory(model: Model, source: tuple[int, ...], target: tuple[int, ...]) -> Floats:
    """(t, v): the logits when the encoder's output is replaced by zeros."""
    memory = np.zeros_like(read(model, source).out)
    return logits(model, write(model, shifted(target), memory, padding(source)).out)


@lru_cache(maxsize=32)
def reach_of_source(model: Model, source: tuple[int, ...], target: tuple[int, ...]) -> Floats:
    """(t, s): the largest change of a logit at target place t when source word s is read as <unk>."""
    before = forced(model, source, target)[1]
    after = [without_source_word(model, source, target, place) for place in range(len(source))]
    return np.stack([np.abs(scores - before).max(-1) for scores in after], 1)


@lru_cache(maxsize=32)
def reach_of_target(model: Model, source: tuple[int, ...], target: tuple[int, ...]) -> Floats:
    """(t, t): the same when word number k that the decoder reads is <unk>: 0 above the diagonal."""
    before = forced(model, source, target)[1]
    after = [without_target_word(model, source, target, place) for place in range(len(target))]
    return np.stack([np.abs(scores - before).max(-1) for scores in after], 1)


def without_source_word(model: Model, source: tuple[int, ...], target: tuple[int, ...], place: int) -> Floats:
    """(t, v): the logits when the source word at `place` is read as <unk>."""
    other = _swapped(source, place)
    return logits(model, write(model, shifted(target), read(model, other).out, padding(other)).out)


def without_target_word(model: Model, source: tuple[int, ...], target: tuple[int, ...], place: int) -> Floats:
    """(t, v): the logits when the decoder reads <unk> at `place`."""
    memory = read(model, source).out
    return logits(model, write(model, _swapped(shifted(target), place), memory, padding(source)).out)


def _swapped(words: tuple[int, ...], place: int) -> tuple[int, ...]:
    """`words` with <unk> at a place, or <end> where <unk> stands there already."""
    other = UNKNOWN if words[place] != UNKNOWN else UNKNOWN - 1
    return (*words[:place], other, *words[place + 1 :])


def cached_logits(model: Model, source: tuple[int, ...], target: tuple[int, ...]) -> Floats:
    """(t, v): the decoder run once a word, keys and values of earlier words kept."""
    memory, mask = read(model, source).out, padding(source)
    cache: Cache = {}
    rows = [
        logits(model, write(model, (word,), memory, mask, cache, place).out)[0]
        for place, word in enumerate(shifted(target))
    ]
    return np.stack(rows)


def passes(target: tuple[int, ...]) -> dict[str, int]:
    """How often the decoder runs for a target of t words."""
    return {"training": 1, "generation": len(target)}


def work(target: tuple[int, ...]) -> dict[str, int]:
    """Rows of words that the decoder computes while it writes t words: all of them anew each time, or only the new."""
    t = len(target)
    return {"without cache": t * (t + 1) // 2, "with cache": t}


def chances_of(scores: Floats, target: tuple[int, ...]) -> Floats:
    """(t,): the probability of every right word."""
    p: Floats = probabilities(scores)[np.arange(len(target)), list(target)]
    return p


def crosses(looked: NDArray[np.int64]) -> bool:
    """Whether a later word looks before where an earlier one looks: the alignment is no diagonal."""
    return bool((np.diff(looked) < 0).any())
