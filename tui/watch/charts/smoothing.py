"""The steps of smoothing, by an exponential mean or a running median. Knows nothing of any screen."""

from ..sight import Sight

WEIGHTS = (0.0, 0.3, 0.6, 0.9, 0.95, 0.99, 0.995, 0.999)
SPANS = (1, 3, 5, 11, 21, 101, 201, 1001)
"""Points of the median at the same steps; odd, so that there is a middle one."""


def turned(sight: Sight, by: int) -> bool:
    """Smooth more (by = 1) or less (-1); whether there was any more or less."""
    at = level(sight)
    steps = WEIGHTS if sight.smoothing == "ema" else SPANS
    value = sight.weight if sight.smoothing == "ema" else float(sight.span)
    if by < 0 and steps[at] < value:  # a value between two steps, from another version or by hand
        by = 0
    _set(sight, min(max(at + by, 0), len(steps) - 1))
    return 0 <= at + by < len(steps)


def switched(sight: Sight) -> None:
    """The median at the same step instead of the mean, or the mean again."""
    at = level(sight)
    sight.smoothing = "median" if sight.smoothing == "ema" else "ema"
    _set(sight, at)


def level(sight: Sight) -> int:
    """The step that is set: the last that is not above the value."""
    if sight.smoothing == "ema":
        return max(k for k, weight in enumerate(WEIGHTS) if weight <= max(sight.weight, 0.0))
    return max(k for k, span in enumerate(SPANS) if span <= max(sight.span, 1))


def words(sight: Sight) -> str:
    """How lines are smoothed, for the frame."""
    if sight.smoothing == "ema" and sight.weight > 0:
        return f"EMA {sight.weight:g}"
    return f"median of {sight.span}" if sight.smoothing == "median" and sight.span > 1 else "not smoothed"


def _set(sight: Sight, at: int) -> None:
    if sight.smoothing == "ema":
        sight.weight = WEIGHTS[at]
    else:
        sight.span = SPANS[at]
