"""Two scenes of the lesson `pooling`: a strided convolution beside a full one that is pooled."""

from functools import partial

import numpy as np

from ..kit.figures import Bars, Curves, Formula, Grid, Origin, Table
from ..kit.fixtures import array
from ..kit.lesson import Frame
from ..kit.state import State
from . import pooling as work
from .pooling_figures import pool_origin, sum_origin, tidy


def cost(state: State) -> tuple[Frame, ...]:
    """Two pipelines to about half the size, with their multiply-accumulates."""
    n, padding = state["n"], state["padding"]
    counts = work.ledger(n, padding)
    ratio, with_pool = (work.digits_of(work.cost_ratio(n, padding, extra)) for extra in (False, True))
    full, strided = counts["full MACs"], counts["strided MACs"]
    sides = {2: counts["strided side"], 1: counts["full side"]}

    def work_of(bar: int, _: int) -> Origin:
        side = sides[2 - bar]
        numbers = f"9·{side}² = {(strided, full)[bar]:,}"
        return Origin(formulas=(Formula(symbols="9 taps · out²", numbers=numbers), _side(n, 3, 2 - bar, padding)))

    def made(row: int, column: int) -> Origin | None:
        if column == 3:
            return Origin(formulas=(Formula(symbols="k² + 1 bias; pooling has none", numbers="3² + 1 = 10"),))
        if column == 2 and row == 1:
            return Origin(formulas=(_side(counts["full side"], 2, 2, 0),))
        return Origin(formulas=(_side(n, 3, 2 - row, padding),)) if column else None

    bars = Bars(
        name="macs",
        title=f"multiply-accumulates, {n}x{n}, padding {padding}",
        labels=("conv stride 2", "conv stride 1 + max pool"),
        values=np.array([strided, full]),
        notes=("", f"+ {counts['comparisons']:,} comparisons"),
        about="Every output costs nine multiply-accumulates. Pooling only compares, and it compares few numbers.",
        origin=work_of,
    )
    table = Table(
        name="ledger",
        title="the two pipelines",
        columns=("pipeline", "after conv", "in the end", "parameters"),
        rows=(
            ("conv 3x3, stride 2", *[_square(counts["strided side"])] * 2, 10),
            ("conv 3x3, stride 1, pool 2x2", _square(counts["full side"]), _square(counts["pooled side"]), 10),
        ),
        origin=made,
    )
    ratios = Formula(
        symbols="ratio = (9 · out₁²) / (9 · out₂²)",
        numbers=f"{full:,} / {strided:,} = {ratio}; ({full:,} + {counts['comparisons']:,}) / {strided:,} = {with_pool}",
    )
    all_sides = np.arange(5, 33)
    curve = Curves(
        name="ratio",
        title="ratio of the MACs by the size of the image",
        x=all_sides,
        lines={
            name: np.array([work.cost_ratio(int(side), p) for side in all_sides])
            for p, name in enumerate(("not padded", "padded by 1"))
        },
        x_label="n",
        y_label="times",
        levels={"four times": 4.0},
        at=float(n),
        dots=True,
        about="Even sizes lie on 4 with either padding. Odd ones lie below, the more so the smaller they are.",
    )
    same = counts["strided side"] == counts["pooled side"]
    sized = (
        f"Both give {_square(counts['pooled side'])}"
        if same
        else (f"Stride 2 gives {_square(counts['strided side'])}, pooling {_square(counts['pooled side'])}")
    )
    return (
        Frame(
            title="MACs",
            caption=f"{sized}, with 10 parameters each; the pooled way takes {ratio} times the multiplications.",
            figures=(bars, table),
            formulas=(ratios,),
        ),
        Frame(
            title="ratio of the MACs by size",
            caption="Four times is exact for even n (rows and columns of the image); odd ones cost less than four.",
            figures=(curve,),
        ),
    )


def _side(n: int, k: int, s: int, p: int) -> Formula:
    """Rows of what a window leaves of n."""
    numbers = f"floor(({n} + 2·{p} - {k}) / {s}) + 1 = {work.output_size(n, k, s, p)}"
    return Formula(symbols="out = floor((n + 2p - k) / s) + 1", numbers=numbers)


def functions(state: State) -> tuple[Frame, ...]:
    """Both pipelines on one image, number by number, without ReLU."""
    image, kernel = array(state["image"]), array(state["kernel"])
    skipped, full = work.convolve(image, kernel, 1, 2), work.convolve(image, kernel, 1)
    condensed = work.pool(full, state["pool"])
    apart = float(np.abs(skipped - condensed).max())
    figures = (
        Grid(name="image", title="image, 6x6", values=image, digits=1, reach=(0, 1), edits="image"),
        Grid(name="kernel", title="kernel, 3x3", values=kernel, digits=2, signed=True, edits="kernel", join="∗"),
        Grid(
            name="strided",
            title="stride 2: 3x3",
            about="Every second place in every second row: three of four sums are never computed.",
            values=tidy(skipped),
            digits=1,
            signed=True,
            origin=partial(sum_origin, image, kernel, 2, False),
            join="→",
        ),
        Grid(
            name="map",
            title="stride 1: 6x6",
            values=tidy(full),
            digits=1,
            signed=True,
            new_row=True,
            origin=partial(sum_origin, image, kernel, 1, False),
        ),
        Grid(
            name="condensed",
            title=f"{state['pool']}-pooled: 3x3",
            about="Pooling looks at all sums, and keeps one number of four.",
            values=tidy(condensed),
            digits=1,
            signed=True,
            origin=partial(pool_origin, "map", full, state, 2, 2),
            join="→",
        ),
    )
    word = f"numbers up to {apart:.2g} apart" if apart > 1e-9 else "here even the same numbers"
    return (
        Frame(
            caption=f"Same shape, same parameters, {word} (no ReLU): they are two functions of the image.",
            figures=figures,
        ),
    )


def _square(side: int) -> str:
    return f"{side}x{side}"
