"""Scenes of the lesson `cnn` that need no training: shapes, receptive fields, softmax, ReLU, what pooling saves."""

from functools import partial

import numpy as np

from ..kit.figures import Bars, Box, Curves, Formula, Grid, Ladder, Origin, Table
from ..kit.fixtures import Floats, array
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from . import receptive
from .calibrating import softmax
from .pooling import convolve

LOGITS = np.array([2.0, 1.0, 0.1, -1.0, 0.5, -2.0, 3.2, 0.0, 1.4, -0.6])
"""What a network might answer for ten classes, before the softmax."""
FIRST = np.array([[1.0, -0.5], [0.5, 1.0], [-1.0, 0.3]])
"""[3, 2]: a linear layer, and [2, 3]: one after it."""
SECOND = np.array([[0.6, -1.0, 0.4], [0.2, 0.8, -0.7]])
POINT = np.array([0.8, -1.2])


def shapes(state: State) -> Frames:
    """The ladder, then the receptive field of one output layer by layer."""
    rows = receptive.layers()
    dense = receptive.dense_parameters(receptive.flat())
    total = sum(layer.parameters for layer in rows) + dense

    def ladder(active: int) -> Ladder:
        boxes = [
            Box(
                name=layer.name,
                shape=f"{layer.channels}x{layer.side}x{layer.side}",
                detail=f"sees {layer.field}x{layer.field}"
                + (f", {layer.parameters:,} par." if layer.parameters else ""),
                share=layer.parameters / total,
                active=k == active,
            )
            for k, layer in enumerate(rows)
        ]
        boxes += [
            Box(name="flatten", shape=f"{receptive.flat()}", detail="one row", share=0.0),
            Box(name="dense", shape="10", detail=f"{dense:,} par.", share=dense / total, active=active == len(rows)),
            Box(name="softmax", shape="10", detail="probabilities", share=0.0),
        ]
        return Ladder(
            name="ladder",
            title="channels x rows x columns",
            about="The network that this lesson trains. Bars show each layer's share of the parameters.",
            boxes=tuple(boxes),
            share_label="share of the parameters",
        )

    def frame(k: int) -> Frame:
        if k == 0:
            return Frame(
                caption="Rows and columns shrink 16, 8, 4; channels grow 1, 8, 16; a dense layer ends it.",
                figures=(ladder(-1),),
            )
        layer = rows[k]
        place = layer.side // 2 - 1
        mask = receptive.seen(layer, place, place)
        grid = Grid(
            name="image",
            title=f"what one output of {layer.name} sees",
            about=f"The framed square is the receptive field of output ({place}, {place}) on the 16x16 image.",
            values=sum(receptive.seen(row, row.side // 2 - 1, row.side // 2 - 1) for row in rows[1 : k + 1]),
            shows="shades",
            digits=0,
            reach=(0, 4),
            scope="layers that see the pixel",
            marks={"window": tuple((int(r), int(c)) for r, c in np.argwhere(mask))},
        )
        before = rows[k - 1]
        kernel = 3 if "conv" in layer.name else 2
        numbers = f"{before.field} + ({kernel} - 1) · {before.jump} = {layer.field}"
        return Frame(
            caption=f"One output of {layer.name} depends on {layer.field}x{layer.field} pixels of the image.",
            figures=(ladder(k), grid),
            formulas=(Formula(symbols="field = field before + (k - 1) · jump", numbers=numbers),),
        )

    return Frames(len(rows), frame)


def dense(state: State) -> tuple[Frame, ...]:
    """Flatten and dense: most of the parameters."""
    last, flat = receptive.layers()[-1], receptive.flat()
    counts = {layer.name: layer.parameters for layer in receptive.layers() if layer.parameters}
    counts["dense"] = receptive.dense_parameters(flat)
    total = sum(counts.values())
    bars = Bars(
        name="share",
        title=f"parameters, {total:,} in all",
        labels=list(counts),
        values=np.array(list(counts.values())),
        notes=[f"{n / total:.0%}" for n in counts.values()],
        about="The dense layer has a weight of its own for every number of every map, so it has most parameters.",
    )
    table = Table(
        name="flatten",
        title="from maps to classes",
        columns=("step", "shape", "numbers"),
        rows=(
            (last.name, f"{last.channels}x{last.side}x{last.side}", flat),
            ("flatten", f"{flat}", flat),
            ("dense", f"{flat} -> 10", 10),
        ),
    )
    numbers = f"{flat}·10 + 10 = {counts['dense']:,}"
    return (
        Frame(
            caption="The last maps are unrolled to one row, and a dense layer turns it into a logit for each class.",
            figures=(bars, table),
            formulas=(Formula(symbols="parameters = flat · classes + classes", numbers=numbers),),
        ),
    )


def probabilities(state: State) -> tuple[Frame, ...]:
    """Softmax of ten logits, with a temperature."""
    temperature = state["temperature"]
    p = softmax(LOGITS, temperature)
    scaled = LOGITS / temperature
    labels = [str(digit) for digit in range(10)]

    def origin(row: int, column: int) -> Origin:
        powers = np.exp(scaled - scaled.max())
        numbers = f"e^{scaled[row] - scaled.max():.3g} / {powers.sum():.4g} = {p[row]:.4g}"
        return Origin(
            formulas=(Formula(symbols="p = e^((z - max)/T) / Σ e^((z - max)/T)", numbers=numbers),),
            cells={"logits": ((row, 0),)},
        )

    logits = Bars(
        name="logits",
        title="logits z",
        labels=labels,
        values=LOGITS,
        marked=(int(LOGITS.argmax()),),
        about="The dense layer's answers: any numbers at all.",
    )
    bars = Bars(
        name="p",
        title=f"softmax, T = {temperature:g}",
        labels=labels,
        values=p,
        high=1.0,
        percent=True,
        marked=(int(p.argmax()),),
        join="→",
        origin=origin,
        about="Numbers between 0 and 1 that sum to 1. The temperature sharpens or flattens, and keeps the order.",
    )
    temperatures = np.geomspace(0.2, 10, 40)
    curve = Curves(
        name="sharpness",
        title="largest probability by temperature",
        x=temperatures,
        lines={"largest p": np.array([softmax(LOGITS, t).max() for t in temperatures])},
        x_label="T",
        y_label="p",
        log_x=True,
        levels={"1/10": 0.1},
        at=float(temperature),
        about="The same logits can be told with any confidence: by itself it says little about being right.",
    )
    sums = f"Σ p = {p.sum():.6f}"
    return (
        Frame(
            caption="Softmax turns logits into numbers in (0,1) that sum to 1. Change the temperature with e.",
            figures=(logits, bars),
            formulas=(Formula(symbols="p = softmax(z / T)", numbers=sums),),
        ),
        Frame(
            caption="The winner stays the winner at every temperature; only the confidence changes.", figures=(curve,)
        ),
    )


def merged() -> Floats:
    """[2, 2]: the one layer that both layers are when nothing stands between them."""
    one: Floats = SECOND @ FIRST
    return one


def rectified(state: State) -> tuple[Frame, ...]:
    """ReLU on a map, and what two linear layers are without it."""
    image, kernel = array(state["image"]), array(state["kernel"])
    before = convolve(image, kernel, 1)
    after = np.maximum(before, 0)
    reach = max(1.0, float(np.abs(before).max()))
    zeroed = float((before <= 0).mean())

    def origin(row: int, column: int) -> Origin:
        numbers = f"max(0, {before[row, column]:.3g}) = {after[row, column]:.3g}"
        return Origin(formulas=(Formula(symbols="y = max(0, x)", numbers=numbers),), cells={"before": ((row, column),)})

    maps = (
        Grid(name="before", title="map before ReLU", values=before, digits=1, reach=(-reach, reach)),
        Grid(
            name="after",
            title=f"after: {zeroed:.0%} zero",
            values=after,
            digits=1,
            reach=(-reach, reach),
            join="→",
            origin=origin,
            marks={"dropped": tuple((int(r), int(c)) for r, c in np.argwhere(before <= 0))},
            about="Negative activations become zero, the others stay. Pixels themselves are never negative.",
        ),
    )
    one = merged()

    def product(row: int, column: int) -> Origin:
        sums = " + ".join(f"{a:g}·{b:g}" for a, b in zip(SECOND[row], FIRST[:, column], strict=True))
        cells = {"second": tuple((row, c) for c in range(3)), "first": tuple((r, column) for r in range(3))}
        return Origin(
            formulas=(Formula(symbols="w = Σ w₂·w₁", numbers=f"{sums} = {one[row, column]:.3g}"),), cells=cells
        )

    layers = (
        Grid(name="second", title="layer 2, 2x3", values=SECOND, digits=1, signed=True),
        Grid(name="first", title="layer 1, 3x2", values=FIRST, digits=1, signed=True, join="·"),
        Grid(name="one", title="one layer, 2x2", values=one, digits=2, signed=True, join="=", origin=product),
    )
    straight = SECOND @ (FIRST @ POINT)
    bent = SECOND @ np.maximum(FIRST @ POINT, 0)
    answers = Table(
        name="answers",
        title=f"x = ({POINT[0]:g}, {POINT[1]:g})",
        columns=("", "y1", "y2"),
        rows=(
            ("layer 2 (layer 1 (x))", *(float(v) for v in straight)),
            ("one layer (x)", *(float(v) for v in one @ POINT)),
            ("with ReLU between", *(float(v) for v in bent)),
        ),
        new_row=True,
    )
    return (
        Frame(caption=f"ReLU sets {zeroed:.0%} of this map to zero and leaves the rest.", figures=maps),
        Frame(
            caption="Two linear layers without ReLU are one linear layer. ReLU makes depth worth something.",
            figures=(*layers, answers),
        ),
    )


def _saving(pairs: dict[str, tuple[int, int]], row: int, column: int) -> Origin:
    """What a count is made of."""
    name, (without, pooled) = list(pairs.items())[row]
    ratio = f"{without:,} / {pooled:,} = {without / pooled:.2f}"
    return Origin(formulas=(Formula(symbols=f"{name}: without / with", numbers=ratio),))


def savings(state: State) -> tuple[Frame, ...]:
    """Three counters before and after a pooling, and one that stays."""
    side, maps = int(state["side"]), int(state["maps"])
    pairs = receptive.savings(side, maps)
    table = Table(
        name="counters",
        title=f"{maps} maps of {side}x{side}, then pool 2x2",
        columns=("count", "without", "with pooling", "ratio"),
        rows=[(name, f"{a:,}", f"{b:,}", f"{a / b:.2f}") for name, (a, b) in pairs.items()],
        origin=partial(_saving, pairs),
        about="Pooling itself has no parameters, and a convolution after it keeps its own.",
    )
    bars = Bars(
        name="left",
        title="what is left with pooling",
        labels=list(pairs),
        values=np.array([b / a for a, b in pairs.values()]),
        high=1.0,
        percent=True,
        new_row=True,
    )
    a, b = pairs["next dense: parameters"]
    return (
        Frame(
            caption="Pooling saves activations and work, and parameters only in a dense layer that comes later.",
            figures=(table, bars),
            formulas=(Formula(symbols="dense = maps·side²·10 + 10", numbers=f"{a:,} without, {b:,} with pooling"),),
        ),
    )
