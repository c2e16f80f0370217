"""Which way the figures of a page stand: in rows, or in two columns where rows would not fit the screen."""

from collections.abc import Iterator
from dataclasses import dataclass

from ...engine.lessons.kit.figures import Card, Figure, Tokens
from ..render.palette import Ink
from .sizing import GAP, Sizes, Sizing, joined

_BESIDE = 110
"""Columns from which on figures may stand side by side although one asks for a row of its own."""
_COLUMN = 3
"""Columns between two columns of figures."""
_WRAPS = (Card, Tokens)
"""Kinds that may be narrower than they are in full."""


@dataclass(frozen=True)
class Column:
    """Figures in rows, from the page's column `x` on."""

    x: int
    sizing: Sizing

    def fitted(self, room: int) -> list[Sizes]:
        """The sizes of its figures in `room` lines, those between the rows included."""
        return self.sizing.fitted(room - self.sizing.between)


def packed(all_figures: tuple[Figure, ...], ink: Ink, width: int, room: int) -> tuple[Column, ...]:
    """The columns (one or two) that show the figures in `room` lines; the shortest, if none does."""
    rows = Sizing.of(all_figures, ink, width)
    broken = any(each.new_row for each in all_figures[1:])
    if rows.shortest <= room or room <= 0:
        if width >= _BESIDE and broken and room > 0:
            other = Sizing.of(all_figures, ink, width, breaks=False)
            beside, under = other.fitted(room - other.between), rows.fitted(room - rows.between)
            if other.total(beside) + other.between <= room and _area(beside) > _area(under):
                return (Column(0, other),)
        return (Column(0, rows),)
    best, least = (Column(0, rows),), rows.shortest
    for columns in _others(all_figures, rows, ink, width, broken):
        lines = max(column.sizing.shortest for column in columns)
        if lines < least:
            best, least = columns, lines
        if least <= room:
            break
    return best


def _others(
    all_figures: tuple[Figure, ...], rows: Sizing, ink: Ink, width: int, broken: bool
) -> Iterator[tuple[Column, ...]]:
    """Other ways, the plain ones first: without breaks, one figure as a column of its own, two columns in order."""
    ids = tuple(range(len(all_figures)))
    if broken:
        yield (Column(0, Sizing.of(all_figures, ink, width, breaks=False)),)
    bound = {k for k in ids if all_figures[k].join}
    alone = [k for k in ids if k not in bound and k + 1 not in bound]
    splits = [(ids[:k], ids[k:]) for k in ids[1:] if k not in bound]
    splits += [(tuple(n for n in ids if n != k), (k,)) for k in alone[1:-1]]
    for left, right in splits:
        yield from _two(all_figures, rows, ink, width, left, right)


def _two(
    all_figures: tuple[Figure, ...], rows: Sizing, ink: Ink, width: int, left: tuple[int, ...], right: tuple[int, ...]
) -> Iterator[tuple[Column, ...]]:
    """Two columns, the one as narrow as its figures allow and the other with the rest, either way."""
    for first in (False, True):
        narrow = max(joined(all_figures[k]) + rows.least[k][0] for k in (left if first else right))
        wide = width - narrow - _COLUMN
        a, b = (narrow, wide) if first else (wide, narrow)
        if wide < GAP or not (_fits(all_figures, rows, left, a) and _fits(all_figures, rows, right, b)):
            continue
        yield (
            Column(0, Sizing.of(all_figures, ink, a, False, left)),
            Column(a + _COLUMN, Sizing.of(all_figures, ink, b, False, right)),
        )


def _fits(all_figures: tuple[Figure, ...], rows: Sizing, ids: tuple[int, ...], width: int) -> bool:
    """Whether no figure is cut in a column of this width."""
    for k in ids:
        least = 30 if isinstance(all_figures[k], _WRAPS) else rows.least[k][0]
        if joined(all_figures[k]) + least > width:
            return False
    return True


def _area(fitted: list[Sizes]) -> int:
    return sum(wide * tall for sizes in fitted for wide, tall, _ in sizes.values())
