"""Numbers as texts of few columns. Knows nothing of figures."""

import math
from functools import lru_cache

from ...render.numbers import compact

_MOST = 8
NEARLY = "≈0"
"""What is not zero never reads as zero."""


@lru_cache(maxsize=16384)
def told(value: float, digits: int) -> str:
    """A number with at most `digits` decimals, trailing noughts left out; NaN is nothing."""
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    text = f"{value:.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text in ("0", "-0"):
        return "0" if value == 0 else NEARLY
    return text if len(text) <= _MOST else compact(value, _MOST - 1, max(3, digits))
