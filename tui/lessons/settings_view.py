"""The settings of a scene: in a line or two under the figures, or beside them with where each value lies."""

from rich.cells import cell_len
from textual.strip import Strip

from ...engine.lessons.kit.settings import Moves, Numbers, Setting, Slider, Switch
from ..render.cells import Part, line, wrapped
from ..render.numbers import cut
from ..render.palette import Ink
from .hits import target
from .reading import Reading

VALUE = 18
"""Columns that a value takes at most in a line."""
_FEW = 6
"""Moves that are shown one by one."""


def named(setting: Setting) -> str:
    """The name of a setting as it is read."""
    return setting.name.replace("_", " ")


def value_of(setting: Setting, reading: Reading, room: int = VALUE) -> str:
    """The value of a setting, short."""
    value = reading.state[setting.name]
    if isinstance(setting, Switch):
        return "on" if value else "off"
    if isinstance(setting, Moves):
        return _moves(value)
    text = setting.show(value)
    if isinstance(setting, Numbers) and text not in setting.named:
        return "edited"
    return cut(text, room)


def _moves(value: str) -> str:
    """A short history in letters, a long one as a count; `12× x` where all are one."""
    if len(value) <= _FEW:
        return value or "none"
    return f"{len(value)}× {value[0]}" if len(set(value)) == 1 else f"{len(value)} moves"


def chips(reading: Reading, width: int, ink: Ink, most: int) -> list[Strip]:
    """The settings of the scene in at most so many lines; the chosen one between arrows."""
    if not most:
        return []
    rows: list[list[Part]] = [[]]
    room, at = width, 0
    for setting in reading.settings:
        chosen = setting is reading.chosen
        item: list[Part] = [(" ", ink.style()), *_key(setting, ink)]
        value = value_of(setting, reading)
        if chosen:
            item.append((f"‹{named(setting)} {value}›", ink.selected()))
        else:
            item += [(f"{named(setting)} ", ink.style(ink.dim)), (value, ink.style())]
        item.append((" ", ink.style()))
        size = sum(cell_len(text) for text, _ in item)
        if size - 1 > room and rows[-1]:
            rows.append([])
            room = width
        rows[-1] += [(text, style + target("setting", setting.name)) for text, style in item]
        room -= size
        at = len(rows) - 1 if chosen else at
    first = min(max(0, at - most + 1), max(0, len(rows) - most))
    return [line(row, width, ink) for row in rows[first : first + most] if row]


def _key(setting: Setting, ink: Ink) -> list[Part]:
    """The letter that turns a setting, in brackets."""
    letters = " ".join(setting.moves) if isinstance(setting, Moves) else setting.key
    if not letters:
        return []
    key = ink.style(ink.accent, bold=True, underline=ink.coloured)
    return [("[", ink.style(ink.dim)), (letters, key), ("] ", ink.style(ink.dim))]


def slider(setting: Setting, reading: Reading, width: int, ink: Ink, helps: bool) -> list[Strip]:
    """One setting beside the figures: its name and value, where the value lies, and if it `helps` what it does."""
    chosen = setting is reading.chosen
    value = value_of(setting, reading, max(VALUE, width - cell_len(named(setting)) - 8))
    key = [(" ", ink.style()), *_key(setting, ink)]
    taken = sum(cell_len(text) for text, _ in key) + cell_len(named(setting)) + cell_len(value) + 2
    parts: list[Part] = [
        *key,
        (named(setting), ink.style(ink.accent if chosen else None, bold=chosen)),
        (" " * max(1, width - taken), ink.style()),
    ]
    parts.append((f" {value}", ink.selected() if chosen else ink.style(ink.accent)))
    strips = [line([(text, style + target("setting", setting.name)) for text, style in parts], width, ink)]
    if isinstance(setting, Slider):
        track, spot = width - 4, target("track", setting.name)
        at = round(setting.share(reading.state[setting.name]) * (track - 1))
        strips.append(
            line(
                [
                    ("  ", ink.style()),
                    ("━" * at, ink.style(ink.accent) + spot),
                    ("●", ink.style(ink.accent if not chosen else ink.cursor, bold=True) + spot),
                    ("─" * (track - 1 - at), ink.style(ink.dim) + spot),
                ],
                width,
                ink,
            )
        )
    if chosen or helps:
        strips += [line([("  " + row, ink.style(ink.dim))], width, ink) for row in wrapped(setting.help, width - 4)[:2]]
    return strips
