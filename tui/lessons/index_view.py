"""The index of the lessons: by chapter, with what has been visited; beside it what the chosen lesson holds."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.strip import Strip

from ...engine.lessons.index import CHAPTERS, load
from ...engine.lessons.kit.lesson import Lesson
from ..render.cells import Part, blank, line, note, wrapped
from ..render.numbers import cut, pad
from ..render.palette import Ink
from .visited import Visited

BESIDE = 100
"""From so many columns on, the chosen lesson is told of beside the list."""


def found(search: str) -> list[str]:
    """The lessons that a search finds, in order: in names, titles, summaries, scenes and rows of the syllabus."""
    words = search.lower().split()
    return [name for names in CHAPTERS.values() for name in names if _matches(load(name), words)]


def _matches(lesson: Lesson, words: Sequence[str]) -> bool:
    text = " ".join([lesson.name, lesson.title, lesson.summary, *(s.title for s in lesson.scenes)]).lower()
    ids = [id_.lower() for id_ in lesson.ids]
    return all(word in text or word in ids for word in words)


def index_view(
    names: Sequence[str], chosen: int, search: str, visited: Visited, width: int, height: int, ink: Ink
) -> list[Strip]:
    """The whole index; the chosen line is kept in view."""
    head = [("  Lessons", ink.style(ink.accent, bold=True)), (f"   {len(names)} ", ink.style(ink.dim))]
    if search:
        head += [(f"with “{cut(search, 30)}” ", ink.style())]
    strips = [line(head, width, ink)]
    if not names:
        return strips + note(
            f"no lesson has “{cut(search, 30)}” in it; / searches anew, escape shows all",
            width,
            ink,
            max(1, height - 1),
        )
    left = width if width < BESIDE else min(width // 2, 84)
    rows: list[Strip] = []
    at = 0
    for chapter, members in CHAPTERS.items():
        listed = [name for name in members if name in names]
        if not listed:
            continue
        rows.append(line([(f" {chapter}", ink.style(bold=True))], left, ink))
        for name in listed:
            if names[chosen] == name:
                at = len(rows)
            rows.append(_row(load(name), names[chosen] == name, visited, left, ink))
    room = height - 1
    total, more = len(rows), len(rows) > room
    first = min(max(0, at - room // 2), max(0, len(rows) - room))
    rows = rows[first : first + room]
    if more:
        below = first + room < total
        head.append(("  ↓ more below" if below else "  ↑ more above", ink.style(ink.accent)))
        strips = [line(head, width, ink)]
    if left == width:
        return [*strips, *rows]
    card = _card(load(names[chosen]), width - left, ink)[:room]
    rows += [blank(left, ink)] * (max(len(card), len(rows)) - len(rows))
    card += [blank(width - left, ink)] * (len(rows) - len(card))
    return [*strips, *(Strip.join([a, b]) for a, b in zip(rows, card, strict=True))]


def _row(lesson: Lesson, chosen: bool, visited: Visited, width: int, ink: Ink) -> Strip:
    scenes = tuple(scene.name for scene in lesson.scenes)
    seen = visited.count(lesson.name, scenes)
    mark = "✓" if seen == len(scenes) else "·" if seen else " "
    count = f" {seen}/{len(scenes)} "
    style = ink.selected() if chosen else ink.style()
    quiet = ink.selected(ink.dim) if chosen and ink.coloured else style if chosen else ink.style(ink.dim)
    room = max(0, width - 24 - cell_len(count))
    parts: list[Part] = [(f"  {mark} ", ink.style(ink.good)), (pad(lesson.name, 19), style)]
    return line([*parts, (" " + pad(lesson.title, room), style), (count, quiet)], width, ink)


def _card(lesson: Lesson, width: int, ink: Ink) -> list[Strip]:
    inner = width - 4
    strips = [line([("  " + cut(lesson.title, inner), ink.style(ink.accent, bold=True))], width, ink)]
    strips += [line([("  " + row, ink.style())], width, ink) for row in wrapped(lesson.summary, inner)]
    strips.append(blank(width, ink))
    for k, scene in enumerate(lesson.scenes, start=1):
        trained = "  trains" if scene.needs else ""
        text = pad(f"{k} {scene.title}", inner - len(trained))
        strips.append(line([("  " + text, ink.style()), (trained, ink.style(ink.dim))], width, ink))
        for row in wrapped(" ".join(scene.ids), inner - 2):
            strips.append(line([("    " + row, ink.style(ink.dim))], width, ink))
    for preset in lesson.presets:
        sign = ("＋" if preset.good else "－") if ink.coloured else ("+" if preset.good else "-")
        strips.append(blank(width, ink))
        strips.append(line([(f"  {sign} {preset.name}", ink.style(ink.good if preset.good else ink.bad))], width, ink))
        strips += [line([("    " + row, ink.style(ink.dim))], width, ink) for row in wrapped(preset.why, inner - 2)]
    return strips
