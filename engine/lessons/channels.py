"""Channels: several filters, a map each, stacked to a tensor."""

from dataclasses import replace
from functools import partial

import numpy as np

from .kit.figures import Formula, Grid, Origin, Table
from .kit.fixtures import image_setting
from .kit.lesson import Frame, Frames, Lesson, Note, Preset, Scene
from .kit.settings import Choice, Slider
from .kit.state import State
from .workings import filter_bank, layer_counts
from .workings.filter_bank import FILTERS
from .workings.filter_frames import one_filter_one_channel, one_is_not_enough
from .workings.filter_through import through_all

SYMBOLS = {"CHW": "index = (c·H + h)·W + w", "HWC": "index = (h·W + w)·C + c"}
SHAPE = (6, 6, len(FILTERS))


def own_parameters(state: State) -> tuple[Frame]:
    """What a layer's filters cost."""
    k, c_in, c_out = state["k"], state["c_in"], state["c_out"]
    each, total = k * k * c_in, layer_counts.conv_parameters(k, c_in, c_out)
    shown = min(c_out, 8)
    rows = [(f"filter {j}", f"{c_in} x {k}x{k}", each, 1, each + 1) for j in range(shown)]
    if c_out > shown:
        rest = c_out - shown
        rows.append((f"{rest} more", f"{c_in} x {k}x{k} each", each * rest, rest, (each + 1) * rest))
    rows.append(("all", f"{c_in} to {c_out} channels", each * c_out, c_out, total))

    def source(row: int, column: int) -> Origin | None:
        count, filters, parameters = rows[row][2:]
        made = {
            2: Formula(symbols="k²·C_in, for each filter", numbers=f"{k}²·{c_in}·{filters} = {count}"),
            3: Formula(symbols="one for each filter", numbers=f"filters: {filters}"),
            4: Formula(symbols="weights + biases", numbers=f"{count} + {filters} = {parameters}"),
        }
        return Origin(formulas=(made[column],)) if column in made else None

    table = Table(
        name="filters",
        title=f"one layer, {c_in} to {c_out} channels, {k}x{k}",
        about="Each filter has weights of its own for every channel that comes in, and one bias.",
        columns=("filter", "weights", "count", "bias", "parameters"),
        rows=tuple(rows),
        marked=(len(rows) - 1,),
        origin=source,
    )
    formula = Formula(symbols="parameters = (k²·C_in + 1)·C_out", numbers=f"({k}²·{c_in} + 1)·{c_out} = {total:,}")
    return (
        Frame(
            caption=f"Each of the {c_out} filters has {each} weights and a bias of its own: {total:,} parameters.",
            figures=(table,),
            formulas=(formula,),
        ),
    )


def layout(state: State) -> Frames:
    """The numbers of a tensor in memory: rows x columns x channels, or channels x rows x columns."""
    order, (rows, columns, channels) = state["layout"], SHAPE
    sizes = {"CHW": (channels, rows, columns), "HWC": (rows, columns, channels)}
    h, w, c = f"{rows} rows", f"{columns} columns", f"{channels} channels"

    def grid(c: int) -> Grid:
        indices = [[filter_bank.address(order, h, w, c, SHAPE) for w in range(columns)] for h in range(rows)]
        return Grid(
            name=f"channel {c}",
            title=f"channel {c} (of 0 to 3)",
            about="Where each number of this channel lies in memory. Neighbours in memory are read together.",
            values=np.array(indices, dtype=float),
            digits=0,
            signed=False,
            reach=(0, rows * columns * channels - 1),
            scope="the whole tensor",
            origin=partial(place, c),
        )

    def place(c: int, h: int, w: int) -> Origin:
        at = filter_bank.address(order, h, w, c, SHAPE)
        numbers = {
            "CHW": f"({c}·{rows} + {h})·{columns} + {w} = {at}",
            "HWC": f"({h}·{columns} + {w})·{channels} + {c} = {at}",
        }
        return Origin(formulas=(Formula(symbols=SYMBOLS[order], numbers=numbers[order]),))

    def frame(k: int) -> Frame:
        table = Table(
            name="shape",
            title="the same tensor",
            columns=("who", "shape", "axis 0", "axis 1", "axis 2", "next in memory"),
            rows=(
                ("TensorFlow, files", _shape(sizes["HWC"]), h, w, c, "channel"),
                ("PyTorch", _shape(sizes["CHW"]), c, h, w, "column"),
            ),
            marked=(0 if order == "HWC" else 1,),
            about="The three axes of the box of numbers, the slowest in memory first.",
            new_row=True,
        )
        if k:
            return Frame(
                caption=f"{order}: where each number of the four channels (0 to 3) lies in memory. Turn with o.",
                figures=tuple(grid(c) for c in range(channels)),
            )
        box = replace(
            grid(0),
            title=f"{rows}x{columns}x{channels} numbers: channel 0 in front",
            row_axis=f"h: {rows} rows",
            column_axis=f"w: {columns} columns, c: {channels} deep",
        )
        side_by_side = "a pixel's channels lie side by side" if order == "HWC" else "each channel is one block"
        return Frame(
            caption=f"{order}: {side_by_side}. The numbers are the same, their order in memory is not. Turn with o.",
            figures=(box, table),
            formulas=(Formula(symbols=SYMBOLS[order], numbers=place(1, 2, 3).formulas[0].numbers),),
        )

    return Frames(2, frame)


def _shape(sizes: tuple[int, ...]) -> str:
    return "x".join(map(str, sizes))


LESSON = Lesson(
    name="channels",
    chapter="convolution",
    title="Channels",
    summary="Several filters, each with its own weights, make several maps: the channels of a tensor.",
    settings=(
        image_setting(),
        Choice(name="show", default="numbers", choices=("numbers", "shades"), help="numbers or shades", key="v"),
        Slider(name="filter", default=1, low=0, high=3, help="the filter that is looked at", key="s"),
        Slider(name="k", default=3, low=1, high=7, help="rows and columns of a filter", key="e"),
        Slider(name="c_in", default=1, low=1, high=64, help="channels that come in", key="c"),
        Slider(name="c_out", default=4, low=1, high=64, help="channels that go out: filters", key="d"),
        Slider(name="row", default=2, low=0, high=5, help="row of the output that is looked at, from 0", key="R"),
        Slider(name="column", default=3, low=0, high=5, help="column of the output that is looked at, from 0", key="C"),
        Choice(name="layout", default="HWC", choices=("HWC", "CHW"), help="the order in memory", key="o"),
    ),
    scenes=(
        Scene(
            name="several",
            title="One filter is not enough",
            ids=("I1",),
            frames=one_is_not_enough,
            settings=("image", "show"),
        ),
        Scene(
            name="parameters",
            title="Each filter has its own parameters",
            ids=("I2",),
            frames=own_parameters,
            settings=("k", "c_in", "c_out"),
        ),
        Scene(
            name="all channels",
            title="A filter reads all channels",
            ids=("I2",),
            frames=through_all,
            settings=("image", "row", "column", "show"),
        ),
        Scene(
            name="one each",
            title="One filter, one channel",
            ids=("I3",),
            frames=one_filter_one_channel,
            settings=("filter", "image"),
        ),
        Scene(name="layout", title="Rows, columns, channels", ids=("I4",), frames=layout, settings=("layout",)),
    ),
    presets=(
        Preset(
            name="second-layer",
            values={"c_in": 4, "c_out": 8},
            scene="parameters",
            why="4 to 8 channels: each of the 8 filters has 4 slices of 3x3 and a bias, 296 parameters.",
        ),
        Preset(
            name="filter-off",
            values={"filter": 1},
            scene="one each",
            frame=2,
            why="A filter whose weights are 0 empties its own channel and leaves the others alone.",
        ),
        Preset(
            name="nothing-across",
            values={"image": image_setting().named["edge"]},
            good=False,
            scene="several",
            frame=2,
            why="In an image with one vertical edge a filter for horizontal edges finds nothing but the border.",
        ),
    ),
    notes=(
        Note(
            id="I4",
            said="a tensor with dimensions (rows x columns x channels)",
            right="PyTorch stores channels x rows x columns; the order of the notes is that of files and TensorFlow.",
        ),
    ),
    probe={
        "filter": 2,
        "k": 5,
        "c_in": 3,
        "c_out": 9,
        "row": 0,
        "column": 5,
        "layout": "CHW",
    },
)
