"""What `convolution` claims, computed by PyTorch and SciPy."""

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import torch
from scipy import signal
from torch.nn import functional as F

from ..convolution import LESSON, SIZED
from ..kit.facts import Claim, Outcome, close, equal
from ..kit.fixtures import KERNELS, array
from ..kit.state import State
from ..workings import averaging, flattening
from ..workings.sliding import Slide, number
from .connections import MATRIX, SPARSE
from .equivariance import CLAIMS as EQUIVARIANCE
from .shown import apart, bars_by_label, figure_of, figures, rows_by_name, values_of
from .slid import by_torch, refused, tensor


def explicit_sum(state: State) -> Outcome:
    """Products and output of every frame are PyTorch's: its unfolded windows times the weights, and its convolution."""
    slide = Slide.of(state)
    oracle = by_torch(slide)
    if (fate := refused(slide)) or oracle is None:
        return fate or Outcome("an output", "PyTorch refuses", False)
    g = slide.geometry
    windows = F.unfold(tensor(slide.image), g.kernel, g.dilation, g.padding, g.stride)[0]
    multiplied = windows * tensor(slide.kernel).reshape(-1, 1)
    scene = LESSON.scenes[0].frames(state)
    worst = apart((values_of(LESSON, "sliding", 0, "output", state), oracle))
    for place in range(g.units):
        shown = {figure.name: figure for figure in scene[1 + place].figures}
        at = divmod(place, g.out[1])
        parts: Any = shown["products"]
        output: Any = shown["output"]
        image: Any = shown["image"]
        under = [image.values[cell] for cell in image.marks["window"]]
        worst = max(worst, apart((parts.values, multiplied[:, place].reshape(g.kernel))))
        worst = max(worst, apart((under, windows[:, place])), abs(float(output.values[at] - oracle[at])))
    return Outcome({"off by": worst}, "<= 1e-06", worst <= 1e-6)


def not_an_average(state: State) -> Outcome:
    """Sums of weights and ranges of outputs by PyTorch; an average has no negative weight and a sum of 1."""
    rows = {row[0]: row[1:] for row in figure_of(LESSON, "average", 1, "kernels", state).rows}
    right = True
    image = tensor(state["image"])
    for name, kernel in {**KERNELS, "yours": state["kernel"]}.items():
        weights = tensor(kernel)
        output = F.conv2d(image, weights)
        negative, total = int((weights < 0).sum()), float(weights.sum())
        average = negative == 0 and abs(total - 1) < 1e-9
        told = (number(total), str(negative), number(float(output.min())), number(float(output.max())))
        right &= tuple(rows[name]) == (*told, "average" if average else "weighted sum")
        right &= not average or bool(image.min() - 1e-9 <= output.min() and output.max() <= image.max() + 1e-9)
    ones = torch.ones(1, 1, 3, 3, dtype=torch.float64)
    names = ("box", "sobel-x", "sharpen")
    sums = {name: round(float(F.conv2d(ones, tensor(SIZED[name]))), 9) + 0.0 for name in names}
    ours = {name: round(averaging.kind(SIZED[name])[0], 9) + 0.0 for name in names}
    return Outcome(ours, sums, right and close(ours, sums, 1e-9).holds)


def correlation(state: State) -> Outcome:
    """SciPy's correlate2d is what networks compute; its convolve2d is that with the kernel turned."""
    image, kernel = array(state["image"]), array(state["kernel"])
    correlated = signal.correlate2d(image, kernel, "valid")
    convolved = signal.convolve2d(image, kernel, "valid")
    shown = {name: figure.values for name, figure in figures(LESSON, "average", state, 2).items()}
    found = {
        "as it stands": apart((shown["kernel"], kernel), (shown["as it stands"], correlated)),
        "turned": apart((shown["turned"], kernel[::-1, ::-1]), (shown["turned result"], convolved)),
    }
    says = "" if apart((correlated, convolved)) > 1e-9 else "a cross-correlation; turning this kernel changes nothing"
    return Outcome(found, "SciPy's, <= 1e-06", max(found.values()) <= 1e-6, says)


def counted(state: State) -> Outcome:
    """PyTorch's own layers have as many parameters as the counters say; a product for each weight and output."""
    n, k, c_in, c_out = state["n"], state["k"], state["c_in"], state["c_out"]
    dense = torch.nn.Linear(n * n * c_in, n * n * c_out, device="meta")
    conv = torch.nn.Conv2d(c_in, c_out, k, padding="same", device="meta")
    layers: dict[str, torch.nn.Module] = {"dense": dense, "convolution": conv}
    expected: dict[str, float] = {name: sum(p.numel() for p in layer.parameters()) for name, layer in layers.items()}
    places = conv(torch.empty(1, c_in, n, n, device="meta"))[0, 0].numel()
    products = {"dense": dense.weight.numel(), "convolution": places * conv.weight.numel()}
    weights = {"dense": dense.weight.numel(), "convolution": conv.weight.numel()}
    rows = rows_by_name(figure_of(LESSON, "counted", 0, "counts", state))
    shown = rows == {
        name: (weights[name], expected[name] - weights[name], expected[name], products[name]) for name in layers
    }
    computed = bars_by_label(figure_of(LESSON, "counted", 0, "parameters", state))
    for side, *grown in figure_of(LESSON, "counted", 1, "growth", state).rows:
        rows_of_side = int(side.partition("x")[0])
        large = torch.nn.Linear(rows_of_side**2 * c_in, rows_of_side**2 * c_out, device="meta")
        shown &= grown == [sum(p.numel() for p in large.parameters()), expected["convolution"]]
    for counts in (computed, expected):
        counts["ratio"] = round(counts["dense"] / counts["convolution"], 3)
    return Outcome(computed, expected, computed == expected and shown)


def unpadded(state: State) -> Outcome:
    """Without padding a dense layer to as many units has fewer parameters: 592 to the 16 of 4x4, and as set."""

    def by_torch(n: int, k: int, c_in: int, c_out: int) -> tuple[str, int]:
        side = torch.nn.Conv2d(1, 1, k, device="meta")(torch.empty(1, 1, n, n, device="meta")).shape[-1]
        units = torch.nn.Linear(n * n * c_in, side * side * c_out, device="meta")
        return f"{side}x{side}", sum(p.numel() for p in units.parameters())

    small = state.with_values(n=6, k=3, c_in=1, c_out=1)
    ours = rows_by_name(figure_of(LESSON, "counted", 2, "valid", small))["not padded"]
    found = equal(
        {"output": ours[0], "dense": ours[1]}, dict(zip(("output", "dense"), by_torch(6, 3, 1, 1), strict=True))
    )
    n, k, c_in, c_out = state["n"], state["k"], state["c_in"], state["c_out"]
    rows = rows_by_name(figure_of(LESSON, "counted", 2, "valid", state))
    if k > n:
        return replace(found, holds=found.holds and len(rows) == 1)
    return replace(found, holds=found.holds and rows["not padded"] == by_torch(n, k, c_in, c_out))


def flat(state: State) -> Outcome:
    """PyTorch's layer, flattened by PyTorch, is the row that is shown; strides of its memory give the same index."""
    weight = torch.stack([tensor(KERNELS[name])[0] for name in flattening.FILTERED])
    oracle = F.conv2d(tensor(state["image"]), weight, stride=2)[0]
    stack = flattening.maps(array(state["image"]))
    c_step, h_step, w_step = torch.empty(stack.shape).stride()
    places = list(product(*(range(size) for size in stack.shape)))
    ours = [flattening.index(c, h, w, *stack.shape[1:]) for c, h, w in places]
    right = ours == [c * c_step + h * h_step + w * w_step for c, h, w in places]
    vector = figure_of(LESSON, "flatten", -1, "vector", state)
    row = np.asarray(vector.values)[0]
    right &= list(vector.column_labels) == [str(at) for at in range(oracle.numel())]
    worst = apart((row, oracle.flatten()), (flattening.flattened(stack), oracle.flatten()))
    for k in (0, -1):
        shown = figures(LESSON, "flatten", state, k)
        worst = max(worst, apart(*((shown[f"map {c}"].values, oracle[c]) for c in range(len(oracle)))))
    first = figures(LESSON, "flatten", state)
    worst = max(worst, apart(*((first[f"filter {c}"].values, weight[c, 0]) for c in range(len(weight)))))
    return Outcome(
        {"numbers": row.size, "off by": worst},
        {"numbers": oracle.numel(), "off by": "<= 1e-12"},
        right and row.size == oracle.numel() and worst <= 1e-12,
    )


CLAIMS = (
    Claim(id="D1", says="a sum of products, as in PyTorch", check=explicit_sum),
    Claim(id="D1", says="sums of weights: only the box averages", check=not_an_average),
    Claim(id="D1", says="cross-correlation; turned: convolution", check=correlation),
    *SPARSE,
    Claim(id="E4", says="parameters", check=counted),
    Claim(id="E4", says="6x6, kernel 3x3, not padded: a dense layer has 592", check=unpadded),
    *MATRIX,
    *EQUIVARIANCE,
    Claim(id="D2", says="index (c·H + h)·W + w, as PyTorch", check=flat),
)
