"""Pooling: a small window slides over each map and keeps its maximum or its mean."""

from dataclasses import replace

import numpy as np

from .kit.figures import Bars, Box, Cell, Formula, Grid, Ladder, Table
from .kit.fixtures import KERNELS, array, image_setting, kernel_setting
from .kit.lesson import Frame, Frames, Lesson, Note, Preset, Scene
from .kit.settings import Choice, Slider
from .kit.state import State
from .workings import pooling as work
from .workings.pooling_cost import cost
from .workings.pooling_figures import feature_map, pool_origin, pooled_grid
from .workings.pooling_scenes import direction, moved


def after_convolution(state: State) -> tuple[Frame, ...]:
    """Convolution, ReLU, pooling: the ladder with its shapes, and the numbers."""
    image, values = array(state["image"]), feature_map(state)
    answer = work.pool(values, state["pool"])
    ladder = Ladder(
        name="ladder",
        title="rows x columns",
        about="Pooling stands after the convolution and its ReLU, and halves rows and columns.",
        boxes=(
            Box(name="image", shape="6x6", thumbnails=image[None]),
            Box(name="conv 3x3", shape="6x6", detail="padding 1, 10 parameters"),
            Box(name="ReLU", shape="6x6", detail="max(0, x)", thumbnails=values[None]),
            Box(
                name=f"{state['pool']} pool 2x2",
                shape="3x3",
                detail="stride 2, 0 parameters",
                active=True,
                thumbnails=answer[None],
            ),
        ),
    )
    numbers = Grid(name="map", title="after conv and ReLU, 6x6", values=values, digits=1, new_row=True)
    return (
        Frame(
            caption="Pooling follows a convolution and its ReLU. A 2x2 window with stride 2 turns 6x6 into 3x3.",
            figures=(ladder, numbers, pooled_grid(state, values)),
        ),
    )


def window(state: State) -> Frames:
    """The window goes over the map, one pooled cell a frame."""
    values, kind = feature_map(state), state["pool"]
    rows = len(work.pool(values, kind))

    def frame(k: int) -> Frame:
        row, column = divmod(k, rows)
        cells = work.window(row, column, 2, 2)
        winner = max(cells, key=lambda cell: values[cell])
        kept = (winner,) if kind == "max" else ()
        source = Grid(
            name="map",
            title="feature map, 6x6",
            about="The framed window is pooled to one number. The winner is what max pooling keeps.",
            values=values,
            digits=1,
            marks={"window": cells, "winner": kept},
        )
        origin = pool_origin("map", values, state, 2, 2, row, column)
        both = Bars(
            name="both",
            title="this window",
            labels=("max", "average"),
            values=np.array([max(values[c] for c in cells), np.mean([values[c] for c in cells])]),
            marked=(0 if kind == "max" else 1,),
            high=float(max(values.max(), 1)),
            about="The average never exceeds the maximum; on a constant window they are equal.",
        )
        target = pooled_grid(state, values, marks={"target": ((row, column),)}, cursor=(row, column))
        word = "keeps the largest of the four" if kind == "max" else "keeps the mean of the four"
        return Frame(
            caption=f"Window {k + 1} of {rows * rows}: {kind} pooling {word}. Change the type with m.",
            figures=(source, target, both),
            formulas=origin.formulas,
        )

    return Frames(rows * rows, frame)


def sizes(state: State) -> tuple[Frame, ...]:
    """Window and stride decide the size; no parameter is involved."""
    values, size, stride = feature_map(state), state["size"], state["stride"]
    side = work.output_size(6, size, stride)
    overlap = tuple(cell for cell in np.ndindex(6, 6) if _covers(cell, size, stride) > 1)
    source = Grid(
        name="map",
        title="6x6; framed: in several windows",
        about="Hatched cells are never visited; framed cells lie in more than one window.",
        values=values,
        digits=1,
        marks={"never": work.unvisited(6, size, stride), "source": overlap},
    )
    known = ((2, 2), (2, 1), (3, 2), (3, 1), (3, 3), (2, 3))
    table = Table(
        name="sizes",
        title="n = 6, no padding",
        columns=("window k", "stride s", "output", "parameters"),
        rows=[(k, s, f"{n}x{n}", 0) for k, s in known for n in (work.output_size(6, k, s),)],
        marked=tuple(i for i, pair in enumerate(known) if pair == (size, stride)),
        about="The stride condenses: with stride 1 a 2x2 window gives 5x5. No row has anything to learn.",
        new_row=True,
    )
    formula = Formula(symbols="out = floor((n - k) / s) + 1", numbers=f"floor((6 - {size}) / {stride}) + 1 = {side}")
    return (
        Frame(
            caption="The stride condenses the map; pooling has no parameters, whatever its window.",
            figures=(source, pooled_grid(state, values, size, stride), table),
            formulas=(formula,),
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
        Slider(name="row", default=2, low=0, high=5, step=1, help="row of the bright pixel", key="v"),
        Slider(name="column", default=2, low=0, high=4, step=1, help="column of the bright pixel", key="c"),
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
            settings=("n", "padding", "pool", "image", "kernel"),
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
            why="The next pixel to the right belongs to another window: two pooled cells change.",
            good=False,
            scene="shift",
        ),
        Preset(
            name="odd",
            values={"n": 5, "padding": 0},
            why="At 5x5 the strided output rounds up and pooling drops the last row: 2.25 times the work, not four.",
            good=False,
            scene="cost",
        ),
    ),
    notes=(
        Note(
            id="H1",
            said="Pooling layers increase the model's invariance to small input translations",
            right="Partly: a shift inside a window is forgiven, one across its border is not. On random images a third "
            "of the max-pooled cells stay as they are.",
        ),
        Note(
            id="H2",
            said="stride s = 2 requires four times fewer computations than stride s = 1 combined with pooling",
            right="Exactly four for even sizes, 2.25 to 3.7 for small odd ones, and only for the multiplications of "
            "the convolution. The two are different functions.",
        ),
        Note(
            id="H3",
            said="the pooling layer impacts one direction at a time",
            right="Its window moves over rows and columns like a kernel. What it takes one at a time is channels; a "
            "kernel spans all of them. Max and average pooling may be computed one direction at a time, with "
            "the same result.",
        ),
    ),
    source="Goodfellow, Bengio, Courville: Deep Learning (2016), section 9.3",
)
