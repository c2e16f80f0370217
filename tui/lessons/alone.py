"""One figure alone: with the cells that its number was made of beside it, and every number of its formula."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...engine.lessons.kit.figures import Bars, Cell, Curves, Figure, Formula, Grid, Mark, Plane, Table
from ...engine.lessons.kit.lesson import Frame
from ..render.palette import Ink
from .cutting import short_title
from .draw import figure as figures
from .draw import grid
from .draw.grid_plan import values_of
from .draw.look import Look
from .layout import Page, arrange, squeezed

LEAST = 4
"""Lines of a figure, with its title, however long its formula is."""
_NAMED, _CELL = 8, 7
"""Columns of the names of a part's rows, and of each of its columns: a longer title is shortened."""
Part = tuple[Figure, Cell]
"""A figure or a part of it, and the cell of the figure where that begins."""


@dataclass(frozen=True)
class Alone:
    """The figure `figure` of a frame with the cursor on `cursor`, whose number was made of the cells `sources`."""

    frame: Frame
    figure: Figure
    cursor: Cell | None
    sources: Mapping[str, tuple[Cell, ...]]
    ink: Ink
    width: int

    def part(self, room: int) -> Page:
        """The whole figure in `room` lines, and the sources of its number if there is room for them."""
        wholes = [(self.figure, (0, 0))]
        if self.sources and (page := self._page(self._among(wholes[0]), (), room)).height <= room:
            return page
        return self._page(wholes, (), room)

    def formula(self, told: Sequence[Formula], room: int) -> Page:
        """The formula in `room` lines, and as much of the figure and of the sources as there is room for beside it."""
        for parts in self._ways(bool(told)):
            page = self._page(parts, told, room)
            if page.height <= room and _whole(page, self.ink):
                return page
        if isinstance(self.figure, Grid):
            return self._cut_down(told, room)
        return squeezed(Frame(caption="", figures=(_single(self.figure),), formulas=tuple(told)),
                        self.ink, self.width, room, LEAST)  # fmt: skip

    def _ways(self, told: bool) -> Iterator[list[Part]]:
        """What is shown, the best first."""
        whole: Part = (self.figure, (0, 0))
        if self.sources:
            yield self._among(whole)
            if isinstance(self.figure, Grid) and self.cursor is not None and told:
                middle = window(self.figure, [self.cursor, *self.sources.get(self.figure.name, ())])
                yield self._among(middle)
        yield [whole]

    def _among(self, middle: Part) -> list[Part]:
        """The sources in their order in the frame, with the figure itself in its place."""
        found: list[Part] = []
        for each in self.frame.figures:
            if each.name == self.figure.name:
                found.append(middle)
            elif cells := self.sources.get(each.name):
                found.append(window(each, cells) if isinstance(each, Grid) else (each, (0, 0)))
        return found

    def _page(self, parts: list[Part], told: Sequence[Formula], room: int) -> Page:
        names = [each.name for each in self.frame.figures]
        shown: list[Figure] = []
        for each, _ in parts:
            at = names.index(each.name)
            follows = bool(shown) and names[at - 1] == shown[-1].name
            shown.append(replace(each, new_row=False, join=each.join if follows else ""))
        page = arrange(Frame(caption="", figures=tuple(shown), formulas=tuple(told)), self.ink, self.width, room)
        return replace(page, offsets={each.name: offset for each, offset in parts})

    def _cut_down(self, told: Sequence[Formula], room: int) -> Page:
        """The rows and columns of a grid around the cursor that leave room for the formula."""
        assert isinstance(self.figure, Grid)
        whole = self.figure
        rows, columns = values_of(whole).shape
        row, column = self.cursor or (0, 0)
        bare = self._page([(whole, (0, 0))], told, 0)
        rest = max(LEAST, room - bare.formulas.h - 1)
        high, wide = rows, columns
        while True:
            part = _slice(whole, _around(row, high, rows), _around(column, wide, columns))
            size = grid.exact(part[0], self.ink, 1)
            tall = size[1] + figures.title_rows(part[0], self.width)
            if size[0] > self.width and wide > 1:
                wide -= 1
            elif tall > rest and high > 1:
                high -= 1
            else:
                return self._page([part], told, max(room, tall))


def numbered(figure: Figure) -> bool:
    """Whether a figure shows numbers of which one may ask where they came from."""
    if isinstance(figure, Table):
        return any(isinstance(value, int | float) for row in figure.rows for value in row)
    return isinstance(figure, Bars | Curves | Grid | Plane)


def blank_at(figure: Grid, cell: Cell | None) -> bool:
    """Whether there is no number in a cell of a grid, which a later frame may compute."""
    rows, columns = values_of(figure).shape
    return cell is not None and cell[0] < rows and cell[1] < columns and bool(np.isnan(values_of(figure)[cell]))


def window(figure: Grid, cells: Sequence[Cell]) -> Part:
    """The rows and columns of a grid that hold all the cells."""
    rows, columns = values_of(figure).shape
    down = [min(max(row, 0), rows - 1) for row, _ in cells]
    right = [min(max(column, 0), columns - 1) for _, column in cells]
    return _slice(figure, range(min(down), max(down) + 1), range(min(right), max(right) + 1))


def _slice(figure: Grid, rows: range, columns: range) -> tuple[Grid, Cell]:
    """A part of a grid on the colour scale of the whole."""
    values = values_of(figure)
    if (len(rows), len(columns)) == values.shape:
        return figure, (0, 0)
    finite = values[np.isfinite(values)]
    reach = figure.reach or ((float(finite.min()), float(finite.max())) if finite.size else None)
    marks: dict[Mark, tuple[Cell, ...]] = {
        mark: tuple((r - rows.start, c - columns.start) for r, c in cells if r in rows and c in columns)
        for mark, cells in figure.marks.items()
        if mark != "window"
    }
    part = replace(
        figure,
        title=short_title(figure, _NAMED + _CELL * len(columns)),
        values=values[rows.start : rows.stop, columns.start : columns.stop],
        row_labels=tuple(figure.row_labels)[rows.start : rows.stop],
        column_labels=tuple(figure.column_labels)[columns.start : columns.stop],
        reach=reach,
        marks=marks,
        cursor=None,
    )
    return part, (rows.start, columns.start)


def _around(at: int, count: int, size: int) -> range:
    first = max(0, min(at - count // 2, size - count))
    return range(first, first + min(count, size))


def shifted(look: Look, page: Page, name: str) -> Look:
    """The look of a figure of which a part is shown; where that is made of sources only, none is marked."""
    if name not in page.offsets:
        return look
    down, right = page.offsets[name]
    part = next(f for f in page.figures if f.name == name)
    if isinstance(part, Grid) and len(look.sources) >= np.size(part.values):
        look = replace(look, sources=frozenset())
    cursor = (look.cursor[0] - down, look.cursor[1] - right) if look.cursor is not None else None
    return replace(look, cursor=cursor, sources=frozenset((r - down, c - right) for r, c in look.sources))


def _single(figure: Figure) -> Figure:
    return replace(figure, join="", new_row=False)


def _whole(page: Page, ink: Ink) -> bool:
    """Whether no grid of numbers became one of shades because it is alone with a long formula."""
    return all(
        not isinstance(f, Grid)
        or f.shows == "shades"
        or (grid.exact(f, ink, 1)[0] <= place.w and grid.exact(f, ink, 1)[1] <= place.h)
        for f, place in zip(page.figures, page.places, strict=True)
    )
