"""A sheet of small pictures in rows, with names of the rows and of the columns."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len

from .bitmap import bitmap
from .numbers import pad
from .palette import DARK
from .pen import Line, pen
from .pooling import factor, shrink

Images = NDArray[np.float64]
_NARROW = 3
"""At least so many pictures of a row are to be seen; larger ones are pooled."""


def ready(images_nchw: Any, width: int) -> tuple[Images, int]:
    """Pictures [n, 1|3, h, w], pooled so that some fit into `width` columns, and the side of the blocks (1: none)."""
    images = np.nan_to_num(np.asarray(images_nchw, dtype=np.float64))
    images = images if images.shape[1] in (1, 3) else images.mean(1, keepdims=True)
    h, w = images.shape[2:]
    wide = max(1, width // _NARROW - 1)
    block = factor(h, w, 2 * wide, wide)
    if block > 1:
        pooled = [[shrink(channel, -(-h // block), -(-w // block), "mean") for channel in image] for image in images]
        images = np.array(pooled)
    return images, block


def fitting(w: int, width: int, names: Sequence[str] = ()) -> int:
    """How many pictures w pixels wide stand in one row of `width` columns behind a name."""
    return max(1, (width - gutter(names) + 1) // (w + 1))


def gutter(names: Sequence[str]) -> int:
    """Columns that the names of rows take."""
    longest = max((cell_len(name) for name in names), default=0)
    return longest + 1 if longest else 0


def sheet(
    images: Images, per_row: int, colour: bool, threshold: float, rows: Sequence[str] = (), columns: Sequence[str] = ()
) -> list[Line]:
    """Pictures [n, c, h, w], `per_row` in a row, one pixel apart, as one bitmap; rows and columns may have names."""
    n, c, h, w = images.shape
    count = -(-n // per_row)
    canvas = np.full((c, count * (h + 1), per_row * (w + 1)), np.nan)
    for k, image in enumerate(images):
        y, x = k // per_row * (h + 1), k % per_row * (w + 1)
        canvas[:, y : y + h, x : x + w] = image
    lines = bitmap(canvas[:, :-1, :-1], colour, threshold)
    dim, room = pen(DARK.dim), gutter(rows)
    if room:
        middles = {(row * (h + 1) + h // 2 - 1) // 2: name for row, name in enumerate(rows)}
        lines = [[(pad(middles.get(y, ""), room), dim), *line] for y, line in enumerate(lines)]
    if columns:
        heads = "".join(pad(name, w + 1) for name in columns[:per_row])
        lines.insert(0, [(" " * room + heads, dim)])
    return lines


def beside(left: list[Line], right: list[Line], width: int) -> list[Line]:
    """Two blocks of lines next to each other, the second from column `width` on."""
    joined = []
    for k in range(max(len(left), len(right))):
        first = left[k] if k < len(left) else []
        used = sum(cell_len(text) for text, _ in first)
        joined.append([*first, (" " * max(0, width - used), None), *(right[k] if k < len(right) else [])])
    return joined
