"""Running text as tokens: each on a tint of its own, every other one underlined, one of them under the cursor."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from ...engine.text import sanitize
from .cells import Part, line
from .colour import readable
from .palette import LEVELS, SEQUENTIAL, Ink, levels
from .prose import RETURN, wrap
from .scale import BAD, Scale
from .shades import shade

SPACE = "␣"
_UNTINTED = -1


@dataclass(frozen=True)
class Token:
    """One token: its text, the number that tints it (None: none), and whether it is only there for orientation."""

    text: str
    value: float | None = None
    quiet: bool = False


def flow(
    tokens: Sequence[Token], width: int, height: int, ink: Ink, scale: Scale | None = None, *, focus: int = -1
) -> list[Strip]:
    """Tokens as they stand in the text, on at most `height` lines, those around the one under the cursor.

    Where colours are few, the tint is a shade on a line of its own below the characters. Token boundaries show as a
    change of underlining, where there are tokens of several characters.
    """
    if width < 1 or height < 1 or not tokens:
        return []
    codes = _codes(tokens, scale)
    lined = any(len(token.text) > 1 for token in tokens)
    marked = not ink.coloured and any(code != _UNTINTED for code in codes)
    cells = [(char, k) for k, token in enumerate(tokens) for char in written(token.text)]
    rows = list(wrap(cells, width))
    shown = max(1, height // 2 if marked else height)
    at = next((y for y, row in enumerate(rows) if any(own == focus for _, own in row)), 0 if focus < 0 else len(rows))
    first = max(0, min(at - shown // 2, len(rows) - shown))
    styles = [
        _style(token, code, ink, lined and k % 2 == 1, k == focus)
        for k, (token, code) in enumerate(zip(tokens, codes, strict=True))
    ]
    strips: list[Strip] = []
    for row in rows[first : first + shown]:
        strips.append(line([(char, styles[own]) for char, own in row], width, ink))
        if marked:
            strips.append(line([_mark(char, codes[own], ink) for char, own in row], width, ink))
    return strips[:height]


def written(text: str) -> str:
    """A token's text harmless, its line feeds with a sign before them."""
    return sanitize(text, newlines=True).replace("\n", RETURN + "\n")


def label(text: str) -> str:
    """A token's text on one line, its line feeds and its outer spaces visible."""
    text = sanitize(text, newlines=True).replace("\n", RETURN)
    bare = text.strip(" ")
    if not bare:
        return SPACE * len(text)
    before = len(text) - len(text.lstrip(" "))
    return SPACE * before + bare + SPACE * (len(text) - before - len(bare))


def _codes(tokens: Sequence[Token], scale: Scale | None) -> list[int]:
    """The level of each token's tint."""
    if scale is None:
        return [_UNTINTED] * len(tokens)
    found = scale.quantise([0.0 if token.value is None else token.value for token in tokens]).tolist()
    return [_UNTINTED if token.value is None else code for token, code in zip(tokens, found, strict=True)]


def _style(token: Token, code: int, ink: Ink, lined: bool, focused: bool) -> Style:
    if focused:
        if ink.coloured:
            return ink.style(readable(ink.cursor), ink.cursor, bold=True, underline=lined)
        return ink.style(bold=True, reverse=True, underline=lined)
    if code == _UNTINTED or not ink.coloured:
        return ink.style(ink.dim if token.quiet else None, underline=lined)
    tint = ink.invalid if code == BAD else levels(SEQUENTIAL, ink)[min(code, LEVELS - 1)]
    return ink.style(readable(tint), tint, underline=lined)


def _mark(char: str, code: int, ink: Ink) -> Part:
    if code == _UNTINTED:
        return " " * cell_len(char), ink.style()
    text, style = shade(code, False, ink)
    return text[0] * cell_len(char), style
