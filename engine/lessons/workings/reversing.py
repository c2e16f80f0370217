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
SAMPLERS = ("ddpm", "ddpm-beta", "ddim")
"""ddpm-beta is DDPM with the other variance of its paper: beta instead of beta_tilde."""
SPACINGS = ("trailing", "leading")
SHOWN = 600
"""Samples of a picture."""


@dataclass(frozen=True, eq=False)
class Way:
    """The stops t (k,) down to 0, the samples there (k, n), and the exact mean and sd (k,) of their law."""

    stops: tuple[int, ...]
    x: Floats
    mean: Floats
    sd: Floats


def stops(count: int, spacing: str = "trailing") -> tuple[int, ...]:
    """`count` evenly spaced times and 0: from T itself (arXiv 2305.08891), or ending with 1 (DDIM's, 2010.02502)."""
    stride = STEPS // count
    last = stride if spacing == "trailing" else 1
    return (*(last + stride * k for k in reversed(range(count))), 0)


def exact_eps(x: Floats, alpha_bar: float) -> Floats:
    """E[eps | x_t = x] for data of N(MEAN, SD^2): minus the score times sqrt(1 - alpha_bar)."""
    noise = 1 - alpha_bar
    answer: Floats = np.sqrt(noise) * (x - np.sqrt(alpha_bar) * MEAN) / (alpha_bar * SD**2 + noise)
    return answer


def step_mean(x: Floats, at: float, as_: float, sampler: str) -> Floats:
    """Where a step from x_t leads before noise is added, s < t, with alpha_bar `at` and `as_`."""
    eps = exact_eps(x, at)
    x0 = (x - np.sqrt(1 - at) * eps) / np.sqrt(at)
    if sampler == "ddim":
        back: Floats = np.sqrt(as_) * x0 + np.sqrt(1 - as_) * eps
        return back
    alpha = at / as_
    mean: Floats = np.sqrt(as_) * (1 - alpha) / (1 - at) * x0 + np.sqrt(alpha) * (1 - as_) / (1 - at) * x
    return mean


def step_sd(at: float, as_: float, sampler: str) -> float:
    """The standard deviation of the noise that the step adds; none in the last."""
    if sampler == "ddim" or as_ >= 1:
        return 0.0
    beta = 1 - at / as_
    return float(np.sqrt(beta if sampler == "ddpm-beta" else (1 - as_) / (1 - at) * beta))


@lru_cache(32)
def way(sampler: str, count: int, seed: int, spacing: str = "trailing", samples: int = SHOWN) -> Way:
    """From standard normal noise to the data in `count` steps; they are linear in x, so that the law stays Gaussian."""
    rng = np.random.default_rng((seed, 61))
    alpha_bar, times = schedule("linear", STEPS).alpha_bar, stops(count, spacing)
    x, law = rng.standard_normal(samples), [(0.0, 1.0)]
    seen = [x]
    for t, s in pairwise(times):
        at, as_ = float(alpha_bar[t]), float(alpha_bar[s])
        sd = step_sd(at, as_, sampler)
        x = step_mean(x, at, as_, sampler) + sd * rng.standard_normal(samples)
        seen.append(x)
        first, second = step_mean(np.array([law[-1][0], law[-1][0] + 1]), at, as_, sampler)
        law.append((float(first), float(np.hypot((second - first) * law[-1][1], sd))))
    means, sds = np.array(law).T
    return Way(times, np.array(seen), means, sds)
