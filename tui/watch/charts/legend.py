"""Which run is which: their signs and names in a row or two over a page of charts. Knows nothing of any widget."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.strip import Strip

from ...render.cells import Part, line
from ...render.curve import Curve, glyphs, letters
from ...render.numbers import shorten
from ...render.palette import Ink
from ..looks import common

LONGEST, TIGHT = 32, 16
"""Columns of a name at the most; with so few the key of groups is left out."""
MOST = 2
"""Rows, of an area of at least TALL."""
TALL = 16


def key_rows(curves: Sequence[Curve], width: int, height: int, ink: Ink) -> list[Strip]:
    """The rows; none for a lone curve or where there is hardly room for a chart."""
    if len(curves) < 2 or height < 8:
        return []
    signs = [letter or glyph for letter, glyph in zip(letters(curves, ink), glyphs(curves, ink), strict=True)]
    for names in (LONGEST, 24, 16, 12):
        lines = _flow(curves, signs, names, width, ink)
        if len(lines) <= (MOST if height >= TALL else 1):
            break
    most = MOST if height >= TALL else 1
    if len(lines) > most:
        kept = lines[:most]
        hidden = sum(len(entries) for entries in lines[most:])
        more = f"  +{hidden} more"
        while kept[-1] and sum(_size(e) for e in kept[-1]) + cell_len(more) > width:
            kept[-1].pop()
            hidden += 1
            more = f"  +{hidden} more"
        kept[-1].append([(more, ink.style(ink.dim))])
        lines = kept
    return [line([part for entry in entries for part in entry], width, ink) for entries in lines]


def _flow(curves: Sequence[Curve], signs: Sequence[str], names: int, width: int, ink: Ink) -> list[list[list[Part]]]:
    lines: list[list[list[Part]]] = [[]]
    labels = [curve.label for curve in curves]
    keys = {label.partition("=")[0] if label.count("=") == 1 else "" for label in labels}
    key = keys.pop() if len(labels) > 1 and len(keys) == 1 else ""
    skip = len(key) + 1 if key and names <= TIGHT else len(common(labels))
    for curve, sign in zip(curves, signs, strict=True):
        own = ink.style(curve.colour(ink), bold=not curve.behind)
        label, note = curve.label[skip:], f" ({curve.note})" if curve.note else ""
        text = label + note if cell_len(label + note) <= names else shorten(label, names)
        entry: list[Part] = [
            (f" {sign}{curve.swatch} ", own),
            (text + " ", ink.style(ink.dim) if curve.behind else ink.style()),
        ]
        if lines[-1] and sum(_size(e) for e in lines[-1]) + _size(entry) > width:
            lines.append([])
        lines[-1].append(entry)
    return lines


def _size(parts: Sequence[Part]) -> int:
    return sum(cell_len(text) for text, _ in parts)
