"""How good generated points are: modes covered and share near one, or the distance to real points.

Torch-free. Shapes: n generated points, k centers.
"""

import numpy as np
from numpy.typing import NDArray

from ..data.points import Points

FAR = 4.0
"""Deviations from a center within which a point belongs to its mode."""
FAIR = 0.2
"""A mode is covered when this part of its fair share of all points lies near it."""
DIRECTIONS = 64
"""Directions in the half circle along which the sliced distance is taken."""
LEVELS = 512
"""Quantiles that stand for a sorted sample."""


def point_quality(points: NDArray[np.floating], data: Points) -> dict[str, float]:
    """The metrics of points (n, 2) that should be distributed as `data`.

    With centers: `modes` covered of `modes_total`, and `near_mode`, the share within 4 deviations of a center.
    Always `sliced_wasserstein`, the distance to the training points in the units of the data, and beside it
    `sliced_wasserstein_floor`, that of the real test points. Points that are not finite are far from everything.
    """
    metrics = mode_quality(points, data) if len(data.centers) else {}
    finite = bool(np.isfinite(points).all())
    metrics["sliced_wasserstein"] = sliced_wasserstein(points, data.train) if finite else float("nan")
    metrics["sliced_wasserstein_floor"] = sliced_wasserstein(data.test, data.train)
    return metrics


def mode_quality(points: NDArray[np.floating], data: Points) -> dict[str, float]:
    """`modes`, `modes_total` and `near_mode` alone, for data with centers."""
    counts = mode_counts(points[np.isfinite(points).all(axis=1)], data)
    fair = len(points) / len(counts)
    return {
        "modes": float((counts >= FAIR * fair).sum()),
        "modes_total": float(len(counts)),
        "near_mode": float(counts.sum() / len(points)),
    }


def mode_counts(points: NDArray[np.floating], data: Points) -> NDArray[np.int64]:
    """How many points lie within 4 deviations of each center and nearest to it: (k,)."""
    distances = np.linalg.norm(points[:, None, :].astype(np.float64) - data.centers[None], axis=2)
    nearest = distances.argmin(axis=1)
    near = distances[np.arange(len(points)), nearest] <= FAR * data.spread
    return np.bincount(nearest[near], minlength=len(data.centers))


def sliced_wasserstein(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    """Mean over directions of the 1-Wasserstein distance of the projections (Rabin et al., 2011).

    In one dimension that is the mean distance of equal quantiles; the directions are fixed and evenly spread.
    """
    angles = np.arange(DIRECTIONS) * np.pi / DIRECTIONS
    directions = np.stack((np.cos(angles), np.sin(angles)))
    levels = (np.arange(LEVELS) + 0.5) / LEVELS
    return float(np.abs(_quantiles(a, directions, levels) - _quantiles(b, directions, levels)).mean())


def _quantiles(
    points: NDArray[np.floating], directions: NDArray[np.float64], levels: NDArray[np.float64]
) -> NDArray[np.float64]:
    projected = np.sort(points.astype(np.float64) @ directions, axis=0)
    index = np.minimum((levels * len(projected)).astype(np.int64), len(projected) - 1)
    quantiles: NDArray[np.float64] = projected[index]
    return quantiles
