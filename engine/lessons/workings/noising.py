"""The forward process in numpy: schedules, alpha-bar, SNR, the chain and the jump (Ho et al., 2020, arXiv 2006.11239).

t counts steps of noise: 0 is the data, T nearly pure noise. Shapes: any shape of x; (T + 1,) over t, entry 0 the data.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import pi

import numpy as np

from ..kit.fixtures import Floats

LENGTHS = (50, 100, 1000)
NAMES = ("linear", "cosine")
MOST = 0.999
"""No beta is larger, so that a step never forgets everything."""


@dataclass(frozen=True, eq=False)
class Schedule:
    """beta and alpha_bar (T + 1,) of a chain of T steps; beta_0 = 0 and alpha_bar_0 = 1."""

    name: str
    steps: int
    beta: Floats
    alpha_bar: Floats

    @property
    def snr(self) -> Floats:
        """(T + 1,): signal-to-noise ratio alpha_bar / (1 - alpha_bar); infinite at t = 0."""
        with np.errstate(divide="ignore"):
            ratio: Floats = self.alpha_bar / (1 - self.alpha_bar)
        return ratio

    @property
    def crossing(self) -> int | None:
        """The first t at which there is no more signal than noise (SNR <= 1), if there is one."""
        below = np.flatnonzero(self.snr <= 1)
        return int(below[0]) if len(below) else None

    def step(self, permille: float) -> int:
        """The t that lies `permille` thousandths of the way along the chain."""
        return round(permille * self.steps / 1000)


def betas(name: str, steps: int, rescale: bool = True) -> Floats:
    """(T,): beta_1 … beta_T; `rescale` multiplies the linear ones, made for T = 1000, by 1000 / T."""
    if name == "linear":
        straight: Floats = np.linspace(1e-4, 0.02, steps)
        straight = straight * (1000 / steps if rescale else 1.0)
        return np.minimum(straight, MOST)
    signal: Floats = np.cos((np.arange(steps + 1) / steps + 0.008) / 1.008 * pi / 2) ** 2
    return np.minimum(1 - signal[1:] / signal[:-1], MOST)


def alpha_bars(beta: Floats) -> Floats:
    """(T + 1,) of betas (T,): the running product of 1 - beta, from 1."""
    return np.concatenate([[1.0], np.cumprod(1 - beta)])


@lru_cache(64)
def schedule(name: str, steps: int, rescale: bool = True) -> Schedule:
    """The schedule `name`, one of NAMES, of `steps` steps."""
    beta = betas(name, steps, rescale)
    return Schedule(name, steps, np.concatenate([[0.0], beta]), alpha_bars(beta))


def jump(x0: Floats, eps: Floats, alpha_bar: float) -> Floats:
    """x_t = sqrt(alpha_bar) x_0 + sqrt(1 - alpha_bar) eps: from the data to t at once."""
    noised: Floats = np.sqrt(alpha_bar) * x0 + np.sqrt(1 - alpha_bar) * eps
    return noised


def step(x: Floats, eps: Floats, beta: float) -> Floats:
    """x_t = sqrt(1 - beta) x_{t-1} + sqrt(beta) eps: one step of the chain, from x_{t-1} alone."""
    after: Floats = np.sqrt(1 - beta) * x + np.sqrt(beta) * eps
    return after


def walk(x0: Floats, beta: Floats, rng: np.random.Generator) -> Floats:
    """x after every step of betas (T,), each with noise of its own."""
    x = x0
    for b in beta:
        x = step(x, rng.standard_normal(x0.shape), float(b))
    return x


def x0_hat(x_t: Floats, eps_hat: Floats, alpha_bar: float) -> Floats:
    """The jump solved for x_0: what the data were, if eps_hat were the noise."""
    guess: Floats = (x_t - np.sqrt(1 - alpha_bar) * eps_hat) / np.sqrt(alpha_bar)
    return guess


def correlation(a: Floats, b: Floats) -> float:
    """Pearson's correlation of two arrays, number by number."""
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])
