"""The frames of one filter that reads several channels: one number part by part, then the whole output channel."""

from functools import partial

import numpy as np

from ..kit.figures import Cell, Formula, Grid, Origin, Wall
from ..kit.fixtures import Floats, array
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from . import filter_bank
from .filter_bank import FILTERS, SHORTEST
from .sliding import number, plus, products, span

SYMBOLS = "y = Σ_c (channel c with slice c) + b"
LABELS = tuple(f"{c} {name}" for c, name in enumerate(SHORTEST))


def through_all(state: State) -> Frames:
    """One output number: four windows, four slices, four parts, one bias; then all places."""
    return Frames(2, lambda k: (_one_place, _all_places)[k](state))


def _sum(parts: Floats, bias: float, place: Cell) -> Formula:
    at = parts[:, place[0], place[1]]
    total = number(float(at.sum()) + bias)
    return Formula(symbols=SYMBOLS, numbers=f"y[{place[0]},{place[1]}] = {plus(at)} + {number(bias)} = {total}")


def _one_place(state: State) -> Frame:
    stack = filter_bank.maps(array(state["image"]))
    slices, bias = filter_bank.second_layer(state.seed)
    parts, _ = filter_bank.through_all(stack, slices, bias)
    place = row, column = state["row"], state["column"]
    windows = np.pad(stack, ((0, 0), (1, 1), (1, 1)))[:, row : row + 3, column : column + 3]
    every: tuple[Cell, ...] = tuple(np.ndindex(3, 3))

    def part(_: int, c: int) -> Origin | None:
        if c == len(FILTERS):
            return Origin(formulas=(Formula(symbols="b", numbers=f"the one bias of this filter: {number(bias)}"),))
        numbers = f"{products(windows[c], slices[c])} = {number(parts[c, row, column])}"
        cells = {f"window {c}": every, f"slice {c}": every}
        return Origin(formulas=(Formula(symbols="part = Σ x·w", numbers=numbers),), cells=cells)

    above = tuple(
        Grid(
            name=f"window {c}",
            title=f"channel {LABELS[c]}",
            about="The 3x3 numbers of this channel under the kernel; beyond the border they are 0.",
            values=windows[c],
            digits=1,
            signed=True,
            reach=span(stack),
        )
        for c in range(len(FILTERS))
    )
    below = tuple(
        Grid(
            name=f"slice {c}",
            title=f"slice {c}",
            about="The weights of the filter for this channel: all slices together are one filter.",
            values=slices[c],
            digits=1,
            signed=True,
            reach=span(slices),
            new_row=not c,
        )
        for c in range(len(FILTERS))
    )
    row_of_parts = Grid(
        name="parts",
        title="one part of each channel, and the bias",
        about="Each window times its slice, added; all parts and the bias add up to one number of the output channel.",
        values=np.append(parts[:, row, column], bias)[None],
        digits=3,
        signed=True,
        column_labels=(*(f"part {c}" for c in range(len(FILTERS))), "bias"),
        origin=part,
        new_row=True,
    )
    return Frame(
        caption=f"Output ({row},{column}), from 0: a filter of the next layer has a slice of 3x3 for each of the 4 "
        "channels. The parts and one bias add up.",
        figures=(*above, *below, row_of_parts),
        formulas=(_sum(parts, bias, place),),
    )


def _all_places(state: State) -> Frame:
    stack = filter_bank.maps(array(state["image"]))
    slices, bias = filter_bank.second_layer(state.seed)
    parts, total = filter_bank.through_all(stack, slices, bias)
    place = state["row"], state["column"]
    shows = "shades" if state["show"] == "shades" else "numbers"

    def source(r: int, c: int) -> Origin:
        return Origin(formulas=(_sum(parts, bias, (r, c)),), cells={"parts": tuple((k, 0) for k in range(len(parts)))})

    wall = partial(Wall, labels=LABELS, signed=True)
    return Frame(
        caption="The same at all places: four channels with their slices give four parts, and their sum is one output "
        "channel.",
        figures=(
            wall(name="input", title="4 channels come in", images=stack, about="The maps of the first layer."),
            wall(
                name="parts", title="each with its slice", images=parts, join="→",
                about="Each channel convolved with its slice of the filter.",
            ),
            Grid(
                name="sum",
                title="one output channel: their sum + b",
                about="One output channel is the sum of the parts. Move here to choose the place of the frame before.",
                values=total,
                shows=shows,  # type: ignore[arg-type]
                digits=1,
                signed=True,
                join="→",
                origin=source,
                cursor=place,
                picks=lambda r, c: {"row": r, "column": c},
                marks={"focus": (place,)},
                new_row=True,
            ),
        ),
        formulas=(_sum(parts, bias, place),),
    )  # fmt: skip
