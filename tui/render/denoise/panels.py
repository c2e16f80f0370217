"""One frame of a trajectory, large: x_t, the predicted noise and the predicted x_0 side by side."""

from collections.abc import Sequence

import numpy as np
from rich.cells import cell_len
from textual.strip import Strip

from ..cells import line
from ..heatmap import fit, heatmap, pixels
from ..legend import legend
from ..numbers import cut, pad
from ..palette import Ink
from ..picture import picture
from ..pooling import factor, shrink
from ..scale import Scale
from .cloud import REACH, cloud
from .film import NOISE, Film

PARTS = ("x", "eps", "x0")
MOST = 24
"""Largest zoom of a picture."""
GAP = 2
Layout = list[list[tuple[Film, str]]]
"""Rows of panels."""


def panels(films: Sequence[Film], frame: int, width: int, height: int, ink: Ink) -> list[Strip]:
    """The panels of all films, laid out so that pictures are as large as can be."""
    rows = max(layouts(films, width), key=lambda rows: _largest(films[0], rows, width, height, ink))
    high = height // len(rows)
    strips: list[Strip] = []
    for row in rows:
        wide = (width - GAP * (len(row) - 1)) // len(row)
        drawn = [panel(film, min(frame, len(film) - 1), part, wide, high, ink, len(films) > 1) for film, part in row]
        strips += [_joined([block[y] for block in drawn], width, ink) for y in range(high)]
    return [*strips, *[line((), width, ink)] * (height - len(strips))]


def layouts(films: Sequence[Film], width: int) -> list[Layout]:
    """Ways to lay panels out, those that show more first: a row a film; both in one; without the noise."""
    parts = PARTS if width >= 36 else ("x", "x0")
    found: list[Layout] = [[[(film, part) for part in parts] for film in films]]
    if len(films) > 1:
        found.append([[(film, part) for film in films for part in ("x", "x0")]])
    return found


def _largest(film: Film, rows: Layout, width: int, height: int, ink: Ink) -> int:
    """How large a picture of this layout may be; negative for one that must be pooled."""
    wide, high = (width - GAP * (len(rows[0]) - 1)) // len(rows[0]), height // len(rows) - 1
    if film.points:
        return min(wide // 2, high)
    h, w = film.x.shape[3:]
    return fit(h, w, ink, wide, high) or -max(1, factor(h, w, *(max(1, n) for n in pixels(ink, wide, high))))


def panel(film: Film, frame: int, part: str, width: int, height: int, ink: Ink, several: bool) -> list[Strip]:
    """A title and a picture in exactly `width` x `height` cells."""
    titles = headings(film, frame, part, several)
    title = next((text for text in titles if cell_len(text) <= width), titles[-1])
    head = line([(pad(title, width), ink.style(bold=part == "x"))], width, ink)
    body = _drawn(film, frame, part, width, height - 1, ink)
    blank = line((), width, ink)
    body = [strip if strip.cell_length == width else line([(s.text, s.style or ink.style()) for s in strip], width, ink)
            for strip in body[: height - 1]]  # fmt: skip
    return [head, *body, *[blank] * (height - 1 - len(body))]


def headings(film: Film, frame: int, part: str, several: bool) -> tuple[str, ...]:
    """What a panel shows, the longest wording first."""
    said = film.verdict(frame) if part == "x0" else ""
    after = f": {said}" if said else ""
    if film.sampler == "forward":
        label = f", a {film.asked()}" if film.asked() else ""
        words = {
            "x": (f"real{label}, noised", "real, noised", "real"),
            "eps": ("noise seen in it", "noise"),
            "x0": ("x_0 seen in it", "x_0"),
        }
        return words[part]
    before = f"{film.sampler}: " if several else ""
    words = {
        "x": (f"{before}x_t, t = {film.t[frame]}", f"{before}x_t"),
        "eps": ("predicted noise", "noise"),
        "x0": (f"predicted x_0{after}", f"x_0{after}", "x_0"),
    }
    return words[part]


def _drawn(film: Film, frame: int, part: str, width: int, height: int, ink: Ink) -> list[Strip]:
    values = getattr(film, part)[frame]
    if film.points:
        centers = film.centers if len(film.centers) else film.real
        under = None if part == "eps" else (centers - film.center) / film.unit
        return cloud(values, film.modes(), width, height, ink, under)
    if part != "eps":
        return picture(film.outside(values[0]), ink, width, height, most=MOST)[0]
    if np.isnan(values).all():
        return [line([(cut("not kept", width), ink.style(ink.dim))], width, ink)]
    grey = film.noise(frame, 0)
    high, wide = pixels(ink, width, height)
    if min(high, wide) < 1:
        return []
    grey = shrink(grey, high, wide, "mean")
    zoom = max(1, min(MOST, fit(grey.shape[0], grey.shape[1], ink, width, height)))
    return heatmap(grey, Scale(-NOISE, NOISE, True), ink, zoom=zoom)


def key(film: Film, width: int, ink: Ink) -> Strip:
    """What the colours of the panels mean, and their scale."""
    if film.points:
        known = len(film.centers) > 0
        marks = "+ a mode" if known else "· real points"
        colour = "" if ink.depth == "none" else "colour: the mode it goes to; " if known else "colour: whence it came; "
        text = f"{colour}{marks}; window {2 * REACH * film.unit:.3g} high"
        return line([(cut(text, width), ink.style(ink.dim))], width, ink)
    images = "images 0..1, clipped"
    channels = film.x.shape[2]
    told = "noise, mean of channels" if channels > 1 else "noise"
    if width < len(images) + 30:
        return line([(cut(f"{images}, noise -{NOISE:g}..{NOISE:g}", width), ink.style(ink.dim))], width, ink)
    bar = legend(Scale(-NOISE, NOISE, True), ink, min(width - len(images) - GAP, 48), told, "sd")
    return _joined([line([(images, ink.style(ink.dim))], len(images), ink), bar], width, ink)


def _joined(strips: Sequence[Strip], width: int, ink: Ink) -> Strip:
    parts = [(s.text, s.style or ink.style()) for k, strip in enumerate(strips)
             for s in [*((line((), GAP, ink)) if k else ()), *strip]]  # fmt: skip
    return line(parts, width, ink)
