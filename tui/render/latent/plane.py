"""The latent plane: a glyph in its class's colour for the images of each cell, outlines of Gaussians, a cursor."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from textual.strip import Strip

from ..braille import Cells
from ..cells import Part, line
from ..colour import readable
from ..numbers import compact, cut, pad
from ..palette import Ink
from .dots import Window, dotted, ellipse, stroke

GLYPHS = "0123456789abcdefghijklmnopqrstuvwxyz"
EXAMPLE, OTHER, CURSOR = "◆", "◇", "+"
_GUTTER = 6


@dataclass(frozen=True)
class Scene:
    """What lies in the plane: images (n, 2) by class (n,), the marked ones, and Gaussians: mean, covariance, sigmas."""

    points: Any
    labels: Any
    window: Window
    cursor: tuple[float, float]
    example: Any = None
    spread: Any = None
    """Covariance of the example's posterior."""
    other: Any = None
    outlines: tuple[tuple[Any, Any, float], ...] = field(default=())
    across: str = "z1"
    up: str = "z2"


@dataclass(frozen=True)
class Frame:
    """Where the plane lies within its strips: its cells and what they span."""

    left: int
    columns: int
    rows: int
    window: Window

    def cell(self, x: float, y: float) -> tuple[int, int]:
        """Column and row of a point of the plane, those at the edge for what lies outside."""
        left, right, bottom, top = self.window
        column = int(np.floor((x - left) / (right - left) * self.columns))
        row = int(np.floor((top - y) / (top - bottom) * self.rows))
        return min(max(column, 0), self.columns - 1), min(max(row, 0), self.rows - 1)

    def at(self, column: int, row: int) -> tuple[float, float]:
        """The middle of a cell in the plane."""
        left, right, bottom, top = self.window
        x = left + (right - left) * (column + 0.5) / self.columns
        return x, top - (top - bottom) * (row + 0.5) / self.rows

    def hit(self, x: int, y: int) -> tuple[float, float] | None:
        """The place in the plane at a cell of the strips."""
        column = x - self.left
        return self.at(column, y) if 0 <= column < self.columns and 0 <= y < self.rows else None


def frame(window: Window, width: int, height: int) -> Frame:
    """The plane in `width` x `height` cells, beside the numbers of its axes where there is room."""
    gutter = _GUTTER if width >= 30 else 0
    return Frame(gutter, max(1, width - gutter), max(1, height - 1), window)


def tint(label: int, ink: Ink) -> str:
    """The colour of a class; beyond the number of colours they come again, and the glyph tells them apart."""
    return ink.categories[label % len(ink.categories)]


def glyph(label: int) -> str:
    """The character of a class."""
    return GLYPHS[label % len(GLYPHS)] if label >= 0 else "·"


def plane(scene: Scene, ink: Ink, width: int, height: int) -> list[Strip]:
    """The scene in exactly `width` x `height` cells; the last line names the axis to the right."""
    view = frame(scene.window, width, height)
    cells = Cells(view.columns, view.rows, ink.style())
    _outlines(cells, scene, ink)
    _glyphs(cells, scene, view, ink)
    for place, mark in ((scene.other, OTHER), (scene.example, EXAMPLE)):
        if place is not None and np.isfinite(place).all():
            column, row = view.cell(float(place[0]), float(place[1]))
            _put(cells, row, column, mark, ink.style(bold=True))
    column, row = view.cell(*scene.cursor)
    bare = cells.free(row, column) or bool(cells.bits[row, column])
    shown = CURSOR if bare else chr(cells.codes[row, column])
    marked = ink.style(readable(ink.cursor), ink.cursor, bold=True) if ink.coloured else ink.style(reverse=True)
    _put(cells, row, column, shown, marked)
    return [*uprights(cells.strips(), scene.up, view, ink), foot(scene.across, view, ink, width)]


def _outlines(cells: Cells, scene: Scene, ink: Ink) -> None:
    shape = (4 * cells.height, 2 * cells.width)
    quiet, strong = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    for mean, covariance, sigmas in scene.outlines:
        stroke(quiet, dotted(ellipse(mean, covariance, sigmas), scene.window, *shape))
    if scene.example is not None and scene.spread is not None:
        stroke(strong, dotted(ellipse(scene.example, scene.spread, 1.0), scene.window, *shape))
    if scene.example is not None and scene.other is not None:
        stroke(strong, dotted([scene.example, scene.other], scene.window, *shape))
    cells.dots(0, 0, quiet, ink.style(ink.dim))
    cells.dots(0, 0, strong, ink.style(ink.foreground))


def _glyphs(cells: Cells, scene: Scene, view: Frame, ink: Ink) -> None:
    """In each cell the class that has most images there."""
    points, labels = np.asarray(scene.points, np.float64), np.asarray(scene.labels)
    left, right, bottom, top = view.window
    x, y = points.T if len(points) else np.zeros((2, 0))
    inside = (x >= left) & (x <= right) & (y >= bottom) & (y <= top) & (labels >= 0)
    columns = ((x[inside] - left) / (right - left) * view.columns).astype(np.int64).clip(0, view.columns - 1)
    rows = ((top - y[inside]) / (top - bottom) * view.rows).astype(np.int64).clip(0, view.rows - 1)
    keys, count = np.unique(np.stack([rows, columns, labels[inside]]), axis=1, return_counts=True)
    for k in np.argsort(count, kind="stable").tolist():  # the most frequent last, on top
        row, column, label = keys[:, k].tolist()
        _put(cells, row, column, glyph(label), ink.style(tint(label, ink), bold=True))


def _put(cells: Cells, row: int, column: int, text: str, style: Any) -> None:
    cells.bits[row, column] = 0
    cells.text(row, column, text, style)


def uprights(strips: list[Strip], name: str, view: Frame, ink: Ink) -> list[Strip]:
    """The strips behind the axis that goes up: the number at its top and bottom, its name in the middle."""
    if not view.left:
        return strips
    _, _, bottom, top = view.window
    told = {0: compact(top, 5, 3), (len(strips) - 1) // 2: cut(name, 5), len(strips) - 1: compact(bottom, 5, 3)}
    quiet = ink.style(ink.dim)
    return [
        Strip.join([line([(told.get(y, "").rjust(view.left - 1) + "│", quiet)], view.left, ink), strip])
        for y, strip in enumerate(strips)
    ]


def foot(name: str, view: Frame, ink: Ink, width: int) -> Strip:
    """The axis to the right: its ends and its name."""
    low, high = compact(view.window[0], 6, 3), compact(view.window[1], 6, 3)
    room = max(0, view.columns - len(low) - len(high))
    return line([(" " * view.left + low + pad(cut(name, room), room, "centre") + high, ink.style(ink.dim))], width, ink)


def legend(labels: Any, names: tuple[str, ...], ink: Ink, width: int) -> Strip:
    """The glyphs of the classes that there are, with their names where those say more."""
    parts: list[Part] = []
    room = width
    for label in np.unique(np.asarray(labels)).tolist():
        if not 0 <= label < len(names):
            continue
        name = "" if names[label] == glyph(label) else " " + cut(names[label], 12)
        text = glyph(label) + name
        if len(text) + 2 > room:
            parts.append(("…"[:room], ink.style(ink.dim)))
            break
        parts += [(text, ink.style(tint(label, ink), bold=True)), ("  ", ink.style())]
        room -= len(text) + 2
    return line(parts, width, ink)
