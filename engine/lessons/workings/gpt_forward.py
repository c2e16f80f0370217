"""A decoder-only transformer in numpy: the lab's `gpt` with learned positions and LayerNorm. Torch-free.

Shapes: t tokens, m model width, v vocabulary (Radford et al., 2019).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..kit.fixtures import Floats
from .transformer_layers import Heads, Weights, attention, feed_forward, linear, normed, residual


@dataclass(frozen=True, kw_only=True, eq=False)
class Gpt:
    """Its heads and layers, and the weights by the names of the lab's module."""

    heads: int
    layers: int
    weights: Weights


def gpt_logits(model: Gpt, ids: Sequence[int], masked: bool = True) -> Floats:
    """(t, v): row i are the logits of the token after token i; `masked` hides from a token those behind it."""
    w, t = model.weights, len(ids)
    mask = np.tri(t, dtype=bool) if masked else np.ones((t, t), dtype=bool)
    x = w["embedding.weight"][list(ids)] + w["positions.table.weight"][:t]
    for k in range(model.layers):
        here = f"blocks.{k}"

        def attend(y: Floats, name: str = f"{here}.attention") -> tuple[Floats, Heads | None]:
            return attention(w, name, y, model.heads, mask=mask)

        def think(y: Floats, name: str = f"{here}.feedforward") -> tuple[Floats, Heads | None]:
            return feed_forward(w, name, y), None

        x = residual(w, f"{here}.norm1", f"{here}.attention", x, attend, True).after
        x = residual(w, f"{here}.norm2", f"{here}.feedforward", x, think, True).after
    return linear(w, "head", normed(w, "norm", x))
