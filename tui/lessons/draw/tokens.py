"""Tokens: chips on tints that wrap, with a few characters under each."""

from dataclasses import dataclass

import numpy as np
from rich.cells import cell_len
from rich.style import Style

from ....engine.lessons.kit.figures import Cell, Tokens
from ...render.cells import Part, line
from ...render.colour import readable
from ...render.legend import legend
from ...render.numbers import cut, pad
from ...render.palette import LEVELS, Ink, levels
from ...render.scale import BAD, Scale
from ...render.shades import shade
from ...render.text_tokens import label
from .grid_marks import back, clear
from .look import HATCH, MORE, Drawing, Look, cursor_style, quiet, struck

_MOST, _NOTE = 24, 12
_ROWS = 6


@dataclass(frozen=True)
class Chip:
    """A token's place: its row, its first column, its columns."""

    row: int
    x: int
    wide: int


def _scale(figure: Tokens) -> Scale | None:
    if figure.weights is None:
        return None
    found = Scale.of(np.asarray(figure.weights, dtype=np.float64))
    return found if found.diverging else Scale(0.0, found.high, False)


def _name(text: str) -> str:
    return cut(label(text), _MOST) or "∅"


def _chips(figure: Tokens, width: int) -> list[Chip]:
    """The places of all tokens in rows of `width` columns, one column apart."""
    chips: list[Chip] = []
    row = x = 0
    for k, token in enumerate(figure.tokens):
        note = cell_len(cut(figure.notes[k], _NOTE)) if k < len(figure.notes) else 0
        wide = min(max(1, width), max(cell_len(_name(token)) + 2, note))
        if x and x + wide > width:
            row, x = row + 1, 0
        chips.append(Chip(row, x, wide))
        x += wide + 1
    return chips


def _tall(figure: Tokens, ink: Ink, large: bool = False) -> int:
    """Lines of a row of tokens."""
    return 1 + 2 * large + bool(figure.notes) + (figure.weights is not None and not ink.coloured)


def _large(figure: Tokens, ink: Ink, rows: int, height: int) -> bool:
    """Whether there is room for a tint above and below each token, and a blank line between their rows."""
    return ink.coloured and height >= rows * (_tall(figure, ink, True) + 1) - 1 + _foot(figure)


def _weight(figure: Tokens, k: int) -> float | None:
    weights = () if figure.weights is None else np.asarray(figure.weights, dtype=np.float64).ravel()
    return float(weights[k]) if k < len(weights) else None


def _foot(figure: Tokens) -> int:
    return int(figure.weights is not None)


def smallest(figure: Tokens, ink: Ink, width: int) -> tuple[int, int]:
    """All tokens in as few rows as can be."""
    chips = _chips(figure, width)
    wide = max((chip.x + chip.wide for chip in chips), default=8)
    rows = min(_ROWS, max((chip.row + 1 for chip in chips), default=1))
    return max(wide, 24 if _foot(figure) else 8), rows * _tall(figure, ink) + _foot(figure)


def best(figure: Tokens, ink: Ink, width: int, height: int) -> tuple[int, int]:
    """All rows."""
    wide, _ = smallest(figure, ink, width)
    rows = max((chip.row + 1 for chip in _chips(figure, width)), default=1)
    if _large(figure, ink, rows, height):
        return min(width, wide), rows * (_tall(figure, ink, True) + 1) - 1 + _foot(figure)
    return min(width, wide), rows * _tall(figure, ink) + _foot(figure)


def draw(figure: Tokens, look: Look, width: int, height: int) -> Drawing:
    """The rows of tokens; of too many those around the cursor."""
    ink = look.ink
    if not figure.tokens:
        return Drawing([quiet("no tokens", width, ink)])
    chips, scale = _chips(figure, width), _scale(figure)
    rows = chips[-1].row + 1
    large = _large(figure, ink, rows, height)
    tall = _tall(figure, ink, large) + large
    foot = _foot(figure) and height > tall - large
    room = max(1, (height - foot + large) // tall)
    focus = look.cursor[1] if look.cursor else figure.focus or 0
    at = chips[min(max(focus, 0), len(chips) - 1)].row
    first = max(0, min(at - room // 2, rows - room))
    codes = None if scale is None else scale.quantise(np.asarray(figure.weights, dtype=np.float64).ravel())
    strips = []
    for row in range(first, min(rows, first + room)):
        here = [(k, chip) for k, chip in enumerate(chips) if chip.row == row]
        upper: list[Part] = []
        shades: list[Part] = []
        lower: list[Part] = []
        for k, chip in here:
            style = _style(figure, look, scale, codes, k)
            left, right = _edges(figure, look, scale, k, style)
            upper += [left, (pad(_name(figure.tokens[k]), chip.wide - 2), style), right, (" ", ink.style())]
            if scale is not None and codes is not None and k < len(codes):
                glyphs, mark = shade(int(codes[k]), scale.diverging, ink)
                shades += [((glyphs * chip.wide)[: chip.wide], mark), (" ", ink.style())]
            note = figure.notes[k] if k < len(figure.notes) else ""
            if note and k in figure.dimmed and _weight(figure, k) == 0:  # masked: not a number that came out as 0
                note = (HATCH if ink.depth != "none" else "/") * min(chip.wide, max(3, cell_len(note)))
            lower += [(pad(note, chip.wide, "centre"), ink.style(ink.dim)), (" ", ink.style())]
        edge = [line([(" " * cell_len(text), style) for text, style in upper], width, ink)] if large else []
        strips += [*edge, line(upper, width, ink), *edge]
        if scale is not None and not ink.coloured:
            strips.append(line(shades, width, ink))
        if figure.notes:
            strips.append(line(lower, width, ink))
        strips += [line([], width, ink)] * (large and row + 1 < rows)
    if foot and scale is not None:
        strips.append(legend(scale, ink, width, figure.scope))
    if room < rows and strips:
        strips[-1] = quiet(f"{MORE} rows {first + 1}-{min(rows, first + room)} of {rows} of tokens", width, ink)

    def hit(x: int, y: int) -> Cell | None:
        row = first + y // tall
        return next(
            ((0, k) for k, chip in enumerate(chips) if chip.row == row and chip.x <= x < chip.x + chip.wide), None
        )

    return Drawing(strips, hit)


def moved(figure: Tokens, cell: Cell, key: str) -> Cell:
    """The token before or after; up and down go by several."""
    by = {"left": -1, "right": 1, "up": -8, "down": 8}.get(key, 0)
    at = cell[1] + by
    if abs(by) > 1 and not 0 <= at < len(figure.tokens):
        at = cell[1]
    return 0, min(max(at, 0), max(0, len(figure.tokens) - 1))


def _edges(figure: Tokens, look: Look, scale: Scale | None, k: int, style: Style) -> tuple[Part, Part]:
    """The columns before and after a token: a frame where the tint of a chosen one is to be seen."""
    ink = look.ink
    kind = "cursor" if look.on((0, k)) else "target" if k == figure.focus else ""
    if not kind or scale is None or not ink.coloured:
        return (" ", style), (" ", style)
    ground = back(style, ink)
    edge = ink.style(clear(kind, ground, ink), ground, bold=True)
    return ("▐", edge), ("▌", edge)


def _style(figure: Tokens, look: Look, scale: Scale | None, codes: object, k: int) -> Style:
    ink = look.ink
    weighted = scale is not None and ink.coloured
    if look.on((0, k)) and not weighted:
        return cursor_style(ink)
    source = (0, k) in look.sources
    style = ink.style(None, ink.track if ink.coloured else None, bold=source, underline=source)
    if scale is not None and weighted:
        code = int(np.asarray(codes)[k]) if k < len(np.asarray(codes)) else BAD
        tint = ink.invalid if code == BAD else levels(scale.map, ink)[min(code, LEVELS - 1)]
        style = ink.style(readable(tint), tint, bold=source or k == figure.focus or look.on((0, k)), underline=source)
    elif k == figure.focus:
        style = (
            ink.style(readable(ink.accent), ink.accent, bold=True)
            if ink.coloured
            else ink.style(ink.accent, bold=True, reverse=True)
        )
    if k in figure.dimmed:
        style = ink.style(ink.dim, dim=True)
    return struck(ink.style(ink.dim)) if k in figure.dropped else style
