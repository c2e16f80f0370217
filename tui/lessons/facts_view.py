"""What the notes should say, all facts of a lesson, opinions and links: one page that scrolls; notes under figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.strip import Strip

from ...engine.lessons.kit.facts import told
from ...engine.lessons.kit.lesson import Lesson, Note
from ...engine.lessons.study.messages import Proved
from ..render.cells import blank, line, wrapped
from ..render.numbers import pad
from ..render.palette import Ink
from .fact_view import verdict

_LARGE = 24
"""Rows from which on a screen has room for notes in full."""
_LEAST = 3
"""Lines that are kept for them on any screen."""


def facts_page(lesson: Lesson, facts: Sequence[Proved | None], width: int, ink: Ink) -> list[Strip]:
    """Claim · computed · expected · holds, each in as many lines as it takes."""
    strips: list[Strip] = []
    if lesson.notes:
        strips.append(_title("where the lecture notes are loose", width, ink))
        for note in lesson.notes:
            strips += _note(note, width, ink, quoted=True)
        strips.append(blank(width, ink))
    strips.append(_title("claim · computed · expected", width, ink))
    known = [proved for proved in facts if proved is not None]
    for proved in known:
        fact, sign = proved.fact, verdict(proved, ink)
        rows = wrapped(fact.claim, max(8, width - 10))
        for k, row in enumerate(rows):
            head = [(" ", ink.style()), sign, (f" {pad(fact.id, 5)} ", ink.style(bold=True))]
            strips.append(line([*(head if k == 0 else [(" " * 9, ink.style())]), (row, ink.style())], width, ink))
        if proved.waits:
            rows = wrapped(fact.computed or "needs training: t in its scene", max(8, width - 10))
            strips += [line([(" " * 9 + row, ink.style(ink.dim))], width, ink) for row in rows]
            continue
        bad = not fact.holds
        for name, value in (("computed", fact.computed), ("expected", fact.expected)):
            for k, row in enumerate(wrapped(told(value), max(8, width - 20))):
                lead = f"{name:9}" if k == 0 else " " * 9
                style = ink.style(ink.bad if bad and name == "computed" else None)
                strips.append(line([(" " * 9 + lead, ink.style(ink.dim)), (row, style)], width, ink))
    if len(known) < max(1, len(facts)):
        strips.append(line([("   computing …", ink.style(ink.dim))], width, ink))
    return strips + _closing(lesson, width, ink)


def _closing(lesson: Lesson, width: int, ink: Ink) -> list[Strip]:
    """Opinions, links and the source."""
    strips: list[Strip] = []
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


@dataclass(frozen=True)
class Notes:
    """What is right where the lecture notes are loose, and how they put it; each whole or not at all."""

    full: tuple[list[Strip], ...]
    short: tuple[list[Strip], ...]
    """Only what is right."""
    width: int
    ink: Ink

    @classmethod
    def of(cls, lesson: Lesson, ids: Sequence[str], width: int, ink: Ink) -> "Notes":
        """The notes on some rows."""
        notes = [note for id_ in ids for note in lesson.notes if note.id == id_]
        full = tuple(_note(note, width, ink, quoted=True) for note in notes)
        return cls(full, tuple(_note(note, width, ink, quoted=False) for note in notes), width, ink)

    def wanted(self, room: int) -> int:
        """Lines to keep for all on a large screen."""
        lines = sum(map(len, self.full)) + bool(self.full)
        return lines if room >= _LARGE and lines <= room // 3 else 0

    def least(self, room: int) -> int:
        """Lines to keep for what is right, on any screen."""
        return self.shortest if self.shortest <= _LEAST <= room // 2 else 0

    @property
    def shortest(self) -> int:
        """Lines of what is right."""
        return sum(map(len, self.short))

    def rows(self, room: int) -> list[Strip]:
        """All that has place in so many lines, after a blank one if there is one to spare."""
        chosen: list[list[Strip]] = []
        for k, (full, short) in enumerate(zip(self.full, self.short, strict=True)):
            later = sum(map(len, self.short[k + 1 :]))
            used = sum(map(len, chosen))
            if used + len(full) + later <= room or (used + len(short) + later > room >= used + len(full)):
                chosen.append(full)
            elif used + len(short) <= room:
                chosen.append(short)
        rows = [strip for strips in chosen for strip in strips]
        return [blank(self.width, self.ink), *rows] if rows and len(rows) < room else rows


def _note(note: Note, width: int, ink: Ink, quoted: bool) -> list[Strip]:
    """What is right, and in quiet letters how the notes put it."""
    right = f"{note.id}: {note.right}"
    text = right + (f" (the notes: “{note.said}”)" if quoted else "")
    strips, at = [], 0
    for row in wrapped(text, max(8, width - 3)):
        size = min(len(row), max(0, len(right) - at))
        strips.append(line([(" " + row[:size], ink.style()), (row[size:], ink.style(ink.dim))], width, ink))
        at += len(row) + 1
    return strips


def _title(text: str, width: int, ink: Ink) -> Strip:
    return line([(" " + text, ink.style(ink.accent, bold=True))], width, ink)


def _wrapped(text: str, width: int, ink: Ink, style: object, indent: int = 1) -> list[Strip]:
    rows = wrapped(text, max(8, width - indent - 1))
    return [line([(" " * indent + row, style)], width, ink) for row in rows]  # type: ignore[list-item]
