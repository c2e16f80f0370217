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
from .sizing import GAP, JOIN_MOST, Sizes, Sizing, joined

_WIDE = 110
"""Columns from which on figures may stand side by side although one asks for a row of its own."""


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
    """The places of a frame's figures by their number, the signs between them, and where the formulas begin."""

    figures: tuple[Figure, ...]
    places: tuple[Region, ...]
    zooms: tuple[int, ...]
    """The size of each grid's cells, one for all grids of a row."""
    titles: tuple[int, ...]
    """Lines that each title gets, so that figures side by side begin alike."""
    signs: tuple[tuple[int, int, str], ...]
    """x, y and text of what joins figures."""
    formulas_at: int
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
    """Places for all figures within `width` columns; they grow into `height` rows, but may need more."""
    told = _formula_rows(frame, ink, width)
    sizing, fitted = _sized(frame, ink, width, height - told)
    lines, gap = sizing.total(fitted) + told, 1
    if lines <= height < lines + sizing.between:  # rather no blank lines than a page that scrolls
        gap = 0
    places: list[Region] = [Region(0, 0, 1, 1)] * len(frame.figures)
    zooms, titles = [0] * len(frame.figures), [0] * len(frame.figures)
    signs: list[tuple[int, int, str]] = []
    y = 0
    for row, sizes in zip(sizing.rows, fitted, strict=True):
        head = max(figures.title_rows(frame.figures[k], sizes[k][0]) for k in row)
        x = 0
        for k in row:
            wide, tall, zoom = sizes[k]
            tall += head - figures.title_rows(frame.figures[k], wide)
            x += joined(frame.figures[k]) or (GAP if x else 0)
            places[k], zooms[k], titles[k] = Region(x, y, wide, tall), zoom, head
            x += wide
        signs += _signs(frame, row, places, head)
        y += max(places[k].h for k in row) + gap
    y = max(0, y - gap)
    formulas_at = y + (1 if gap and y and told else 0)
    height = formulas_at + max(0, told - 1)
    return Page(frame.figures, tuple(places), tuple(zooms), tuple(titles), tuple(signs), formulas_at, height)


def compose(page: Page, frame: Frame, looks: Mapping[str, Look], ink: Ink, width: int) -> list[Strip]:
    """The whole page, `page.height` strips of `width` cells; looks are by name, without one it is the plain one."""
    rows: list[list[tuple[int, Strip]]] = [[] for _ in range(page.formulas_at)]
    for k, (each, place) in enumerate(zip(frame.figures, page.places, strict=True)):
        page.looks[each.name] = looks.get(each.name, Look(ink))
        look = page.look(k, page.looks[each.name])
        for y, strip in enumerate(figures.draw(each, look, place.w, place.h)):
            if place.y + y < len(rows):
                rows[place.y + y].append((place.x, strip))
    for x, y, text in page.signs:
        if y < len(rows):
            rows[y].append((x, Strip([Segment(text, ink.style(ink.accent, bold=True))], cell_len(text))))
    strips = [_joined_row(row, width, ink) for row in rows]
    strips += formula.draw(frame.formulas, ink, width)
    return strips


def _sized(frame: Frame, ink: Ink, width: int, room: int) -> tuple[Sizing, list[Sizes]]:
    """Rows as the frame asks for them; on a wide screen figures stand side by side if they are larger then."""
    sizing = Sizing.of(frame.figures, ink, width)
    fitted = sizing.fitted(room - sizing.between)
    if width < _WIDE or not any(each.new_row for each in frame.figures[1:]):
        return sizing, fitted
    other = Sizing.of(frame.figures, ink, width, breaks=False)
    beside = other.fitted(room - other.between)
    if other.total(beside) + other.between <= room and _area(beside) > _area(fitted):
        return other, beside
    return sizing, fitted


def _area(fitted: list[Sizes]) -> int:
    return sum(wide * tall for sizes in fitted for wide, tall, _ in sizes.values())


def _formula_rows(frame: Frame, ink: Ink, width: int) -> int:
    """Lines of the formulas and of the blank one before them."""
    rows = len(formula.draw(frame.formulas, ink, width))
    return rows + 1 if rows else 0


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
