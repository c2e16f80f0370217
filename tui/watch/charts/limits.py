"""Limits of the axes as typed: `x=0:5000 y=2.5:13`. Knows nothing of any screen."""

import math
import re
import time
from dataclasses import dataclass

Ends = tuple[float | None, float | None]
FORM = "like x=0:5000 y=2.5:13; an end may be left out, empty resets"
_SIZES = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_TIMES = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_CLOCKS = ("%H:%M", "%H:%M:%S", "%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")


@dataclass(frozen=True)
class Limits:
    """Least and greatest x and y; None where the data decide. `x`, `y` are None as a whole if not named."""

    x: Ends | None = None
    y: Ends | None = None


def typed(text: str, x: str = "step", today: float = 0.0) -> Limits:
    """The limits that a text names; an empty one resets both.

    Args:
        x: what x is: `time` allows 90s, 5m, 2h, 3d; `clock` 14:05..15:30 on the day of `today`.

    Raises:
        ValueError: what is wrong, in a sentence.
    """
    if not text.strip():
        return Limits((None, None), (None, None))
    found: dict[str, Ends] = {}
    for part in re.sub(r"\s*(=|\.\.)\s*", r"\1", text).replace(",", " ").split():
        axis, equals, ends = part.partition("=")
        if axis not in ("x", "y") or not equals:
            raise ValueError(f"{part!r} is no limit: {FORM}")
        if axis in found:
            raise ValueError(f"{axis} is named twice")
        low, colon, high = ends.partition("..") if ".." in ends else ends.partition(":")
        if not colon:
            raise ValueError(f"{part!r} wants two ends with : between them, {FORM}")
        kind = x if axis == "x" else "y"
        pair = _number(low, kind, today), _number(high, kind, today)
        if pair[0] is not None and pair[1] is not None and not pair[0] < pair[1]:
            raise ValueError(f"the least {axis} must be below the greatest")
        found[axis] = pair
    return Limits(found.get("x"), found.get("y"))


def told(ends: Ends, kind: str = "step") -> str:
    """Limits as they can be typed; `kind` says what they are of."""
    if kind == "clock":
        form = "%Y-%m-%dT%H:%M:%S"
        return "..".join("" if end is None else time.strftime(form, time.localtime(end)) for end in ends)
    return ":".join("" if end is None else f"{end:.6g}" for end in ends)


def _number(text: str, kind: str, today: float) -> float | None:
    if not text:
        return None
    if kind == "clock":
        return _moment(text, today)
    units = {**_SIZES, **(_TIMES if kind == "time" else {})}
    size = units.get(text[-1], 1.0)
    try:
        value = float(text[:-1] if text[-1] in units else text) * size
    except ValueError:
        value = math.nan
    if not abs(value) < 1e300:
        raise ValueError(f"{text!r} is no number; write limits {FORM}")
    return value


def _moment(text: str, today: float) -> float:
    day = time.localtime(today)
    for form in _CLOCKS:
        try:
            found = time.strptime(text, form)
        except ValueError:
            continue
        date = found[:3] if "%Y" in form else day[:3]
        return time.mktime((*date, *found[3:6], 0, 0, -1))
    raise ValueError(f"{text!r} is no time of day; write x=14:05..15:30 or x=2026-01-31..2026-02-01")
