"""The monitor printed once: who was found and how each stands, then the same charts, sized to the terminal."""

from collections.abc import Sequence

from rich.style import Style
from textual.strip import Strip

from ...engine.runs.analysis.query import query
from ...engine.runs.run import Run
from ..render.numbers import cut, pad, short
from ..render.palette import DARK, PLAIN, Ink
from ..render.pen import Part, written
from .charts.board import Board, page
from .roster import FIRST, Member, Roster
from .runs.rows import sign
from .sight import Sight

LISTED = 20
"""Runs that are told of in a line each."""


def text(
    runs: Sequence[Run], width: int, height: int, *, colour: bool, tags: str = "", which: str = "", whole: bool = False
) -> str:
    """The runs that match the query `which` as lines, and charts of the tags that match `tags`.

    Charts fill what is left of `height` lines; with `whole` there are as many pages of them as it takes.
    """
    ink = DARK if colour else PLAIN
    sight = Sight(tag_filter=tags, run_filter=which)
    members = Roster().update(runs, sight, query(which, runs) if which else lambda run: True)
    listed = members if whole else members[:LISTED]
    room = min(max((len(member.name) for member in members), default=0), max(width - 44, 12))
    lines: list[list[Part]] = []
    for member in listed:
        lines += _told(member, room, width, ink)
    if len(members) > len(listed):
        lines.append([(f"… and {len(members) - len(listed)} more: --all lists them", None)])
    drawn = sum(member.shown for member in members)
    if drawn < len(members):
        lines.append([(f"drawn: the newest {min(drawn, FIRST)}; --runs QUERY chooses others", None)])
    lines.append([])
    room = max(height - len(lines) - 2, 16)
    picture = Board().draw(members, sight, width, room, ink)
    if not picture.tags:
        why = "no numbers were found" if not any(m.run.series for m in members) else "nothing to draw"
        lines.append([(f"{why}{f'; no tag matches {tags}' if tags else ''}", None)])
        return "\n".join(written(parts, colour) for parts in lines)
    size = picture.page.grid.size
    firsts = list(picture.tags[::size]) if whole else [""]
    for first in firsts:
        sight.first = first
        lines += [_bare(strip, ink) for strip in page(members, sight, width, room, ink)]
    if len(picture.tags) > size and not whole:
        lines.append([("more charts: --tags REGEX chooses some, --all prints all of them", None)])
    return "\n".join(written(parts, colour) for parts in lines)


def _told(member: Member, room: int, width: int, ink: Ink) -> list[list[Part]]:
    """A line of how a run stands, and what is wrong with it."""
    run, colour = member.run, ink.depth != "none"
    mark, tint = sign(run.status, ink)
    last = max((int(p[0]) for one in run.series.values() if (p := one.last()) is not None), default=None)
    told = f"{run.status:9} step {'-' if last is None else format(last, ',')}, {counted(len(run.series), 'tag')}, "
    told += f"{short(sum(map(len, run.series.values())))} points, {run.format}"
    style, bad = (Style(color=tint), Style(color=ink.bad)) if colour else (None, None)
    wrong = [run.reason] if run.status == "failed" and run.reason else []
    wrong += [finding.text for finding in run.findings[:2]]
    head: list[Part] = [(f"{mark} ", style), (f"{pad(member.name, room)}  ", None), (cut(told, width - room - 4), None)]
    return [head, *([("    " + cut(text, width - 4), bad)] for text in wrong)]


def counted(count: int, what: str) -> str:
    """`1 tag`, `2 tags`."""
    return f"{count} {what}{'s' * (count != 1)}"


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
