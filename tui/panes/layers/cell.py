"""One number of a layer's output with the formula that made it, checked against the layer's own answer."""

import math
import re
import textwrap

import numpy as np
from textual.strip import Strip

from ....engine.probes.requests import CellView, Structure
from ...render.cells import Part, line
from ...render.grid import written
from ...render.legend import legend
from ...render.numbers import compact
from ...render.palette import Ink
from ...render.scale import Scale
from ..blocks import Block, fitted, heading, remark
from ..signed_bars import signed_bars
from .channel import big
from .conv import convolution, head, note_padding, per_page
from .sight import find, is_flat, source

TOLERANCE = 1e-4
"""Two ways to add the same float32 numbers may differ by so much, relative to their size."""


def formula(cell: CellView, structure: Structure, page: int, ink: Ink, width: int, height: int) -> Block:
    """Where one output cell came from, in exactly `width` x `height` cells; the verdict is always in view."""
    foot = _foot(cell, ink, width)
    room = height - len(foot)
    if room < 1:
        return fitted(foot, width, height, ink)
    if _convolved(cell):
        strips, told = convolution(cell, page, ink, width, room - 1)
        body = [head(cell, ink, width, told), *strips]
    elif cell.kernel.size:
        body = _dense(cell, structure, ink, width, room)
    elif cell.patch.ndim == 3:
        body = _pool(cell, ink, width, room)
    else:
        body = _pointwise(cell, structure, ink, width)
    return [*fitted(body, width, room, ink), *foot]


def pages(cell: CellView, ink: Ink, width: int, height: int) -> int:
    """How many input channels `[` and `]` turn; 0 if there are no pages."""
    if not _convolved(cell):
        return 0
    return per_page(cell, ink, width, height - len(_foot(cell, ink, width)) - 1)


def _convolved(cell: CellView) -> bool:
    return bool(cell.kernel.size) and cell.patch.ndim == 3


def agrees(cell: CellView) -> bool:
    """Whether formula and layer give the same number."""
    if not (math.isfinite(cell.total) and math.isfinite(cell.output)):
        return cell.total == cell.output or (math.isnan(cell.total) and math.isnan(cell.output))
    return abs(cell.total - cell.output) <= TOLERANCE * max(1.0, abs(cell.total), abs(cell.output))


def verdict(cell: CellView, ink: Ink, width: int) -> Strip:
    """Both sides of the formula and whether they are the same."""
    same, good = agrees(cell), math.isfinite(cell.total)
    told = f"computed {compact(cell.total, 10, 5)}, layer says {compact(cell.output, 10, 5)} "
    mark = "✓"
    if not same:
        mark = "✗ differs"
    elif not good:
        mark = "not a number" if math.isnan(cell.total) else "not finite"
    parts: list[Part] = [
        (told, ink.style(bold=True)),
        (mark, ink.style(ink.good if same and good else ink.bad, bold=True)),
    ]
    return line(parts, width, ink)


def _foot(cell: CellView, ink: Ink, width: int) -> Block:
    if not cell.kernel.size:
        return [verdict(cell, ink, width)]
    strips = note_padding(cell, ink, width) if _convolved(cell) else []
    bare = math.isnan(cell.bias)
    products = cell.total - (0.0 if bare else cell.bias)
    what = f"sum of {len(cell.patch)} channels" if _convolved(cell) and len(cell.patch) > 1 else "sum"
    sign = "-" if cell.bias < 0 else "+"
    text = f"{what} {_number(products)}  {sign} bias {_number(abs(cell.bias))}  = {_number(cell.total)}"
    if bare:
        text = f"{what} {_number(products)}, no bias"
    return [*strips, line([(text, ink.style())], width, ink), verdict(cell, ink, width)]


def _number(value: float) -> str:
    return written(value, 10, 4)


def _dense(cell: CellView, structure: Structure, ink: Ink, width: int, height: int) -> Block:
    """The largest contributions as bars, and what the others add up to."""
    x, w = cell.patch.reshape(-1).astype(np.float64), cell.kernel.reshape(-1).astype(np.float64)
    product = x * w
    size = np.where(np.isnan(product), np.inf, np.abs(product))
    room = max(1, height - 3)
    order = np.argsort(-size, kind="stable")
    rows = order[: room if len(order) <= room else room - 1]
    shape = source(structure, cell.layer)
    places = [_place(int(k), shape) for k in rows]
    wide = max(map(len, places), default=0)
    labels = [
        f"{place:<{wide}} {written(x[k], 7, 3):>7} × {written(w[k], 7, 3):>7}"
        for k, place in zip(rows, places, strict=True)
    ]
    unit = cell.channel
    name = structure.classes[unit] if _logits(cell, structure) and unit < len(structure.classes) else ""
    title = f"{cell.layer} unit {unit}" + (f", class {name}" if name else "")
    plus = "" if math.isnan(cell.bias) else ", plus bias"
    strips = [
        heading(title, f"sum of {len(x)} input × weight{plus}; the largest first", width, ink),
        remark("input, its value × weight, and the product", width, ink),
        *signed_bars(labels, product[rows].tolist(), ink, width),
    ]
    rest = order[len(rows) :]
    if len(rest):
        zero = int((product[rest] == 0).sum())
        told = f"the other {len(rest)} add {_number(float(product[rest].sum()))}"
        strips.append(remark(told + (f" ({zero} of them are 0)" if zero else ""), width, ink))
    return strips


def _logits(cell: CellView, structure: Structure) -> bool:
    last = structure.layers[-1] if structure.layers else None
    return last is not None and last.name == cell.layer and last.shape == (len(structure.classes),)


def _place(index: int, shape: tuple[int, ...]) -> str:
    """An input by its number, and by its channel and place where maps were flattened."""
    if len(shape) != 3 or index >= int(np.prod(shape)):
        return f"{index:4d}"
    channel, row, column = (int(k) for k in np.unravel_index(index, shape))
    return f"{index:4d} ({channel},{row},{column})" if shape[0] > 1 else f"{index:4d} ({row},{column})"


def _pool(cell: CellView, ink: Ink, width: int, height: int) -> Block:
    """The window, with the largest value marked if that is what is taken."""
    window = cell.patch[0]
    at = None
    if cell.formula.startswith("max"):
        # NumPy, like the layer, takes the first of equals, and a NaN before any number.
        row, column = np.unravel_index(int(np.argmax(window)), window.shape)
        at = int(row), int(column)
    size = f"{window.shape[0]}x{window.shape[1]}"
    told = f"{cell.formula}: {size} window at {cell.top},{cell.left} of channel {cell.channel}"
    title = f"{cell.layer} channel {cell.channel} cell {cell.row},{cell.column}"
    scale = Scale.of(window)
    drawn = big(window, scale, ink, width, max(1, height - 4), at).strips
    words = f"the largest of {window.size}, marked, is passed on; the others get no gradient" if at else ""
    return [
        heading(title, told, width, ink),
        *drawn,
        legend(scale, ink, width, "this window"),
        remark(words or f"the mean of the {window.size} values", width, ink),
    ]


def _signs(text: str) -> str:
    """Without a sign after a sign."""
    return text.replace("- -", "+ ").replace("+ -", "- ")


def _pointwise(cell: CellView, structure: Structure, ink: Ink, width: int) -> Block:
    """A formula of one number or a sum of a few, with the numbers put in."""
    values = [float(value) for value in np.atleast_1d(cell.patch).reshape(-1)]
    layer = find(structure, cell.layer)
    flat = layer is None or is_flat(layer)
    place = f"unit {cell.channel}" if flat else f"channel {cell.channel} cell {cell.row},{cell.column}"
    strips = [
        heading(f"{cell.layer} {place}", cell.kind, width, ink),
        remark("", width, ink),
    ]
    if len(values) > 1:
        names = ["F(x), the branch", "x, the shortcut", *(f"input {k}" for k in range(2, len(values)))]
        bars = signed_bars([*names[: len(values)], "their sum"], [*values, cell.total], ink, min(width, 72), digits=4)
        return [*strips, *bars, remark("", width, ink), remark(cell.formula, width, ink)]
    x = _number(values[0]) if values else "?"
    formula = _signs(cell.formula)
    put = _signs(re.sub(r"\bx\b", x, cell.formula))
    lines = [("input", f"x = {x}"), ("formula", formula), ("numbers", f"{put} = {_number(cell.total)}")]
    if put == formula:
        lines = [("input", f"x = {x}"), ("output", formula)]
    for label, text in lines:
        for k, piece in enumerate(textwrap.wrap(text, max(12, width - 9))):
            words = ink.style(bold=label == "numbers")
            strips.append(line([((label if not k else "").ljust(9), ink.style(ink.dim)), (piece, words)], width, ink))
    return strips
