"""How long a recurrent layer and self-attention take on this machine for one sequence, by its length. Imports torch."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ...models.attention import MultiHeadAttention
from ...models.recurrent import ElmanLayer
from ..kit.seeding import seeded
from ..kit.state import State
from ..kit.training import Progress

WIDTH = 64
LENGTHS = (16, 32, 64, 128, 256, 512, 1024)
REPEATS = 5


@dataclass(frozen=True)
class Timings:
    """Milliseconds of a forward pass, the best of several, over `lengths`."""

    lengths: NDArray[np.int64]
    rnn: NDArray[np.float64]
    attention: NDArray[np.float64]


def measure(state: State, progress: Progress) -> Timings:
    """Time both layers, 64 wide, on one sequence of each length."""
    with seeded(state.seed):
        recurrent, attention = ElmanLayer(WIDTH, WIDTH), MultiHeadAttention(WIDTH, 1)
        x = torch.randn(1, max(LENGTHS), WIDTH)
    layers: dict[str, torch.nn.Module] = {"RNN": recurrent, "attention": attention}
    taken: dict[str, list[float]] = {name: [] for name in layers}
    for at, length in enumerate(LENGTHS):
        for name, layer in layers.items():
            progress(at / len(LENGTHS), f"{name}: {length} tokens")
            taken[name].append(_best(lambda layer=layer, length=length: layer(x[:, :length])))  # type: ignore[misc]
    return Timings(np.array(LENGTHS), np.array(taken["RNN"]), np.array(taken["attention"]))


def _best(work: Callable[[], object]) -> float:
    """Milliseconds of the fastest of some runs, the first of which is not counted."""
    times = []
    with torch.no_grad():
        for _ in range(REPEATS + 1):
            start = time.perf_counter()
            work()
            times.append(1e3 * (time.perf_counter() - start))
    return min(times[1:])
