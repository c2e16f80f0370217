"""The lines of the list of runs: state, colour and shape, name, and what there is to say. Pure functions."""

import time

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from ...render.cells import Part, line
from ...render.numbers import cut, pad, short, shorten
from ...render.palette import Ink
from ..roster import Member
from ..tree import Row

SIGNS = {"running": "●", "finished": "✓", "failed": "✗", "silent": "◌", "stopped": "■"}
"""What stands for each state; others are `○`."""


def sign(status: str, ink: Ink) -> tuple[str, str]:
    """The sign of a state, and its colour."""
    colours = {"running": ink.good, "failed": ink.bad, "finished": ink.foreground}
    return SIGNS.get(status, "○"), colours.get(status, ink.dim)


def ago(seconds: float) -> str:
    """How long ago, in two or three characters: 8s, 5m, 3h, 12d."""
    seconds = max(seconds, 0.0)
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds)}s"


def leaf(row: Row, member: Member, swatch: str, colour: str, width: int, ink: Ink, base: Style, pair: str) -> Strip:
    """A run: state, tick and swatch, name, and at the right where it stands."""
    run = member.run
    mark, mark_colour = sign(run.status, ink)
    reverse = base != ink.style()
    told = "!" if run.findings else ""
    last = max((int(p[0]) for one in run.series.values() if (p := one.last()) is not None), default=None)
    where = "" if last is None else short(last) if abs(last) >= 10_000 else str(last)
    if run.status != "running" and run.grown and width >= 34:
        where = f"{where} · {ago(time.time() - run.grown)}" if where else ago(time.time() - run.grown)
    head = "  " * row.depth
    tick = swatch if member.shown else "·  "
    room = max(width - len(head) - 7 - len(told) - cell_len(where) - 1, 4)
    name = pad(shorten(row.label, room), room)

    def style(front: str | None = None, bold: bool = False) -> Style:
        return base if reverse else ink.style(front, bold=bold)

    parts: list[Part] = [
        (head, base),
        (f"{mark} ", style(mark_colour)),
        (tick, style(colour if member.shown else ink.dim, bold=True)),
        (pair, style(ink.accent, bold=True)),
        (" ", base),
        (name, style(None if member.shown else ink.dim)),
        (told, style(ink.bad, bold=True)),
        (" " + where, style(ink.dim)),
    ]
    return line(parts, width, ink, base)


def branch(row: Row, shown: int, width: int, ink: Ink, base: Style) -> Strip:
    """A folder of runs: how many are below it, and how many of them are shown."""
    told = f" {shown}/{row.count}"
    label = cut(row.label, max(width - 2 * row.depth - 3 - len(told), 4))
    dim = base if base != ink.style() else ink.style(ink.dim)
    parts: list[Part] = [("  " * row.depth, base), ("▾ " if row.open else "▸ ", dim), (label, base), (told, dim)]
    return line(parts, width, ink, base)
