"""Keeping the places of the page before, so that figures stand still while frames are stepped."""

from dataclasses import replace

import numpy as np

from ...engine.lessons.kit.figures import Bars, Figure, Grid, Ladder, Table, Wall
from ...engine.lessons.kit.lesson import Frame
from ..render.palette import Ink
from .draw import figure as figures
from .draw import formula, grid
from .page import Page, Region


def kept(frame: Frame, before: Page, ink: Ink, width: int, height: int) -> Page | None:
    """The page with the places of the one before; none where the figures are others or would be cut."""
    if len(frame.figures) != len(before.figures):
        return None
    for k, (old, new) in enumerate(zip(before.figures, frame.figures, strict=True)):
        if not _alike(old, new) or not _fits(old, new, k, before, ink, width):
            return None
    told = _told(frame, before, ink, width, height)
    if told is None:
        return None
    bottom = _bottom(before)
    tall = max(bottom, told.y + told.h) if told.w else bottom
    return replace(before, figures=frame.figures, formulas=told, height=tall, looks={}, offsets={})


def _bottom(page: Page) -> int:
    return max((place.y + place.h for place in page.places), default=0)


def _alike(old: Figure, new: Figure) -> bool:
    """Whether two figures are the same one with other numbers."""
    same = (type(old), old.name, old.join, old.new_row) == (type(new), new.name, new.join, new.new_row)
    if not same or not isinstance(new, Grid | Wall):
        return same
    return _shape(old) == _shape(new)


def _shape(figure: Figure) -> tuple[int, ...]:
    return np.shape(figure.images if isinstance(figure, Wall) else figure.values)  # type: ignore[attr-defined]


def _fits(old: Figure, new: Figure, k: int, page: Page, ink: Ink, width: int) -> bool:
    """Whether the new figure has in the old one's place what it needs."""
    place, zoom, head = page.places[k], page.zooms[k], page.titles[k]
    if figures.title_rows(new, place.w) > head:
        return False
    if isinstance(new, Grid) and zoom:
        wide, tall = grid.exact(new, ink, zoom)
        return wide <= place.w and tall + head <= place.h
    wide = figures.smallest(new, ink, width)[0]
    tall = figures.smallest(new, ink, place.w)[1] - figures.title_rows(new, place.w)
    count = _count(new)
    if count > _count(old) and count > place.h - head:
        return False
    return wide <= max(place.w, figures.smallest(old, ink, width)[0]) and tall + head <= place.h


def _count(figure: Figure) -> int:
    """Lines of what is listed."""
    if isinstance(figure, Bars):
        return len(np.ravel(figure.values))
    if isinstance(figure, Table):
        return len(figure.rows) + 1
    if isinstance(figure, Ladder):
        return len(figure.boxes)
    return 0


def _told(frame: Frame, before: Page, ink: Ink, width: int, height: int) -> Region | None:
    """Where the formulas stand now: where they stood; none where that is too small or too narrow."""
    was, bottom = before.formulas, _bottom(before)
    if not frame.formulas:
        return Region(0, bottom, 0, 0)
    if was.w and was.y < bottom:
        tall = len(formula.draw(frame.formulas, ink, was.w))
        if tall > was.h and tall > len(formula.draw(frame.formulas, ink, width)):
            return None
        return replace(was, h=tall) if was.y + tall <= max(bottom, height) else None
    tall = len(formula.draw(frame.formulas, ink, width))
    at = was.y if was.w else bottom + 1
    return Region(0, at, width, tall) if at + tall <= height or before.height > height else None
