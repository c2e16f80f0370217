"""The chain beside the stochastic differential equation that it approximates (Song et al., 2021, arXiv 2011.13456).

VP-SDE: dx = -1/2 beta(s) x ds + sqrt(beta(s)) dW for s in 0..1, with beta(s) = 0.1 + 19.9 s.
"""

from functools import lru_cache

import numpy as np

from ..kit.fixtures import Floats

LOW, HIGH = 0.1, 20.0
STEPS = (25, 50, 100, 200, 500, 1000)
FINE = 1000
"""Steps of the finest path; each number of STEPS divides it."""


def rates(steps: int) -> Floats:
    """(N,): beta(s) ds of each step of size ds = 1 / N, taken at its end; below 1, as the chain needs."""
    s = np.arange(1, steps + 1) / steps
    beta: Floats = np.asarray((LOW + (HIGH - LOW) * s) / steps, dtype=np.float64)
    return beta


@lru_cache(32)
def noises(steps: int, seed: int) -> Floats:
    """(N,): standard normal numbers, sums of those of the finest path, so that all step sizes see the same noise."""
    fine = np.random.default_rng((seed, 11)).standard_normal(FINE)
    z: Floats = fine.reshape(steps, -1).sum(1) / np.sqrt(FINE // steps)
    return z


def chain_path(x0: float, beta: Floats, z: Floats) -> Floats:
    """(N + 1,): x = sqrt(1 - beta) x + sqrt(beta) z, step by step."""
    path = [x0]
    for b, noise in zip(beta, z, strict=True):
        path.append(float(np.sqrt(1 - b) * path[-1] + np.sqrt(b) * noise))
    return np.array(path)


def euler_maruyama(x0: float, beta: Floats, z: Floats) -> Floats:
    """(N + 1,): x = x - beta x / 2 + sqrt(beta) z, step by step."""
    path = [x0]
    for b, noise in zip(beta, z, strict=True):
        path.append(float(path[-1] - b / 2 * path[-1] + np.sqrt(b) * noise))
    return np.array(path)


def one_step_gap(beta: Floats) -> Floats:
    """How far one step of both, from x = 1 with the same noise, lands apart: about beta^2 / 8."""
    one, none = np.ones(1), np.zeros(1)
    gaps = [abs(euler_maruyama(1.0, b * one, none)[1] - chain_path(1.0, b * one, none)[1]) for b in np.atleast_1d(beta)]
    return np.array(gaps)
