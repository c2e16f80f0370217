"""Blocks: lists of strips, put below and beside each other, and kept while nothing in them changed."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from ..render.cells import Part, blank, line
from ..render.numbers import cut
from ..render.palette import Ink

Block = list[Strip]
T = TypeVar("T")


def fitted(block: Sequence[Strip], width: int, height: int, ink: Ink) -> Block:
    """The block in exactly `width` x `height` cells: cut, or filled with blanks."""
    plain = ink.style()
    strips = [
        strip if strip.cell_length == width else strip.adjust_cell_length(width, plain)
        for strip in block[: max(0, height)]
    ]
    return strips + [blank(width, ink)] * (height - len(strips))


def beside(
    blocks: Sequence[tuple[Sequence[Strip], int]], height: int, ink: Ink, *, gap: int = 2, rule: bool = False
) -> Block:
    """Blocks of the given widths side by side, `gap` columns apart; `rule` draws a quiet line between."""
    seam = Strip([Segment(_seam(gap, rule), ink.style(ink.dim if not ink.coloured else ink.track))], gap)
    columns = [fitted(block, width, height, ink) for block, width in blocks if width > 0]
    rows = []
    for row in zip(*columns, strict=True):
        joined = [row[0]]
        for strip in row[1:]:
            joined += [seam, strip]
        rows.append(Strip.join(joined))
    return rows


def _seam(gap: int, rule: bool) -> str:
    return "│".center(gap) if rule and gap else " " * gap


def heading(title: str, told: str, width: int, ink: Ink, *, active: bool = False) -> Strip:
    """One line: a title in bold and, in what room is left, a quiet remark; `active` takes the accent."""
    title = cut(title, width)
    room = width - cell_len(title) - 2
    parts: list[Part] = [(title, ink.style(ink.accent if active else None, bold=True))]
    if told and room > 3:
        parts.append(("  " + cut(told, room), ink.style(ink.dim)))
    return line(parts, width, ink)


def remark(text: str, width: int, ink: Ink, colour: str | None = None) -> Strip:
    """One quiet line of text, or one in `colour`."""
    return line([(cut(text, width), ink.style(colour or ink.dim))], width, ink)


class Parts:
    """What was drawn the last time, by name, for as long as its key is the same."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Hashable, Any]] = {}

    def get(self, name: str, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gave for this key."""
        kept = self._kept.get(name)
        if kept is None or kept[0] != key:
            kept = (key, make())
            self._kept[name] = kept
        drawn: T = kept[1]
        return drawn
