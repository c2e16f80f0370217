"""Layer normalisation (Ba et al., 2016, arXiv 1607.06450): every token on its own, over its D numbers. Torch-free."""

from typing import Any

import numpy as np

from ..kit.fixtures import Floats

EPSILON = 1e-5
"""Added to the variance, so that a constant token is not divided by 0; PyTorch's default."""


def mean_and_variance(x: Floats) -> tuple[Floats, Floats]:
    """(…, 1) each, over the last axis; the variance divides by D, not by D - 1."""
    mean = x.mean(-1, keepdims=True)
    return mean, ((x - mean) ** 2).mean(-1, keepdims=True)


def layer_norm(x: Floats, gain: Any = 1.0, bias: Any = 0.0) -> Floats:
    """gain · (x - mean) / sqrt(variance + epsilon) + bias, same shape as `x`."""
    mean, variance = mean_and_variance(x)
    answer: Floats = gain * (x - mean) / np.sqrt(variance + EPSILON) + bias
    return answer
