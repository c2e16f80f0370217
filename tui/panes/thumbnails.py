"""A wall of small pictures with a caption below each, one of them selected. Knows nothing of predictions."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from ..render.cells import Part, blank, line
from ..render.numbers import cut, pad
from ..render.palette import Ink
from .blocks import Block, fitted

_CAPTION_MOST = 16


@dataclass(frozen=True)
class Thumbnails:
    """A drawn wall; thumbnail `shown[0]` is at the upper left."""

    strips: Block
    columns: int
    shown: range
    wide: int
    high: int

    def hit(self, x: int, y: int) -> int | None:
        """The thumbnail at a cell of the wall."""
        column, row = x // self.wide, y // self.high
        index = self.shown.start + row * self.columns + column
        return index if x >= 0 <= y and column < self.columns and index in self.shown else None


def thumbnails(
    pictures: Sequence[Sequence[Strip]],
    captions: Sequence[str],
    ink: Ink,
    width: int,
    height: int,
    *,
    selected: int | None = None,
) -> Thumbnails:
    """Pictures of one size in exactly `width` x `height` cells, scrolled by whole rows to the selected one."""
    count = len(pictures)
    inner = max((strip.cell_length for picture in pictures for strip in picture[:1]), default=0)
    told = max((cell_len(cut(caption, _CAPTION_MOST)) for caption in captions), default=0)
    inner = max(1, min(max(inner, told), width - 2))
    tall = max(map(len, pictures), default=0) + 2
    wide = inner + 2
    columns, rows = max(1, width // wide), max(1, height // tall)
    at = (selected or 0) // columns
    first = max(0, min(at - rows + 1, -(-count // columns) - rows))
    shown = range(first * columns, min(count, (first + rows) * columns))
    strips: Block = []
    for start in range(shown.start, shown.stop, columns):
        row = [
            _thumbnail(pictures[k], captions[k], ink, inner, tall, k == selected)
            for k in range(start, min(start + columns, shown.stop))
        ]
        strips += [line((part for tile in row for part in tile[y]), width, ink) for y in range(tall)]
    return Thumbnails(fitted(strips, width, height, ink), columns, shown, wide, tall)


def _thumbnail(
    picture: Sequence[Strip], caption: str, ink: Ink, inner: int, tall: int, chosen: bool
) -> list[list[Part]]:
    """The rows of one; only the chosen one has a frame, that of the others is empty space."""
    edge = ink.style(ink.accent, bold=True)
    side: Part = ("┃", edge) if chosen else (" ", ink.style())
    rows: list[list[Part]] = [[("┏" + "━" * inner + "┓", edge) if chosen else (" " * (inner + 2), ink.style())]]
    for y in range(tall - 2):
        strip = picture[y] if y < len(picture) else blank(inner, ink)
        body: list[Part] = [(segment.text, segment.style or Style()) for segment in strip]
        rest = inner - strip.cell_length
        rows.append([side, *body, (" " * rest, ink.style()), side])
    label = pad(caption, inner)
    rows.append([side, (label, ink.selected() if chosen else ink.style()), side])
    return rows
