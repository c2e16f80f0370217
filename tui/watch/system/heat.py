"""Devices over time: a row a quantity, its name, its value now, and how much of the possible it was. Pure functions."""

from collections.abc import Sequence

import numpy as np
from textual.strip import Strip

from ....engine.system.history import History
from ....engine.system.sampler import Reading
from ...render.cells import Part, line
from ...render.heatmap import heatmap
from ...render.numbers import pad
from ...render.palette import Ink
from ...render.scale import Scale

NAME, VALUE = 18, 17
SCALE = Scale(0.0, 1.0, False)
_EIGHTHS = " ▁▂▃▄▅▆▇█"


def told(reading: Reading) -> str:
    """The value now, of how much where that is no percentage."""
    if reading.unit == "%":
        return f"{reading.value:.0f} %"
    if reading.unit == "°C":
        return f"{reading.value:.0f} °C"
    return f"{reading.value:.1f}/{reading.full:.0f} {reading.unit}"


def row(reading: Reading, shares: Sequence[float], width: int, ink: Ink, bars: bool) -> Strip:
    """One quantity: its name, its value, and the past at the right, the newest last."""
    room = max(width - NAME - VALUE, 4)
    parts: list[Part] = [
        (pad(reading.tag, NAME), ink.style()),
        (
            pad(told(reading), VALUE - 2, "right") + "  ",
            ink.style(ink.bad if reading.share > 0.95 else None, bold=True),
        ),
    ]
    if bars or not ink.coloured:
        text = "".join(_EIGHTHS[round(share * 8)] if share > 0 else "▁" for share in shares[-room:])
        parts.append((" " * (room - len(text)) + text, ink.style(ink.accent)))
        return line(parts, width, ink)
    cells = np.asarray(shares[-room:])
    strips = heatmap(np.stack([cells, cells]), SCALE, ink) if len(cells) else []
    gap = room - len(cells)
    parts.append((" " * gap, ink.style()))
    for strip in strips:
        parts += [(segment.text, segment.style or ink.style()) for segment in strip]
    return line(parts, width, ink)


def shown(history: History, room: int) -> dict[str, list[float]]:
    """The last readings of every quantity that was read in the last round."""
    return {tag: history.shares(tag, room) for tag in history.newest}
