"""The two terms of a VAE's bound where they have a closed form. Torch-free.

The toy model: p(z) = N(0, 1), p(x|z) = N(z, 0.25). Then p(x) = N(0, 1.25) and p(z|x=1) = N(0.8, 0.2).
"""

from math import log, pi
from typing import Any

import numpy as np

from ..kit.fixtures import Floats

NOISE = 0.25
"""Variance of x around z in the toy model."""
X = 1.0
"""The one observation of the toy model."""
POSTERIOR = (X / (1 + NOISE), NOISE / (1 + NOISE))
"""Mean and variance of p(z|x)."""


def divergence(mu: Any, sigma: Any) -> Any:
    """KL(N(mu, sigma²) ‖ N(0, 1)) of each latent number, in nats (Kingma & Welling, 2013, appendix B)."""
    variance = np.square(sigma)
    return (np.square(mu) + variance - 1 - np.log(variance)) / 2


def sampled(mu: Any, sigma: Any, eps: Any) -> Any:
    """z = mu + sigma·eps: a sample of N(mu, sigma²) if eps is one of N(0, 1)."""
    return mu + sigma * eps


def expected_log_likelihood(mu: Any, variance: float) -> Any:
    """E log N(x; z, NOISE) over z ~ N(mu, variance): the reconstruction term of the toy model, in nats."""
    return -log(2 * pi * NOISE) / 2 - (np.square(X - np.asarray(mu)) + variance) / (2 * NOISE)


def elbo(mu: Any, variance: float) -> Any:
    """The evidence lower bound of the toy model for q(z) = N(mu, variance), in nats."""
    return expected_log_likelihood(mu, variance) - divergence(mu, np.sqrt(variance))


def log_evidence() -> float:
    """log p(x) = log N(1; 0, 1.25), in nats."""
    return -log(2 * pi * (1 + NOISE)) / 2 - X**2 / (2 * (1 + NOISE))


def normal(x: Any, mu: float, sigma: float) -> Floats:
    """The density of N(mu, sigma²)."""
    density: Floats = np.exp(-np.square((np.asarray(x) - mu) / sigma) / 2) / (sigma * np.sqrt(2 * pi))
    return density


def signed(value: float, spec: str = "g") -> str:
    """A number inside a sum or a product: in brackets where it is negative, and never -0."""
    text = f"{value:{spec}}"
    if not text.strip("-0."):
        return text.removeprefix("-")
    return f"({text})" if value < 0 else text


def ellipse(mu: Any, sigma: Any, reach: float = 1.0, places: int = 49) -> Floats:
    """[places, 2]: the points `reach` standard deviations from the mean of an upright Gaussian of the plane."""
    angle = np.linspace(0, 2 * pi, places)
    points: Floats = np.asarray(mu) + reach * np.asarray(sigma) * np.stack((np.cos(angle), np.sin(angle)), 1)
    return points
