"""The scene `relu` of the lesson `cnn`: ReLU on a map, and what two linear layers are without it."""

from functools import partial

import numpy as np

from ..kit.figures import Formula, Grid, Origin, Table
from ..kit.fixtures import Floats, array
from ..kit.lesson import Frame
from ..kit.state import State
from .pooling import convolve
from .pooling_figures import sum_origin, tidy
from .printed import signed

FIRST = np.array([[1.0, -0.5], [0.5, 1.0], [-1.0, 0.3]])
"""[3, 2]: a linear layer, and [2, 3]: one after it."""
SECOND = np.array([[0.6, -1.0, 0.4], [0.2, 0.8, -0.7]])
POINT = np.array([0.8, -1.2])


def merged() -> Floats:
    """[2, 2]: the one layer that both layers are when nothing stands between them."""
    one: Floats = SECOND @ FIRST
    return one


def rectified(state: State) -> tuple[Frame, ...]:
    """ReLU on a map, and what two linear layers are without it."""
    image, kernel = array(state["image"]), array(state["kernel"])
    before = convolve(image, kernel, 1)
    after = np.maximum(before, 0)
    reach = max(1.0, float(np.abs(before).max()))
    zeroed = float((tidy(before) <= 0).mean())

    def origin(row: int, column: int) -> Origin:
        x = tidy(before)[row, column]
        numbers = f"max(0, {x:.3g}) = {max(0.0, x):.3g}"
        return Origin(formulas=(Formula(symbols="y = max(0, x)", numbers=numbers),), cells={"before": ((row, column),)})

    maps = (
        Grid(name="image", title="image, 6x6", values=image, digits=1, reach=(0, 1), edits="image"),
        Grid(name="kernel", title="kernel, 3x3", values=kernel, digits=2, signed=True, edits="kernel", join="∗"),
        Grid(
            name="before",
            title="map before ReLU",
            values=tidy(before),
            digits=1,
            reach=(-reach, reach),
            join="→",
            origin=partial(sum_origin, image, kernel, 1, False),
        ),
        Grid(
            name="after",
            title=f"after ReLU: {zeroed:.0%} zero",
            values=tidy(after),
            digits=1,
            reach=(-reach, reach),
            join="→",
            new_row=True,
            origin=origin,
            marks={"dropped": tuple((int(r), int(c)) for r, c in np.argwhere(tidy(before) <= 0))},
            about="Negative activations become zero, the others stay. Pixels themselves are never negative.",
        ),
    )
    one = merged()

    def product(row: int, column: int) -> Origin:
        sums = " + ".join(f"{a:g}·{signed(b)}" for a, b in zip(SECOND[row], FIRST[:, column], strict=True))
        cells = {"second": tuple((row, c) for c in range(3)), "first": tuple((r, column) for r in range(3))}
        return Origin(
            formulas=(Formula(symbols="w = Σ w₂·w₁", numbers=f"{sums} = {one[row, column]:.3g}"),), cells=cells
        )

    layers = (
        Grid(name="second", title="layer 2, 2x3", values=SECOND, digits=1, signed=True),
        Grid(name="first", title="layer 1, 3x2", values=FIRST, digits=1, signed=True, join="·"),
        Grid(name="one", title="one layer, 2x2", values=one, digits=2, signed=True, join="=", origin=product),
    )
    straight = SECOND @ (FIRST @ POINT)
    bent = SECOND @ np.maximum(FIRST @ POINT, 0)
    answers = Table(
        name="answers",
        title=f"x = ({POINT[0]:g}, {POINT[1]:g})",
        columns=("", "y1", "y2"),
        rows=(
            ("layer 2 (layer 1 (x))", *(float(v) for v in straight)),
            ("one layer (x)", *(float(v) for v in one @ POINT)),
            ("with ReLU between", *(float(v) for v in bent)),
        ),
        new_row=True,
    )
    return (
        Frame(
            caption=f"ReLU, max(0, x), sets {zeroed:.0%} of this map to zero and leaves the rest as it is.",
            figures=maps,
        ),
        Frame(
            caption="Two linear layers without ReLU are one linear layer. ReLU makes depth worth something.",
            figures=(*layers, answers),
        ),
    )
