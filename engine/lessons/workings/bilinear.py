"""The smallest game of two players: one lowers x·y by x, the other raises it by y; both want to reach (0, 0).

With gradient steps of size eta, simultaneous play turns outwards by sqrt(1 + eta²) a step; alternating play circles
(Gidel et al., 2019, arXiv 1807.04740). Torch-free.
"""

import numpy as np

from ..kit.fixtures import Floats

START = (0.5**0.5, 0.5**0.5)
"""One away from the equilibrium."""


def orbit(eta: float, steps: int, alternating: bool, start: tuple[float, float] = START) -> Floats:
    """[steps + 1, 2]: (x, y) after every round of both players."""
    x, y = start
    path = [(x, y)]
    for _ in range(steps):
        moved = x - eta * y
        y = y + eta * (moved if alternating else x)
        x = moved
        path.append((x, y))
    return np.array(path)


def radii(path: Floats) -> Floats:
    """[steps + 1]: distance from the equilibrium (0, 0)."""
    distances: Floats = np.hypot(path[:, 0], path[:, 1])
    return distances
