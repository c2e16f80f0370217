"""Planes: points by group over a tinted surface, with paths, arrows, words and a cursor."""

import math
from typing import Any

import numpy as np
from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from ....engine.lessons.kit.figures import Cell, Plane
from ...render.arena.arrows import HEADS
from ...render.arena.colours import fake, real
from ...render.braille import Cells
from ...render.cells import Part, line
from ...render.colour import mix, readable
from ...render.latent.dots import dotted, stroke
from ...render.latent.plane import Frame, foot, frame, uprights
from ...render.numbers import compact, cut
from ...render.palette import LEVELS, Ink, levels
from ...render.scale import BAD, Scale
from .look import Drawing, Look, quiet, scale_of

_LETTERS = "ox+*^vsd"
_WIDE, _HIGH = 110, 40
_QUIET = 0.55
"""How much of a surface's colour is seen, so that points stand out."""
_GRAIN = 20
"""Steps of the cursor from end to end."""


def colour_of(name: str, k: int, ink: Ink) -> str:
    """The colour of a group: real and generated have their own everywhere."""
    low = name.lower()
    if low.startswith("real"):
        return real(ink)
    if low.startswith(("generated", "fake")):
        return fake(ink)
    return ink.categories[k % len(ink.categories)]


def smallest(figure: Plane, ink: Ink, width: int) -> tuple[int, int]:
    """A small plane with its legend."""
    return min(width, 36), 9 + len(_keys(figure, ink, min(width, 36)))


def best(figure: Plane, ink: Ink, width: int, height: int) -> tuple[int, int]:
    """As large as it may be; about as wide on the screen as its extent says."""
    keys = len(_keys(figure, ink, width))
    high = max(8, min(height, _HIGH))
    left, right, bottom, top = figure.extent
    shape = (right - left) / (top - bottom) if top > bottom else 1.0
    wide = round(2.1 * max(0.6, min(shape, 2.2)) * (high - 1 - keys)) + 6
    return max(min(36, width), min(width, wide, _WIDE)), high


def draw(figure: Plane, look: Look, width: int, height: int) -> Drawing:
    """Surface, paths, points, arrows, words, cursor; below them the axis and the legend."""
    ink = look.ink
    keys = _keys(figure, ink, width)
    keys = keys[: max(0, height - 4)]
    view = _frame(figure, width, height - len(keys))
    if view.rows < 2 or view.columns < 4:
        return Drawing([quiet("too small for the plane", width, ink)])
    cells = Cells(view.columns, view.rows, ink.style())
    scale = _surface(cells, figure, ink)
    shape = (4 * view.rows, 2 * view.columns)
    for name, paths in figure.paths.items():
        dots = np.zeros(shape, np.bool_)
        for path in paths:
            stroke(dots, dotted(path, view.window, *shape))
        cells.dots(0, 0, dots, ink.style(_colours(figure, ink)[name]))
    for k, (name, points) in enumerate(figure.points.items()):
        _points(cells, points, name, k, figure, view, ink)
    if figure.arrows is not None:
        _arrows(cells, *figure.arrows, view, ink)
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
    if scale is not None and keys:
        keys[-1] = _surface_key(figure, scale, ink, width)
    return Drawing([*strips, *keys], lambda x, y: (0, 0) if view.hit(x, y) else None)


def place_at(figure: Plane, width: int, height: int, x: int, y: int, ink: Ink) -> tuple[float, float] | None:
    """The place of the plane at a cell of the drawing."""
    keys = min(len(_keys(figure, ink, width)), max(0, height - 4))
    return _frame(figure, width, height - keys).hit(x, y)


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
    return frame((left, right, bottom, top), width, height)


def _colours(figure: Plane, ink: Ink) -> dict[str, str]:
    """A colour for each group of points and of paths; those of one name have one."""
    names = list(dict.fromkeys([*figure.points, *figure.paths]))
    return {name: colour_of(name, k, ink) for k, name in enumerate(names)}


def _surface(cells: Cells, figure: Plane, ink: Ink) -> Scale | None:
    """Lay the tints of the surface, or shades where colours are few."""
    if figure.surface is None:
        return None
    values = np.atleast_2d(np.asarray(figure.surface, dtype=np.float64))
    if not values.size:
        return None
    scale = scale_of(values, None, figure.surface_reach)
    rows = np.minimum((np.arange(cells.height) + 0.5) / cells.height * values.shape[0], values.shape[0] - 1)
    columns = np.minimum((np.arange(cells.width) + 0.5) / cells.width * values.shape[1], values.shape[1] - 1)
    codes = scale.quantise(values[rows.astype(int)][:, columns.astype(int)])
    for code in np.unique(codes).tolist():
        if code == BAD:
            continue
        here = codes == code
        if ink.coloured:
            cells.looks[here] = cells.look(ink.style(None, _tint(scale, code, ink)))
        else:
            cells.codes[here] = ord(_shade(scale, code))
            cells.looks[here] = cells.look(ink.style(ink.dim))
    return scale


def _tint(scale: Scale, code: int, ink: Ink) -> str:
    return mix(ink.background, levels(scale.map, ink)[code], _QUIET)


def _shade(scale: Scale, code: int) -> str:
    share = abs(code - LEVELS // 2) / (LEVELS // 2) if scale.diverging else code / (LEVELS - 1)
    ramp = " ·-=" if scale.diverging and code < LEVELS // 2 else " ░▒▓"
    return ramp[min(3, int(share * 3.99))]


def _points(cells: Cells, points: Any, name: str, k: int, figure: Plane, view: Frame, ink: Ink) -> None:
    places = dotted(points, view.window, 4 * view.rows, 2 * view.columns)
    places = places[np.isfinite(places).all(1)]
    x, y = np.rint(places).astype(np.int64).T if len(places) else np.zeros((2, 0), np.int64)
    inside = (x >= 0) & (y >= 0) & (x < 2 * view.columns) & (y < 4 * view.rows)
    style = ink.style(_colours(figure, ink)[name], bold=True)
    if ink.depth == "none":
        for column, row in {(int(a) // 2, int(b) // 4) for a, b in zip(x[inside], y[inside], strict=True)}:
            cells.put(row, column, _LETTERS[k % len(_LETTERS)], style)
        return
    if len(places) <= 12:  # a few points are seen better as signs
        for column, row in zip((x[inside] // 2).tolist(), (y[inside] // 4).tolist(), strict=True):
            cells.put(row, column, "●", style)
        return
    dots = np.zeros((4 * view.rows, 2 * view.columns), np.bool_)
    dots[y[inside], x[inside]] = True
    covered = dots.reshape(view.rows, 4, view.columns, 2).any((1, 3))
    cells.codes[covered] = ord(" ")
    cells.dots(0, 0, dots, style)


def _arrows(cells: Cells, places: Any, vectors: Any, view: Frame, ink: Ink) -> None:
    """Each from its place as long as it is, its head pointing one of eight ways."""
    shape = (4 * view.rows, 2 * view.columns)
    starts = np.asarray(places, dtype=np.float64).reshape(-1, 2)
    ends = starts + np.asarray(vectors, dtype=np.float64).reshape(-1, 2)
    begin, end = dotted(starts, view.window, *shape), dotted(ends, view.window, *shape)
    dots = np.zeros(shape, np.bool_)
    heads: list[tuple[int, int, str]] = []
    for a, b in zip(begin, end, strict=True):
        if not (np.isfinite(a).all() and np.isfinite(b).all()) or np.abs(b - a).max() < 1:
            continue
        stroke(dots, [a, b])
        angle = math.atan2(-(b[1] - a[1]), b[0] - a[0])
        column, row = round(float(b[0])) // 2, round(float(b[1])) // 4
        if 0 <= column < view.columns and 0 <= row < view.rows:
            heads.append((row, column, HEADS[round(angle / (math.pi / 4)) % 8]))
    colour = ink.good if ink.coloured else ink.categories[3]
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


def _keys(figure: Plane, ink: Ink, width: int) -> list[Strip]:
    """The names of groups in their colours, wrapped; the last line is the surface's."""
    colours = _colours(figure, ink)
    chips: list[tuple[str, str, str]] = []
    for k, (name, points) in enumerate(figure.points.items()):
        few = len(np.asarray(points, dtype=np.float64).reshape(-1, 2)) <= 12
        sign = _LETTERS[k % len(_LETTERS)] if ink.depth == "none" else "●" if few else "⠶"
        chips.append((sign, name, colours[name]))
    chips += [
        ("━" if ink.depth != "none" else "~", name, colours[name]) for name in figure.paths if name not in figure.points
    ]
    if figure.arrows is not None and figure.arrows_label:
        chips.append(("→", figure.arrows_label, ink.good if ink.coloured else ink.categories[3]))
    rows: list[list[Part]] = []
    used = width + 1
    for sign, name, colour in chips:
        if not name:
            continue
        name = cut(name, max(4, width - 4))
        size = cell_len(sign) + 1 + cell_len(name) + 2
        if used + size > width + 2:
            rows.append([])
            used = 0
        style: Style = ink.style(colour, bold=True)
        rows[-1] += [(sign + " ", style), (name + "  ", ink.style())]
        used += size
    strips = [line(row, width, ink) for row in rows]
    return [*strips, quiet("", width, ink)] if figure.surface is not None else strips


def _surface_key(figure: Plane, scale: Scale, ink: Ink, width: int) -> Strip:
    """What the tints mean: the ends, and zero where it lies inside."""
    low, high = compact(scale.low, 6, 3), compact(scale.high, 6, 3)
    name = cut(figure.surface_label or "surface", max(4, width // 2))
    room = max(3, min(25, (width - len(low) - len(high) - cell_len(name) - 5) | 1))
    codes = [round(k * (LEVELS - 1) / (room - 1)) for k in range(room)]
    if ink.coloured:
        bar: list[Part] = [(" ", ink.style(None, _tint(scale, code, ink))) for code in codes]
    else:
        bar = [(_shade(scale, code), ink.style()) for code in codes]
    if scale.diverging:
        bar[room // 2] = ("0", bar[room // 2][1])
    return line(
        [(low + " ", ink.style()), *bar, (f" {high}", ink.style()), (f"  {name}", ink.style(ink.dim))], width, ink
    )
