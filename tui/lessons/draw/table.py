"""Tables: words left, numbers right, the rows and columns around the cursor."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from ....engine.lessons.kit.figures import Cell, Table
from ...render.cells import Part, line
from ...render.numbers import compact, cut, pad
from ...render.palette import Ink
from .look import Drawing, Look, cursor_style, quiet, step, struck, window
from .numbers import alike

_GAP = 2
_LEAST = 4
_ROWS = 24
_READS = re.compile(r"[-−+≈<>]?(\d[\d,]*)?\.?\d+(e[-+]?\d+)?%?", re.ASCII)
_WHOLE = re.compile(r"-?[1-9]\d{3,}", re.ASCII)
_NONE = ("", "-", "–", "—")
"""What stands in a column of numbers where there is none."""


def text_of(value: Any, digits: int) -> str:
    """A cell in words."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return f"{value:,}" if abs(int(value)) >= 10_000 else str(value)
    if isinstance(value, float | np.floating):
        return "" if value != value else compact(float(value), digits + 7, digits)
    return str(value)


def _number(value: Any) -> bool:
    """Whether it is a number, or reads as one."""
    if isinstance(value, str):
        return _READS.fullmatch(value.strip()) is not None
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def _grouped(texts: list[str]) -> list[str]:
    """Whole numbers of a column with commas, if one of them has any."""
    if not any("," in text and _READS.fullmatch(text) for text in texts):
        return texts
    return [f"{int(text):,}" if _WHOLE.fullmatch(text) else text for text in texts]


def _fraction(value: Any) -> bool:
    return isinstance(value, float | np.floating) and bool(np.isfinite(value))


def _texts(figure: Table) -> list[list[str]]:
    count = len(figure.columns)
    rows = [[text_of(value, figure.digits) for value in row[:count]] for row in figure.rows]
    for k in range(count):  # the fractions of a column in one notation
        here = [n for n, row in enumerate(figure.rows) if k < len(row) and _fraction(row[k])]
        told = alike([float(figure.rows[n][k]) for n in here], figure.digits + 7, figure.digits)
        for n, text in zip(here, told, strict=True):
            rows[n][k] = text
    rows = [row + [""] * (count - len(row)) for row in rows]
    columns = [_grouped([row[k] for row in rows]) for k in range(count)]
    return [list(row) for row in zip(*columns, strict=True)] if count else rows


def _natural(figure: Table, texts: list[list[str]]) -> list[int]:
    return [
        max(cell_len(cut(name, 200)), *(cell_len(cut(row[k], 200)) for row in texts), 1)
        for k, name in enumerate(figure.columns)
    ]


def _sizes(natural: list[int], width: int, numeric: Sequence[bool]) -> list[int]:
    """Column widths within `width`: words give way before numbers, the widest first."""
    sizes = list(natural)
    while sum(sizes) + _GAP * (len(sizes) - 1) > width:
        words = [k for k, size in enumerate(sizes) if size > _LEAST and not numeric[k]]
        can = words or [k for k, size in enumerate(sizes) if size > _LEAST]
        if not can:
            break
        widest = max(can, key=lambda k: sizes[k])
        sizes[widest] -= 1
    return sizes


def smallest(figure: Table, ink: Ink, width: int) -> tuple[int, int]:
    """All columns in full where they fit."""
    texts = _texts(figure)
    natural = _natural(figure, texts)
    wide = sum(natural) + _GAP * max(0, len(natural) - 1)
    return min(width, max(wide, 8)), min(len(texts) + 1, _ROWS + 2)


def best(figure: Table, ink: Ink, width: int, height: int) -> tuple[int, int]:
    """All rows."""
    wide, _ = smallest(figure, ink, width)
    return wide, len(figure.rows) + 1


def draw(figure: Table, look: Look, width: int, height: int) -> Drawing:
    """The header, and the rows around the cursor."""
    ink = look.ink
    if not figure.columns:
        return Drawing([quiet("nothing", width, ink)])
    texts = _texts(figure)
    numeric = [
        any(k < len(row) and _number(row[k]) for row in figure.rows)
        and all(k >= len(row) or _number(row[k]) or row[k] in _NONE for row in figure.rows)
        for k in range(len(figure.columns))
    ]
    sizes = _sizes(_natural(figure, texts), width, numeric)
    cursor = look.cursor or (0, 0)
    across = _across(sizes, width, cursor[1])
    cuts = len(texts) > height - 1
    down = window(len(texts), height - 1 - cuts if cuts else len(texts), cursor[0])
    strips = [_row(figure.columns, sizes, across, numeric, ink.style(ink.dim, underline=ink.coloured), width, ink)]
    strips += [_body(figure, look, texts[row], row, sizes, across, numeric, width) for row in down]
    if cuts:
        strips.append(quiet(f"rows {down.start + 1}-{down.stop} of {len(texts)}", width, ink))
    starts = [sum(sizes[k] + _GAP for k in across if k < column) for column in across]

    def hit(x: int, y: int) -> Cell | None:
        if not 1 <= y <= len(down):
            return None
        column = max((k for k, start in zip(across, starts, strict=True) if start <= x), default=0)
        return down[y - 1], column

    return Drawing(strips, hit)


def moved(figure: Table, cell: Cell, key: str) -> Cell:
    """The cell beside."""
    return step(cell, key, len(figure.rows), len(figure.columns))


def _across(sizes: list[int], width: int, cursor: int) -> range:
    """The columns that are shown: from the first on, or so many that the cursor's is among them."""
    first = 0
    while first < min(cursor, len(sizes) - 1) and sum(sizes[first : cursor + 1]) + _GAP * (cursor - first) > width:
        first += 1
    last = first + 1
    while last < len(sizes) and sum(sizes[first : last + 1]) + _GAP * (last - first) <= width:
        last += 1
    return range(first, last)


def _row(
    texts: Sequence[str], sizes: list[int], across: range, numeric: list[bool], style: Style, width: int, ink: Ink
) -> Strip:
    parts: list[Part] = []
    for k in across:
        parts.append((pad(texts[k], min(sizes[k], width), "right" if numeric[k] else "left"), style))
        if k != across[-1]:
            parts.append((" " * _GAP, style))
    return line(parts, width, ink)


def _body(
    figure: Table,
    look: Look,
    texts: list[str],
    row: int,
    sizes: list[int],
    across: range,
    numeric: list[bool],
    width: int,
) -> Strip:
    ink = look.ink
    base = ink.style()
    if row in figure.marked:
        base = ink.selected() if ink.coloured else ink.style(ink.accent, bold=True)
    if row in figure.struck:
        base = struck(ink.style(ink.dim))
    parts: list[Part] = []
    for k in across:
        style = base
        if (row, k) in look.sources:
            style = style + ink.style(ink.accent, bold=True, underline=True)
        if look.on((row, k)):
            style = cursor_style(ink)
        parts.append((pad(texts[k], min(sizes[k], width), "right" if numeric[k] else "left"), style))
        if k != across[-1]:
            parts.append((" " * _GAP, base if row in figure.marked and ink.coloured else ink.style()))
    return line(parts, width, ink)
