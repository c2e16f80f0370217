"""Dropout over a few hidden units: masks, their chances, and one output averaged over all of them. Pure NumPy.

A mask keeps each of n units with probability r, independently; without a mask, r stands in for it.
"""

from functools import lru_cache
from itertools import product

import numpy as np

from ..kit.fixtures import Floats

HIDDEN = np.array([1.1, 1.4, 1.1, 0.7, 1.4, 1.3, 1.3, 0.3, 0.6, 1.2, 0.6, 0.3])
"""h: what twelve hidden units give."""
WEIGHTS = np.array([0.2949, 0.5794, 0.2045, -0.2023, -0.0971, 0.2101, -0.2272, -0.382, -0.05, 0.2762, 0.0569, 0.1359])
"""w: their weights to the one output."""
UNITS = ("linear", "sigmoid", "relu")


def activate(unit: str, z: Floats) -> Floats:
    """The output unit's function of its sum z."""
    if unit == "sigmoid":
        answer: Floats = 1 / (1 + np.exp(-z))
        return answer
    return np.maximum(z, 0) if unit == "relu" else z


@lru_cache(maxsize=16)
def masks(n: int) -> Floats:
    """[2^n, n]: every mask, 1 for a kept unit; the last unit changes fastest."""
    return np.array(list(product((0.0, 1.0), repeat=n)))


@lru_cache(maxsize=64)
def chances(n: int, keep: float) -> Floats:
    """[2^n]: how likely each mask is."""
    answer: Floats = np.where(masks(n) == 1, keep, 1 - keep).prod(1)
    return answer


@lru_cache(maxsize=64)
def sums(n: int) -> Floats:
    """[2^n]: the output unit's sum under every mask."""
    answer: Floats = masks(n) @ (HIDDEN[:n] * WEIGHTS[:n])
    return answer


def mean_output(unit: str, n: int, keep: float) -> float:
    """The mean over all masks, each counted by its chance."""
    return float(chances(n, keep) @ activate(unit, sums(n)))


def scaled_output(unit: str, n: int, keep: float) -> float:
    """One pass without masks, every weight multiplied by r."""
    total = keep * float(HIDDEN[:n] @ WEIGHTS[:n])
    return float(activate(unit, np.array(total)))


def geometric_mean(n: int, keep: float) -> float:
    """Of a sigmoid unit: the geometric means of its p and of its 1 - p, made to sum to one."""
    z = sums(n)
    yes = float(np.exp(chances(n, keep) @ -np.logaddexp(0, -z)))
    no = float(np.exp(chances(n, keep) @ -np.logaddexp(0, z)))
    return yes / (yes + no)


def draw(step: int, n: int, keep: float, seed: int = 0) -> Floats:
    """[n]: the mask of one mini-batch, 1 for a kept unit."""
    answer: Floats = (np.random.default_rng([seed, 0xD0, step]).random(n) < keep).astype(float)
    return answer


def inverted(h: Floats, mask: Floats, keep: float) -> Floats:
    """What PyTorch passes on while training: kept units divided by r = 1 - p, so that nothing is scaled later."""
    return h * mask / keep


RATE = 0.2


@lru_cache(maxsize=64)
def trained(steps: int, n: int, keep: float, seed: int) -> tuple[Floats, Floats, Floats, Floats]:
    """SGD of x → n ReLU units → y for some steps, a mask each; the weights before the last step, and its gradient.

    Returns:
        Weights in [2, n] and out [n], and the gradients of both in the last step.
    """
    start = np.random.default_rng([seed, 0xD1])
    inward, outward = start.normal(size=(2, n)), start.normal(size=n) / n**0.5
    change_in, change_out = np.zeros_like(inward), np.zeros_like(outward)
    for step in range(1, steps + 1):
        inward, outward = inward - RATE * change_in, outward - RATE * change_out
        x, target = batch(step, seed)
        change_in, change_out = gradients(inward, outward, draw(step, n, keep, seed), x, target)
    return inward, outward, change_in, change_out


def batch(step: int, seed: int) -> tuple[Floats, Floats]:
    """A mini-batch of eight points [8, 2] and what is wanted of them [8]."""
    x = np.random.default_rng([seed, 0xD2, step]).normal(size=(8, 2))
    return x, np.sin(x[:, 0]) + 0.5 * x[:, 1]


def gradients(inward: Floats, outward: Floats, mask: Floats, x: Floats, target: Floats) -> tuple[Floats, Floats]:
    """Of the mean squared error / 2 of a mini-batch: by weights in [2, n] and out [n]."""
    z = x @ inward
    hidden = np.maximum(z, 0) * mask
    error = (hidden @ outward - target) / len(x)
    back = error[:, None] * outward * mask * (z > 0)
    return x.T @ back, hidden.T @ error
