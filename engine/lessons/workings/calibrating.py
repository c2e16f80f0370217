"""Softmax with a temperature, and whether its confidence can be believed. Pure NumPy."""

import numpy as np

from ..kit.fixtures import Floats
from . import attending

BINS = 10


def softmax(logits: Floats, temperature: float = 1.0) -> Floats:
    """exp(z/T) / sum, along the last axis; the largest is subtracted first, so that nothing overflows."""
    return attending.softmax(np.asarray(logits, dtype=np.float64) / temperature)


def reliability(probabilities: Floats, labels: Floats) -> tuple[Floats, Floats, Floats]:
    """By tenth of confidence: mean confidence, accuracy (NaN where nothing lies), and share of the examples."""
    confidence = probabilities.max(1)
    right = (probabilities.argmax(1) == labels).astype(float)
    place = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    count = np.bincount(place, minlength=BINS)
    with np.errstate(invalid="ignore", divide="ignore"):
        sure: Floats = np.bincount(place, confidence, BINS) / count
        hit: Floats = np.bincount(place, right, BINS) / count
    return sure, hit, count / len(labels)


def calibration_error(probabilities: Floats, labels: Floats) -> float:
    """ECE: mean distance of confidence and accuracy over ten bins, weighted by what lies in them."""
    sure, hit, share = reliability(probabilities, labels)
    filled = share > 0
    return float((share[filled] * np.abs(sure[filled] - hit[filled])).sum())
