"""A scene of the lesson `stacked-kernels`: which 5x5 kernels a stack can be at all."""

from functools import partial

import numpy as np

from ..kit.figures import Bars, Formula, Grid, Origin
from ..kit.fixtures import Floats, array
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from . import stacking as work
from .printed import number
from .stacking_scene import whole_origin

CHANNELS = (1.0, 2.0, 3.0, 4.0, 9.0)
BUILT = (4, 9)
"""Numbers of channels for which the kernels are built, not fitted."""


def reach(state: State) -> Frames:
    """Directions, the wanted kernel and what comes nearest, then the pair of kernels of every channel."""
    target, m = state["target"], int(state["mid"])
    first, second = work.through(m, target)

    def frame(k: int) -> Frame:
        if k == 0:
            return _directions(m)
        return _nearest(array(target), first, second) if k == 1 else _pair(first[k - 2], second[k - 2], k - 2, m)

    return Frames(2 + m, frame)


def _directions(m: int) -> Frame:
    bars = Bars(
        name="dimensions",
        title="directions of the 25 in which small changes of the weights move the 5x5",
        labels=[f"{int(count)} channel{'s' * (count > 1)} between" for count in CHANNELS],
        values=np.array([work.rank(int(count)) for count in CHANNELS]),
        reference=("all", 25.0),
        high=25,
        marked=(CHANNELS.index(m),),
        about="One channel has 18 weights, and a factor that moves from one kernel to the other changes nothing: 17. "
        "The bar is the rank of the Jacobian at a random place: 25 says that any small change is possible there, not "
        "that every kernel is reached.",
    )
    return Frame(
        caption="Through one channel the 5x5 can move in 17 of 25 directions, so most kernels are out of reach.",
        figures=(bars,),
        formulas=(Formula(symbols="weights of both - common factor", numbers="9 + 9 - 1 = 17"),),
    )


def _nearest(goal: Floats, first: Floats, second: Floats) -> Frame:
    m, found = len(first), work.reached(first, second)
    parts = [work.compose(a, b) for a, b in zip(first, second, strict=True)]
    error = float(np.abs(found - goal).max())
    exact = error < 1e-6

    def origin(row: int, column: int) -> Origin:
        sums = " + ".join(number(part[row, column], 3) for part in parts)
        formula = Formula(
            symbols="k = Σ over channels (next frames)", numbers=f"{sums} = {number(found[row, column], 3)}"
        )
        return Origin(formulas=(formula,))

    grids = (
        Grid(name="target", title="wanted, 5x5", values=goal, digits=2, signed=True, edits="target"),
        Grid(
            name="found",
            title=f"{m} between: {'exact' if exact else f'off by {error:.2g}'}",
            about="The sum of what all channels give; each is a pair of 3x3 kernels, see the next frames.",
            values=np.where(np.abs(found) < 5e-4, 0, found),
            digits=2,
            signed=True,
            join="=" if exact else "≈",
            origin=origin,
        ),
    )
    said = (
        "Exact: with four channels or more every kernel can be built. Edit the wanted one; change the channels with m."
        if m in BUILT
        else f"The nearest that a fit found through {m} channel{'s' * (m > 1)}. From four on all can be built: press m."
    )
    return Frame(title=_asked(m), caption=said, figures=grids)


def _asked(m: int) -> str:
    """What the frame is about."""
    return "through 4 or 9 channels every 5x5 is reached" if m in BUILT else "the nearest, squared error after a search"


def _pair(first: Floats, second: Floats, k: int, m: int) -> Frame:
    part = work.compose(first, second)
    grids = (
        Grid(name="first", title="first, 3x3", values=first, digits=2, signed=True),
        Grid(name="second", title="second, 3x3", values=second, digits=2, signed=True, join="∗"),
        Grid(
            name="part",
            title="this channel's 5x5",
            values=np.where(np.abs(part) < 5e-4, 0, part),
            digits=2,
            signed=True,
            join="=",
            origin=partial(whole_origin, first, second, part),
        ),
    )
    how = "its first kernel only shifts the image, its second holds wanted weights" if m in BUILT else "as fitted"
    return Frame(
        title=_asked(m),
        caption=f"Channel {k} of 0 to {m - 1}: {how}." if m > 1 else f"The only channel: {how}.",
        figures=grids,
    )
