"""Bars of both signs about a common zero, each with its label and number. Knows nothing of layers."""

import math
from collections.abc import Collection, Sequence

from rich.cells import cell_len
from textual.strip import Strip

from ..render.bars import blocks
from ..render.cells import Part, line
from ..render.grid import written
from ..render.numbers import cut, pad
from ..render.palette import Ink
from ..render.shades import sign_colour
from .decimals import decimals

_NUMBER = 8
_LEAST = 6


def signed_bars(
    labels: Sequence[str],
    values: Sequence[float],
    ink: Ink,
    width: int,
    *,
    selected: int | None = None,
    strong: Collection[int] = (),
    digits: int = 3,
    reach: float = 0.0,
) -> list[Strip]:
    """One line a value: label, bar to the left or right of zero, number; `reach` is the longest bar's value.

    Positive values go right, negative ones left; without any negative value zero is at the left edge.
    """
    finite = [abs(value) for value in values if math.isfinite(value)]
    reach = reach or max(finite, default=0.0)
    signed = any(value < 0 for value in values)
    digits = decimals(values, _NUMBER - 1, digits)
    left = max((cell_len(cut(label, width)) for label in labels), default=0)
    left = max(1, min(left, width - _NUMBER - 3 - 2 * _LEAST))
    room = max(0, width - left - _NUMBER - 2)
    room = room - (1 - room % 2) if signed else room
    strips = []
    for index, (label, value) in enumerate(zip(labels, values, strict=True)):
        chosen = index == selected
        words = ink.selected() if chosen else ink.style(bold=index in strong)
        parts: list[Part] = [(pad(label, left) + " ", words)]
        if room >= 3:
            parts += _bar(float(value), reach, room, signed, ink)
        text = written(float(value), _NUMBER - 1, digits)
        style = ink.style(ink.bad, bold=True) if not math.isfinite(value) else words
        strips.append(line([*parts, (" " + text.rjust(_NUMBER), style)], width, ink))
    return strips


def _bar(value: float, reach: float, room: int, signed: bool, ink: Ink) -> list[Part]:
    surface = ink.track if ink.coloured else None
    share = abs(value) / reach if reach and math.isfinite(value) else 0.0
    if not signed:
        return [(blocks(share, room), ink.style(_tone(False, ink), surface))]
    half = room // 2
    empty = " " * half
    zero = ("│", ink.style(ink.dim, surface))
    if value >= 0 or not share:
        bar = blocks(share, half) if share else empty
        return [(empty, ink.style(None, surface)), zero, (bar, ink.style(_tone(False, ink), surface))]
    return [
        (_leftwards(share, half), ink.style(_tone(True, ink), surface)),
        zero,
        (empty, ink.style(None, surface)),
    ]


def _leftwards(share: float, room: int) -> str:
    """A bar that grows from the right edge, in halves of a cell: there are no finer glyphs for it."""
    halves = max(1, min(room * 2, round(share * room * 2)))
    full, rest = divmod(halves, 2)
    return ("▐" * rest + "█" * full).rjust(room)[-room:] if room else ""


def _tone(negative: bool, ink: Ink) -> str | None:
    """The colour of a sign, as in a diverging colour map."""
    if ink.coloured:
        if ink.dark:
            return "#56b4e9" if negative else "#f0a02c"
        return "#1c68a8" if negative else "#b35a08"
    return None if ink.depth == "none" else sign_colour(negative, ink)
