"""Fréchet distance of two clouds of features, each taken for a Gaussian (Heusel et al., 2017, arXiv 1706.08500)."""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor


@dataclass(frozen=True)
class Gaussian:
    """Mean (d,) and covariance (d, d) of features, float64."""

    mean: Tensor
    covariance: Tensor

    @classmethod
    def fit(cls, features_nd: Tensor) -> Self:
        """The Gaussian with the features' mean and unbiased covariance; wants two rows at least."""
        assert len(features_nd) > 1
        return cls(features_nd.double().mean(0), torch.cov(features_nd.double().T).reshape(features_nd.shape[1], -1))

    def frechet(self, other: Self) -> float:
        """|m1 - m2|² + tr(C1 + C2 - 2 (C1 C2)^½), the squared 2-Wasserstein distance; 0 or more.

        The trace of (C1 C2)^½ is that of (C1^½ C2 C1^½)^½, whose matrix is symmetric.
        """
        values, vectors = torch.linalg.eigh(self.covariance)
        root = vectors * values.clamp(min=0).sqrt() @ vectors.T
        mixed = torch.linalg.eigvalsh(root @ other.covariance @ root).clamp(min=0).sqrt().sum()
        means = (self.mean - other.mean).square().sum()
        return max(0.0, float(means + self.covariance.trace() + other.covariance.trace() - 2 * mixed))
