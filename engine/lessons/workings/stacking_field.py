"""Two scenes of the lesson `stacked-kernels`: what an output of a stack sees, and what the stack costs."""

import numpy as np

from ..kit.figures import Bars, Formula, Grid, Origin, Table
from ..kit.fixtures import Floats
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from . import stacking as work

SIDE = 9
"""Rows and columns of the image that is shown: what four layers see."""
MOST = 4


def field(state: State) -> Frames:
    """Layer by layer, the pixels that one output sees, and in how many ways."""

    def frame(k: int) -> Frame:
        layers = k + 1
        counts, before = work.paths(layers, SIDE), work.paths(k, SIDE)
        side = work.receptive_field(layers)

        def origin(row: int, column: int) -> Origin:
            cells = tuple(
                (r, c)
                for r in range(max(row - 1, 0), min(row + 2, SIDE))
                for c in range(max(column - 1, 0), min(column + 2, SIDE))
            )
            sums = " + ".join(f"{before[cell]:g}" for cell in cells)
            formula = Formula(symbols="ways = Σ ways of the 9 neighbours", numbers=f"{sums} = {counts[row, column]:g}")
            return Origin(formulas=(formula,), cells={"before": cells})

        middle = SIDE // 2
        before_it = _ways("before", before, k)
        field = _ways("field", counts, layers, cursor=(middle, middle), origin=origin, join="→")
        return Frame(
            caption=f"One output (the middle) of {layers} stacked 3x3 kernel{'s' * (layers > 1)} sees {side}x{side} "
            "pixels. A way from a pixel to it takes one weight in each layer.",
            figures=(before_it, field),
            formulas=(Formula(symbols="side = 1 + layers · (3 - 1)", numbers=f"1 + {layers}·2 = {side}"),),
        )

    return Frames(MOST, frame)


def _ways(name: str, counts: Floats, layers: int, **more: object) -> Grid:
    middle = SIDE // 2
    return Grid(
        name=name,
        title=f"ways, {layers} layer{'s' * (layers != 1)}",
        about="The output in the middle sees the framed square. A pixel in the middle reaches it in more ways than "
        "one at the rim: it has more neighbours to go through.",
        values=np.where(counts > 0, counts, np.nan),
        digits=0,
        signed=False,
        marks={
            "window": tuple((int(r), int(c)) for r, c in np.argwhere(counts > 0)),
            "target": ((middle, middle),),
        },
        **more,  # type: ignore[arg-type]
    )


def cost(state: State) -> tuple[Frame, ...]:
    """Weights and multiplications of both, by the number of channels; then of taller stacks."""
    c = int(state["channels"])
    two, one = work.weights(c)
    bars = Bars(
        name="weights",
        title=f"weights with C = {c} channels",
        labels=("two 3x3", "one 5x5"),
        values=np.array([two, one]),
        marked=(0,),
        about="Each kernel has a slice (3x3 weights) for every channel that comes in, and each channel that goes out "
        "has a kernel: C channels in, C between, C out.",
    )
    table = Table(
        name="counts",
        title="counts",
        columns=("", "two 3x3", "one 5x5", "saved"),
        rows=(
            ("weights", f"{two:,}", f"{one:,}", f"{1 - two / one:.0%}"),
            ("with biases", f"{two + 2 * c:,}", f"{one + c:,}", f"{1 - (two + 2 * c) / (one + c):.0%}"),
            ("products a pixel", f"{two:,}", f"{one:,}", f"{1 - two / one:.0%}"),
        ),
        about="Products a pixel: multiplications for one pixel of all channels that go out.",
    )
    stacks = Table(
        name="fields",
        title=f"weights with C = {c} channels",
        columns=("layers 3x3", "sees", "weights", "one kernel that sees as far"),
        rows=[
            (n, f"{side}x{side}", f"{9 * n * c * c:,}", f"{side}x{side}: {side * side * c * c:,}")
            for n in range(1, MOST + 1)
            for side in (work.receptive_field(n),)
        ],
        marked=(1,),
        about="The stack's weights grow with the number of layers, those of one kernel with the square of its side.",
    )
    formula = Formula(symbols="2·9·C² / 25·C² = 0.72", numbers=f"{two:,} / {one:,} = {two / one:.2f}")
    return (
        Frame(
            title="weights of two 3x3 and of one 5x5",
            caption="Two 3x3 kernels have 28% fewer weights than one 5x5, and save as many multiplications a pixel.",
            figures=(bars, table),
            formulas=(formula,),
        ),
        Frame(
            caption="The taller the stack, the more it saves against one kernel that sees as far.", figures=(stacks,)
        ),
    )
