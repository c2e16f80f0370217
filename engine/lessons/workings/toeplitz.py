"""A convolution written as one matrix: doubly block Toeplitz, mostly zeros, few distinct values. Pure NumPy."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..kit.fixtures import Floats
from .convolving import Geometry


@lru_cache(maxsize=64)
def taps(geometry: Geometry) -> NDArray[np.int64]:
    """[outputs, pixels]: which weight of the kernel, from 1 on, connects them; 0 where nothing does."""
    answer = np.zeros((geometry.units, geometry.size[0] * geometry.size[1]), dtype=np.int64)
    for unit in range(geometry.units):
        for tap, (r, c) in geometry.inside(*divmod(unit, geometry.out[1])):
            answer[unit, r * geometry.size[1] + c] = tap + 1
    answer.flags.writeable = False
    return answer


def as_matrix(geometry: Geometry, kernel: Floats) -> Floats:
    """[outputs, pixels]: the matrix whose product with the flattened image is the flattened output."""
    answer: Floats = np.concatenate([[0.0], kernel.ravel()])[taps(geometry)]
    return answer


def connections(geometry: Geometry) -> int:
    """Pairs of a pixel and an output that are connected."""
    return int(np.count_nonzero(taps(geometry)))


def uses(geometry: Geometry) -> NDArray[np.int64]:
    """[kernel rows, kernel columns]: how many outputs each weight multiplies a pixel for (not a padded zero)."""
    counts = np.bincount(taps(geometry).ravel(), minlength=geometry.kernel[0] * geometry.kernel[1] + 1)
    return counts[1:].reshape(geometry.kernel)
