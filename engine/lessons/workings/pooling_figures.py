"""The map that the lesson `pooling` pools, its pooled grid, and where a number of them comes from."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ..kit.figures import Formula, Grid, Origin
from ..kit.fixtures import Floats, array
from ..kit.state import State
from . import pooling as work
from .printed import number, signed


def feature_map(state: State) -> Floats:
    """[6, 6]: what the kernel answers on the image, after ReLU."""
    return np.maximum(work.convolve(array(state["image"]), array(state["kernel"]), padding=1), 0)


def pooled(state: State) -> Floats:
    """The map pooled as the settings say."""
    return work.pool(feature_map(state), state["pool"], state["size"], state["stride"])


def sum_origin(image: Floats, kernel: Floats, stride: int, relu: bool, row: int, column: int) -> Origin:
    """One output of a 3x3 convolution with padding 1 over the figures `image` and `kernel`, zeros outside left out."""
    places = [((r, c), (row * stride - 1 + r, column * stride - 1 + c)) for r, c in np.ndindex(3, 3)]
    inside = [(tap, at) for tap, at in places if min(at) >= 0 and max(at) < len(image)]
    total = sum(float(image[at] * kernel[tap]) for tap, at in inside)
    sums = " + ".join(f"{signed(image[at])}·{signed(kernel[tap])}" for tap, at in inside)
    answer = max(0.0, total) if relu else total
    numbers = f"max(0, {sums}) = {number(answer)}" if relu else f"{sums} = {number(answer)}"
    symbols = "y = max(0, Σ x·w)" if relu else "y = Σ x·w"
    cells = {"image": tuple(at for _, at in inside), "kernel": tuple(tap for tap, _ in inside)}
    return Origin(formulas=(Formula(symbols=symbols, numbers=numbers),), cells=cells)


def pool_origin(source: str, values: Floats, state: State, size: int, stride: int, row: int, column: int) -> Origin:
    """A pooled number: the largest, or the mean, of its window."""
    cells = work.window(row, column, size, stride)
    numbers = [values[cell] for cell in cells]
    listed = ", ".join(number(x) for x in numbers)
    if state["pool"] == "max":
        formula = Formula(symbols="y = max of the window", numbers=f"max({listed}) = {number(max(numbers))}")
    else:
        sums = " + ".join(signed(x) for x in numbers)
        answer = f"({sums}) / {len(numbers)} = {number(np.mean(numbers))}"
        formula = Formula(symbols="y = mean of the window", numbers=answer)
    return Origin(formulas=(formula,), cells={source: cells})


def map_origin(state: State) -> Callable[[int, int], Origin]:
    """Where a number of the map came from; image and kernel need not stand in the frame."""
    return partial(sum_origin, array(state["image"]), array(state["kernel"]), 1, True)


def pooled_grid(state: State, values: Floats, size: int = 2, stride: int = 2, **more: Any) -> Grid:
    """The pooled map of a figure called `map`."""
    answer = work.pool(values, state["pool"], size, stride)
    n = len(answer)
    given = {
        "name": "pooled",
        "title": f"{state['pool']} pool: {n}x{n}",
        "about": f"Each cell is the {'largest number' if state['pool'] == 'max' else 'mean'} of a {size}x{size} window "
        f"that moves by {stride}. Nothing is learned here.",
        "digits": 1,
        "join": "→",
        "reach": (0, max(1.0, float(values.max()))),
        "origin": partial(pool_origin, "map", values, state, size, stride),
    }
    return Grid(values=tidy(answer), **{**given, **more})


def tidy(values: Floats) -> Floats:
    """Without the last bits of rounding, so that a sum that is nought is shown as 0."""
    answer: Floats = np.round(values, 9) + 0.0
    return answer
