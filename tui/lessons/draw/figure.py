"""Figures as strips: the kind decides; titles are drawn here."""

from functools import lru_cache
from types import ModuleType

from rich.cells import cell_len
from textual.strip import Strip

from ....engine.lessons.kit.figures import (
    Bars,
    Card,
    Cell,
    Curves,
    Figure,
    Grid,
    Ladder,
    Net,
    Plane,
    Table,
    Tokens,
    Wall,
)
from ...render.cells import line
from ...render.palette import Ink
from . import bars, card, curves, grid, ladder, net, plane, table, tokens, wall
from .look import MORE, Drawing, Look, fitted, wrapped_words

__all__ = ["Drawing", "Look", "best", "cell_at", "draw", "moved", "moved_at", "place_at", "smallest", "title_rows"]

KINDS: dict[type[Figure], ModuleType] = {
    Bars: bars,
    Card: card,
    Curves: curves,
    Grid: grid,
    Ladder: ladder,
    Net: net,
    Plane: plane,
    Table: table,
    Tokens: tokens,
    Wall: wall,
}
_KEPT = 2048
"""Measures of figures that are remembered: a page is tried in many ways."""
_TITLE_MOST = 2
"""Lines of a title."""
_TITLE_WIDE = 40
"""Columns that a title may demand of a figure that is narrower itself."""


@lru_cache(maxsize=_KEPT)
def smallest(figure: Figure, ink: Ink, width: int) -> tuple[int, int]:
    """The least room (columns, rows) in which the figure is usable, at most `width` wide; title included."""
    wide, tall = KINDS[type(figure)].smallest(figure, ink, width)
    wide = min(width, max(wide, title_width(figure)))
    return wide, tall + title_rows(figure, wide)


@lru_cache(maxsize=_KEPT)
def best(figure: Figure, ink: Ink, width: int, height: int) -> tuple[int, int]:
    """The room (columns, rows) that it would use of `width` x `height`; title included."""
    head = title_rows(figure, width)
    wide, tall = KINDS[type(figure)].best(figure, ink, width, max(1, height - head))
    wide = min(width, max(wide, min(width, cell_len(figure.title)) if figure.title else 0))
    return wide, tall + title_rows(figure, wide)


@lru_cache(maxsize=_KEPT)
def title_rows(figure: Figure, width: int) -> int:
    """Lines that the title takes in `width` columns."""
    return min(_TITLE_MOST, len(wrapped_words(figure.title, width))) if figure.title else 0


def draw(figure: Figure, look: Look, width: int, height: int) -> list[Strip]:
    """The figure in exactly `height` strips of `width` cells, the title first."""
    head, body = _parts(figure, look, width, height)
    return [*head, *body.strips]


def cell_at(figure: Figure, look: Look, width: int, height: int, x: int, y: int) -> Cell | None:
    """The cell of the figure at a column and row of its strips."""
    head, body = _parts(figure, look, width, height)
    return body.hit(x, y - len(head)) if y >= len(head) else None


def place_at(figure: Plane, look: Look, width: int, height: int, x: int, y: int) -> tuple[float, float] | None:
    """The place in a plane at a column and row of its strips."""
    rows = _head_rows(figure, look, width, height)
    return plane.place_at(figure, width, height - rows, x, y - rows, look.ink)


def moved(figure: Figure, cell: Cell, key: str) -> Cell:
    """Where left, right, up or down brings the cursor."""
    found: Cell = KINDS[type(figure)].moved(figure, cell, key)
    return found


def moved_at(figure: Plane, at: tuple[float, float] | None, key: str) -> tuple[float, float]:
    """Where left, right, up or down brings the cursor of a plane."""
    return plane.moved_at(figure, at, key)


@lru_cache(maxsize=_KEPT)
def title_width(figure: Figure, rows: int = _TITLE_MOST) -> int:
    """Columns at which the title takes at most `rows` lines, unless it is very long."""
    size = cell_len(figure.title)
    if rows == 1 or size <= 4:
        return min(_TITLE_WIDE * rows, size)
    least = -(-size // rows)
    return next((wide for wide in range(least, size) if len(wrapped_words(figure.title, wide)) <= rows), size)


def _head_rows(figure: Figure, look: Look, width: int, height: int) -> int:
    return min(max(title_rows(figure, width), look.title_rows), max(0, height - 1))


def _parts(figure: Figure, look: Look, width: int, height: int) -> tuple[list[Strip], Drawing]:
    ink = look.ink
    rows = _head_rows(figure, look, width, height)
    words = wrapped_words(figure.title, width) if figure.title else []
    if len(words) > rows > 0:
        words = [*words[: rows - 1], " ".join(words[rows - 1 :])]
    words = words[:rows]
    style = ink.style(ink.accent if look.focused else None, bold=True, underline=look.focused and not ink.coloured)
    head = [line([], width, ink)] * (rows - len(words)) + [_title(word, style, width, ink) for word in words]
    body: Drawing = KINDS[type(figure)].draw(figure, look, width, height - rows)
    return head, fitted(body, width, height - rows, ink)


def _title(word: str, style: object, width: int, ink: Ink) -> Strip:
    if cell_len(word) > width:
        while word and cell_len(word) > width - 1:
            word = word[:-1]
        word += MORE
    return line([(word, style)], width, ink)  # type: ignore[list-item]
