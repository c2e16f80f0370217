"""Lines and ellipses as dots in the plane. Knows nothing of colours or latent spaces."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..braille import Dots, Floats

Window = tuple[float, float, float, float]
"""Left, right, bottom, top."""
_CORNERS = 180


def stroke(dots: Dots, points_n2: Any) -> None:
    """Set the dots (rows, columns) on the straight lines between points (column, row); what lies outside is left."""
    points = np.asarray(points_n2, np.float64).reshape(-1, 2)
    reach = 4.0 * max(dots.shape)
    first, last = points[:-1], points[1:]
    known = (np.isfinite(first) & np.isfinite(last)).all(1)
    first, last = first[known].clip(-reach, reach), last[known].clip(-reach, reach)
    count = int(np.abs(last - first).max(initial=0)) + 1
    way = np.linspace(0, 1, count + 1)[:, None]
    x, y = np.rint(first[:, None] + way * (last - first)[:, None]).astype(np.int64).reshape(-1, 2).T
    inside = (x >= 0) & (y >= 0) & (x < dots.shape[1]) & (y < dots.shape[0])
    dots[y[inside], x[inside]] = True


def ellipse(mean_2: Any, covariance_22: Any, sigmas: float) -> Floats:
    """Points (n, 2) at `sigmas` standard deviations around the mean of a Gaussian."""
    covariance = np.asarray(covariance_22, np.float64)
    if not np.isfinite(covariance).all():
        return np.zeros((0, 2))
    values, vectors = np.linalg.eigh(covariance)
    angle = np.linspace(0, 2 * np.pi, _CORNERS + 1)
    circle = np.stack([np.cos(angle), np.sin(angle)], 1)
    around: Floats = np.asarray(mean_2) + sigmas * circle * np.sqrt(values.clip(0)) @ vectors.T
    return around


def dotted(points_n2: Any, window: Window, rows: int, columns: int) -> NDArray[np.float64]:
    """Coordinates of the plane as dots (column, row) of a canvas that the window fills."""
    left, right, bottom, top = window
    points = np.asarray(points_n2, np.float64).reshape(-1, 2)
    x = (points[:, 0] - left) / (right - left) * columns - 0.5
    y = (top - points[:, 1]) / (top - bottom) * rows - 0.5
    return np.stack([x, y], 1)
