"""Ticks: round values and times along an axis, and their labels. Knows no cells."""

import math
import time
from collections.abc import Sequence
from itertools import pairwise

from .numbers import compact

FINEST = 1e-5
"""Seconds; floats hold the time of day not much finer."""
_UNITS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_PERIODS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)


def ticks(low: float, high: float, count: int) -> list[tuple[float, str]]:
    """About `count` multiples of 1, 2 or 5 times a power of ten, with labels of one precision."""
    step = round_step(low, high, count)
    if not step:
        return [(low, f"{low:.3g}")]
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    marks = [mark for k in range(first, last + 1) if math.isfinite(mark := k * step)]
    return list(zip(marks, _labels(marks, step), strict=True))


def log_ticks(low: float, high: float, count: int) -> list[tuple[float, str]]:
    """About `count` decades (or 1, 2 and 5 times them) between positive ends; round values if too few."""
    marks = _log_marks(low, high, count)
    if len(marks) > 1:
        return [(mark, _log_label(mark)) for mark in marks]
    return [(mark, text) for mark, text in ticks(low, high, count) if mark > 0]


def time_ticks(low: float, high: float, count: int, clock: bool) -> list[tuple[float, str]]:
    """About `count` round times with labels: durations (90 s is 1m30), or local times of day if `clock`."""
    span = high - low
    if clock and span < 5 and abs(low) < 1e11:
        return _second_ticks(low, span, count)
    if span < 5 or not abs(low) + abs(high) < 1e11:
        marks = ticks(low, high, count)
        return marks if clock else [(mark, label + "s") for mark, label in marks]
    days = round_step(low / 86400, high / 86400, count) * 86400
    period = next((p for p in _PERIODS if span / p <= count), max(days, 86400.0))
    zone = float(time.localtime(low).tm_gmtoff) if clock else 0.0
    first, last = math.ceil((low + zone) / period), math.floor((high + zone) / period)
    marks_at = [k * period - zone for k in range(first, last + 1)]
    return [(mark, moment(mark, period) if clock else duration(mark, period)) for mark in marks_at]


def _second_ticks(low: float, span: float, count: int) -> list[tuple[float, str]]:
    """Times of day at round parts of a second: 14:05:30.5; one where the span is finer than clocks are."""
    step, whole = round_step(0.0, span, count), math.floor(low)
    if step < FINEST:
        return [(low, moment(low))]
    places = max(-math.floor(math.log10(step) + 1e-9), 0)
    first, last = math.ceil((low - whole) / step - 1e-6), math.floor((low - whole + span) / step + 1e-6)
    marks = []
    for after in (k * step for k in range(first, last + 1)):
        seconds = math.floor(after + step * 1e-6)
        fraction = f"{max(after - seconds, 0.0):.{places}f}"[1:]
        marks.append((whole + after, moment(whole + seconds) + fraction))
    return marks


def moment(epoch: float, period: float = 1.0) -> str:
    """A local time to the precision of `period` seconds: 14:05, 14:05:30, or a date."""
    pattern = "%d %b" if period >= 86400 else "%H:%M" if period >= 60 else "%H:%M:%S"
    try:
        return time.strftime(pattern, time.localtime(epoch))
    except (OverflowError, ValueError, OSError):
        return f"{epoch:.3g}s"


def fraction(seconds: float, period: float, clock: bool) -> str:
    """A time to at least the precision of `period` < 1 seconds: 0.025s, or if `clock` the local time 14:05:30.025."""
    places = min(max(math.ceil(-math.log10(max(period, FINEST)) - 1e-9), 0), 5)
    if not clock:
        return f"{seconds:.{places}f}s"
    parts = f"{seconds - math.floor(seconds):.{places}f}"
    return moment(math.floor(seconds) + int(parts[0])) + parts[1:]


def duration(seconds: float, period: float = 1.0) -> str:
    """A duration in its two largest units, no finer than `period` seconds: 45s, 1m30, 2h15, 3d6h."""
    sign, left = ("-" if seconds < 0 else ""), int(abs(seconds) + 1e-6)
    if left < 60:
        return f"{sign}{left}s"
    if left < 3600:
        return f"{sign}{left // 60}m" + (f"{left % 60:02d}" if period < 60 else "")
    if left < 86400:
        return f"{sign}{left // 3600}h" + (f"{left % 3600 // 60:02d}" if period < 3600 else "")
    return f"{sign}{left // 86400}d" + (f"{left % 86400 // 3600}h" if period < 86400 else "")


def round_step(low: float, high: float, count: int) -> float:
    """The least round step that gives at most `count` of them; 0 where floats are too coarse."""
    rough = high / max(count, 1) - low / max(count, 1)
    if not 0 < rough < math.inf or rough < 1e-300:
        return 0.0
    unit = 10.0 ** math.floor(math.log10(rough))
    step = unit * next((size for size in (1, 2, 5, 10) if size * unit >= rough * (1 - 1e-9)), 10)
    return step if math.isfinite(step) and step > 1e-13 * max(abs(low), abs(high)) else 0.0


def _labels(marks: list[float], step: float) -> list[str]:
    biggest = max(map(abs, marks), default=0.0)
    power = math.floor(math.log10(step) + 1e-9)
    if biggest < 1e-3 or biggest >= 1e15:
        digits = max(math.floor(math.log10(biggest)) - power, 0) if biggest else 0
        return [_exponent(mark, digits) for mark in marks]
    size, unit = next(((s, u) for s, u in _UNITS if biggest >= (s if s > 1e3 else 1e4)), (1.0, ""))
    places = max(round(math.log10(size)) - power, 0)
    return [f"{mark / size:.{places}f}{unit}" if mark else "0" for mark in marks]


def written(marks: Sequence[tuple[float, str]], room: int) -> list[str] | None:
    """The labels of ticks, each in at most `room` columns and true to its value; None where they do not fit."""
    if all(len(text) <= room for _, text in marks):
        return [text for _, text in marks]
    texts = _true(marks, room)
    return texts if all(texts) and len(marks) > 1 else None


def beyond_first(marks: Sequence[tuple[float, str]], room: int) -> list[str]:
    """Labels in at most `room` columns where `written` has none: the lowest tick, and how much the others are above it.

    A lowest tick that is rounded has a `≈`. Labels for which there is no room at all, or that would be alike, are left
    out.
    """
    if not marks:
        return []
    first, exact = marks[0][0], _true(marks, room)
    texts = [exact[0] or "≈" + compact(first, room - 1, 10)]
    if "#" in texts[0]:
        return exact
    texts += ["+" + _bare(compact(mark - first, room, 6), mark - first, room - 1) for mark, _ in marks[1:]]
    return ["" if "#" in text or text in texts[:k] else text for k, text in enumerate(texts)]


def _true(marks: Sequence[tuple[float, str]], room: int) -> list[str]:
    """Each value in at most `room` columns, empty where it would have to be rounded."""
    values = [mark for mark, _ in marks]
    apart = min((b - a for a, b in pairwise(values)), default=0.0)
    texts = [compact(value, room, 10) for value in values]
    good = ("#" not in t and abs(float(t) - v) <= apart / 1000 for t, v in zip(texts, values, strict=True))
    return [text if fits else "" for text, fits in zip(texts, good, strict=True)]


def _bare(text: str, value: float, room: int) -> str:
    """A positive number without the zero before its point, in at most `room` columns."""
    bare = text[1:] if text.startswith("0.") else text
    return bare if len(bare) <= room else compact(value, room, 6)


def _exponent(value: float, digits: int) -> str:
    if not value:
        return "0"
    mantissa, _, power = f"{value:.{digits}e}".partition("e")
    return f"{mantissa}e{int(power)}"


def _log_label(value: float) -> str:
    if 1e-3 <= value < 1e3:
        return f"{value:g}"
    size, unit = next(((s, u) for s, u in _UNITS if value >= s), (1.0, ""))
    return f"{value / size:g}{unit}" if size > 1 and value < 1e15 else _exponent(value, 0)


def _log_marks(low: float, high: float, count: int) -> list[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    decades = last - first
    if decades > count:
        stride = -(-decades // max(count, 1))
        marks = [power_of_ten(k) for k in range(-(-first // stride) * stride, last + 1, stride)]
    else:
        sizes = (1, 2, 5) if 3 * decades <= 2 * count else (1,)
        marks = [size * power_of_ten(k) for k in range(first, last + 1) for size in sizes]
    return [mark for mark in marks if 0 < mark < math.inf and low * (1 - 1e-9) <= mark <= high * (1 + 1e-9)]


def round_log(value: float, side: int) -> float:
    """The nearest 1, 2, 3, 5 or 7 times a power of ten at or below (-1) or above (1) `value`."""
    power = math.floor(math.log10(value))
    marks = [size * power_of_ten(k) for k in (power - 1, power, power + 1) for size in (1, 2, 3, 5, 7)]
    beyond = [m for m in marks if 0 < m < math.inf and (m - value) * side >= 0]
    if not beyond:
        return value
    return min(beyond) if side > 0 else max(beyond)


def power_of_ten(k: int) -> float:
    return float(f"1e{k}")
