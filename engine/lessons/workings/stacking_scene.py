"""A scene of the lesson `stacked-kernels`: when two kernels are one, and where they are not."""

import numpy as np

from ..kit.figures import Formula, Grid, Origin
from ..kit.fixtures import array
from ..kit.lesson import Frame
from ..kit.state import State
from . import stacking as work
from .pooling import convolve


def composed(state: State) -> tuple[Frame, ...]:
    """Without ReLU two kernels are one; with it, and at padded borders, they are not."""
    image, first, second = (array(state[name]) for name in ("image", "first", "second"))
    relu = state["relu"]
    whole = work.compose(first, second)
    between, after = work.two_steps(image, first, second, relu=relu)
    at_once = convolve(image, whole)
    padded = work.two_steps(image, first, second, relu=relu, padding=1)[1]
    padded_once = convolve(image, whole, 2)
    gap = padded - padded_once
    apart = float(np.abs(after - at_once).max())

    def origin(row: int, column: int) -> Origin:
        pairs = work.terms(row, column)
        sums = " + ".join(f"{first[a]:.3g}·{second[b]:.3g}" for a, b in pairs)
        formula = Formula(symbols="k = Σ first · second", numbers=f"{sums} = {whole[row, column]:.3g}")
        return Origin(
            formulas=(formula,), cells={"first": tuple(a for a, _ in pairs), "second": tuple(b for _, b in pairs)}
        )

    kernels = (
        Grid(name="first", title="first, 3x3", values=first, digits=1, signed=True, edits="first"),
        Grid(name="second", title="second, 3x3", values=second, digits=1, signed=True, edits="second", join="∗"),
        Grid(
            name="whole",
            title="both at once, 5x5",
            about="Without anything between them, two linear maps are one linear map: this kernel.",
            values=whole,
            digits=1,
            signed=True,
            join="=",
            origin=origin,
        ),
    )
    word = "ReLU" if relu else "no ReLU"
    inside = (
        Grid(name="between", title=f"after the first, {word}: 4x4", values=between, digits=1, signed=True),
        Grid(name="after", title="after both: 2x2", values=after, digits=1, signed=True, join="→"),
        Grid(
            name="once",
            title="the 5x5 alone: 2x2",
            values=at_once,
            digits=1,
            signed=True,
            join="=" if apart < 1e-9 else "≠",
        ),
    )
    reach = max(float(np.abs(padded).max()), float(np.abs(padded_once).max()), 1.0)
    borders = (
        Grid(name="stack", title="two 3x3, same padding", values=padded, digits=1, reach=(-reach, reach)),
        Grid(
            name="single", title="one 5x5, same padding", values=padded_once, digits=1, reach=(-reach, reach), join="-"
        ),
        Grid(
            name="gap",
            title="difference",
            about="The stack fills the outside of the map between with zeros; the 5x5 kernel sees real pixels there.",
            values=np.where(np.abs(gap) < 1e-9, 0, gap),
            digits=1,
            reach=(-reach, reach),
            marks={"target": tuple((int(r), int(c)) for r, c in np.argwhere(np.abs(gap) >= 1e-9))},
            join="=",
        ),
    )
    same = "the same numbers" if apart < 1e-9 else f"numbers up to {apart:.3g} apart"
    differ = int((np.abs(gap) >= 1e-9).sum())
    where = "anywhere" if relu else "at the border, where the padding of the map between is zero"
    return (
        Frame(caption="Two kernels with nothing between them compose to one 5x5 kernel.", figures=kernels),
        Frame(caption=f"With {word} between them: {same}. Insert or remove the ReLU with u.", figures=inside),
        Frame(caption=f"With padding to 6x6, {differ} of 36 outputs differ, {where}.", figures=borders),
    )
