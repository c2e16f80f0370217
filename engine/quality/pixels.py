"""Principal components of pixels: the features of images for which no trained evaluator is at hand."""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

MOST = 32


@dataclass(frozen=True)
class Components:
    """Projection of images on the directions of most variance, over their common standard deviation.

    Attributes:
        mean: (p,) of the pixels; basis: (p, d), orthogonal columns over the standard deviation.
    """

    mean: Tensor
    basis: Tensor

    @classmethod
    def fit(cls, x_nchw: Tensor) -> Self:
        """The first 32 components, or as many as there are pixels or images; the sign of each does not matter."""
        pixels = x_nchw.flatten(1).double()
        centred = pixels - pixels.mean(0)
        values, vectors = torch.linalg.eigh(centred.T @ centred / len(centred))
        d = min(MOST, *centred.shape)
        scale = values[-d:].mean().clamp(min=1e-12).sqrt()
        return cls(pixels.mean(0), vectors[:, -d:].flip(1) / scale)

    def __call__(self, x_nchw: Tensor) -> Tensor:
        """(n, d)."""
        return (x_nchw.flatten(1).double() - self.mean) @ self.basis
