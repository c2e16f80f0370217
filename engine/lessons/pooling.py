"""Pooling: a small window slides over each map and keeps its maximum or its mean."""

from dataclasses import replace

import numpy as np

from .kit.figures import Cell, Formula, Grid, Origin, Table
from .kit.fixtures import KERNELS, image_setting, kernel_setting
from .kit.lesson import Frame, Lesson, Note, Preset, Scene
from .kit.settings import Choice, Slider
from .kit.state import State
from .workings import pooling as work
from .workings.linking import present
from .workings.pooling_cost import cost, functions
from .workings.pooling_figures import feature_map, map_origin, pooled_grid, tidy
from .workings.pooling_scenes import direction, moved
from .workings.pooling_windows import after_convolution, window


def sizes(state: State) -> tuple[Frame, ...]:
    """Window and stride decide the size; no parameter is involved."""
    values, size, stride = feature_map(state), state["size"], state["stride"]
    side = work.output_size(6, size, stride)
    overlap = tuple(cell for cell in np.ndindex(6, 6) if _covers(cell, size, stride) > 1)
    never = work.unvisited(6, size, stride)
    told = ["framed: shared"] * bool(overlap) + ["hatched: left out"] * bool(never)
    source = Grid(
        name="map",
        title=", ".join(told) or "map, 6x6: each pixel in one window",
        about="The map that is pooled."
        + " Framed cells lie in more than one window." * bool(overlap)
        + " Hatched cells lie in none." * bool(never),
        values=tidy(values),
        digits=1,
        marks={"never": never, "source": overlap},
        origin=map_origin(state),
    )

    def size_of(row: int, column: int) -> Origin | None:
        k, s = known[row]
        numbers = f"floor((6 - {k}) / {s}) + 1 = {work.output_size(6, k, s)}"
        formula = Formula(symbols="output = floor((n - k) / s) + 1", numbers=numbers)
        return Origin(formulas=(formula,)) if column == 2 else None

    known = ((2, 2), (2, 1), (3, 2), (3, 1), (3, 3), (2, 3))
    table = Table(
        name="sizes",
        title="of a 6x6 map",
        columns=("k", "s", "output"),
        rows=[(k, s, f"{n}x{n}") for k, s in known for n in (work.output_size(6, k, s),)],
        marked=tuple(i for i, pair in enumerate(known) if pair == (size, stride)),
        about="k: rows and columns of the window; s: its stride. The stride condenses: with stride 1 a 2x2 window "
        "gives 5x5.",
        origin=size_of,
    )
    formula = Formula(symbols="output = floor((n - k) / s) + 1", numbers=f"floor((6 - {size}) / {stride}) + 1 = {side}")
    counts = Table(
        name="parameters",
        title="what there is to learn",
        columns=("layer", "weights", "biases", "parameters"),
        rows=(
            ("conv 3x3", 9, 1, 10),
            (f"max pool {size}x{size}, stride {stride}", 0, 0, 0),
            (f"average pool {size}x{size}, stride {stride}", 0, 0, 0),
        ),
        marked=(1 if state["pool"] == "max" else 2,),
        about="A maximum and a mean are fixed functions: there is nothing in them that training could change.",
    )
    return (
        Frame(
            caption="The stride (how far the window moves) condenses the map. Change window and stride with z and s.",
            figures=present(source, pooled_grid(state, values, size, stride), table),
            formulas=(formula,),
            facts=("G4",),
        ),
        Frame(
            caption="Pooling has no parameters, whatever its window; the convolution before it has ten.",
            figures=(counts,),
            facts=("G3",),
        ),
    )


def _covers(cell: Cell, size: int, stride: int) -> int:
    """In how many windows a cell of the 6x6 map lies."""
    begin = work.starts(6, size, stride)
    row, column = (sum(start <= place < start + size for start in begin) for place in cell)
    return row * column


LESSON = Lesson(
    name="pooling",
    chapter="convolution",
    title="Pooling condenses a map",
    summary="A window without parameters keeps maximum or mean, halves the map, and forgives some small shifts.",
    settings=(
        image_setting(),
        replace(kernel_setting(), default=KERNELS["sharpen"]),
        Choice(name="pool", default="max", choices=("max", "average"), help="what a window keeps", key="m"),
        Slider(name="size", default=2, low=2, high=3, step=1, help="rows and columns of the window", key="z"),
        Slider(name="stride", default=2, low=1, high=3, step=1, help="pixels that the window moves", key="s"),
        Slider(name="row", default=2, low=0, high=5, step=1, help="row of the bright pixel, from 0", key="v"),
        Slider(name="column", default=2, low=0, high=3, step=1, help="column of the bright pixel, from 0", key="c"),
        Slider(name="n", default=6, low=5, high=32, step=1, help="rows and columns of the image", key="n"),
        Slider(name="padding", default=1, low=0, high=1, step=1, help="zeros around the image", key="d"),
    ),
    scenes=(
        Scene(
            name="ladder",
            title="After the convolution",
            ids=("G1",),
            frames=after_convolution,
            settings=("image", "kernel", "pool"),
        ),
        Scene(
            name="window",
            title="One window at a time",
            ids=("G2", "G5"),
            frames=window,
            settings=("pool", "image", "kernel"),
        ),
        Scene(
            name="sizes", title="Window and stride", ids=("G3", "G4"), frames=sizes, settings=("size", "stride", "pool")
        ),
        Scene(name="shift", title="Small shifts", ids=("H1",), frames=moved, settings=("row", "column", "pool")),
        Scene(
            name="cost",
            title="Stride 2, or pooling",
            ids=("H2",),
            frames=cost,
            settings=("n", "padding"),
        ),
        Scene(
            name="functions",
            title="Not the same function",
            ids=("H2",),
            frames=functions,
            settings=("image", "kernel", "pool"),
        ),
        Scene(
            name="direction",
            title="Rows, columns, channels",
            ids=("H3",),
            frames=direction,
            settings=("image", "kernel", "pool"),
        ),
    ),
    presets=(
        Preset(
            name="forgiven",
            values={"row": 2, "column": 2},
            why="The pixel moves within its window, so max and average pooling notice nothing.",
            scene="shift",
        ),
        Preset(
            name="noticed",
            values={"row": 2, "column": 3},
            why="The pixel beside it belongs to another window: two pooled cells change.",
            good=False,
            scene="shift",
        ),
        Preset(
            name="odd",
            values={"n": 5, "padding": 0},
            why="At 5x5 without padding the outputs are 2x2 and 1x1: 2.25 times the multiplications, not four times.",
            good=False,
            scene="cost",
        ),
    ),
    notes=(
        Note(
            id="H1",
            said="Pooling layers increase the model's invariance to small input translations",
            right="Partly: a shift inside a window is forgiven, one across its border is not.",
        ),
        Note(
            id="H2",
            said="stride s = 2 requires four times fewer computations than stride s = 1 combined with pooling",
            right="Four times fewer multiplications for even sizes, 2.25 to 3.72 for small odd ones; other functions.",
        ),
        Note(
            id="H3",
            said="the pooling layer impacts one direction at a time",
            right="Its window moves over rows and columns; it takes channels one at a time, a kernel spans all.",
        ),
    ),
    probe={
        "kernel": KERNELS["sobel-x"],
        "pool": "average",
        "size": 3,
        "stride": 2,
        "row": 1,
        "column": 3,
        "n": 9,
        "padding": 0,
    },
    source="Goodfellow, Bengio, Courville: Deep Learning (2016), section 9.3",
)
