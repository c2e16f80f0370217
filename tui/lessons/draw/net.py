"""Nets: nodes as labelled boxes, edges as lines of dots with heads."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from rich.cells import cell_len
from rich.style import Style

from ....engine.lessons.kit.figures import Cell, Net, Node
from ...render.arena.arrows import HEADS
from ...render.braille import Cells
from ...render.colour import readable
from ...render.latent.dots import stroke
from ...render.numbers import cut
from ...render.palette import Ink
from .look import Drawing, Look, cursor_style, quiet

_NAME = 16
_WIDE, _HIGH = 110, 30
_CLEAR = 6
"""Columns of a line that are seen beside its label where the label has blanks around it."""


@dataclass(frozen=True)
class Place:
    """A node's box in cells."""

    x: int
    y: int
    wide: int
    tall: int

    @property
    def middle(self) -> tuple[float, float]:
        """In dots: column, row."""
        return 2 * self.x + self.wide - 0.5, 4 * self.y + 2 * self.tall - 1

    def holds(self, x: int, y: int) -> bool:
        """Whether a cell lies in it."""
        return self.x <= x < self.x + self.wide and self.y <= y < self.y + self.tall


def _narrow(text: str, width: int) -> str:
    return "".join(char if cell_len(char) == 1 else "□" for char in cut(text, width))


def _texts(node: Node) -> list[str]:
    """The lines of a box."""
    return [_narrow(node.name, _NAME), *([_narrow(node.label, _NAME)] if node.label else [])]


def _box(node: Node, framed: bool) -> tuple[int, int]:
    texts = _texts(node)
    return max(map(len, texts)) + 2 + 2 * framed, len(texts) + 2 * framed


def _levels(figure: Net) -> int:
    return len({round(node.y, 2) for node in figure.nodes})


def smallest(figure: Net, ink: Ink, width: int) -> tuple[int, int]:
    """Boxes without frames, and the rows that it asks for."""
    rows: dict[float, int] = {}
    for node in _looped(figure).nodes:
        wide = _box(node, False)[0] + 4
        rows[round(node.y, 2)] = rows.get(round(node.y, 2), 0) + wide
    return min(width, max(30, max(rows.values(), default=0))), max(figure.height, 3)


def best(figure: Net, ink: Ink, width: int, height: int) -> tuple[int, int]:
    """Frames around the boxes, and room between them."""
    small, least = smallest(figure, ink, width)
    return min(width, max(small, min(_WIDE, small * 2))), max(least, min(height, _HIGH, 6 * max(1, _levels(figure))))


def _framed(figure: Net, height: int) -> bool:
    tall = max((_box(node, True)[1] for node in figure.nodes), default=1)
    return height >= _levels(figure) * (tall + 2)


def _places(figure: Net, width: int, height: int) -> list[Place]:
    framed = _framed(figure, height)
    found: list[Place] = []
    for node in figure.nodes:
        wide, tall = _box(node, framed)
        wide, tall = min(wide, width), min(tall, height)
        x = round(min(max(node.x, 0.0), 1.0) * (width - wide))
        y = round(min(max(node.y, 0.0), 1.0) * (height - tall))
        found.append(Place(x, y, wide, tall))
    return found


def draw(figure: Net, look: Look, width: int, height: int) -> Drawing:
    """Edges first, then the boxes over them."""
    ink, figure = look.ink, _looped(figure)
    if not figure.nodes or width < 6 or height < 2:
        return Drawing([quiet("nothing" if not figure.nodes else "too small", width, ink)])
    places = _places(figure, width, height)
    cells = Cells(width, height, ink.style())
    order = sorted(
        range(len(figure.edges)), key=lambda k: {"quiet": 0, "plain": 1, "cut": 2}.get(figure.edges[k].role, 3)
    )
    words = [_edge(cells, figure, k, places, ink) for k in order]
    framed = _framed(figure, height)
    for k, (node, place) in enumerate(zip(figure.nodes, places, strict=True)):
        _node(cells, node, place, framed, _style(node, look, k), ink)
    for text, row, column, style in filter(None, words):
        _label(cells, places, text, row, column, style)

    def hit(x: int, y: int) -> Cell | None:
        return next(((k, 0) for k, place in enumerate(places) if place.holds(x, y)), None)

    return Drawing(cells.strips(), hit)


def moved(figure: Net, cell: Cell, key: str) -> Cell:
    """The nearest node in a direction."""
    if not figure.nodes:
        return 0, 0
    at = figure.nodes[min(max(cell[0], 0), len(figure.nodes) - 1)]
    across, down = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}.get(key, (0, 0))
    chosen, least = min(max(cell[0], 0), len(figure.nodes) - 1), math.inf
    for k, node in enumerate(figure.nodes):
        dx, dy = node.x - at.x, node.y - at.y
        along, aside = dx * across + dy * down, abs(dx * down) + abs(dy * across)
        if along > 1e-6 and (cost := along + 2 * aside) < least:
            chosen, least = k, cost
    return chosen, 0


def _style(node: Node, look: Look, k: int) -> Style:
    ink = look.ink
    if look.on((k, 0)):
        return cursor_style(ink)
    colour = {
        "given": ink.categories[1],
        "asked": ink.categories[3],
        "active": ink.accent,
        "reached": ink.good,
        "quiet": ink.dim,
    }.get(node.role, ink.foreground)
    source = (k, 0) in look.sources
    if node.role == "quiet":
        return ink.style(ink.dim, underline=source)
    if not ink.coloured:
        return ink.style(colour, bold=node.role != "plain", reverse=node.role in ("given", "active"), underline=source)
    ground = ink.track if node.role == "plain" else ink.tint(colour, 0.75)
    return ink.style(readable(ground), ground, bold=node.role != "plain" or source, underline=source)


def _node(cells: Cells, node: Node, place: Place, framed: bool, style: Style, ink: Ink) -> None:
    texts = _texts(node)[: max(1, place.tall - 2 * framed)]
    inner = place.wide - 2 * framed
    rows = [text[:inner].center(inner) for text in texts]
    if framed:
        double = node.role in ("given", "asked")
        lines = "╔═╗║╚╝" if double else "╭─╮│╰╯"
        rows = [lines[0] + lines[1] * inner + lines[2], *(lines[3] + row + lines[3] for row in rows),
                lines[4] + lines[1] * inner + lines[5]]  # fmt: skip
    elif ink.depth == "none":
        rows = [f"[{row[1:-1]}]" if k == 0 else row for k, row in enumerate(rows)]
    for k, row in enumerate(rows[: place.tall]):
        cells.bits[place.y + k, place.x : place.x + place.wide] = 0
        cells.text(place.y + k, place.x, row, style)


def _edge(cells: Cells, figure: Net, k: int, places: list[Place], ink: Ink) -> tuple[str, int, int, Style] | None:
    """Draw an edge from box to box; its label with the place for it."""
    edge = figure.edges[k]
    if not (0 <= edge.source < len(places) and 0 <= edge.target < len(places)) or edge.source == edge.target:
        return None
    start, end = places[edge.source], places[edge.target]
    a, b = np.array(start.middle), np.array(end.middle)
    first, last = _leave(start, a, b), _leave(end, b, a)
    colour = {
        "path": ink.accent,
        "quiet": ink.tint(ink.foreground, 0.3) if ink.coloured else ink.dim,
        "cut": ink.bad,
    }.get(edge.role, ink.tint(ink.foreground, 0.6) if ink.coloured else ink.foreground)
    style = ink.style(colour, bold=edge.role == "path")
    dots = np.zeros((4 * cells.height, 2 * cells.width), np.bool_)
    stroke(dots, [first, last])
    if edge.role == "cut":
        ys, xs = np.nonzero(dots)
        gone = (ys + xs) % 6 < 3
        dots[ys[gone], xs[gone]] = False
    cells.dots(0, 0, dots, style)
    if edge.directed:
        angle = math.atan2(-(last[1] - first[1]), last[0] - first[0])
        column, row = int(last[0]) // 2, int(last[1]) // 4
        if 0 <= row < cells.height and 0 <= column < cells.width:
            cells.put(row, column, HEADS[round(angle / (math.pi / 4)) % 8], style)
    middle = (first + last) / 2
    text = _both(figure, k, last - first) or ("✗" if edge.role == "cut" else "")
    if text and abs(last[0] - first[0]) >= 2 * len(text) + 2 * _CLEAR:
        text = f" {text} "
    row, column = int(middle[1]) // 4, int(middle[0]) // 2 - len(text) // 2
    return (text, row, column, style) if text else None


def _both(figure: Net, k: int, way: Any) -> str:
    """The label of an edge; with the label of the edge back, which lies on the same line, where both have one."""
    edge = figure.edges[k]
    label = _narrow(edge.label, 24)
    backs = (
        j
        for j, back in enumerate(figure.edges)
        if back.directed and back.label and (back.source, back.target) == (edge.target, edge.source)
    )
    back = next(backs, None)
    if back is None or not (edge.directed and label):
        return label
    if back < k:
        return ""
    texts = [(way, label), (-way, _narrow(figure.edges[back].label, 24))]
    left, right = texts[::-1] if way[0] >= 0 else texts
    heads = [HEADS[round(math.atan2(-float(y), float(x)) / (math.pi / 4)) % 8] for (x, y), _ in (left, right)]
    return f"{heads[0]}{left[1]} {right[1]}{heads[1]}"


def _looped(figure: Net) -> Net:
    """The net with the labels of edges from a node to itself in the node."""
    loops = {edge.source: edge.label for edge in figure.edges if edge.source == edge.target and edge.label}
    if not loops:
        return figure
    nodes = [
        replace(node, label=f"{node.label} ↻{loops[k]}".strip()) if k in loops else node
        for k, node in enumerate(figure.nodes)
    ]
    return replace(figure, nodes=nodes)


def _leave(
    box: Place, inside: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]", outside: object
) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    """Where the way from the middle of a box to another place leaves it, in dots."""
    way = np.asarray(outside) - inside
    half = np.array([box.wide + 1.0, 2.0 * box.tall + 1.5])
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(way != 0, half / np.abs(way), np.inf)
    return inside + way * min(0.5, float(shares.min()))


def _label(cells: Cells, places: list[Place], text: str, row: int, column: int, style: Style) -> None:
    """Write the words of an edge at its middle, or beside, where no box is."""
    for y, x in ((row, column), (row, column + len(text) // 2 + 2), (row + 1, column), (row - 1, column)):
        x = max(0, min(x, cells.width - len(text)))
        taken = any(place.holds(x + k, y) for place in places for k in range(len(text)))
        if 0 <= y < cells.height and not taken:
            for k, char in enumerate(text):
                cells.put(y, x + k, char, style)
            return
