"""The strip of a trajectory: small frames from noise to data, the chosen one marked."""

from dataclasses import dataclass

import numpy as np
from textual.strip import Strip

from ..cells import Part, line
from ..numbers import pad
from ..palette import Ink
from ..picture import picture
from .cloud import cloud
from .film import Film

LEAST = 6
"""Columns of a frame with its gap, for `t 1000` to be read."""


@dataclass(frozen=True)
class Shown:
    """A drawn strip: `frames` are those that it shows, each `cell` columns wide."""

    strips: list[Strip]
    frames: tuple[int, ...]
    cell: int

    def hit(self, x: int) -> int | None:
        """The frame at column `x`."""
        at = x // self.cell if self.cell else len(self.frames)
        return self.frames[at] if 0 <= at < len(self.frames) else None


def strip_height(film: Film, most: int, width: int, ink: Ink) -> int:
    """Lines that a strip needs, at most `most`: as many as its pictures fill, and one for t."""
    if most < 2:
        return 0
    return most if film.points else 1 + len(_small(film, 0, width, most - 1, ink))


def filmstrip(film: Film, frame: int, width: int, height: int, ink: Ink) -> Shown:
    """Evenly spaced frames of x_t in `height` lines, the last of them their t; the one nearest to `frame` is marked."""
    rows = height - 1
    if rows < 1 or width < LEAST:
        return Shown([line((), width, ink)] * max(0, height), (), 0)
    wide = 2 * rows if film.points or film.x.shape[4] >= film.x.shape[3] else rows
    sample = _small(film, 0, wide, rows, ink)
    wide = max((strip.cell_length for strip in sample), default=wide)
    cell = max(LEAST, wide + 1)
    count = max(1, min(width // cell, len(film)))
    frames = tuple(sorted({round(k) for k in np.linspace(0, len(film) - 1, count)}))
    chosen = min(frames, key=lambda k: abs(k - frame))
    drawn = [_small(film, k, wide, rows, ink) for k in frames]
    strips = []
    for y in range(rows):
        parts: list[Part] = []
        for block in drawn:
            inner = [(s.text, s.style or ink.style()) for s in block[y]] if y < len(block) else []
            used = sum(len(text) for text, _ in inner)
            parts += [*inner, (" " * (cell - used), ink.style())]
        strips.append(line(parts, width, ink))
    marks: list[Part] = []
    for k in frames:
        text = pad(str(film.t[k]), cell - 1, "centre")
        marks += [(text, ink.selected() if k == chosen else ink.style(ink.dim)), (" ", ink.style())]
    return Shown([*strips, line(marks, width, ink)], frames, cell)


def _small(film: Film, frame: int, width: int, height: int, ink: Ink) -> list[Strip]:
    if film.points:
        return cloud(film.x[frame], film.modes(), width, height, ink)
    return picture(film.outside(film.x[frame, 0]), ink, width, height, most=2)[0]
