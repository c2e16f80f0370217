"""Progress bars as tqdm, Keras, Lightning and rich draw them: where the count stands, and what is only drawing."""

import re
from dataclasses import dataclass

Span = tuple[int, int]

_TQDM = re.compile(
    r"(?:(?:(?<!\d)\d{1,4}(?:\.\d{1,9})?%\s*)?\|[^|]{0,300}\||(?<!\d)\d{1,4}(?:\.\d{1,9})?%)\s*(?P<n>\d+(?:\.\d+)?[kMG]?)/(?P<total>\d+(?:\.\d+)?[kMG]?|\?)\s*"
    r"\[(?P<timing>[\d:?.]+(?:<[\d:?.]+|<[^,\]]*)?(?:,\s*[\d.?e+-]+\s*[^\s,\]=]*/[^\s,\]=]+)?)"
)
_UNKNOWN = re.compile(
    r"(?<!\d)(?P<n>\d{1,15})(?:it)?\s*\[(?P<timing>\d\d:\d\d(?::\d\d)?,\s*[\d.?e+-]+\s*[^\s,\]=]*/[^\s,\]=]+)"
)
_KERAS = re.compile(r"(?P<n>\d+)/(?P<total>\d+)\s+(?P<drawn>\[[=>.\s]*\]|[━╸╺─]+|(?=- \d))")
_RICH = re.compile(
    r"(?<![━╸╺])(?P<drawn>[━╸╺]{3,})\s*(?P<n>\d+)/(?P<total>\d+)\s+(?P<timing>[\d:-]+(?:\s+•\s+[\d:-]+)?\s+[\d.]+it/s)?"
)
_ANY_DRAWN = r"(?>(?:[0-9.]+%\s*)?(?:\|[^|]*\|)?\s*)"
_ANY_TIMING = r"(?>[0-9:?.]+(?:<[^,\]]*)?(?:,\s*[0-9.?e+-]+\s*[^\s,\]=]*/[^\s,\]=]+)?)"
_ANY_LINE = r"(?>\[[=>.\s]*\]|[━╸╺─]+|)"
_ANY_RICH = r"(?>(?:[0-9:-]+(?:\s+•\s+[0-9:-]+)?\s+[0-9.]+it/s)?)"
_END = re.compile(r"\[\d[\d:?.]*<[^\]\[]{0,2000}\]")
_STACKED = re.compile(r"(\d{1,12})/(\d{1,12}) \[[=>.]{8,60}\]")
SIGNS = ("|", "━", "[=", "[>", "it/s", "s/it", "/step")


@dataclass(frozen=True)
class Bar:
    """Where a bar stands in its line: the spans of its count and total, and those that hold no metrics."""

    n: Span
    total: Span | None
    drawn: tuple[tuple[Span, str], ...]
    """With patterns for what is drawn there in other lines."""
    closed: bool
    """Whether the line holds the whole bar, so that it need not end to be read."""


def find(line: str, at: int) -> Bar | None:
    """The bar in a line, looked for from `at` on."""
    if not any(sign in line for sign in SIGNS):
        return None
    if found := _TQDM.search(line, at):
        total = found.span("total") if found["total"] != "?" else None
        drawn = (((found.start(), found.start("n")), _ANY_DRAWN), (found.span("timing"), _ANY_TIMING))
        return Bar(found.span("n"), total, drawn, line.rstrip().endswith("]"))
    if found := _RICH.search(line, at):
        timing = found.span("timing") if found["timing"] else (found.end(), found.end())
        drawn = ((found.span("drawn"), _ANY_LINE), (timing, _ANY_RICH))
        return Bar(found.span("n"), found.span("total"), drawn, False)
    if found := _KERAS.match(line, at):
        return Bar(found.span("n"), found.span("total"), ((found.span("drawn"), _ANY_LINE),), False)
    if found := _UNKNOWN.search(line, at):
        return Bar(found.span("n"), None, ((found.span("timing"), _ANY_TIMING),), line.rstrip().endswith("]"))
    return None


def apart(line: str) -> list[str]:
    """The refreshes of bars that stand in one line because something took the carriage returns away."""
    cuts = []
    if "<" in line and "/" in line:
        cuts += [found.end() for found in _END.finditer(line)]
    if line.count("/") > 1 and "[" in line:
        for found in _STACKED.finditer(line):
            digits = min(len(found[1]), len(found[2]))
            cuts.append(found.end(1) - digits)
    if not cuts:
        return [line]
    out, at = [], 0
    for cut in sorted(cuts):
        out.append(line[at:cut])
        at = cut
    out.append(line[at:])
    return [part for part in out if part.strip()]
