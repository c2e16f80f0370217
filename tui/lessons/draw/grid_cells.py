"""The cells of a grid: tints, numbers, and the signs of what is marked."""

from dataclasses import dataclass
from functools import lru_cache

from rich.style import Style

from ....engine.lessons.kit.figures import Cell
from ...render.cells import Part
from ...render.colour import mix, readable
from ...render.palette import LEVELS, Ink, levels
from ...render.scale import BAD, Scale
from ...render.shades import shade, sign_colour
from .grid_marks import BRACKETS, Marked, back, clear, corners
from .look import HATCH, Floats, cursor_style, merged, struck
from .numbers import told

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bits of a braille character by row and column."""
_FAINT = 0.35
"""How far the digits beside a window step back."""
NOTHING = "·"
"""What stands where a number is yet to come."""


@dataclass(frozen=True)
class Brush:
    """What cells are painted with: `wide` x `tall` each, numbers in `field` columns."""

    values: Floats
    scale: Scale
    ink: Ink
    marked: Marked
    numbers: bool
    digits: int
    wide: int
    tall: int
    field: int
    edge: bool = False
    """Whether there is a column after the last cell."""


def painted(brush: Brush, down: range, across: range) -> list[list[Part]]:
    """The lines of all cells (rows `down`, columns `across`) and of one column after them."""
    codes = brush.scale.quantise(brush.values)
    ink, lines = brush.ink, list[list[Part]]()
    for row in down:
        looks = [_style(brush, (row, column), int(codes[row, column])) for column in across]
        for y in range(brush.tall):
            parts: list[Part] = []
            for column, style in zip(across, looks, strict=True):
                here = y == (brush.tall - 1) // 2
                text = _text(brush, (row, column), int(codes[row, column]), here)
                if brush.marked.cursor == (row, column) and not brush.numbers:
                    parts.append((_framed(text, y, brush.tall, ink), style))
                    continue
                sign, own = _sign(brush, (row, column), style, here)
                parts += [(sign or text[0], own if sign else _unlined(style)), *_worded(text[1:], style)]
            if brush.edge and len(across):
                parts.append(_sign(brush, (row, across[-1] + 1), ink.style(), False))
                if not parts[-1][0]:
                    parts[-1] = (" ", ink.style())
            lines.append(merged(parts))
    return lines


def _framed(text: str, y: int, tall: int, ink: Ink) -> str:
    """One line of a cell with the edge of a frame at both ends."""
    if len(text) == 1:
        return "○" if ink.depth != "none" else "@"
    left, right, run = "[", "]", ""
    if ink.coloured and tall > 1:
        left, right, run = "┏┓━" if y == 0 else "┗┛━" if y == tall - 1 else "┃┃ "
    inner = run * (len(text) - 2) if run.strip() else text[1:-1]
    return left + inner + right


@lru_cache(maxsize=2048)
def _unlined(style: Style) -> Style:
    """The style without lines under and through it: they belong to the characters alone."""
    return style + Style(underline=False, strike=False) if style.underline or style.strike else style


def _worded(text: str, style: Style) -> list[Part]:
    """A text whose blanks before and after are not lined."""
    if not (style.underline or style.strike):
        return [(text, style)]
    bare, core = _unlined(style), text.strip()
    if not core:
        return [(text, bare)]
    start = len(text) - len(text.lstrip())
    return [(text[:start], bare), (core, style), (text[start + len(core) :], bare)]


def halves(brush: Brush, down: range, across: range) -> list[list[Part]]:
    """Two rows of cells to a line, a column each, frames in the columns beside; only where there are colours."""
    codes = brush.scale.quantise(brush.values)
    ink, made, lines = brush.ink, {}, []
    for row in down[::2]:
        pair = range(row, min(row + 2, down.stop))
        parts: list[Part] = []
        for column in across:
            both = [_pixel(brush, (y, column), int(codes[y, column])) for y in pair]
            top, bottom = both if len(both) > 1 else (both[0], ink.background)
            if found := corners(brush.marked, pair, column, across):
                char, kind = found
                ground = ink.background if HATCH in (top, bottom) else mix(top, bottom, (len(both) - 1) / 2)
                parts.append((char, ink.style(clear(kind, ground, ink), ground)))
                continue
            if (top, bottom) not in made:
                if top == HATCH and bottom in (HATCH, ink.background):
                    made[top, bottom] = (HATCH, ink.style(ink.dim, dim=True))
                else:
                    first, second = (ink.background if part == HATCH else part for part in (top, bottom))
                    same = first == second
                    made[top, bottom] = (" ", ink.style(None, first)) if same else ("▀", ink.style(first, second))
            parts.append(made[top, bottom])
        lines.append(merged(parts))
    return lines


def spied(brush: Brush, down: range, across: range) -> list[list[Part]]:
    """A dot for each cell that is not zero, 4 rows and 2 columns to a cell of the screen; marked ones have a colour."""
    ink, lines = brush.ink, []
    for top in down[::4]:
        parts: list[Part] = []
        for left in across[::2]:
            ys, xs = range(top, min(top + 4, down.stop)), range(left, min(left + 2, across.stop))
            cells = [(y, x) for y in ys for x in xs]
            bits = sum(_DOTS[y - top][x - left] for y, x in cells if brush.values[y, x] != 0)
            marks = frozenset().union(*(brush.marked.marks.get(cell, frozenset()) for cell in cells))
            style = ink.style(ink.accent if marks else None, bold=bool(marks))
            if brush.marked.cursor in cells:
                style = cursor_style(ink)
            parts.append((chr(0x2800 + bits) if bits else " ", style))
        lines.append(merged(parts))
    return lines


def _pixel(brush: Brush, cell: Cell, code: int) -> str:
    """The colour of a cell without room for signs, or HATCH."""
    marks = brush.marked.marks.get(cell, frozenset())
    if "never" in marks:
        return HATCH
    ground = _ground(brush, code)
    if "winner" in marks:
        return readable(ground)
    return mix(ground, brush.ink.background, 0.7) if "dropped" in marks else ground


def _ground(brush: Brush, code: int) -> str:
    return brush.ink.background if code == BAD else levels(brush.scale.map, brush.ink)[code]


def _style(brush: Brush, cell: Cell, code: int) -> Style:
    """The style of a number on its tint, which no mark changes."""
    ink, marks = brush.ink, brush.marked.marks.get(cell, frozenset())
    strong = bool(marks & {"window", "source", "target", "winner", "focus"})
    chosen = brush.marked.cursor == cell
    if chosen and not ink.coloured:
        return cursor_style(ink)
    if chosen and not brush.numbers:
        ground = _ground(brush, code)
        return ink.style(clear("rest" if brush.marked.resting else "cursor", ground, ink), ground, bold=True)
    if "never" in marks:
        return ink.style(ink.dim, dim=True)
    if not ink.coloured:
        style = _few(brush, code, marks, strong)
        return struck(style) if "dropped" in marks else style
    if "dropped" in marks:
        return struck(ink.style(ink.dim, mix(_ground(brush, code), ink.background, 0.75)))
    ground = _ground(brush, code)
    words = readable(ground)
    if brush.marked.framed and not strong and not chosen:
        words = mix(words, ground, _FAINT)
    lined = brush.numbers and bool(marks & {"source", "winner", "target", "focus"})
    return ink.style(words, ground, bold=strong or chosen, underline=lined)


def _few(brush: Brush, code: int, marks: frozenset[str], strong: bool) -> Style:
    """The style of a number, or of shades, where colours are few."""
    ink = brush.ink
    if not brush.numbers:
        style = shade(code, brush.scale.diverging, ink)[1] if code != BAD else ink.style()
        return style + Style(bold=True) if strong else style
    if ink.depth == "none":
        return ink.style(bold=strong, underline=bool(marks & {"source", "winner"}), dim="dropped" in marks)
    colour = None
    if "target" in marks or "focus" in marks:
        colour = ink.accent
    elif brush.scale.diverging and code != BAD and abs(code - LEVELS // 2) > LEVELS // 16:
        colour = sign_colour(code < LEVELS // 2, ink)
    return ink.style(colour, bold=strong, underline=bool(marks & {"source", "winner"}))


def _text(brush: Brush, cell: Cell, code: int, told_here: bool) -> str:
    """The characters of one line of a cell."""
    room = brush.wide
    never = brush.marked.has(cell, "never")
    fill = (HATCH if brush.ink.depth != "none" else "/") if never else " "
    if brush.numbers:
        value = float(brush.values[cell])
        text = (
            (told(value, brush.digits) or NOTHING)
            if told_here and not (never and (value == 0 or value != value))
            else ""
        )
        if told_here and brush.marked.has(cell, "winner"):
            text = "*" + text
        aside = (room - 1 - brush.field) // 2
        return (text.rjust(room - aside, fill) + fill * aside)[:room]
    if never:
        return fill * room
    if brush.ink.coloured or code == BAD:
        return " " * room
    glyphs = shade(code, brush.scale.diverging, brush.ink)[0]
    return (glyphs * room)[:room]


def _sign(brush: Brush, cell: Cell, style: Style, told_here: bool) -> tuple[str, Style]:
    """What stands in the first column of a cell, and its style; nothing where no frame begins or ends there."""
    ink = brush.ink
    if found := brush.marked.edge(cell, cursor=ink.coloured and brush.numbers):
        kind, begins = found
        if not ink.coloured:
            pair = BRACKETS[kind]
            return pair[not begins], ink.style(ink.accent, bold=True)
        ground = back(style, ink)
        return "▐" if begins else "▌", ink.style(clear(kind, ground, ink), ground, bold=True)
    if told_here and not ink.coloured and brush.marked.has(cell, "dropped"):
        return "x", ink.style(ink.accent, bold=True) + style.background_style
    return "", style
