"""How the parts of the denoise pane lie: settings, panels, charts, strip; pure, so that a test can read it."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.strip import Strip

from ...render.cells import Part, line
from ...render.denoise.curve import alpha_bar_chart, snr_chart, told
from ...render.denoise.film import Film
from ...render.denoise.panels import key, panels
from ...render.denoise.strip import Shown, filmstrip, strip_height
from ...render.numbers import cut
from ...render.palette import Ink
from ..blocks import beside

CHARTS_LEAST, CHARTS_MOST = 24, 40
STRIP_FROM, TALL_STRIP_FROM, CHARTS_BELOW_FROM = 13, 26, 34
"""Rows from which there is a strip, a higher one, and charts below the panels where none stand beside them."""


@dataclass(frozen=True)
class Playing:
    """How the frames go on by themselves."""

    on: bool
    speed: int
    """Frames a second."""


@dataclass(frozen=True)
class Scene:
    """The drawn pane, and where its strip lies."""

    strips: list[Strip]
    strip: Shown | None
    top: int = 0


def scene(films: Sequence[Film], frame: int, playing: Playing, width: int, height: int, ink: Ink) -> Scene:
    """All parts that the room allows, the most important first: settings, panels, numbers, strip, charts."""
    film = films[0]
    head = [settings(film, playing, width, ink)]
    most = 0 if height < STRIP_FROM else 5 if height < TALL_STRIP_FROM else 9
    strip_rows = strip_height(film, most, width, ink)
    side = min(max(width // 4, CHARTS_LEAST), CHARTS_MOST) if width >= 76 and height >= 12 else 0
    below = 7 if not side and height >= CHARTS_BELOW_FROM else 0
    numbers = 0 if side or below else 1
    room = height - len(head) - strip_rows - numbers - below - 1
    across = width - side - (2 if side else 0)
    body = [*panels(films, frame, across, room, ink), key(film, across, ink)]
    if side:
        body = beside([(body, across), (_charts(film, frame, side, room + 1, ink), side)], room + 1, ink)
    strips = [*head, *body]
    if below:
        half = (width - 2) // 2
        charts = [(make(film, frame, half, below, ink), half) for make in (alpha_bar_chart, snr_chart)]
        strips += beside(charts, below, ink)
    if numbers:
        strips.append(line([(cut(told(film, frame), width), ink.style(bold=True))], width, ink))
    if not strip_rows:
        return Scene(strips, None)
    shown = filmstrip(film, frame, width, strip_rows, ink)
    return Scene([*strips, *shown.strips], shown, len(strips))


def _charts(film: Film, frame: int, width: int, height: int, ink: Ink) -> list[Strip]:
    """t in words, and the two charts below each other."""
    half = (height - 1) // 2
    head = line([(cut(f"t {film.t[frame]} of {film.t[0]}", width), ink.style(bold=True))], width, ink)
    return [
        head,
        *alpha_bar_chart(film, frame, width, half, ink),
        *snr_chart(film, frame, width, height - 1 - half, ink),
    ]


def settings(film: Film, playing: Playing, width: int, ink: Ink) -> Strip:
    """Every setting behind the key that changes it, in one line, in words where they have room."""
    told = [("s", film.sampler or "kept", ""), ("n", str(film.steps), "{} steps")]
    if film.seed >= 0:
        told.append(("S", str(film.seed), "seed {}"))
    if film.classes:
        told += [("c", film.asked(), "class {}"), ("u", f"{film.guidance:g}", "guidance {}")]
    told.append(("p", f"{'▶' if playing.on else '■'} {playing.speed}/s", ""))
    words = [(letter, form.format(value) if form else value) for letter, value, form in told]
    short = [(letter, value) for letter, value, _ in told]
    taken = sum(cell_len(text) + 4 for _, text in words) - 2
    chosen, gap = (words, "  ") if taken <= width else (short, " ")
    parts: list[Part] = []
    for letter, text in chosen:
        parts += [(letter, ink.style(ink.accent, bold=True)), (f" {text}{gap}", ink.style())]
    return line(parts, width, ink)
