"""The Compare form as strips: models with their ticks, data, seeds, budget, and what would be done."""

from textual.strip import Strip

from ....engine.catalog import CATALOG
from ...render.cells import line
from ...render.numbers import cut, pad
from ...render.palette import Ink
from ..words import wrap
from .draft import Draft

SETTINGS = ("data", "seeds", "budget")
TYPE = "another …"
ABOUT = 3
"""Lines at the bottom that say what would be done."""
MEANING = {
    "data": "the same for all; `own` is what they share by default",
    "seeds": "three or more tell luck from skill",
    "budget": "of each training; `own` is each model's default",
    TYPE: "a model with options (resnet:skip=off,depth=24), or a run",
}


def rows(draft: Draft) -> list[str]:
    """What the cursor can stand on: specs, a row to type another, settings."""
    return [*draft.offered, TYPE, *SETTINGS]


def form(draft: Draft, at: int, focused: bool, beside: str, width: int, height: int, ink: Ink) -> list[Strip]:
    """`height` lines of `width` columns; `beside` says what the lab itself does meanwhile."""
    names = rows(draft)
    room = max(1, height - ABOUT - 1)
    first = min(max(0, at - room + 2), max(0, len(names) - room))
    wide = min(max(17, *(len(name) for name in names)) + 6, max(width * 2 // 5, 23))
    strips = [_row(draft, name, k == at, focused, wide, width, ink) for k, name in enumerate(names)]
    strips = strips[first : first + room]
    strips += [line([], width, ink)] * (room - len(strips))
    rest = height - room
    strips += [line([("─" * width, ink.style(ink.dim))], width, ink)] * min(rest, 1)
    plan, trouble = draft.check()
    if plan is None:
        ticked = f"ticked: {', '.join(draft.ticked)}; " if draft.ticked else ""
        about, style = wrap(ticked + trouble, width), ink.style(ink.bad if len(draft.ticked) > 1 else ink.dim)
    else:
        count = len(plan.tasks)
        said = f"enter starts {count} trainings on {plan.data}, {plan.budget}: one after the other, {beside}"
        about, style = wrap(said, width), ink.style()
    return strips + [line([(text, style)], width, ink) for text in about[: max(rest - 1, 0)]]


def _row(draft: Draft, name: str, here: bool, focused: bool, wide: int, width: int, ink: Ink) -> Strip:
    if name in SETTINGS:
        text, about = f"{name:7} ‹ {getattr(draft, name)} ›", MEANING[name]
    elif name == TYPE:
        text, about = f" +  {name}", MEANING[TYPE]
    else:
        tick = f"[{draft.ticked.index(name) + 1}]" if name in draft.ticked else "[ ]"
        text, about = f"{tick} {name}", CATALOG[name].summary if name in CATALOG else ""
    head, tail = pad(text, wide), " " + cut(about, max(width - wide - 1, 0))
    if here:
        style = ink.selected() if focused else ink.style(bold=True)
        return line([(pad(head + tail, width), style)], width, ink)
    front = ink.style(ink.accent) if name in draft.ticked else ink.style()
    return line([(head, front), (tail, ink.style(ink.dim))], width, ink)
