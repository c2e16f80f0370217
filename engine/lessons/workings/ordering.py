"""Self-attention of a sentence and of the same words shuffled, with and without positions. Torch-free."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..kit.fixtures import Floats
from .attending import Attention, causal, random_projections, self_attention
from .sentences import letters
from .sinusoids import sinusoids

WIDTH = 16
ARMS = ("no positions", "sinusoidal", "causal mask")
Order = NDArray[np.int64]


@lru_cache(maxsize=256)
def _word(word: str, seed: int) -> Floats:
    number = int((letters(word) + 1) * 1_000_000)
    return np.random.default_rng((number, seed)).standard_normal(WIDTH)


def vectors(tokens: Sequence[str], seed: int) -> Floats:
    """(T, 16): a random vector for each word, the same wherever it stands."""
    return np.stack([_word(token.lower(), seed) for token in tokens])


def order(size: int, shuffle: int) -> Order:
    """Which word comes to each place; 0 leaves all where they are, and every other number moves some if it can."""
    if shuffle == 0 or size < 2:
        return np.arange(size)
    rng = np.random.default_rng(shuffle)
    for _ in range(20):
        drawn = rng.permutation(size)
        if (drawn != np.arange(size)).any():
            return drawn
    return np.roll(np.arange(size), 1)


def layer(x: Floats, arm: str, seed: int) -> Attention:
    """One attention layer of random weights; positions are added to x (T, 16) where the arm says so."""
    w = random_projections(seed + 21, WIDTH, WIDTH, gain=1.0)
    added: Floats = x + sinusoids(np.arange(len(x)), WIDTH) if arm == "sinusoidal" else x
    return self_attention(added, w, causal(len(x)) if arm == "causal mask" else None)


def outputs(x: Floats, arm: str, seed: int) -> Floats:
    """(T, 16): what the layer gives."""
    return layer(x, arm, seed).output


@dataclass(frozen=True, eq=False)
class Shuffled:
    """Outputs in order, those of the shuffled words brought back to their places, and how far they are apart."""

    plain: Floats
    back: Floats

    @property
    def error(self) -> float:
        """Largest difference of any number."""
        return float(np.abs(self.plain - self.back).max())

    @property
    def mean_error(self) -> float:
        """Largest difference of the means over all tokens: what a classifier on the mean would notice."""
        return float(np.abs(self.plain.mean(0) - self.back.mean(0)).max())


def shuffled(x: Floats, moved: Order, arm: str, seed: int) -> Shuffled:
    """The layer on x and on x in another order; row i of both is about the same word."""
    back = np.empty_like(x)
    back[moved] = outputs(x[moved], arm, seed)
    return Shuffled(outputs(x, arm, seed), back)
