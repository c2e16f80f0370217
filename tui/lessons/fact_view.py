"""A fact in a line under the figures, or in several beside them."""

import re
from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from ...engine.lessons.kit.facts import told
from ...engine.lessons.study.messages import Proved
from ..render.cells import Part, line, wrapped
from ..render.numbers import cut, pad
from ..render.palette import Ink

HOLDS, FAILS, WAITS = "✓", "✗", "○"


def verdict(proved: Proved, ink: Ink) -> Part:
    """The sign of a fact."""
    if proved.waits:
        return WAITS, ink.style(ink.dim)
    return (HOLDS, ink.style(ink.good, bold=True)) if proved.fact.holds else (FAILS, ink.style(ink.bad, bold=True))


def fact_line(
    facts: Sequence[Proved | None], ids: Sequence[str], about: str, width: int, ink: Ink, most: int = 1
) -> list[Strip]:
    """The fact that matters here: one that fails first, else the one nearest to what the frame is `about` in words.

    One that fails takes two lines where it needs them and `most` allows.
    """
    known = [proved for proved in facts if proved is not None]
    here = [proved for proved in known if proved.fact.id in ids]
    done = [p for p in known if not p.waits]
    failing = [p for p in done if not p.fact.holds]
    computed = [p for p in here if not p.waits]
    count = _count(len(known), len(facts), done)
    if not (failing or here):
        coming = len(known) < max(1, len(facts)) or not facts
        quiet = "computing the facts …" if coming else "f lists the facts of the lesson"
        room = width - cell_len(count) - 1
        return [line([(" " + pad(quiet, room), ink.style(ink.dim)), (count, ink.style(ink.dim))], width, ink)]
    shown = nearest(([p for p in failing if p in here] or failing) if failing else computed or here, about)
    fact, failed = shown.fact, not shown.waits and not shown.fact.holds
    ground = ink.tint(ink.bad, 0.45) if failed and ink.coloured else None
    plain = Style.combine([ink.style(bg=ground, reverse=failed and not ink.coloured)])
    lead = 5 + cell_len(fact.id)
    room = max(0, width - lead - cell_len(count))
    said = _said(shown, room, width - lead if failed and most > 1 else 0)
    sign, style = verdict(shown, ink)
    parts: list[Part] = [(" ", plain), (sign, plain if failed else style), (f" {fact.id} ", plain + Style(bold=True))]
    parts += [(pad(said[0], room), plain)]
    parts += [(count, ink.style(ink.bad if failing else ink.dim, bold=bool(failing)))]
    more = [line([(" " * (lead - 1) + row, plain)], width, ink, plain) for row in said[1:]]
    return [line(parts, width, ink, plain), *more]


def _count(known: int, all_facts: int, done: Sequence[Proved]) -> str:
    """How many facts hold, how many wait for a training, or how many are still to come."""
    if not done:
        return ""
    if known < all_facts:
        return f" {known} of {all_facts} … "
    waiting = known - len(done)
    held = sum(p.fact.holds for p in done)
    return f" {held}/{len(done)}" + (f" {WAITS}{waiting} " if waiting else " ")


def _said(proved: Proved, room: int, below: int) -> list[str]:
    """The claim of a fact in `room` columns and what was computed; `below`: columns of a second line, if there is one.

    Of a fact that holds the claim matters, and what was computed if there is room; of one that fails both numbers.
    """
    claim = proved.fact.claim
    if proved.waits:
        why = proved.fact.computed or "needs training (t)"
        return [f"{cut(claim, max(8, room - len(why) - 2))}: {why}"]
    computed, expected = told(proved.fact.computed), told(proved.fact.expected)
    if proved.fact.holds:
        whole = f"{claim}: {computed}"
        return [whole if cell_len(whole) <= room else cut(claim, room)]
    proof = f"computed {computed}, expected {expected}"
    if cell_len(claim) + 2 + cell_len(proof) <= room:
        return [f"{claim}: {proof}"]
    if below:
        return [cut(claim, room), cut(proof, below)]
    return [f"{cut(claim, max(room * 2 // 5, room - cell_len(proof) - 2))}: {proof}"]


def nearest(facts: Sequence[Proved], about: str) -> Proved:
    """The fact whose claim shares most words with a text; the first of several."""
    words = set(_words(about))
    return max(facts, key=lambda proved: len(words & set(_words(proved.fact.claim))))


def _words(text: str) -> list[str]:
    return [word[:6] for word in re.findall(r"[^\W\d_]{4,}", text.lower())]


def fact_lines(proved: Proved, width: int, ink: Ink) -> list[Strip]:
    """A fact beside the figures: its claim, and what was computed and expected."""
    fact = proved.fact
    lead: list[Part] = [(" ", ink.style()), verdict(proved, ink), (" ", ink.style())]
    strips = []
    for k, row in enumerate(wrapped(f"{fact.id} {fact.claim}", width - 4)):
        strips.append(line([*(lead if k == 0 else [("   ", ink.style())]), (row, ink.style())], width, ink))
    computed, expected = told(fact.computed), told(fact.expected)
    said = (computed or "needs training (t)") if proved.waits else computed
    if not proved.waits and expected != computed:
        said += f" (expected {expected})"
    quiet = ink.style(ink.dim if proved.waits or fact.holds else ink.bad)
    return [*strips, *(line([("     " + row, quiet)], width, ink) for row in wrapped(said, width - 6))]
