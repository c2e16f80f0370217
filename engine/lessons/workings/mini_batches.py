"""How well the gradient of a mini-batch points the way of the gradient of all data. Pure NumPy.

Logistic regression on 512 noisy points of the plane, no bias; the gradient is a vector of two numbers.
"""

from functools import lru_cache

import numpy as np

from ..kit.fixtures import Floats

POINTS = 512
WEIGHTS = np.array([0.6, 0.2])
"""Where the gradient is taken: on the way, not at the minimum."""


@lru_cache(maxsize=8)
def points(seed: int) -> tuple[Floats, Floats]:
    """x [512, 2] in random order, and labels 0 or 1 [512]."""
    draw = np.random.default_rng([seed, 0xB7])
    x = draw.normal(size=(POINTS, 2))
    chance = 1 / (1 + np.exp(-(x @ np.array([0.8, 1.6]))))
    return x, (draw.random(POINTS) < chance).astype(float)


def each(seed: int) -> Floats:
    """[512, 2]: the gradient of the loss of every point, (σ(w·x) - y) x."""
    x, y = points(seed)
    answer: Floats = (1 / (1 + np.exp(-(x @ WEIGHTS))) - y)[:, None] * x
    return answer


def full(seed: int) -> Floats:
    """[2]: the gradient of the mean loss of all points."""
    answer: Floats = each(seed).mean(0)
    return answer


def of_batches(seed: int, size: int) -> Floats:
    """[512 / size, 2]: the gradients of all disjoint mini-batches."""
    answer: Floats = each(seed).reshape(-1, size, 2).mean(1)
    return answer


def cosines(seed: int, size: int) -> Floats:
    """[512 / size]: cosine of the angle between each mini-batch's gradient and the full one."""
    parts, whole = of_batches(seed, size), full(seed)
    answer: Floats = parts @ whole / (np.linalg.norm(parts, axis=1) * np.linalg.norm(whole))
    return answer
