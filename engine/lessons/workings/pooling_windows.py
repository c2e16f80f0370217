"""Two scenes of the lesson `pooling`: where it stands after a convolution, and its window on the map."""

import numpy as np

from ..kit.figures import Bars, Box, Formula, Grid, Ladder, Origin
from ..kit.fixtures import array
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from . import pooling as work
from .linking import present
from .pooling_figures import feature_map, map_origin, pool_origin, pooled_grid, tidy


def after_convolution(state: State) -> tuple[Frame, ...]:
    """Convolution and ReLU, then pooling: the ladder with its shapes, and the numbers."""
    image, kernel, values = array(state["image"]), array(state["kernel"]), feature_map(state)
    answer = work.pool(values, state["pool"])

    def ladder(active: int) -> Ladder:
        boxes = (
            Box(name="image", shape="6x6", thumbnails=image[None]),
            Box(name="conv 3x3", shape="6x6", detail="padding 1, 10 parameters", active=active == 1),
            Box(name="ReLU", shape="6x6", detail="max(0, x)", thumbnails=values[None], active=active == 1),
            Box(
                name=f"{state['pool']} pool 2x2",
                shape="3x3",
                detail="stride 2, 0 parameters",
                active=active == 2,
                thumbnails=answer[None],
            ),
        )
        return Ladder(
            name="ladder",
            title="rows x columns",
            about="Pooling stands after the convolution and its ReLU, and halves rows and columns.",
            boxes=boxes,
        )

    numbers = Grid(
        name="map",
        title="after ReLU, 6x6",
        values=tidy(values),
        digits=1,
        new_row=True,
        origin=map_origin(state),
        about="What the kernel answers at each pixel, negative sums set to zero. Zeros around the image keep it 6x6.",
    )
    found = (
        Grid(name="image", title="image, 6x6", values=image, digits=1, reach=(0, 1), edits="image", new_row=True),
        Grid(name="kernel", title="kernel, 3x3", values=kernel, digits=2, signed=True, edits="kernel", join="∗"),
        Grid(
            name="map",
            title="after ReLU, 6x6",
            values=tidy(values),
            digits=1,
            join="→",
            about=numbers.about,
            origin=map_origin(state),
        ),
    )
    return (
        Frame(
            caption="First a convolution with padding 1 and a ReLU: one number for each pixel, none below zero.",
            figures=(ladder(1), *found),
        ),
        Frame(
            caption="Then pooling: a 2x2 window that moves by 2 (its stride) turns 6x6 into 3x3.",
            figures=present(ladder(2), numbers, pooled_grid(state, values)),
        ),
    )


def window(state: State) -> Frames:
    """The window goes over the map, one pooled cell a frame; at last both kinds side by side."""
    values, kind = feature_map(state), state["pool"]
    side = len(work.pool(values, kind))

    def frame(k: int) -> Frame:
        if k == side * side:
            return _both(state)
        row, column = divmod(k, side)
        cells = work.window(row, column, 2, 2)
        winner = max(cells, key=lambda cell: values[cell])
        kept = (winner,) if kind == "max" else ()
        shown = Grid(
            name="map",
            title="map, 6x6",
            about="The framed window is pooled to one number. The winner is what max pooling keeps.",
            values=tidy(values),
            digits=1,
            marks={"window": cells, "winner": kept},
            origin=map_origin(state),
        )

        def source(bar: int, _: int) -> Origin:
            return pool_origin("map", values, state.with_values(pool=("max", "average")[bar]), 2, 2, row, column)

        both = Bars(
            name="both",
            title="this window",
            labels=("max", "average"),
            values=np.array([work.pool(values, each)[row, column] for each in ("max", "average")]),
            marked=(0 if kind == "max" else 1,),
            high=float(max(values.max(), 1)),
            about="The average never exceeds the maximum; on a constant window they are equal.",
            origin=source,
        )
        target = pooled_grid(state, values, marks={"target": ((row, column),)}, cursor=(row, column))
        word = "keeps the largest of the four" if kind == "max" else "keeps the mean of the four"
        return Frame(
            caption=f"Window {k + 1} of {side * side}: {kind} pooling {word}. Change the type with m.",
            figures=present(shown, target, both),
            formulas=pool_origin("map", values, state, 2, 2, row, column).formulas,
            facts=("G2",),
        )

    return Frames(side * side + 1, frame)


def _both(state: State) -> Frame:
    """Maximum and average of all windows."""
    values = feature_map(state)
    source = Grid(name="map", title="map, 6x6", values=tidy(values), digits=1, origin=map_origin(state))
    kinds = [
        pooled_grid(state.with_values(pool=kind), values, name=kind, digits=2, join=join)
        for kind, join in (("max", "→"), ("average", "≥"))
    ]
    return Frame(
        caption="The average of a window never exceeds its maximum; they are equal where all four numbers are alike.",
        figures=present(source, *kinds),
        formulas=(Formula(symbols="mean of the window ≤ max of the window"),),
        facts=("G5",),
    )
