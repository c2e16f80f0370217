"""A scene of the lesson `stacked-kernels`: when two kernels are one, and where they are not."""

from functools import partial

import numpy as np

from ..kit.figures import Cell, Formula, Grid, Origin
from ..kit.fixtures import Floats, array
from ..kit.lesson import Frame
from ..kit.state import State
from . import stacking as work
from .pooling import convolve
from .printed import number, signed

TINY = 1e-9


def composed(state: State) -> tuple[Frame, ...]:
    """Without ReLU two kernels are one; with it, and at padded borders, they are not."""
    return _kernels(state), _inside(state), _borders(state)


def _kernels(state: State) -> Frame:
    first, second, relu = array(state["first"]), array(state["second"]), state["relu"]
    whole = work.compose(first, second)
    figures = (
        Grid(name="first", title="first, 3x3", values=first, digits=2, signed=True, edits="first"),
        Grid(name="second", title="second, 3x3", values=second, digits=2, signed=True, edits="second", join="∗"),
        Grid(
            name="whole",
            title="both at once, 5x5",
            about="Without anything between them, two linear maps are one linear map: this kernel.",
            values=whole + 0.0,
            digits=2,
            signed=True,
            join="≠" if relu else "=",
            origin=partial(whole_origin, first, second, whole),
        ),
    )
    said = (
        "With a ReLU between them the two kernels are not this 5x5 kernel, nor any other. Take it out with u."
        if relu
        else "Two kernels with nothing between them compose to one 5x5 kernel. Put a ReLU between them with u."
    )
    return Frame(title=_asked(relu), caption=said, figures=figures)


def _asked(relu: bool) -> str:
    """What the frame is about."""
    return "with a ReLU between" if relu else "without ReLU, two 3x3 kernels are one 5x5"


def whole_origin(first: Floats, second: Floats, whole: Floats, row: int, column: int) -> Origin:
    """A weight of the composed kernel: the products of the weights that meet there."""
    pairs = work.terms(row, column)
    sums = " + ".join(f"{number(first[a])}·{signed(second[b])}" for a, b in pairs)
    formula = Formula(symbols="k = Σ first · second", numbers=f"{sums} = {number(whole[row, column])}")
    return Origin(
        formulas=(formula,), cells={"first": tuple(a for a, _ in pairs), "second": tuple(b for _, b in pairs)}
    )


def _inside(state: State) -> Frame:
    image, first, second = (array(state[name]) for name in ("image", "first", "second"))
    relu, whole = state["relu"], work.compose(first, second)
    between, after = work.two_steps(image, first, second, relu=relu)
    at_once = convolve(image, whole)
    apart = float(np.abs(after - at_once).max())
    word = "ReLU" if relu else "no ReLU"
    figures = (
        _numbers("image", "image, 6x6", image, edits="image"),
        _numbers("first", "first", first, digits=2, join="∗", edits="first"),
        _numbers(
            "between",
            f"then {word}: 4x4",
            between,
            join="→",
            origin=partial(_sum_origin, "image", image, "first", first, relu),
        ),
        _numbers("second", "second", second, digits=2, join="∗", new_row=True, edits="second"),
        _numbers(
            "after",
            "after both",
            after,
            join="→",
            origin=partial(_sum_origin, "between", between, "second", second, False),
        ),
        _numbers(
            "once",
            "5x5 alone",
            at_once,
            join="=" if apart < TINY else "≠",
            origin=partial(_sum_origin, "image", image, "whole", whole, False),
        ),
        _numbers("whole", "the 5x5", whole, join="←", about="Both kernels at once: the one of the frame before."),
    )
    same = "the same numbers" if apart < TINY else f"numbers up to {apart:.3g} apart"
    return Frame(
        title=_asked(relu),
        caption=f"With {word} between them: {same}. Insert or remove the ReLU with u.",
        figures=figures,
    )


def _borders(state: State) -> Frame:
    image, first, second = (array(state[name]) for name in ("image", "first", "second"))
    relu = state["relu"]
    padded = work.two_steps(image, first, second, relu=relu, padding=1)[1]
    padded_once = convolve(image, work.compose(first, second), 2)
    gap = padded - padded_once
    gap = np.where(np.abs(gap) < TINY, 0, gap)
    reach = max(float(np.abs(padded).max()), float(np.abs(padded_once).max()), 1.0)

    def origin(row: int, column: int) -> Origin:
        numbers = f"{number(padded[row, column])} - {signed(padded_once[row, column])} = {number(gap[row, column])}"
        cells = {"stack": ((row, column),), "single": ((row, column),)}
        return Origin(formulas=(Formula(symbols="difference", numbers=numbers),), cells=cells)

    figures = (
        _numbers("stack", "two 3x3, same padding", padded, reach=(-reach, reach)),
        _numbers("single", "one 5x5, same padding", padded_once, reach=(-reach, reach), join="-"),
        _numbers(
            "gap",
            "difference",
            gap,
            about="The stack fills the outside of the map between with zeros; the 5x5 kernel sees real pixels there.",
            reach=(-reach, reach),
            marks={"target": tuple((int(r), int(c)) for r, c in np.argwhere(gap != 0))},
            join="=",
            origin=origin,
        ),
    )
    differ = int((gap != 0).sum())
    said = f"With padding to 6x6, {differ} of 36 outputs differ"
    if not differ:
        said += ": with these kernels nothing is lost at the border."
    elif relu:
        said += ": the ReLU changes what is inside, and the padding what is at the border."
    else:
        said += ", all at the border: the stack pads the map between with zeros."
    return Frame(title="padded borders differ, the inside agrees", caption=said, figures=figures)


def _numbers(name: str, title: str, values: Floats, **more: object) -> Grid:
    given = {"digits": 1, "signed": True, **more}
    return Grid(name=name, title=title, values=np.round(values, 9) + 0.0, **given)  # type: ignore[arg-type]


def _sum_origin(source: str, values: Floats, taps: str, kernel: Floats, relu: bool, row: int, column: int) -> Origin:
    """An output of a convolution without padding: the products of the figures `source` and `taps`."""
    side = len(kernel)
    at: tuple[Cell, ...] = tuple((r, c) for r in range(side) for c in range(side))
    places = tuple((row + r, column + c) for r, c in at)
    total = sum(float(values[place] * kernel[tap]) for place, tap in zip(places, at, strict=True))
    sums = " + ".join(f"{number(values[place])}·{signed(kernel[tap])}" for place, tap in zip(places, at, strict=True))
    formula = Formula(symbols="y = Σ x·w", numbers=f"{sums} = {number(total)}")
    if relu:
        formula = Formula(symbols="y = max(0, Σ x·w)", numbers=f"max(0, {sums}) = {number(max(0.0, total))}")
    return Origin(formulas=(formula,), cells={source: places, taps: at})
