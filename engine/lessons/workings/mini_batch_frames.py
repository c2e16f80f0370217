"""A scene of the lesson `dropout`: gradients of mini-batches beside the gradient of all data."""

import numpy as np

from ..kit.figures import Bars, Formula, Grid, Origin, Plane
from ..kit.lesson import Frame
from ..kit.state import State
from . import mini_batches as work

SIZES = (1, 8, 64)
SHOWN = 24
"""Arrows that are drawn."""


def gradient(state: State) -> tuple[Frame, ...]:
    """Arrows of single mini-batches, and how well they point the right way on average."""
    size, seed = int(state["batch"]), state.seed
    parts, whole = work.of_batches(seed, size), work.full(seed)
    shown = parts[:SHOWN]
    ends = np.vstack([shown, whole, np.zeros(2)])
    middle, reach = (ends.max(0) + ends.min(0)) / 2, 0.55 * float(np.ptp(ends, axis=0).max())
    tips = {"mini-batches": shown, "all data": whole[None]}
    plane = Plane(
        name="arrows",
        title=f"∂L/∂w of {len(shown)} of {len(parts)} mini-batches, B = {size}",
        about="Each arrow is the gradient of one mini-batch of a logistic regression with two weights.",
        extent=(middle[0] - reach, middle[0] + reach, middle[1] - reach, middle[1] + reach),
        points=tips,
        arrows=(np.zeros((len(shown) + 1, 2)), np.vstack([shown, whole])),
        arrow_groups=[*["mini-batches"] * len(shown), "all data"],
        bold="all data",
        x_label="w1",
        y_label="w2",
    )
    angles = work.cosines(seed, size)
    sizes = tuple(sorted({*SIZES, size}))
    values = [round(float(work.cosines(seed, b).mean()), 3) for b in sizes]
    bars = Bars(
        name="cosine",
        title="mean cosine with the gradient of all 512 points",
        labels=[f"B = {b}" for b in sizes],
        values=np.array(values),
        high=1.0,
        reference=("same direction", 1.0),
        marked=(sizes.index(size),),
        about="1 means the same direction. Larger mini-batches point nearer to the gradient of all data.",
    )
    first = np.vstack([parts[:6], parts.mean(0)[None], whole[None]])
    labels = [f"batch {k}" for k in range(len(parts[:6]))]

    def origin(row: int, column: int) -> Origin:
        if row < len(labels):
            symbols, numbers = "g = mean of (σ(w·x) - y)·x", f"over {size} points = {parts[row, column]:.4f}"
        else:
            symbols = "mean of all batches" if row == len(labels) else "mean over all points"
            numbers = f"{first[row, column]:.6f}"
        return Origin(formulas=(Formula(symbols=symbols, numbers=numbers),))

    table = Grid(
        name="gradients",
        title=f"∂L/∂w of the mini-batches, B = {size}",
        values=first,
        digits=3,
        signed=True,
        row_labels=[*labels, f"mean of {len(parts)}", "all data"],
        column_labels=("w1", "w2"),
        origin=origin,
        about="The mean over all disjoint mini-batches is the gradient of all data.",
    )
    said = f"With B = {size} points their mean cosine with it is {float(angles.mean()):.2f}. Change B with m."
    return (
        Frame(
            title="the cosine rises with B",
            caption=f"Mini-batches approximate the gradient of all data. {said}",
            figures=(plane, bars),
        ),
        Frame(
            caption="Single mini-batches scatter; the mean over all of them is the gradient of all data.",
            figures=(table,),
            formulas=(
                Formula(
                    symbols="mean of batch gradients - full gradient",
                    numbers=f"{float(np.abs(parts.mean(0) - whole).max()):.2g}",
                ),
            ),
        ),
    )
