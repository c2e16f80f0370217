"""How a figure is to be seen, what came out, and the styles that all kinds share."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from ....engine.lessons.kit.figures import Cell
from ....engine.text import sanitize
from ...render.cells import Part, blank, line
from ...render.colour import readable
from ...render.numbers import cut
from ...render.palette import Ink
from ...render.scale import Scale

Floats = NDArray[np.float64]
MORE = "…"
HATCH = "╱"
"""What fills the place of what is masked or not visited."""


@dataclass(frozen=True)
class Look:
    """What is chosen in a figure, and how large its cells are drawn."""

    ink: Ink
    cursor: Cell | None = None
    focused: bool = False
    sources: frozenset[Cell] = frozenset()
    """Cells of this figure that the number in the focus was made of."""
    zoom: int = 0
    """The size of a grid's cells, from 1; 0 is as large as fits."""
    at: tuple[float, float] | None = None
    """The cursor of a plane."""
    title_rows: int = 0
    """Lines that the title gets at least, so that figures side by side begin alike."""

    def on(self, cell: Cell) -> bool:
        """Whether the cursor of the focused figure is here."""
        return self.focused and cell == self.cursor


def _nowhere(x: int, y: int) -> Cell | None:
    return None


@dataclass(frozen=True)
class Drawing:
    """Strips, and which cell of the figure lies at a column and row of them."""

    strips: list[Strip]
    hit: Callable[[int, int], Cell | None] = _nowhere


def fitted(drawing: Drawing, width: int, height: int, ink: Ink) -> Drawing:
    """The drawing in exactly `width` x `height` cells: cut, or filled with blanks."""
    plain = ink.style()
    strips = [
        strip if strip.cell_length == width else strip.adjust_cell_length(width, plain)
        for strip in drawing.strips[: max(0, height)]
    ]
    return replace(drawing, strips=strips + [blank(width, ink)] * (height - len(strips)))


@lru_cache(maxsize=2048)
def struck(style: Style) -> Style:
    """The style, struck through."""
    return style + Style(strike=True)


def cursor_style(ink: Ink) -> Style:
    """What the cursor is on."""
    if ink.coloured:
        return ink.style(readable(ink.cursor), ink.cursor, bold=True)
    return ink.style(bold=True, reverse=True)


def quiet(text: str, width: int, ink: Ink) -> Strip:
    """One line that says something about the drawing."""
    return line([(cut(text, width), ink.style(ink.dim))], width, ink)


def window(count: int, room: int, around: int) -> range:
    """At most `room` of `count` indices, with `around` inside, in the middle where it can be."""
    first = max(0, min(around - room // 2, count - room))
    return range(first, min(count, first + max(0, room)))


def scale_of(values: Any, signed: bool | None, reach: tuple[float, float] | None) -> Scale:
    """The scale of a figure: its reach where it has one, else the range of its values."""
    if reach is None:
        return Scale.of(np.asarray(values, dtype=np.float64), signed)
    low, high = float(reach[0]), float(reach[1])
    if signed or (signed is None and low < 0 < high):
        most = max(abs(low), abs(high))
        return Scale(-most, most, True)
    return Scale(low, high, False)


def merged(parts: list[Part]) -> list[Part]:
    """Equal neighbours in one part."""
    found: list[Part] = []
    for text, style in parts:
        if found and found[-1][1] == style:
            found[-1] = (found[-1][0] + text, style)
        elif text:
            found.append((text, style))
    return found


def step(cell: Cell, key: str, rows: int, columns: int) -> Cell:
    """The cell beside, within rows x columns."""
    down, right = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}.get(key, (0, 0))
    return (
        min(max(cell[0] + down, 0), max(0, rows - 1)),
        min(max(cell[1] + right, 0), max(0, columns - 1)),
    )


def wrapped_hard(text: str, width: int) -> list[str]:
    """A line in pieces of at most `width` columns; only what has no other place to break is broken anywhere."""
    pieces: list[str] = []
    room, indent = max(2, width), "  " if width >= 8 else ""
    while cell_len(text) > room:
        end = min(len(text), room)
        while end > 1 and cell_len(text[:end]) > room:
            end -= 1
        pieces.append(text[:end])
        text = indent + text[end:]
    return [*pieces, text]


def wrapped_words(text: str, width: int) -> list[str]:
    """Running text in lines of at most `width` columns, wide characters counted; nothing is cut."""
    lines: list[str] = []
    row = ""
    for word in sanitize(text).split():
        joined = f"{row} {word}" if row else word
        if cell_len(joined) <= width:
            row = joined
            continue
        if row:
            lines.append(row)
        *full, row = [piece.strip() for piece in wrapped_hard(word, width)]
        lines += full
    return [*lines, row] if row or not lines else lines
