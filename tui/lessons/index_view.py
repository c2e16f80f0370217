"""The index of the lessons: by chapter, with what has been visited; beside it what the chosen lesson holds.

After a search the lessons that were found stand there, the best first, with the scene where the words are.
"""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.strip import Strip

from ...engine.lessons.index import CHAPTERS, NAMES, load
from ...engine.lessons.search import Hit
from ..render.cells import Part, blank, line, note, wrapped
from ..render.numbers import cut, pad
from ..render.palette import Ink
from .hits import target
from .visited import Visited

BESIDE = 100
"""From so many columns on, the chosen lesson is told of beside the list."""


def index_view(
    hits: Sequence[Hit], chosen: int, search: str, visited: Visited, width: int, height: int, ink: Ink
) -> list[Strip]:
    """The whole index; the chosen line is kept in view."""
    lessons = counted(hits)
    head: list[Part] = [("  Lessons", ink.style(ink.accent, bold=True))]
    head.append((f"   {lessons} with “{cut(search, 30)}” " if search else f"   {lessons} ", ink.style(ink.dim)))
    if not hits:
        none = f"no lesson has “{cut(search, 30)}” in it; / searches anew, escape shows all"
        return [line(head, width, ink), *note(none, width, ink, max(1, height - 1))]
    left = width if width < BESIDE else min(width // 2, 84)
    rows: list[Strip] = []
    at = 0
    chapters = {members[0]: chapter for chapter, members in CHAPTERS.items()} if len(hits) == len(NAMES) else {}
    for k, found in enumerate(hits):
        if found.lesson in chapters and not search:
            rows.append(line([(f" {chapters[found.lesson]}", ink.style(bold=True))], left, ink))
        if k == chosen:
            at = len(rows)
        rows.append(_row(found, k, k == chosen, visited, left, ink))
    below = _said(hits[chosen], width, ink)[: max(0, height - 6)] if left == width else []
    room = max(1, height - 1 - len(below))
    total = len(rows)
    first = min(max(0, at - room // 2), max(0, total - room))
    rows = rows[first : first + room]
    if total > room:
        head.append(("  ↓ more below" if first + room < total else "  ↑ more above", ink.style(ink.accent)))
    strips = [line(head, width, ink)]
    if left == width:
        return [*strips, *rows, *[blank(left, ink)] * (room - len(rows)), *below]
    card = _card(hits[chosen], width - left, ink)[:room]
    rows += [blank(left, ink)] * (max(len(card), len(rows)) - len(rows))
    card += [blank(width - left, ink)] * (len(rows) - len(card))
    return [*strips, *(Strip.join([a, b]) for a, b in zip(rows, card, strict=True))]


def counted(hits: Sequence[Hit]) -> str:
    """How many lessons were found, and in how many places if there are more."""
    count = len({found.lesson for found in hits})
    places = f", {len(hits)} places" if len(hits) > count else ""
    return f"{count} lesson" + "s" * (count != 1) + places


def _said(found: Hit, width: int, ink: Ink) -> list[Strip]:
    """The sentence that was found, in two lines at most."""
    rows = wrapped(f"“{found.said}”", max(8, width - 4)) if found.said else []
    rows = [*rows[:1], cut(" ".join(rows[1:]), max(8, width - 4))] if len(rows) > 2 else rows
    return [line([("  " + row, ink.style())], width, ink) for row in rows]


def _row(found: Hit, number: int, chosen: bool, visited: Visited, width: int, ink: Ink) -> Strip:
    lesson = load(found.lesson)
    title = lesson.title if found.scene is None else f"{found.scene + 1} › {lesson.scenes[found.scene].title}"
    scenes = tuple(scene.name for scene in lesson.scenes)
    seen = visited.count(lesson.name, scenes)
    mark = "✓" if seen == len(scenes) else "·" if seen else " "
    count = f" {seen}/{len(scenes)} "
    style = ink.selected() if chosen else ink.style()
    quiet = ink.selected(ink.dim) if chosen and ink.coloured else style if chosen else ink.style(ink.dim)
    room = max(0, width - 24 - cell_len(count))
    parts: list[Part] = [(f"  {mark} ", ink.style(ink.good)), (pad(lesson.name, 19), style)]
    parts += [(" " + pad(title, room), style), (count, quiet)]
    spot = target("entry", str(number))
    return line([(text, style + spot) for text, style in parts], width, ink)


def _card(found: Hit, width: int, ink: Ink) -> list[Strip]:
    lesson, inner = load(found.lesson), width - 4
    strips = [line([("  " + cut(lesson.title, inner), ink.style(ink.accent, bold=True))], width, ink)]
    strips += [line([("  " + row, ink.style())], width, ink) for row in wrapped(lesson.summary, inner)]
    strips.append(blank(width, ink))
    if found.said and found.said != lesson.summary:
        strips += [*_said(found, width, ink), blank(width, ink)]
    for k, scene in enumerate(lesson.scenes, start=1):
        trained = "  trains" if scene.needs else ""
        text = pad(f"{k} {scene.title}", inner - len(trained))
        style = ink.style(bold=k - 1 == found.scene)
        strips.append(line([("  " + text, style), (trained, ink.style(ink.dim))], width, ink))
        for row in wrapped(" ".join(scene.ids), inner - 2):
            strips.append(line([("    " + row, ink.style(ink.dim))], width, ink))
    for preset in lesson.presets:
        sign = ("＋" if preset.good else "－") if ink.coloured else ("+" if preset.good else "-")
        strips.append(blank(width, ink))
        strips.append(line([(f"  {sign} {preset.name}", ink.style(ink.good if preset.good else ink.bad))], width, ink))
        strips += [line([("    " + row, ink.style(ink.dim))], width, ink) for row in wrapped(preset.why, inner - 2)]
    return strips
