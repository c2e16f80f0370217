"""The frame of one chart in a grid: its tag and values above, the chosen one in accent; on little room only these."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from ...render.cells import Part, blank, line
from ...render.colour import mix
from ...render.numbers import cut
from ...render.palette import Ink

LEAST = (34, 9)
"""Columns and rows from which on there is room for a whole frame."""
SHORTEST = 12
"""What is special about a chart is not told in fewer columns."""
MOST = 0.45
"""The share of a frame's upper side that is kept free for it, where something is wrong."""


@dataclass(frozen=True)
class Inner:
    """Where the chart lies inside its frame."""

    x: int
    y: int
    width: int
    height: int


def inner(width: int, height: int) -> Inner:
    """The room for a compact chart, whose first line becomes the upper side of a frame of this size."""
    if whole(width, height):
        return Inner(1, 0, width - 2, height - 1)
    return Inner(0, 0, width, height)


def whole(width: int, height: int) -> bool:
    """Whether there is room for all four sides."""
    return width >= LEAST[0] and height >= LEAST[1]


def framed(
    body: Sequence[Strip], notes: Sequence[str], width: int, height: int, ink: Ink, chosen: bool, bad: bool = False
) -> list[Strip]:
    """`body`, of the size that `inner` gives, in its frame; the first of `notes` that fits is at its upper right."""
    if not body:
        return []
    box = whole(width, height)
    edge = ink.style(ink.accent, bold=True) if chosen else ink.style(_quiet(ink))
    rule = "━" if chosen else "─"
    corners = ("┏", "┓", "┗", "┛", "┃") if chosen else ("╭", "╮", "╰", "╯", "│")
    start, stop = (corners[0], rule + corners[1]) if box else (rule if chosen else "", rule if chosen else "")
    room = width - cell_len(start) - cell_len(stop)
    head = _cut(_bare(body[0]), room, ink)
    left = max(room - _size(head) - 4, 0)
    told = next((note for note in notes if cell_len(note) <= left), cut(notes[-1], left) if notes else "")
    told = f" {told} " if told and cell_len(told) >= min(cell_len(notes[-1]), SHORTEST) else ""
    fill = room - _size(head) - 1 - cell_len(told)
    middle: list[Part] = [(" " + rule * fill, edge)] if fill >= 0 else []
    tail: list[Part] = [(told, ink.style(ink.bad if bad else ink.dim))] if told and fill >= 0 else []
    rows = [line([(start, edge), *head, *middle, *tail, (stop, edge)], width, ink)]
    if not box:
        return [*rows, *body[1:]][:height]
    for strip in body[1:]:
        rows.append(line([(corners[4], edge), *_parts(strip), (corners[4], edge)], width, ink))
    return [*rows, line([(corners[2] + rule * (width - 2) + corners[3], edge)], width, ink)][:height]


def aside(notes: Sequence[str], width: int) -> int:
    """Columns to leave free for the first of `notes` that is not too long, or for the last; at most half of them."""
    sizes = [cell_len(note) for note in notes] or [0]
    return min(next((size for size in sizes if size <= MOST * width), sizes[-1]) + 5, width // 2)


def _parts(strip: Strip) -> list[Part]:
    return [(segment.text, segment.style or Style()) for segment in strip]


def _bare(strip: Strip) -> list[Part]:
    """Its parts without the spaces at the end."""
    parts = _parts(strip)
    while parts and not parts[-1][0].strip():
        parts.pop()
    return [*parts[:-1], (parts[-1][0].rstrip(), parts[-1][1])] if parts else []


def _cut(parts: list[Part], room: int, ink: Ink) -> list[Part]:
    if _size(parts) <= room:
        return parts
    return _parts(line(parts, room, ink))


def _size(parts: Sequence[Part]) -> int:
    return sum(cell_len(text) for text, _ in parts)


def joined(
    rows: Sequence[Sequence[Sequence[Strip]]], heights: Sequence[int], widths: Sequence[int], ink: Ink
) -> list[Strip]:
    """Blocks of strips, row by row, as the strips of the whole area; what is missing is blank."""
    strips = []
    for blocks, height in zip(rows, heights, strict=True):
        for y in range(height):
            parts = [
                blocks[k][y] if k < len(blocks) and y < len(blocks[k]) else blank(width, ink)
                for k, width in enumerate(widths)
            ]
            strips.append(parts[0] if len(parts) == 1 else Strip.join(parts))
    return strips


def _quiet(ink: Ink) -> str:
    return mix(ink.background, ink.foreground, 0.3) if ink.coloured else ink.dim
