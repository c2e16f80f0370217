"""The lines of the list of runs: state, colour and shape, name, and what there is to say. Pure functions."""

import time

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from ....engine.runs.analysis.findings import ill
from ....engine.runs.run import Run
from ...render.cells import Part, line
from ...render.numbers import cut, short, shorten
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


def reached(run: Run) -> int | None:
    """The greatest step that any series of a run ends at; None before the first point."""
    return max((int(p[0]) for one in run.series.values() if (p := one.last()) is not None), default=None)


def where(run: Run, room: int) -> str:
    """How far a run is, and if it does not run how long ago it grew last, as much of it as `room` has columns for."""
    last = reached(run)
    step = "" if last is None else short(last) if abs(last) >= 10_000 else str(last)
    since = ago(time.time() - run.grown) if run.status != "running" and run.grown else ""
    told = (" · ".join(part for part in (step, since) if part), since or step)
    return next((text for text in told if text and cell_len(text) < room), "")


def leaf(
    row: Row, member: Member, swatch: str, colour: str, width: int, ink: Ink, base: Style, pair: str, focus: bool
) -> Strip:
    """A run: state, tick and swatch, name, and where the name leaves room for it how far it is.

    `pair`: its sign, if it is of the pair; `focus`: whether it is highlighted.
    """
    run = member.run
    mark, mark_colour = sign(run.status, ink)
    reverse = base != ink.style()
    told = "!" if ill(run) else ""
    head = "  " * row.depth
    tick = swatch if member.shown else "·  "
    room = max(width - len(head) - 7 - len(told), 4)
    far = where(run, room - cell_len(row.label))
    room = max(room - cell_len(far) - bool(far), 4)
    name = shorten(row.label, room)

    def style(front: str | None = None, bold: bool = False, underline: bool = False) -> Style:
        own = ink.style(front, bold=bold, underline=underline)
        return base + Style(underline=underline) if reverse else own

    parts: list[Part] = [
        (head, base),
        (f"{mark} ", style(mark_colour)),
        (tick, style(colour if member.shown else ink.dim, bold=True)),
        (pair or " ", style(ink.accent, bold=True)),
        ("»" if focus else " ", style(ink.accent, bold=True)),
        (name, style(None if member.shown else ink.dim, bold=focus, underline=focus)),
        (" " * (room - cell_len(name)), base),
        (told, style(ink.bad, bold=True)),
        (" " + far if far else "", style(ink.dim)),
    ]
    return line(parts, width, ink, base)


def branch(row: Row, shown: int, width: int, ink: Ink, base: Style) -> Strip:
    """A folder of runs: how many are below it, and how many of them are shown."""
    told = f" {shown}/{row.count}"
    label = cut(row.label, max(width - 2 * row.depth - 3 - len(told), 4))
    dim = base if base != ink.style() else ink.style(ink.dim)
    parts: list[Part] = [("  " * row.depth, base), ("▾ " if row.open else "▸ ", dim), (label, base), (told, dim)]
    return line(parts, width, ink, base)
