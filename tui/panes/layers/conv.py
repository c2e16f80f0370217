"""One number of a convolution, taken apart: patch x kernel by input channel, summed up."""

from dataclasses import dataclass, replace

import numpy as np
from rich.segment import Segment
from textual.strip import Strip

from ....engine.probes.requests import Array, CellView
from ...render.cells import Part, blank, line
from ...render.grid import grid, written
from ...render.heatmap import heatmap, size
from ...render.legend import legend
from ...render.numbers import pad
from ...render.palette import Ink
from ...render.scale import Scale
from ..blocks import Block, beside, fitted, heading, remark
from ..decimals import decimals

_CELL_MOST = 9
_LABEL = 6
_SIGNS = (" × ", " = ")
_SUM = 9


@dataclass(frozen=True)
class _Layout:
    """How a channel is drawn: columns a number (0: as heat map), what of it fits, and its size in cells."""

    cell: int
    running: bool
    product: bool
    width: int
    height: int
    digits: tuple[int, ...] = (2, 2, 2)
    """Decimals of patch, kernel and product."""


def per_page(cell: CellView, ink: Ink, width: int, height: int) -> int:
    """How many input channels one page of the formula shows."""
    height -= 1
    layout = _layout(cell, ink, width, height)
    return max(1, height // (layout.height + 1)) * max(1, (width + 3) // (layout.width + 3))


def convolution(cell: CellView, page: int, ink: Ink, width: int, height: int) -> tuple[Block, str]:
    """The pages of input channels from `page` on in `width` x `height` cells, and in words which they are.

    The last line is the legend of both scales.
    """
    patch, kernel = cell.patch.astype(np.float64), cell.kernel.astype(np.float64)
    inputs = len(patch)
    room = height - 1
    layout = _layout(cell, ink, width, room)
    down = max(1, room // (layout.height + 1))
    across = max(1, min((width + 3) // (layout.width + 3), -(-inputs // down)))
    first = min(page, max(0, inputs - down * across))
    shown = range(first, min(inputs, first + down * across))
    product = np.where(np.isnan(patch) & padding(cell), 0.0, patch) * kernel
    sums = product.reshape(inputs, -1).sum(axis=1)
    totals = sums.cumsum()
    scales = Scale.of(patch), Scale.of(kernel, True), Scale.of(product, True)
    digits = tuple(decimals(array, layout.cell - 1) for array in (patch, kernel, product))
    layout = replace(layout, digits=digits)
    columns = []
    for start in range(shown.start, shown.stop, down):
        column: Block = []
        for k in range(start, min(start + down, shown.stop)):
            column += _channel(k, cell, patch[k], kernel[k], product[k], sums[k], totals[k], scales, layout, ink)
        columns.append((column, layout.width))
    strips = fitted(beside(columns, room, ink, gap=3), width, room, ink)
    half = (width - 2) // 2
    keys = beside(
        [([legend(scales[0], ink, half, "patch")], half), ([legend(scales[1], ink, half, "kernel")], half)],
        1,
        ink,
    )
    told = f"inputs {shown.start}-{shown.stop - 1} of {inputs}, [ ] turns" if len(shown) < inputs else ""
    return [*strips, *keys], told


def padding(cell: CellView) -> Array:
    """Which cells of the patch (k, k) are padding: NaN where the layer's own output is a number."""
    holes = np.isnan(cell.patch[0])
    if np.isfinite(cell.output):
        return np.asarray(holes)
    rows, columns = (np.arange(side) for side in holes.shape)
    return np.asarray(holes & ((rows + cell.top < 0)[:, None] | (columns + cell.left < 0)[None]))


def padded(cell: CellView) -> int:
    """How many cells of the patch lie outside the input."""
    return int(padding(cell).sum()) if cell.patch.ndim == 3 else 0


def _layout(cell: CellView, ink: Ink, width: int, height: int) -> _Layout:
    _, rows, columns = cell.patch.shape
    if rows <= max(3, height - 1):
        # Numbers all written alike are worth more than the running sum.
        for running, product, least in ((True, True, 7), (False, True, 6), (False, False, 6)):
            for each in range(_CELL_MOST, least - 1, -1):
                grids = 3 if product else 2
                wide = _LABEL + grids * each * columns + 3 * (grids - 1) + _SUM * (1 + running)
                if wide <= width:
                    return _Layout(each, running, product, wide, rows)
    wide, high = size(rows, columns, ink)
    product = _LABEL + 3 * wide + 6 + _SUM <= width
    return _Layout(0, False, product, _LABEL + (3 if product else 2) * (wide + 3) + _SUM, high)


def _channel(
    k: int,
    cell: CellView,
    patch: Array,
    kernel: Array,
    product: Array,
    total: float,
    running: float,
    scales: tuple[Scale, Scale, Scale],
    layout: _Layout,
    ink: Ink,
) -> Block:
    """A title, and patch, kernel and product side by side with their sum."""
    arrays = [patch, kernel, product][: 3 if layout.product else 2]
    solid = np.zeros(patch.shape, bool)
    holes = [padding(cell), solid, solid]
    drawn = [
        numbers(array, scale, layout.cell, hole, ink, digits)
        for array, scale, hole, digits in zip(arrays, scales, holes, layout.digits, strict=False)
    ]
    wide = drawn[0][0].cell_length
    dim = ink.style(ink.dim)
    words = ["patch", "kernel", "product"]
    titles: list[Part] = [(pad(f"in {k}", _LABEL), ink.style(bold=True))]
    for number in range(len(drawn)):
        word = words[number] if len(words[number]) <= wide else ""
        titles.append((pad(word, wide, "right") + (" " * 3 if number < len(drawn) - 1 else ""), dim))
    titles.append(("sum".rjust(_SUM), dim))
    if layout.running:
        titles.append(("running".rjust(_SUM), dim))
    rows: Block = [line(titles, layout.width, ink)]
    middle = (len(drawn[0]) - 1) // 2
    for y in range(len(drawn[0])):
        pieces: list[Strip] = [blank(_LABEL, ink)]
        for number, block in enumerate(drawn):
            if number:
                sign = _SIGNS[number - 1] if y == middle else "   "
                pieces.append(line([(sign, ink.style())], 3, ink))
            pieces.append(block[y])
        tail = written(total, _SUM - 1, 4).rjust(_SUM) if y == middle else " " * _SUM
        parts: list[Part] = [(tail, ink.style(bold=True))]
        if layout.running:
            parts.append((written(running, _SUM - 1, 4).rjust(_SUM) if y == middle else " " * _SUM, dim))
        pieces.append(line(parts, _SUM * (1 + layout.running), ink))
        rows.append(Strip.join(pieces))
    return rows


def numbers(values: Array, scale: Scale, each: int, holes: Array, ink: Ink, digits: int) -> Block:
    """Values (k, k) in `each` columns a number, or as a heat map if that is 0; `holes` are hatched."""
    if not each:
        return heatmap(values, scale, ink)
    strips = grid(values, scale, ink, cell=each, digits=digits)
    return [_hatched(strip, row, each, ink) if row.any() else strip for strip, row in zip(strips, holes, strict=True)]


def _hatched(strip: Strip, holes: Array, each: int, ink: Ink) -> Strip:
    hatch = Strip([Segment(" " + "░" * (each - 3) + "· ", ink.style(ink.dim))], each)
    return Strip.join([hatch if hole else strip.crop(x * each, (x + 1) * each) for x, hole in enumerate(holes)])


def head(cell: CellView, ink: Ink, width: int, told: str) -> Strip:
    """The formula's first line."""
    inputs = len(cell.patch)
    name = f"{cell.layer} channel {cell.channel} cell {cell.row},{cell.column}"
    what = f"sum over {inputs} input channels of patch × kernel" if inputs > 1 else "sum of patch × kernel"
    what += "" if np.isnan(cell.bias) else ", plus bias"
    return heading(name, told or what, width, ink)


def note_padding(cell: CellView, ink: Ink, width: int) -> Block:
    """A line that says what padding is, where there is some."""
    count = padded(cell)
    if not count:
        return []
    of = int(np.prod(cell.patch.shape[1:]))
    return [
        remark(
            f"░· padding: {count} of {of} cells of each patch lie outside the input and count as 0",
            width,
            ink,
        )
    ]
