"""Tokens as labels along an axis: under each other's columns, letter by letter where the columns are narrow."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.strip import Strip

from ..cells import Part, line
from ..crossing import head
from ..numbers import pad
from ..palette import Ink

_BLANKS = {"": "∅", "\n": "↵", "\t": "⇥"}
_LINES = 4


def readable(token: str) -> str:
    """A token as a label, in which white space can be seen."""
    token = str(token)
    return _BLANKS.get(token, token.replace("\n", "↵").replace("\t", "⇥").replace(" ", "␣"))


def window(count: int, room: int, at: int) -> range:
    """At most `room` of `count` places, with `at` inside, the last ones where it can be."""
    first = max(0, min(count - room, at - room // 2)) if count > room else 0
    return range(first, min(count, first + max(0, room)))


def lines_for(tokens: Sequence[str], cell: int, height: int) -> int:
    """Lines that labels take: one, or several where the columns are too narrow for whole tokens."""
    longest = max((cell_len(readable(token)) for token in tokens), default=1)
    return 1 if longest <= cell or cell > 2 else max(1, min(_LINES, longest, height // 6))


def labels(
    tokens: Sequence[str], shown: range, cell: int, gutter: int, lines: int, at: int | None, ink: Ink, width: int
) -> list[Strip]:
    """`lines` lines below columns of `cell` cells each, from column `gutter` on; the token `at` is marked."""
    names = [readable(tokens[k]) for k in shown]
    strips = []
    for row in range(lines):
        parts: list[Part] = [(" " * gutter, ink.style())]
        for k, name in zip(shown, names, strict=True):
            text = pad(head(name, max(1, cell - (cell > 2))), cell) if lines == 1 else pad(name[row : row + 1], cell)
            parts.append((text, ink.style(ink.accent, bold=True, reverse=True) if k == at else ink.style(ink.dim)))
        strips.append(line(parts, width, ink))
    return strips
