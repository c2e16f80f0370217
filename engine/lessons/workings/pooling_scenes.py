"""Two scenes of the lesson `pooling`: what a small shift changes, and what pooling takes one at a time."""

from functools import partial

import numpy as np

from ..kit.figures import Bars, Formula, Grid, Origin
from ..kit.fixtures import array
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from . import pooling as work
from .pooling_figures import feature_map, pool_origin


def moved(state: State) -> Frames:
    """A bright pixel is nudged: does the pooled map notice?"""
    row, column = state["row"], state["column"]

    def frame(k: int) -> Frame:
        before, after = (work.bright(row, c) for c in (column, min(column + 1, 5)))
        if k == 2:
            return _random(state)
        if k == 1:
            before, after = after, work.bright(row, min(column + 2, 5))
        old, new = (work.pool(image, state["pool"]) for image in (before, after))
        differ = work.changed(old, new)
        at, to = (tuple(int(i) for i in np.argwhere(image)[0]) for image in (before, after))
        inside = "stays in its window" if (at[1] // 2, at[0] // 2) == (to[1] // 2, to[0] // 2) else "crosses a border"
        figures = (
            Grid(name="before", title=f"pixel at ({at[0]},{at[1]})", values=before, digits=0, reach=(0, 1)),
            Grid(name="after", title=f"moved to ({to[0]},{to[1]})", values=after, digits=0, reach=(0, 1), join="→"),
            Grid(
                name="pooled before",
                title="pooled before, 3x3",
                values=old,
                digits=2,
                reach=(0, 1),
                new_row=True,
                origin=partial(pool_origin, "before", before, state, 2, 2),
            ),
            Grid(
                name="pooled after",
                title=f"pooled after: {len(differ)} cells differ",
                values=new,
                digits=2,
                reach=(0, 1),
                marks={"target": differ},
                origin=partial(pool_origin, "after", after, state, 2, 2),
                join="→",
            ),
        )
        caption = f"The pixel {inside}: {len(differ) or 'no'} pooled cells change. Move it with row and column."
        return Frame(caption=caption, figures=figures)

    return Frames(3, frame)


def _random(state: State) -> Frame:
    """How often a pooled cell of a random image survives a shift by one pixel."""
    labels = ("raw pixels", "average-pooled", "max-pooled")
    values = [work.survival(kind, state.seed) for kind in ("raw", "average", "max")]
    bars = Bars(
        name="survive",
        title="cells exactly unchanged after a 1-pixel shift, random images",
        labels=labels,
        values=np.array(values),
        high=1,
        percent=True,
        reference=("1/3", 1 / 3),
        about="Old and new window share 2 of 6 pixels. A cell survives if the largest of the six is shared: 1/3.",
    )
    return Frame(
        caption="Invariance to small shifts is partial: a third of the max-pooled cells survive, two thirds do not.",
        figures=(bars,),
        formulas=(Formula(symbols="P(max unchanged) = shared / all", numbers=f"2 / 6 = 0.333; here {values[2]:.3f}"),),
    )


def direction(state: State) -> tuple[Frame, ...]:
    """The window moves in rows and columns; what pooling takes one at a time is channels."""
    values = feature_map(state)
    across, down = work.rows_then_columns(values)
    top = max(1.0, float(values.max()))

    def pair(row: int, column: int) -> Origin:
        cells = ((row, 2 * column), (row, 2 * column + 1))
        numbers = f"max({values[cells[0]]:.3g}, {values[cells[1]]:.3g}) = {across[row, column]:.3g}"
        return Origin(formulas=(Formula(symbols="max along the row", numbers=numbers),), cells={"map": cells})

    def below(row: int, column: int) -> Origin:
        cells = ((2 * row, column), (2 * row + 1, column))
        numbers = f"max({across[cells[0]]:.3g}, {across[cells[1]]:.3g}) = {down[row, column]:.3g}"
        return Origin(formulas=(Formula(symbols="max down the column", numbers=numbers),), cells={"across": cells})

    separable = (
        Grid(name="map", title="map, 6x6", values=values, digits=1, reach=(0, top)),
        Grid(name="across", title="row by row: 6x3", values=across, digits=1, reach=(0, top), join="→", origin=pair),
        Grid(name="down", title="then columns: 3x3", values=down, digits=1, reach=(0, top), join="→", origin=below),
    )
    image = array(state["image"])
    other = np.maximum(work.convolve(image, array(state["kernel"]).T, padding=1), 0)
    maps = {"1": values, "2": other}
    channels = []
    for name, channel in maps.items():
        source = f"channel {name}"
        answer = work.pool(channel, state["pool"])
        channels += [
            Grid(name=source, title=f"{source}, 6x6", values=channel, digits=1, new_row=True),
            Grid(
                name=f"pooled {name}",
                title=f"{state['pool']}-pooled alone, 3x3",
                values=answer,
                digits=1,
                join="→",
                origin=partial(pool_origin, source, channel, state, 2, 2),
            ),
        ]
    return (
        Frame(
            caption="Rows and columns both halve. Max pooling is separable: rows first, then columns, same result.",
            figures=separable,
            formulas=(Formula(symbols="max of 2x2 = max(max of row 1, max of row 2)"),),
        ),
        Frame(
            caption="Pooling takes one channel at a time. A convolution sums over all of them, pooling never mixes.",
            figures=tuple(channels),
        ),
    )
