"""How many decimals the numbers of one grid get, so that all are written alike. Knows nothing of layers."""

from typing import Any

import numpy as np

MOST = 5
"""Decimals beyond these are noise to a reader."""


def decimals(values: Any, width: int, least: int = 2) -> int:
    """Decimals, at least `least`, at which the smallest number of `values` is not hidden and the largest fits `width`.

    Where no count does both, it is the largest that fits: only what it would hide needs a notation of its own.
    """
    array = np.asarray(values, dtype=np.float64)
    array = array[np.isfinite(array)]
    array = array[array != 0]
    if not array.size:
        return least
    ends = float(array.min()), float(array.max())
    smallest = float(np.abs(array).min())
    fitting = least
    for digits in range(least, MOST + 1):
        if max(len(f"{end:.{digits}f}") for end in ends) > width:
            break
        fitting = digits
        if round(smallest, digits):
            break
    return fitting


def column(width: int, count: int, least: int = 6, most: int = 8) -> int:
    """The columns of each of `count` numbers in a row of `width`: as many as there are, `least` to `most`."""
    return max(least, min(most, width // max(1, count)))
