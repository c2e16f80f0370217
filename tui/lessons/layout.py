"""Where the figures of a frame stand: side by side while there is room, in rows, as large as the screen allows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from ...engine.lessons.kit.figures import Cell, Figure, Grid, Plane
from ...engine.lessons.kit.lesson import Frame
from ..render.cells import blank, line
from ..render.numbers import cut
from ..render.palette import Ink
from .draw import figure as figures
from .draw import formula, grid
from .draw.look import Look

_GAP = 2
_JOIN_MOST = 8


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


@dataclass(frozen=True)
class Page:
    """The places of a frame's figures by their number, the signs between them, and where the formulas begin."""

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

    def look(self, index: int, look: Look) -> Look:
        """How figure `index` is drawn on this page."""
        return replace(look, zoom=self.zooms[index], title_rows=self.titles[index])


def arrange(frame: Frame, ink: Ink, width: int, height: int) -> Page:
    """Places for all figures within `width` columns; they grow into `height` rows, but may need more."""
    sizes = [figures.smallest(each, ink, width - _joined(each)) for each in frame.figures]
    rows = _rows(frame, sizes, width)
    told = _formula_rows(frame, ink, width)
    heights = [_least_height(frame, sizes, row) for row in rows]
    airy = sum(heights) + len(rows) - 1 + told <= height or sum(heights) + told > height
    gap = 1 if airy else 0
    heights = _grown(frame, sizes, rows, heights, ink, width, height - told - gap * (len(rows) - 1))
    places: list[Region] = [Region(0, 0, 1, 1)] * len(frame.figures)
    zooms, titles = [0] * len(frame.figures), [0] * len(frame.figures)
    signs: list[tuple[int, int, str]] = []
    y = 0
    for row, room in zip(rows, heights, strict=True):
        fitted = _row(frame, sizes, row, ink, width, room)
        head = max(figures.title_rows(frame.figures[k], fitted[k][0]) for k in row)
        x = 0
        for k in row:
            wide, tall, zoom = fitted[k]
            tall += head - figures.title_rows(frame.figures[k], wide)
            before = _joined(frame.figures[k]) if frame.figures[k].join else (_GAP if x else 0)
            places[k], zooms[k], titles[k] = Region(x + before, y, wide, tall), zoom, head
            x += before + wide
        signs += _signs(frame, row, places, head)
        y += max(places[k].h for k in row) + gap
    y = max(0, y - gap)
    formulas_at = y + (1 if gap and y and told else 0)
    return Page(tuple(places), tuple(zooms), tuple(titles), tuple(signs), formulas_at, formulas_at + told - (
        1 if told else 0))  # fmt: skip


def compose(page: Page, frame: Frame, looks: Mapping[int, Look], ink: Ink, width: int) -> list[Strip]:
    """The whole page, `page.height` strips of `width` cells; figures without a look have the plain one."""
    rows: list[list[tuple[int, Strip]]] = [[] for _ in range(page.formulas_at)]
    for k, (each, place) in enumerate(zip(frame.figures, page.places, strict=True)):
        look = page.look(k, looks.get(k, Look(ink)))
        for y, strip in enumerate(figures.draw(each, look, place.w, place.h)):
            if place.y + y < len(rows):
                rows[place.y + y].append((place.x, strip))
    for x, y, text in page.signs:
        if y < len(rows):
            rows[y].append((x, Strip([Segment(text, ink.style(ink.accent, bold=True))], cell_len(text))))
    strips = [_joined_row(row, width, ink) for row in rows]
    strips += formula.draw(frame.formulas, ink, width)
    return strips


def hit(
    page: Page, frame: Frame, looks: Mapping[int, Look], ink: Ink, x: int, y: int
) -> tuple[int, Cell | None] | None:
    """The figure, and its cell, at a column and row of the page."""
    for k, place in enumerate(page.places):
        if place.holds(x, y):
            look = page.look(k, looks.get(k, Look(ink)))
            return k, figures.cell_at(frame.figures[k], look, place.w, place.h, x - place.x, y - place.y)
    return None


def hit_at(page: Page, frame: Frame, looks: Mapping[int, Look], ink: Ink, x: int, y: int) -> tuple[float, float] | None:
    """The place within a plane at a column and row of the page."""
    for k, place in enumerate(page.places):
        each = frame.figures[k]
        if place.holds(x, y) and isinstance(each, Plane):
            look = page.look(k, looks.get(k, Look(ink)))
            return figures.place_at(each, look, place.w, place.h, x - place.x, y - place.y)
    return None


def _joined(figure: Figure) -> int:
    """Columns of the sign before a figure, with room on both sides."""
    return cell_len(cut(figure.join, _JOIN_MOST)) + 2 if figure.join else 0


def _rows(frame: Frame, sizes: list[tuple[int, int]], width: int) -> list[list[int]]:
    rows: list[list[int]] = []
    used = 0
    for k, figure in enumerate(frame.figures):
        before = _joined(figure) or (_GAP if used else 0)
        if not rows or figure.new_row or used + before + sizes[k][0] > width:
            rows.append([])
            used, before = 0, _joined(figure)
        rows[-1].append(k)
        used += before + sizes[k][0]
    return rows


def _least_height(frame: Frame, sizes: list[tuple[int, int]], row: list[int]) -> int:
    head = max(figures.title_rows(frame.figures[k], sizes[k][0]) for k in row)
    return max(sizes[k][1] - figures.title_rows(frame.figures[k], sizes[k][0]) for k in row) + head


def _formula_rows(frame: Frame, ink: Ink, width: int) -> int:
    """Lines of the formulas and of the blank one before them."""
    rows = len(formula.draw(frame.formulas, ink, width))
    return rows + 1 if rows else 0


def _grown(
    frame: Frame,
    sizes: list[tuple[int, int]],
    rows: list[list[int]],
    heights: list[int],
    ink: Ink,
    width: int,
    room: int,
) -> list[int]:
    """The heights of rows with what is left of `room` given to those that want it, in proportion."""
    spare = room - sum(heights)
    if spare <= 0 or not rows:
        return heights
    wants = []
    for row, high in zip(rows, heights, strict=True):
        fitted = _row(frame, sizes, row, ink, width, high + spare)
        wants.append(max(0, max(fitted[k][1] for k in row) - high))
    total = sum(wants)
    if total <= spare:
        return [high + want for high, want in zip(heights, wants, strict=True)]
    given = [want * spare // total for want in wants]
    for k in sorted(range(len(rows)), key=lambda k: -wants[k])[: spare - sum(given)]:
        given[k] += 1
    return [high + more for high, more in zip(heights, given, strict=True)]


def _row(
    frame: Frame, sizes: list[tuple[int, int]], row: list[int], ink: Ink, width: int, room: int
) -> dict[int, tuple[int, int, int]]:
    """Columns, rows and zoom of each figure of a row that is `width` wide and `room` high."""
    between = sum(_joined(frame.figures[k]) or (_GAP if n else 0) for n, k in enumerate(row))
    spare = width - between - sum(sizes[k][0] for k in row)
    found: dict[int, tuple[int, int, int]] = {}
    cells = [k for k in row if isinstance(frame.figures[k], Grid)]
    for zoom in range(grid.ZOOMS, 0, -1):
        fitted = {k: _grid_size(frame.figures[k], ink, width, room, zoom) for k in cells}
        more = sum(max(fitted[k][0], sizes[k][0]) - sizes[k][0] for k in cells)
        if zoom == 1 or (more <= spare and all(size[1] <= room for size in fitted.values())):
            break
    for k in cells:
        if more <= spare:
            found[k] = (*fitted[k], zoom)
            spare -= max(0, fitted[k][0] - sizes[k][0])
        else:
            found[k] = (*_grid_size(frame.figures[k], ink, sizes[k][0], room, 0), 0)
    others = [k for k in row if k not in found]
    wants = {k: max(0, figures.best(frame.figures[k], ink, sizes[k][0] + max(0, spare), room)[0] - sizes[k][0])
             for k in others}  # fmt: skip
    total = sum(wants.values())
    for k in others:
        more = wants[k] if total <= spare else wants[k] * max(0, spare) // max(1, total)
        wide, tall = figures.best(frame.figures[k], ink, sizes[k][0] + more, room)
        found[k] = (max(1, min(wide, sizes[k][0] + more)), max(1, min(tall, max(room, sizes[k][1]))), 0)
    return found


def _grid_size(figure: Figure, ink: Ink, width: int, room: int, zoom: int) -> tuple[int, int]:
    """The room of a grid at a zoom, title included."""
    assert isinstance(figure, Grid)
    head = figures.title_rows(figure, width)
    wide, _ = grid.best(figure, ink, width, max(1, room - head), zoom)
    wide = min(width, max(wide, figures.title_width(figure)))
    head = figures.title_rows(figure, wide)
    _, tall = grid.best(figure, ink, wide, max(1, room - head), zoom)
    return wide, tall + head


def _signs(frame: Frame, row: list[int], places: list[Region], head: int) -> list[tuple[int, int, str]]:
    """The signs of a row, at the middle of the lower of the two bodies beside them."""
    found = []
    for n, k in enumerate(row):
        sign = cut(frame.figures[k].join, _JOIN_MOST)
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
