"""The frames of weighted sums: which kernels average, which do not, and what turning the kernel changes."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from ..kit.figures import Formula, Grid, Origin, Table
from ..kit.fixtures import KERNELS, Floats, array
from ..kit.lesson import Frame, Frames
from ..kit.settings import Matrix
from ..kit.state import State
from . import convolving
from .convolving import Geometry
from .linking import present
from .sliding import Slide, number, plus, products, span


def kind(kernel: Sequence[Sequence[float]]) -> tuple[float, int, bool]:
    """(sum of the weights, how many are negative, whether the weighted sum is an average)."""
    weights = array(kernel)
    total, negative = float(weights.sum()), int((weights < 0).sum())
    return total, negative, bool(abs(total - 1) < 1e-9 and negative == 0)


def unpadded(state: State, kernel: Matrix) -> Slide:
    """A kernel on the image without padding, stride 1: zeros around the image are no pixels to average."""
    image, weights = array(state["image"]), array(kernel)
    return Slide(image, weights, Geometry(image.shape, weights.shape), state["show"])


def averages(state: State) -> Sequence[Frame]:
    """The kernel that is set; all named ones in a table; cross-correlation against convolution."""
    return Frames(3, lambda k: (_weighted, _table, _turned)[k](state))


def explained(kernel: Matrix) -> str:
    """What the sum and the signs of the weights mean for the output."""
    total, negative, average = kind(kernel)
    if average:
        return "No weight is negative and they sum to 1: an average. No output leaves the range of the pixels."
    if abs(total) < 1e-9:
        return "The weights sum to 0: where the image is flat the output is 0. A weighted sum, not an average."
    if negative:
        return f"Weights that sum to {number(total)}, {negative} negative: outputs may fall below 0. Not an average."
    return f"The weights sum to {number(total)}, not to 1: a weighted sum, not an average."


def _weighted(state: State) -> Frame:
    slide = unpadded(state, state["kernel"])
    total, _, _ = kind(state["kernel"])
    terms = plus(slide.kernel.ravel() if slide.kernel.size <= 9 else slide.kernel.sum(axis=1))
    rows = "" if slide.kernel.size <= 9 else " (one sum for each row)"
    return Frame(
        caption=explained(state["kernel"]) + " Take others with w.",
        figures=present(
            slide.picture({}),
            replace(slide.weights(), title=f"kernel, sum {number(total)}"),
            slide.result(slide.output, {}),
        ),
        formulas=(Formula(symbols="Σ w" + rows, numbers=f"{terms} = {number(total)}"),),
    )


def _table(state: State) -> Frame:
    rows = []
    for name, kernel in (*KERNELS.items(), ("yours", state["kernel"])):
        total, negative, average = kind(kernel)
        output = unpadded(state, kernel).output
        least, most = number(output.min()), number(output.max())
        rows.append((name, number(total), str(negative), least, most, "average" if average else "weighted sum"))
    image = array(state["image"])
    table = Table(
        name="kernels",
        title=f"outputs on this image, whose pixels are {number(image.min())} to {number(image.max())}",
        about="Only weights that sum to 1, none of them negative, make an average: its outputs stay within the range "
        "of the pixels. Padding would add zeros to average, so there is none here.",
        columns=("kernel", "sum", "negative", "least", "largest", "what it is"),
        rows=tuple(rows),
        marked=(len(rows) - 1,),
    )
    return Frame(
        caption="A convolution is a weighted sum. It is an average only where no weight is negative and they sum to 1.",
        figures=present(table),
    )


def _turned(state: State) -> Frame:
    slide = unpadded(state, state["kernel"])
    back = replace(slide, kernel=convolving.turned(slide.kernel))
    ours, other = slide.output, back.output
    error = float(np.abs(ours - other).max())
    reach = span(np.concatenate([ours.ravel(), other.ravel()]))
    same = (
        "This kernel looks the same when turned: both agree."
        if error < 1e-9
        else f"They differ by up to {number(error)}."
    )

    def answer(of: Slide, name: str, title: str, kernel: str) -> Grid:
        made = replace(of.result(of.output, {}), name=name, title=title, reach=reach)
        return replace(made, origin=partial(_source, of, kernel))

    return Frame(
        title="turned or not",
        caption=f"Networks apply the kernel as it stands; convolution in mathematics turns it by 180° first. {same}",
        figures=present(
            slide.picture({}),
            replace(slide.weights(), join="", title="as it stands"),
            answer(slide, "as it stands", "cross-correlation", "kernel"),
            replace(back.weights(), join="", title="turned by 180°", name="turned", edits="", new_row=True),
            answer(back, "turned result", "convolution", "turned"),
        ),
        formulas=(Formula(symbols="cross-correlation Σ x[i+a, j+b]·w[a,b], convolution Σ x[i-a, j-b]·w[a,b]"),),
    )


def _source(slide: Slide, kernel: str, row: int, column: int) -> Origin:
    pixels: Floats = slide.patch((row, column))
    numbers = f"{products(pixels, slide.kernel)} = {number(slide.output[row, column])}"
    cells = {"image": slide.geometry.window(row, column), kernel: tuple(np.ndindex(*slide.kernel.shape))}
    return Origin(formulas=(Formula(symbols="y = Σ x·w", numbers=numbers),), cells=cells)
