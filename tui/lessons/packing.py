"""Which way the figures of a page stand: in rows, or in two columns where rows would not fit the screen."""

from collections.abc import Iterator
from dataclasses import dataclass

from ...engine.lessons.kit.figures import Card, Figure, Ladder, Tokens
from ..render.palette import Ink
from .draw import ladder
from .draw.grid import ZOOMS
from .sizing import GAP, Sizes, Sizing, joined

_BESIDE = 110
"""Columns from which on figures may stand side by side although one asks for a row of its own."""
_LARGE = 30
"""Lines from which on a screen is large enough to try other rows."""
_GAIN = 1.3
"""How much larger figures have to be for that."""
_COLUMN = 3
"""Columns between two columns of figures."""
_WRAPS = (Card, Tokens)
"""Kinds that become higher where they are narrower."""
_WRAPPED = 30


@dataclass(frozen=True)
class Column:
    """Figures in rows, from the page's column `x` on."""

    x: int
    sizing: Sizing

    def fitted(self, room: int) -> list[Sizes]:
        """The sizes of its figures in `room` lines, those between the rows included."""
        return self.sizing.fitted(room - self.sizing.between)


def packings(all_figures: tuple[Figure, ...], ink: Ink, width: int, room: int) -> Iterator[tuple[Column, ...]]:
    """Ways to stand, each of one column or two, the best first as long as it has `room` lines."""
    rows = Sizing.of(all_figures, ink, width)
    broken = any(each.new_row for each in all_figures[1:])
    if (width >= _BESIDE or room >= _LARGE) and 0 < rows.shortest <= room:
        yield (Column(0, _largest(all_figures, rows, ink, width, room, broken)),)
        return
    yield (Column(0, rows),)
    if room > 0:
        yield from _others(all_figures, rows, ink, width, broken)


def _largest(all_figures: tuple[Figure, ...], rows: Sizing, ink: Ink, width: int, room: int, broken: bool) -> Sizing:
    """On a large screen: the rows in which the figures are clearly larger, if they fit."""
    best, fitted = rows, rows.fitted(room - rows.between)
    area = _area(fitted)
    others = [Sizing.of(all_figures, ink, width, breaks=False)] if broken and width >= _BESIDE else []
    zoom = max((sizes[k][2] for sizes in fitted for k in sizes), default=0)
    if zoom and len(all_figures) > 1:
        others += [Sizing.of(all_figures, ink, width, zoom=size) for size in range(ZOOMS, zoom, -1)]
    for other in others:
        found = other.fitted(room - other.between)
        gain = 1.0 if other is others[0] and broken else _GAIN
        if other.total(found) + other.between <= room and _area(found) > gain * area:
            best, area = other, _area(found)
    return best


def torn(columns: tuple[Column, ...]) -> int:
    """Rows that begin with a sign, away from the figure that it follows."""
    return sum(1 for column in columns for row in column.sizing.rows if column.sizing.figures[row[0]].join)


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
        ids = left if first else right
        narrow = max(joined(all_figures[k]) + narrowest(all_figures[k], rows.least[k][0]) for k in ids)
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
    return all(joined(all_figures[k]) + narrowest(all_figures[k], rows.least[k][0]) <= width for k in ids)


def narrowest(figure: Figure, least: int) -> int:
    """Columns with which a figure still tells all; `least` is what it would like at the least."""
    if isinstance(figure, _WRAPS):
        return min(least, _WRAPPED)
    return min(least, ladder.narrowest(figure)) if isinstance(figure, Ladder) else least


def _area(fitted: list[Sizes]) -> int:
    return sum(wide * tall for sizes in fitted for wide, tall, _ in sizes.values())
