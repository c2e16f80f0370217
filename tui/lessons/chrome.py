"""What stands around the figures of a lesson: where one is, the caption, the scrubber."""

from rich.cells import cell_len
from textual.strip import Strip

from ..render.cells import Part, line, wrapped
from ..render.numbers import cut
from ..render.palette import Ink
from .hits import target
from .reading import Reading
from .settings_view import named, value_of

NARROW = 130
"""With fewer columns, settings stand in a line under the figures instead of beside them."""
SIDE = 46
"""Columns of what stands beside."""


def heading(reading: Reading, figure: str, depth: str, beyond: str, busy: str, width: int, ink: Ink) -> Strip:
    """`convolution › The kernel slides › output`, how far one is, whether there is `beyond` more, and what is awaited.

    Where there is no room the name of the figure gives way first: its title stands below.
    """
    dim = ink.style(ink.dim)
    right = f" {reading.scene + 1}/{len(reading.lesson.scenes)}"
    if reading.frames > 1:
        word = "frame " if depth == "overview" else ""
        right += f"  {word}{min(reading.frame + 1, reading.frames)}/{reading.frames}"
    right += " "
    tails = [(f" {busy}", dim)] if busy else []
    tails += [(f" {beyond} ", ink.style(ink.accent))] if beyond else []
    tails.append((right, dim))
    room = max(0, width - sum(cell_len(text) for text, _ in tails))
    name, last = f" {reading.lesson.name} ", "› the number" if depth == "formula" else ""
    figure = figure if depth == "part" else ""
    spare = room - cell_len(name) - cell_len(last) - 3
    title = reading.at.title
    if figure and spare - 3 - cell_len(figure) < cell_len(title):
        figure = ""
    title = cut(title, max(0, spare - (3 + cell_len(figure) if figure else 0)))
    parts: list[Part] = [(name, ink.style(ink.accent, bold=True))]
    for text, style in ((title, ink.style(bold=True)), (figure, ink.style())):
        parts += [("› ", dim), (f"{text} ", style)] if text else []
    parts.append((last, ink.style()))
    parts = [(text, style + target("scenes")) for text, style in parts]
    return Strip.join([line(parts, room, ink), line(tails, width - room, ink)])


def caption(text: str, width: int, ink: Ink, most: int) -> list[Strip]:
    """The caption in at most so many lines."""
    rows = wrapped(text, max(8, width - 2))
    if len(rows) > most:
        rows = [*rows[: most - 1], cut(" ".join(rows[most - 1 :]), width - 2)] if most else []
    return [line([(" " + row, ink.style())], width, ink) for row in rows]


def scrubber(reading: Reading, width: int, ink: Ink) -> Strip:
    """Where in the scene's frames one is: `▶ ━━━●────`; the lesson's time where a setting is one."""
    mark = "▮▮" if reading.playing else "▶ "
    scrub = reading.scrub
    if scrub is not None:
        share, text = scrub.share(reading.state[scrub.name]), f"{named(scrub)} {value_of(scrub, reading)}"
    else:
        share = reading.frame / max(1, reading.frames - 1) if reading.frames > 1 else float(reading.frames == 1)
        text = f"{min(reading.frame, reading.frames - 1) + 1} of {reading.frames}" if reading.frames else "…"
    share = min(max(share, 0.0), 1.0)
    track = max(1, width - cell_len(text) - 8)
    at = round(share * (track - 1))
    spot = target("scrub")
    parts: list[Part] = [(f" {mark} ", ink.style(ink.accent, bold=True) + target("play"))]
    parts += [("━" * at, ink.style(ink.accent) + spot), ("●", ink.style(ink.accent, bold=True) + spot)]
    parts.append(("─" * (track - 1 - at), ink.style(ink.dim) + spot))
    return line([*parts, (f"  {text} ", ink.style(ink.dim))], width, ink)
