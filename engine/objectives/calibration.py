"""Expected calibration error (Guo et al., 2017, arXiv 1706.04599)."""

import numpy as np
from numpy.typing import NDArray


def calibration_error(probabilities: NDArray[np.floating], labels: NDArray[np.integer], bins: int = 15) -> float:
    """Mean gap between confidence and accuracy over `bins` equal intervals of confidence, in 0..1.

    Args:
        probabilities: (count, classes), rows sum to 1.
        labels: (count,) true classes.
        bins: number of intervals (0, 1/bins], (1/bins, 2/bins], …
    """
    if not np.isfinite(probabilities).all():
        return float("nan")
    confidence = probabilities.max(1)
    correct = probabilities.argmax(1) == labels
    place = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    gaps = np.bincount(place, correct - confidence.astype(np.float64), bins)
    return float(np.abs(gaps).sum() / len(labels))
