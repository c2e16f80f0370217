"""What is marked in a grid, and the frames around each run of marked cells in a row."""

from dataclasses import dataclass

from rich.style import Style

from ....engine.lessons.kit.figures import Cell, Grid
from ...render.colour import distance, mix, readable
from ...render.palette import Ink
from .look import Look

_FRAMES = {"": 0, "window": 1, "target": 2, "rest": 3, "cursor": 4}
"""What has a bracket before and after each run in a row, and which of two neighbours draws the line between them."""
BRACKETS = {"window": "[]", "target": "><"}
"""Before and after a run where there are no colours."""
_CORNERS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
"""Quadrants by their bits: upper left, upper right, lower left, lower right."""
_CLEAR = 0.16
"""How far apart in Oklab a frame and a shade are where it is seen; 0.02 is about just noticeable."""


@dataclass(frozen=True)
class Marked:
    """Which cells have which marks, in pooled cells."""

    marks: dict[Cell, frozenset[str]]
    cursor: Cell | None
    resting: bool
    """Whether the cursor is still where the figure put it: it is quiet then."""
    framed: bool
    """Whether some cells are under a window, so that the others step back."""

    @classmethod
    def of(cls, figure: Grid, look: Look, block: int = 1) -> "Marked":
        """The marks of a figure and of how it is looked at."""
        found: dict[Cell, set[str]] = {}
        for mark, cells in figure.marks.items():
            for row, column in cells:
                found.setdefault((row // block, column // block), set()).add(mark)
        for row, column in look.sources:
            found.setdefault((row // block, column // block), set()).add("source")
        cursor = look.cursor if look.focused else None
        return cls(
            {cell: frozenset(marks) for cell, marks in found.items()},
            (cursor[0] // block, cursor[1] // block) if cursor else None,
            look.cursor == figure.cursor,
            bool(figure.marks.get("window")),
        )

    @property
    def bare(self) -> bool:
        """Whether no cell has a frame."""
        return not self.marks and self.cursor is None

    def has(self, cell: Cell, mark: str) -> bool:
        """Whether a cell is so marked."""
        return mark in self.marks.get(cell, ())

    def frame(self, cell: Cell, cursor: bool = True) -> str:
        """Which frame a cell is in: `cursor`, `target`, `window` or none; a source is as what lies under a window."""
        chosen, marks = cursor and cell == self.cursor, self.marks.get(cell, frozenset())
        if chosen and not self.resting:
            return "cursor"
        if "target" in marks or "focus" in marks:
            return "target"
        return "window" if "window" in marks or "source" in marks else "rest" if chosen else ""

    def edge(self, cell: Cell, cursor: bool = True) -> tuple[str, bool] | None:
        """The frame that begins (True) at a cell or ended (False) before it."""
        if self.bare:
            return None
        here, before = self.frame(cell, cursor), self.frame((cell[0], cell[1] - 1), cursor)
        if here == before:
            return None
        begins = _FRAMES[here] > _FRAMES[before]
        return (here if begins else before), begins


def corners(marked: Marked, pair: range, column: int, across: range) -> tuple[str, str] | None:
    """The character of a frame in a column of two rows, and which frame: beside what it marks, if it can be."""
    if marked.bare:
        return None
    bits, kind = 0, ""
    for k, row in enumerate(pair):
        here, before, after = (marked.frame((row, column + step)) for step in (0, -1, 1))
        left = _FRAMES[before] > _FRAMES[here] or (here and column == across[0])
        right = _FRAMES[after] > _FRAMES[here] or (here and column == across[-1])
        bits |= (bool(left) | 2 * bool(right)) << 2 * k
        if left or right:
            kind = max(kind, here, before, after, key=_FRAMES.__getitem__)
    return (_CORNERS[bits], kind) if bits else None


def clear(kind: str, ground: str, ink: Ink) -> str:
    """The colour of a frame, seen on this ground."""
    if kind == "rest":
        return mix(readable(ground), ground, 0.35)
    colour = ink.cursor if kind == "cursor" else ink.accent
    return colour if distance(colour, ground) > _CLEAR else readable(ground)


def back(style: Style, ink: Ink) -> str:
    """The ground of a style, as `#rrggbb`."""
    return style.bgcolor.name if style.bgcolor is not None and style.bgcolor.name[0] == "#" else ink.background
