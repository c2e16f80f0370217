"""What of a latent space is asked: the cursor, the class, the examples, a grid; checked. Torch-free."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..requests import Array, LookInside
from .plane import Floats

if TYPE_CHECKING:
    from ...objectives.variational import Variational

GRID_MOST = 400
"""Images of a grid."""


@dataclass(frozen=True)
class Grid:
    """Columns and rows of decoded images, and where they lie; without a window where the means do."""

    columns: int
    rows: int
    window: tuple[float, ...] = ()

    def places(self, extent: Array) -> Floats:
        """Coordinates (rows * columns, 2): in the middle of equal parts of the window, the upper left first."""
        left, right, bottom, top = self.window or extent.tolist()
        across = left + (right - left) * (np.arange(self.columns) + 0.5) / self.columns
        down = top - (top - bottom) * (np.arange(self.rows) + 0.5) / self.rows
        return np.stack([np.tile(across, self.rows), np.repeat(down, self.columns)], 1)


@dataclass(frozen=True)
class Asked:
    """A checked question; `count` images in the split, `told` the class that a conditional model is told."""

    split: str
    count: int
    index: int
    label: int
    x: float
    y: float
    told: int
    to: int | None
    grid: Grid | None


def asked(objective: "Variational", look: LookInside) -> Asked:
    """What `look` asks; raises ValueError, one sentence, for what cannot be."""
    if look.split not in ("train", "val", "test"):
        raise ValueError(f"there is no split {look.split!r}; there are train, val and test")
    data = objective.data
    labels, classes = data.split(look.split).y, len(data.classes)
    if not len(labels):
        raise ValueError(f"the {look.split} split of {data.name} is empty")
    index = look.index % len(labels)
    told = _number(look, "class", float(labels[index]))
    if told != int(told) or not 0 <= told < classes:
        raise ValueError(f"class must be a whole number from 0 to {classes - 1}, not {told:g}")
    to = None if look.get("to", None) is None else int(_number(look, "to", 0)) % len(labels)
    x, y = _number(look, "x", 0.0), _number(look, "y", 0.0)
    return Asked(look.split, len(labels), index, int(labels[index]), x, y, int(told), to, _grid(look))


def _number(look: LookInside, name: str, default: float) -> float:
    value = look.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{name} must be a number, not {value!r}")
    return float(value)


def _grid(look: LookInside) -> Grid | None:
    given = look.get("grid", None)
    if given is None or given is False:
        return None
    columns, rows, *window = given if isinstance(given, tuple) and len(given) == 6 else 2 * (_number(look, "grid", 0),)
    if not all(map(math.isfinite, (columns, rows, *window))):
        raise ValueError("grid must be finite numbers")
    if columns < 1 or rows < 1 or columns * rows > GRID_MOST:
        raise ValueError(f"grid must have 1 to {GRID_MOST} images, not {columns:g} x {rows:g}")
    return Grid(int(columns), int(rows), tuple(window))
