"""The frames of digits that are moved by one pixel: what each network answers, and how often it is right."""

from typing import Any

import numpy as np

from ..kit.figures import Bars, Card, Formula, Table, Wall
from ..kit.lesson import Frame, Frames
from . import dense_layer, shifting
from .sliding import number, span

B3A = (
    "The notes say that a dense layer captures too much redundant detail. There is no theorem that says so. What can "
    "be measured here: how many weights sit on pixels that are never lit, and how rough the weights are as an image."
)
EDGE = 2
"""Pixels on each side of the canvas that no digit moved by one pixel reaches."""
MOVES = tuple((down, right) for down in (-1, 0, 1) for right in (-1, 0, 1))
WAYS = ("up left", "up", "up right", "left", "in place", "right", "down left", "down", "down right")


def one_digit(glyphs: Any, index: int) -> Frame:
    """One test digit in its 9 places, and the answers."""
    image, label = glyphs.test_x[index, 0], int(glyphs.test_y[index])
    copies = np.stack([shifting.shifted(image, *move, wrap=False)[EDGE:-EDGE, EDGE:-EDGE] for move in MOVES])
    wall = Wall(
        name="copies",
        new_row=True,
        title="the same digit, moved by one pixel", images=copies, labels=WAYS, reach=(0, 1), signed=False,
        about="A digit of 8x8 pixels on a canvas of 14x14, never seen in training: in place, and moved by one pixel in "
        "eight directions. The outermost two pixels, always dark, are not drawn.", chosen=4,
    )  # fmt: skip
    rows = tuple(
        (name, *(f"{a}" if a == label else f"{a} ✗" for a in answers[index].tolist()))
        for name, answers in glyphs.answers.items()
    )
    short = ("↖", "↑", "↗", "←", "·", "→", "↙", "↓", "↘")
    table = Table(
        name="answers", title="answers", columns=("network", *short), rows=rows, new_row=True,
        about="What each network calls the digit in each place; ✗ is wrong, · is the place it was drawn in.",
    )  # fmt: skip
    wrong = {name: int((answers[index] != label).sum()) for name, answers in glyphs.answers.items()}
    return Frame(
        caption=f"Test digit no. {index} (from 0) shows a {label}. In place and moved: dense is wrong "
        f"{wrong['dense']} times of 9, the convolution {wrong['conv']}. Choose a digit with g.",
        figures=(table, wall),
    )


def accuracy(glyphs: Any) -> Frame:
    """How many test digits are right, in place and moved."""
    names = tuple(glyphs.moved)
    both = [(f"{name}, {where}", part[name]) for name in names for where, part in
            (("in place", glyphs.in_place), ("moved", glyphs.moved))]  # fmt: skip
    bars = Bars(
        name="accuracy",
        title="test digits named rightly",
        about="In place: as the digits were drawn. Moved: each by one pixel in all eight directions.",
        labels=tuple(label for label, _ in both),
        values=np.array([value for _, value in both]),
        high=1.0,
        percent=True,
        marked=tuple(range(1, len(both), 2)),
        reference=("chance", 0.1),
    )
    parameters = Table(
        name="parameters", title="parameters", columns=("network", "parameters"), new_row=True,
        rows=tuple(glyphs.parameters.items()), digits=6,
    )  # fmt: skip
    gap = 100 * (glyphs.moved["conv"] - glyphs.moved["dense"])
    return Frame(
        caption=f"Test digits moved by a pixel: the convolution is {gap:.0f} points better than dense. Compare global "
        "pooling, and training on moved copies.",
        figures=(bars, parameters),
        formulas=(
            Formula(
                symbols="margin = moved(conv) - moved(dense)",
                numbers=f"{100 * glyphs.moved['conv']:.1f} % - {100 * glyphs.moved['dense']:.1f} % = {gap:.1f} points",
            ),
        ),
    )


def learned(glyphs: Any) -> Frames:
    """What the trained weights look like, and what was measured; an opinion, not a theorem."""
    units, dark = glyphs.dense_weights, glyphs.always_dark
    units_shown = units[:5]

    def pictures() -> Frame:
        reach = span(units_shown)
        return Frame(
            caption="After training: 5 of the 32 dense units as images of their weights, and the 8 kernels of the "
            "convolution.",
            figures=(
                Wall(
                    name="units",
                    title="dense units, 14x14 weights each",
                    images=units_shown,
                    signed=True,
                    reach=reach,
                    about="Each picture is the 196 weights of one unit of the first layer.",
                ),
                Wall(
                    name="kernels",
                    title="kernels, 3x3 weights each",
                    images=glyphs.kernels,
                    signed=True,
                    new_row=True,
                    about="All weights of the first convolution: 8 kernels of 9 weights.",
                ),
            ),
        )

    def measured() -> Frame:
        unused = float(np.abs(units - glyphs.dense_start)[:, dark].max())
        rows = (
            ("weights of the first layer", str(units.size), str(glyphs.kernels.size)),
            ("on pixels that are never lit", f"{int(dark.sum()) * len(units)} ({100 * dark.mean():.0f} %)", "0"),
            ("largest change of those by training", number(unused), "-"),
            ("roughness (noise 1, smooth 0)", f"{dense_layer.roughness(units[:, 3:-3, 3:-3]):.2f}", "-"),
        )
        return Frame(
            caption="Measured, not asserted: many dense weights sit where no digit ever is, and the others look rough.",
            figures=(
                Table(name="measured", title="measured", columns=("what", "dense", "convolution"), rows=rows),
                Card(name="opinion", title="an opinion", text=B3A, kind="opinion", new_row=True),
            ),
        )

    return Frames(2, lambda k: (pictures, measured)[k]())
