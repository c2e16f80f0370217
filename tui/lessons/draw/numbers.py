"""Numbers as texts of few columns. Knows nothing of figures."""

import math
from collections.abc import Sequence
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


def percent(value: float) -> str:
    """A share in per cent with one decimal; 0 and 100 are said only of what is exactly that."""
    text = f"{value:.1%}"
    if text in ("0.0%", "-0.0%") and value != 0:
        return "<0.1%" if value > 0 else ">-0.1%"
    if text == "100.0%" and value != 1:
        return ">99.9%" if value < 1 else text
    return text.removeprefix("-") if value == 0 else text


def alike(values: Sequence[float], room: int, digits: int) -> list[str]:
    """Numbers of one column, with at most `digits` significant digits: without exponents where all have room so."""
    texts = [compact(value, room, digits) for value in values]
    if not any("e" in text for text in texts) or all("e" in text or text == "0" for text in texts):
        return texts
    plain = [_positional(value, digits) for value in values]
    return plain if all(len(text) <= room for text in plain) else texts


def _positional(value: float, digits: int) -> str:
    if value == 0 or not math.isfinite(value):
        return compact(value, 8, digits)
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
