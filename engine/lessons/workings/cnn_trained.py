"""Scenes of the lesson `cnn` that show what was trained: maps, kernels, dead units, confidence."""

from collections.abc import Sequence
from typing import Any

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
    right = "right" if answer == result.labels[k] else "wrong"
    dead = dead_units(result.zeroed)
    said = "Early maps (left) show strokes and edges; late ones are small, many and abstract."
    if dead > 12:
        said = f"{dead} of 24 maps are empty for every training image: their units are dead."
    return (
        Frame(
            caption=f"Test image {k} is a {result.labels[k]}; the network says {answer}, {right}. Change it with n.",
            figures=(ladder, bars),
        ),
        Frame(
            caption=said,
            figures=(
                _wall(result, k, "act1", "early: 2 of 8, 16x16", _lively(result, k, "act1", 2)),
                _wall(result, k, "act2", "late: 4 of 16, 8x8", _lively(result, k, "act2", 4)),
            ),
        ),
        *(
            Frame(
                caption=f"Maps after {layer} and ReLU, one for each kernel{_crossed(result, name)}.",
                figures=(
                    _wall(result, k, name, f"after {layer} and ReLU, maps {low} to {high - 1}", range(low, high)),
                ),
            )
            for layer, name, low, high in (("conv1", "act1", 0, 4), ("conv1", "act1", 4, 8), ("conv2", "act2", 0, 16))
        ),
    )


def _crossed(result: Any, name: str) -> str:
    """What the crosses of a wall mean, if it has any."""
    return "; x: dead, zero for every training image" if (result.zeroed[name] == 1).any() else ""


def _lively(result: Any, k: int, name: str, count: int) -> Sequence[int]:
    """The `count` maps of a layer that vary most on test image k, in order."""
    maps = result.maps[name][k]
    order = np.argsort(-maps.reshape(len(maps), -1).std(1), kind="stable")
    return sorted(int(j) for j in order[:count])


def _wall(result: Any, k: int, name: str, title: str, chosen: Sequence[int]) -> Wall:
    """Some maps of a layer for test image k."""
    maps = result.maps[name][k]
    dead = result.zeroed[name] == 1
    return Wall(
        name=name,
        title=title,
        images=maps[list(chosen)],
        labels=[str(j) for j in chosen],
        dropped=tuple(i for i, j in enumerate(chosen) if dead[j]),
        reach=(0.0, float(maps.max()) or 1.0),
        scope="this layer",
        about="One picture a channel, numbered from 0; crossed out ones are zero for every training image.",
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
    pairs, reach = [], _reach(result.before["conv1"], result.after["conv1"])
    for title, kernels in (("before", result.before["conv1"]), ("after", result.after["conv1"])):
        pairs.append(
            Wall(
                name=title,
                title=f"the 8 kernels of conv1, {title} training",
                images=kernels[:, 0],
                labels=[str(j) for j in range(len(kernels))],
                signed=True,
                reach=reach,
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
        Frame(
            caption=f"The loss went from {first:.3g} to {last:.3g} (last ten) in {len(result.losses)} steps.",
            figures=(curve,),
        ),
        Frame(
            caption=f"What is learned are the kernels, random at first: those of conv1 changed by {rows[0][4]}."
            if last < 0.9 * first
            else f"Nothing was learned, though the kernels of conv1 changed by {rows[0][4]}: the steps led nowhere.",
            figures=tuple(pairs),
        ),
        Frame(
            caption=f"The kernels changed by {rows[0][4]} and {rows[1][4]} of the size (norm) that they had.",
            figures=(table,),
        ),
    )


def units(state: State) -> tuple[Frame, ...]:
    """How much ReLU sets to zero, and which units are dead."""
    result, k = state.result("small-cnn"), int(state["sample"])
    figures = []
    for name, title, low, high in (("act1", "conv1", 0, 8), ("act2", "conv2", 0, 8), ("act2", "conv2", 8, 16)):
        share = result.zeroed[name][low:high]
        figures.append(
            Bars(
                name=f"{title} {low}",
                title=f"{title}, maps {low} to {high - 1}",
                labels=[str(low + j) for j in range(len(share))],
                values=share,
                high=1.0,
                percent=True,
                dropped=tuple(int(j) for j in np.flatnonzero(share == 1)),
                about="The share of zeros after ReLU over all training images. A unit that is always zero is dead: no "
                "gradient reaches it again.",
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
            ("before", f"map {channel} of conv1", before),
            ("after", f"after ReLU: {float((after == 0).mean()):.0%} zero", after),
        )
    )
    total = dead_units(result.zeroed)
    caption = f"How often ReLU gives zero. {total} of 24 units are always zero, on every training image: "
    caption += "dead, for no gradient reaches them." if total else "none is dead, all can still learn."
    if total == 1:
        caption = caption.replace("units are", "units is").replace("reaches them", "reaches it")
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
    filled = np.flatnonzero(share > 0)
    counts = np.round(share * len(p)).astype(int)
    bars = Bars(
        name="bins",
        title=f"share of right answers by confidence, {len(p)} test images, T = {temperature:g}",
        labels=[f"{k / BINS:.1f} to {(k + 1) / BINS:.1f}" for k in filled],
        values=hit[filled],
        percent=True,
        high=1.0,
        notes=[f"sure {sure[k]:.1%}, {counts[k]} image{'s' * int(counts[k] > 1)}" for k in filled],
        about="Where the share of right answers equals how sure the network is, its confidence can be believed. Tenths "
        "in which no image lies are left out.",
    )
    plot = Curves(
        name="reliability",
        title=f"right answers by confidence, T = {temperature:g}",
        x=sure[filled],
        lines={"right": hit[filled], "if confidence were right": sure[filled]},
        x_label="sure",
        y_label="right",
        about="Below the straight line the network is too sure, above it not sure enough.",
    )
    accuracy = float((p.argmax(1) == result.truths).mean())
    numbers = f"ECE {error:.4f}, mean confidence {p.max(1).mean():.3f}, accuracy {accuracy:.3f}"
    return (
        Frame(
            caption="Confidence is not the probability to be right: the temperature (e) changes it, but no answer.",
            figures=(bars,),
            formulas=(Formula(symbols="ECE = Σ share of images · |right - sure|", numbers=numbers),),
        ),
        Frame(
            caption="Calibrated would be: of the answers that are 80% sure, 80% are right. Few images make it ragged.",
            figures=(plot,),
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
