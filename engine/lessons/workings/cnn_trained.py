"""Scenes of the lesson `cnn` that show what was trained: maps, kernels, dead units, confidence."""

import numpy as np

from ..kit.figures import Bars, Box, Curves, Formula, Grid, Ladder, Origin, Table, Wall
from ..kit.fixtures import Floats
from ..kit.lesson import Frame
from ..kit.state import State
from . import receptive
from .calibrating import BINS, calibration_error, reliability, softmax

UNIFORM = float(np.log(receptive.CLASSES))
"""Loss of a network that knows nothing, nats."""
LAYERS = (
    ("conv1", "conv1 3x3"),
    ("act1", "ReLU"),
    ("pool1", "pool1 2x2"),
    ("conv2", "conv2 3x3"),
    ("act2", "ReLU"),
    ("pool2", "pool2 2x2"),
)


def live(state: State) -> tuple[Frame, ...]:
    """One test image on its way through the trained network."""
    result, k = state.result("small-cnn"), int(state["sample"])
    total = sum(result.parameters.values())
    p = softmax(result.logits[k], state["temperature"])
    boxes = [Box(name="image", shape="1x16x16", detail=f"a {result.labels[k]}", thumbnails=result.images[k])]
    for name, title in LAYERS:
        maps = result.maps[name][k]
        count = result.parameters[name]
        boxes.append(
            Box(
                name=title,
                shape="x".join(str(n) for n in maps.shape),
                detail=f"{count:,} par." if count else "",
                share=count / total,
                thumbnails=maps,
            )
        )
    head = result.parameters["head"]
    boxes.append(Box(name="dense", shape="10", detail=f"{head:,} par.", share=head / total))
    ladder = Ladder(
        name="ladder",
        title="channels x rows x columns",
        about="Every small picture is one channel: what one kernel found in the maps before it.",
        boxes=tuple(boxes),
        share_label="share of the parameters",
    )
    answer = int(p.argmax())
    bars = Bars(
        name="answer",
        title=f"softmax, T = {state['temperature']:g}",
        labels=[str(digit) for digit in range(10)],
        values=p,
        high=1.0,
        percent=True,
        marked=(int(result.labels[k]),),
        about="The marked bar is the true digit.",
    )
    walls = []
    for name, title in (
        ("act1", "after conv1 and ReLU, 8 maps of 16x16"),
        ("act2", "after conv2 and ReLU, 16 maps of 8x8"),
    ):
        maps = result.maps[name][k]
        walls.append(
            Wall(
                name=name,
                title=title,
                images=maps,
                labels=[str(j + 1) for j in range(len(maps))],
                dropped=tuple(int(j) for j in np.flatnonzero(result.zeroed[name] == 1)),
                scope="this layer",
                about="One picture a channel; struck ones are zero for every training image.",
                new_row=True,
            )
        )
    abstract = "Early maps show strokes and edges; late ones are small, many and abstract."
    if dead_units(result.zeroed) > 12:
        abstract = f"{dead_units(result.zeroed)} of 24 maps are empty for every image: their units are dead."
    right = "right" if answer == result.labels[k] else "wrong"
    return (
        Frame(
            caption=f"Test image {k} is a {result.labels[k]}; the network says {answer}, {right}. Change it with n.",
            figures=(ladder, bars),
        ),
        Frame(caption=abstract, figures=tuple(walls)),
    )


def learning(state: State) -> tuple[Frame, ...]:
    """The loss, and the kernels before and after."""
    result = state.result("small-cnn")
    first, last = loss_ends(result.losses)
    curve = Curves(
        name="loss",
        title=f"training loss, learning rate {state['lr']:g}, first bias {state['bias']:g}",
        x=np.arange(1, len(result.losses) + 1),
        lines={"loss": result.losses},
        x_label="step",
        y_label="nats",
        levels={"ln 10": UNIFORM},
        about="A network that knows nothing has a loss of ln 10 = 2.303.",
    )
    pairs = []
    for title, kernels in (("before", result.before["conv1"]), ("after", result.after["conv1"])):
        pairs.append(
            Wall(
                name=title,
                title=f"the 8 kernels of conv1, {title} training",
                images=kernels[:, 0],
                labels=[str(j + 1) for j in range(len(kernels))],
                signed=True,
                reach=_reach(result.before["conv1"], result.after["conv1"]),
                scope="both rows",
                about="A convolution is its learnable kernels; training moves them downhill.",
                new_row=True,
            )
        )
    rows = []
    for name in ("conv1", "conv2"):
        moved = float(np.linalg.norm(result.after[name] - result.before[name]))
        size = float(np.linalg.norm(result.before[name]))
        rows.append((name, result.before[name].size, size, moved, f"{moved / size:.0%}"))
    table = Table(
        name="moved",
        title="how far the kernels moved",
        columns=("layer", "weights", "norm before", "norm of change", "change"),
        rows=rows,
    )
    return (
        Frame(caption=f"The loss went from {first:.3g} to {last:.3g} in {len(result.losses)} steps.", figures=(curve,)),
        Frame(
            caption=f"What is learned are the kernels, random at first. Those of conv1 changed by {rows[0][4]}.",
            figures=tuple(pairs),
        ),
        Frame(
            caption=f"From where they were drawn, kernels changed by {rows[0][4]} and {rows[1][4]}.", figures=(table,)
        ),
    )


def units(state: State) -> tuple[Frame, ...]:
    """How much ReLU sets to zero, and which units are dead."""
    result, k = state.result("small-cnn"), int(state["sample"])
    figures = []
    for name, title in (("act1", "conv1"), ("act2", "conv2")):
        share = result.zeroed[name]
        dead = tuple(int(j) for j in np.flatnonzero(share == 1))
        figures.append(
            Bars(
                name=name,
                title=f"zeros after {title} and ReLU: {len(dead)} of {len(share)} dead",
                labels=[f"map {j + 1}" for j in range(len(share))],
                values=share,
                high=1.0,
                percent=True,
                dropped=dead,
                about="A unit that is zero for every training image is dead: no gradient reaches it again.",
            )
        )
    channel = int(np.abs(result.zeroed["act1"] - 0.5).argmin())
    before, after = result.maps["conv1"][k, channel], result.maps["act1"][k, channel]
    reach = float(max(np.abs(before).max(), 1e-6))

    def origin(row: int, column: int) -> Origin:
        numbers = f"max(0, {before[row, column]:.3g}) = {after[row, column]:.3g}"
        return Origin(formulas=(Formula(symbols="y = max(0, x)", numbers=numbers),), cells={"before": ((row, column),)})

    maps = tuple(
        Grid(
            name=name,
            title=title,
            values=values,
            shows="shades",
            reach=(-reach, reach),
            signed=True,
            origin=origin if name == "after" else None,
            join="→" if name == "after" else "",
        )
        for name, title, values in (
            ("before", f"map {channel + 1} of conv1", before),
            ("after", f"after ReLU: {float((after == 0).mean()):.0%} zero", after),
        )
    )
    total = dead_units(result.zeroed)
    caption = (
        f"{total} of 24 units {'is' if total == 1 else 'are'} dead: zero for every training image, "
        "so no gradient reaches it any more."
    )
    return (
        Frame(caption=caption, figures=tuple(figures)),
        Frame(caption="ReLU sets negative activations to zero and leaves the others as they are.", figures=maps),
    )


def confidence(state: State) -> tuple[Frame, ...]:
    """Is the network as often right as it is sure?"""
    result, temperature = state.result("small-cnn"), state["temperature"]
    p = softmax(result.logits, temperature)
    sure, hit, share = reliability(p, result.truths)
    error = calibration_error(p, result.truths)
    plot = Curves(
        name="reliability",
        title=f"accuracy by confidence, {len(p)} test images, T = {temperature:g}",
        x=(np.arange(BINS) + 0.5) / BINS,
        lines={"accuracy": hit, "confidence": sure},
        x_label="confidence, in tenths",
        y_label="accuracy",
        dots=True,
        about="Where both points of a tenth meet, confidence is accuracy. Accuracy below it: the network is too sure.",
    )
    labels = [f"{k / BINS:.1f}-{(k + 1) / BINS:.1f}" for k in range(BINS)]
    bars = Bars(
        name="bins",
        title="how many images are in each tenth of confidence",
        labels=labels,
        values=share,
        percent=True,
        high=1.0,
        notes=[f"right {value:.0%}" if np.isfinite(value) else "" for value in hit],
        new_row=True,
    )
    accuracy = float((p.argmax(1) == result.truths).mean())
    numbers = f"ECE {error:.4f}, mean confidence {p.max(1).mean():.3f}, accuracy {accuracy:.3f}"
    said = "Softmax confidence is not a calibrated probability: the temperature changes it, and no answer."
    return (
        Frame(
            caption=said,
            figures=(plot, bars),
            formulas=(Formula(symbols="ECE = Σ share · |accuracy - confidence|", numbers=numbers),),
        ),
    )


def loss_ends(losses: Floats) -> tuple[float, float]:
    """The loss of the first mini-batch, and the mean of the last ten."""
    return float(losses[0]), float(losses[-10:].mean())


def dead_units(zeroed: dict[str, Floats]) -> int:
    """Channels that ReLU sets to zero everywhere, on every training image."""
    return int(sum((share == 1).sum() for share in zeroed.values()))


def _reach(*kernels: Floats) -> tuple[float, float]:
    top = float(np.nanmax([np.abs(one).max() for one in kernels]))
    top = top if np.isfinite(top) and top > 0 else 1.0
    return -top, top
