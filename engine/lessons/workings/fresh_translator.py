"""A translator as it is before any training, drawn by numpy under the names of the lab's module. Torch-free."""

from functools import lru_cache

import numpy as np

from .french_lexicon import lexicon
from .translating import Model, Plan

SMALL = Plan(width=8, layers=2, heads=2, cross_heads=2, hidden=16)
"""So narrow that every number of a token can be read."""


@lru_cache(maxsize=16)
def fresh(seed: int, plan: Plan = SMALL) -> Model:
    """Xavier-uniform matrices, embeddings of variance 1/m, gains of 1, as in the lab; biases are 0, easier to read."""
    rng = np.random.default_rng(seed)
    french, english = lexicon()
    m, hidden = plan.width, plan.hidden
    weights = {}

    def matrix(name: str, out: int, into: int) -> None:
        reach = np.sqrt(6 / (out + into))
        weights[f"{name}.weight"], weights[f"{name}.bias"] = rng.uniform(-reach, reach, (out, into)), np.zeros(out)

    def norm(name: str) -> None:
        weights[f"{name}.weight"], weights[f"{name}.bias"] = np.ones(m), np.zeros(m)

    for side, known in (("source", french), ("target", english)):
        weights[f"{side}.embedding.weight"] = rng.normal(0, m**-0.5, (len(known), m))
    for stack, attentions in (("encoder", ("attention",)), ("decoder", ("attention", "cross_attention"))):
        for k in range(plan.layers):
            for name in attentions:
                for part in ("query", "key", "value", "output"):
                    matrix(f"{stack}.{k}.{name}.{part}", m, m)
                norm(f"{stack}.{k}.{name.removesuffix('_attention')}_residual.norm")
            matrix(f"{stack}.{k}.feed_forward.up", hidden, m)
            matrix(f"{stack}.{k}.feed_forward.down", m, hidden)
            norm(f"{stack}.{k}.feed_forward_residual.norm")
        if plan.norm_first:
            norm(f"{stack}_norm")
    matrix("head", len(english), m)
    return Model(plan=plan, weights=weights, source_words=french, target_words=english)
