"""Two scenes of the lesson `pooling`: what a small shift changes, and what pooling takes one at a time."""

from functools import partial

import numpy as np

from ..kit.figures import Bars, Formula, Grid, Origin
from ..kit.fixtures import KERNELS, Floats, array
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from . import pooling as work
from .linking import present
from .pooling_figures import feature_map, map_origin, pool_origin, tidy
from .printed import number


def moved(state: State) -> Frames:
    """A bright pixel is nudged by one and by two columns: does the pooled map notice?"""
    row, column = state["row"], state["column"]

    def frame(k: int) -> Frame:
        if k == 2:
            return _random(state)
        to = column + k + 1
        before, after = work.bright(row, column), work.bright(row, to)
        old, new = (work.pool(image, state["pool"]) for image in (before, after))
        differ = work.changed(old, new)
        count = f"{len(differ) or 'no'} cell{'s' * (len(differ) != 1)}"
        figures = (
            Grid(name="before", title=f"column {column}", values=before, digits=0, reach=(0, 1), cursor=(row, column)),
            Grid(name="after", title=f"column {to}", values=after, digits=0, reach=(0, 1), join="→"),
            Grid(
                name="pooled before",
                title=f"{state['pool']}-pooled, 3x3",
                values=old,
                digits=2,
                reach=(0, 1),
                new_row=True,
                origin=partial(pool_origin, "before", before, state, 2, 2),
            ),
            Grid(
                name="pooled after",
                title=f"{count} changed",
                values=new,
                digits=2,
                reach=(0, 1),
                marks={"target": differ},
                origin=partial(pool_origin, "after", after, state, 2, 2),
                join="→",
            ),
        )
        inside = "stays in its window" if column // 2 == to // 2 else "goes to another window"
        caption = (
            f"Row {row} (from 0): moved by {k + 1}, the pixel {inside}: {count} changed. Set its place with v and c."
        )
        return Frame(caption=caption, figures=figures)

    return Frames(3, frame)


def _random(state: State) -> Frame:
    """How often a pooled cell of a random image survives a shift by one pixel."""
    labels = ("raw pixels", "average-pooled", "max-pooled")
    values = [work.survival(kind, state.seed) for kind in ("raw", "average", "max")]

    def counted(bar: int, _: int) -> Origin:
        cells = 40 * (32 if bar == 0 else 16) ** 2
        numbers = f"{round(values[bar] * cells):,} / {cells:,} = {values[bar]:.4f}"
        return Origin(formulas=(Formula(symbols="unchanged cells / cells of 40 images of 32x32", numbers=numbers),))

    bars = Bars(
        name="survive",
        title="cells exactly unchanged after a 1-pixel shift, random images",
        labels=labels,
        values=np.array(values),
        high=1,
        percent=True,
        reference=("a third", 1 / 3),
        marked=(2,) if state["pool"] == "max" else (1,),
        about="Old and new window share 2 of 6 pixels. A cell survives if the largest of the six is shared: 1/3.",
        origin=counted,
    )
    return Frame(
        caption="Invariance to small shifts is partial: a third of the max-pooled cells survive, two thirds do not.",
        figures=(bars,),
        formulas=(
            Formula(symbols="P(max unchanged) = shared / all", numbers=f"2 / 6 = 0.333; counted {values[2]:.3f}"),
        ),
    )


def second_kernel(state: State) -> tuple[str, Floats]:
    """Name and taps of a fixed kernel that makes another channel than the kernel of the settings."""
    name = "sobel-y" if state["kernel"] == KERNELS["sobel-x"] else "sobel-x"
    return name, array(KERNELS[name])


def direction(state: State) -> tuple[Frame, ...]:
    """The window moves in rows and columns; what pooling takes one at a time is channels."""
    values, kind = feature_map(state), state["pool"]
    across, down = work.rows_then_columns(values, kind)
    top = max(1.0, float(values.max()))

    def joined(first: float, second: float, answer: float) -> str:
        a, b, c = number(first), number(second), number(answer)
        return f"max({a}, {b}) = {c}" if kind == "max" else f"({a} + {b}) / 2 = {c}"

    word = "max" if kind == "max" else "mean"

    def pair(row: int, column: int) -> Origin:
        cells = ((row, 2 * column), (row, 2 * column + 1))
        numbers = joined(values[cells[0]], values[cells[1]], across[row, column])
        return Origin(formulas=(Formula(symbols=f"{word} along the row", numbers=numbers),), cells={"map": cells})

    def below(row: int, column: int) -> Origin:
        cells = ((2 * row, column), (2 * row + 1, column))
        numbers = joined(across[cells[0]], across[cells[1]], down[row, column])
        formula = Formula(symbols=f"{word} down the column", numbers=numbers)
        return Origin(formulas=(formula,), cells={"across": cells})

    separable = (
        Grid(name="map", title="map, 6x6", values=tidy(values), digits=1, reach=(0, top), origin=map_origin(state)),
        Grid(name="across", title="in rows: 6x3", values=tidy(across), digits=1, reach=(0, top), join="→", origin=pair),
        Grid(name="down", title="in columns: 3x3", values=tidy(down), digits=1, reach=(0, top), join="→", origin=below),
    )
    name, taps = second_kernel(state)
    other = np.maximum(work.convolve(array(state["image"]), taps, padding=1), 0)
    maps = {"0": (values, "its kernel: as set"), "1": (other, f"its kernel: {name}")}
    channels = []
    for place, (channel, told) in maps.items():
        source = f"channel {place}"
        channels += [
            Grid(name=source, title=f"{source}, {told}", values=tidy(channel), digits=1, new_row=True),
            Grid(
                name=f"pooled {place}",
                title=f"{source}, {kind}-pooled",
                values=tidy(work.pool(channel, kind)),
                digits=1,
                join="→",
                origin=partial(pool_origin, source, channel, state, 2, 2),
            ),
        ]
    return (
        Frame(
            caption=f"Rows and columns both halve. {kind.capitalize()} pooling is separable: first in rows, then in "
            "columns, is the same.",
            figures=present(*separable),
            formulas=(Formula(symbols=f"{word} of 2x2 = {word}({word} of row 0, {word} of row 1)"),),
        ),
        Frame(
            caption="Pooling takes each channel (map of one kernel) alone. A convolution sums over all of them.",
            figures=tuple(channels),
        ),
    )
