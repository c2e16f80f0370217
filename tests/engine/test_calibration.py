"""Expected calibration error, against the definition written as a loop."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlviz.engine.objectives.calibration import calibration_error


def _by_hand(probabilities: np.ndarray, labels: np.ndarray, bins: int) -> float:  # type: ignore[type-arg]
    total = 0.0
    for b in range(bins):
        inside = [
            (float(max(row)), int(np.argmax(row)) == label)
            for row, label in zip(probabilities, labels, strict=True)
            if b / bins < max(row) <= (b + 1) / bins
        ]
        if inside:
            confidence = sum(c for c, _ in inside) / len(inside)
            accuracy = sum(right for _, right in inside) / len(inside)
            total += len(inside) / len(labels) * abs(accuracy - confidence)
    return total


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 200), classes=st.integers(2, 12), bins=st.integers(1, 20))
def test_it_is_what_the_definition_says(seed: int, count: int, classes: int, bins: int) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(count, classes)) * rng.uniform(0.1, 6)
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    labels = rng.integers(0, classes, count)
    assert calibration_error(probabilities, labels, bins) == pytest.approx(_by_hand(probabilities, labels, bins))


def test_known_values() -> None:
    sure = np.eye(3)[[0, 1, 2, 0]]
    assert calibration_error(sure, np.array([0, 1, 2, 0])) == 0.0
    assert calibration_error(sure, np.array([1, 2, 0, 1])) == 1.0
    assert calibration_error(sure, np.array([0, 1, 2, 1])) == 0.25
    nine = np.tile([0.9, 0.1], (10, 1))
    assert calibration_error(nine, np.array([0] * 9 + [1])) == pytest.approx(0.0, abs=1e-12)
    assert calibration_error(nine, np.array([0] * 5 + [1] * 5)) == pytest.approx(0.4)


def test_gaps_of_different_bins_do_not_cancel() -> None:
    two = np.array([[0.9, 0.1], [0.6, 0.4]])
    assert calibration_error(two, np.array([1, 0])) == pytest.approx((0.9 + 0.4) / 2)
