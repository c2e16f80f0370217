"""What the arena says in lines: the legend of its layers, the options in flight, the half-steps of an open step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from textual.strip import Strip

from ...render.arena.colours import fake, ground, manifold, pull, real
from ...render.arena.plane import Layers, span
from ...render.cells import Part, line
from ...render.numbers import compact, cut
from ...render.palette import Ink

Arrays = Mapping[str, NDArray[Any]]

KNOBS = ("lr", "lr_discriminator", "discriminator_steps")
NAMES = {"lr": "lr G", "lr_discriminator": "lr D", "discriminator_steps": "D steps"}
FULL = 68
"""Columns from which on the layers' names are written out."""
LAYERS = (("R", "real"), ("G", "fake"), ("S", "surface"), ("M", "manifold"), ("V", "arrows"))


@dataclass(frozen=True)
class Knobs:
    """The options in flight, in force now, and the one that the brackets change."""

    values: Mapping[str, Any]
    chosen: str


def legend(layers: Layers, ink: Ink, width: int) -> Strip:
    """Key and name of each layer in its colour; what is off is in brackets and quiet."""
    letters = ink.depth == "none"
    wide = width >= FULL
    signs = {
        "real": ("." if letters else "⠶", real(ink)),
        "fake": ("o" if letters else "⠶", fake(ink)),
        "surface": ("", ink.foreground),
        "manifold": ("⡱" if not letters else "", manifold(ink)),
        "arrows": ("→", pull(ink)),
    }
    parts: list[Part] = []
    for key, name in LAYERS:
        sign, colour = signs[name]
        if not getattr(layers, name):
            parts.append((f"({key} {name}) " if wide else f"({key}) ", ink.style(ink.dim)))
            continue
        parts.append((f"{key} ", ink.style(bold=True)))
        parts.append((f"{sign}{name}  " if wide else f"{sign or name[:4]}  ", ink.style(colour)))
    cross = "X" if letters else "✗"
    parts.append((cross, ink.style(ink.bad, bold=True)))
    parts.append((" missing mode" if wide else " missing", ink.style(ink.dim)))
    return line(parts, width, ink)


def tints(surface: Arrays, ink: Ink, width: int) -> Strip:
    """What the surface's tints mean: D's answers from surely generated to surely real, and where its line is."""
    middle, most = float(surface.get("border", np.float64(0.5))), span(surface)
    low, high = compact(round(middle - most, 4), 6, 2), compact(round(middle + most, 4), 6, 2)
    where = f"line at D = {compact(middle, 6, 2)}" + ("" if bool(surface.get("fixed", True)) else ", midway")
    if not ink.coloured:
        return line([(cut(f"░ real to D, {where}", width), ink.style(ink.dim))], width, ink)
    left, right = f"D ≤{low} ", f" ≥{high} "
    room = width - len(left) - len(right)
    every = 1 if room >= 17 else 2 if room >= 9 else 4
    bar: list[Part] = [(" ", ink.style(None, ground(tint, ink))) for tint in range(0, 17, every)]
    parts: list[Part] = [(left, ink.style(fake(ink))), *bar, (right, ink.style(real(ink)))]
    shown = where if len(where) <= room - len(bar) else ""
    return line([*parts, (shown, ink.style(ink.dim))], width, ink)


def knobs(state: Knobs, turn: int, ink: Ink, width: int) -> Strip:
    """The options in flight, the chosen one marked, and what is open of the step at hand."""
    parts: list[Part] = [("[ ] ", ink.style(bold=True))]
    for name in KNOBS:
        value = state.values.get(name)
        text = f"{NAMES[name]} {_told(value)}"
        parts += [(text, ink.selected() if name == state.chosen else ink.style()), ("  ", ink.style())]
    room = width - sum(cell_len(text) for text, _ in parts)
    parts.append((cut(opened(turn), max(0, room)), ink.style(ink.accent if turn else ink.dim)))
    return line(parts, width, ink)


def opened(turn: int) -> str:
    """The half-steps of the step at hand."""
    if not turn:
        return "d, g: half a step"
    times = "once" if turn == 1 else f"{turn} times"
    return f"step open: D trained {times}, g closes it"


def _told(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "?"
    return str(value) if isinstance(value, int) else compact(value, 8, 3)
