"""The cost of pooling: a strided convolution beside a full one that is pooled. A scene of the lesson `pooling`."""

import numpy as np

from ..kit.figures import Bars, Curves, Formula, Grid, Table
from ..kit.fixtures import array
from ..kit.lesson import Frame
from ..kit.state import State
from . import pooling as work


def cost(state: State) -> tuple[Frame, ...]:
    """Two pipelines to half the size, with their multiply-accumulates."""
    n, padding = state["n"], state["padding"]
    counts = work.ledger(n, padding)
    ratio, with_pool = (work.digits_of(work.cost_ratio(n, padding, extra)) for extra in (False, True))
    full, strided = counts["full MACs"], counts["strided MACs"]
    bars = Bars(
        name="macs",
        title=f"multiply-accumulates, {n}x{n}, padding {padding}",
        labels=("conv stride 2", "conv stride 1 + pool"),
        values=np.array([strided, full]),
        notes=("", f"+ {counts['comparisons']:,} comparisons"),
        about="Every output costs nine multiply-accumulates. Pooling only compares, and it compares few numbers.",
    )
    table = Table(
        name="ledger",
        title="the two pipelines",
        columns=("pipeline", "conv output", "then", "parameters"),
        rows=(
            ("conv 3x3, stride 2", _square(counts["strided side"]), "-", 10),
            ("conv 3x3, stride 1, pool 2x2", _square(counts["full side"]), _square(counts["pooled side"]), 10),
        ),
    )
    ratios = Formula(
        symbols="ratio = (9 · out₁²) / (9 · out₂²)", numbers=f"{full:,} / {strided:,} = {ratio}; with pool {with_pool}"
    )
    sides = np.arange(5, 33)
    curve = Curves(
        name="ratio",
        title="ratio of the MACs by the size of the image",
        x=sides,
        lines={f"padding {p}": np.array([work.cost_ratio(int(side), p) for side in sides]) for p in (0, 1)},
        x_label="rows and columns n",
        y_label="times",
        levels={"4": 4.0},
        at=float(n),
        dots=True,
        about="Even sizes lie on 4. Small odd ones lie below: their strided output is rounded up.",
    )
    image, kernel = array(state["image"]), array(state["kernel"])
    skipped = work.convolve(image, kernel, 1, 2)
    condensed = work.pool(work.convolve(image, kernel, 1), state["pool"])
    maps = (
        Grid(name="strided", title="conv stride 2: 3x3", values=skipped, digits=1, signed=True),
        Grid(
            name="condensed",
            title=f"conv, {state['pool']} pool: 3x3",
            values=condensed,
            digits=1,
            signed=True,
            join="≠",
        ),
    )
    return (
        Frame(
            caption=f"Both halve the map with 10 parameters; the pooled way costs {ratio} times the multiplications.",
            figures=(bars, table),
            formulas=(ratios,),
        ),
        Frame(caption="Four times is exact for even sizes; odd ones cost less than four.", figures=(curve,)),
        Frame(
            caption="Same shape, same parameters, other numbers: the two are different functions of the image.",
            figures=maps,
        ),
    )


def _square(side: int) -> str:
    return f"{side}x{side}"
