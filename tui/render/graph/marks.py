"""How the nodes of a graph look: colour and shape by class, marks for known and wrong ones, tints by weight."""

from typing import Any

import numpy as np
from rich.style import Style
from textual.strip import Strip

from ..cells import line
from ..colour import mix, readable
from ..numbers import compact
from ..palette import DIVERGING, LEVELS, Ink, levels
from ..scale import BAD, Scale
from ..shades import shade

SIGNS = "●■▲◆★▼♥♣"
KNOWN, WRONG = "*", "!"
UNTOLD = "○"
"""A node of which nothing is known yet."""
_FAINT = 0.35


def sign(k: int) -> str:
    """The shape of a class; with its colour it is another for each of 64 classes."""
    return SIGNS[(k + k // len(SIGNS)) % len(SIGNS)]


def class_colour(k: int, ink: Ink) -> str:
    """The colour of a class."""
    return ink.categories[k % len(ink.categories)]


def level_sign(value: float, scale: Scale, ink: Ink) -> tuple[str, str]:
    """A sign and a colour for a number on a diverging scale; where there are no colours the sign tells it.

    What is near zero has some of the foreground, for on the map's own middle no node would be seen.
    """
    level = int(scale.quantise(np.array([value]))[0])
    if ink.coloured:
        middle = (LEVELS - 1) / 2
        if level == BAD:
            return "●", ink.invalid
        return "●", mix(levels(DIVERGING, ink)[level], ink.dim, (1 - abs(level - middle) / middle) ** 2)
    text, style = shade(level, True, ink)
    colour = style.color.name if style.color is not None else ""
    return text[-1].replace(" ", "·"), colour if colour.startswith("#") else ink.foreground


def level_line(scale: Scale, ink: Ink, width: int, told: str) -> Strip:
    """What the signs and colours of `level_sign` mean, in one line."""
    low, high = compact(scale.low, 6, 3), compact(scale.high, 6, 3)
    count = max(3, min(33, width - len(low) - len(high) - len(told) - 4) // 2 * 2 - 1)
    shares = np.linspace(scale.low, scale.high, count)
    signs = [level_sign(float(value), scale, ink) for value in shares]
    parts = [(low + " ", ink.style()), *((glyph, ink.style(colour)) for glyph, colour in signs)]
    return line([*parts, (f" {high}", ink.style()), (f"  {told}", ink.style(ink.dim))], width, ink)


def look(colour: str, ink: Ink, *, weight: float | None, chosen: bool, known: bool, wrong: bool, marks: bool) -> Style:
    """The style of a node.

    Args:
        weight: its share of what the chosen node hears, in 0..1 of the largest; None where no node is chosen.
        marks: whether signs stand behind the names; otherwise known ones are underlined and wrong ones on red.
    """
    if chosen:
        return ink.style(readable(ink.cursor), ink.cursor, bold=True) if ink.coloured else ink.selected(colour)
    outside = weight is not None and weight <= 0
    if not ink.coloured:
        heard = weight is not None and weight > 0
        return ink.style(ink.dim if outside else colour, bold=known or heard, underline=known and not marks,
                         reverse=(wrong and not marks) or heard)  # fmt: skip
    ground: Any = None
    if weight is not None and weight > 0:
        ground = ink.tint(ink.foreground, 0.1 + 0.45 * weight**0.5)
    elif wrong and not marks:
        ground = ink.tint(ink.bad, 0.5)
    front = mix(ink.background, colour, _FAINT) if outside else colour
    return ink.style(front, ground, bold=known or ground is not None, underline=known and not marks)
