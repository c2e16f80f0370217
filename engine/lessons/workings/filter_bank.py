"""Several filters on one image: one map each, stacked to channels; and a filter over several channels. Pure NumPy."""

from functools import lru_cache

import numpy as np

from ..kit.fixtures import KERNELS, Floats, array
from ..kit.settings import matrix
from . import convolving

NAMES = ("vertical edges", "horizontal edges", "blobs", "brightness")
SHORT = ("vertical", "horizontal", "blobs", "bright")
SHORTEST = ("vert", "hor", "blob", "bright")
FILTERS = (*(KERNELS[name] for name in ("sobel-x", "sobel-y", "blob")), matrix([[1, 1, 1]] * 3))


def maps(image: Floats, off: int | None = None) -> Floats:
    """[4, 6, 6]: what each filter finds, `same` padding; the filter `off` has its weights set to 0."""
    kernels = [array(kernel) * (j != off) for j, kernel in enumerate(FILTERS)]
    return np.stack([convolving.convolve(image, kernel, padding=1) for kernel in kernels])


def cosine(a: Floats, b: Floats) -> float:
    """The cosine of the angle between two maps taken as vectors; 0 where one of them is empty."""
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float((a * b).sum()) / size if size > 0 else 0.0


def cosines(stack: Floats) -> Floats:
    """[n, n]: of every pair of maps."""
    return np.array([[cosine(a, b) for b in stack] for a in stack])


@lru_cache(maxsize=8)
def second_layer(seed: int) -> tuple[Floats, float]:
    """([4, 3, 3], bias): one filter of the next layer has a slice for each channel that comes in."""
    slices = np.round(np.random.default_rng([seed, 3]).normal(0, 1, (len(FILTERS), 3, 3)), 1)
    slices.flags.writeable = False
    return slices, 0.5


def through_all(stack: Floats, slices: Floats, bias: float) -> tuple[Floats, Floats]:
    """([4, 6, 6] of each channel with its slice, [6, 6] their sum and the bias): one output channel."""
    parts = np.stack(
        [convolving.convolve(channel, weights, padding=1) for channel, weights in zip(stack, slices, strict=True)]
    )
    return parts, parts.sum(axis=0) + bias


def address(layout: str, h: int, w: int, c: int, shape: tuple[int, int, int]) -> int:
    """Where number (h, w, c) of a tensor of (rows, columns, channels) lies in memory."""
    rows, columns, channels = shape
    if layout == "CHW":
        return (c * rows + h) * columns + w
    return (h * columns + w) * channels + c
