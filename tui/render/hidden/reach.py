"""How far back something reaches: a bar a token on a logarithmic axis, the newest token at the right."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from ..axes import Axis
from ..cells import Part, line, note
from ..numbers import compact, cut, pad
from ..palette import Ink
from .labels import labels, lines_for, window

GUTTER = 8
_EIGHTHS = " ▁▂▃▄▅▆▇█"
LEAST_SPAN = 100.0
_WIDEST, _LEAST = 6, 4
ZERO, BAD, UNKNOWN = "0", "×", "·"


@dataclass(frozen=True)
class Reach:
    """One number for some of the tokens: `values` at the tokens `at`; panels of one `unit` share their axis."""

    title: str
    unit: str
    at: NDArray[np.int64]
    values: NDArray[np.float64]
    told: str = ""

    def value(self, token: int) -> float | None:
        """The number for a token, None where there is none."""
        found = np.flatnonzero(self.at == token)
        return float(self.values[found[0]]) if len(found) else None


def reach(
    parts: Sequence[Reach], tokens: Sequence[str], at: int, ink: Ink, width: int, height: int
) -> tuple[list[Strip], int]:
    """Panels below each other, as many as fit, then the tokens and how far back they lie; and how many fitted."""
    count = len(tokens)
    cell = max(1, min(_WIDEST, (width - GUTTER) // max(1, count)))
    shown = window(count, (width - GUTTER) // cell, at)
    below = lines_for([tokens[k] for k in shown], cell, height)
    room = height - below - 1
    fitting = min(len(parts), room // _LEAST)
    if not fitting or not shown:
        return note("too small for the chart", width, ink, height), 0
    strips: list[Strip] = []
    for k, part in enumerate(parts[:fitting]):
        rows = room // fitting + (k < room % fitting) - 1
        alike = np.concatenate([other.values for other in parts if other.unit == part.unit])
        strips.append(_title(part, at, ink, width))
        strips += _bars(part, _axis(alike, rows), shown, cell, rows, at, ink, width)
    strips += labels(tokens, shown, cell, GUTTER, below, at, ink, width)
    return [*strips, _distances(count, shown, cell, ink, width)], fitting


def _axis(values: NDArray[np.float64], rows: int) -> Axis | None:
    """An axis around the values, of two decades at least: what hardly fades is to look flat."""
    axis = Axis.around(values, rows // 2 + 1, log=True)
    return axis and Axis(min(axis.low, axis.high / LEAST_SPAN), axis.high, log=True)


def _title(part: Reach, at: int, ink: Ink, width: int) -> Strip:
    here = part.value(at)
    value = f"{compact(here, 9)} {part.unit}".rstrip() if here is not None else "not replaced"
    parts: list[Part] = [(cut(part.title, width), ink.style(bold=True))]
    parts.append((f"  {value}", ink.style(ink.accent)))
    return line([*parts, ("  " + part.told, ink.style(ink.dim))], width, ink)


def _bars(
    part: Reach, axis: Axis | None, shown: range, cell: int, rows: int, at: int, ink: Ink, width: int
) -> list[Strip]:
    ticks = {}
    for value, text in axis.ticks(max(2, rows // 2)) if axis else []:
        share = float(axis.share(np.array([value]))[0]) if axis else 0.0
        ticks[min(rows - 1, int(share * rows))] = text
    columns = [_column(part.value(k), axis, rows) for k in shown]
    strips = []
    for level in range(rows - 1, -1, -1):
        line_parts: list[Part] = [(pad(ticks.get(level, ""), GUTTER - 2, "right"), ink.style(ink.dim))]
        line_parts.append(("┤" if level in ticks else "│", ink.style(ink.dim)))
        line_parts.append((" ", ink.style()))
        for k, column in zip(shown, columns, strict=True):
            glyph = column[level]
            odd = glyph in (ZERO, BAD, UNKNOWN)
            colour = ink.cursor if k == at else ink.bad if glyph == BAD else ink.dim if odd else ink.accent
            wide = glyph if odd else glyph * (cell - (cell > 1))
            line_parts.append((wide.ljust(cell), ink.style(colour, bold=k == at)))
        strips.append(line(line_parts, width, ink))
    return strips


def _column(value: float | None, axis: Axis | None, rows: int) -> str:
    """A bar from the bottom up, in eighths; a sign at the bottom for what has no place on the axis."""
    if value is None or not np.isfinite(value):
        return (UNKNOWN if value is None else BAD).ljust(rows)
    if value <= 0 or axis is None:
        return ZERO.ljust(rows)
    eighths = max(1, round(float(axis.share(np.array([value]))[0]) * rows * 8))
    full, rest = divmod(min(eighths, rows * 8), 8)
    return ("█" * full + _EIGHTHS[rest]).ljust(rows)[:rows]


def _distances(count: int, shown: range, cell: int, ink: Ink, width: int) -> Strip:
    """How many tokens back a column lies, as often as there is room."""
    room = max(width - GUTTER, 0)
    text, free = [" "] * room, 0
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000) if s * cell >= 6 or s >= 10_000)
    for k, token in enumerate(shown):
        back = count - 1 - token
        name = f"-{back}" if back else "last"
        start = min(k * cell, room - len(name))
        if back % step == 0 and start >= free:
            text[start : start + len(name)] = name
            free = start + len(name) + 1
    parts = [(pad("back", GUTTER - 2, "right") + "  ", ink.style(ink.dim)), ("".join(text), ink.style(ink.dim))]
    return line(parts, width, ink)


def fading(tokens: float) -> str:
    """How fast a gradient fades, in words."""
    if np.isnan(tokens):
        return "too few to tell"
    if tokens > 1e4:
        return "does not fade"
    return f"halves every {compact(tokens, 6, 2)} tokens"
