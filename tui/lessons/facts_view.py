"""All facts of a lesson, then what its notes correct, link to, and hold as opinions: one page that scrolls."""

from collections.abc import Sequence

from textual.strip import Strip

from ...engine.lessons.kit.facts import told
from ...engine.lessons.kit.lesson import Lesson
from ...engine.lessons.study.messages import Proved
from ..render.cells import blank, line, wrapped
from ..render.numbers import pad
from ..render.palette import Ink
from .chrome import verdict


def facts_page(lesson: Lesson, facts: Sequence[Proved | None], width: int, ink: Ink) -> list[Strip]:
    """Claim · computed · expected · holds, each in as many lines as it takes."""
    strips = [_title("claim · computed · expected", width, ink)]
    known = [proved for proved in facts if proved is not None]
    for proved in known:
        fact, sign = proved.fact, verdict(proved, ink)
        rows = wrapped(fact.claim, max(8, width - 10))
        for k, row in enumerate(rows):
            head = [(" ", ink.style()), sign, (f" {pad(fact.id, 5)} ", ink.style(bold=True))]
            strips.append(line([*(head if k == 0 else [(" " * 9, ink.style())]), (row, ink.style())], width, ink))
        if proved.waits:
            strips.append(line([(" " * 9 + "needs training: t in its scene", ink.style(ink.dim))], width, ink))
            continue
        bad = not fact.holds
        for name, value in (("computed", fact.computed), ("expected", fact.expected)):
            for k, row in enumerate(wrapped(told(value), max(8, width - 20))):
                lead = f"{name:9}" if k == 0 else " " * 9
                style = ink.style(ink.bad if bad and name == "computed" else None)
                strips.append(line([(" " * 9 + lead, ink.style(ink.dim)), (row, style)], width, ink))
    if len(known) < max(1, len(facts)):
        strips.append(line([("   computing …", ink.style(ink.dim))], width, ink))
    return strips + notes_page(lesson, lesson.ids, width, ink, titled=True)


def notes_page(lesson: Lesson, ids: Sequence[str], width: int, ink: Ink, titled: bool = False) -> list[Strip]:
    """How the lecture notes put some rows and what is right; `titled`: opinions, links and the source too."""
    strips: list[Strip] = []
    dim = ink.style(ink.dim)
    notes = [note for note in lesson.notes if note.id in ids]
    if notes and titled:
        strips += [blank(width, ink), _title("where the lecture notes are loose", width, ink)]
    for note in notes:
        strips += _wrapped(f"{note.id}  The notes say “{note.said}”.", width, ink, dim)
        strips += _wrapped(note.right, width, ink, ink.style(), indent=4)
    if not titled:
        return strips
    for title, texts in (
        ("opinions: no theorem behind them", [f"{o.id}  {o.text}" for o in lesson.opinions]),
        ("elsewhere", [f"{link.id}  {link.about}: lesson {link.lesson}" for link in lesson.links]),
        ("source", [lesson.source] if lesson.source else []),
    ):
        if texts:
            strips += [blank(width, ink), _title(title, width, ink)]
            for text in texts:
                strips += _wrapped(text, width, ink, ink.style())
    return strips


def _title(text: str, width: int, ink: Ink) -> Strip:
    return line([(" " + text, ink.style(ink.accent, bold=True))], width, ink)


def _wrapped(text: str, width: int, ink: Ink, style: object, indent: int = 1) -> list[Strip]:
    rows = wrapped(text, max(8, width - indent - 1))
    return [line([(" " * indent + row, style)], width, ink) for row in rows]  # type: ignore[list-item]
