"""What `convolution` claims of shifted images, computed by PyTorch."""

from itertools import product

import numpy as np
import torch
from torch.nn import functional as F

from ..kit.facts import Claim, Outcome, close
from ..kit.fixtures import Floats, array
from ..kit.state import State
from ..workings import equivariance, shifting


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
    for move in product(range(6), range(6)):
        _, after, along = equivariance.both_ways(values, *move)
        oracle = torch.roll(torch.from_numpy(round_conv(image, kernel, 1)), move, (0, 1)).numpy()
        if along is None:
            return Outcome("no shift", "a shift", False)
        worst = max(worst, float(abs(after - along).max()))
        from_torch = max(from_torch, float(abs(after - oracle).max()))
    return Outcome(
        {"largest difference": worst, "from PyTorch": from_torch},
        {"largest difference": "<= 1e-12", "from PyTorch": "<= 1e-06"},
        worst <= 1e-12 and from_torch <= 1e-6,
    )


def strided(state: State) -> Outcome:
    """Stride 2: PyTorch's output of the image shifted by 1 equals none of the 9 shifts of its output; by 2 it does."""
    values = state.with_values(stride=2, border="circular")
    image, kernel = array(state["image"]), array(state["kernel"])
    output = torch.from_numpy(round_conv(image, kernel, 2))
    ours, oracle = {}, {}
    for move in (1, 2):
        before, after, _ = equivariance.both_ways(values, 0, move)
        ours[f"shift by {move}"] = shifting.nearest_shift(before, after)[0]
        moved = torch.from_numpy(round_conv(np.roll(image, move, 1), kernel, 2))
        errors = [float((torch.roll(output, s, (0, 1)) - moved).abs().max()) for s in product(range(3), range(3))]
        oracle[f"shift by {move}"] = min(errors)
    agree = close(ours, oracle, 1e-9).holds and ours["shift by 2"] <= 1e-12
    if agree and oracle["shift by 1"] <= 1e-9:
        return Outcome(ours, oracle, True, "stride 2: a shift by 2 is a shift of the output; here, by chance, by 1 too")
    return Outcome(ours, oracle, agree)


def invariant(state: State) -> Outcome:
    """Circular, stride 1: PyTorch's global pools of the output are those of all 36 shifted images."""
    values = state.with_values(stride=1, border="circular")
    output = tensor(round_conv(array(state["image"]), array(state["kernel"]), 1))
    pooled = {
        "mean": float(F.adaptive_avg_pool2d(output, 1)),
        "maximum": float(F.adaptive_max_pool2d(output, 1)),
        "mean after ReLU": float(F.adaptive_avg_pool2d(F.relu(output), 1)),
    }
    worst = dict.fromkeys(pooled, 0.0)
    for move in product(range(6), range(6)):
        after = equivariance.global_pools(equivariance.both_ways(values, *move)[1])
        worst = {name: max(worst[name], abs(after[name] - pooled[name])) for name in pooled}
    most = max(worst.values())
    return Outcome({"largest change": most, "shifts": 36}, {"largest change": "<= 1e-06", "shifts": 36}, most <= 1e-6)


CLAIMS = (
    Claim(id="E3", says="circular, stride 1: shifting the image shifts the output, exactly", check=equivariant),
    Claim(id="E3", says="stride 2: a shift by 1 is no shift of the output, a shift by 2 is", check=strided),
    Claim(id="E3", says="after global pooling nothing changes: invariance", check=invariant),
)
