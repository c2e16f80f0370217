"""Curves: lines or points over x, named levels, and a vertical cursor with what is read there."""

import math
from dataclasses import dataclass

import numpy as np
from rich.cells import cell_len
from textual.strip import Strip

from ....engine.lessons.kit.figures import Cell, Curves
from ...render.axes import Axis
from ...render.braille import Cells, fill, link
from ...render.cells import line
from ...render.numbers import compact, cut
from ...render.palette import Ink
from ...render.ticks import log_ticks, ticks
from .curve_keys import LETTERS, few, legend, sign_of
from .keys import CLOUDS, SIGNS, dashed
from .look import Drawing, Floats, Look, quiet

_GUTTER = 7
_WIDE, _HIGH = 160, 40
_STEPS = 60
"""Moves of the cursor from end to end."""


@dataclass(frozen=True)
class View:
    """Where values lie in the cells of the plot."""

    x: Floats
    low: float
    high: float
    log_x: bool
    axis: Axis
    columns: int
    rows: int

    def share(self, x: Floats) -> Floats:
        """Where x lie, 0..1; NaN where a log axis has no place for them."""
        with np.errstate(invalid="ignore", divide="ignore"):
            if self.log_x:
                low, high = math.log(self.low), math.log(self.high)
                found = (np.log(np.where(x > 0, x, np.nan)) - low) / (high - low)
            else:
                found = (x - self.low) / (self.high - self.low)
        return np.asarray(found, dtype=np.float64)

    def column(self, x: float) -> int | None:
        """The column of an x, if it is shown: the one in which a dot of it lies."""
        return _cell(float(self.share(np.array([x]))[0]), 2, self.columns)

    def row(self, value: float) -> int | None:
        """The row of a y, if it is shown: the one in which a dot of it lies."""
        return _cell(1 - float(self.axis.share(np.array([value]))[0]), 4, self.rows)


def _cell(share: float, dots: int, count: int) -> int | None:
    """Which of `count` cells of `dots` dots each a share 0..1 of all of them falls into."""
    if not -0.001 <= share <= 1.001:
        return None
    return min(max(round(share * (dots * count - 1)), 0), dots * count - 1) // dots


def smallest(figure: Curves, ink: Ink, width: int) -> tuple[int, int]:
    """A small chart."""
    return min(width, 34), 8


def best(figure: Curves, ink: Ink, width: int, height: int) -> tuple[int, int]:
    """A chart as large as it may be, but not without end."""
    return min(width, _WIDE), max(6, min(height, _HIGH))


def draw(figure: Curves, look: Look, width: int, height: int) -> Drawing:
    """The plot, its x axis, and a legend with the values at the cursor."""
    ink = look.ink
    x = np.asarray(figure.x, dtype=np.float64).ravel()
    lines = {name: np.asarray(y, dtype=np.float64).ravel()[: len(x)] for name, y in figure.lines.items()}
    at = _cursor(figure, look, x)
    keys = legend(figure, lines, x, at, ink, width)
    rows = height - 1 - len(keys)
    if rows < 2:
        keys = keys[: max(0, height - 3)]
        rows = height - 1 - len(keys)
    view = _view(figure, x, lines, width - _GUTTER, rows)
    if view is None:
        return Drawing([quiet("nothing to draw", width, ink)])
    cells = Cells(width - _GUTTER, rows, ink.style())
    _levels(cells, view, figure, ink)
    for k, y in enumerate(lines.values()):
        _curve(cells, view, y, k, figure, ink)
    _level_names(cells, view, figure, ink)
    column = None if at is None else view.column(at)
    if column is not None:
        for row in range(rows):
            if cells.free(row, column, over="┄"):
                cells.put(row, column, "│", ink.style(ink.cursor if ink.coloured else ink.accent))
    labels = _y_labels(view, figure)
    strips = [
        Strip.join([line([(labels.get(row, "").rjust(_GUTTER - 1) + "│", ink.style(ink.dim))], _GUTTER, ink), strip])
        for row, strip in enumerate(cells.strips())
    ]
    strips += [_x_axis(view, figure, ink, width), *keys]

    def hit(column: int, row: int) -> Cell | None:
        if column < _GUTTER or row >= rows:
            return None
        shares = np.abs(view.share(x) - (column - _GUTTER) / max(1, view.columns - 1))
        return (0, int(np.nanargmin(shares))) if np.isfinite(shares).any() else None

    return Drawing(strips, hit)


def moved(figure: Curves, cell: Cell, key: str) -> Cell:
    """The next x, by a small part of all."""
    count = len(np.asarray(figure.x).ravel())
    by = max(1, count // _STEPS) * {"left": -1, "right": 1, "down": -5, "up": 5}.get(key, 0)
    return 0, min(max(cell[1] + by, 0), max(0, count - 1))


def _cursor(figure: Curves, look: Look, x: Floats) -> float | None:
    if look.focused and look.cursor is not None and 0 <= look.cursor[1] < len(x):
        return float(x[look.cursor[1]])
    return figure.at


def _view(figure: Curves, x: Floats, lines: dict[str, Floats], columns: int, rows: int) -> View | None:
    known = x[np.isfinite(x) & ((x > 0) | (not figure.log_x))]
    if not len(known) or columns < 4 or rows < 1:
        return None
    low, high = float(known.min()), float(known.max())
    if not high > low:
        low, high = (low / 2, high * 2) if figure.log_x else (low - 1, high + 1)
    values = [*lines.values(), np.array(list(figure.levels.values()), dtype=np.float64)]
    axis = Axis.around(np.concatenate(values), max(2, rows // 3), figure.log_y)
    return None if axis is None else View(x, low, high, figure.log_x, axis, columns, rows)


def _levels(cells: Cells, view: View, figure: Curves, ink: Ink) -> None:
    for value in figure.levels.values():
        row = view.row(value)
        if row is None:
            continue
        cells.text(row, 0, "┄" * view.columns, ink.style(ink.dim))


def _level_names(cells: Cells, view: View, figure: Curves, ink: Ink) -> None:
    """The names and values of the levels of a row on it, where no curve is; beside it where curves follow it."""
    rows: dict[int, list[str]] = {}
    for name, value in sorted(figure.levels.items(), key=lambda level: level[1]):
        row = view.row(value)
        if row is not None:
            number = compact(value, 8, 4)
            rows.setdefault(row, []).append(name if name == number else f"{name} {number}")
    for row in sorted(rows):
        near = next((other for other in (row - 1, row + 1) if other in rows), None)
        if near is not None and _spot(cells, row, rows) is None:  # both on one line, the lower first
            lower, upper = rows.pop(max(row, near)), rows.pop(min(row, near))
            rows[near] = [*lower, *upper]
    for row in rows:
        if spot := _spot(cells, row, rows):
            cells.text(*spot, ink.style(ink.dim))


def _spot(cells: Cells, row: int, rows: dict[int, list[str]]) -> tuple[int, int, str] | None:
    """Row, column and text of the names of a row of levels, if there is a place for them."""
    text = _narrow(cut(f" {', '.join(rows[row])} ", cells.width))
    wanted = max(0, cells.width - len(text) - 1)
    for y in (row, row + 1, row - 1):
        if not 0 <= y < cells.height or (y != row and y in rows) or wanted + len(text) > cells.width:
            continue
        for x in range(wanted, max(-1, wanted - cells.width // 2), -1):
            if all(cells.free(y, x + k, over="┄") for k in range(len(text))):
                return y, x, text
    return None


def _curve(cells: Cells, view: View, y: Floats, k: int, figure: Curves, ink: Ink) -> None:
    colour = ink.categories[k % len(ink.categories)]
    shape = (4 * view.rows, 2 * view.columns)
    with np.errstate(invalid="ignore"):
        at = view.share(view.x[: len(y)]) * (shape[1] - 1)
        high = (1 - view.axis.share(y)) * (shape[0] - 1)
    good = np.isfinite(at) & np.isfinite(high)
    dots = np.zeros(shape, np.bool_)
    if figure.dots:
        inside = good & (high >= -0.5) & (high <= shape[0] - 0.5)
        dots[high[inside].round().astype(int), at[inside].round().astype(int)] = True
    else:
        order = np.argsort(at[np.isfinite(at)], kind="stable")
        places, heights = at[np.isfinite(at)][order], high[np.isfinite(at)][order]
        fine = np.isfinite(heights)
        if len(places):
            upper, lower = link(places, heights, heights, fine[:-1] & fine[1:], shape[1])
            # Points on their own, beside gaps, are seen as well.
            for place, height in zip(places[fine].round().astype(int), heights[fine], strict=True):
                upper[place], lower[place] = np.fmin(upper[place], height), np.fmax(lower[place], height)
            dots = fill(upper, lower, shape[0])
            dots = dashed(upper, lower, dots, k) if ink.coloured else dots
    lettered = not ink.coloured and len(figure.lines) > 1
    sign = sign_of(figure, y, k, ink) if figure.dots or lettered else SIGNS[0]
    alone = figure.dots and sign != CLOUDS[0] and (ink.coloured or few(y))
    if not alone:
        cells.dots(0, 0, dots, ink.style(colour))
    for j in np.flatnonzero(good if alone else _lonely(good)).tolist():
        row, column = round(float(high[j])) // 4, round(float(at[j])) // 2
        if 0 <= row < cells.height and 0 <= column < cells.width:
            cells.put(row, column, sign, ink.style(colour, bold=True))
    if lettered:
        _letters(cells, at[good], high[good], LETTERS[k % len(LETTERS)], k, ink.style(colour, bold=True))


def _lonely(
    good: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]",
) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
    """Points that nothing joins: no neighbour is known."""
    around = np.concatenate([[False], good, [False]])
    return np.asarray(good & ~around[:-2] & ~around[2:])


def _letters(cells: Cells, at: Floats, high: Floats, letter: str, k: int, style: object) -> None:
    """The letter of a curve along it, for colours are too few to tell curves apart."""
    if not len(at):
        return
    count = max(2, cells.width // 16)
    for place in np.linspace(0, cells.width * 2 - 1, count * 4)[k % 4 :: 4]:
        nearest = int(np.abs(at - place).argmin())
        row, column = int(high[nearest]) // 4, int(at[nearest]) // 2
        if 0 <= row < cells.height and 0 <= column < cells.width:
            cells.put(row, column, letter, style)  # type: ignore[arg-type]


def _y_labels(view: View, figure: Curves) -> dict[int, str]:
    """The rows with a number: round ones, or the ends where not two of them have a row."""
    for marks in (view.axis.ticks(max(2, view.rows // 3)), _ends(view.axis.low, view.axis.high, _GUTTER - 1)):
        found: dict[int, str] = {}
        for value, text in marks:
            row = view.row(value)
            if row is not None and row not in found:
                found[row] = cut(text, _GUTTER - 1)
        if len(found) > 1:
            break
    return found


def _ends(low: float, high: float, room: int) -> list[tuple[float, str]]:
    return [(end, compact(end, room, 3)) for end in (low, high)]


def _x_axis(view: View, figure: Curves, ink: Ink, width: int) -> Strip:
    """Its numbers, round ones or the ends, and before them which axes are logarithmic."""
    count = max(2, view.columns // 10)
    marks = log_ticks(view.low, view.high, count) if figure.log_x else ticks(view.low, view.high, count)
    for tried in (marks, _ends(view.low, view.high, 8)):
        cells = [" "] * view.columns
        placed = 0
        for value, text in tried:
            column = view.column(value)
            if column is None:
                continue
            start = max(0, min(column - len(text) // 2, view.columns - len(text)))
            if all(char == " " for char in cells[max(0, start - 1) : start + len(text) + 1]):
                cells[start : start + len(text)] = list(text)
                placed += 1
        if placed > 1:
            break
    logs = "→" * figure.log_x + "↑" * figure.log_y
    head = f"log {logs}" if logs else ""
    return line([(head.ljust(_GUTTER) + "".join(cells), ink.style(ink.dim))], width, ink)


def _narrow(text: str) -> str:
    """A text in which every character takes one cell."""
    return text if text.isascii() else "".join(char if cell_len(char) == 1 else "□" for char in text)
