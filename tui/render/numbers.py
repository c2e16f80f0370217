"""Numbers and texts in few columns: short counts, fixed-width floats, clocks, sizes, cutting and padding."""

import math
from typing import Literal

from rich.cells import cell_len

from ...engine.text import sanitize

_UNITS = ("", "k", "M", "G", "T", "P", "E")
_SIZES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def short(n: float, digits: int = 3) -> str:
    """A count in `digits` significant digits and a decimal unit: 1234 is 1.23k; small whole numbers stay."""
    if not math.isfinite(n):
        return _nonfinite(n)
    if abs(n) < 1000 and n == int(n):
        return str(int(n))
    size, unit = abs(n), 0
    while unit < len(_UNITS) - 1 and float(f"{size:.{digits}g}") >= 1000:
        size, unit = size / 1000, unit + 1
    if unit == 0 or size >= 1e4:
        return compact(n, digits + 6, digits)
    # Rounded first, so that 9.999 has one decimal fewer.
    whole = len(str(int(float(f"{size:.{digits}g}"))))
    return ("-" if n < 0 else "") + f"{size:.{max(0, digits - whole)}f}{_UNITS[unit]}"


def number(x: float, width: int, digits: int = 4) -> str:
    """`x` in exactly `width` columns, right-aligned, with at most `digits` significant digits.

    A number that is not zero never reads as zero where an exponent fits; what cannot be told in
    the width is `#` throughout.
    """
    return compact(x, width, digits).rjust(width)


def compact(x: float, width: int, digits: int = 4) -> str:
    """As `number`, not padded."""
    x = float(x)
    if not math.isfinite(x):
        text = _nonfinite(x)
        return text if len(text) <= width else "#" * width
    if x == 0:
        return "0"[:width]
    best, best_error = "#" * width, math.inf
    for text in _forms(x, digits):
        if len(text) <= width and (error := abs(float(text) - x)) < best_error:
            best, best_error = text, error
    if best_error == math.inf:
        bare = f"{x:.1f}".replace("0.", ".", 1)
        return bare if abs(x) < 1 and len(bare) <= width and float(bare) != 0 else best
    return best


def _forms(x: float, digits: int) -> list[str]:
    """Ways to write `x`, the nicest first; a later one is taken only where it is closer."""
    forms = []
    exponent = math.floor(math.log10(abs(x)))
    if -5 <= exponent < 7:
        for places in range(max(0, digits - 1 - exponent), -1, -1):
            text = f"{x:.{places}f}"
            text = text.rstrip("0").rstrip(".") if "." in text else text
            if float(text) != 0:
                forms.append(text)
    for places in range(digits - 1, -1, -1):
        mantissa, _, power = f"{x:.{places}e}".partition("e")
        if "." in mantissa:
            mantissa = mantissa.rstrip("0").rstrip(".")
        forms.append(f"{mantissa}e{int(power)}")
    return [form for form in forms if math.isfinite(float(form))]


def _nonfinite(x: float) -> str:
    return "nan" if math.isnan(x) else "inf" if x > 0 else "-inf"


def clock(seconds: float) -> str:
    """A duration: 0:07, 1:02:03, 2d 3:04:05; `-:--` where it is unknown."""
    if not math.isfinite(seconds) or seconds < 0:
        return "-:--"
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return f"{days}d {hour}:{minute:02d}:{second:02d}"
    return f"{hour}:{minute:02d}:{second:02d}" if hour else f"{minute}:{second:02d}"


def size_bytes(count: float) -> str:
    """A size in binary units: 512 B, 1.5 KiB."""
    if not math.isfinite(count):
        return _nonfinite(count)
    size, unit = float(count), 0
    while abs(size) >= 1023.95 and unit < len(_SIZES) - 1:
        size, unit = size / 1024, unit + 1
    return f"{size:.0f} B" if unit == 0 else f"{size:.1f} {_SIZES[unit]}"


def cut(text: str, width: int) -> str:
    """`text`, harmless and on one line, in at most `width` columns; what is cut is marked by an ellipsis."""
    text = sanitize(text)
    if text.isascii():
        return text if len(text) <= width else text[: max(0, width - 1)] + "…"[: max(0, width)]
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    end = min(len(text), width)
    while end and cell_len(text[:end]) > width - 1:
        end -= 1
    return text[:end] + "…"


def pad(text: str, width: int, align: Literal["left", "right", "centre"] = "left") -> str:
    """`text` cut and filled with spaces to exactly `width` columns."""
    text = cut(text, width)
    room = max(0, width - cell_len(text))
    before = {"left": 0, "right": room, "centre": room // 2}[align]
    return " " * before + text + " " * (room - before)


def shorten(text: str, width: int) -> str:
    """`text` in at most `width` columns, cut in its middle: names begin alike and differ at their ends."""
    text = sanitize(text)
    if cell_len(text) <= width:
        return text
    if width < 5:
        return cut(text, width)
    head, tail = cut(text, width // 2), 0
    while tail < len(text) and cell_len(head) + cell_len(text[-tail - 1 :]) <= width:
        tail += 1
    return head + (text[-tail:] if tail else "")
