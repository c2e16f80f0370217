"""A drawn page of charts, and where each chart of it stands. Knows nothing of any widget."""

from dataclasses import dataclass

from textual.strip import Strip

from ...render.axes import Axes
from .grid import Grid, Page
from .lens import Lens

EMPTY = Page((), 0, 1, Grid(1, 1))


@dataclass(frozen=True)
class Box:
    """Where a chart stands: `x`, `y`, `width`, `height` with its frame; `left`, `inside`: columns of the chart."""

    tag: str
    x: int
    y: int
    width: int
    height: int
    left: int
    inside: int
    gutter: int
    axes: Axes


@dataclass(frozen=True)
class Picture:
    """The strips of a page, what its frame says, and what keys and mouse act on."""

    strips: list[Strip]
    title: str
    subtitle: str = ""
    boxes: tuple[Box, ...] = ()
    page: Page = EMPTY
    tags: tuple[str, ...] = ()
    """All that match, in order."""
    axes: Axes | None = None
    lens: Lens | None = None
    chosen: str = ""
    unfinished: bool = False
    """Whether some charts still show what was before."""

    def box(self, x: int, y: int) -> Box | None:
        """The chart at a cell."""
        inside = (b for b in self.boxes if b.x <= x < b.x + b.width and b.y <= y < b.y + b.height)
        return next(inside, None)
