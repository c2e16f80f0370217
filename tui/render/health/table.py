"""The table of a model's health: a line a layer, and of its columns those for which there is room.

Pure: record arrays to texts with a tone each (see `Tone`); who draws gives the tones their colours. Knows no torch.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len

from ..bars import blocks
from ..numbers import compact, pad

Tone = Literal["", "dim", "good", "bad", "watch", "accent", "bar"]
Part = tuple[str, Tone]
Arrays = Mapping[str, NDArray[Any]]

LEVELS: tuple[Tone, ...] = ("good", "watch", "bad")
MARKS = ("✓", "!", "✗")
GUIDE = 1e-3
"""Where the healthy update-to-weight ratio is marked."""
RATIOS = (1e-6, 1.0)
"""The log scale of that ratio."""
_NAME, _VERDICT = 12, 14
_GAP = 2


@dataclass(frozen=True)
class Column:
    """One column: its heading, its width, and what stands in it for layer k."""

    title: str
    width: int
    cell: Callable[[Arrays, int, int], list[Part]]
    left: bool = False


def log_place(value: float, low: float, high: float) -> float:
    """Where a value lies on a log scale, in 0..1 (clipped); NaN for what is no positive number."""
    if not value > 0 or math.isinf(value) or not 0 < low < high:
        return math.nan
    share = (math.log10(value) - math.log10(low)) / (math.log10(high) - math.log10(low))
    return min(1.0, max(0.0, share))


def gradient_range(arrays: Arrays) -> tuple[float, float]:
    """Powers of ten around the gradient norms of all layers, at least one decade apart."""
    norms = np.asarray(arrays["gradient"], np.float64)
    usable = norms[np.isfinite(norms) & (norms > 0)]
    if not len(usable):
        return 1e-3, 1.0
    low, high = math.floor(math.log10(usable.min())), math.ceil(math.log10(usable.max()))
    low, high = max(low, -300), min(high, 300)
    low = max(low if low < high else high - 1, high - 8)
    return 10.0**low, 10.0**high


def _percent(name: str) -> Callable[[Arrays, int, int], list[Part]]:
    def cell(arrays: Arrays, k: int, width: int) -> list[Part]:
        share = float(arrays[name][k])
        text = "–" if math.isnan(share) else "<1%" if 0 < share < 0.005 else f"{share:.0%}"
        return [(text.rjust(width), "dim" if math.isnan(share) or share == 0 else "")]

    return cell


def _number(name: str, told: str = "?") -> Callable[[Arrays, int, int], list[Part]]:
    """`told` are the words by which a verdict says that the number is no number."""

    def cell(arrays: Arrays, k: int, width: int) -> list[Part]:
        value = float(arrays[name][k])
        reason, _, what = str(arrays["verdicts"][k]).partition(": ")
        if math.isnan(value) and reason == "not finite" and told in what:
            return [("nan".rjust(width), "bad")]
        return [
            (("–" if math.isnan(value) else compact(value, width, 2)).rjust(width), "" if value == value else "dim")
        ]

    return cell


def _dead(arrays: Arrays, k: int, width: int) -> list[Part]:
    dead, units = int(arrays["dead"][k]), int(arrays["units"][k])
    if units < 0:
        return [("–".rjust(width), "dim")]
    return [(f"{dead}/{units}".rjust(width), "" if dead else "dim")]


def _spread(arrays: Arrays, k: int, width: int) -> list[Part]:
    mean, sd = float(arrays["mean"][k]), float(arrays["sd"][k])
    if math.isnan(mean) and math.isnan(sd):
        met = not math.isnan(float(arrays["zeros"][k]))
        return [(("nan" if met else "–").rjust(width), "bad" if met else "dim")]
    side = (width - 1) // 2
    text = compact(mean, side, 2).rjust(side) + "±" + compact(sd, side, 2).ljust(width - side - 1)
    return [(text, "")]


def _gradient_bar(arrays: Arrays, k: int, width: int) -> list[Part]:
    place = log_place(float(arrays["gradient"][k]), *gradient_range(arrays))
    return [(" " * width if math.isnan(place) else blocks(max(place, 1e-9), width), "bar")]


def _update_gauge(arrays: Arrays, k: int, width: int) -> list[Part]:
    """A dot on the log scale, and a line where the guide lies."""
    value = float(arrays["update"][k])
    guide = round(log_place(GUIDE, *RATIOS) * (width - 1))
    cells = ["·"] * width
    cells[guide] = "│"
    place = log_place(value, *RATIOS)
    if math.isnan(place):
        return [("".join(cells), "dim")]
    at = round(place * (width - 1))
    far = abs(math.log10(value / GUIDE)) > 2
    return [("".join(cells[:at]), "dim"), ("●", "watch" if far else "accent"), ("".join(cells[at + 1 :]), "dim")]


def _kind(arrays: Arrays, k: int, width: int) -> list[Part]:
    return [(pad(str(arrays["kinds"][k]), width), "dim")]


KIND = Column("kind", 14, _kind, left=True)
UPDATE = Column("update/w", 8, _number("update"))
GRADIENT = Column("gradient", 8, _number("gradient", "gradients"))
DEAD = Column("dead", 7, _dead)
ZEROS = Column("zeros", 5, _percent("zeros"))
GRADIENT_BAR = Column("(log)", 8, _gradient_bar, left=True)
UPDATE_GAUGE = Column("1e-6  1e-3  1", 13, _update_gauge, left=True)
SPREAD = Column("mean±sd", 13, _spread)
SATURATED = Column("sat.", 4, _percent("saturated"))
WEIGHT = Column("norm w", 7, _number("weight", "weights"))

WANTED = (UPDATE, GRADIENT, DEAD, ZEROS, SPREAD, GRADIENT_BAR, UPDATE_GAUGE, SATURATED, KIND, WEIGHT)
"""The columns in the order in which they are given up last."""
ORDER = (KIND, SPREAD, ZEROS, DEAD, SATURATED, GRADIENT, GRADIENT_BAR, UPDATE, UPDATE_GAUGE, WEIGHT)
"""The columns from left to right."""


SAID_BY = {
    UPDATE: "update",
    UPDATE_GAUGE: "update",
    GRADIENT: "gradient",
    GRADIENT_BAR: "gradient",
    SATURATED: "saturated",
    WEIGHT: "weight",
}
"""The array that a column is about: without any number in it the column is left out."""


Layout = tuple[list[Column], int, int]


def columns(arrays: Arrays, width: int) -> Layout:
    """The columns that say something and for which there is room, and the widths of the name and of the verdict."""
    longest = max((cell_len(str(name)) for name in arrays["layers"]), default=0)
    empty = {column for column, name in SAID_BY.items() if np.isnan(np.asarray(arrays[name], np.float64)).all()}
    empty = set() if str(arrays["broken_layer"]) else empty
    empty |= {DEAD} if (np.asarray(arrays["units"]) < 0).all() else set()
    name = min(max(_NAME, min(longest, 20)), max(_NAME, width // 4)) if width >= 60 else min(longest, _NAME)
    used = name + _GAP + min(_VERDICT, max(6, width - name - _GAP))
    chosen = []
    for column in WANTED:
        if column in empty:
            continue
        if used + column.width + _GAP > width:
            break
        used += column.width + _GAP
        chosen.append(column)
    spare = max(0, width - used)
    wider = min(spare, max(0, min(longest, 44) - name))
    room = width - name - wider - sum(column.width + _GAP for column in chosen) - _GAP
    return [column for column in ORDER if column in chosen], name + wider, max(0, room)


def short_verdict(arrays: Arrays, k: int, room: int) -> Part:
    """A sign and the reason, as much of it as fits; in little room one word."""
    level = int(arrays["level"][k])
    level = level if 0 <= level < len(MARKS) else 0
    words = str(arrays["verdicts"][k])
    if cell_len(words) + 2 > room:
        first = words.partition(":")[0]
        words = f"{first[: first.index(' units')].replace(' of ', '/')} dead" if " units dead" in first else first
    return pad(f"{MARKS[level]} {words}", room), LEVELS[level]


def header(arrays: Arrays, width: int) -> list[Part]:
    """The headings."""
    chosen, name, room = columns(arrays, width)
    parts: list[Part] = [(pad("layer", name), "dim")]
    for column in chosen:
        title = column.title.ljust(column.width) if column.left else column.title.rjust(column.width)
        parts += [(" " * _GAP, ""), (title, "dim")]
    return [*parts, (" " * _GAP, ""), (pad("verdict", room), "dim")]


def row(arrays: Arrays, k: int, width: int) -> list[Part]:
    """The line of layer k."""
    chosen, name, room = columns(arrays, width)
    parts: list[Part] = [(_ending(str(arrays["layers"][k]), name), "")]
    for column in chosen:
        parts += [(" " * _GAP, ""), *column.cell(arrays, k, column.width)]
    return [*parts, (" " * _GAP, ""), short_verdict(arrays, k, room)]


def _ending(name: str, width: int) -> str:
    """A name in `width` columns; of a long one its end, which tells layers apart."""
    clean = pad(name, max(width, cell_len(name))).rstrip()
    return pad(clean, width) if cell_len(clean) <= width else pad("…" + clean[len(clean) - width + 1 :], width)


def basis(arrays: Arrays) -> str:
    """Over what the numbers are, in words."""
    examples, batches, at = (int(arrays[name]) for name in ("examples", "batches", "update_step"))
    rate = f"{float(arrays['factor']):.3g} of the peak rate"
    told = [f"{examples} examples in evaluation mode"]
    if batches:
        told.append(f"dead: zero in the last {batches} batches" if batches > 1 else "dead: zero in 1 batch")
    if arrays["tried"]:
        told.append(f"gradient and update/w of step {at:,}, tried on a copy, at {rate}")
    elif np.isnan(np.asarray(arrays["gradient"], np.float64)).all() and at < 0:
        told.append("no step was taken yet: no gradients")
    else:
        told.append(f"update/w of step {at:,} at {rate}" if at >= 0 else "update/w: with the next steps")
    return " · ".join(told)


def scales(arrays: Arrays, width: int) -> str:
    """What the bars mean, for those that are drawn."""
    chosen, _, _ = columns(arrays, width)
    low, high = gradient_range(arrays)
    told = []
    if GRADIENT_BAR in chosen:
        told.append(f"bar: gradient norm {low:.0e}..{high:.0e}, log".replace("e-0", "e-").replace("e+0", "e"))
    if UPDATE_GAUGE in chosen:
        told.append("│ update 1e-3 of the weights: usually healthy")
    return " · ".join(told)
