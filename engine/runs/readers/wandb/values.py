"""What a logged value is to a chart: a number, several of them, a record, or nothing."""

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
"""Numbers that JSON lacks, as loggers write them."""
SIMPLE = {b"true": 1.0, b"false": 0.0, **{f'"{word}"'.encode(): value for word, value in WORDS.items()}}
"""JSON texts that stand for a number."""
NOTHING = (b'"', b"n", b"[", b"")
"""How JSON texts begin that hold no number: other texts, null, lists; or nothing."""
DEEPEST = 32


def numbers(texts: Sequence[bytes]) -> NDArray[np.float64] | None:
    """JSON texts as numbers if all are; they are not when one is a boolean, a text, a list."""
    try:
        return np.array(list(map(float, texts)))
    except ValueError:
        return None


def number(value: Any) -> float | None:
    """A value as a number: truth is 1 or 0, the words for NaN and infinity are what they say."""
    if isinstance(value, (int, float)):
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    return WORDS.get(value) if isinstance(value, str) else None


def flat(value: Any, tag: str, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """The leaves of nested dicts, their keys joined by dots; dicts with a `_type` (media) are leaves too."""
    if isinstance(value, dict) and "_type" not in value and depth < DEEPEST:
        for key, inner in value.items():
            yield from flat(inner, f"{tag}.{key}" if tag else str(key), depth + 1)
    else:
        yield tag, value


def decoded(text: str | bytes) -> Any:
    """JSON, with NaN and infinity. Raises ValueError."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
