"""The reverse chain in one dimension, with the score of N(2, 0.3^2) known exactly. Torch-free.

eps_hat(x, t) = E[eps | x_t = x] is what a perfectly trained network would answer. Stops lie on the linear schedule.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from ..kit.fixtures import Floats
from .noising import schedule

MEAN, SD = 2.0, 0.3
STEPS = 1000
COUNTS = (5, 10, 20, 50, 100, 1000)
SAMPLERS = ("ddpm", "ddim")
SHOWN = 600
"""Samples of a picture."""


@dataclass(frozen=True, eq=False)
class Way:
    """The stops t (k,), from 1000 to 0, and the samples there (k, n)."""

    stops: tuple[int, ...]
    x: Floats


def stops(count: int) -> tuple[int, ...]:
    """`count` times from near T down, evenly spaced to end with 1 (DDIM's, arXiv 2010.02502), then 0."""
    stride = STEPS // count
    return (*(1 + stride * k for k in reversed(range(count))), 0)


def exact_eps(x: Floats, alpha_bar: float) -> Floats:
    """E[eps | x_t = x] for data of N(MEAN, SD^2): minus the score times sqrt(1 - alpha_bar)."""
    noise = 1 - alpha_bar
    answer: Floats = np.sqrt(noise) * (x - np.sqrt(alpha_bar) * MEAN) / (alpha_bar * SD**2 + noise)
    return answer


def reverse_step(x: Floats, at: float, as_: float, sampler: str, z: Floats) -> Floats:
    """x_s from x_t, s < t, with alpha_bar `at` and `as_`: DDPM adds noise of variance beta, DDIM none."""
    eps = exact_eps(x, at)
    x0 = (x - np.sqrt(1 - at) * eps) / np.sqrt(at)
    if sampler == "ddim":
        back: Floats = np.sqrt(as_) * x0 + np.sqrt(1 - as_) * eps
        return back
    alpha = at / as_
    mean = np.sqrt(as_) * (1 - alpha) / (1 - at) * x0 + np.sqrt(alpha) * (1 - as_) / (1 - at) * x
    sd = np.sqrt(1 - alpha) if as_ < 1 else 0.0
    moved: Floats = mean + sd * z
    return moved


@lru_cache(32)
def way(sampler: str, count: int, seed: int, samples: int = SHOWN) -> Way:
    """From standard normal noise to the data in `count` steps."""
    rng = np.random.default_rng((seed, 61))
    alpha_bar, times = schedule("linear", STEPS).alpha_bar, stops(count)
    x = rng.standard_normal(samples)
    seen = [x]
    for t, s in pairwise(times):
        x = reverse_step(x, float(alpha_bar[t]), float(alpha_bar[s]), sampler, rng.standard_normal(samples))
        seen.append(x)
    return Way(times, np.array(seen))
