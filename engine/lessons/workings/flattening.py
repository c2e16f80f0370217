"""Flattening: the numbers of several maps in one row, and the index that each one gets."""

import numpy as np

from ..kit.figures import Cell, Formula, Grid, Mark, Origin
from ..kit.fixtures import KERNELS, Floats, array
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from . import convolving
from .sliding import number, span

SYMBOLS = "index = (c·H + h)·W + w"


def maps(image: Floats) -> Floats:
    """[3, 2, 2]: vertical edges, horizontal edges, blobs, with stride 2: the output of a small convolutional layer."""
    kernels = (array(KERNELS[name]) for name in ("sobel-x", "sobel-y", "blob"))
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
    """The maps, then row after row unrolled into the vector."""
    image = array(state["image"])
    stack = maps(image)
    channels, height, width = stack.shape
    vector, steps = flattened(stack), channels * height
    reach = span(stack)

    def address(c: int, h: int, w: int) -> Origin:
        numbers = f"({c}·{height} + {h})·{width} + {w} = {index(c, h, w, height, width)}"
        at = index(c, h, w, height, width)
        return Origin(
            formulas=(Formula(symbols=SYMBOLS, numbers=numbers),), cells={f"map {c}": ((h, w),), "vector": ((0, at),)}
        )

    def frame(k: int) -> Frame:
        done = k * width
        row_c, row_h = divmod(k - 1, height)

        def a_map(c: int) -> Grid:
            here = k > 0 and c == row_c
            marks: dict[Mark, tuple[Cell, ...]] = {"source": tuple((row_h, w) for w in range(width))} if here else {}
            return Grid(
                name=f"map {c}",
                title=f"channel {c}, {height}x{width}",
                about="One map of a convolutional layer: vertical edges, horizontal edges or blobs, with stride 2.",
                values=stack[c],
                digits=1,
                signed=True,
                reach=reach,
                origin=lambda h, w: address(c, h, w),
                marks=marks,
            )

        def back(_: int, at: int) -> Origin:
            c, rest = divmod(at, height * width)
            return address(c, *divmod(rest, width))

        cells = tuple((0, at) for at in range(max(0, done - width), done))
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
            cursor=(0, max(0, done - 1)),
            column_labels=tuple(str(i) for i in range(stack.size)),
            column_axis="index",
            marks={"target": cells} if cells else {},
            new_row=True,
        )
        picture = Grid(name="image", title="image 6x6", values=image, digits=1, reach=(0, 1), edits="image")
        caption = (
            "A dense layer wants one row of numbers: the maps are unrolled, row by row, channel after channel."
            if k == 0
            else f"Row {row_h} of channel {row_c} becomes numbers {done - width} to {done - 1}."
        )
        last = index(channels - 1, height - 1, width - 1, height, width)
        example = "" if k == 0 else address(row_c, row_h, width - 1).formulas[0].numbers
        told = example or f"the last of {stack.size}: {last}, value {number(vector[-1])}"
        return Frame(
            caption=caption,
            figures=(picture, *(a_map(c) for c in range(channels)), row),
            formulas=(Formula(symbols=SYMBOLS, numbers=told),),
        )

    return Frames(steps + 1, frame)
