"""The table of next tokens: logit, probability, what is left of it by temperature, top-k and top-p, what struck it out.

Knows nothing of records.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from .bars import blocks
from .cells import Part, line
from .numbers import compact, cut, pad
from .palette import Ink
from .text_tokens import label

_STRUCK = Style(strike=True)
_TOKEN_MOST = 18
_NUMBER = 7
_FORMS = ((3, _TOKEN_MOST, 12, 10), (2, 12, 6, 5), (0, 9, 6, 0))
"""Columns of numbers before the bar, widest token, width of the rule, narrowest bar; the first that fits."""
_ENDS = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
"""Where the bars may end."""
_SHORT = {"top-k, top-p": "k, p"}
TRUE, DRAWN, OUT = "✓", "▸", "×"


@dataclass(frozen=True)
class Row:
    """One token that may come next; probabilities in 0..1, `rule` is what struck it out."""

    token: str
    rank: int
    score: float
    probability: float
    tempered: float
    chance: float
    rule: str = ""


@dataclass(frozen=True)
class Heading:
    """What the columns are called: the score (`logit`), and the one of the temperature."""

    score: str = "logit"
    temperature: float = 1.0


def next_token_table(
    rows: Sequence[Row],
    ink: Ink,
    width: int,
    height: int,
    *,
    heading: Heading | None = None,
    true: int = -1,
    drawn: int = -1,
    first: int = 0,
) -> list[Strip]:
    """A line of names, then one line a token from `first` on; `true` and `drawn` are rows to mark and to keep in sight.

    The bar is the probability after the temperature (at 0 that of the model), quiet where the token was struck out.
    """
    if height < 2 or width < 12 or not rows:
        return []
    heading = heading or Heading()
    widest = max(cell_len(label(row.token)) for row in rows)
    columns = _Columns(width, min(max(widest, 5), _TOKEN_MOST), heading)
    largest = max((_bar_of(row, heading) for row in rows), default=0.0)
    end = min((stop for stop in _ENDS if stop >= largest), default=1.0)
    room = height - 1
    first = max(0, min(first, len(rows) - room))
    shown = list(range(first, min(len(rows), first + room)))
    for pinned in (true, drawn):
        if 0 <= pinned < len(rows) and pinned not in shown:
            shown[-1 if pinned > shown[-1] else 0] = pinned
    strips = [line([(columns.head(end), ink.style(ink.dim))], width, ink)]
    for k in shown:
        mark = DRAWN if k == drawn else TRUE if k == true else OUT if rows[k].rule else " "
        strips.append(line(columns.parts(rows[k], mark, end, ink), width, ink))
    return strips


def _bar_of(row: Row, heading: Heading) -> float:
    """What the bar shows: at temperature 0, which leaves one token alone, what the model believes."""
    share = row.tempered if heading.temperature else row.probability
    return share if math.isfinite(share) else 0.0


class _Columns:
    """What fits into the width: always token, bar, chance and rule; then probabilities; then rank and logit."""

    def __init__(self, width: int, token: int, heading: Heading) -> None:
        self.heading = heading
        for numbers, most, self.rule, least in _FORMS:
            self.token = min(token, most)
            self.wide, self.middle = numbers >= 3, numbers >= 2
            used = 2 + 5 * self.wide + self.token + numbers * _NUMBER + 1 + _NUMBER + 2 + self.rule
            self.bar = width - used
            if self.bar >= least:
                break
        self.bar = max(0, self.bar)

    def head(self, end: float) -> str:
        """The names."""
        names = [" " * 2 + (pad("rank", 4, "right") + " " if self.wide else "") + pad("token", self.token)]
        if self.wide:
            names.append(pad(self.heading.score, _NUMBER, "right"))
        if self.middle:
            names += [pad("p", _NUMBER, "right"), pad(f"T {self.heading.temperature:.3g}", _NUMBER, "right")]
        scale = pad(f"0…{100 * end:g}%", self.bar)
        return "".join(names) + " " + scale + pad("drawn", _NUMBER, "right") + "  " + pad("out by", self.rule)

    def parts(self, row: Row, mark: str, end: float, ink: Ink) -> list[Part]:
        """One line."""
        quiet, marked = bool(row.rule), mark in (TRUE, DRAWN)
        colour = ink.good if mark == TRUE else ink.accent if mark == DRAWN else ink.dim if quiet else None
        base = ink.style(colour, bold=marked, dim=quiet and not marked and not ink.coloured)
        name = label(row.token)
        name = name if cell_len(name) <= self.token else cut(name, self.token)
        parts: list[Part] = [(mark + " ", base)]
        if self.wide:
            parts.append((pad(str(row.rank), 4, "right") + " ", base))
        parts.append((name, base + _STRUCK if quiet else base))
        parts.append((" " * (self.token - cell_len(name)), ink.style()))
        if self.wide:
            parts.append((pad(compact(row.score, 6, 4), _NUMBER, "right"), base))
        if self.middle:
            parts.append((pad(percent(row.probability), _NUMBER, "right"), base))
            parts.append((pad(percent(row.tempered), _NUMBER, "right"), base))
        share = _bar_of(row, self.heading) / end
        fill = ink.style(ink.dim if quiet else colour or ink.accent, ink.track if ink.coloured else None, dim=quiet)
        bar = blocks(share, self.bar) if self.bar else ""
        if quiet and not ink.coloured:
            bar = bar.replace("█", "░")
        parts += [(" ", ink.style()), (bar, fill)]
        parts.append((pad(percent(row.chance) if row.chance or not quiet else "-", _NUMBER, "right"), base))
        rule = row.rule if self.rule > 6 else _SHORT.get(row.rule, row.rule)
        parts.append(("  " + pad(rule, self.rule), base))
        return parts


def percent(share: float) -> str:
    """A share in at most six columns; what is not zero never reads as zero."""
    if not math.isfinite(share):
        return f"{share:g}"
    if 0 < share < 0.0005:
        return "<0.1%"
    if 0.9995 <= share < 1:
        return ">99.9%"
    return f"{share:.1%}" if share else "0"
