"""The digits at 16x16 pixels: the 8x8 originals, bilinearly up-sampled. More pixels, no more information."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from . import digits
from .dataset import Dataset, Split

FACTOR = 2
SUMMARY = "the same digits up-sampled to 16x16 pixels: smoother, but no detail that the 8x8 originals lack"


def load(seed: int) -> Dataset:
    """The digits of 8x8, same split, up-sampled to 16x16: x (count, 1, 16, 16) in 0..1."""
    data = digits.load(seed)
    train, val, test = (Split(x=upsampled(split.x, FACTOR), y=split.y) for split in (data.train, data.val, data.test))
    description = f"{data.description}, bilinearly up-sampled to 16x16"
    return replace(data, name="digits16", train=train, val=val, test=test, description=description)


def upsampled(x_nchw: NDArray[np.float32], factor: int) -> NDArray[np.float32]:
    """(n, c, factor h, factor w) by bilinear interpolation between the centres of pixels; the rim repeats itself."""
    h, w = x_nchw.shape[-2:]
    large = weights(h, factor) @ x_nchw @ weights(w, factor).T
    return large.astype(np.float32)


def weights(size: int, factor: int) -> NDArray[np.float32]:
    """(factor * size, size): how much each old pixel counts in each new one; rows sum to 1."""
    place = np.clip((np.arange(factor * size) + 0.5) / factor - 0.5, 0, size - 1)
    near: NDArray[np.float32] = np.maximum(0, 1 - np.abs(place[:, None] - np.arange(size))).astype(np.float32)
    return near
