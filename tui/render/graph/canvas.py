"""A graph in cells: edges as braille dots, nodes as signs with their names beside them where there is room.

Shapes: n nodes, m edges.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from ..braille import Cells
from ..palette import Ink

EDGES_MOST = 3000
_CROWDED = 150
"""Edges for which each has all its dots; of more, edges are dotted so that nodes are seen."""
_DOTTED = 6
_ROOM = 0.25
"""Share of the cells that names may take."""


@dataclass(frozen=True)
class Node:
    """A node: its sign (one cell), its name, what is marked behind it (one cell or none), and its style."""

    sign: str
    name: str
    mark: str
    style: Style


@dataclass(frozen=True)
class Canvas:
    """A drawn graph, the cell (row, column) of each node's sign, and how many edges are drawn."""

    strips: list[Strip]
    cells: list[tuple[int, int]]
    edges: int
    named: bool
    _taken: dict[tuple[int, int], int] = field(default_factory=dict)

    def hit(self, x: int, y: int) -> int | None:
        """The node at a cell, or just beside it."""
        near = ((y, x), (y, x - 1), (y, x - 2), (y, x + 1))
        return next((self._taken[cell] for cell in near if cell in self._taken), None)


def graph_canvas(
    places_n2: Any,
    edges_m2: Any,
    nodes: Sequence[Node],
    ink: Ink,
    width: int,
    height: int,
    *,
    order: Sequence[int] = (),
    lit: Any = None,
    first: int | None = None,
) -> Canvas:
    """The graph in exactly `width` x `height` cells; places (n, 2) lie in -1..1, y up.

    Args:
        order: who takes the cell first where two would have the same; the others step aside.
        lit: which edges (m,) are drawn in the accent's colour, above the others.
        first: a node whose name is always written.
    """
    edges = np.asarray(edges_m2, dtype=np.int64).reshape(-1, 2)
    cells = Cells(width, height, ink.style())
    if width < 4 or height < 1:
        return Canvas(cells.strips(), [(0, 0)] * len(nodes), 0, False)
    nodes = [replace(node, name=_narrow(node.name)) for node in nodes]
    longest = max((len(node.name) + 2 for node in nodes), default=1)
    named = len(nodes) * (longest + 1) <= _ROOM * width * height
    at, taken = _placed(np.asarray(places_n2), nodes, width, height, order or range(len(nodes)), longest * named)
    bright = np.zeros(len(edges), np.bool_) if lit is None else np.asarray(lit, dtype=bool)
    drawn = _thinned(bright)
    stride = min(_DOTTED, 1 + len(drawn) // _CROWDED)
    for chosen, colour, step in ((drawn[~bright[drawn]], _quiet(ink), stride), (drawn[bright[drawn]], ink.accent, 1)):
        cells.dots(0, 0, _lines(edges[chosen], at, width, height, step), ink.style(colour))
    back = [k for k in range(len(nodes)) if k != first] + ([first] if first is not None else [])
    for k in back:
        node, (row, column) = nodes[k], at[k]
        text = node.sign + (node.name + node.mark if named or k == first else "")
        column = max(0, min(column, width - len(text))) if k == first else column
        cells.bits[row, column : column + len(text)] = 0
        cells.text(row, column, text, node.style)
    return Canvas(cells.strips(), at, len(drawn), named, taken)


def _narrow(name: str) -> str:
    """A name in which every character takes one cell: a box stands for one that does not."""
    return name if name.isascii() else "".join(char if cell_len(char) == 1 else "□" for char in name)


def _quiet(ink: Ink) -> str:
    return ink.tint(ink.foreground, 0.38) if ink.coloured else ink.dim


def _thinned(bright_m: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The edges to draw: all, or the bright ones and an even choice of the others."""
    if len(bright_m) <= EDGES_MOST:
        return np.arange(len(bright_m))
    others, shown = np.flatnonzero(~bright_m), np.flatnonzero(bright_m)[:EDGES_MOST]
    room = EDGES_MOST - len(shown)
    even = others[np.linspace(0, len(others) - 1, room).astype(np.int64)] if room and len(others) else others[:0]
    return np.concatenate([shown, even])


def _placed(
    places_n2: NDArray[Any], nodes: Sequence[Node], width: int, height: int, order: Sequence[int], longest: int
) -> tuple[list[tuple[int, int]], dict[tuple[int, int], int]]:
    """The cell of every node's sign, no two alike while there are free ones, and whose each taken cell is."""
    places = np.nan_to_num(places_n2.astype(np.float64)).clip(-1, 1)
    if not longest:
        places = (places + _evened(places)) / 2
    wide = max(0, width - 1 - max(0, longest - 1))
    columns = np.rint((places[:, 0] + 1) / 2 * wide).astype(int).tolist()
    rows = np.rint((1 - places[:, 1]) / 2 * (height - 1)).astype(int).tolist()
    at = list(zip(rows, columns, strict=True))
    taken: dict[tuple[int, int], int] = {}
    for k in order:
        size = len(nodes[k].name) + 2 if longest else 1  # with room for a mark, that marks move nobody
        row, column = at[k]
        for down, aside in _STEPS:
            y, x = row + down, column + aside
            # One cell of distance, so that two names do not read as one.
            wanted = [(y, x + part) for part in range(-1, size + 1)] if longest else [(y, x)]
            if 0 <= y < height and 0 <= x <= width - size and not any(cell in taken for cell in wanted):
                at[k] = y, x
                break
        taken.update(dict.fromkeys(((at[k][0], at[k][1] + part) for part in range(size)), k))
    return at, taken


def _evened(places_n2: NDArray[np.float64]) -> NDArray[np.float64]:
    """Places by rank, which are as dense in the middle as at the edges."""
    ranks = places_n2.argsort(0, kind="stable").argsort(0, kind="stable")
    return np.asarray(2 * ranks / max(1, len(ranks) - 1) - 1)


_STEPS = sorted(
    ((down, aside) for down in range(-5, 6) for aside in range(-10, 11)), key=lambda s: (4 * s[0] ** 2 + s[1] ** 2, s)
)
"""Ways to step aside, the shortest first: a row is about as far as two columns."""


def _lines(
    edges_m2: NDArray[np.int64], at: Sequence[tuple[int, int]], width: int, height: int, step: int
) -> NDArray[np.bool_]:
    """Straight lines between the middles of cells as dots (4 height, 2 width), of each every `step`-th dot."""
    dots = np.zeros((4 * height, 2 * width), np.bool_)
    if not len(edges_m2):
        return dots
    middle = np.array([(4 * row + 1.5, 2 * column + 0.5) for row, column in at])
    start, end = middle[edges_m2[:, 0]], middle[edges_m2[:, 1]]
    count = np.abs(end - start).max(1).astype(int) + 1
    line = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
    line, number = line[number % step == 0], number[number % step == 0]
    share = (number / np.maximum(count[line] - 1, 1))[:, None]
    y, x = np.rint(start[line] * (1 - share) + end[line] * share).astype(int).T
    dots[y.clip(0, 4 * height - 1), x.clip(0, 2 * width - 1)] = True
    return dots
