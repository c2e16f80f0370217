"""The monitor printed once: who was found and how each stands, then the same charts, sized to the terminal."""

from collections.abc import Sequence

from rich.style import Style
from textual.strip import Strip

from ...engine.runs.analysis.query import query
from ...engine.runs.run import Run
from ..render.numbers import cut, pad, short
from ..render.palette import DARK, PLAIN, Ink
from ..render.pen import Part, written
from .charts.board import page
from .roster import FIRST, Roster
from .runs.rows import sign
from .sight import Sight

LISTED = 20
"""Runs that are told of in a line each."""


def text(runs: Sequence[Run], width: int, height: int, *, colour: bool, tags: str = "", which: str = "") -> str:
    """The runs that match the query `which` as lines, and a page of the charts whose tags match `tags`."""
    ink = DARK if colour else PLAIN
    sight = Sight(tag_filter=tags, run_filter=which)
    members = Roster().update(runs, sight, query(which, runs) if which else lambda run: True)
    room = max((len(member.name) for member in members), default=0)
    room = min(room, max(width - 44, 12))
    lines: list[list[Part]] = []
    for member in members[:LISTED]:
        run = member.run
        mark, tint = sign(run.status, ink)
        last = max((int(p[0]) for one in run.series.values() if (p := one.last()) is not None), default=None)
        told = f"{run.status:9} step {'-' if last is None else format(last, ',')}, {len(run.series)} tags, "
        told += f"{short(sum(map(len, run.series.values())))} points, {run.format}"
        style = Style(color=tint) if colour else None
        lines.append([(f"{mark} ", style), (f"{pad(member.name, room)}  ", None), (cut(told, width - room - 4), None)])
        lines += [
            [("    " + cut(finding.text, width - 4), Style(color=ink.bad) if colour else None)]
            for finding in run.findings[:2]
        ]
    if len(members) > LISTED:
        lines.append([(f"… and {len(members) - LISTED} more", None)])
    drawn = sum(member.shown for member in members)
    if drawn < len(members):
        lines.append([(f"drawn: the newest {min(drawn, FIRST)}; --runs chooses others", None)])
    strips = page(members, sight, width, max(height - len(lines) - 2, 16), ink)
    lines.append([])
    lines += [_bare(strip, ink) for strip in strips]
    return "\n".join(written(parts, colour) for parts in lines)


def _bare(strip: Strip, ink: Ink) -> list[Part]:
    """A strip on the terminal's own background."""
    return [(segment.text, _front(segment.style, ink)) for segment in strip]


def _front(style: Style | None, ink: Ink) -> Style | None:
    if style is None or ink.depth == "none":
        return None
    ground = style.bgcolor.name if style.bgcolor is not None else ink.background
    keep = style.bgcolor if ground != ink.background else None
    front = style.color if style.color is not None and style.color.name != ink.foreground else None
    return Style(color=front, bgcolor=keep, bold=style.bold, dim=style.dim)
