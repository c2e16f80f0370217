"""The pictures of the attention pane, for `benchmarks.heatmap` to time."""

from collections.abc import Callable
from itertools import cycle

import numpy as np

from dlviz.engine.probes.attention.numbers import numbers
from dlviz.tui.panes.attention.picture import Choice, picture
from dlviz.tui.render.attention.maps import AttentionMap
from dlviz.tui.render.attention.matrix import matrix
from dlviz.tui.render.palette import DARK
from dlviz.tui.render.scale import Scale


def attention_ways(fresh: int = 30) -> dict[str, Callable[[], object]]:
    """A causal model of 4 layers x 8 heads on 64 tokens as the wall, and a 128x128 head as a pooled matrix; noise."""
    rng = np.random.default_rng(0)

    def layer(k: int, heads: int, n: int) -> AttentionMap:
        mask = np.tri(n, dtype=bool)[None]
        weights = np.where(mask, rng.exponential(size=(heads, n, n)), 0)
        weights /= weights.sum(-1, keepdims=True)
        names = [f"t{j}" for j in range(n)]
        arrays = {"weights": weights, "rows": names, "columns": names, "mask": mask, "type": "causal"}
        return AttentionMap.of(f"attention/blocks.{k}.attention", arrays | numbers(weights, mask))

    walls = cycle([[layer(k, 8, 64) for k in range(4)] for _ in range(fresh // 5)])
    heads = cycle([layer(0, 1, 128) for _ in range(fresh)])
    chosen, scale = Choice("wall", 0, 0, 63, 3, True, False), Scale(0.0, 0.05, False)

    def large(whole: bool) -> object:
        one = next(heads)
        return matrix(one.weights[0], one.mask[0], one.rows, one.columns, scale, DARK, 150, 66, (100, 40), whole=whole)  # type: ignore[index]

    return {
        "attention wall, 4x8 heads": lambda: picture(next(walls), chosen, DARK, 160, 50),
        "attention, 128x128 whole": lambda: large(True),
        "attention, 128x128 window": lambda: large(False),
    }
