"""Particles of the plane that noise spreads out, and the field that pulls them back. Torch-free.

The data are a mixture of narrow Gaussians on a shape; noised, it stays a mixture, so that its score is known exactly.
"""

from functools import lru_cache
from itertools import pairwise

import numpy as np

from ..kit.fixtures import Floats
from .noising import Schedule, jump, schedule

SPREAD = 0.08
"""Standard deviation of the particles around each centre of the shape."""
COUNT = 4000
"""Particles of the measured curve; the picture shows the first SHOWN."""
SHOWN, BACK = 240, 960
STOPS = 100
"""Steps in which the particles are pulled back."""
SHAPES = ("ring", "cross", "dot")


@lru_cache(8)
def centers(shape: str) -> Floats:
    """(m, 2)."""
    if shape == "ring":
        angle = np.arange(12) * np.pi / 6
        return 1.5 * np.stack([np.cos(angle), np.sin(angle)], 1)
    if shape == "cross":
        along = np.linspace(-1.5, 1.5, 9)
        bars = np.concatenate([np.stack([along, 0 * along], 1), np.stack([0 * along, along], 1)])
        return bars
    return np.array([[1.2, 0.6]])


@lru_cache(32)
def begin(shape: str, seed: int, count: int = COUNT) -> Floats:
    """(n, 2): the particles before any noise."""
    rng = np.random.default_rng((seed, 7))
    places = centers(shape)[np.arange(count) % len(centers(shape))]
    started: Floats = places + SPREAD * rng.standard_normal((count, 2))
    return started


def spread(shape: str, seed: int, alpha_bar: float, count: int = COUNT) -> Floats:
    """(n, 2): the particles at the time of `alpha_bar`, always with the same noise."""
    return jump(begin(shape, seed, count), _jolts(seed, count), alpha_bar)


@lru_cache(8)
def _jolts(seed: int, count: int) -> Floats:
    """(n, 2): the noise of every particle."""
    return np.random.default_rng((seed, 8)).standard_normal((count, 2))


def score(x: Floats, shape: str, alpha_bar: float) -> Floats:
    """(n, 2): the gradient of log q_t at the places x, which points to where particles are dense."""
    mean, variance = np.sqrt(alpha_bar) * centers(shape), alpha_bar * SPREAD**2 + 1 - alpha_bar
    logits = (x @ mean.T - (mean**2).sum(1) / 2) / variance
    weight = np.exp(logits - logits.max(1, keepdims=True))
    weight /= weight.sum(1, keepdims=True)
    pull: Floats = (weight @ mean - x) / variance
    return pull


@lru_cache(16)
def pulled_back(shape: str, seed: int, name: str, steps: int, rescale: bool) -> tuple[tuple[int, ...], Floats]:
    """The stops t from T to 0, and the particles (stops, BACK, 2) there: from pure noise along the field, by DDIM."""
    chain = schedule(name, steps, rescale)
    times = np.unique(np.linspace(0, steps, STOPS + 1).round().astype(int))[::-1]
    x = np.random.default_rng((seed, 9)).standard_normal((BACK, 2))
    seen = [x]
    for t, s in pairwise(times):
        at, as_ = chain.alpha_bar[t], chain.alpha_bar[s]
        eps = -np.sqrt(1 - at) * score(x, shape, float(at))
        x = jump((x - np.sqrt(1 - at) * eps) / np.sqrt(at), eps, float(as_))
        seen.append(x)
    return tuple(int(t) for t in times), np.array(seen)


def radius(x: Floats) -> float:
    """The mean squared distance from the origin."""
    return float((x**2).sum(1).mean())


def expected_radius(x0: Floats, chain: Schedule) -> Floats:
    """(T + 1,): abar r0^2 + 2 (1 - abar), in two dimensions."""
    curve: Floats = chain.alpha_bar * radius(x0) + 2 * (1 - chain.alpha_bar)
    return curve
