"""Horizontal bars in eighths of a cell: labelled values, shares of a whole, progress."""

import math
from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from textual.strip import Strip

from .cells import Part, line
from .colour import readable
from .numbers import cut, pad
from .palette import Ink

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_FILLS = "█▓▒░"


def bars(
    labels: Sequence[str],
    values: Sequence[float],
    ink: Ink,
    width: int,
    *,
    high: float = 1.0,
    form: str = "{:.1%}",
    highlight: Mapping[int, str] | None = None,
) -> list[Strip]:
    """One line a value: label, bar from 0 to `high`, number in `form`; `highlight` maps index to colour.

    A bar that would go beyond `high` ends in an arrow. Long labels are cut, numbers never.
    """
    texts = [form.format(value) if math.isfinite(value) else f"{value:g}" for value in map(float, values)]
    right = max(map(cell_len, texts), default=0)
    left = min(max((cell_len(cut(label, width)) for label in labels), default=0), max(3, (width - right) * 2 // 5))
    left = max(0, min(left, width - right - 1))
    room = max(0, width - left - right - 2)
    lit = highlight or {}
    strips = []
    for index, (label, value, text) in enumerate(zip(labels, values, texts, strict=True)):
        colour = lit.get(index, ink.accent)
        words = ink.style(lit.get(index), bold=index in lit)
        parts = [(pad(label, left) + " ", words), *_bar(float(value), high, room, colour, ink)]
        strips.append(line([*parts, (" " * bool(room) + text.rjust(right), words)], width, ink))
    return strips


def _bar(value: float, high: float, room: int, colour: str, ink: Ink) -> list[Part]:
    style = ink.style(colour, ink.track if ink.coloured else None)
    if room <= 0:
        return []
    if value > high > 0:
        return [
            ("█" * (room - 1), style),
            ("▶", ink.style(readable(colour), colour) if ink.coloured else style),
        ]
    share = value / high if high > 0 and math.isfinite(value) else 0.0
    return [(blocks(share, room), style)]


def blocks(share: float, room: int) -> str:
    """A bar of `share` (clipped to 0..1) of `room` columns; what is not zero shows at least an eighth."""
    eighths = round(min(1.0, max(0.0, share)) * room * 8)
    if share > 0:
        eighths = max(1, eighths)
    if share < 1:
        eighths = min(eighths, room * 8 - 1)
    full, rest = divmod(max(0, eighths), 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(room)[:room]


def share_bar(
    labels: Sequence[str],
    shares: Sequence[float],
    ink: Ink,
    width: int,
    *,
    colours: Sequence[str] | None = None,
) -> Strip:
    """One line that the parts of a whole divide in proportion, each with its label where it fits."""
    sizes = [float(share) if math.isfinite(share) and share > 0 else 0.0 for share in shares]
    largest = max(sizes, default=0.0)
    if not largest or width <= 0:
        return line([(" " * max(0, width), ink.style(None, ink.track))], width, ink)
    # By the largest first, so that a sum of huge parts does not overflow.
    sizes = [share / largest for share in sizes]
    total = sum(sizes)
    palette = colours or ink.categories
    parts: list[Part] = []
    done, start = 0.0, 0
    for index, (label, share) in enumerate(zip(labels, sizes, strict=True)):
        done += share
        end = width if index == len(sizes) - 1 else round(width * done / total)
        parts.append(_share(label, end - start, index, palette[index % len(palette)], ink))
        start = end
    return line(parts, width, ink)


def _share(label: str, room: int, index: int, colour: str, ink: Ink) -> Part:
    if ink.coloured:
        text = pad(" " + label, room) if room > 3 else " " * room
        return text, ink.style(readable(colour), colour)
    label = cut(label, room)
    text = label + " " if cell_len(label) + 1 < room else ""
    return text + _FILLS[index % len(_FILLS)] * (room - cell_len(text)), ink.style(colour)


def gauge(value: float | None, width: int, ink: Ink) -> Strip:
    """Progress as a bar with its percentage; `value` is in 0..1, None or NaN where it is unknown."""
    known = value is not None and math.isfinite(value)
    share = min(1.0, max(0.0, value)) if value is not None and known else 0.0
    # Rounded down: 100% is said only when it is done.
    text = f" {math.floor(share * 100 + 1e-9):3d}%" if known else "   ?%"
    room = width - len(text) if width >= 10 else width
    style = ink.style(ink.accent, ink.track if ink.coloured else None)
    bar = blocks(share, room).rstrip()
    parts = [(bar + (" " if ink.coloured else "░") * (room - len(bar)), style)]
    return line([*parts, (text if width >= 10 else "", ink.style())], width, ink)
