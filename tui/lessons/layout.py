"""Where the figures of a frame stand: side by side while there is room, in rows, as large as the screen allows."""

from collections.abc import Mapping
from dataclasses import replace

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from ...engine.lessons.kit.lesson import Frame
from ..render.cells import blank, line
from ..render.numbers import cut
from ..render.palette import Ink
from . import staying
from .draw import figure as figures
from .draw import formula
from .draw.look import Look
from .packing import Column, packings, torn
from .page import Page, Region
from .sizing import GAP, JOIN_MOST, joined

_ASIDE = 3
"""Columns between a figure and the formulas beside it."""
_TORN = 3
"""Lines that a page may be longer rather than that a sign stands away from what it follows."""
_FORMULA_LEAST = 28
"""Columns that formulas have at least."""
_NONE = Region(0, 0, 0, 0)

__all__ = ["Page", "Region", "arrange", "breaks", "compose", "squeezed"]


def arrange(frame: Frame, ink: Ink, width: int, height: int, before: Page | None = None) -> Page:
    """Places for all figures within `width` columns; they grow into `height` rows, but may need more.

    The places of the page `before`, of the same width, are kept if they are good enough, so that nothing jumps.
    With a `height` of 0 there is no screen: figures stand in rows as they ask for, as small as they may be.
    """
    kept = staying.kept(frame, before, ink, width, height) if before is not None else None
    if kept is not None and kept.height <= height:
        return kept
    page = _anew(frame, ink, width, height)
    return kept if kept is not None and kept.height <= page.height else page


def squeezed(frame: Frame, ink: Ink, width: int, height: int, least: int) -> Page:
    """The one figure of a frame, however much of it is cut, above its formulas; `least` are the figure's lines."""
    (figure,) = frame.figures
    told = len(formula.draw(frame.formulas, ink, width))
    wide = figures.smallest(figure, ink, width)[0]
    tall = max(least, min(figures.best(figure, ink, width, height)[1], height - told - 1))
    at = tall + (tall + told < height)
    titles = (figures.title_rows(figure, wide),)
    formulas = Region(0, at, width, told)
    return Page(frame.figures, (Region(0, 0, wide, tall),), (0,), titles, (), formulas, at + told)


def _anew(frame: Frame, ink: Ink, width: int, height: int) -> Page:
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
    """The page with its `told` lines of formulas below the figures, or beside them where it would scroll else.

    Where a place beside them is so narrow that formulas break, they rather stand below without a blank line.
    """
    narrow = None
    for room in (height - told - 1, height - told, height) if told else (height,):
        page = _placed(frame, columns, ink, room)
        if not told:
            return page
        if height <= 0 or page.height + told + (room < height - told) <= height:
            break
        beside = _free(page, frame, ink, width)
        if beside is not None and page.height <= height:
            narrow = narrow or replace(page, formulas=beside)
            if beside.h <= told:
                return narrow
    else:
        if narrow is not None:
            return narrow
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
                places[k], zooms[k], titles[k] = Region(x, y, wide, tall), zoom, head + sizing.beside(k, sizes)[1]
                x += wide
            signs += _signs(frame, row, places, head)
            y += max(places[k].h for k in row) + gap
        bottom = max(bottom, y - gap)
    none = replace(_NONE, y=bottom)
    return Page(frame.figures, tuple(places), tuple(zooms), tuple(titles), tuple(signs), none, bottom)


def breaks(page: Page, frame: Frame, ink: Ink, width: int) -> bool:
    """Whether the formulas of a page are broken where in its full width they would not be."""
    return page.formulas.h > len(formula.draw(frame.formulas, ink, width))


def _free(page: Page, frame: Frame, ink: Ink, width: int) -> Region | None:
    """A place beside or below figures where all formulas fit, in few lines, far to the right; none where none is."""
    natural = max((cell_len(text) for f in frame.formulas for text in (f.symbols, "  " + f.numbers)), default=0)
    found: list[Region] = []
    for place_x in sorted({0, *(x for p in page.places for x in (p.x, p.x + p.w + _ASIDE))}, reverse=True):
        rest = width - place_x
        if rest < min(_FORMULA_LEAST, natural):
            continue
        tall = len(formula.draw(frame.formulas, ink, rest))
        found += [Region(place_x, y, rest, tall) for y, end in _gaps(page, place_x) if y + tall <= end]
    return min(found, key=lambda region: region.h, default=None)


def _gaps(page: Page, x: int) -> list[tuple[int, int]]:
    """The rows that are free from column `x` on, each from its first to its end, the lowest first."""
    right = sorted((p.y, p.y + p.h) for p in page.places if p.x + p.w + GAP > x)
    found, free = [], 0
    for top, end in right:
        found.append((free, top - 1))
        free = max(free, end + 1)
    if not right or free < page.height:
        found.append((free, page.height))
    return found[::-1]


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
