"""What stands in lines and holds no metrics: clock times, dates, paths, addresses."""

import re

from .stamps import CLOCK, DATE

Span = tuple[int, int]

_CLOCKS = (
    rf"(?<!\d)\d{{1,6}} days?,? +{CLOCK}|(?<!\d)\d{{1,6}}:\d\d:\d\d(?:[.,]\d+)?|(?<![\d.:])\d{{1,3}}:\d\d(?![\d:.])"
)
_SPANS = r"(?<!\d)\d{1,6}d\d+h|(?<!\d)\d{1,6}h ?\d+m(?:in)?(?: ?\d+s)?|(?<!\d)\d{1,6}m(?:in)? ?\d+(?:\.\d+)?s"
_IGNORED = re.compile(
    rf"(?P<clock>{_CLOCKS})|(?P<span>{_SPANS})|(?P<date>{DATE})|(?P<hex>\b0x[0-9a-fA-F]+)"
    r"|(?P<path>(?:/[\w.@-]+){2,}(?![\w.@/-]|\s*[:=]\s*[-.\d]))|(?P<url>https?://\S+)"
)
_OTHERS = {
    "clock": r"(?>(?:\d+ days?,? +)?\d+(?::\d\d)+(?:[.,]\d+)?)",
    "span": r"(?>\d[\dhdmins. ]*)",
    "date": r"(?>[\d/.-]+)",
    "hex": r"(?>0x[0-9a-fA-F]+)",
    "path": r"(?>(?:/[\w.@-]+)+)",
    "url": r"(?>https?://\S+)",
}
"""What else may stand there in the next line of the same form."""


def ignored(line: str, start: int) -> list[tuple[Span, str]]:
    """Where such things stand in a line from `start` on, with patterns for them in other lines."""
    return [(found.span(), _OTHERS[found.lastgroup or ""]) for found in _IGNORED.finditer(line, start)]
