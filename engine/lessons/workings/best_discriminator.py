"""The best discriminator against a fixed generator, in one dimension, and what both lose then. Torch-free.

p_data is two Gaussians at -1 and 1; p_g is the same shape moved by `gap` (Goodfellow et al., 2014, section 4).
"""

from math import log
from typing import Any

import numpy as np

from ..kit.fixtures import Floats
from .kl import normal

LOSSES = ("non-saturating", "minimax")
WIDTH = 0.45
LEFT, RIGHT, PLACES = -6.0, 9.0, 1501


def data_density(x: Any) -> Floats:
    """p_data."""
    return (normal(x, -1, WIDTH) + normal(x, 1, WIDTH)) / 2


def made_density(x: Any, gap: float) -> Floats:
    """p_g: the data's own shape, `gap` too far to the right."""
    return data_density(np.asarray(x) - gap)


def best(real: Any, made: Any) -> Floats:
    """D*(x) = p_data / (p_data + p_g), from the two densities."""
    share: Floats = np.asarray(real) / (np.asarray(real) + np.asarray(made))
    return share


def parts(gap: float) -> tuple[float, float, float]:
    """Of the best D, in nats, by Riemann sums: -ln D over p_data, -ln(1 - D) over p_g, -ln D over p_g."""
    x = np.linspace(LEFT, RIGHT, PLACES)
    real, made = data_density(x), made_density(x, gap)
    d, step = best(real, made), x[1] - x[0]
    certain, doubted = np.log(np.clip(d, 1e-300, None)), np.log(np.clip(1 - d, 1e-300, None))
    on_real, on_made, wished = (
        -float((density * ln).sum() * step) for density, ln in ((real, certain), (made, doubted), (made, certain))
    )
    return on_real, on_made, wished


def losses(gap: float, loss: str = "non-saturating") -> tuple[float, float]:
    """D's and G's loss if D is the best one, in nats."""
    on_real, on_made, wished = parts(gap)
    return on_real + on_made, wished if loss == "non-saturating" else -on_made


def reference(loss: str) -> dict[str, float]:
    """The losses of both where p_g = p_data, so that D = 1/2 everywhere."""
    half = 0.5
    of_d = -log(half) - log(1 - half)
    return {"D": of_d, "G": -log(half) if loss == "non-saturating" else log(1 - half)}
