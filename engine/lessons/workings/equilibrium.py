"""How far noised data of one dimension are from N(0, 1), and how spread out: KL divergence and entropy. Torch-free.

The data are a mixture of Gaussians; noised, it stays one: means times sqrt(abar), variances abar s^2 + 1 - abar.
"""

from functools import lru_cache

import numpy as np

from ..kit.fixtures import Floats

Mixture = tuple[tuple[float, float, float], ...]
"""(weight, mean, standard deviation) of each part."""

_SIDE = 0.25**0.5
DATA: dict[str, Mixture] = {
    "standardised": ((0.5, -(0.75**0.5), _SIDE), (0.5, 0.75**0.5, _SIDE)),
    "narrow": ((1.0, 0.0, 0.2),),
    "wide": ((1.0, 0.0, 2.0),),
    "far": ((0.3, -3.0, 0.3), (0.7, 2.0, 0.5)),
}
"""Only the first has mean 0 and variance 1."""

X = np.linspace(-12, 12, 4801)
DX = float(X[1] - X[0])


def density(x: Floats, data: Mixture, alpha_bar: float) -> Floats:
    """q_t(x) of the noised mixture."""
    total: Floats = np.zeros_like(x)
    for weight, mean, sd in data:
        variance = alpha_bar * sd**2 + 1 - alpha_bar
        total = total + weight * np.exp(-((x - np.sqrt(alpha_bar) * mean) ** 2) / (2 * variance)) / np.sqrt(
            2 * np.pi * variance
        )
    return total


def moments(data: Mixture) -> tuple[float, float]:
    """Mean and variance."""
    mean = sum(w * m for w, m, _ in data)
    return mean, sum(w * (s**2 + m**2) for w, m, s in data) - mean**2


def _log(p: Floats) -> Floats:
    answer: Floats = np.log(np.maximum(p, 1e-300))
    return answer


def entropy(data: Mixture, alpha_bar: float) -> float:
    """-∫ q ln q, in nats."""
    q = density(X, data, alpha_bar)
    return float(-(q * _log(q)).sum() * DX)


def divergence(data: Mixture, alpha_bar: float) -> float:
    """KL(q_t || N(0, 1)) = ∫ q (ln q - ln n), in nats."""
    q = density(X, data, alpha_bar)
    normal = -(X**2) / 2 - np.log(2 * np.pi) / 2
    return float((q * (_log(q) - normal)).sum() * DX)


@lru_cache(64)
def curves(name: str, alpha_bars: tuple[float, ...]) -> tuple[Floats, Floats]:
    """KL and entropy of the data `name` at each alpha_bar."""
    data = DATA[name]
    return np.array([divergence(data, a) for a in alpha_bars]), np.array([entropy(data, a) for a in alpha_bars])
