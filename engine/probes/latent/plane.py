"""The plane in which a latent space is seen: its two numbers, or the two principal components of what lies in it.

Torch-free. Shapes: n images, d latent numbers.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

REACH = (0.5, 99.5)
"""Percentiles of the means that are always in the window."""
GRAIN = 0.5
"""The window's edges are multiples of it, so that it stands still while the means move a little."""


@dataclass(frozen=True)
class Plane:
    """Points z = centre + x basis[0] + y basis[1]; `centre` (d,), `basis` (2, d) with rows of length 1.

    Of one latent number the second row is 0: then y means nothing.
    """

    centre: Floats
    basis: Floats

    @classmethod
    def of(cls, means_nd: Any) -> Self:
        """The latent numbers themselves where there are two at most, else the means' first two principal components.

        A component's largest entry is positive, so that the picture does not flip between two steps.
        """
        means = np.asarray(means_nd, np.float64)
        d = means.shape[1]
        if d <= 2:
            return cls(np.zeros(d), np.eye(2, d))
        known = means[np.isfinite(means).all(1)]
        if len(known) < 2:
            return cls(np.zeros(d), np.eye(2, d))
        centre = known.mean(0)
        values, vectors = np.linalg.eigh(np.cov(known.T))
        basis = vectors[:, np.argsort(-values, kind="stable")[:2]].T
        largest = basis[np.arange(2), np.abs(basis).argmax(1)]
        return cls(centre, basis * np.where(largest < 0, -1.0, 1.0)[:, None])

    def place(self, z_nd: Any) -> Floats:
        """Where points lie in the plane, seen straight on: (n, 2)."""
        with np.errstate(invalid="ignore"):
            placed: Floats = (np.asarray(z_nd, np.float64) - self.centre) @ self.basis.T
        return placed

    def lift(self, xy_n2: Any) -> Floats:
        """The points of the plane (n, d)."""
        lifted: Floats = self.centre + np.asarray(xy_n2, np.float64) @ self.basis
        return lifted

    def shadow(self, covariance_dd: Any) -> Floats:
        """What of a covariance (d, d) is seen in the plane: (2, 2)."""
        seen: Floats = self.basis @ np.asarray(covariance_dd, np.float64) @ self.basis.T
        return seen

    def share(self, means_nd: Any) -> float:
        """The share of the means' variance that lies in the plane; 1 where there is none at all."""
        means = np.asarray(means_nd, np.float64)
        known = means[np.isfinite(means).all(1)]
        whole = float(known.var(0).sum()) if len(known) else 0.0
        return float(self.place(known).var(0).sum()) / whole if whole else 1.0


def extent(points_n2: Any) -> Floats:
    """Left, right, bottom and top of a window on the points, with a margin; -1..1 where there are none."""
    points = np.asarray(points_n2, np.float64)
    points = points[np.isfinite(points).all(1)]
    if not len(points):
        return np.array([-1.0, 1.0, -1.0, 1.0])
    low, high = np.percentile(points, REACH, axis=0)
    margin = 0.05 * np.maximum(high - low, GRAIN)
    low, high = np.floor((low - margin) / GRAIN) * GRAIN, np.ceil((high + margin) / GRAIN) * GRAIN
    return np.array([low[0], high[0], low[1], high[1]])
