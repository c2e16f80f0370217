"""Formulas: a line of symbols and the same line in numbers, wrapped at operators."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.strip import Strip

from ....engine.lessons.kit.figures import Formula
from ....engine.text import sanitize
from ...render.cells import line
from ...render.palette import Ink
from .look import wrapped_hard

_BREAKS = ("=", "≈", "→", "+", "-", "−", "·", "×", "/", "<", ">", "≤", "≥", ",", ";", "|")
"""What a line may begin with."""
_INDENT = 4


def draw(formulas: Sequence[Formula], ink: Ink, width: int) -> list[Strip]:
    """All formulas: symbols strong, numbers plain."""
    strips = []
    for formula in formulas:
        for text in broken(formula.symbols, width):
            strips.append(line([(text, ink.style(ink.accent, bold=True))], width, ink))
        if formula.numbers:
            strips += [line([(text, ink.style())], width, ink) for text in broken(formula.numbers, width, first="  ")]
    return strips


def broken(text: str, width: int, first: str = "") -> list[str]:
    """A line of text at blanks, before an operator where one lies in the later half; the rest is indented."""
    words = _words(sanitize(text), width - _INDENT)
    lines: list[str] = []
    indent, row = first, []  # type: tuple[str, list[str]]
    for k, word in enumerate(words):
        joined = " ".join([*row, word])
        if row and cell_len(indent) + cell_len(joined) > width:
            at = _break(row, words[k])
            lines.append(indent + " ".join(row[:at]))
            indent, row = " " * min(_INDENT, width // 3), [*row[at:], word]
        else:
            row.append(word)
    lines.append(indent + " ".join(row))
    return [part for whole in lines for part in wrapped_hard(whole, width)]


def _words(text: str, most: int) -> list[str]:
    """The parts between blanks; what stands in brackets is one of them if it has no more than `most` columns."""
    words: list[str] = []
    held: list[str] = []
    for word in text.split(" "):
        held.append(word)
        whole = " ".join(held)
        if sum(whole.count(sign) for sign in "([{") <= sum(whole.count(sign) for sign in ")]}"):
            words += [whole] if cell_len(whole) <= most else held
            held = []
    return words + held


def _break(row: list[str], following: str) -> int:
    """Where to break: all of the row if an operator follows, else before its last operator if that is late."""
    if following in _BREAKS:
        return len(row)
    for k in range(len(row) - 1, len(row) // 2, -1):
        if row[k] in _BREAKS:
            return k
    return len(row)
