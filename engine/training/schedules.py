"""Learning-rate schedules as pure functions of progress, so that a resumed run needs no schedule state."""

from collections.abc import Callable
from math import cos, pi

WARMUP = 0.3
START, END = 1 / 25, 1 / 25 / 1e4


def _half_cosine(low: float, high: float, x: float) -> float:
    """From `low` at x = 0 to `high` at x = 1, along half a cosine."""
    return high + (low - high) * (1 + cos(pi * x)) / 2


def onecycle(progress: float) -> float:
    """Up from 1/25 within the first 30 %, then down to nearly nothing (Smith & Topin, arXiv 1708.07120)."""
    if progress < WARMUP:
        return _half_cosine(START, 1.0, progress / WARMUP)
    return _half_cosine(1.0, END, (progress - WARMUP) / (1 - WARMUP))


def plateau(progress: float) -> float:
    """Up within the first 4 %, level, and from 60 % on straight down to 2 % (warm-up, stable, decay)."""
    return min(1.0, (progress + 0.002) / 0.04, 1 - 0.98 * (progress - 0.6) / 0.4)


SCHEDULES: dict[str, Callable[[float], float]] = {
    "onecycle": onecycle,
    "cosine": lambda progress: _half_cosine(1.0, 0.0, progress),
    "linear": lambda progress: 1 - progress,
    "plateau": plateau,
    "constant": lambda progress: 1.0,
}
"""Factor on the learning rate at a progress in 0..1 through the budget."""
