"""Flattening: the numbers of several maps in one row, and the index that each one gets."""

from collections.abc import Callable
from functools import partial

import numpy as np

from ..kit.figures import Cell, Formula, Grid, Mark, Origin
from ..kit.fixtures import KERNELS, Floats, array
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from . import convolving
from .convolving import Geometry
from .sliding import number, products, span

SYMBOLS = "index = (c·H + h)·W + w"
FILTERED = ("sobel-x", "sobel-y", "blob")
"""The filters of the layer whose output is flattened."""


def maps(image: Floats) -> Floats:
    """[3, 2, 2]: vertical edges, horizontal edges, blobs, with stride 2: the output of a small convolutional layer."""
    kernels = (array(KERNELS[name]) for name in FILTERED)
    return np.stack([convolving.convolve(image, kernel, stride=2) for kernel in kernels])


def index(c: int, h: int, w: int, height: int, width: int) -> int:
    """Where the number of channel c, row h, column w stands in the flattened vector (channel first, as in PyTorch)."""
    return (c * height + h) * width + w


def flattened(stack: Floats) -> Floats:
    """[C·H·W]: every number at its index."""
    answer = np.empty(stack.size)
    for c, h, w in np.ndindex(*stack.shape):
        answer[index(c, h, w, *stack.shape[1:])] = stack[c, h, w]
    return answer


def flatten(state: State) -> Frames:
    """The layer that makes the maps, then row after row unrolled into the vector."""
    image = array(state["image"])
    stack = maps(image)
    channels, height, width = stack.shape
    vector, steps = flattened(stack), channels * height
    reach = span(stack)
    shows = "shades" if state["show"] == "shades" else "numbers"

    def address(c: int, h: int, w: int) -> Origin:
        at = index(c, h, w, height, width)
        numbers = f"({c}·{height} + {h})·{width} + {w} = {at}"
        formula = Formula(symbols=SYMBOLS, numbers=numbers)
        return Origin(formulas=(formula,), cells={f"map {c}": ((h, w),), "vector": ((0, at),)}, gives=False)

    def made(c: int, h: int, w: int) -> Origin:
        under = Geometry(image.shape, (3, 3), stride=2).window(h, w)
        pixels = np.array([image[cell] for cell in under])
        numbers = f"{products(pixels, array(KERNELS[FILTERED[c]]))} = {number(stack[c, h, w])}"
        cells = {"image": under, f"filter {c}": tuple(np.ndindex(3, 3))}
        return Origin(formulas=(Formula(symbols="y = Σ x·w", numbers=numbers),), cells=cells)

    def a_map(c: int, row: int | None, source: Callable[[int, int, int], Origin]) -> Grid:
        marks: dict[Mark, tuple[Cell, ...]] = {}
        if row is not None:
            marks = {"source": tuple((row, w) for w in range(width))}
        return Grid(
            name=f"map {c}",
            title=f"channel {c}, {height}x{width}",
            about=f"One map of a convolutional layer: the filter {FILTERED[c]} on the image, stride 2, no padding.",
            values=stack[c],
            shows=shows,  # type: ignore[arg-type]
            digits=1,
            signed=True,
            reach=reach,
            origin=partial(source, c),
            marks=marks,
            join="" if c else "→",
        )

    picture = Grid(
        name="image", title="image 6x6", values=image, shows=shows, digits=1, reach=(0, 1), edits="image",  # type: ignore[arg-type]
        about="The pixels, from 0 black to 1 white. Edit one with + and -.",
    )  # fmt: skip

    def layer() -> Frame:
        filters = (
            Grid(
                name=f"filter {c}", title=name, values=array(KERNELS[name]), signed=True, new_row=not c,
                about=f"The weights that make channel {c}.",
            )
            for c, name in enumerate(FILTERED)
        )  # fmt: skip
        return Frame(
            title="the layer before",
            caption=f"A small layer: three filters of 3x3, stride 2, no padding, make {channels} channels of "
            f"{height}x{width} from the image.",
            figures=(picture, *(a_map(c, None, made) for c in range(channels)), *filters),
        )

    def unrolled(k: int) -> Frame:
        done = k * width
        row_c, row_h = divmod(k - 1, height)

        def back(_: int, at: int) -> Origin:
            c, rest = divmod(at, height * width)
            return address(c, *divmod(rest, width))

        cells = tuple((0, at) for at in range(done - width, done))
        row = Grid(
            name="vector",
            title=f"flattened, {stack.size} numbers",
            about="The same numbers in one row: channel by channel, row by row. Nothing is lost but what lay below "
            "what; the dense layer that follows is not told.",
            values=np.where(np.arange(stack.size) < done, vector, np.nan)[None],
            digits=1,
            signed=True,
            reach=reach,
            origin=back,
            cursor=(0, done - 1),
            column_labels=tuple(str(i) for i in range(stack.size)),
            column_axis="index",
            marks={"target": cells},
            new_row=True,
        )
        return Frame(
            caption=f"A dense layer wants one row of numbers: row {row_h} of channel {row_c} becomes numbers "
            f"{done - width} to {done - 1} (all from 0).",
            figures=(picture, *(a_map(c, row_h if c == row_c else None, address) for c in range(channels)), row),
            formulas=address(row_c, row_h, width - 1).formulas,
        )

    return Frames(steps + 1, lambda k: unrolled(k) if k else layer())
