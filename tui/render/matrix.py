"""Confusion matrices: rows true, columns predicted, tinted by the share of the row."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from ...engine.text import sanitize
from .cells import Part, blank, line, note
from .colour import mix, readable
from .numbers import cut, pad, short
from .palette import Ink

_CELL_LEAST, _CELL_MOST = 2, 5
_LABEL_MOST = 12
_RECALL = 7
_STEPS = 8


def confusion(
    counts_kk: Any,
    classes: Sequence[str],
    ink: Ink,
    width: int,
    height: int,
    *,
    cursor: tuple[int, int] | None = None,
) -> list[Strip]:
    """Counts [k, k] in exactly `width` x `height` cells; what does not fit is cut and said so.

    The diagonal has one tint and the errors another, each by its share of the row. The part that is
    shown follows the cursor (true, predicted). Recall, the share of a class that was found, is at the right.
    """
    counts = np.asarray(counts_kk)
    if counts.ndim != 2 or not counts.sum():
        return note("no predictions yet", width, ink, height)
    k = len(counts)
    names = [classes[index] if index < len(classes) else str(index) for index in range(k)]
    label = min(_LABEL_MOST, max(cell_len(cut(name, _LABEL_MOST)) for name in names), max(1, width // 4))
    room = width - label - 1
    recall = room - _RECALL >= k * _CELL_LEAST
    room -= _RECALL if recall else 0
    longest = max(len(str(int(counts.max()))), max(cell_len(cut(name, 4)) for name in names)) + 1
    cell = max(_CELL_LEAST, min(_CELL_MOST, longest, room // k))
    across = _window(k, max(0, room // cell), cursor[1] if cursor else 0)
    down = _window(k, max(0, height - 2 - (height - 2 < k)), cursor[0] if cursor else 0)
    if not across or not down:
        return note("too small for the matrix", width, ink, height)
    dim = ink.style(ink.dim)
    head: list[Part] = [(" " * (label + 1), dim)]
    head += [(_heading(names[j], cell), _label_style(cursor, 1, j, ink)) for j in across]
    title = line([("true ↓  predicted →", dim)], width, ink)
    strips = [title, line([*head, (" recall" if recall else "", dim)], width, ink)]
    for i in down:
        total = float(counts[i].sum())
        parts: list[Part] = [(pad(names[i], label, "right") + " ", _label_style(cursor, 0, i, ink))]
        parts += [_cell(counts, i, j, total, cell, ink, (i, j) == cursor) for j in across]
        found = f"{counts[i, i] / total:7.1%}" if total else "      -"
        strips.append(line([*parts, (found if recall else "", ink.style())], width, ink))
    cuts = [f"{axis} {_span(part)}" for axis, part in (("true", down), ("predicted", across)) if len(part) < k]
    if cuts:
        strips.append(line([(cut(f"cut: {', '.join(cuts)} of {k}", width), dim)], width, ink))
    return [*strips[:height], *[blank(width, ink)] * (height - len(strips))]


def _window(count: int, room: int, around: int) -> range:
    """At most `room` of `count` indices, with `around` inside, in the middle where it can be."""
    first = max(0, min(around - room // 2, count - room))
    return range(first, min(count, first + room))


def _span(shown: range) -> str:
    return f"{shown.start + 1}-{shown.stop}"


def _heading(name: str, cell: int) -> str:
    """A class name over a column: its first letters, since an ellipsis would take the place of one."""
    name = sanitize(name)
    while cell_len(name) >= cell:
        name = name[:-1]
    return pad(name, cell, "right")


def _label_style(cursor: tuple[int, int] | None, axis: int, index: int, ink: Ink) -> Style:
    return ink.style(ink.accent, bold=True) if cursor and cursor[axis] == index else ink.style(ink.dim)


def _cell(counts: NDArray[Any], i: int, j: int, total: float, cell: int, ink: Ink, at_cursor: bool) -> Part:
    count = int(counts[i, j])
    share = count / total if total else 0.0
    text = str(count) if count else "·"
    if len(text) >= cell:
        text = short(count, 1 if cell < 5 else 2)
    if len(text) >= cell:
        text = "" if ink.coloured else _shade(share)
    return text.rjust(cell), _tint(share, i == j, count, ink, at_cursor)


def _shade(share: float) -> str:
    return "░▒▓█"[min(3, int(share * 4))]


def _tint(share: float, right: bool, count: int, ink: Ink, at_cursor: bool) -> Style:
    colour = ink.good if right else ink.bad
    if not ink.coloured:
        return ink.style(colour if count else ink.dim, bold=bool(count) and right, reverse=at_cursor)
    if at_cursor:
        return ink.style(readable(ink.cursor), ink.cursor, bold=True)
    if not count:
        return ink.style(ink.dim, mix(ink.background, ink.foreground, 0.05), dim=True)
    # The square root, so that one error in a hundred is seen.
    step = max(1, round(share**0.5 * _STEPS)) / _STEPS
    tint = ink.tint(colour, 0.15 + 0.85 * step)
    return ink.style(readable(tint), tint)
