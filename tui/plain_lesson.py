"""Lessons printed once: for pipes, CI and terminals that can do nothing else."""

import sys
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from ..engine.lessons.kit.facts import Fact, told
from ..engine.lessons.kit.lesson import Frame, Lesson, Scene
from ..engine.lessons.kit.settings import Slider
from ..engine.lessons.kit.state import State
from .lessons.draw.look import wrapped_words
from .lessons.layout import arrange, compose
from .render.numbers import cut, pad
from .render.palette import DARK, PLAIN, Ink
from .render.pen import Line, pen, written

WIDE = 120
"""Columns that a table uses at most."""
_ID = 6
_STACKED = 66
"""Columns below which the parts of a fact stand under each other."""


def lesson_page(
    lesson: Lesson,
    state: State,
    facts: Sequence[Fact],
    width: int,
    colour: bool,
    only: int | None = None,
    frame: int = 0,
) -> str:
    """A lesson: settings, of each scene (or of `only` one) the frame of that number, its facts, notes and links.

    Frames beyond the last are the last; scenes whose training was not done say so.
    """
    ink = DARK if colour else PLAIN
    lines = [_title(f"{lesson.title}", lesson.name, colour), *_wrapped(lesson.summary, width), []]
    lines += _settings(lesson, state, width)
    scenes = lesson.scenes if only is None else lesson.scenes[only : only + 1]
    for scene in scenes:
        lines += [[], *_scene(lesson, scene, state, frame, width, ink, colour)]
    ids = {id_ for scene in scenes for id_ in scene.ids}
    shown = [fact for fact in facts if only is None or fact.id in ids]
    if shown:
        lines += [[], _heading("Facts", colour), *_table(shown, width, colour, lessons=False)]
    if only is None:
        lines += _closing(lesson, width, colour)
    return _text(lines, colour)


def facts_table(facts: Sequence[Fact], width: int, colour: bool) -> str:
    """Facts of many lessons: claim, computed, expected, and whether it holds; nothing is cut."""
    lines: list[Line] = []
    for name, group in groupby(facts, key=lambda fact: fact.lesson):
        lines += [*([[]] if lines else []), _heading(name, colour), *_table(list(group), width, colour, lessons=True)]
    return _text(lines, colour)


def index_page(lessons: Iterable[Lesson], width: int, colour: bool) -> str:
    """All lessons by chapter: name, title, the rows of the syllabus that they show."""
    known = list(lessons)
    left = max((len(lesson.name) for lesson in known), default=0) + 2
    middle = max((cell_len(lesson.title) for lesson in known), default=0) + 2
    lines: list[Line] = []
    for chapter, group in groupby(known, key=lambda lesson: lesson.chapter):
        lines += [*([[]] if lines else []), _heading(chapter, colour)]
        for lesson in group:
            head: Line = [(pad(lesson.name, left), _bold(colour))]
            ids = " ".join(lesson.ids)
            if left + middle + 16 > width:
                lines.append([*head, (cut(lesson.title, width - left), None)])
                lines += [[(" " * left + row, pen(DARK.dim))] for row in wrapped_words(ids, max(12, width - left))]
                continue
            rows = wrapped_words(ids, width - left - middle)
            lines.append([*head, (pad(lesson.title, middle), None), (rows[0], pen(DARK.dim))])
            lines += [[(" " * (left + middle) + row, pen(DARK.dim))] for row in rows[1:]]
    lines += [[], *_wrapped("dlviz lesson NAME opens one; dlviz lesson NAME --plain prints it.", width)]
    return _text(lines, colour)


def strip_line(strip: Strip, ink: Ink) -> Line:
    """A strip as a line that keeps the terminal's own ground where the strip has none of its own."""
    return [(segment.text, _bare(segment.style, ink)) for segment in strip]


def _bare(style: Style | None, ink: Ink) -> Style | None:
    if style is None or ink.depth == "none":
        return None
    ground = style.bgcolor.name if style.bgcolor is not None else ink.background
    front = style.color.name if style.color is not None else ink.foreground
    own = ground.lower() != ink.background
    return Style(
        color=front if own or front.lower() != ink.foreground else None,
        bgcolor=ground if own else None,
        bold=style.bold or None,
        underline=style.underline or None,
        strike=style.strike or None,
    )


def _text(lines: Iterable[Line], colour: bool) -> str:
    return "\n".join(written(line, colour) for line in lines)


def _bold(colour: bool) -> Style | None:
    return Style(bold=True) if colour else None


def _title(text: str, name: str, colour: bool) -> Line:
    return [(text, pen(DARK.accent, bold=True) if colour else None), (f"  ({name})", pen(DARK.dim) if colour else None)]


def _heading(text: str, colour: bool) -> Line:
    return [(text, pen(DARK.accent, bold=True))] if colour else [(text.upper(), None)]


def _wrapped(text: str, width: int, indent: str = "", style: Style | None = None) -> list[Line]:
    return [[(indent + row, style)] for row in wrapped_words(text, max(12, width - len(indent)))]


def _wrapped_rows(rows: Sequence[str], indent: str) -> list[Line]:
    return [[(indent + row, None)] for row in rows]


def _settings(lesson: Lesson, state: State, width: int) -> list[Line]:
    lines: list[Line] = []
    left = max((len(setting.name) for setting in lesson.settings), default=0) + 2
    shown = [setting.show(state[setting.name]) for setting in lesson.settings]
    middle = min(24, max(map(cell_len, shown), default=0)) + 2
    for setting, value in zip(lesson.settings, shown, strict=True):
        about = setting.help
        if isinstance(setting, Slider):
            about += f", {setting.allowed}" if setting.stops else f", {setting.low:g} to {setting.high:g}"
        head: Line = [(pad(setting.name, left), pen(DARK.dim))]
        if cell_len(value) > middle - 2:  # a text of the learner's own is told in full
            rows = wrapped_words(value, max(12, width - left))
            lines += [[*head, (rows[0], None)], *_wrapped_rows(rows[1:], " " * left)]
            head, value = [(" " * left, None)], ""
        rows = wrapped_words(about, max(12, width - left - middle))
        lines.append([*head, (pad(value, middle), None), (rows[0], pen(DARK.dim))])
        lines += [[(" " * (left + middle) + row, pen(DARK.dim))] for row in rows[1:]]
    return lines


def _scene(lesson: Lesson, scene: Scene, state: State, at: int, width: int, ink: Ink, colour: bool) -> list[Line]:
    head: Line = [*_heading(scene.title, colour), (f"  {' '.join(scene.ids)}", pen(DARK.dim) if colour else None)]
    if scene.needs and scene.needs not in state.trained:
        training = lesson.training(scene.needs)
        told_ = f"It shows what a training of about {training.seconds:.0f} s found: add --train."
        return [head, *_wrapped(told_, width, "", pen(DARK.dim))]
    frames = scene.frames(state)
    at = min(max(at, 0), len(frames) - 1)
    frame: Frame = frames[at]
    if len(frames) > 1:
        step = f"frame {at + 1} of {len(frames)}" + (f": {frame.title}" if frame.title else "")
        head.append((f"  {step}", pen(DARK.dim) if colour else None))
    lines = [head, *_wrapped(frame.caption, width), []]
    page = arrange(frame, ink, width, 0)
    return lines + [strip_line(strip, ink) for strip in compose(page, frame, {}, ink, width)]


def _closing(lesson: Lesson, width: int, colour: bool) -> list[Line]:
    """Notes, opinions, links, presets and the source."""
    lines: list[Line] = []
    if lesson.notes:
        lines += [[], _heading("Where the notes are loose or wrong", colour)]
        for note in lesson.notes:
            lines += _labelled(note.id, f"The notes: {note.said}", width)
            lines += _wrapped(f"Right: {note.right}", width, " " * (_ID + 2))
    if lesson.opinions:
        lines += [[], _heading("Opinions, not theorems", colour)]
        for opinion in lesson.opinions:
            lines += _labelled(opinion.id, opinion.text, width)
    if lesson.presets:
        lines += [[], _heading("Presets", colour)]
        for preset in lesson.presets:
            lines += _wrapped(f"{preset.name} ({'good' if preset.good else 'bad'}): {preset.why}", width)
    if lesson.links:
        lines += [[], _heading("See also", colour)]
        for link in lesson.links:
            lines += _labelled(link.id, f"dlviz lesson {link.lesson}: {link.about}", width)
    if lesson.source:
        lines += [[], *_wrapped(f"Source: {lesson.source}", width, "", pen(DARK.dim))]
    return lines


def _labelled(name: str, text: str, width: int) -> list[Line]:
    rows = wrapped_words(text, max(12, width - _ID - 2))
    first: Line = [(pad(name, _ID) + "  ", pen(DARK.dim)), (rows[0], None)]
    return [first, *_wrapped_rows(rows[1:], " " * (_ID + 2))]


def _table(facts: Sequence[Fact], width: int, colour: bool, lessons: bool) -> list[Line]:
    """Facts in columns, or below each other where there are few columns."""
    width = min(width, WIDE)
    if width < _STACKED:
        return _stacked(facts, width, colour)
    ids = max((len(fact.id) for fact in facts), default=2)
    texts = [(_claim(fact), told(fact.computed), told(fact.expected)) for fact in facts]
    room = width - ids - 2 * 4 - 5
    longest = [max((cell_len(row[k]) for row in texts), default=8) for k in range(3)]
    claim, computed, expected = _shared(longest, room)
    dim = pen(DARK.dim)
    names = (("claim", claim), ("computed", computed), ("expected", expected))
    heads = "".join(f"{pad(name, size)}  " for name, size in names)
    lines: list[Line] = [[(f"{pad('', ids)}  {heads}holds", dim)]]
    for fact, row in zip(facts, texts, strict=True):
        columns = [wrapped_words(text, size) for text, size in zip(row, (claim, computed, expected), strict=True)]
        for y in range(max(map(len, columns))):
            parts: Line = [(pad(fact.id if y == 0 else "", ids) + "  ", dim)]
            for rows, size in zip(columns, (claim, computed, expected), strict=True):
                parts.append((pad(rows[y] if y < len(rows) else "", size) + "  ", None))
            lines.append([*parts, _verdict(fact)] if y == 0 else parts)
    return lines


def _shared(longest: list[int], room: int) -> tuple[int, int, int]:
    """The widths of claim, computed and expected: what they need, the widest giving way."""
    sizes = [max(size, least) for size, least in zip(longest, (5, 8, 8), strict=True)]
    while sum(sizes) > room:
        weights = (sizes[0] / 2.0, sizes[1] * 1.0, sizes[2] * 1.0)  # claims are sentences: they get twice as much
        widest = max(range(3), key=lambda k: weights[k])
        sizes[widest] -= 1
    return sizes[0], sizes[1], sizes[2]


def _stacked(facts: Sequence[Fact], width: int, colour: bool) -> list[Line]:
    lines: list[Line] = []
    for fact in facts:
        rows = wrapped_words(_claim(fact), width - _ID - 4)
        lines.append([_verdict(fact), (" " + pad(fact.id, _ID) + " ", pen(DARK.dim)), (rows[0], None)])
        lines += [[(" " * (_ID + 3) + row, None)] for row in rows[1:]]
        for name, value in (("computed", fact.computed), ("expected", fact.expected)):
            lines += _wrapped(f"{name} {told(value)}", width, " " * (_ID + 3), pen(DARK.dim))
    return lines


def _claim(fact: Fact) -> str:
    """The claim; of several seeds those where it fails."""
    failed = [str(seed) for seed, holds in fact.seeds.items() if not holds]
    if failed:
        return f"{fact.claim} (fails with seed {', '.join(failed)})"
    return f"{fact.claim} (seeds {', '.join(map(str, fact.seeds))})" if len(fact.seeds) > 1 else fact.claim


def _verdict(fact: Fact) -> Any:
    """A sign, or a word where the output's encoding has no such signs."""
    try:
        "✓✗".encode(sys.stdout.encoding or "ascii")
        holds, fails = "✓", "✗"
    except (LookupError, UnicodeEncodeError):
        holds, fails = "yes", "NO"
    return (holds, pen(DARK.good, bold=True)) if fact.holds else (fails, pen(DARK.bad, bold=True))
