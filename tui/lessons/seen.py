"""What was drawn last, and the lines that a picture has."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from textual.strip import Strip

from .page import Page


@dataclass
class Seen:
    """What was drawn last, for the mouse and for keys that need to know."""

    page: Page | None = None
    top: int = 0
    """The row of the pane where the page begins."""
    rows: int = 0
    """The rows that it has."""
    next: int | None = None
    """The row of the page where a figure begins that does not fit below the others."""
    laid: tuple[Hashable, Page] | None = None
    """The page of the frame before, and for which scene and width it was made."""
    kept: tuple[Hashable, list[Strip]] | None = None
    """The last picture, which stands until a new one is there."""
    replaced: dict[Hashable, frozenset[str]] = field(default_factory=dict)
    """By lesson, scene and figure: the formulas of the frame in whose place that of the cursor stands."""


@dataclass(frozen=True)
class Space:
    """The lines between caption and settings."""

    room: int
    idle: int
    """Lines under the room that are kept for an origin and are free now."""
    pad: int
    """Blank lines above, given away rather than that the body scrolls."""
    asked: int
    """Lines that the origin would take besides those that are kept for it."""
    help: bool
    """Whether what the chosen setting does stands there instead."""

    @property
    def most(self) -> int:
        """All lines that the body may take."""
        return self.room + self.idle + self.pad
