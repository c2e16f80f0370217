"""The layers of a model, one line each: settings, output shape, size, cost and gradient norm."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from ....engine.probes.requests import Layer, Structure
from ...render.bars import blocks
from ...render.cells import Part, line
from ...render.numbers import compact, cut, number, pad, short
from ...render.palette import Ink
from ..blocks import Block
from .sight import shown_shape

_GAP = 2
_NUMBER = 7
_BARS = {"long": (12, "gradient, log scale"), "short": (8, "grad, log scale")}
_CHOICES = (
    ("kind", "output", "parameters", "mult-adds", "long"),
    ("kind", "output", "parameters", "mult-adds", "short"),
    ("kind", "output", "parameters", "short"),
    ("output", "parameters", "short"),
    ("kind", "output", "parameters"),
    ("output", "short"),
    ("output", "parameters"),
    ("output",),
    (),
)
"""Columns beside the name, the most first; what does not fit is left out."""
_DECADES = 3


@dataclass(frozen=True)
class Ladder:
    """A drawn ladder; layer `shown[0]` is at row `top`."""

    strips: Block
    shown: range
    top: int

    def hit(self, y: int) -> int | None:
        """The layer at a row."""
        index = self.shown.start + y - self.top
        return index if y >= self.top and index in self.shown else None


def widest(structure: Structure, room: int) -> int:
    """The columns that the ladder would use of `room`."""
    columns, name = _choose(structure, room)
    return min(room, name + sum(size + _GAP for _, _, size, _ in columns))


def rows(structure: Structure) -> int:
    """The rows that the whole ladder takes: a header, the input, the layers, the totals."""
    return len(structure.layers) + 3


def ladder(structure: Structure, ink: Ink, width: int, height: int, selected: str) -> Ladder:
    """The ladder in at most `width` x `height` cells, scrolled to the selected layer."""
    layers = structure.layers
    names = [layer.name for layer in layers]
    at = names.index(selected) if selected in names else 0
    fed = height >= len(layers) + 3
    totals = height >= 5
    room = max(1, height - 1 - fed - totals)
    first = max(0, min(at - room // 2, len(layers) - room))
    shown = range(first, min(len(layers), first + room))
    columns, wide = _choose(structure, width)
    wide = max(1, min(wide, width - sum(size + _GAP for _, _, size, _ in columns)))
    axis = decades([layer.gradient for layer in layers])
    dim = ink.style(ink.dim)
    told = f"{shown.start + 1}-{shown.stop} of {len(layers)}" if len(shown) < len(layers) else "layer"

    def row(cells: Sequence[str], style: Style, quiet: Style) -> Block:
        parts: list[Part] = [(pad(cells[0], wide), style)]
        for (title, _, size, right), text in zip(columns, cells[1:], strict=True):
            fill = pad(text, size, "right" if right else "left")
            parts.append((" " * _GAP + fill, style if title == "output" else quiet))
        return [line(parts, width, ink)]

    strips = row([told, *(_title(title) for title, _, _, _ in columns)], dim, dim)
    if fed:
        cells = {"kind": cut(structure.data, 24), "output": shown_shape(structure.input)}
        strips += row(["input", *(cells.get(title, "") for title, _, _, _ in columns)], dim, dim)
    top = len(strips)
    for index in shown:
        strips.append(_rung(layers[index], columns, wide, width, axis, ink, index == at))
    if totals:
        sums = {"parameters": short(structure.parameters), "mult-adds": short(structure.macs)}
        if axis is not None:
            ends = f"1e{axis[0]}"
            sums |= {name: f"{ends} to {_power(axis[1])}".ljust(_BARS[name][0] + 1 + _NUMBER) for name in _BARS}
        count = f"total of {len(layers)}"
        strips += row([count, *(sums.get(title, "") for title, _, _, _ in columns)], dim, dim)
    return Ladder(strips[:height], shown, top)


def decades(norms: Sequence[float]) -> tuple[int, int] | None:
    """The whole powers of ten that hold all positive norms, at least three decades; None without any."""
    logs = [math.log10(norm) for norm in norms if math.isfinite(norm) and norm > 0]
    if not logs:
        return None
    high = math.ceil(max(logs) - 1e-9)
    return min(math.floor(min(logs)), high - _DECADES), high


def _power(exponent: int) -> str:
    return compact(10.0**exponent, 6, 1)


def _title(name: str) -> str:
    return _BARS[name][1] if name in _BARS else {"parameters": "params"}.get(name, name)


def _kind(layer: Layer) -> str:
    return cut(f"{layer.kind} {layer.detail}".rstrip(), 24)


def _cells(layer: Layer, title: str) -> str:
    match title:
        case "kind":
            return _kind(layer)
        case "output":
            return cut(shown_shape(layer.shape), 16)
        case "parameters":
            return short(layer.parameters) if layer.parameters else "-"
    return short(layer.macs) if layer.macs else "-"


Column = tuple[str, list[str], int, bool]
"""Title, texts, width, and whether it is right-aligned."""


def _choose(structure: Structure, width: int) -> tuple[list[Column], int]:
    """The columns that fit, and the width of the names."""
    layers = structure.layers
    long = max((cell_len(cut(layer.name, 40)) for layer in layers), default=0)
    long = max(long, len(f"total of {len(layers)}"), len(f"{len(layers)}-{len(layers)} of {len(layers)}")) + 1
    columns: list[Column] = []
    for choice in _CHOICES:
        columns = [_column(structure, title) for title in choice]
        if long + sum(size + _GAP for _, _, size, _ in columns) <= width:
            break
    return columns, long


def _column(structure: Structure, title: str) -> Column:
    if title in _BARS:
        return title, [], max(_BARS[title][0] + 1 + _NUMBER, len(_BARS[title][1])), False
    texts = [_cells(layer, title) for layer in structure.layers]
    least = {
        "kind": cell_len(cut(structure.data, 24)),
        "output": len(shown_shape(structure.input)),
        "parameters": len(short(structure.parameters)),
        "mult-adds": len(short(structure.macs)),
    }[title]
    return (
        title,
        texts,
        max(len(_title(title)), least, *map(cell_len, texts), 0),
        title in ("parameters", "mult-adds"),
    )


def _rung(
    layer: Layer,
    columns: list[Column],
    wide: int,
    width: int,
    axis: tuple[int, int] | None,
    ink: Ink,
    chosen: bool,
) -> Strip:
    style = ink.selected() if chosen else ink.style(bold=bool(layer.parameters))
    plain = ink.selected() if chosen else ink.style()
    quiet = ink.selected() if chosen else ink.style(ink.dim)
    parts: list[Part] = [(pad(layer.name, wide), style)]
    for title, _, size, right in columns:
        parts.append((" " * _GAP, plain))
        if title in _BARS:
            parts += _gradient(layer, _BARS[title][0], size, axis, ink, chosen)
        else:
            text = pad(_cells(layer, title), size, "right" if right else "left")
            parts.append((text, quiet if title == "kind" else plain))
    return line(parts, width, ink)


def _gradient(layer: Layer, room: int, size: int, axis: tuple[int, int] | None, ink: Ink, chosen: bool) -> list[Part]:
    """A bar on the log axis, and the number; nothing where there is no gradient."""
    norm = layer.gradient
    plain = ink.selected() if chosen else ink.style(ink.dim)
    if math.isnan(norm) and not (layer.parameters and axis):
        return [(pad(" " * room + " " + "-".rjust(_NUMBER), size), plain)]
    axis = axis or (-_DECADES, 0)
    share = (math.log10(norm) - axis[0]) / (axis[1] - axis[0]) if 0 < norm < math.inf else float(norm > 0)
    surface = ink.track if ink.coloured else None
    bar = blocks(max(share, 0.01) if norm > 0 else 0.0, room)
    words = ink.selected() if chosen else ink.style()
    return [
        (bar, ink.style(ink.accent if math.isfinite(norm) else ink.bad, surface)),
        ((" " + number(norm, _NUMBER, 2)).ljust(size - room), words),
    ]
