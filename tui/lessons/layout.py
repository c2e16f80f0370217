"""Where the figures of a frame stand: side by side while there is room, in rows, as large as the screen allows."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from ...engine.lessons.kit.figures import Cell, Figure, Plane
from ...engine.lessons.kit.lesson import Frame
from ..render.cells import blank, line
from ..render.numbers import cut
from ..render.palette import Ink
from .draw import figure as figures
from .draw import formula
from .draw.look import Look
from .packing import Column, packings, torn
from .sizing import GAP, JOIN_MOST, joined

_ASIDE = 3
"""Columns between a figure and the formulas beside it."""
_TORN = 3
"""Lines that a page may be longer rather than that a sign stands away from what it follows."""
_FORMULA_LEAST = 28
"""Columns that formulas have at least."""


@dataclass(frozen=True)
class Region:
    """A rectangle of cells of the page."""

    x: int
    y: int
    w: int
    h: int

    def holds(self, x: int, y: int) -> bool:
        """Whether a cell of the page lies in it."""
        return self.x <= x < self.x + self.w and self.y <= y < self.y + self.h


@dataclass(frozen=True, eq=False)
class Page:
    """The places of a frame's figures by their number, the signs between them, and the place of the formulas."""

    figures: tuple[Figure, ...]
    places: tuple[Region, ...]
    zooms: tuple[int, ...]
    """The size of each grid's cells, one for all grids of a row."""
    titles: tuple[int, ...]
    """Lines that each title gets, so that figures side by side begin alike."""
    signs: tuple[tuple[int, int, str], ...]
    """x, y and text of what joins figures."""
    formulas: Region
    """Where the formulas stand."""
    height: int
    """Of all, which may be more than the screen has."""
    looks: dict[str, Look] = field(default_factory=dict)
    """How figures were drawn last, by name."""

    def look(self, index: int, look: Look) -> Look:
        """How figure `index` is drawn on this page."""
        return replace(look, zoom=self.zooms[index], title_rows=self.titles[index])

    def region(self, name: str) -> Region | None:
        """Where the figure `name` stands."""
        return next((p for f, p in zip(self.figures, self.places, strict=True) if f.name == name), None)

    def hit(self, x: int, y: int) -> tuple[str, Cell | None] | None:
        """The name of the figure, and its cell, at a column and row of the page as it was composed last."""
        for k, (figure, place) in enumerate(zip(self.figures, self.places, strict=True)):
            if place.holds(x, y) and figure.name in self.looks:
                look = self.look(k, self.looks[figure.name])
                return figure.name, figures.cell_at(figure, look, place.w, place.h, x - place.x, y - place.y)
        return None

    def hit_at(self, x: int, y: int) -> tuple[float, float] | None:
        """The place within a plane at a column and row of the page."""
        for k, (figure, place) in enumerate(zip(self.figures, self.places, strict=True)):
            if place.holds(x, y) and isinstance(figure, Plane) and figure.name in self.looks:
                look = self.look(k, self.looks[figure.name])
                return figures.place_at(figure, look, place.w, place.h, x - place.x, y - place.y)
        return None


def arrange(frame: Frame, ink: Ink, width: int, height: int) -> Page:
    """Places for all figures within `width` columns; they grow into `height` rows, but may need more.

    With a `height` of 0 there is no screen: figures stand in rows as they ask for, as small as they may be.
    """
    whole = formula.draw(frame.formulas, ink, width)
    found, least = None, 0
    for columns in packings(frame.figures, ink, width, height - len(whole)):
        page = _page(frame, columns, ink, width, height, len(whole))
        cost = page.height + _TORN * torn(columns)
        if found is None or cost < least:
            found, least = page, cost
        if page.height <= height:
            break
    assert found is not None
    return found


def _page(frame: Frame, columns: tuple[Column, ...], ink: Ink, width: int, height: int, told: int) -> Page:
    """The page with its `told` lines of formulas below the figures, or beside them where it would scroll else."""
    page = _placed(frame, columns, ink, height - told - bool(told))
    if not told:
        return page
    for room in (height - told, height):
        if page.height + 1 + told <= height or height <= 0:
            break
        if (beside := _free(page, frame, ink, width)) is not None:
            return replace(page, formulas=beside)
        if page.height + told <= height or room == height:
            break
        page = _placed(frame, columns, ink, room)
    lines = page.height
    at = lines + (lines > 0 and lines + told != height)  # rather no blank line than a page that scrolls
    return replace(page, formulas=Region(0, at, width, told), height=at + told)


def _placed(frame: Frame, columns: tuple[Column, ...], ink: Ink, room: int) -> Page:
    """The page without its formulas."""
    count = len(frame.figures)
    places: list[Region] = [Region(0, 0, 1, 1)] * count
    zooms, titles = [0] * count, [0] * count
    signs: list[tuple[int, int, str]] = []
    bottom = 0
    for column in columns:
        sizing, fitted = column.sizing, column.fitted(room)
        lines = sizing.total(fitted)
        gap = 0 if lines <= room < lines + sizing.between else 1  # rather no blank lines than a page that scrolls
        y = 0
        for row, sizes in zip(sizing.rows, fitted, strict=True):
            head = max(figures.title_rows(frame.figures[k], sizes[k][0]) for k in row)
            x = column.x
            for n, k in enumerate(row):
                wide, tall, zoom = sizes[k]
                tall += head - figures.title_rows(frame.figures[k], wide)
                x += joined(frame.figures[k]) or (GAP if n else 0)
                places[k], zooms[k], titles[k] = Region(x, y, wide, tall), zoom, head
                x += wide
            signs += _signs(frame, row, places, head)
            y += max(places[k].h for k in row) + gap
        bottom = max(bottom, y - gap)
    none = Region(0, bottom, 0, 0)
    return Page(frame.figures, tuple(places), tuple(zooms), tuple(titles), tuple(signs), none, bottom)


def _free(page: Page, frame: Frame, ink: Ink, width: int) -> Region | None:
    """A place beside or below the figures where all formulas fit, the lowest and widest; none where there is none."""
    natural = max((cell_len(text) for f in frame.formulas for text in (f.symbols, "  " + f.numbers)), default=0)
    for place_x in sorted({0, *(place.x + place.w + _ASIDE for place in page.places)}, reverse=True):
        rest = width - place_x
        if rest < min(_FORMULA_LEAST, natural):
            continue
        tall = len(formula.draw(frame.formulas, ink, rest))
        lowest = max((p.y + p.h + 1 for p in page.places if p.x + p.w + _ASIDE > place_x), default=0)
        others = [p.y + p.h for p in page.places if p.y + p.h > lowest]
        if lowest + tall <= page.height and (others or lowest == 0):
            return Region(place_x, lowest, rest, tall)
    return None


def compose(page: Page, frame: Frame, looks: Mapping[str, Look], ink: Ink, width: int) -> list[Strip]:
    """The whole page, `page.height` strips of `width` cells; looks are by name, without one it is the plain one."""
    rows: list[list[tuple[int, Strip]]] = [[] for _ in range(page.height)]
    for k, (each, place) in enumerate(zip(frame.figures, page.places, strict=True)):
        page.looks[each.name] = looks.get(each.name, Look(ink))
        look = page.look(k, page.looks[each.name])
        for y, strip in enumerate(figures.draw(each, look, place.w, place.h)):
            if place.y + y < len(rows):
                rows[place.y + y].append((place.x, strip))
    for x, y, text in page.signs:
        if y < len(rows):
            rows[y].append((x, Strip([Segment(text, ink.style(ink.accent, bold=True))], cell_len(text))))
    told = page.formulas
    for y, strip in enumerate(formula.draw(frame.formulas, ink, told.w) if told.w else []):
        rows[told.y + y].append((told.x, strip))
    return [_joined_row(row, width, ink) for row in rows]


def _signs(frame: Frame, row: tuple[int, ...], places: list[Region], head: int) -> list[tuple[int, int, str]]:
    """The signs of a row, at the middle of the lower of the two bodies beside them."""
    found = []
    for n, k in enumerate(row):
        sign = cut(frame.figures[k].join, JOIN_MOST)
        if not sign:
            continue
        high = min(places[k].h, places[row[n - 1]].h) if n else places[k].h
        y = places[k].y + head + max(0, (high - head - 1) // 2)
        found.append((places[k].x - cell_len(sign) - 1, y, sign))
    return found


def _joined_row(parts: list[tuple[int, Strip]], width: int, ink: Ink) -> Strip:
    """Strips at their columns as one of `width` cells."""
    if not parts:
        return blank(width, ink)
    joined: list[Strip] = []
    used = 0
    for x, strip in sorted(parts, key=lambda part: part[0]):
        if x > used:
            joined.append(line([], x - used, ink))
            used = x
        joined.append(strip)
        used += strip.cell_length
    whole = Strip.join(joined)
    return whole if whole.cell_length == width else whole.adjust_cell_length(width, ink.style())
