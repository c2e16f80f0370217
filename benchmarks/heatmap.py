"""Arrays into strips of cells, against plotext."""

from collections.abc import Callable
from itertools import cycle

import numpy as np
import plotext

from dlviz.tui.render.heatmap import heatmap
from dlviz.tui.render.palette import DARK
from dlviz.tui.render.scale import Scale
from dlviz.tui.render.tiles import tiles

from .attention import attention_ways
from .curves import timed
from .report import Figure, figure, median

FRAMES = 60
FRESH = 30
"""Arrays that are drawn in turn, so that hardly a row is one that was drawn before."""


def measure() -> list[Figure]:
    """Each kind of picture in turn; noise is the worst case, since no two neighbours are alike."""
    noise = np.random.default_rng(0).normal(size=(FRESH, 128, 128)).astype(np.float32)
    slope = np.linspace(-2, 2, 128)
    waves = [np.sin(slope[:, None] * 3 + k / 5) + np.cos(slope * 4 - k / 7) for k in range(FRESH)]
    names = [str(k) for k in range(32)]
    walls = cycle(noise[:, :64, :32].reshape(FRESH, 32, 8, 8))
    small, large = cycle(noise[:, :64, :64]), cycle(noise)
    smooth, wide = cycle([w[::2, ::2] for w in waves]), cycle(waves)
    scale = Scale(-2.0, 2.0, True)
    ways: dict[str, Callable[[], object]] = {
        "32 tiles of 8x8": lambda: tiles(next(walls), names, scale, DARK, 84, 20, selected=0),
        "64x64, smooth": lambda: heatmap(next(smooth), scale, DARK),
        "64x64, noise": lambda: heatmap(next(small), scale, DARK),
        "128x128, smooth": lambda: heatmap(next(wide), scale, DARK),
        "128x128, noise": lambda: heatmap(next(large), scale, DARK),
    }
    ways |= attention_ways(FRESH)
    cold = {name: timed(draw) for name, draw in ways.items()}
    times: dict[str, list[float]] = {name: [] for name in ways}
    peer: list[float] = []
    for k in range(FRAMES):
        for name, draw in ways.items():
            times[name].append(timed(draw))
        if k % 10 == 0:
            matrix = noise[k % FRESH, :64, :64].tolist()
            peer.append(timed(lambda matrix=matrix: plotted(matrix)))  # type: ignore[misc]
    base = median(peer)
    drawn = [figure(n, "ms", median(t), "plotext, 64x64 noise", base) for n, t in times.items()]
    first = [figure(f"{n}, very first", "ms", t, "later", median(times[n])) for n, t in cold.items()]
    return drawn + first[:1] + first[-1:]


def plotted(matrix: list[list[float]]) -> None:
    """The same with plotext."""
    plotext.clear_figure()
    plotext.plotsize(66, 66)
    plotext.matrix_plot(matrix)
    plotext.build()
    plotext.clear_figure()
