"""What lies between the two runs of the pair, as a sheet: a row a tag. Knows nothing of any widget."""

import math
from collections.abc import Sequence

from textual.strip import Strip

from ....engine.runs.analysis.difference import Measures, Reach, measures
from ....engine.runs.analysis.tags import better, of_machine
from ...render.cells import Part, line
from ...render.numbers import clock, compact, cut, short, shorten
from ...render.palette import Ink
from ..looks import looks
from ..pair import numerals
from ..roster import Member
from .sheet import Cell, Head, Place, Row, Sheet, draw

LEAST = 4
"""Lines that the section takes: names, two lines of heading, a tag."""


def heads(one: str, two: str) -> tuple[Head, ...]:
    """The columns; `one` and `two` are the signs of the runs."""
    return (
        Head("at the end", one),
        Head("at the end", two),
        Head("mean of", f"{one}−{two}"),
        Head("area", "between"),
        Head("both reach", "value", left=True),
        Head("first at", one),
        Head("first at", two),
        Head("so", "", left=True),
        Head("compared", "steps", left=True),
    )


def between(a: Member, b: Member, tags: Sequence[str], width: int, height: int, ink: Ink) -> list[Strip]:
    """`height` lines on the difference of two runs: their names, then a line a tag they share."""
    shared = [tag for tag in tags if tag in a.run.series and tag in b.run.series]
    ordered = sorted(shared, key=lambda tag: (not better(tag), of_machine(tag)))
    strips = [_names(a, b, width, ink)]
    rows: list[Row] = []
    for tag in ordered:
        if len(rows) + 3 >= height:
            break
        found = measures(a.run, b.run, tag)
        if found is not None:
            rows.append(_row(found, numerals(ink)))
    if not rows:
        told = "they have no steps in common" if shared else "they share no series"
        return [*strips, line([(cut(told, width), ink.style(ink.dim))], width, ink)][:height]
    sheet = Sheet("series", heads(*numerals(ink)), tuple(rows))
    table = draw(sheet, Place(), width, max(height - 1, 7), ink, False, cursor=False)
    return [*strips, *table][:height]


def _names(a: Member, b: Member, width: int, ink: Ink) -> Strip:
    room = max((width - 16) // 2, 6)
    parts: list[Part] = []
    for sign, member in zip(numerals(ink), (a, b), strict=True):
        swatch, colour = looks(member.slot, ink)
        parts += [(f"{sign} ", ink.style(ink.accent, bold=True)), (swatch + " ", ink.style(colour, bold=True))]
        parts += [(shorten(member.name, room), ink.style()), ("   ", ink.style())]
    return line(parts, width, ink)


def _row(found: Measures, signs: tuple[str, str]) -> Row:
    a, b = found.at_end
    better_end = "" if not found.better or a == b else "A" if (a < b) == (found.better == "low") else "B"
    cells = (
        _number(a, better_end == "A"),
        _number(b, better_end == "B"),
        Cell(compact(found.mean, 9, 3)),
        Cell(compact(found.area, 9, 3)),
        Cell(compact(found.target, 9, 4) if found.better else "–", "" if found.better else "dim"),
        _reach(found.reach[0], bool(found.better)),
        _reach(found.reach[1], bool(found.better)),
        Cell(verdict(found, *signs)),
        Cell(f"{short(found.first)}–{short(found.last)}", "dim"),
    )
    return Row(found.tag, cells)


def _number(value: float, leads: bool) -> Cell:
    return Cell(compact(value, 9, 4) + ("*" if leads else ""), "best" if leads else "")


def _reach(reach: Reach | None, told: bool) -> Cell:
    if reach is None or not told:
        return Cell("–" if not told else "never", "dim")
    seconds = f" {clock(reach.seconds)}" if reach.seconds > 0 and math.isfinite(reach.seconds) else ""
    return Cell(f"{reach.step:,}{seconds}")


def verdict(found: Measures, one: str, two: str) -> str:
    """Which one needs fewer steps, and how many times as few: `② 1.7x sooner (1.4x in time)`."""
    ratio = found.speedup
    if not found.better or math.isnan(ratio):
        return ""
    if ratio == 1:
        return "equally soon"
    who, times, clocked = (two, ratio, found.speedup_time) if ratio > 1 else (one, 1 / ratio, 1 / found.speedup_time)
    timed = f" ({clocked:.2g}x in time)" if math.isfinite(clocked) else ""
    return f"{who} {times:.2g}x sooner{timed}"
