"""How many modes of a mixture samples reach: the count behind "modes 3/8". Torch-free.

Shapes: n points, k centers.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.points import RING, SOURCES
from ..kit.fixtures import Floats

CENTERS: Floats = RING.astype(np.float64)
"""[8, 2]: the centers of the ring."""
SIGMA = SOURCES["ring"][2]
REACH = 3.0
"""Standard deviations around a center within which a point belongs to its mode."""
SHARE = 0.01
"""Share of all points from which on a mode is reached."""


def near(points: Any, centers: Any = CENTERS, sigma: float = SIGMA) -> NDArray[np.int64]:
    """[k]: how many of the points [n, 2] lie within REACH sigma of each center."""
    gaps = np.asarray(points, dtype=np.float64)[:, None, :] - np.asarray(centers, dtype=np.float64)[None]
    counts: NDArray[np.int64] = (np.hypot(gaps[..., 0], gaps[..., 1]) <= REACH * sigma).sum(axis=0)
    return counts


def reached(counts: Any, total: int) -> int:
    """How many modes hold at least SHARE of all points."""
    return int((np.asarray(counts) >= SHARE * total).sum())


def modes(points: Any) -> int:
    """How many of the ring's eight modes the points [n, 2] reach."""
    return reached(near(points), len(points))


def told(points: Any) -> str:
    """`modes 3/8`."""
    return f"modes {modes(points)}/{len(CENTERS)}"


def near_share(points: Any) -> float:
    """Share of the points that lie near any mode; the modes do not overlap."""
    return float(near(points).sum()) / len(points)
