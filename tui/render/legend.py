"""The colour bar of a scale: what the colours mean, over what scope."""

from rich.cells import cell_len
from textual.strip import Strip

from .cells import Part, line
from .colour import readable
from .numbers import compact, cut
from .palette import LEVELS, Ink, levels
from .scale import Scale
from .shades import shade

_BAR_LEAST, _BAR_MOST = (6, 3), 33


def legend(scale: Scale, ink: Ink, width: int, scope: str = "layer", unit: str = "", most: int = 20) -> Strip:
    """One line: low, a colour bar with 0 where it lies inside, high, unit, and the scope in at most `most` columns."""
    if scale.low == scale.high:
        text = f"all {compact(scale.low, 7)} {cut(unit, 8)}".rstrip()
        parts = [(text, ink.style()), ("  scale: " + cut(scope, most), ink.style(ink.dim))]
        return line(parts, width, ink)
    room, digits = (7, 3) if width >= 36 else (6, 2)
    low, high = compact(scale.low, room, digits), compact(scale.high, room, digits)
    unit, scope = cut(unit, 12), cut(scope, most)
    ends = cell_len(low) + cell_len(high) + 2
    tails = [f" {unit}  scale: {scope}", f"  scale: {scope}", f"  {scope}"]
    tails = tails if unit else tails[1:]
    # A bar that shows something is worth more than the word "scale", but less than the scope itself.
    tail = next((text for least in _BAR_LEAST for text in tails if width - ends - cell_len(text) >= least), "")
    room = max(0, min(_BAR_MOST, width - ends - cell_len(tail)))
    parts = [(low + " ", ink.style()), *_bar(scale, ink, room), (" " + high, ink.style())]
    return line([*parts, (tail, ink.style(ink.dim))], width, ink)


def _bar(scale: Scale, ink: Ink, room: int) -> list[Part]:
    """The bar in at most `room` columns; odd if diverging, so that zero has the middle."""
    if not ink.coloured:
        cells = max(1, room // 2 - (scale.diverging and room // 2 % 2 == 0))
        parts = [shade(_level(index, cells), scale.diverging, ink) for index in range(cells)]
        return _with_zero(parts, "0 ", ink) if scale.diverging else parts
    cells = max(1, room - (scale.diverging and room % 2 == 0))
    colours = levels(scale.map, ink)
    tints = [colours[_level(index, cells)] for index in range(cells)]
    parts = [(" ", ink.style(readable(tint), tint)) for tint in tints]
    return _with_zero(parts, "0", ink) if scale.diverging else parts


def _level(index: int, cells: int) -> int:
    return round(index * (LEVELS - 1) / max(1, cells - 1)) if cells > 1 else LEVELS // 2


def _with_zero(parts: list[Part], text: str, ink: Ink) -> list[Part]:
    middle = len(parts) // 2
    parts[middle] = (text, parts[middle][1] if ink.coloured else ink.style())
    return parts
