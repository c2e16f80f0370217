"""Lines of cells: styled parts put together into Strips of an exact width."""

import textwrap
from collections.abc import Iterable

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from .numbers import cut, pad
from .palette import Ink

Part = tuple[str, Style]


def line(parts: Iterable[Part], width: int, ink: Ink, fill: Style | None = None) -> Strip:
    """One line of exactly `width` columns: equal neighbours merged, the excess cut, the rest `fill`.

    The parts are texts that are already harmless (see `numbers.cut`).
    """
    merged: list[Part] = []
    room = max(0, width)
    for text, style in parts:
        size = cell_len(text)
        if size > room:
            text = pad(cut(text, room), room)
            size = room
        if not size:
            continue
        room -= size
        _append(merged, text, style)
    if room:
        _append(merged, " " * room, fill or ink.style())
    return Strip([Segment(text, style) for text, style in merged], max(0, width))


def _append(parts: list[Part], text: str, style: Style) -> None:
    if parts and parts[-1][1] == style:
        parts[-1] = (parts[-1][0] + text, style)
    else:
        parts.append((text, style))


def blank(width: int, ink: Ink) -> Strip:
    """One empty line."""
    return line((), width, ink)


def note(text: str, width: int, ink: Ink, height: int = 1) -> list[Strip]:
    """`height` lines with a quiet sentence in their middle: an empty state."""
    lines = [blank(width, ink)] * height
    told = wrapped(text, width)[: max(0, height)]
    first = (height - len(told)) // 2
    for k, row in enumerate(told):
        lines[first + k] = line([(pad(row, width, "centre"), ink.style(ink.dim))], width, ink)
    return lines


def wrapped(text: str, width: int) -> list[str]:
    """A sentence in rows of at most `width` columns, broken between words where it can be."""
    if cell_len(text) <= width:
        return [text]
    rows = textwrap.wrap(text, max(1, width)) or [""]
    return [cut(row, width) for row in rows]  # wide characters take two columns
