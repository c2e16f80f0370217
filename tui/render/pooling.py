"""Maps made smaller by pooling whole blocks."""

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray


def factor(height: int, width: int, rows: int, columns: int) -> int:
    """The side of the smallest square block that brings height x width into rows x columns pixels."""
    return max(1, math.ceil(height / max(1, rows)), math.ceil(width / max(1, columns)))


def shrink(values: Any, rows: int, columns: int, how: Literal["max", "mean"] = "max") -> NDArray[np.float64]:
    """`values` [h, w] pooled to at most rows x columns pixels over square blocks.

    "max" keeps the value farthest from zero, with its sign, so that no spike is lost; a block with a
    NaN is NaN. The caller says on screen that the map is pooled.
    """
    array = np.asarray(values, dtype=np.float64)
    block = factor(array.shape[0], array.shape[1], rows, columns)
    if block == 1 or not array.size:
        return array
    down, across = (np.arange(0, size, block) for size in array.shape)
    with np.errstate(over="ignore", invalid="ignore"):
        if how == "mean":
            sums = np.add.reduceat(np.add.reduceat(array, down, axis=0), across, axis=1)
            counts = np.outer(np.diff([*down, array.shape[0]]), np.diff([*across, array.shape[1]]))
            return np.asarray(sums / counts)
        high = np.maximum.reduceat(np.maximum.reduceat(array, down, axis=0), across, axis=1)
        low = np.minimum.reduceat(np.minimum.reduceat(array, down, axis=0), across, axis=1)
    return np.where(-low > high, low, high)
