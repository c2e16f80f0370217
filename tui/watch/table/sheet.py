"""A table drawn in cells: fixed names at the left, columns that scroll sideways, rows that scroll down.

Knows nothing of any widget.
"""

from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from ....engine.text import sanitize
from ...render.cells import Part, line
from ...render.numbers import pad, shorten
from ...render.palette import Ink

Tone = Literal["", "dim", "best", "bad", "accent"]
GAP = "  "
WIDEST, NAMES = 30, 0.34
"""Columns that a cell may take, and the share of the width that names may."""


@dataclass(frozen=True)
class Cell:
    """What stands in a row of a column."""

    text: str
    tone: Tone = ""


@dataclass(frozen=True)
class Head:
    """A column's heading, in one or two lines; `mark` stands behind it, e.g. an arrow where rows are sorted by it."""

    upper: str
    lower: str
    mark: str = ""
    left: bool = False
    colour: str = ""
    """Of the upper line, where it is a swatch."""

    @property
    def whole(self) -> str:
        """In one line."""
        blank = "" if self.upper.endswith(".") else " "
        return f"{self.upper}{blank}{self.lower}".strip() + self.mark


@dataclass(frozen=True)
class Row:
    """A line: the swatch of a run in its colour, a name, and a cell a column."""

    name: str
    cells: tuple[Cell, ...]
    swatch: str = ""
    colour: str = ""
    quiet: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table."""

    corner: str
    """What the names are."""
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]


@dataclass
class Place:
    """Where the cursor is, and what is scrolled away; `clamp` keeps both inside."""

    column: int = 0
    row: int = 0
    left: int = 0
    top: int = 0


@dataclass(frozen=True)
class Layout:
    """The widths of a sheet in some room: of the names, of all columns; how many lines the heading has."""

    names: int
    widths: tuple[int, ...]
    heading: int

    @property
    def total(self) -> int:
        """What the whole sheet takes."""
        return self.names + sum(width + len(GAP) for width in self.widths)


def layout(sheet: Sheet, width: int, height: int) -> Layout:
    """How a sheet is laid out in `width` by `height` cells."""
    two = height >= 7 and any(head.upper for head in sheet.heads)
    widths = []
    for k, head in enumerate(sheet.heads):
        cells = max((cell_len(sanitize(row.cells[k].text)) for row in sheet.rows), default=1)
        titles = (head.upper, head.lower + head.mark) if two else (head.whole,)
        title = max(cell_len(sanitize(text)) for text in titles)
        widths.append(max(1, min(max(cells, min(title, 18)), WIDEST, max(width - 8, 4))))
    swatch = max((cell_len(row.swatch) + 1 for row in sheet.rows if row.swatch), default=0)
    longest = max((cell_len(sanitize(row.name)) for row in sheet.rows), default=0)
    names = max(longest + swatch, cell_len(sheet.corner))
    spare = width - sum(w + len(GAP) for w in widths)
    most = max(int(width * NAMES), 10, spare)
    return Layout(min(names, most, width), tuple(widths), 2 if two else 1)


def clamp(place: Place, sheet: Sheet, width: int, height: int) -> tuple[Layout, int, int]:
    """The layout, and how many columns and rows are seen from `place`, which is moved so that its cursor is seen."""
    laid = layout(sheet, width, height)
    columns, rows = len(sheet.heads), len(sheet.rows)
    place.column = min(max(place.column, 0), max(columns - 1, 0))
    place.row = min(max(place.row, 0), max(rows - 1, 0))
    room = max(height - laid.heading, 1)
    place.top = min(max(place.top, place.row - room + 1, 0), place.row, max(rows - room, 0))
    place.left = min(max(place.left, 0), place.column)
    while place.left < place.column and place.column >= place.left + _seen(laid, place.left, width):
        place.left += 1
    while place.left and _seen(laid, place.left - 1, width) >= columns - place.left + 1:
        place.left -= 1
    return laid, _seen(laid, place.left, width), room


def _seen(laid: Layout, left: int, width: int) -> int:
    """How many columns from `left` on there is room for; one at least, if it has to be cut."""
    room, count = width - laid.names, 0
    for size in laid.widths[left:]:
        room -= size + len(GAP)
        if room < 0:
            break
        count += 1
    return max(count, min(1, len(laid.widths) - left))


def draw(
    sheet: Sheet, place: Place, width: int, height: int, ink: Ink, focused: bool, cursor: bool = True
) -> list[Strip]:
    """`height` lines at most: the heading, then the rows; the cursor's column and row stand out."""
    laid, seen, room = clamp(place, sheet, width, height)
    shown = range(place.left, place.left + seen)
    strips = _heading(sheet, laid, place, shown, width, ink, focused, cursor)
    for k, row in enumerate(sheet.rows[place.top : place.top + room], start=place.top):
        here = cursor and k == place.row
        base = ink.selected() if here and focused else ink.style(bold=True) if here else ink.style()
        parts: list[Part] = []
        rest = laid.names
        if row.swatch:
            parts.append(
                (row.swatch + " ", base if here and focused and not ink.coloured else _on(base, row.colour, ink))
            )
            rest -= cell_len(row.swatch) + 1
        quiet = ink.style(ink.dim) if row.quiet and not here else base
        parts.append((pad(shorten(row.name, rest), rest), quiet))
        for j in shown:
            size = min(laid.widths[j], max(width - laid.names - len(GAP), 1))
            cell = row.cells[j]
            text = pad(shorten(cell.text, size), size, "left" if sheet.heads[j].left else "right")
            parts += [(GAP, base), (text, _toned(cell.tone, base, ink, here and focused))]
        strips.append(line(parts, width, ink, base))
    return strips[:height]


def _heading(
    sheet: Sheet, laid: Layout, place: Place, shown: range, width: int, ink: Ink, focused: bool, cursor: bool
) -> list[Strip]:
    strips = []
    for row in range(laid.heading):
        last = row == laid.heading - 1
        parts: list[Part] = [(pad(sheet.corner if last else "", laid.names), ink.style(ink.dim))]
        for j in shown:
            head = sheet.heads[j]
            text = (head.lower + head.mark if last else head.upper) if laid.heading == 2 else head.whole
            size = min(laid.widths[j], max(width - laid.names - len(GAP), 1))
            here = cursor and j == place.column
            style = ink.style(ink.accent, bold=True, underline=focused) if here else ink.style(ink.dim)
            if head.colour and not last:
                style = ink.style(head.colour, bold=True)
            told = shorten(text, size)
            inner = pad(told, size, "left" if head.left else "right")
            parts += [(GAP, ink.style()), (inner, style if told else ink.style())]
        strips.append(line(parts, width, ink))
    return strips


def _on(base: Style, colour: str, ink: Ink) -> Style:
    """The swatch's colour on the row's ground."""
    if base.bgcolor is None or not ink.coloured:
        return ink.style(colour, bold=True)
    return base + Style(color=colour, bold=True)


def _toned(tone: Tone, base: Style, ink: Ink, selected: bool) -> Style:
    if selected or not tone:
        return base + Style(bold=True) if tone == "best" else base
    if tone == "best":
        return ink.style(ink.good, bold=True)
    return ink.style({"dim": ink.dim, "bad": ink.bad, "accent": ink.accent}[tone])


def where(place: Place, laid: Layout, sheet: Sheet, seen: int, room: int) -> str:
    """What part of the sheet is seen, where it is not all: `columns 3-7 of 12, rows 1-8 of 20`."""
    told: list[str] = []
    for name, first, count, total in (
        ("columns", place.left, seen, len(laid.widths)),
        ("rows", place.top, min(room, len(sheet.rows) - place.top), len(sheet.rows)),
    ):
        if count < total:
            told.append(f"{name} {first + 1}-{first + count} of {total}")
    return ", ".join(told)


def turned(sheet: Sheet, corner: str) -> Sheet:
    """Rows and columns exchanged: a column a run, under its swatch."""
    rows = tuple(Row(head.whole, tuple(row.cells[k] for row in sheet.rows)) for k, head in enumerate(sheet.heads))
    heads = tuple(Head(row.swatch, row.name, left=True, colour=row.colour) for row in sheet.rows)
    return Sheet(corner, heads, rows)
