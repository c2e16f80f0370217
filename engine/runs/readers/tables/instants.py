"""Points in time as programs write them, in seconds."""

import re
from datetime import datetime

_STAMP = re.compile(
    r"\s*(\d{4})[-/](\d\d?)[-/](\d\d?)[ T_](\d\d?)[:-](\d\d)(?:[:-](\d\d)(?:[.,](\d{1,9}))?)?"
    r"\s*(Z|UTC|[+-]\d\d:?\d\d)?\s*"
)
_SPAN = re.compile(r"\s*(?:(\d+) days?, *)?(?:(\d+):)?(\d{1,3}):(\d\d)(\.\d+)?\s*")


def seconds(text: str) -> float | None:
    """A date with its time as seconds since the epoch (local time unless it says otherwise), or a span h:mm:ss."""
    found = _STAMP.fullmatch(text)
    if found is not None:
        year, month, day, hour, minute, second, fraction, zone = found.groups()
        stamp = f"{year}-{month:0>2}-{day:0>2} {hour:0>2}:{minute}:{second or '00'}.{(fraction or '0')[:6]:0<6}"
        zone = "" if zone is None else "+00:00" if zone in ("Z", "UTC") else zone
        try:
            return datetime.fromisoformat(stamp + zone).timestamp()
        except (ValueError, OverflowError, OSError):
            return None
    found = _SPAN.fullmatch(text)
    if found is None:
        return None
    days, hours, minutes, rest, part = found.groups()
    return 86_400.0 * int(days or 0) + 3600 * int(hours or 0) + 60 * int(minutes) + int(rest) + float(part or 0)


def epoch_seconds(value: float) -> float | None:
    """A number as seconds since the epoch if it can be that, in seconds or finer units, between 1990 and 2100."""
    for unit in (1.0, 1e3, 1e6, 1e9):
        if 6.3e8 <= value / unit <= 4.1e9:
            return value / unit
    return None
