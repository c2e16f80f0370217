"""More words on the run, or the branch, at the cursor of the list. Pure functions."""

import time
from collections import Counter
from collections.abc import Sequence

from rich.cells import cell_len
from textual.strip import Strip

from ....engine.text import sanitize
from ...render.cells import line, wrapped
from ...render.numbers import cut, shorten
from ...render.palette import Ink
from ..roster import Member
from .rows import ago, reached

SENTENCE, FACTS = 4, 3
"""Lines that a finding may take, and that the facts may; the reason of a failure is told whole."""
Told = tuple[str, str, int]
"""A text, its colour, and how many lines it may take."""


def count(number: int, what: str) -> str:
    """`1 tag`, `2 tags`."""
    return f"{number:,} {what}{'s' * (number != 1)}"


def of_run(member: Member, width: int, most: int, ink: Ink) -> list[Strip]:
    """A run in `most` lines at most: its name, why it failed and what was found, how far it is and what was read."""
    run = member.run
    last, points = reached(run), sum(len(series) for series in run.series.values())
    facts = [] if last is None else [f"step {last:,}" + (f" of {run.steps:,}" if run.steps else "")]
    if run.status != "running" and run.grown:
        facts.append(f"{ago(time.time() - run.grown)} ago")
    facts += [run.format] if run.format else []
    facts += [count(len(run.series), "tag"), count(points, "point")]
    facts += [count(len(run.warnings), "warning")] if run.warnings else []
    state = f"{run.status}: {run.reason}" if run.reason else run.status
    failed = run.status == "failed"
    texts: list[Told] = [(one.text, ink.bad, SENTENCE) for one in run.findings]
    if failed or run.reason or not texts:
        texts.insert(0, (state, ink.bad if failed else ink.dim, most if failed else SENTENCE))
    return _fitted(member.name, texts, facts, width, most, ink)


def of_branch(path: str, below: Sequence[Member], width: int, most: int, ink: Ink) -> list[Strip]:
    """Of a branch, how the runs below it stand."""
    states = Counter(member.run.status for member in below)
    told = ", ".join(f"{number} {status}" for status, number in states.most_common())
    drawn = sum(member.shown for member in below)
    return _fitted(
        path, [(told, ink.dim, SENTENCE)], [f"{drawn} of {count(len(below), 'run')} drawn"], width, most, ink
    )


def _fitted(name: str, texts: Sequence[Told], facts: Sequence[str], width: int, most: int, ink: Ink) -> list[Strip]:
    """All in `most` lines: name, texts and facts get one each as long as there are any, the first texts get more."""
    texts = texts[: max(most - 2, 1)]
    parts = [*(_broken(text, width)[: max(limit, 1) + 1] for text, _, limit in texts), _joined(facts, width)]
    limits = [*(limit for _, _, limit in texts), FACTS]
    spare = most - 1 - len(parts)
    lines: list[tuple[str, str]] = []
    for rows, limit, colour in zip(parts, limits, [*(colour for _, colour, _ in texts), ink.dim], strict=True):
        size = 1 + max(min(len(rows), limit, spare + 1) - 1, 0)
        spare -= size - 1
        joint = " · " if rows is parts[-1] else " "
        kept = rows if len(rows) <= size else [*rows[: size - 1], cut(joint.join(rows[size - 1 :]), width)]
        lines += [(row, colour) for row in kept]
    named = _broken(name, width)
    named = named if len(named) <= min(spare + 1, 2) else [shorten(name, width)]
    lines = [*((row, ink.foreground) for row in named), *lines]
    return [line([(row, ink.style(colour))], width, ink) for row, colour in lines[: max(most, 0)]]


def _joined(facts: Sequence[str], width: int) -> list[str]:
    """Short facts with points between them, as many in a row as fit."""
    rows: list[str] = []
    for fact in map(sanitize, facts):
        if rows and cell_len(rows[-1]) + 3 + cell_len(fact) <= width:
            rows[-1] += f" · {fact}"
        else:
            rows.append(fact)
    return [cut(row, width) for row in rows]


def _broken(text: str, width: int) -> list[str]:
    """A text, harmless, in rows; a word that is longer than a row is broken."""
    text = sanitize(text, limit=2000)
    return [text] if cell_len(text) <= width else wrapped(text, width)
