"""Cards: running text with its kind before it."""

from rich.cells import cell_len

from ....engine.lessons.kit.figures import Card, Cell
from ...render.cells import line
from ...render.colour import mix, readable
from ...render.palette import Ink
from .look import MORE, Drawing, Look, wrapped_words

_WIDE, _LEAST = 76, 30


def _text_width(figure: Card, width: int) -> int:
    return max(8, min(width, _WIDE, cell_len(figure.text) + 2) - 2)


def smallest(figure: Card, ink: Ink, width: int) -> tuple[int, int]:
    """The whole text, at a width that reads well."""
    room = min(width, max(_LEAST, min(48, cell_len(figure.text) // 3)))
    return room, len(wrapped_words(figure.text, _text_width(figure, room))) + (figure.kind != "note")


def best(figure: Card, ink: Ink, width: int, height: int) -> tuple[int, int]:
    """The text in lines that are not too long."""
    room = _text_width(figure, width)
    return room + 2, len(wrapped_words(figure.text, room)) + (figure.kind != "note")


def draw(figure: Card, look: Look, width: int, height: int) -> Drawing:
    """The text behind a rule in the colour of its kind."""
    ink = look.ink
    colour = {"opinion": ink.categories[1], "measured": ink.good, "source": ink.dim, "link": ink.accent}.get(
        figure.kind, ink.dim
    )
    rows = wrapped_words(figure.text, _text_width(figure, width))
    strips = []
    rule = ("▎" if ink.depth != "none" else "|") + " "
    if figure.kind != "note":
        ground = mix(ink.background, colour, 0.8)
        style = ink.style(readable(ground), ground, bold=True) if ink.coloured else ink.style(colour, bold=True)
        tag = f" {figure.kind} " if ink.coloured else f"[{figure.kind}]"
        strips.append(line([(rule, ink.style(colour)), (tag, style)], width, ink))
    room = max(1, height - len(strips))
    if len(rows) > room:
        rows = [*rows[: room - 1], rows[room - 1] + MORE]
    shown = ink.style(ink.dim if figure.kind == "source" else None)
    strips += [line([(rule, ink.style(colour)), (row, shown)], width, ink) for row in rows]
    return Drawing(strips, lambda x, y: (0, 0))


def moved(figure: Card, cell: Cell, key: str) -> Cell:
    """A card has one place."""
    return 0, 0
