"""How large the figures of a page are: grids first, all with cells of one size, then what likes to grow."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.cells import cell_len

from ...engine.lessons.kit.figures import Bars, Curves, Figure, Grid, Net, Plane, Table, Tokens, Wall
from ..render.numbers import cut
from ..render.palette import Ink
from .draw import figure as figures
from .draw import grid
from .draw.grid_plan import plan_of, values_of

GAP = 2
JOIN_MOST = 8
_GROWING = (Curves, Net, Plane, Wall)
"""Kinds that are better the larger they are: large cells beside them leave them some room."""
_LISTS = (Bars, Table, Tokens)
"""Kinds that are shown in full on a page that scrolls anyway."""
_THICKER = (Bars, Tokens)
"""Kinds with few lines that become thicker on large screens."""
_SHARED_ZOOM = 6
"""The largest cells of grids that share the page with what grows as well."""
_PAIRED = 3
"""The largest cells of grids with bars beside their rows: bars are no thicker."""
_WORDS = 36
"""Columns of the words under a grid that is too large for numbers."""
_ROOMY = 20
"""Rows from which on a screen is large."""
_ALL = 200
"""Rows of such a list at most."""
Sizes = dict[int, tuple[int, int, int]]
"""Columns, rows (with the title's own) and zoom of a figure, by its number."""


def joined(figure: Figure) -> int:
    """Columns of the sign before a figure, with room on both sides."""
    return cell_len(cut(figure.join, JOIN_MOST)) + 2 if figure.join else 0


def _paired(each: Figure, bars: Figure) -> bool:
    """Whether bars stand for the rows of a grid."""
    if not (isinstance(each, Grid) and isinstance(bars, Bars) and len(bars.labels)):
        return False
    if not each.row_labels:
        return len(values_of(each)) == len(bars.labels)
    return list(each.row_labels) == list(bars.labels)


def _wide_rows(
    all_figures: tuple[Figure, ...],
    least: dict[int, tuple[int, int]],
    ink: Ink,
    width: int,
    breaks: bool,
    zoom: int,
) -> tuple[tuple[int, ...], ...]:
    """Rows of figures whose grids have large cells; what a sign joins stays together."""
    rows: list[list[int]] = []
    used = 0
    for unit in _units(all_figures):
        wide = 0
        for n, k in enumerate(unit):
            each = all_figures[k]
            size = grid.exact(each, ink, zoom)[0] if isinstance(each, Grid) else least[k][0]
            wide += max(size, figures.title_width(each)) + (joined(each) if n else 0)
        before = joined(all_figures[unit[0]]) or (GAP if used else 0)
        if not rows or (all_figures[unit[0]].new_row and breaks) or used + before + wide > width:
            rows.append([])
            used, before = 0, joined(all_figures[unit[0]])
        rows[-1] += unit
        used += before + wide
    return tuple(map(tuple, rows))


def _units(all_figures: tuple[Figure, ...]) -> list[list[int]]:
    """Figures by number, together what signs join."""
    units: list[list[int]] = []
    for k, each in enumerate(all_figures):
        if each.join and units:
            units[-1].append(k)
        else:
            units.append([k])
    return units


@dataclass(frozen=True)
class Sizing:
    """The figures of a frame in rows of `width` columns; `least` is the least room of each."""

    figures: tuple[Figure, ...]
    least: dict[int, tuple[int, int]]
    rows: tuple[tuple[int, ...], ...]
    ink: Ink
    width: int

    @classmethod
    def of(
        cls,
        all_figures: tuple[Figure, ...],
        ink: Ink,
        width: int,
        breaks: bool = True,
        chosen: Sequence[int] | None = None,
        zoom: int = 0,
    ) -> "Sizing":
        """Figures (or the `chosen` ones) from left to right while there is room; `breaks`: a new row also where one
        asks for it; with a `zoom` only as many stand in a row as have room for cells of that size."""
        ids = range(len(all_figures)) if chosen is None else chosen
        least = {k: figures.smallest(all_figures[k], ink, width - joined(all_figures[k])) for k in ids}
        if zoom:
            return cls(all_figures, least, _wide_rows(all_figures, least, ink, width, breaks, zoom), ink, width)
        rows: list[list[int]] = []
        used = 0
        for k in ids:
            each = all_figures[k]
            before = joined(each) or (GAP if used else 0)
            if not rows or (each.new_row and breaks) or used + before + least[k][0] > width:
                rows.append([])
                used, before = 0, joined(each)
            rows[-1].append(k)
            used += before + least[k][0]
        return cls(all_figures, least, tuple(map(tuple, rows)), ink, width)

    @property
    def shortest(self) -> int:
        """Lines that all figures take at the least, without blank ones between."""
        return sum(self._height(row, self._grids(row, 0)) for row in self.rows)

    @property
    def between(self) -> int:
        """Blank lines between the rows."""
        return max(0, len(self.rows) - 1)

    def total(self, found: list[Sizes]) -> int:
        """Lines of all rows."""
        return sum(self.height(row, sizes) for row, sizes in zip(self.rows, found, strict=True))

    def fitted(self, room: int) -> list[Sizes]:
        """The sizes of all figures, row by row, that together take `room` rows or, at the least, more."""
        found = [self._grids(row, 0) for row in self.rows]
        alone = not any(isinstance(self.figures[k], (*_GROWING, *_THICKER)) for row in self.rows for k in row)
        for zoom in range(grid.ZOOMS if alone else _SHARED_ZOOM, 0, -1):
            tried = [self._grids(row, zoom) for row in self.rows]
            if sum(self._height(row, sizes) for row, sizes in zip(self.rows, tried, strict=True)) <= room:
                found = tried
                break
        else:
            if 0 < room < sum(self._height(row, sizes) for row, sizes in zip(self.rows, found, strict=True)):
                found = [self._grids(row, -1) for row in self.rows]
        heights = [self._height(row, sizes) for row, sizes in zip(self.rows, found, strict=True)]
        scrolls, roomy = sum(heights) > room, room >= _ROOMY
        heights = self._grown(found, heights, room, roomy)
        return [
            self._others(row, sizes, high, roomy, scrolls)
            for row, sizes, high in zip(self.rows, found, heights, strict=True)
        ]

    def spare(self, row: tuple[int, ...], sizes: Sizes) -> int:
        """Columns of a row that nobody has yet."""
        between = sum(joined(self.figures[k]) or (GAP if n else 0) for n, k in enumerate(row))
        return self.width - between - sum(sizes[k][0] if k in sizes else self.least[k][0] for k in row)

    def height(self, row: tuple[int, ...], sizes: Sizes) -> int:
        """Rows of figures side by side whose bodies begin at one line."""
        head = max(self._head(k, sizes[k][0]) for k in row)
        return head + max(sizes[k][1] - self._head(k, sizes[k][0]) for k in row)

    def _head(self, k: int, wide: int) -> int:
        return figures.title_rows(self.figures[k], wide)

    def _height(self, row: tuple[int, ...], sizes: Sizes) -> int:
        return self.height(row, {k: sizes.get(k, (*self.least[k], 0)) for k in row})

    def _grids(self, row: tuple[int, ...], most: int) -> Sizes:
        """Grids with the largest cells that the row is wide enough for; in their least room where none are."""
        cells = [k for k in row if isinstance(self.figures[k], Grid)]
        kept = sum(self.least[k][0] // 2 for k in row if isinstance(self.figures[k], _GROWING))
        paired = any(_paired(self.figures[k], self.figures[n]) for k in cells for n in row)
        for zoom in range(min(most, _PAIRED) if paired else most, min(0, most) - 1, -1) if cells else ():
            sizes = {k: (*self._exact(k, zoom), zoom) for k in cells}
            if (spare := self.spare(row, sizes)) >= (kept if zoom > 1 else 0):
                return self._titled(sizes, spare)
        least = {k: (*self.least[k], 0) for k in cells}
        return self._titled(least, self.spare(row, least))

    def _exact(self, k: int, zoom: int) -> tuple[int, int]:
        each = self.figures[k]
        assert isinstance(each, Grid)
        wide, tall = grid.exact(each, self.ink, zoom)
        wide = max(wide, figures.title_width(each))
        return wide, tall + self._head(k, wide)

    def _titled(self, sizes: Sizes, spare: int) -> Sizes:
        """Grids as wide as their titles in one line and their legends, where there is room."""
        found = dict(sizes)
        for k, (wide, tall, zoom) in sizes.items():
            each = self.figures[k]
            legend = grid.legend_width(each) if isinstance(each, Grid) else 0
            words = _WORDS if isinstance(each, Grid) and each.shows == "numbers" and self._many(each, wide) else 0
            more = max(figures.title_width(each, rows=1), legend, words) - wide
            if 0 < more <= spare:
                found[k] = (wide + more, tall - self._head(k, wide) + self._head(k, wide + more), zoom)
                spare -= more
        return found

    def _many(self, each: Grid, wide: int) -> bool:
        """Whether there are too many numbers for the room, so that there are shades and words that say so."""
        return grid.exact(each, self.ink, 1)[0] > wide

    def _grown(self, found: list[Sizes], heights: list[int], room: int, roomy: bool) -> list[int]:
        """What is left of `room`, given to the rows that want it, in proportion."""
        spare = room - sum(heights)
        if spare <= 0 or not heights:
            return heights
        wants = []
        for row, sizes, high in zip(self.rows, found, heights, strict=True):
            wants.append(max(0, self.height(row, self._others(row, sizes, high + spare, roomy)) - high))
        total = sum(wants)
        if total <= spare:
            return [high + want for high, want in zip(heights, wants, strict=True)]
        given = [want * spare // total for want in wants]
        for k in sorted(range(len(wants)), key=lambda k: -wants[k])[: spare - sum(given)]:
            given[k] += 1
        return [high + more for high, more in zip(heights, given, strict=True)]

    def _others(self, row: tuple[int, ...], sizes: Sizes, room: int, roomy: bool, scrolls: bool = False) -> Sizes:
        """A row with all its figures: what are no grids share the columns that are left; their bodies end alike."""
        found = dict(sizes)
        spare = max(0, self.spare(row, sizes))
        others = [k for k in row if k not in sizes]
        wants = {k: self._best(k, self.least[k][0] + spare, room, roomy)[0] - self.least[k][0] for k in others}
        widths: dict[int, int] = {}
        for n, k in enumerate(sorted(others, key=lambda k: wants[k])):  # who wants little gets it in full
            more = max(0, min(wants[k], spare // (len(others) - n)))
            spare -= more
            widths[k] = self.least[k][0] + more
        if len(others) > 1 and len({self._like(k) for k in others}) == 1:
            alike = sum(widths.values()) // len(others)
            widths = dict.fromkeys(others, alike) if alike >= max(self.least[k][0] for k in others) else widths
        heads = [self._head(k, widths[k] if k in widths else sizes[k][0]) for k in row]
        for k in others:
            own = max(heads) - self._head(k, widths[k])
            high, aside = self.beside(k, sizes)
            high += self._head(k, widths[k]) if high else room - own
            wide, tall = self._best(k, widths[k], high, roomy)
            tall += aside
            most = _ALL if scrolls and isinstance(self.figures[k], _LISTS) else max(room - own, self.least[k][1])
            found[k] = (max(1, min(wide, widths[k])), max(1, min(tall, most)), 0)
        return found

    def _like(self, k: int) -> object:
        """What figures side by side have in common that should be of one width: their kind; bars their full value."""
        each = self.figures[k]
        if isinstance(each, Bars) and each.high:
            return each.high, each.unit
        return type(each) if isinstance(each, _GROWING) else k

    def beside(self, k: int, sizes: Sizes) -> tuple[int, int]:
        """Lines of bars beside a grid with the same names, a bar to each of its rows, and those of its own head."""
        bars = self.figures[k]
        for n, (wide, tall, zoom) in sizes.items():
            each = self.figures[n]
            if not (isinstance(each, Grid) and isinstance(bars, Bars) and _paired(each, bars)):
                continue
            plan = plan_of(each, values_of(each), self.ink, wide, tall - self._head(n, wide), zoom)
            if plan.grain == (1, 1):
                return plan.tall * len(bars.labels) + bool(bars.reference), plan.head
        return 0, 0

    def _best(self, k: int, width: int, room: int, roomy: bool) -> tuple[int, int]:
        each = self.figures[k]
        if not roomy and isinstance(each, _THICKER):
            room = self._thick(each, k, width) if isinstance(each, Bars) else 0
        return figures.best(each, self.ink, width, max(room, self.least[k][1]))

    def _thick(self, bars: Bars, k: int, width: int) -> int:
        """Lines that bars take at most on a small screen: three for each, where nothing else likes to grow."""
        others = (self.figures[n] for row in self.rows for n in row)
        if any(isinstance(other, _GROWING) for other in others):
            return 0
        return self._head(k, width) + 3 * np.size(bars.values) + bool(bars.reference)
