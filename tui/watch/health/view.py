"""The health of runs in lines: how each stands, then what is wrong with it. Knows nothing of any widget."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.strip import Strip

from ....engine.runs.analysis.findings import Finding, ill
from ....engine.runs.analysis.pace import Pace, pace
from ....engine.runs.analysis.wording import figure
from ....engine.text import sanitize
from ...render.cells import Part, line, wrapped
from ...render.numbers import clock, cut, pad, short, shorten
from ...render.palette import Ink
from ..looks import common, looks
from ..roster import Member

SIGNS = {"running": "●", "finished": "✓", "failed": "✗", "silent": "◌", "stopped": "■"}
MARKS = {"nonfinite": "×", "stalled": "!", "spike": "!", "slow": "!", "plateau": "!"}
GRAVE = ("nonfinite", "stalled")
WARNINGS, LINES = 3, 3
"""Warnings of a reader that are told, and lines that a sentence may take."""


@dataclass(frozen=True)
class Block:
    """A run and the sentences below it: a sign, whether it is grave, the text."""

    member: Member
    told: tuple[tuple[str, bool, str], ...]

    def height(self, width: int) -> int:
        """How many lines it takes."""
        return 1 + sum(len(_lines(text, width)) for _, _, text in self.told)


def blocks(members: Sequence[Member], unwell: bool) -> list[Block]:
    """What there is to say of each run; `unwell`: only of runs that want attention."""
    return [Block(member, told(member)) for member in members if not unwell or ill(member.run)]


def told(member: Member) -> tuple[tuple[str, bool, str], ...]:
    """The reason of its state, what was found, and what could not be read."""
    run = member.run
    texts = [("✗" if run.status == "failed" else "·", run.status == "failed", run.reason)] if run.reason else []
    texts += [(MARKS.get(one.kind, "!"), one.kind in GRAVE, one.text) for one in tuple(run.findings)]
    warnings = list(run.warnings)
    texts += [("!", False, f"log: {text}") for text in warnings[:WARNINGS]]
    if len(warnings) > WARNINGS:
        more = len(warnings) - WARNINGS
        texts.append(("!", False, f"log: {more} more warning{'s' * (more != 1)}"))
    return tuple((sign, grave, sanitize(text, limit=1000)) for sign, grave, text in texts)


def first_line(blocks: Sequence[Block], at: int, before: int, width: int, height: int) -> int:
    """Which line of all is the first on the screen, so that the run number `at` is seen as well as it can be."""
    start = sum(block.height(width) for block in blocks[:at])
    end = start + (blocks[at].height(width) if at < len(blocks) else 0)
    total = sum(block.height(width) for block in blocks)
    first = min(max(before, min(end, start + height) - height), start)
    return max(0, min(first, max(total - height, 0)))


def draw(
    blocks: Sequence[Block], at: int, first: int, width: int, height: int, ink: Ink, focused: bool, now: float
) -> list[Strip]:
    """`height` lines from line `first` of all on."""
    seen: list[tuple[int, int, Block, tuple[str, ...]]] = []
    above = 0
    for k, block in enumerate(blocks):
        size = block.height(width)
        if above + size > first and above < first + height:
            seen.append((k, above, block, _facts(pace(block.member.run, now), sanitize(block.member.run.status))))
        above += size
    folder = common([block.member.name for block in blocks])
    longest = max((cell_len(one.member.name[len(folder) :]) for _, _, one, _ in seen), default=0)
    widths = _widths([facts for _, _, _, facts in seen], width - HEAD - min(longest, max(width // 3, 8)))
    room = min(width - HEAD - sum(size + len(GAP) for size in widths if size), max(longest, 8))
    strips: list[Strip] = []
    for k, start, block, facts in seen:
        name = pad(shorten(block.member.name[len(folder) :], room), max(room, 1))
        head = _head(block.member, name, facts, widths, k == at, width, ink, focused)
        lines = [head, *_sentences(block, width, ink)]
        strips += lines[max(first - start, 0) : first + height - start]
    return strips


def _sentences(block: Block, width: int, ink: Ink) -> list[Strip]:
    strips = []
    for sign, grave, text in block.told:
        colour = ink.bad if grave else ink.categories[1] if sign == "!" else ink.dim
        for k, row in enumerate(_lines(text, width)):
            mark = f"   {sign} " if k == 0 else "     "
            words = (row, ink.style(ink.bad if grave else None))
            strips.append(line([(mark, ink.style(colour, bold=grave)), words], width, ink))
    return strips


def _lines(text: str, width: int) -> list[str]:
    rows = wrapped(text, max(width - 6, 8))
    return [*rows[: LINES - 1], cut(" ".join(rows[LINES - 1 :]), max(width - 6, 8))] if len(rows) > LINES else rows


HEAD = 7
"""Columns of the sign of a run's state and of its swatch."""
GAP = "  "


def _head(
    member: Member,
    name: str,
    facts: Sequence[str],
    widths: Sequence[int],
    here: bool,
    width: int,
    ink: Ink,
    focused: bool,
) -> Strip:
    base = ink.selected() if here and focused else ink.style(bold=here)
    plain = here and focused
    colours = {"running": ink.good, "failed": ink.bad, "finished": ink.foreground}
    status = member.run.status
    swatch, colour = looks(member.slot, ink)
    own = ink.style(colours.get(status, ink.dim), bold=True)
    mark = ink.style(colour if member.shown else ink.dim, bold=True)
    parts: list[Part] = [
        (f" {SIGNS.get(status, '○')} ", base if plain else own),
        (swatch + " ", base if plain else mark),
        (name, base),
    ]
    for k, (fact, size) in enumerate(zip(facts, widths, strict=True)):
        if size:
            parts.append((GAP + pad(fact, size, "left" if k == 0 else "right"), base if plain else ink.style(ink.dim)))
    return line(parts, width, ink, base)


def _widths(rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """The widths of the facts; those for which there is no room, the last first, are left out."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    while any(widths) and sum(size + len(GAP) for size in widths if size) > room:
        widths[max(k for k, size in enumerate(widths) if size)] = 0
    return widths


def _facts(found: Pace, status: str) -> tuple[str, ...]:
    """State, step of steps, what is left, speed, what it took; empty where it is not known."""
    step = left = speed = took = ""
    rate = found.recent if status == "running" or math.isnan(found.overall) else found.overall
    if found.step is not None:
        of = f"/{_count(found.total)}" if found.total else ""
        share = f" {found.step / found.total:.0%}" if found.total and found.total >= found.step > 0 else ""
        step = f"step {_count(found.step)}{of}{share}"
    if math.isfinite(found.remaining):
        left = f"{clock(found.remaining)} left"
    if math.isfinite(rate):
        speed = f"{figure(rate)} steps/s" if rate >= 0.1 else f"{figure(1 / rate)} s/step"
    if math.isfinite(found.elapsed):
        took = f"took {clock(found.elapsed)}" if status != "running" else f"for {clock(found.elapsed)}"
    elif found.step is not None and not speed:
        speed = "no times in the log"
    return status, step, left, speed, took


def heading(members: Sequence[Member]) -> str:
    """How many of the runs want attention: `2 of 53 runs want attention`."""
    count, total = sum(ill(member.run) for member in members), len(members)
    if not count:
        return f"nothing is wrong with {total} run{'s' * (total != 1)}"
    if total == 1:
        return "the run wants attention"
    return f"{count} of {total} runs want{'s' * (count == 1)} attention"


def _count(number: int | None) -> str:
    return "?" if number is None else f"{number:,}" if abs(number) < 100_000 else short(number)


def newest(findings: Sequence[Finding]) -> Finding | None:
    """The finding that has a place on a curve and is the gravest."""
    return next((one for one in findings if one.tag), None)
