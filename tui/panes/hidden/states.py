"""A recurrent layer in the pane of hidden states: units over time, how long it remembers, and one cell's numbers.

Shapes: t tokens, u units.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....engine.runs.run import Record
from ...render.cells import line, note
from ...render.hidden.labels import readable
from ...render.hidden.map import GUTTER, StateMap, state_map
from ...render.hidden.reach import Reach, fading, reach
from ...render.legend import legend
from ...render.numbers import compact, cut
from ...render.palette import Ink
from ...render.scale import Scale
from ..blocks import Block, beside, heading, remark
from .sight import Sight

Floats = NDArray[np.float64]

PARTS = {
    "hidden": "hidden state h",
    "cell": "cell c",
    "input": "input gate i",
    "forget": "forget gate f",
    "output": "output gate o",
    "candidate": "candidate g",
}
"""What a record may hold (t, u), in the order in which a key goes through it."""
GATES = ("input", "forget", "output")
_WIDE = 104
"""Columns from which states and memory stand side by side."""


@dataclass(frozen=True)
class Layer:
    """One layer's records: what it holds and, unless it is of the past, what it remembers."""

    name: str
    states: Record
    memory: Record | None

    @property
    def parts(self) -> tuple[str, ...]:
        """What there is to see of it."""
        return tuple(part for part in PARTS if part in self.states.arrays)

    @property
    def tokens(self) -> list[str]:
        """The tokens that were read; numbers where nobody kept them."""
        count = len(self.states.arrays["hidden"])
        return [str(token) for token in self.states.arrays.get("tokens", np.arange(1, count + 1))]

    def values(self, part: str) -> Floats:
        """What is held (t, u)."""
        return np.asarray(self.states.arrays[part], dtype=np.float64)


def layers(records: Sequence[Record]) -> list[Layer]:
    """The recurrent layers among the records, in order."""
    memory = {record.tag.partition("/")[2]: record for record in records if record.kind == "memory"}
    found = [(record.tag.partition("/")[2], record) for record in records if record.kind == "hidden"]
    return [Layer(name, record, memory.get(name)) for name, record in sorted(found, key=lambda each: each[0])]


def order(values_tu: Floats, by_peak: bool) -> list[int]:
    """Units by number, or by when they are farthest from zero, of equals the stronger first."""
    if not by_peak or not values_tu.size:
        return list(range(values_tu.shape[1]))
    size = np.abs(np.nan_to_num(values_tu))
    return [int(unit) for unit in np.lexsort((-size.max(0), size.argmax(0)))]


def scale_of(part: str, values_tu: Floats) -> tuple[Scale, str]:
    """The colours' range, the same for all steps where the function has a range, and what it is called."""
    if part in GATES:
        return Scale(0.0, 1.0, False), "sigmoid"
    if part == "cell":
        return Scale.of(values_tu, True), "this sequence"
    return Scale(-1.0, 1.0, True), "tanh"


def settled(sight: Sight, found: Sequence[Layer]) -> tuple[Layer, str, int, int]:
    """The layer, the part, the row of the order and the token that the user's choice means here."""
    layer = found[min(sight.layer, len(found) - 1)]
    part = sight.part if sight.part in layer.parts else "hidden"
    t, u = layer.values(part).shape
    token = t - 1 if sight.token is None else min(sight.token, t - 1)
    return layer, part, min(sight.unit, u - 1), token


def picture(found: Sequence[Layer], sight: Sight, ink: Ink, width: int, height: int) -> tuple[Block, StateMap | None]:
    """States and memory, or one of the two; and the map, for clicks in it: it stands at the left, below one line."""
    layer, part, row, token = settled(sight, found)
    if not layer.values("hidden").size:
        return note("nothing was read", width, ink, height), None
    if width >= _WIDE and layer.memory is not None:
        left = min(width * 11 // 20, max(len(layer.tokens) * 6 + GUTTER, 52))
        drawn, states = _states(layer, part, row, token, sight.by_peak, ink, left, height)
        right = width - left - 3
        sides = [(drawn, left), (memory(layer, token, part, ink, right, height), right)]
        return beside(sides, height, ink, gap=3, rule=True), states
    if sight.look == "memory":
        return memory(layer, token, part, ink, width, height), None
    return _states(layer, part, row, token, sight.by_peak, ink, width, height)


def _states(
    layer: Layer, part: str, row: int, token: int, by_peak: bool, ink: Ink, width: int, height: int
) -> tuple[Block, StateMap]:
    """What it is, the map, its legend, and the cursor's numbers."""
    values = layer.values(part)
    t, u = values.shape
    sorted_by = order(values, by_peak)
    scale, scope = scale_of(part, values)
    told = readout(layer, part, sorted_by[row], token, ink, width)
    room = height - 2 - len(told)
    drawn = state_map(values, layer.tokens, sorted_by, scale, ink, width, room, (row, token))
    cuts = [f"{a}-{b} of {c} {what}" for a, b, c, what in (
        (drawn.rows.start + 1, drawn.rows.stop, u, "units"), (drawn.tokens.start + 1, drawn.tokens.stop, t, "tokens"),
    ) if b - a + 1 < c]  # fmt: skip
    size = ", ".join(cuts) or f"{u} units, {t} tokens"
    head = heading(PARTS[part], f"{size}, {'by peak' if by_peak else 'by number'}", width, ink)
    return [head, *drawn.strips, legend(scale, ink, width, scope), *told], drawn


def readout(layer: Layer, part: str, unit: int, token: int, ink: Ink, width: int) -> Block:
    """The cursor's numbers; of an LSTM how the cell and the hidden state come from the gates."""
    held = {name: layer.values(name)[token, unit] for name in layer.parts}
    value = f"  {PARTS[part].split()[-1]} = {_n(held[part])}"
    name = cut(readable(layer.tokens[token]), 16)
    first = f"unit {unit}, token {token + 1}/{len(layer.tokens)} "
    start = [(first, ink.style()), (name, ink.style(ink.accent, bold=True))]
    strips = [line([*start, (value, ink.style(bold=True))], width, ink)]
    if {"cell", "candidate", *GATES} <= held.keys():
        before = layer.values("cell")[token - 1, unit] if token else 0.0
        i, f, o, g, c = (held[k] for k in ("input", "forget", "output", "candidate", "cell"))
        cell = f"c = f·c₋₁ + i·g = {_n(f)}·{_n(before)} + {_n(i)}·{_n(g)} = {_n(c)}"
        out = f"h = o·tanh c = {_n(o)}·{_n(np.tanh(c))} = {_n(held['hidden'])}"
        if len(cell) + len(out) + 3 <= width:
            strips.append(remark(f"{cell};  {out}", width, ink))
        else:
            strips += [remark(cell, width, ink), remark(out, width, ink)]
    return strips


def _n(value: float) -> str:
    return compact(float(value), 7, 3)


def memory(layer: Layer, token: int, part: str, ink: Ink, width: int, height: int) -> Block:
    """How far back the loss reaches into the states, and how far back another token would be felt."""
    record = layer.memory
    if record is None:
        return note("of the past no memory was kept: m shows the states, | is now", width, ink, height)
    arrays, tokens = record.arrays, [str(name) for name in record.arrays["tokens"]]
    everywhere = np.arange(len(tokens))
    panels = {
        "hidden": Reach("|d loss / d h|", "nats", everywhere, arrays["gradient"], fading(float(arrays["halves"]))),
        "cell": Reach("|d loss / d c|", "nats", everywhere, arrays["cell_gradient"],
                      fading(float(arrays["cell_halves"]))) if "cell_gradient" in arrays else None,
        "felt": Reach("|h'-h|/|h|, another token here", "", arrays["at"], arrays["influence"],
                      f"mean of {int(arrays['times'])}"),
    }  # fmt: skip
    first = [panels.pop(part)] if part == "cell" else []
    chosen = [panel for panel in (*first, *panels.values()) if panel is not None]
    target, known = cut(readable(str(arrays["target"])), 16), bool(arrays["known"])
    loss = f"loss of {target!r} {_n(float(arrays['loss']))} nats"
    head = heading("memory", loss + (" after the last token" if known else ", the likeliest answer"), width, ink)
    drawn, fitted = reach(chosen, tokens, token, ink, width, height - 2)
    left = len(chosen) - fitted
    more = f", {left} more with more room (f)" if left and fitted else ""
    return [head, *drawn, remark(f"logarithmic scales{more}", width, ink)]
