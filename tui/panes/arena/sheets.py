"""Generated and real images with D's answer below each: the classes in turn, as many as there is room for."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from ...render.arena.colours import fake, real
from ...render.cells import Part, line
from ...render.heatmap import size as size_of
from ...render.numbers import compact, pad
from ...render.palette import Ink
from ...render.picture import picture
from ..blocks import Block, fitted, heading

Arrays = Mapping[str, NDArray[Any]]
_CAPTION = 5
_WIDEST = 32
_ZOOM = 3
_HANDFUL = 24


def sheets(made: Arrays, beside: Arrays | None, border: float, ink: Ink, width: int, height: int) -> Block:
    """Generated images above real ones, each kind with a heading, in exactly `width` x `height` cells."""
    if beside is None or height < 10:
        size = tile(made["images"], ink, width, 2 * height)
        return fitted(sheet("generated", made, border, ink, width, height, size), width, height, ink)
    size = tile(made["images"], ink, width, height)
    tall = size[1] + 1
    lower = 1 + max(1, (height - 2) // tall // 3) * tall
    upper = fitted(sheet("generated", made, border, ink, width, height - lower, size), width, height - lower, ink)
    return [*upper, *fitted(sheet("real", beside, border, ink, width, lower, size), width, lower, ink)]


def sheet(name: str, arrays: Arrays, border: float, ink: Ink, width: int, height: int, size: tuple[int, int]) -> Block:
    """One kind: a heading, then rows of images of `size` cells with their captions."""
    images, scores = np.asarray(arrays["images"], dtype=np.float64), arrays.get("scores")
    wide, tall = size
    columns, rows = max(1, (width + 1) // (wide + 1)), max(1, (height - 1) // (tall + 1))
    order = in_turn(len(images), int(arrays.get("rows", np.array(1))))[: columns * rows]
    told = f"{len(order)} of {len(images)}, classes in turn" if len(order) < len(images) else f"{len(images)}"
    if scores is not None:
        told += f"; below: D's answer, mean {compact(float(np.mean(scores)), 6, 2)}"
    block = [heading(name, told, width, ink)]
    for start in range(0, len(order), columns):
        row = order[start : start + columns]
        drawn = [picture(_shown(images[k]), ink, wide, tall, most=_ZOOM)[0] for k in row]
        for y in range(tall):
            parts: list[Part] = []
            for strips in drawn:
                strip = strips[y] if y < len(strips) else Strip.blank(wide, ink.style())
                parts += [(segment.text, segment.style or ink.style()) for segment in strip]
                parts.append((" " * (wide - strip.cell_length + 1), ink.style()))
            block.append(line(parts, width, ink))
        if scores is not None:
            block.append(line([_caption(float(scores[k]), border, wide, ink) for k in row], width, ink))
    return block


def tile(images: NDArray[Any], ink: Ink, width: int, height: int) -> tuple[int, int]:
    """Columns and rows of one image: as large as leaves room for a handful, pooled where two kinds would not fit."""
    h, w = images.shape[2:]
    for zoom in range(_ZOOM, 0, -1):
        columns, rows = size_of(h, w, ink, zoom)
        if zoom == 1 or (width // (max(columns, _CAPTION) + 1)) * (height // (rows + 1)) >= _HANDFUL:
            break
    most_columns, most_rows = min(_WIDEST, max(16, width // 4), width), max(2, (height - 2) // 2 - 1)
    columns, rows = min(columns, most_columns), min(rows, most_rows)
    drawn = picture(_shown(images[0]), ink, columns, rows, most=_ZOOM)[0]
    return max(drawn[0].cell_length if drawn else 0, _CAPTION), len(drawn)


def in_turn(count: int, a_class: int) -> list[int]:
    """Indices that go through the classes, of which `a_class` images stand in a row: the first of each, then on."""
    return sorted(range(count), key=lambda k: (k % max(1, a_class), k))


def _shown(image: NDArray[np.float64]) -> NDArray[np.float64]:
    """One or three channels."""
    return image if len(image) in (1, 3) else image.mean(0, keepdims=True)


def _caption(score: float, border: float, width: int, ink: Ink) -> Part:
    """D's answer in the colour of what it takes the image for."""
    colour = real(ink) if score > border else fake(ink)
    return pad(compact(score, width, 2), width + 1), ink.style(colour)
