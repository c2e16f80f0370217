"""Scenes of the lesson `cnn` that need no training: shapes, receptive fields, softmax, what pooling saves."""

from functools import partial

import numpy as np

from ..kit.figures import Bars, Box, Curves, Formula, Grid, Ladder, Origin, Table
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from . import receptive
from .calibrating import softmax

LOGITS = np.array([2.0, 1.0, 0.1, -1.0, 0.5, -2.0, 3.2, 0.0, 1.4, -0.6])
"""What a network might answer for ten classes, before the softmax."""


def shapes(state: State) -> Frames:
    """The ladder, then the receptive field of one output layer by layer."""
    rows = receptive.layers()
    dense = receptive.dense_parameters(receptive.flat())
    total = sum(layer.parameters for layer in rows) + dense

    def ladder(active: int) -> Ladder:
        whole = active < 0
        boxes = [
            Box(
                name=layer.name,
                shape=f"{layer.channels}x{layer.side}x{layer.side}",
                detail=f"{layer.parameters:,} parameters" * bool(layer.parameters)
                if whole
                else f"sees {layer.field}x{layer.field}",
                share=layer.parameters / total if whole else None,
                active=k == active,
            )
            for k, layer in enumerate(rows)
        ]
        boxes += [
            Box(name="flatten", shape=f"{receptive.flat()}", detail="one row" * whole, share=0.0 if whole else None),
            Box(
                name="dense",
                shape="10",
                detail=f"{dense:,} parameters" * whole,
                share=dense / total if whole else None,
            ),
            Box(name="softmax", shape="10", detail="probabilities" * whole, share=0.0 if whole else None),
        ]
        return Ladder(
            name="ladder",
            title="channels x rows x columns",
            about="The network that this lesson trains. A convolution pads with zeros, so it keeps the size; a pooling "
            "halves it.",
            boxes=tuple(boxes),
            share_label="share of the parameters" if whole else "",
        )

    def frame(k: int) -> Frame:
        if k == 0:
            return Frame(
                caption="Rows and columns shrink 16, 8, 4; channels grow 1, 8, 16; a dense layer ends it.",
                figures=(ladder(-1),),
                facts=("J2", "J3"),
            )
        layer = rows[k]
        place = layer.side // 2 - 1
        mask = receptive.seen(layer, place, place)
        grid = Grid(
            name="image",
            title=f"seen by one output of {layer.name[:5]}",
            about=f"The framed square is the receptive field of output ({place}, {place}), from 0, on the image. "
            "Shades count the layers so far that see a pixel.",
            values=sum(receptive.seen(row, row.side // 2 - 1, row.side // 2 - 1) for row in rows[1 : k + 1]),
            shows="shades",
            digits=0,
            reach=(0, 4),
            scope="layers",
            marks={"window": tuple((int(r), int(c)) for r, c in np.argwhere(mask))},
        )
        before = rows[k - 1]
        kernel = 3 if "conv" in layer.name else 2
        numbers = f"{before.field} + ({kernel} - 1)·{before.jump} = {layer.field}"
        return Frame(
            caption=f"One output of {layer.name} depends on {layer.field}x{layer.field} pixels. Jump: from one "
            f"output of the layer before to the next it is {before.jump} pixel{'s' * (before.jump > 1)}.",
            figures=(ladder(k), grid),
            formulas=(Formula(symbols="field = field before + (kernel - 1) · jump", numbers=numbers),),
            facts=("J1",),
        )

    return Frames(len(rows), frame)


def dense(state: State) -> tuple[Frame, ...]:
    """Flatten and dense: most of the parameters."""
    last, flat = receptive.layers()[-1], receptive.flat()
    counts = {layer.name: layer.parameters for layer in receptive.layers() if layer.parameters}
    counts["dense"] = receptive.dense_parameters(flat)
    total = sum(counts.values())
    before = {"conv1 3x3": 1, "conv2 3x3": 8}

    def origin(row: int, column: int) -> Origin:
        name, count = list(counts.items())[row]
        if name == "dense":
            formula = Formula(symbols="numbers · classes + classes", numbers=f"{flat}·10 + 10 = {count:,}")
        else:
            maps = count // (9 * before[name] + 1)
            numbers = f"9·{before[name]}·{maps} + {maps} = {count:,}"
            formula = Formula(symbols="9 · channels in · channels out + channels out", numbers=numbers)
        return Origin(formulas=(formula,))

    bars = Bars(
        name="share",
        title=f"parameters, {total:,} in all",
        labels=list(counts),
        values=np.array(list(counts.values())),
        notes=[f"{n / total:.0%}" for n in counts.values()],
        origin=origin,
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
            formulas=(Formula(symbols="parameters = numbers · classes + classes", numbers=numbers),),
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
        numbers = f"exp({scaled[row] - scaled.max() + 0.0:.3g}) / {powers.sum():.4g} = {p[row]:.3g}"
        return Origin(
            formulas=(Formula(symbols="p = exp((z - max)/T) / Σ exp((z - max)/T)", numbers=numbers),),
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
        about="Pooling itself has no parameters, and a convolution after it keeps its own. MACs: multiplications, each "
        "with an addition.",
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
