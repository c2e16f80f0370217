"""What an attention map comes to in a few numbers, and what a stack of them comes to. Torch-free.

Shapes: h heads, q queries, k keys, n tokens, l layers.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

NUMBERS = ("entropy", "entropy_share", "distance", "first")
"""Names of what `numbers` tells of each head."""


def numbers(weights_hqk: Array, mask_hqk: Array | None = None, places: tuple[Array, Array] | None = None) -> dict[
    str, NDArray[np.float32]
]:  # fmt: skip
    """By name one number a head (h,), each the mean over the queries that have a choice; NaN where none has.

    `entropy` in nats; `entropy_share` of the logarithm of how many keys that query may look at: 1 is looking
    everywhere alike, 0 at one key; `distance` between query and key, weighted; `first`, the weight of the first key.

    Args:
        weights_hqk: rows sum to 1.
        mask_hqk: True where a query may look at a key; (1, q, k) where it is the same for all heads.
        places: of the queries (q, d) and of the keys (k, d); their numbers in the sequence if None.
    """
    w = np.asarray(weights_hqk, dtype=np.float64)
    w = np.where(np.isfinite(w), w, np.nan)
    h, q, k = w.shape
    allowed = np.full((h, q), k) if mask_hqk is None else np.broadcast_to(mask_hqk, w.shape).sum(-1)
    queries, keys = places or (np.arange(q)[:, None], np.arange(k)[:, None])
    apart = np.linalg.norm((queries[:, None] - keys[None]).astype(np.float64), axis=-1)
    entropy = -(w * np.log(np.where(w > 0, w, 1.0))).sum(-1)
    found = {
        "entropy": entropy,
        "entropy_share": entropy / np.log(np.maximum(allowed, 2)),
        "distance": (w * apart).sum(-1),
        "first": w[..., 0] if k else np.zeros((h, q)),
    }
    choice = allowed > 1
    count = choice.sum(-1)
    return {
        name: np.where(count > 0, np.where(choice, each, 0.0).sum(-1) / np.maximum(count, 1), np.nan).astype(np.float32)
        for name, each in found.items()
    }


def rollout(weights_lhnn: Sequence[Array]) -> NDArray[np.float32]:
    """How much of each token's first vector is in its last, (n, n), rows sum to 1 (Abnar & Zuidema, 2005.00928).

    Heads are averaged, half of every layer is taken to pass by on the residual path, and the layers are multiplied.
    """
    n = weights_lhnn[0].shape[-1]
    straight = through = np.eye(n, dtype=np.float32)
    for weights in weights_lhnn:
        mixed = 0.5 * np.asarray(weights, dtype=np.float32).mean(0) + 0.5 * straight
        through = mixed / mixed.sum(-1, keepdims=True) @ through
    return through
