"""The frames of weighted sums: which kernels average, which do not, and what turning the kernel changes."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..kit.figures import Card, Formula, Grid, Table
from ..kit.fixtures import KERNELS, array
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from . import convolving
from .linking import present
from .sliding import Slide, number, span, too_large

SHOWN = ("box", "sobel-x", "sharpen")
EXPLAINED = {
    "box": "Weights that are positive and sum to 1: this one is an average. No output leaves the range of the pixels.",
    "sobel-x": "Weights that sum to 0: where the image is flat the output is 0, where it rises or falls it is not. "
    "No average.",
    "sharpen": "Weights that sum to 1, some of them negative: outputs fall below 0 and rise above 1. No average.",
}


def kind(kernel: Sequence[Sequence[float]]) -> tuple[float, int, bool]:
    """(sum of the weights, how many are negative, whether the weighted sum is an average)."""
    weights = array(kernel)
    total, negative = float(weights.sum()), int((weights < 0).sum())
    return total, negative, bool(abs(total - 1) < 1e-9 and negative == 0)


def averages(state: State) -> Sequence[Frame]:
    """Box, Sobel, sharpen; a table of all kernels; cross-correlation against convolution."""
    slide = Slide.of(state)

    def frame(k: int) -> Frame:
        if k < len(SHOWN):
            return _named(slide, SHOWN[k])
        return _table(state) if k == len(SHOWN) else _turned(slide)

    return Frames(len(SHOWN) + 2, frame)


def _named(slide: Slide, name: str) -> Frame:
    kernel = array(KERNELS[name])
    geometry = replace(slide.geometry, kernel=(3, 3), stride=1, padding=1, dilation=1)
    shown = replace(slide, kernel=kernel, geometry=geometry)
    total, negative, _ = kind(KERNELS[name])
    numbers = f"{number(kernel[kernel > 0].sum())} - {number(-kernel[kernel < 0].sum())} = {number(total)}"
    weights = replace(shown.weights(), title=f"{name}, sum {number(total)}", edits="")
    return Frame(
        title=name,
        caption=EXPLAINED[name],
        figures=present(shown.picture({}), weights, shown.result(shown.output, {})),
        formulas=(Formula(symbols="Σ w", numbers=numbers if negative else f"{number(total)}"),),
    )


def _table(state: State) -> Frame:
    rows = []
    for name, kernel in (*KERNELS.items(), ("yours", state["kernel"])):
        total, negative, average = kind(kernel)
        rows.append((name, number(total), negative, "average" if average else "weighted sum"))
    table = Table(
        name="kernels",
        title="kernels",
        about="Only weights that sum to 1, none of them negative, make an average.",
        columns=("kernel", "sum of weights", "negative weights", "what it is"),
        rows=tuple(rows),
        marked=(len(rows) - 1,),
    )
    return Frame(
        caption="A convolution is a weighted sum. It is an average only where no weight is negative and they sum to 1.",
        figures=present(table),
    )


def _turned(slide: Slide) -> Frame:
    if not slide.geometry.fits:
        return too_large(slide)
    back = replace(slide, kernel=convolving.turned(slide.kernel))
    ours, other = slide.output, back.output
    error = float(np.abs(ours - other).max())
    reach = span(np.concatenate([ours.ravel(), other.ravel()]))
    shows = "shades" if slide.shows == "shades" else "numbers"

    def outcome(name: str, title: str, values: object, origin: object) -> Grid:
        return Grid(name=name, title=title, values=values, shows=shows, digits=1, signed=True, reach=reach, join="→")  # type: ignore[arg-type]

    text = (
        "Deep learning calls cross-correlation convolution: the kernel is applied as it stands. Convolution in "
        "mathematics turns it by 180 degrees first. A network learns its kernels, so it can learn either."
    )
    same = (
        "The kernel looks the same when turned: both agree."
        if error < 1e-9
        else f"They differ by up to {number(error)}."
    )
    return Frame(
        title="turned or not",
        caption=f"A kernel as it stands (networks, PyTorch) and turned by 180 degrees (mathematics). {same}",
        figures=present(
            replace(slide.weights(), join="", title="as it stands"),
            outcome("as it stands", "cross-correlation", ours, None),
            replace(back.weights(), join="", title="turned by 180°", name="turned", edits="", new_row=True),
            outcome("turned result", "convolution", other, None),
            Card(name="words", title="the word", text=text, new_row=True),
        ),
        formulas=(
            Formula(symbols="cross-correlation: Σ x[i+a, j+b]·w[a,b]"),
            Formula(symbols="convolution: Σ x[i-a, j-b]·w[a,b]"),
        ),
    )
