"""Levels as characters, for terminals with few colours or none: two columns a value."""

from collections.abc import Sequence
from functools import lru_cache

from rich.style import Style

from .colour import ANSI
from .palette import LEVELS, Ink
from .scale import BAD

_BLOCKS = " ░▒▓█"
_ASCII = " .:-=+*#%@"
_NEGATIVE = ("  ", " -", "--", "-=", "==")
_POSITIVE = ("  ", " +", "++", "+#", "##")
_MIDDLE = LEVELS // 2


@lru_cache(maxsize=1024)
def shade(level: int, diverging: bool, ink: Ink) -> tuple[str, Style]:
    """The two columns that stand for a level, and their style.

    Sixteen colours: the shade is the size and, if diverging, the colour the sign. No colours: dashes
    are negative, crosses positive. No number is `xx`.
    """
    if level == BAD:
        return "xx", ink.style(ink.bad, bold=True)
    if not diverging:
        glyphs = _BLOCKS if ink.depth == "16" else _ASCII
        return glyphs[_step(level / (LEVELS - 1), glyphs)] * 2, ink.style()
    size, negative = abs(level - _MIDDLE) / _MIDDLE, level < _MIDDLE
    if ink.depth == "16":
        return _BLOCKS[_step(size, _BLOCKS)] * 2, ink.style(sign_colour(negative, ink))
    ramp = _NEGATIVE if negative else _POSITIVE
    return ramp[_step(size, ramp)], ink.style()


def sign_colour(negative: bool, ink: Ink) -> str:
    """The colour of a sign where there are sixteen."""
    if ink.dark:
        return ANSI["bright_cyan" if negative else "yellow"]
    return ANSI["blue" if negative else "red"]


def _step(size: float, ramp: Sequence[str]) -> int:
    return round(size * (len(ramp) - 1))
