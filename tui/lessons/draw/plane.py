"""Planes: points by group over a tinted surface, with paths, arrows, words and a cursor."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
from rich.cells import cell_len

from ....engine.lessons.kit.figures import Cell, Plane
from ...render.arena.arrows import HEADS
from ...render.braille import Cells
from ...render.colour import mix, readable
from ...render.latent.dots import dotted, stroke
from ...render.latent.plane import Frame, foot, frame, uprights
from ...render.numbers import cut
from ...render.palette import Ink
from ...render.scale import BAD
from .keys import CLOUDS
from .look import Drawing, Floats, Look, quiet
from .plane_keys import arrow_colours, colours, keys, shade, signs, surface_of, tint

_WIDE, _HIGH = 110, 40
_TALL = 2.1
"""How much higher than wide a cell of the screen is."""
_NET = 4
"""Paths beyond which those of a name are a grid, drawn thinner than lines."""
_GRAIN = 20
"""Steps of the cursor from end to end."""


def smallest(figure: Plane, ink: Ink, width: int) -> tuple[int, int]:
    """A small plane with its legend."""
    return min(width, 36), 9 + len(keys(figure, ink, min(width, 36)))


def best(figure: Plane, ink: Ink, width: int, height: int) -> tuple[int, int]:
    """As large as it may be; about as wide on the screen as its extent says."""
    told = len(keys(figure, ink, width))
    high = max(8, min(height, _HIGH))
    left, right, bottom, top = figure.extent
    shape = (right - left) / (top - bottom) if top > bottom else 1.0
    wide = round(_TALL * max(0.6, min(shape, 2.2)) * (high - 1 - told)) + 6
    return max(min(36, width), min(width, wide, _WIDE)), high


def draw(figure: Plane, look: Look, width: int, height: int) -> Drawing:
    """Surface, paths, points, arrows, words, cursor; below them the axis and the legend."""
    ink = look.ink
    told = keys(figure, ink, width)[: max(0, height - 4)]
    view = _frame(figure, width, height - len(told))
    if view.rows < 2 or view.columns < 4:
        return Drawing([quiet("too small for the plane", width, ink)])
    cells = Cells(view.columns, view.rows, ink.style())
    _surface(cells, figure, ink)
    for last in (False, True):
        _groups(cells, figure, view, ink, last)
    for x, y, text in figure.labels:
        _word(cells, view, float(x), float(y), text, ink)
    at = look.at or figure.at
    if at is not None and all(map(math.isfinite, at)):
        column, row = view.cell(*at)
        bare = bool(cells.bits[row, column]) or chr(cells.codes[row, column]) == " "
        marked = ink.style(readable(ink.cursor), ink.cursor, bold=True) if ink.coloured else ink.style(reverse=True)
        cells.bits[row, column] = 0
        cells.text(row, column, "+" if bare else chr(cells.codes[row, column]), marked)
    strips = [*uprights(cells.strips(), figure.y_label, view, ink), foot(figure.x_label, view, ink, width)]
    return Drawing([*strips, *told], lambda x, y: (0, 0) if view.hit(x, y) else None)


def place_at(figure: Plane, width: int, height: int, x: int, y: int, ink: Ink) -> tuple[float, float] | None:
    """The place of the plane at a cell of the drawing."""
    told = min(len(keys(figure, ink, width)), max(0, height - 4))
    return _frame(figure, width, height - told).hit(x, y)


def moved(figure: Plane, cell: Cell, key: str) -> Cell:
    """A plane has no cells."""
    return cell


def moved_at(figure: Plane, at: tuple[float, float] | None, key: str) -> tuple[float, float]:
    """The place a twentieth of the window further, within it."""
    left, right, bottom, top = figure.extent
    x, y = at or figure.at or ((left + right) / 2, (bottom + top) / 2)
    across, up = {"left": (-1, 0), "right": (1, 0), "up": (0, 1), "down": (0, -1)}.get(key, (0, 0))
    x, y = x + across * (right - left) / _GRAIN, y + up * (top - bottom) / _GRAIN
    return min(max(x, left), right), min(max(y, bottom), top)


def _frame(figure: Plane, width: int, height: int) -> Frame:
    left, right, bottom, top = (float(end) for end in figure.extent)
    if not right > left:
        left, right = left - 1, left + 1
    if not top > bottom:
        bottom, top = bottom - 1, bottom + 1
    found = frame((left, right, bottom, top), width, height)
    if not math.isclose(right - left, top - bottom, rel_tol=0.01):
        return found
    columns = min(found.columns, max(4, round(_TALL * found.rows)))  # a circle is a circle
    return replace(found, columns=columns, rows=min(found.rows, max(2, round(columns / _TALL))))


def _surface(cells: Cells, figure: Plane, ink: Ink) -> None:
    """Lay the tints of the surface, or shades where colours are few."""
    found = surface_of(figure)
    if found is None:
        return
    values, scale = found
    rows = np.minimum((np.arange(cells.height) + 0.5) / cells.height * values.shape[0], values.shape[0] - 1)
    columns = np.minimum((np.arange(cells.width) + 0.5) / cells.width * values.shape[1], values.shape[1] - 1)
    codes = scale.quantise(values[rows.astype(int)][:, columns.astype(int)])
    for code in np.unique(codes).tolist():
        if code == BAD:
            continue
        here = codes == code
        if ink.coloured:
            cells.looks[here] = cells.look(ink.style(None, tint(scale, code, ink)))
        else:
            cells.codes[here] = ord(shade(scale, code))
            cells.looks[here] = cells.look(ink.style(ink.dim))


def _groups(cells: Cells, figure: Plane, view: Frame, ink: Ink, last: bool) -> None:
    """Paths, points with arrows, arrows, and over them points of all groups but the bold one; `last`: of that one."""
    shape, tints = (4 * view.rows, 2 * view.columns), colours(figure, ink)
    for name, paths in figure.paths.items():
        if (name == figure.bold) == last:
            dots = np.zeros(shape, np.bool_)
            for path in paths:
                stroke(dots, dotted(path, view.window, *shape))
            colour = tints[name]
            if len(paths) > _NET:
                dots &= np.indices(shape).sum(0) % 2 == 0
                colour = mix(colour, ink.background, 0.35) if ink.coloured else colour
            cells.dots(0, 0, dots, ink.style(colour, bold=last))
    found = {name: sign for name, sign in signs(figure, ink).items() if (name == figure.bold) == last}
    for name in (name for name in found if name in figure.arrow_groups):
        _points(cells, figure.points[name], found[name], tints[name], view, ink)
    if figure.arrows is not None:
        starts, vectors = (np.asarray(part, dtype=np.float64).reshape(-1, 2) for part in figure.arrows)
        shades = np.array(arrow_colours(figure, len(starts), ink))
        groups = [*figure.arrow_groups, *[""] * len(starts)][: len(starts)]
        own = np.array([bool(group) and group == figure.bold for group in groups], np.bool_)
        for colour in dict.fromkeys(shades[own == last].tolist()):
            here = (own == last) & (shades == colour)
            _arrows(cells, starts[here], starts[here] + vectors[here], colour, view, ink)
    for name in (name for name in found if name not in figure.arrow_groups):
        _points(cells, figure.points[name], found[name], tints[name], view, ink)


def _points(cells: Cells, points: Any, sign: str, colour: str, view: Frame, ink: Ink) -> None:
    """Points as dots, or as one sign for all in a cell."""
    places = dotted(points, view.window, 4 * view.rows, 2 * view.columns)
    places = places[np.isfinite(places).all(1)]
    x, y = np.rint(places).astype(np.int64).T if len(places) else np.zeros((2, 0), np.int64)
    inside = (x >= 0) & (y >= 0) & (x < 2 * view.columns) & (y < 4 * view.rows)
    style = ink.style(colour, bold=True)
    if sign != CLOUDS[0]:
        for column, row in {(int(a) // 2, int(b) // 4) for a, b in zip(x[inside], y[inside], strict=True)}:
            cells.put(row, column, sign, style)
        return
    dots = np.zeros((4 * view.rows, 2 * view.columns), np.bool_)
    dots[y[inside], x[inside]] = True
    covered = dots.reshape(view.rows, 4, view.columns, 2).any((1, 3))
    cells.codes[covered] = ord(" ")
    cells.dots(0, 0, dots, style)


def _arrows(cells: Cells, starts: Floats, ends: Floats, colour: str, view: Frame, ink: Ink) -> None:
    """Each from its place as long as it is, its head pointing one of eight ways."""
    shape = (4 * view.rows, 2 * view.columns)
    dots = np.zeros(shape, np.bool_)
    heads: list[tuple[int, int, str]] = []
    for a, b in zip(dotted(starts, view.window, *shape), dotted(ends, view.window, *shape), strict=True):
        if not (np.isfinite(a).all() and np.isfinite(b).all()) or np.abs(b - a).max() < 1:
            continue
        stroke(dots, [a, b])
        angle = math.atan2(-(b[1] - a[1]), b[0] - a[0])
        column, row = round(float(b[0])) // 2, round(float(b[1])) // 4
        if 0 <= column < view.columns and 0 <= row < view.rows:
            heads.append((row, column, HEADS[round(angle / (math.pi / 4)) % 8]))
    cells.dots(0, 0, dots, ink.style(colour))
    for row, column, head in heads:
        cells.put(row, column, head, ink.style(colour, bold=True))


def _word(cells: Cells, view: Frame, x: float, y: float, text: str, ink: Ink) -> None:
    if not (math.isfinite(x) and math.isfinite(y)):
        return
    column, row = view.cell(x, y)
    text = "".join(char if cell_len(char) == 1 else "□" for char in cut(text, view.columns))
    column = max(0, min(column, view.columns - len(text)))
    for k, char in enumerate(text):
        cells.put(row, column + k, char, ink.style(bold=True))
