"""A page: where each figure of a frame stands, the signs between them, and what lies under a column and row of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ...engine.lessons.kit.figures import Cell, Figure, Plane
from .draw import figure as figures
from .draw.look import Look


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
    offsets: Mapping[str, Cell] = field(default_factory=dict)
    """Of figures of which a part stands here, its first cell."""

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
                cell = figures.cell_at(figure, look, place.w, place.h, x - place.x, y - place.y)
                down, right = self.offsets.get(figure.name, (0, 0))
                return figure.name, None if cell is None else (cell[0] + down, cell[1] + right)
        return None

    def hit_at(self, x: int, y: int) -> tuple[float, float] | None:
        """The place within a plane at a column and row of the page."""
        for k, (figure, place) in enumerate(zip(self.figures, self.places, strict=True)):
            if place.holds(x, y) and isinstance(figure, Plane) and figure.name in self.looks:
                look = self.look(k, self.looks[figure.name])
                return figures.place_at(figure, look, place.w, place.h, x - place.x, y - place.y)
        return None
