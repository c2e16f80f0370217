"""A line whose form is known: one compiled pattern takes its numbers out of the next line of that form."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import nan

from .fields import Span, Told
from .numbers import COUNT, LIKE, NUMBER, number

_DIGITS = re.compile(r"\d+")
_ERASED = {ord(char): None for char in "0123456789.+- \t█▏▎▍▌▋▊▉#"}


def shape(line: str) -> str:
    """A line without its numbers, spaces and bars: lines of one form have the same."""
    return line.translate(_ERASED)


@dataclass(eq=False)
class Template:
    """The form of a line; the groups of its pattern are the numbers that count, in the order of `fields`."""

    told: Told
    pattern: "re.Pattern[str]"
    fields: list[tuple[int, float, int]] = field(default_factory=list)
    """Of each field its group, its scale, and the group of the number that it is a share of, or 0."""
    step: int = 0
    total: int = 0
    epoch: int = 0
    epochs: int = 0
    """Groups of the counters and their totals; 0 where there is none."""
    stamp: bool = False
    """Whether the first group is the time."""
    next: "Template | None" = None
    """The form that followed this one the last time."""

    def values(self, groups: tuple[str, ...]) -> list[float]:
        """The values of the fields in a line of this form."""
        out = []
        for group, scale, share in self.fields:
            text = groups[group - 1]
            try:
                value = float(text)
            except ValueError:
                value = number(text)
            if share:
                whole = number(groups[share - 1])
                value = 100 * value / whole if whole else nan
            out.append(value if scale == 1.0 else value * scale)
        return out


Row = tuple[Template, tuple[str, ...], float]
"""A line of a known form: the numbers that its pattern found, and when it was printed."""


def template(told: Told) -> Template:
    """The form of a line that was read."""
    line = told.line
    counts = [span for one in (told.step, told.epoch) if one is not None for span in (one.span, one.total) if span]
    shares = [one.of for one in told.fields if one.of]
    fields = [one.span for one in told.fields]
    pieces = dict.fromkeys((*fields, *shares), rf"({LIKE})") | dict.fromkeys(counts, rf"({COUNT})")
    wanted = sorted(pieces)
    for span, other in told.ignored:
        if not _within(span, pieces):
            pieces[span] = other
    for found in NUMBER.finditer(line, told.start):
        if not _within(found.span(), pieces):
            pieces[found.span()] = f"(?:{LIKE})"
    if told.stamp is not None:
        pieces[told.stamp.span()] = r"(.{8,48}?)"
        wanted = [told.stamp.span(), *wanted]
    out, at = "", 0
    for (start, end), piece in sorted(pieces.items()):
        if start >= at:
            out = _join(_join(out, _literal(line[at:start], start <= told.start)), r"\s*" + piece)
            at = end
    out = _join(_join(out, _literal(line[at:], at <= told.start)), r"\s*")
    made = Template(told, re.compile(out), stamp=told.stamp is not None)
    groups: dict[Span | None, int] = {span: i + 1 for i, span in enumerate(wanted)} | {None: 0}
    made.fields = [(groups[one.span], one.scale, groups[one.of]) for one in told.fields]
    if told.step is not None:
        made.step, made.total = groups[told.step.span], groups[told.step.total]
    if told.epoch is not None:
        made.epoch, made.epochs = groups[told.epoch.span], groups[told.epoch.total]
    return made


def _within(span: Span, pieces: Iterable[Span]) -> bool:
    return any((a < span[1] and span[0] < b) or (a, b) == span for a, b in pieces)


def _join(left: str, right: str) -> str:
    """Two patterns in a row, with one run of spaces between them."""
    return left + (right.removeprefix(r"\s*") if left.endswith(r"\s*") else right)


def _literal(text: str, before: bool) -> str:
    """A pattern for text between numbers; spaces may be more or fewer, and numbers `before` the message others."""
    parts = []
    for word in re.split(r"(\s+)", text):
        if not word:
            continue
        if word.isspace():
            parts.append(r"\s*")
        elif before:
            parts.append(_DIGITS.sub(r"\\d+", re.escape(word)))
        else:
            parts.append(re.escape(word))
    return "".join(parts)
