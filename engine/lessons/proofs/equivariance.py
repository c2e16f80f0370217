"""What `convolution` claims of shifted images, computed by PyTorch."""

from itertools import product

import numpy as np
import torch
from torch.nn import functional as F

from ..kit.facts import Claim, Outcome, close
from ..kit.fixtures import Floats, array
from ..kit.lesson import Lesson
from ..kit.state import State
from ..workings import equivariance, shifting
from ..workings.sliding import number
from .shown import figure_of, values_of


def tensor(values: object) -> torch.Tensor:
    """[1, 1, rows, columns] in double precision."""
    return torch.as_tensor(np.array(values), dtype=torch.float64)[None, None]


def round_conv(image: Floats, kernel: Floats, stride: int) -> Floats:
    """PyTorch's convolution of an image that continues on its other side."""
    rows, columns = kernel.shape
    sides = ((columns - 1) // 2, columns // 2, (rows - 1) // 2, rows // 2)
    answer: Floats = F.conv2d(F.pad(tensor(image), sides, mode="circular"), tensor(kernel), stride=stride)[0, 0].numpy()
    return answer


def equivariant(state: State) -> Outcome:
    """Circular, stride 1: convolving PyTorch's rolled image is rolling the output, for all 36 shifts."""
    values = state.with_values(stride=1, border="circular")
    image, kernel = array(state["image"]), array(state["kernel"])
    worst = from_torch = 0.0
    output = torch.from_numpy(round_conv(image, kernel, 1))
    for move in product(range(6), range(6)):
        _, after, along = equivariance.both_ways(values, *move)
        oracle = torch.roll(output, move, (0, 1)).numpy()
        if along is None:
            return Outcome("no shift", "a shift", False)
        worst = max(worst, float(abs(after - along).max()))
        from_torch = max(from_torch, float(abs(after - oracle).max()))
    return Outcome(
        {"off by": max(worst, from_torch)},
        "<= 1e-06",
        worst <= 1e-12 and from_torch <= 1e-6,
    )


def moved_by(image: torch.Tensor, down: int, right: int, circular: bool) -> torch.Tensor:
    """[rows, columns] moved by PyTorch: rolled, or cut from an image in a border of zeros."""
    if circular:
        return torch.roll(image, (down, right), (0, 1))
    rows, columns = image.shape
    wide = F.pad(image, (columns, columns, rows, rows))
    return wide[rows - down : 2 * rows - down, columns - right : 2 * columns - right]


def layer(images: torch.Tensor, state: State) -> torch.Tensor:
    """[n, rows, columns]: PyTorch's convolution of [n, 6, 6] at the settings."""
    kernel = tensor(state["kernel"])
    rows, columns = kernel.shape[2:]
    sides = ((columns - 1) // 2, columns // 2, (rows - 1) // 2, rows // 2)
    mode = "circular" if state["border"] == "circular" else "constant"
    return F.conv2d(F.pad(images[:, None], sides, mode=mode), kernel, stride=state["stride"])[:, 0]


def errors_apart(state: State) -> float:
    """By how much the map of all shifts that is shown differs from PyTorch's."""
    image, stride = torch.tensor(state["image"], dtype=torch.float64), state["stride"]
    circular = state["border"] == "circular"
    shown = values_of(lesson(), "equivariance", 1, "errors", state)
    shifts = list(product(range(6), range(6)))
    outputs = layer(torch.stack([moved_by(image, down, right, circular) for down, right in shifts]), state)
    output, worst = outputs[0], 0.0
    rows, columns = output.shape
    every = list(product(range(-(rows // 2), rows // 2 + 1), range(-(columns // 2), columns // 2 + 1)))
    for (down, right), after in zip(shifts, outputs, strict=True):
        whole = down % stride == 0 and right % stride == 0
        moves = [(down // stride, right // stride)] if whole else every
        moved = torch.stack([moved_by(output, r, c, circular) for r, c in moves])
        error = float((moved - after).abs().amax((1, 2)).min())
        worst = max(worst, abs(error - float(shown[down, right])))
    return worst


def lesson() -> Lesson:
    """The lesson, which imports these claims' workings."""
    from ..convolution import LESSON

    return LESSON


def strided(state: State) -> Outcome:
    """Stride 2: PyTorch's output of the image shifted by 1 equals none of the 9 shifts of its output; by 2 it does."""
    values = state.with_values(stride=2, border="circular")
    image, kernel = array(state["image"]), array(state["kernel"])
    output = torch.from_numpy(round_conv(image, kernel, 2))
    ours, oracle = {}, {}
    for move in (1, 2):
        before, after, _ = equivariance.both_ways(values, 0, move)
        ours[f"by {move}"] = shifting.nearest_shift(before, after)[0]
        moved = torch.from_numpy(round_conv(np.roll(image, move, 1), kernel, 2))
        errors = [float((torch.roll(output, s, (0, 1)) - moved).abs().max()) for s in product(range(3), range(3))]
        oracle[f"by {move}"] = min(errors)
    agree = close(ours, oracle, 1e-9).holds and ours["by 2"] <= 1e-12 and errors_apart(state) <= 1e-9
    says = "" if oracle["by 1"] > 1e-9 else "stride 2: here, by chance, a shift by 1 fits, too"
    return Outcome(ours, oracle, agree, says)


def invariant(state: State) -> Outcome:
    """Circular, stride 1: PyTorch's global pools of the output are those of all 36 shifted images."""
    values = state.with_values(stride=1, border="circular")
    output = tensor(round_conv(array(state["image"]), array(state["kernel"]), 1))
    pooled = {
        "maximum": float(F.adaptive_max_pool2d(output, 1)),
        "mean after ReLU": float(F.adaptive_avg_pool2d(F.relu(output), 1)),
    }
    worst = dict.fromkeys(pooled, 0.0)
    for move in product(range(6), range(6)):
        after = equivariance.global_pools(equivariance.both_ways(values, *move)[1])
        worst = {name: max(worst[name], abs(after[name] - pooled[name])) for name in pooled}
    rows = figure_of(lesson(), "equivariance", 2, "pooled", values).rows
    shown = [row[1] for row in rows] == [row[2] for row in rows] == [number(value) for value in pooled.values()]
    most = max(worst.values())
    return Outcome({"off by": most}, "<= 1e-06", most <= 1e-6 and shown)


CLAIMS = (
    Claim(id="E3", says="stride 1: image shifted, output shifted", check=equivariant),
    Claim(id="E3", says="stride 2, a shift misses", check=strided),
    Claim(id="E3", says="global pooling: no change", check=invariant),
)
