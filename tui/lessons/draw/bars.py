"""Bars: a name, a bar from zero, the number, a few words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from ....engine.lessons.kit.figures import Bars, Cell
from ...render.bars import blocks
from ...render.cells import Part, line
from ...render.numbers import cut, pad
from ...render.palette import Ink
from ...render.shades import sign_colour
from .look import MORE, Drawing, Floats, Look, cursor_style, quiet, step, struck, window
from .numbers import alike, percent

_LABEL, _LABEL_LEAST, _BAR_LEAST, _BAR_MOST, _NOTE = 24, 6, 8, 40, 28
_LABEL_FULL, _NOTE_FULL = 48, 60
"""Columns of labels and notes where there is room."""
_BAR_WIDE = 90
_ROWS = 12
_FEW = 12
"""Bars of which each gets more lines where there is room."""


@dataclass(frozen=True)
class Plan:
    """Columns of the parts of a line; `reach` is the value of a full bar."""

    label: int
    bar: int
    number: int
    note: int
    reach: float
    signed: bool
    texts: list[str]


def number_texts(values: Sequence[float], figure: Bars) -> list[str]:
    """The numbers of bars with their unit, in one notation."""
    plain = iter(alike([value for value in values if math.isfinite(value) and not _counted(value)], 9, 4))
    unit = cut(figure.unit, 12)
    found = []
    for value in values:
        if not math.isfinite(value):
            found.append("nan" if math.isnan(value) else "∞" if value > 0 else "-∞")
            continue
        text = f"{value:,.0f}" if _counted(value) else next(plain)
        found.append(percent(value) if figure.percent else f"{text} {unit}".rstrip())
    return found


def _counted(value: float) -> bool:
    return value.is_integer() and abs(value) >= 1000


def number_text(value: float, figure: Bars) -> str:
    """One number with its unit."""
    return number_texts([value], figure)[0]


def _plan(figure: Bars, width: int) -> Plan:
    values = np.asarray(figure.values, dtype=np.float64).ravel()
    texts = number_texts(values.tolist(), figure)
    finite = np.abs(values[np.isfinite(values)])
    reach = float(figure.high) if figure.high else float(finite.max(initial=0.0))
    if figure.reference is not None and math.isfinite(figure.reference[1]) and not figure.high:
        reach = max(reach, abs(float(figure.reference[1])))
    number = max(map(cell_len, [*texts, *_widest(figure, values)]), default=0)
    room = width - number - 2
    for most_label, most_note in ((_LABEL_FULL, _NOTE_FULL), (_LABEL, _NOTE)):
        label = max((cell_len(cut(name, most_label)) for name in figure.labels), default=0)
        note = max((cell_len(cut(text, most_note)) for text in figure.notes), default=0)
        note = note + 2 if note else 0
        if label + note + _BAR_LEAST <= room:
            break
    if label + note + _BAR_LEAST > room:
        note = min(note, max(0, room - label - _BAR_LEAST))
        note = note if note >= 6 else 0
        label = max(min(label, _LABEL_LEAST), min(label, room - note - _BAR_LEAST))
    bar = max(0, min(_BAR_WIDE if width > 2 * _BAR_MOST + _LABEL else _BAR_MOST, room - label - note))
    signed = bool((values < 0).any())
    bar -= bool(signed and bar and bar % 2 == 0)
    return Plan(label, bar, number, note, reach, signed, texts)


def _widest(figure: Bars, values: Floats) -> list[str]:
    """Texts that bars up to a fixed value may have in other frames, so that the bars keep their length."""
    if not figure.high:
        return []
    told = number_text(float(figure.high), figure)
    whole = float(figure.high).is_integer() and np.equal(values, np.rint(values)).all()
    least = len("0.1234") + (cell_len(figure.unit) + 1 if figure.unit else 0)
    return [told] if whole or figure.percent else [told, " " * min(least, 18)]


def smallest(figure: Bars, ink: Ink, width: int) -> tuple[int, int]:
    """Names, numbers, and short bars."""
    plan = _plan(figure, 400)
    wide = min(plan.label, _LABEL) + plan.number + min(plan.note, _NOTE + 2) + 2 + 12
    return min(width, max(wide, 16)), min(len(plan.texts), _ROWS) + bool(figure.reference)


def best(figure: Bars, ink: Ink, width: int, height: int) -> tuple[int, int]:
    """All bars, as long as is useful."""
    plan = _plan(figure, width)
    return (
        min(width, plan.label + plan.number + plan.note + 2 + plan.bar),
        max(1, len(plan.texts) * _pitch(figure, height)) + bool(figure.reference),
    )


def _pitch(figure: Bars, height: int) -> int:
    """Lines from bar to bar: a line each, or two or three with a blank one where few bars have much room."""
    count = len(np.asarray(figure.values).ravel())
    if not 0 < count <= _FEW:
        return 1
    return max(1, min(3, (height - bool(figure.reference)) // count))


def draw(figure: Bars, look: Look, width: int, height: int) -> Drawing:
    """A line a bar; of more bars than lines those around the cursor."""
    ink, plan = look.ink, _plan(figure, width)
    values = np.asarray(figure.values, dtype=np.float64).ravel().tolist()
    if not values:
        return Drawing([quiet("nothing", width, ink)])
    foot = bool(figure.reference) and height > 1
    room = max(1, height - foot)
    cuts = len(values) > room and room > 1
    pitch = _pitch(figure, height)
    cursor = look.cursor[0] if look.cursor else 0
    shown = window(len(values), room - cuts, cursor)
    place = _place(figure, plan)
    strips = []
    for k in shown:
        strips.append(_bar_line(figure, look, plan, k, values[k], place, width))
        strips += [_bar_line(figure, look, plan, k, values[k], place, width, more=True)] * (pitch > 2)
        strips += [line([], width, ink)] * (pitch > 1)
    if cuts:
        strips.append(quiet(f"{MORE} {len(values) - len(shown)} more of {len(values)}", width, ink))
    if figure.reference and foot:
        name, value = figure.reference[0], number_text(float(figure.reference[1]), figure)
        text = name if name == value else f"{name} = {value}" if name[-1:].isdigit() else f"{name} {value}"
        strips.append(quiet(f"{' ' * (plan.label + 1)}│ {text}", width, ink))
    return Drawing(strips, lambda x, y: (shown[y // pitch], 0) if 0 <= y < len(shown) * pitch else None)


def moved(figure: Bars, cell: Cell, key: str) -> Cell:
    """The bar above or below."""
    return step((cell[0], 0), {"left": "up", "right": "down"}.get(key, key), len(figure.labels), 1)


def _place(figure: Bars, plan: Plan) -> int | None:
    """The column within the bars where the reference stands."""
    if figure.reference is None or not plan.reach or not plan.bar:
        return None
    share = float(figure.reference[1]) / plan.reach
    if not math.isfinite(share):
        return None
    if plan.signed:
        half = plan.bar // 2
        return min(plan.bar - 1, max(0, half + round(share * half)))
    return min(plan.bar - 1, max(0, int(share * plan.bar)))


def _bar_line(
    figure: Bars, look: Look, plan: Plan, k: int, value: float, place: int | None, width: int, more: bool = False
) -> Strip:
    """The line of a bar; `more`: a further line of a thick one, without words."""
    ink = look.ink
    words = ink.style()
    if k in figure.marked:
        words = ink.style(ink.accent, bold=True)
    if k in figure.dropped:
        words = struck(ink.style(ink.dim))
    if (k, 0) in look.sources:
        words = words + ink.style(ink.accent, bold=True, underline=True)
    label = figure.labels[k] if k < len(figure.labels) else str(k)
    head = cursor_style(ink) if look.on((k, 0)) else words
    parts: list[Part] = [
        (" " * plan.label, ink.style()) if more else (pad(label, plan.label), head),
        (" ", ink.style()),
    ]
    parts += _with_mark(_bar(value, plan, k in figure.dropped, k in figure.marked, ink), place, ink)
    if more:
        return line(parts, width, ink)
    parts.append((" " + pad(plan.texts[k], plan.number, "right"), words))
    if plan.note and k < len(figure.notes):
        parts.append(("  " + cut(figure.notes[k], plan.note - 2), ink.style(ink.dim)))
    return line(parts, width, ink)


def _bar(value: float, plan: Plan, dropped: bool, marked: bool, ink: Ink) -> list[Part]:
    surface = ink.track if ink.coloured else None
    share = abs(value) / plan.reach if plan.reach and math.isfinite(value) else 0.0
    if not plan.signed:
        colour = ink.dim if dropped else ink.categories[1] if marked else ink.accent
        return [(_full(share, plan.bar), ink.style(colour, surface))]
    half = plan.bar // 2
    tone = ink.dim if dropped else _tone(value < 0, ink)
    style, empty, zero = ink.style(tone, surface), ink.style(None, surface), ("│", ink.style(ink.dim, surface))
    if value < 0 and share:
        halves = max(1, min(half * 2, round(share * half * 2)))
        full, rest = divmod(halves, 2)
        return [(("▐" * rest + "█" * full).rjust(half)[-half:] if half else "", style), zero, (" " * half, empty)]
    return [(" " * half, empty), zero, (_full(share, half), style)]


def _full(share: float, room: int) -> str:
    if share > 1 and room:
        return "█" * (room - 1) + "▶"
    return blocks(share, room) if room > 0 else ""


def _tone(negative: bool, ink: Ink) -> str | None:
    """The colour of a sign, as in a diverging colour map."""
    if ink.coloured:
        if ink.dark:
            return "#56b4e9" if negative else "#f0a02c"
        return "#1c68a8" if negative else "#b35a08"
    return None if ink.depth == "none" else sign_colour(negative, ink)


def _with_mark(parts: list[Part], place: int | None, ink: Ink) -> list[Part]:
    """The bar with the reference in its place."""
    if place is None:
        return parts
    cells: list[tuple[str, Style]] = [(char, style) for text, style in parts for char in text]
    if place < len(cells):
        _, style = cells[place]
        cells[place] = ("│", ink.style(ink.foreground, bold=True) + style.background_style)
    return cells
