"""What can be typed in the charts: a filter of tags, limits, what is x, the grid. Each answers as it is typed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import grid, limits, xs
from .tags import matching, ordered

if TYPE_CHECKING:
    from .pane import ChartsPane

NAMED = 4
"""So many of what a text could mean are named."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked for, what stands there, what a text means, and taking it (a sentence if it cannot be)."""

    name: str
    text: str
    heard: Callable[[str], str]
    kept: Callable[[str], str]


def filter_question(pane: "ChartsPane") -> Question:
    """A regular expression that tags must match; the charts follow while it is typed, and go back at escape."""
    sight, before = pane.sight, (pane.sight.tag_filter, pane.sight.first, pane.sight.full)

    def trouble(text: str) -> str:
        return matching((), text)[1]

    def heard(text: str) -> str:
        if trouble(text):
            return trouble(text)
        if text != sight.tag_filter:
            back = text == before[0]
            sight.tag_filter, sight.first, sight.full = before if back else (text, sight.first, "")
            pane.changed()
        tags = ordered(pane.board.scene.tags(), sight.pinned)
        found, _ = matching(tags, text)
        return f"{len(found)} of {len(tags)} tags{_named(found) if text else ''}"

    def kept(text: str) -> str:
        heard(text)
        return trouble(text)

    return Question(name="tags /", text=sight.tag_filter, heard=heard, kept=kept)


def limits_question(pane: "ChartsPane") -> Question:
    """Limits of y of the chosen chart and of x."""
    sight, lens, tag = pane.sight, pane.picture.lens, pane.picture.chosen
    today = lens.high if lens is not None else 0.0

    def heard(text: str) -> str:
        try:
            found = limits.typed(text, sight.x, today)
        except ValueError as error:
            return str(error)
        if not text.strip():
            return f"none; {limits.FORM}"
        ends = ((f"y of {tag}", found.y, "y"), ("x of all", found.x, sight.x))
        return " · ".join(f"{name} {limits.told(pair, kind)}" for name, pair, kind in ends if pair)

    def kept(text: str) -> str:
        try:
            found = limits.typed(text, sight.x, today)
        except ValueError as error:
            return str(error)
        if found.x is not None and lens is not None:
            a, b = lens.range(None)
            low, high = (a if found.x[0] is None else found.x[0]), (b if found.x[1] is None else found.x[1])
            if not low < high:
                return f"no x is in there: the data reach from {limits.told((a, b), sight.x)}"
            sight.window, sight.follow = (None if found.x == (None, None) else (low, high)), False
        if found.y is not None:
            others = {key: ends for key, ends in sight.limits.items() if key != tag}
            sight.limits = others if found.y == (None, None) else {**others, tag: found.y}
        pane.changed()
        return ""

    return Question(name="limits", text=_limits_now(pane), heard=heard, kept=kept)


def x_question(pane: "ChartsPane") -> Question:
    """Any tag as x."""
    tags = tuple(pane.board.scene.tags())

    def heard(text: str) -> str:
        found, could = xs.typed(text, tags)
        if found:
            return xs.NAMES.get(found, found)
        if could:
            return f"{len(could)} could be x{_named(could)}"
        return f"no shown run has logged {text.strip()!r}"

    def kept(text: str) -> str:
        found, _ = xs.typed(text, tags)
        if not found:
            return heard(text)
        pane.lay_along(found)
        return ""

    return Question(name="x is", text="", heard=heard, kept=kept)


def grid_question(pane: "ChartsPane") -> Question:
    """Rows and columns of charts."""
    sight = pane.sight

    def heard(text: str) -> str:
        try:
            rows, columns = grid.typed(text)
        except ValueError as error:
            return str(error)
        return f"{rows} rows of {columns} charts" if rows else "as many as suit the screen; like 3x2"

    def kept(text: str) -> str:
        try:
            sight.rows, sight.columns = grid.typed(text)
        except ValueError as error:
            return str(error)
        sight.full, sight.first = "", pane.picture.chosen or sight.first
        pane.changed()
        return ""

    return Question(
        name="rows x columns", text=f"{sight.rows}x{sight.columns}" if sight.rows else "", heard=heard, kept=kept
    )


def _named(tags: list[str]) -> str:
    if not tags:
        return ""
    return ": " + ", ".join(tags[:NAMED]) + (" …" if len(tags) > NAMED else "")


def _limits_now(pane: "ChartsPane") -> str:
    sight, tag = pane.sight, pane.picture.chosen
    parts = [f"x={limits.told(sight.window, sight.x)}"] if sight.window is not None else []
    return " ".join([*parts, *([f"y={limits.told(sight.limits[tag])}"] if tag in sight.limits else [])])
