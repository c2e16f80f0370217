"""The one line over a compact chart: its title and the newest value of every curve, as many as fit."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.strip import Strip

from .cells import Part, line
from .curve_legend import Entry, figure, warned
from .numbers import cut
from .palette import Ink

LEAST = 8
"""So many columns of a title stay."""


def headline(title: str, entries: Sequence[Entry], width: int, ink: Ink, notes: Sequence[str] = ()) -> Strip:
    """Title, warnings and values in one line; the title is cut, and values that do not fit are counted."""
    entries = sorted(entries, key=lambda entry: entry.faded)  # what is bright is told first
    values = [_value(entry, len(entries) > 1, ink) for entry in entries]
    signs = [text.split()[0] for text in notes if not text[0].isalpha()]
    least = min(cell_len(title), max(width // 2, LEAST))
    for said in (notes, signs):
        warnings = [(f" {text}", warned(text, ink)) for text in said]
        room = width - 1 - least - _size(warnings)
        if sum(map(_size, values)) <= room:
            break
    shown = len(values)
    while shown and sum(map(_size, values[:shown])) + (5 if shown < len(values) else 0) > room:
        shown -= 1
    told = [part for value in values[:shown] for part in value]
    if shown < len(values):
        told.append((f" +{len(values) - shown}", ink.style(ink.dim)))
    name = cut(title, max(width - 1 - _size(told) - _size(warnings), 0))
    return line([(" " + name, ink.style(bold=True)), *warnings, *told], width, ink)


def _value(entry: Entry, many: bool, ink: Ink) -> list[Part]:
    """A sign where there are more curves than one, and the number, smoothed if the line is."""
    value = entry.value if entry.smooth is None else entry.smooth
    text = "-" if value is None else ("~" if entry.smooth is not None else "") + figure(value, 7, 3)
    own = ink.style(entry.colour, bold=not entry.faded)
    return [(f" {entry.sign}", own), (text, own)] if many else [(" " + text, ink.style())]


def _size(parts: Sequence[Part]) -> int:
    return sum(cell_len(text) for text, _ in parts)
