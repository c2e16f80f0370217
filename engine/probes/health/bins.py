"""Histograms whose bins fit into one another, so that those of many steps share one axis without a count being moved.

The axis is symmetric about zero and reaches to a power of two. Knows no torch.
"""

import numpy as np
from numpy.typing import NDArray

BINS = 256
"""Even, so that zero is an edge."""
LEAST, MOST = -24, 24
"""Exponents of two of the smallest and the largest reach; what lies beyond is counted in the last bins."""

Counts = NDArray[np.uint32]


def exponent(largest: float) -> int:
    """The smallest e, within LEAST..MOST, for which 2^e reaches to `largest`."""
    if not largest > 0:
        return LEAST
    return int(min(max(np.ceil(np.log2(largest)), LEAST), MOST)) if np.isfinite(largest) else MOST


def widened(counts: Counts, by: int) -> Counts:
    """The same counts (…, BINS) on an axis that reaches 2^by times as far: neighbours fall into one bin."""
    if by <= 0:
        return counts
    middle = BINS // 2
    places = middle + ((np.arange(BINS) - middle) >> min(by, 16))
    starts = np.flatnonzero(np.diff(places, prepend=places[0] - 1))
    wide = np.zeros_like(counts)
    wide[..., places[starts]] = np.add.reduceat(counts, starts, axis=-1)
    return wide


def aligned(rows: list[Counts], exponents: list[int]) -> tuple[NDArray[np.uint32], int]:
    """Histograms (s, BINS) on the widest of their axes, and its exponent."""
    widest = max(exponents, default=LEAST)
    if not rows:
        return np.zeros((0, BINS), np.uint32), widest
    return np.stack([widened(row, widest - own) for row, own in zip(rows, exponents, strict=True)]), widest


def edges(reach: int) -> NDArray[np.float64]:
    """The BINS + 1 edges of an axis that reaches to 2^reach."""
    return np.linspace(-1.0, 1.0, BINS + 1) * 2.0**reach
