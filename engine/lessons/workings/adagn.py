"""Group normalisation and its adaptive form in numpy (Wu & He, 2018; AdaGN of ADM, arXiv 2105.05233). Torch-free.

Shapes: c channels, h rows, w columns, g groups of c / g channels.
"""

from typing import Any

import numpy as np

from ..kit.fixtures import Floats
from .digit_pictures import picture

EPSILON = 1e-5
CHANNELS, GROUPS = 16, 2


def statistics(x: Floats, groups: int) -> tuple[Floats, Floats]:
    """Mean and variance (g,) of each group: over its channels and all their pixels."""
    flat = x.reshape(groups, -1)
    return flat.mean(1), flat.var(1)


def group_norm(x: Floats, groups: int, weight: Floats | float = 1.0, bias: Floats | float = 0.0) -> Floats:
    """(c, h, w): every group with mean 0 and variance 1, then a learned weight and bias (c,) of the layer's own."""
    mean, variance = statistics(x, groups)
    flat = (x.reshape(groups, -1) - mean[:, None]) / np.sqrt(variance + EPSILON)[:, None]
    own, offset = (np.broadcast_to(part, len(x))[:, None, None] for part in (weight, bias))
    normal: Floats = flat.reshape(x.shape) * own + offset
    return normal


def adagn(normalised: Floats, scale: Floats, shift: Floats) -> Floats:
    """(1 + s) GN(h) + b, with s and b (c,) read off the embedding of the timestep."""
    return (1 + scale)[:, None, None] * normalised + shift[:, None, None]


def feature_maps(digit: str, seed: int) -> Floats:
    """(16, 8, 8): a digit through sixteen random kernels, halved, as a first layer would see it."""
    rng = np.random.default_rng((seed, 71))
    kernels, bias = rng.standard_normal((CHANNELS, 3, 3)), rng.standard_normal(CHANNELS)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(picture(digit), 1), (3, 3))[::2, ::2]
    maps: Floats = np.einsum("ijkl,ckl->cij", windows, kernels) + 2 * bias[:, None, None]
    return maps


def embedding(t: Any, width: int = 32, longest: float = 10_000.0) -> Floats:
    """(n, width): sines, then cosines, of t at width / 2 frequencies from 1 down to nearly 1 / 10000."""
    phase = np.asarray(t, dtype=np.float64)[:, None] * longest ** (-np.arange(0, width, 2) / width)
    return np.concatenate([np.sin(phase), np.cos(phase)], 1)


def detail(images: Floats) -> float:
    """How much neighbouring pixels differ: the mean squared difference, 2 for independent noise of variance 1."""
    down, across = np.diff(images, axis=-2) ** 2, np.diff(images, axis=-1) ** 2
    return float((down.mean() + across.mean()) / 2)
