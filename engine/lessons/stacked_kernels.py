"""Stacked kernels: two 3x3 convolutions see as far as one 5x5, with fewer weights, and are not the same function."""

import numpy as np

from .kit.figures import Bars, Formula, Grid, Origin, Table
from .kit.fixtures import array, image_setting, kernel_setting
from .kit.lesson import Frame, Frames, Lesson, Note, Preset, Scene
from .kit.settings import Numbers, Slider, Switch, matrix
from .kit.state import State
from .workings import stacking as work
from .workings.stacking_scene import composed

TARGETS = {
    "ring": matrix([[1 if max(abs(r - 2), abs(c - 2)) == 2 else 0 for c in range(5)] for r in range(5)]),
    "diagonal": matrix([[1 if r == c else 0 for c in range(5)] for r in range(5)]),
}
CHANNELS = (1.0, 2.0, 3.0, 4.0, 9.0)


def field(state: State) -> Frames:
    """Layer by layer, the pixels that one output sees."""

    def frame(k: int) -> Frame:
        layers = k + 1
        counts, before = work.paths(layers), work.paths(k)
        side = work.receptive_field(layers)

        def origin(row: int, column: int) -> Origin:
            cells = tuple(
                (r, c)
                for r in range(max(row - 1, 0), min(row + 2, 11))
                for c in range(max(column - 1, 0), min(column + 2, 11))
            )
            sums = " + ".join(f"{before[cell]:g}" for cell in cells)
            formula = Formula(symbols="ways = Σ ways of the 9 neighbours", numbers=f"{sums} = {counts[row, column]:g}")
            return Origin(formulas=(formula,), cells={"field": cells})

        grid = Grid(
            name="field",
            title=f"ways to the output, {layers} layer{'s' * (layers > 1)}",
            about="The output in the middle sees the framed square. Middle pixels reach it in more ways than the rim.",
            values=np.where(counts > 0, counts, np.nan),
            digits=0,
            signed=False,
            marks={"window": tuple((int(r), int(c)) for r, c in np.argwhere(counts > 0)), "target": ((5, 5),)},
            origin=origin,
            cursor=(5, 5),
        )
        table = Table(
            name="fields",
            title="kernels 3x3, stride 1",
            columns=("layers", "sees", "weights", "one kernel"),
            rows=[(n, f"{s}x{s}", 9 * n, s * s) for n in range(1, 5) for s in (work.receptive_field(n),)],
            marked=(k,),
            about="Weights of the stack against those of one kernel that sees as far.",
        )
        return Frame(
            caption=f"An output of {layers} stacked 3x3 kernel{'s' * (layers > 1)} sees {side}x{side} pixels.",
            figures=(grid, table),
            formulas=(Formula(symbols="side = 1 + layers · (3 - 1)", numbers=f"1 + {layers} · 2 = {side}"),),
        )

    return Frames(4, frame)


def cost(state: State) -> tuple[Frame, ...]:
    """Weights and multiplications of both, by the number of channels."""
    c = int(state["channels"])
    two, one = work.weights(c)
    bars = Bars(
        name="weights",
        title=f"weights, {c} channel{'s' * (c > 1)} in, between and out",
        labels=("two 3x3", "one 5x5"),
        values=np.array([two, one]),
        marked=(0,),
        about="Each kernel has a slice for every channel that comes in, and each channel that goes out has a kernel.",
    )
    table = Table(
        name="counts",
        title="counts",
        columns=("", "two 3x3", "one 5x5", "saved"),
        rows=(
            ("weights", f"{two:,}", f"{one:,}", f"{1 - two / one:.0%}"),
            ("with biases", f"{two + 2 * c:,}", f"{one + c:,}", f"{1 - (two + 2 * c) / (one + c):.0%}"),
            ("MACs a pixel", f"{two:,}", f"{one:,}", f"{1 - two / one:.0%}"),
        ),
    )
    formula = Formula(symbols="2·9·C² / 25·C² = 0.72", numbers=f"{two:,} / {one:,} = {two / one:.2f}")
    caption = "Two 3x3 kernels have 28 % fewer weights than one 5x5, and save as many multiplications a pixel."
    return (Frame(caption=caption, figures=(bars, table), formulas=(formula,)),)


def reach(state: State) -> tuple[Frame, ...]:
    """Which 5x5 kernels a stack can be at all."""
    target, m = state["target"], int(state["mid"])
    goal = array(target)
    first, second = work.through(m, target)
    found = work.reached(first, second)
    error = float(np.abs(found - goal).max())
    ranks = [work.rank(int(count)) for count in CHANNELS]
    bars = Bars(
        name="dimensions",
        title="directions of the 25 that the stack can move in",
        labels=[f"{int(count)} between" for count in CHANNELS],
        values=np.array(ranks),
        reference=("25", 25.0),
        high=25,
        marked=(CHANNELS.index(m),),
        about="One channel has 18 weights, and a factor that moves from one kernel to the other changes nothing: 17.",
    )
    grids = (
        Grid(name="target", title="wanted, 5x5", values=goal, digits=2, signed=True, edits="target"),
        Grid(
            name="found",
            title=f"{m} between: {'exact' if error < 1e-6 else f'off by {error:.2g}'}",
            values=np.where(np.abs(found) < 5e-4, 0, found),
            digits=2,
            signed=True,
            join="=" if error < 1e-6 else "≈",
        ),
    )
    how = "The stack as fitted. From four channels on no fit is needed: change them with m."
    if m in (4, 9):
        how = "The first kernels only shift the image; the second ones hold the wanted weights, each of them once."
    pairs = []
    for j in range(min(m, 4)):
        pairs += [
            Grid(name=f"first {j + 1}", title=f"first {j + 1}", values=first[j], digits=1, signed=True, new_row=True),
            Grid(name=f"second {j + 1}", title=f"second {j + 1}", values=second[j], digits=1, signed=True, join="∗"),
        ]
    return (
        Frame(
            caption="Through one channel, two 3x3 kernels reach only a 17-dimensional family of the 5x5 kernels.",
            figures=(bars,),
            formulas=(Formula(symbols="9 + 9 weights - 1 common factor = 17"),),
        ),
        Frame(
            caption="The nearest that was found. Edit the wanted kernel, change the channels with m: four reach all.",
            figures=grids,
        ),
        Frame(
            caption=how,
            figures=tuple(pairs),
        ),
    )


LESSON = Lesson(
    name="stacked-kernels",
    chapter="convolution",
    title="Small kernels, stacked",
    summary="Two 3x3 convolutions see 5x5 pixels with 28 % fewer weights; they are not the same functions.",
    settings=(
        image_setting(),
        kernel_setting("first"),
        Numbers(
            name="second",
            default=matrix([[1, 2, 1], [0, 0, 0], [-1, -2, -1]]),
            help="the second 3x3 kernel",
            key="e",
            named={
                "sobel-y": matrix([[1, 2, 1], [0, 0, 0], [-1, -2, -1]]),
                "box": matrix([[1 / 9] * 3] * 3),
                "identity": matrix([[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
            },
            rows=(3, 3),
            low=-9,
            high=9,
            step=0.5,
        ),
        Switch(name="relu", default=False, help="ReLU between the two kernels", key="u"),
        Slider(
            name="channels",
            default=64,
            low=1,
            high=512,
            stops=(1, 3, 8, 16, 64, 128, 512),
            help="channels in, between and out",
            key="c",
        ),
        Numbers(
            name="target",
            default=TARGETS["ring"],
            help="the wanted 5x5 kernel",
            key="g",
            named=TARGETS,
            rows=(5, 5),
            low=-9,
            high=9,
            step=0.5,
        ),
        Slider(
            name="mid",
            default=1,
            low=1,
            high=9,
            stops=(1, 2, 3, 4, 9),
            help="channels between the two kernels",
            key="m",
        ),
    ),
    scenes=(
        Scene(name="field", title="What an output sees", ids=("N2",), frames=field, settings=()),
        Scene(name="cost", title="Weights and multiplications", ids=("N2",), frames=cost, settings=("channels",)),
        Scene(
            name="composed",
            title="Two kernels as one",
            ids=("N2",),
            frames=composed,
            settings=("relu", "image", "first", "second"),
        ),
        Scene(name="reach", title="Which kernels it can be", ids=("N2",), frames=reach, settings=("mid", "target")),
    ),
    presets=(
        Preset(
            name="linear",
            values={"relu": False},
            why="Nothing lies between the kernels, so inside the image they are one 5x5 kernel to the last digit.",
            scene="composed",
        ),
        Preset(
            name="relu-between",
            values={"relu": True},
            why="A ReLU between them makes the pair a richer function, and no 5x5 kernel equals it.",
            scene="composed",
        ),
        Preset(
            name="out-of-reach",
            values={"mid": 1},
            why="Through one channel the ring cannot be composed: only a 17-dimensional family can.",
            good=False,
            scene="reach",
        ),
    ),
    notes=(
        Note(
            id="N2",
            said="Two 3x3 kernels are equivalent to (and more efficient than) a 5x5 kernel",
            right="They see the same 5x5 pixels with 28 % fewer weights, but they are not the same class of functions: "
            "through one channel they reach a 17-dimensional family of the 25-dimensional kernels, a ReLU "
            "usually stands between them, and padded borders differ.",
        ),
    ),
    source="Simonyan and Zisserman: Very deep convolutional networks (2015), arXiv 1409.1556",
)
