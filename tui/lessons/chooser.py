"""A list to choose from, in place of the figures: the scenes of a lesson, or its presets."""

from dataclasses import dataclass, replace
from typing import Literal

from rich.cells import cell_len
from textual.strip import Strip

from ..render.cells import Part, blank, line, wrapped
from ..render.numbers import cut, pad
from ..render.palette import Ink
from .hits import target
from .reading import Reading


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line: a sign, a title, a few words at its end; and what is told of it while it is chosen."""

    name: str
    title: str
    about: str
    sign: str = " "
    good: bool | None = None
    """The colour of the sign; None: quiet."""
    aside: str = ""
    codes: str = ""
    """What is told last and quietly."""


@dataclass(frozen=True, kw_only=True)
class Chooser:
    """The entries, and which of them has the cursor."""

    kind: Literal["scenes", "presets"]
    heading: str
    entries: tuple[Entry, ...]
    at: int = 0

    @property
    def entry(self) -> Entry:
        """The one with the cursor."""
        return self.entries[self.at]

    def to(self, at: int) -> "Chooser":
        """With the cursor elsewhere, within the list."""
        return replace(self, at=min(max(at, 0), len(self.entries) - 1))


def scenes(reading: Reading, trained: frozenset[str]) -> Chooser:
    """The scenes of a lesson, the present one chosen; `trained` are those whose training was done."""
    entries = []
    for k, scene in enumerate(reading.lesson.scenes, start=1):
        waits = bool(scene.needs) and scene.name not in trained
        about = reading.captions.get(k - 1, "") or ("t trains it there" if waits else "")
        aside = "needs training" if waits else "trained" if scene.needs else ""
        entries.append(
            Entry(
                name=scene.name,
                title=f"{k:2} {scene.title}",
                about=about,
                aside=aside,
                sign="○" if waits else " ",
                codes=f"syllabus: {', '.join(scene.ids)}" if scene.ids else "",
            )
        )
    return Chooser(kind="scenes", heading="scenes", entries=tuple(entries), at=reading.scene)


def presets(reading: Reading) -> Chooser:
    """The presets of a lesson, those of the scene first; the one in force is chosen."""
    numbers = {scene.name: k for k, scene in enumerate(reading.lesson.scenes, start=1)}
    here = reading.at.name
    known = sorted(reading.lesson.presets, key=lambda preset: preset.scene not in ("", here))
    entries = tuple(
        Entry(
            name=preset.name,
            title=preset.name,
            about=preset.why,
            sign="+" if preset.good else "−",
            good=preset.good,
            aside=f"{'good' if preset.good else 'goes wrong'}{_scene(numbers.get(preset.scene), preset.scene == here)}",
        )
        for preset in known
    )
    at = known.index(reading.preset) if reading.preset in known else 0
    return Chooser(kind="presets", heading="presets", entries=entries, at=at)


def _scene(number: int | None, here: bool) -> str:
    return "" if number is None else ", this scene" if here else f", scene {number}"


def chooser_view(chooser: Chooser, lesson: str, width: int, height: int, ink: Ink) -> list[Strip]:
    """The list with its cursor in view, and what there is to say of the chosen entry below it."""
    head: list[Part] = [(f" {lesson} ", ink.style(ink.accent, bold=True)), ("› ", ink.style(ink.dim))]
    head += [(chooser.heading, ink.style(bold=True)), ("   Enter takes, Esc leaves", ink.style(ink.dim))]
    wide, dim = max(8, width - 4), ink.style(ink.dim)
    longer = chooser.kind == "presets" and 2 * len(chooser.entries) + 2 <= height
    about = [line([("  " + row, ink.style())], width, ink) for row in wrapped(chooser.entry.about, wide)]
    about = [] if longer and cell_len(chooser.entry.about) <= width - 8 else about
    about += [line([("  " + chooser.entry.codes, dim)], width, ink)] if chooser.entry.codes else []
    each = 2 if longer else 1
    below = min(len(about), max(0, height - 3 - (each * len(chooser.entries) if longer else 2)))
    room = max(1, height - 2 - (below + 1 if below else 0)) // each
    first = min(max(0, chooser.at - room // 2), max(0, len(chooser.entries) - room))
    strips = [line(head, width, ink), blank(width, ink)]
    for k in range(first, min(first + room, len(chooser.entries))):
        strips.append(_row(chooser.entries[k], k, k == chooser.at, width, ink))
        if longer:
            reason = [("      " + cut(chooser.entries[k].about, max(8, width - 8)), dim + target("entry", str(k)))]
            strips.append(line(reason, width, ink))
    return [*strips, blank(width, ink), *about[:below]] if below else strips


def _row(entry: Entry, number: int, chosen: bool, width: int, ink: Ink) -> Strip:
    style = ink.selected() if chosen else ink.style()
    colour = ink.dim if entry.good is None else ink.good if entry.good else ink.bad
    aside = f" {entry.aside} " if entry.aside else ""
    quiet = ink.selected(ink.dim) if chosen and ink.coloured else style if chosen else ink.style(ink.dim)
    room = max(0, width - 4 - cell_len(aside))
    parts: list[Part] = [(f"  {entry.sign} ", ink.style(colour)), (pad(cut(entry.title, room), room), style)]
    spot = target("entry", str(number))
    return line([(text, look + spot) for text, look in (*parts, (aside, quiet))], width, ink)
