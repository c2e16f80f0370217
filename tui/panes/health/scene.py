"""What the health pane draws: the table of the layers, or one layer with its histograms. Pure: records to strips."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.style import Style
from textual.strip import Strip

from ....engine.runs.run import Record
from ....engine.text import sanitize
from ...render.cells import line, note
from ...render.health.map import over_time, spread_title
from ...render.health.table import Part, Tone, basis, header, row, scales
from ...render.histogram import histogram
from ...render.numbers import compact, cut
from ...render.palette import Ink
from ..blocks import Block, beside, fitted, heading, remark

Arrays = Mapping[str, NDArray[Any]]

_ROOMY = 14
_WIDE = 110
_OUTPUTS = 8
_TALLEST = 18
_UNDER = 14
"""Lines that are enough to show the chosen layer below the table."""


def of_kind(records: Sequence[Record], kind: str) -> Record | None:
    """The first record of a kind."""
    return next((record for record in records if record.kind == kind), None)


def colour_of(tone: Tone, ink: Ink) -> str | None:
    """The colour of a tone on this ink; None is the foreground."""
    watch = ink.categories[1 % len(ink.categories)]
    tones = {"dim": ink.dim, "good": ink.good, "bad": ink.bad, "watch": watch, "accent": ink.accent, "bar": ink.accent}
    return tones.get(tone)


def summary(arrays: Arrays, width: int, height: int, ink: Ink) -> Block:
    """The sentence that sums up the health, in the colour of what it says; in two lines where there is room."""
    worst = int(np.max(arrays["level"], initial=0))
    broken = bool(str(arrays["broken_layer"]))
    tone: Tone = "bad" if broken or worst > 1 else "watch" if worst else "good"
    style = ink.style(colour_of(tone, ink), bold=True)
    return [line([(words, style)], width, ink) for words in _said(arrays, width, height, tone)]


def _said(arrays: Arrays, width: int, height: int, tone: Tone = "") -> list[str]:
    mark = "✗ " if tone == "bad" else "! " if tone == "watch" else "✓ "
    words = mark + sanitize(arrays["headline"])
    lines = textwrap.wrap(words, width)
    return [cut(words, width)] if height < _ROOMY or len(lines) < 2 else [lines[0], cut(" ".join(lines[1:]), width)]


def told_basis(arrays: Arrays, width: int, height: int) -> list[str]:
    """Over what the numbers are, in at most two lines; none where there is little room."""
    return textwrap.wrap(basis(arrays), width)[:2] if height >= _ROOMY else []


def rows_above(arrays: Arrays, width: int, height: int) -> int:
    """How many lines stand above the first layer."""
    return 1 + len(_said(arrays, width, height)) + len(told_basis(arrays, width, height))


def rows_shown(arrays: Arrays, width: int, height: int) -> int:
    """For how many layers the table has room in a pane of `width` x `height` cells."""
    below = 3 if height >= _ROOMY else 0
    return max(1, height - rows_above(arrays, width, height) - below)


def beneath(arrays: Arrays, width: int, height: int) -> int:
    """The lines left below the table for the chosen layer; 0 where they are too few to show it."""
    left = height - rows_above(arrays, width, height) - len(arrays["layers"]) - 2
    return left if left >= _UNDER and width >= 60 else 0


def first_row(chosen: int, first: int, count: int, rows: int) -> int:
    """The first row to show so that `chosen` is seen, moving as little as possible."""
    first = min(max(first, chosen - rows + 1), chosen)
    return max(0, min(first, count - rows))


def table(
    records: Sequence[Record], arrays: Arrays, chosen: int, first: int, width: int, height: int, ink: Ink
) -> Block:
    """The sentence, over what the numbers are, a line a layer; below the chosen layer, or its verdict in full."""
    count, roomy = len(arrays["layers"]), height >= _ROOMY
    under = beneath(arrays, width, height)
    rows = count if under else rows_shown(arrays, width, height)
    strips = summary(arrays, width, height, ink)
    strips += [remark(words, width, ink) for words in told_basis(arrays, width, height)]
    strips.append(_styled(header(arrays, width), width, ink))
    body = [_styled(row(arrays, k, width), width, ink, k == chosen) for k in range(first, min(count, first + rows))]
    if not roomy:
        return [*strips, *body]
    more = f"{first + 1}-{min(count, first + rows)} of {count} layers" if count > rows else f"{count} layers"
    told = scales(arrays, width)
    strips += [*fitted(body, width, rows, ink), remark(f"{more} · {told}" if told else more, width, ink)]
    strips.append(remark("", width, ink))
    if under:
        return strips + layer(records, arrays, chosen, width, under, ink)
    words = f"{arrays['layers'][chosen]} ({arrays['kinds'][chosen]}): {arrays['verdicts'][chosen]}"
    tones: tuple[Tone, ...] = ("", "watch", "bad")
    level = int(arrays["level"][chosen])
    colour = colour_of(tones[level] if 0 <= level < len(tones) else "", ink)
    return [*strips, line([(cut(words, width), ink.style(colour))], width, ink)]


def _styled(parts: Sequence[Part], width: int, ink: Ink, selected: bool = False) -> Strip:
    def style(tone: Tone) -> Style:
        colour = colour_of(tone, ink)
        if not selected:
            return ink.style(colour)
        return ink.selected(None if tone == "dim" else colour)

    return line([(text, style(tone)) for text, tone in parts], width, ink, style(""))


def layer(records: Sequence[Record], arrays: Arrays, k: int, width: int, height: int, ink: Ink) -> Block:
    """Layer k: its numbers, its weights over the looks as a map, and how its outputs are spread now."""
    name, kind = str(arrays["layers"][k]), str(arrays["kinds"][k])
    strips = [heading(f"{name}: {kind}", f"layer {k + 1} of {len(arrays['layers'])}", width, ink, active=True)]
    level = int(arrays["level"][k])
    verdict: Tone = "bad" if level > 1 else "watch" if level else "good"
    strips.append(remark(str(arrays["verdicts"][k]), width, ink, colour_of(verdict, ink)))
    if height >= _ROOMY:
        strips += [remark(words, width, ink) for words in numbers(arrays, k)]
        strips.append(remark("", width, ink))
    room = height - len(strips)
    weights = _own(records, "histograms", name)
    outputs = _own(records, "histogram", name)
    if weights is None and outputs is None:
        waits = np.isfinite(arrays["weight"][k]) or np.isfinite(arrays["mean"][k])
        return [*strips, *note("…" if waits else "nothing of this layer is met by a forward pass", width, ink, room)]
    if weights is None or room < 6 + _OUTPUTS:
        one = weights or outputs
        assert one is not None
        return strips + (_map(one, width, room, ink) if weights is not None else _bars(one, width, room, ink))
    if outputs is None:
        return strips + _map(weights, width, room, ink)
    if width >= _WIDE:
        left = (width - 3) * 3 // 5
        right = width - 3 - left
        return strips + beside(
            [(_map(weights, left, room, ink), left), (_bars(outputs, right, room, ink), right)],
            room,
            ink,
            gap=3,
            rule=True,
        )
    lower = max(_OUTPUTS, room * 2 // 5)
    return [
        *strips,
        *_map(weights, width, room - lower - 1, ink),
        remark("", width, ink),
        *_bars(outputs, width, lower, ink),
    ]


def numbers(arrays: Arrays, k: int) -> list[str]:
    """What is known of layer k: a line each on its outputs, its gradient and its weights, without what it has not."""

    def known(name: str) -> bool:
        return not np.isnan(arrays[name][k])

    def told(what: str, names: Sequence[tuple[str, str]]) -> list[str]:
        found = [f"{word} {compact(float(arrays[name][k]), 9, 3)}".lstrip() for word, name in names if known(name)]
        return [f"{what}: {found[0]}", *found[1:]] if found else []

    outputs = told("outputs", (("mean", "mean"), ("sd", "sd")))
    shares = (("zeros", "zero"), ("saturated", "saturated"))
    outputs += [f"{float(arrays[name][k]):.1%} {words}" for name, words in shares if known(name)]
    if int(arrays["units"][k]) >= 0:
        outputs.append(f"{int(arrays['dead'][k])} of {int(arrays['units'][k])} units dead")
    gradient = told("gradient", (("norm", "gradient"), ("mean", "gradient_mean"), ("sd", "gradient_sd")))
    weights = told("weights", (("norm", "weight"),))
    if known("update"):
        ratio = compact(float(arrays["update"][k]), 9, 3)
        weights.append(f"moved by {ratio} of it in step {int(arrays['update_step']):,}")
    return [", ".join(words) for words in (outputs, gradient, weights) if words]


def _own(records: Sequence[Record], kind: str, name: str) -> Record | None:
    """The layer's record of a kind; none while the answer is about another layer."""
    return next((r for r in records if r.kind == kind and str(r.arrays.get("layer", "")) == name), None)


def _map(record: Record, width: int, height: int, ink: Ink) -> Block:
    return over_time(record.arrays, ink, width, height, "weights by value over time")


def _bars(record: Record, width: int, height: int, ink: Ink) -> Block:
    arrays = record.arrays
    title = spread_title("outputs now", arrays)
    return histogram(arrays["counts"], arrays["edges"], ink, width, min(height, _TALLEST), title=title)
