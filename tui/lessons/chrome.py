"""What stands around the figures of a lesson: where one is, the caption, settings, the fact line, the scrubber."""

import re
from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from ...engine.lessons.kit.facts import told
from ...engine.lessons.kit.settings import Moves, Numbers, Setting, Slider, Switch
from ...engine.lessons.study.messages import Proved
from ..render.cells import Part, line, wrapped
from ..render.numbers import cut, pad
from ..render.palette import Ink
from .reading import Reading

HOLDS, FAILS, WAITS = "✓", "✗", "○"
NARROW = 130
"""With fewer columns, settings stand in a line under the figures instead of beside them."""
SIDE = 46
"""Columns of what stands beside."""
VALUE = 18
"""Columns that a value takes at most in a line."""


def heading(reading: Reading, figure: str, beyond: str, width: int, ink: Ink) -> Strip:
    """`convolution › The kernel slides › output`; whether there is more to see, in `beyond`; and how far one is."""
    dim = ink.style(ink.dim)
    parts: list[Part] = [(f" {reading.lesson.name} ", ink.style(ink.accent, bold=True))]
    parts += [("› ", dim), (reading.at.title, ink.style(bold=True))]
    if reading.depth != "overview" and figure:
        parts += [(" › ", dim), (figure, ink.style())]
        if reading.depth == "formula":
            parts += [(" › ", dim), ("the number", ink.style())]
    scenes = len(reading.lesson.scenes)
    right = f" {reading.scene + 1}/{scenes}"
    if reading.frames > 1:
        right += f"  frame {min(reading.frame + 1, reading.frames)}/{reading.frames}"
    right += " "
    room = max(0, width - cell_len(right) - cell_len(beyond))
    left = line(parts, room, ink)
    return Strip.join([left, line([(beyond, ink.style(ink.accent)), (right, dim)], width - room, ink)])


def caption(text: str, width: int, ink: Ink, most: int) -> list[Strip]:
    """The caption in at most so many lines."""
    rows = wrapped(text, max(8, width - 2))
    if len(rows) > most:
        rows = [*rows[: most - 1], cut(" ".join(rows[most - 1 :]), width - 2)] if most else []
    return [line([(" " + row, ink.style())], width, ink) for row in rows]


def value_of(setting: Setting, reading: Reading, room: int = VALUE) -> str:
    """The value of a setting, short."""
    value = reading.state[setting.name]
    if isinstance(setting, Switch):
        return "on" if value else "off"
    text = setting.show(value)
    if isinstance(setting, Numbers) and text not in setting.named:
        return "edited"
    return cut(text, room)


def named(setting: Setting) -> str:
    """The name of a setting as it is read."""
    return setting.name.replace("_", " ")


def chips(reading: Reading, width: int, ink: Ink, most: int) -> list[Strip]:
    """The settings of the scene in a line or two; the chosen one between arrows."""
    items: list[list[Part]] = []
    for setting in reading.settings:
        chosen = setting is reading.chosen
        name, value = named(setting), value_of(setting, reading)
        style = ink.selected() if chosen else ink.style(ink.accent)
        item: list[Part] = [(f"{name} ", ink.style(ink.dim))]
        item += [(f"‹{value}›" if chosen else value, style)]
        items.append([*_key(setting, ink), *item, (" ", ink.style())])
    if not most:
        return []
    rows: list[list[Part]] = [[]]
    room = width
    at = 0
    for item in items:
        size = sum(cell_len(text) for text, _ in item)
        if size > room and rows[-1]:
            rows.append([])
            room = width
        rows[-1] += item
        room -= size
        if reading.chosen is not None and item is items[reading.setting]:
            at = len(rows) - 1
    first = min(max(0, at - most + 1), max(0, len(rows) - most))
    return [line(row, width, ink) for row in rows[first : first + most]]


def _key(setting: Setting, ink: Ink) -> list[Part]:
    """The letter that turns a setting, as the key row writes keys."""
    letters = " ".join(setting.moves) if isinstance(setting, Moves) else setting.key
    return [(f" {letters} " if letters else " ", ink.style(ink.accent, bold=True))]


def slider(setting: Setting, reading: Reading, width: int, ink: Ink) -> list[Strip]:
    """One setting beside the figures: its name and value, and where the value lies."""
    chosen = setting is reading.chosen
    value = value_of(setting, reading, max(VALUE, width - cell_len(named(setting)) - 8))
    key = _key(setting, ink)
    taken = sum(cell_len(text) for text, _ in key) + cell_len(named(setting)) + cell_len(value) + 2
    parts: list[Part] = [*key, (named(setting), ink.style(bold=chosen)), (" " * max(1, width - taken), ink.style())]
    parts.append((f" {value}", ink.selected() if chosen else ink.style(ink.accent)))
    strips = [line(parts, width, ink)]
    if isinstance(setting, Slider):
        track = width - 4
        at = round(setting.share(reading.state[setting.name]) * (track - 1))
        strips.append(
            line(
                [
                    ("  " + "━" * at, ink.style(ink.accent)),
                    ("●", ink.style(ink.accent if not chosen else ink.cursor, bold=True)),
                    ("─" * (track - 1 - at), ink.style(ink.dim)),
                ],
                width,
                ink,
            )
        )
    if chosen:
        strips += [line([("  " + row, ink.style(ink.dim))], width, ink) for row in wrapped(setting.help, width - 4)[:2]]
    return strips


def verdict(proved: Proved, ink: Ink) -> Part:
    """The sign of a fact."""
    if proved.waits:
        return WAITS, ink.style(ink.dim)
    return (HOLDS, ink.style(ink.good, bold=True)) if proved.fact.holds else (FAILS, ink.style(ink.bad, bold=True))


def fact_line(facts: Sequence[Proved | None], ids: Sequence[str], about: str, width: int, ink: Ink) -> Strip:
    """The fact that matters here: one that fails first, else the one nearest to what the frame is `about` in words."""
    known = [proved for proved in facts if proved is not None]
    here = [proved for proved in known if proved.fact.id in ids]
    failing = [p for p in known if not p.waits and not p.fact.holds]
    computed = [p for p in here if not p.waits]
    done = [p for p in known if not p.waits]
    held = sum(p.fact.holds for p in done)
    waiting = len(known) - len(done)
    wait = f", {waiting} wait" if waiting else ""
    coming = f" of {len(facts)} …" if len(known) < len(facts) else f" hold{wait} "
    count = f" {held}/{len(done)}{coming}" if done else ""
    if failing:
        shown = nearest([p for p in failing if p in here] or failing, about)
    elif computed or here:
        shown = nearest(computed or here, about)
    else:
        said = (
            "computing the facts …"
            if len(known) < max(1, len(facts)) or not facts
            else "f lists the facts of the lesson"
        )
        room = width - cell_len(count) - 1
        return line([(" " + pad(said, room), ink.style(ink.dim)), (count, ink.style(ink.dim))], width, ink)
    fact, failed = shown.fact, not shown.waits and not shown.fact.holds
    ground = ink.tint(ink.bad, 0.45) if failed and ink.coloured else None
    plain = Style.combine([ink.style(bg=ground, reverse=failed and not ink.coloured)])
    room = width - 5 - cell_len(fact.id) - cell_len(count)
    said = _said(shown, room)
    sign, style = verdict(shown, ink)
    if failed:
        style = plain
    parts: list[Part] = [(" ", plain), (sign, style), (f" {fact.id} ", plain + Style(bold=True))]
    parts += [(pad(said, max(0, room)), plain), (count, ink.style(ink.bad if failing else ink.dim, bold=bool(failing)))]
    return line(parts, width, ink, plain)


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
    said = "needs training (t)" if proved.waits else computed
    if not proved.waits and expected != computed:
        said += f" (expected {expected})"
    quiet = ink.style(ink.dim if proved.waits or fact.holds else ink.bad)
    return [*strips, *(line([("     " + row, quiet)], width, ink) for row in wrapped(said, width - 6))]


def _said(proved: Proved, room: int) -> str:
    """Claim, computed, expected; where they do not fit the claim is cut first."""
    fact = proved.fact
    if proved.waits:
        return f"{cut(fact.claim, max(8, room - 20))}: needs training (t)"
    computed, expected = told(fact.computed), told(fact.expected)
    proof = f"{computed} (expected {expected})" if expected != computed else f"{computed}, as expected"
    claim = cut(fact.claim, max(room * 2 // 5, room - cell_len(proof) - 2))
    return f"{claim}: {proof}"


def scrubber(reading: Reading, width: int, ink: Ink) -> Strip:
    """Where in the scene's frames one is: `▶ ━━━●────`; the lesson's time where a setting is one."""
    mark = "▮▮" if reading.playing else "▶ "
    scrub = reading.scrub
    if scrub is not None:
        share, text = scrub.share(reading.state[scrub.name]), f"{named(scrub)} {value_of(scrub, reading)}"
    else:
        share = reading.frame / max(1, reading.frames - 1) if reading.frames > 1 else 1.0
        text = f"{min(reading.frame, reading.frames - 1) + 1} of {reading.frames}"
    share = min(max(share, 0.0), 1.0)
    track = max(1, width - cell_len(text) - 8)
    at = round(share * (track - 1))
    parts: list[Part] = [(f" {mark} ", ink.style(ink.accent, bold=True)), ("━" * at, ink.style(ink.accent))]
    parts += [("●", ink.style(ink.accent, bold=True)), ("─" * (track - 1 - at), ink.style(ink.dim))]
    return line([*parts, (f"  {text} ", ink.style(ink.dim))], width, ink)
