"""The map that the lesson `pooling` pools, its pooled grid, and where a pooled number comes from."""

from functools import partial
from typing import Any

import numpy as np

from ..kit.figures import Formula, Grid, Origin
from ..kit.fixtures import Floats, array
from ..kit.state import State
from . import pooling as work


def feature_map(state: State) -> Floats:
    """[6, 6]: what the kernel answers on the image, after ReLU."""
    return np.maximum(work.convolve(array(state["image"]), array(state["kernel"]), padding=1), 0)


def pooled(state: State) -> Floats:
    """The map pooled as the settings say."""
    return work.pool(feature_map(state), state["pool"], state["size"], state["stride"])


def pool_origin(source: str, values: Floats, state: State, size: int, stride: int, row: int, column: int) -> Origin:
    """A pooled number: the largest, or the mean, of its window."""
    cells = work.window(row, column, size, stride)
    numbers = [values[cell] for cell in cells]
    listed = ", ".join(f"{x:.3g}" for x in numbers)
    if state["pool"] == "max":
        formula = Formula(symbols="y = max of the window", numbers=f"max({listed}) = {max(numbers):.3g}")
    else:
        sums = " + ".join(f"{x:.3g}" for x in numbers)
        answer = f"({sums}) / {len(numbers)} = {np.mean(numbers):.3g}"
        formula = Formula(symbols="y = mean of the window", numbers=answer)
    return Origin(formulas=(formula,), cells={source: cells})


def pooled_grid(state: State, values: Floats, size: int = 2, stride: int = 2, **more: Any) -> Grid:
    """The pooled map of a figure called `map`."""
    answer = work.pool(values, state["pool"], size, stride)
    n = len(answer)
    given = {
        "name": "pooled",
        "title": f"{state['pool']} of {size}x{size}, stride {stride}: {n}x{n}",
        "about": "Each cell is the largest number (max) or the mean (average) of its window. Nothing is learned here.",
        "digits": 1,
        "join": "→",
        "reach": (0, max(1.0, float(values.max()))),
        "origin": partial(pool_origin, "map", values, state, size, stride),
    }
    return Grid(values=answer, **{**given, **more})
