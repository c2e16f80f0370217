"""From logits to the next token: temperature, top-k, top-p, and the draw. Torch-free.

Top-k: Fan et al., 2018, arXiv 1805.04833; top-p (nucleus): Holtzman et al., 2020, arXiv 1904.09751.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..kit.fixtures import Floats


@dataclass(frozen=True, eq=False)
class Decoded:
    """All (v,): logits / T, the probabilities of all, which tokens are kept, the probabilities of those alone."""

    scaled: Floats
    full: Floats
    kept: NDArray[np.bool_]
    chances: Floats

    def order(self) -> NDArray[np.int64]:
        """Tokens from the likeliest down; of equals the first comes first."""
        return np.argsort(-self.full, kind="stable")


def tempered(logits: Floats, temperature: float) -> Floats:
    """Softmax of logits / T. The largest is subtracted first: exp never overflows, however small T is."""
    scaled = (logits - logits.max()) / temperature
    powers = np.exp(scaled)
    p: Floats = powers / powers.sum()
    return p


def top_k_kept(p: Floats, k: int) -> NDArray[np.bool_]:
    """The k likeliest tokens; 0 keeps all."""
    kept = np.ones(len(p), dtype=bool)
    if k:
        kept[np.argsort(-p, kind="stable")[k:]] = False
    return kept


def top_p_kept(p: Floats, mass: float) -> NDArray[np.bool_]:
    """The fewest of the likeliest tokens whose probabilities sum to at least `mass`; never none, and all for 1."""
    if mass >= 1:
        return np.ones(len(p), dtype=bool)
    order = np.argsort(-p, kind="stable")
    reached = np.cumsum(p[order])
    count = int(np.searchsorted(reached, mass - 1e-12)) + 1
    kept = np.zeros(len(p), dtype=bool)
    kept[order[:count]] = True
    return kept


def decode(logits: Floats, temperature: float = 1.0, top_k: int = 0, top_p: float = 1.0) -> Decoded:
    """Divide by T, drop what top-k and top-p drop, and let the rest sum to 1 again."""
    full = tempered(logits, temperature)
    kept = top_k_kept(full, top_k) & top_p_kept(full, top_p)
    left = np.where(kept, full, 0.0)
    return Decoded(logits / temperature, full, kept, left / left.sum())


def share_of(chances: Floats, token: int) -> tuple[float, float]:
    """Where the share of `token` begins and ends on 0..1, the likeliest laid first."""
    order = np.argsort(-chances, kind="stable")
    reached = np.cumsum(chances[order])
    at = int(np.flatnonzero(order == token)[0])
    return float(reached[at] - chances[token]), float(reached[at])


def draw(chances: Floats, u: float) -> int:
    """The token in whose share of 0..1, laid end to end from the likeliest down, `u` falls."""
    order = np.argsort(-chances, kind="stable")
    at = int(np.searchsorted(np.cumsum(chances[order]), u, side="right"))
    return int(order[min(at, int((chances > 0).sum()) - 1)])
