"""Sinusoidal positions (Vaswani et al., 2017, section 3.5) and what follows from them. Torch-free.

Column 2i of d is sin(p w_i), column 2i + 1 is cos(p w_i), with w_i = 10000^(-2i/d).
"""

from collections.abc import Sequence
from math import pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..kit.fixtures import Floats

BASE = 10_000.0


def rates(width: int) -> Floats:
    """(d/2,): w_i, the radians that pair i turns from one position to the next."""
    answer: Floats = BASE ** (-np.arange(0, width, 2) / width)
    return answer


def sinusoids(positions: Sequence[float] | NDArray[Any], width: int) -> Floats:
    """(P, d): sin and cos of every position, interleaved; `width` is even."""
    angles = np.outer(positions, rates(width))
    table = np.empty((len(positions), width))
    table[:, 0::2], table[:, 1::2] = np.sin(angles), np.cos(angles)
    return table


def rotation(k: float, width: int) -> Floats:
    """(d, d): R_k of two-by-two blocks, so that R_k PE(p) = PE(p + k) for every p."""
    turned = np.zeros((width, width))
    for pair, angle in enumerate(k * rates(width)):
        cos, sin = np.cos(angle), np.sin(angle)
        turned[2 * pair : 2 * pair + 2, 2 * pair : 2 * pair + 2] = [[cos, sin], [-sin, cos]]
    return turned


def likeness(k: float, width: int) -> float:
    """PE(p) · PE(p + k) = sum cos(k w_i), whatever p is; d/2 for k = 0."""
    return float(np.cos(k * rates(width)).sum())


def wavelengths(width: int) -> Floats:
    """(d/2,): positions until pair i has gone round, from 2 pi to almost 10000 * 2 pi."""
    return 2 * pi / rates(width)
