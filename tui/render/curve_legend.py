"""The legend of a chart: every curve with its newest value, or its value at the crosshair, in few lines."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from ...engine.text import sanitize
from .cells import Part, line
from .numbers import compact, cut
from .palette import Ink

GAP = "   "


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One curve: its looks, its value, its smoothed value (None: not smoothed), where that is, what to say of it."""

    swatch: str
    label: str
    colour: str
    value: float | None
    smooth: float | None = None
    where: str = ""
    faded: bool = False
    note: str = ""
    sign: str = "━"
    """The swatch in one cell."""


def legend(
    title: str,
    entries: Sequence[Entry],
    smoothed: str,
    width: int,
    rows: int,
    ink: Ink,
    notes: Sequence[str] = (),
) -> list[Strip]:
    """At most `rows` lines; words and names grow shorter until all fit; what does not fit is counted.

    `smoothed` says how; `notes`, warnings, follow the title.
    """
    lines: list[list[Part]] = []
    for room, full, names in (
        *((room, full, 40) for room in range(1, rows + 1) for full in (1, 0)),
        (rows, 0, 24),
        (rows, 0, 14),
    ):
        how = smoothed if any(e.smooth is not None for e in entries) else ""
        head = _title(title, "" if full else how, notes, ink)
        lines = _flow(head, [_entry(e, full, names, smoothed, ink) for e in entries], width)
        if len(lines) <= room:
            break
    if len(lines) > rows and any(e.where for e in entries):
        bare = [replace(e, where="") for e in entries]
        return legend(title, bare, smoothed, width, rows, ink, notes)
    if len(lines) > rows:
        lines = _shorten(lines, rows, entries, width, ink)
    return [line(parts, width, ink) for parts in lines]


def _title(title: str, smoothed: str, notes: Sequence[str], ink: Ink) -> list[Part]:
    parts = [(" " + cut(title, 30), ink.style(bold=True))]
    if smoothed:
        parts.append((f" (~ {smoothed})", ink.style(ink.dim)))
    return [*parts, *((f" · {text}", warned(text, ink)) for text in notes)]


def warned(text: str, ink: Ink) -> Style:
    """Loud for values that are no numbers, which begin with a cross; quiet for what the user asked for."""
    return ink.style(ink.bad if text.startswith("×") else ink.dim)


def _entry(entry: Entry, full: int, names: int, smoothed: str, ink: Ink) -> list[Part]:
    quiet = ink.style(ink.dim)
    parts = [(entry.swatch, ink.style(entry.colour, bold=not entry.faded))]
    if entry.label:
        parts.append((" " + _ends(entry.label, names), quiet if entry.faded else ink.style()))
    if entry.value is None:
        return [*parts, (" -", quiet)]
    parts.append((" " + figure(entry.value, 8, 4).ljust(7), ink.style(bold=not entry.faded)))
    if entry.smooth is not None:
        parts.append((f" {smoothed} " if full else " ~", quiet))
        parts.append((figure(entry.smooth, 8, 4).ljust(7), ink.style(entry.colour, bold=not entry.faded)))
    if entry.note:
        parts.append((" " + cut(entry.note, 24), quiet))
    if entry.where:
        parts.append((f" @{entry.where}", quiet))
    return parts


def figure(value: float, width: int, digits: int) -> str:
    """A value in so many digits, or more of them where it would read as a whole number though it is none."""
    text = compact(value, width, digits)
    while digits < width and _round(text, value):
        digits += 1
        text = compact(value, width, digits)
    return text


def _round(text: str, value: float) -> bool:
    return abs(value) < 100 and "#" not in text and value != float(text) == round(float(text))


def _ends(text: str, width: int) -> str:
    """As `cut`, but out of the middle: a name begins with its role and ends with what tells it from others."""
    text = sanitize(text)
    if cell_len(text) <= width:
        return text
    head, tail = cut(text, width // 2 + 1), 0
    while tail < len(text) and cell_len(head) + cell_len(text[-tail - 1 :]) <= width:
        tail += 1
    return head + text[len(text) - tail :]


def _flow(head: list[Part], entries: list[list[Part]], width: int) -> list[list[Part]]:
    lines = [list(head)]
    for entry in entries:
        if _size(lines[-1]) + len(GAP) + _size(entry) > width and _size(lines[-1]) > 1:
            lines.append([])
        lines[-1] += [(GAP, entry[0][1]), *entry]
    return lines


def _shorten(lines: list[list[Part]], rows: int, entries: Sequence[Entry], width: int, ink: Ink) -> list[list[Part]]:
    """The first `rows` lines, one of which ends by saying how many curves are not named."""
    kept = [list(parts) for parts in lines[:rows]]
    while True:
        hidden = len(entries) - sum(1 for parts in kept for text, _ in parts if text == GAP)
        more = (f"{GAP}+{hidden} more", ink.style(ink.dim))
        starts = [i for i, (text, _) in enumerate(kept[-1]) if text == GAP]
        places = kept[::-1] if len(starts) < 2 else kept[-1:]
        room = next((parts for parts in places if _size(parts) + cell_len(more[0]) <= width), None)
        if room is not None or not starts:
            (kept[-1] if room is None else room).append(more)
            return kept
        del kept[-1][starts[-1] :]


def _size(parts: Sequence[Part]) -> int:
    return sum(cell_len(text) for text, _ in parts)
