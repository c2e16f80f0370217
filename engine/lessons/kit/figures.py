"""Figures: what a frame of a lesson shows, as arrays and words. Knows nothing of any screen. Torch-free.

A number may tell where it came from (`origin`) and be editable (`edits`); the cursor may set settings (`picks`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Cell = tuple[int, int]
"""(row, column); of figures with one row of things, (0, index)."""

Mark = Literal["window", "source", "target", "winner", "never", "dropped", "focus"]
"""window: under the kernel; source: what the target is made of; never: not visited or masked (hatched)."""


@dataclass(frozen=True, kw_only=True)
class Formula:
    """A formula in symbols, and the same line in numbers; both in one line of plain text, Unicode welcome."""

    symbols: str
    numbers: str = ""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where one number came from: the formula with its numbers, and the cells of this frame that it was made of."""

    formulas: tuple[Formula, ...]
    cells: Mapping[str, tuple[Cell, ...]] = field(default_factory=dict)
    """By the name of the figure."""
    gives: bool = True
    """Whether a formula ends in the number itself; not where it tells its place, or what is made of it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Figure:
    """Base of all figures. `name` is unique within a frame."""

    name: str
    title: str = ""
    about: str = ""
    """Two or three sentences for who looks at this part alone."""
    join: str = ""
    """A sign that stands between the figure before and this one, such as `×`, `=` or `→`."""
    new_row: bool = False
    """Whether it begins a row of its own; otherwise it stands beside the one before, if there is room."""
    cursor: Cell | None = None
    """Where the cursor is at first."""
    edits: str = ""
    """The Numbers setting whose cells these are."""
    edits_from: Cell = (0, 0)
    """The cell of this figure that is the setting's cell (0, 0): a padded image begins with its border."""
    picks: Callable[[int, int], Mapping[str, Any]] | None = None
    """The settings that moving the cursor to (row, column) sets."""
    origin: Callable[[int, int], Origin | None] | None = None
    """Where the number at (row, column) came from."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Grid(Figure):
    """Numbers in rows and columns, as digits on a tint or as shades (P1, P2)."""

    values: Any
    """[rows, columns]; NaN is nothing."""
    shows: Literal["numbers", "shades"] = "numbers"
    digits: int = 2
    """Decimals of the numbers; trailing noughts are left out."""
    signed: bool | None = None
    """A colour map about zero, or from low to high; unless told, signed where there are both signs."""
    reach: tuple[float, float] | None = None
    """The ends of the colour scale, shared with other figures; else those of this one."""
    scope: str = "this map"
    """What the colour scale spans, in words."""
    row_labels: Sequence[str] = ()
    column_labels: Sequence[str] = ()
    row_axis: str = ""
    """What the rows are, such as `query`."""
    column_axis: str = ""
    marks: Mapping[Mark, tuple[Cell, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class Bars(Figure):
    """Labelled horizontal bars (P5); a cell is (bar, 0)."""

    labels: Sequence[str]
    values: Any
    """[n]; may be negative."""
    high: float | None = None
    """The value of a full bar; else the largest."""
    unit: str = ""
    reference: tuple[str, float] | None = None
    """A named value marked on the scale."""
    percent: bool = False
    dropped: tuple[int, ...] = ()
    marked: tuple[int, ...] = ()
    notes: Sequence[str] = ()
    """A few words behind each bar."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Curves(Figure):
    """Lines over x (P3), with named levels."""

    x: Any
    lines: Mapping[str, Any]
    """[n] each, by name; NaN is a gap."""
    x_label: str
    y_label: str = ""
    log_x: bool = False
    log_y: bool = False
    levels: Mapping[str, float] = field(default_factory=dict)
    """Horizontal reference lines by name."""
    at: float | None = None
    """A vertical cursor."""
    dots: bool = False
    """Whether points stand alone instead of being joined."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Plane(Figure):
    """Points of the plane over a surface, with arrows and paths (P3, P7). The cursor moves by steps of the window."""

    extent: tuple[float, float, float, float]
    """x_low, x_high, y_low, y_high."""
    points: Mapping[str, Any] = field(default_factory=dict)
    """[n, 2] by name."""
    surface: Any = None
    """[rows, columns] over the extent, the first row at the top."""
    surface_label: str = ""
    surface_reach: tuple[float, float] | None = None
    arrows: tuple[Any, Any] | None = None
    """Places [n, 2] and vectors [n, 2], as long as they are drawn."""
    arrows_label: str = ""
    arrow_groups: Sequence[str] = ()
    """The group of each arrow, which has the colour of the points of that name."""
    bold: str = ""
    """The group of points, paths and arrows that is drawn last, bold and in a colour of its own."""
    paths: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """Broken lines [m, 2], several of a name."""
    labels: Sequence[tuple[float, float, str]] = ()
    """Words at places."""
    at: tuple[float, float] | None = None
    """Where the cursor is, in the plane's numbers."""
    picks_at: Callable[[float, float], Mapping[str, Any]] | None = None
    """The settings that moving the cursor to (x, y) sets."""
    x_label: str = ""
    y_label: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Tokens(Figure):
    """A row of tokens, tinted (P4); a cell is (0, index)."""

    tokens: Sequence[str]
    weights: Any = None
    """[n], 0..1, or signed; none: no tint."""
    scope: str = "weights"
    """What the tint says, in words."""
    notes: Sequence[str] = ()
    """A few characters under each token: an id, a probability."""
    focus: int | None = None
    dimmed: tuple[int, ...] = ()
    """What may not be seen: the future, padding."""
    dropped: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Box:
    """One box of a ladder."""

    name: str
    shape: str = ""
    detail: str = ""
    depth: int = 0
    """How far down it lies: the resolution level of a U-Net, what is nested in a block."""
    share: float | None = None
    """A bar of 0..1 behind it, such as its share of the parameters."""
    active: bool = False
    thumbnails: Any = None
    """[n, h, w]: small maps."""


@dataclass(frozen=True, kw_only=True)
class Wire:
    """A connection of a ladder that jumps over boxes: a skip, or what crosses from the encoder."""

    source: int
    target: int
    label: str = ""
    cut: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Ladder(Figure):
    """A model as boxes one under the other, with its jumps (P8); a cell is (box, 0)."""

    boxes: Sequence[Box]
    wires: Sequence[Wire] = ()
    share_label: str = ""


@dataclass(frozen=True, kw_only=True)
class Node:
    """A node of a net at (x, y) in 0..1, y downwards."""

    name: str
    x: float
    y: float
    label: str = ""
    """What stands under the name: a probability, a state."""
    role: Literal["plain", "given", "asked", "active", "reached", "quiet"] = "plain"


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A line between the nodes numbered `source` and `target`."""

    source: int
    target: int
    label: str = ""
    role: Literal["plain", "path", "quiet", "cut"] = "plain"
    directed: bool = True


@dataclass(frozen=True, kw_only=True, eq=False)
class Net(Figure):
    """Nodes and edges: Bayesian networks, signal paths, graphs (P8); a cell is (node, 0)."""

    nodes: Sequence[Node]
    edges: Sequence[Edge] = ()
    height: int = 9
    """Rows that it takes at least."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Wall(Figure):
    """Small pictures side by side (P10); a cell is (picture, 0)."""

    images: Any
    """[n, h, w]."""
    labels: Sequence[str] = ()
    signed: bool | None = None
    reach: tuple[float, float] | None = None
    scope: str = "all pictures"
    chosen: int | None = None
    dropped: tuple[int, ...] = ()
    columns: int = 0
    """Pictures in a row, where their places mean something; else as many as fit."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Table(Figure):
    """Words and numbers in columns; a cell is (row, column)."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    """str, int or float."""
    struck: tuple[int, ...] = ()
    marked: tuple[int, ...] = ()
    digits: int = 4
    """Significant digits."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Card(Figure):
    """Running text: an opinion, a correction, a source; `kind` says which."""

    text: str
    kind: Literal["note", "opinion", "link", "source", "measured"] = "note"
