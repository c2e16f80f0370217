"""Sends only the cells that differ: which parts of a row are others, and a screen that sends no more than them.

Textual sends a changed part of a row together with all that stands left of it in the same widget.
"""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from rich.console import Console
from rich.segment import Segment
from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

GAP = 6
"""So many columns that are alike between two parts are sent rather than skipped: skipping costs as much."""


def changed(old: Sequence[Strip], new: Sequence[Strip]) -> list[Region]:
    """The regions in which two pictures of one size differ."""
    regions = []
    for y, (before, after) in enumerate(zip(old, new, strict=True)):
        if before is not after and before != after:
            regions += [Region(a, y, b - a, 1) for a, b in _spans(_cells(before), _cells(after))]
    return regions


def _spans(before: list[Any], after: list[Any]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for x, (a, b) in enumerate(zip_longest(before, after)):
        if a == b:
            continue
        if spans and x - spans[-1][1] <= GAP:
            spans[-1] = (spans[-1][0], x + 1)
        else:
            spans.append((x, x + 1))
    return spans


def _cells(strip: Strip) -> list[Any]:
    """(character, style) of every column; a wide character stands for its columns together."""
    cells: list[Any] = []
    for segment in strip:
        if segment.cell_length == len(segment.text):
            cells += [(char, segment.style) for char in segment.text]
            continue
        for char in segment.text:
            size = Segment(char).cell_length
            cells += [(char, segment.style, k) for k in range(size)]
    return cells


class SparingUpdate(ChopsUpdate):
    """As its base, but without what stands left of the part of a row that has changed."""

    def render_segments(self, console: Console) -> str:
        """The bytes for the terminal."""
        parts: list[str] = []
        for y, x1, x2 in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is None or x >= x2 or end <= x1:
                    continue
                start, stop = max(x, x1), min(end, x2)
                parts.append(f"\x1b[{y + 1};{start + 1}H")
                parts.append((strip if (start, stop) == (x, end) else strip.crop(start - x, stop - x)).render(console))
        return "".join(parts)


class SparingCompositor(Compositor):
    """Composes as its base; what it sends of a change is less."""

    def render_partial_update(self) -> ChopsUpdate | None:
        """What changed, if anything did."""
        update = super().render_partial_update()
        return None if update is None else SparingUpdate(update.chops, update.spans, update.chop_ends)


class SparingScreen(Screen[None]):
    """A screen that sends only the cells that differ."""

    def __init__(self, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(name=name, id=id, classes=classes)
        self._compositor = SparingCompositor()
