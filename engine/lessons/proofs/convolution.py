"""What `convolution` claims, computed by PyTorch and SciPy."""

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import torch
from scipy import signal
from torch.nn import functional as F

from ..convolution import LESSON, SIZED
from ..kit.facts import Claim, Outcome, close, equal, every
from ..kit.fixtures import KERNELS, array
from ..kit.state import State
from ..workings import averaging, convolving, flattening, layer_counts, toeplitz
from ..workings.sliding import Slide, number
from .equivariance import CLAIMS as EQUIVARIANCE
from .shown import apart, figure_of, values_of

NINE = np.arange(1.0, 10.0).reshape(3, 3)
"""A kernel of nine different weights, none of them 0."""
SAME = convolving.Geometry((6, 6), (3, 3), padding=1)


def tensor(values: object) -> torch.Tensor:
    """[1, 1, rows, columns] in double precision."""
    return torch.as_tensor(np.array(values), dtype=torch.float64)[None, None]


def by_torch(slide: Slide) -> torch.Tensor | None:
    """PyTorch's output at the settings, or None where it refuses."""
    g = slide.geometry
    try:
        return F.conv2d(tensor(slide.image), tensor(slide.kernel), None, g.stride, g.padding, g.dilation)[0, 0]
    except RuntimeError:
        return None


def refused(slide: Slide) -> Outcome | None:
    """The verdict on a kernel that fits nowhere: PyTorch refuses it, too."""
    if slide.geometry.fits:
        return None
    says = "the kernel is too large: no output, nothing to check"
    return Outcome("no output", "PyTorch refuses", by_torch(slide) is None, says=says)


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
    found = {
        "as it stands": apart((values_of(LESSON, "average", 2, "as it stands", state), correlated)),
        "turned": apart((values_of(LESSON, "average", 2, "turned result", state), convolved)),
    }
    says = "" if apart((correlated, convolved)) > 1e-9 else "a cross-correlation; turning this kernel changes nothing"
    return Outcome(found, "SciPy's, <= 1e-06", max(found.values()) <= 1e-6, says)


def gradient(slide: Slide) -> torch.Tensor:
    """[outputs, pixels]: PyTorch's derivative of every output by every pixel, all weights being 1."""
    g = slide.geometry
    weights = torch.ones(1, 1, *g.kernel, dtype=torch.float64)

    def layer(x: torch.Tensor) -> torch.Tensor:
        return F.conv2d(x.reshape(1, 1, *g.size), weights, None, g.stride, g.padding, g.dilation).reshape(-1)

    flat = torch.ones(g.size[0] * g.size[1], dtype=torch.float64)
    jacobian: torch.Tensor = torch.autograd.functional.jacobian(layer, flat)  # type: ignore[no-untyped-call]
    return jacobian


def sparse(state: State) -> Outcome:
    """Connections are the entries of PyTorch's derivative that are not 0."""
    slide = Slide.of(state)
    if fate := refused(slide):
        return fate
    g, connected = slide.geometry, gradient(slide) != 0
    made, possible = toeplitz.connections(g), toeplitz.taps(g).size
    shown = max(
        apart((values_of(LESSON, "sparse", 1, "inputs", state), connected.sum(1).reshape(g.out))),
        apart((values_of(LESSON, "sparse", 2, "feeds", state), connected.sum(0).reshape(g.size))),
    )
    found = every(
        connections=equal(made, int(connected.sum())),
        of=equal(possible, connected.numel()),
        percent=close(round(100 * made / possible, 2), round(100 * float(connected.double().mean()), 2), 1e-9),
    )
    return replace(found, holds=found.holds and shown == 0)


def shared(state: State) -> Outcome:
    """Every weight is one parameter, and it moves each output whose tap is on the image, by the pixel under it."""
    slide = Slide.of(state)
    if fate := refused(slide):
        return fate
    g = slide.geometry

    def slopes(image: torch.Tensor) -> torch.Tensor:
        """[outputs, weights]: a convolution is linear in its weights, so these are its answers to each weight alone."""
        each = torch.eye(slide.kernel.size, dtype=torch.float64).reshape(-1, 1, *g.kernel)
        return F.conv2d(image, each, None, g.stride, g.padding, g.dilation)[0].flatten(1).T.reshape(-1, *g.kernel)

    moved = slopes(torch.ones(1, 1, *g.size, dtype=torch.float64)) != 0
    module = torch.nn.Conv2d(1, 1, g.kernel, bias=False, device="meta")
    middle, corner = (g.kernel[0] // 2, g.kernel[1] // 2), (0, 0)
    uses, by_gradient = toeplitz.uses(g), moved.sum(0).numpy()
    a, b = divmod(min(state["tap"], slide.kernel.size - 1), g.kernel[1])
    slope = values_of(LESSON, "shared", 1, "slope", state)
    shown = max(
        apart((slope, slopes(tensor(slide.image))[:, a, b].reshape(g.out))),
        apart((values_of(LESSON, "shared", 2, "uses", state), by_gradient)),
    )
    found = every(
        middle_weight=equal(int(uses[middle]), int(by_gradient[middle])),
        corner_weight=equal(int(uses[corner]), int(by_gradient[corner])),
    )
    one = len(list(module.parameters())) == 1 and bool((uses == by_gradient).all())
    return replace(found, holds=found.holds and one and shown <= 1e-12)


def products(state: State) -> Outcome:
    """Multiplications counted by convolving ones with ones: with the border, and without it."""
    slide = Slide.of(state)
    if fate := refused(slide):
        return fate
    g = slide.geometry
    kernel = torch.ones(1, 1, *g.kernel)
    on_image = F.conv2d(torch.ones(1, 1, *g.size), kernel, None, g.stride, g.padding, g.dilation).sum()
    in_all = F.conv2d(torch.ones(1, 1, *g.padded), kernel, None, g.stride, 0, g.dilation).sum()
    return every(
        weights=equal(slide.kernel.size, kernel.numel()),
        products=equal(g.units * slide.kernel.size, int(in_all)),
        on_the_image=equal(int(toeplitz.uses(g).sum()), int(on_image)),
    )


def matrix_product(state: State) -> Outcome:
    """The matrix is PyTorch's answer to each pixel alone, and its product with the image PyTorch's convolution."""
    slide = Slide.of(state)
    oracle = by_torch(slide)
    if (fate := refused(slide)) or oracle is None:
        return fate or Outcome("an output", "PyTorch refuses", False)
    g = slide.geometry
    pixels = g.size[0] * g.size[1]
    each = torch.eye(pixels, dtype=torch.float64).reshape(pixels, 1, *g.size)
    columns = F.conv2d(each, tensor(slide.kernel), None, g.stride, g.padding, g.dilation).reshape(pixels, -1)
    worst = max(
        apart((values_of(LESSON, "matrix", 1, "matrix", state), columns.T)),
        apart((values_of(LESSON, "matrix", 1, "output", state), oracle)),
    )
    return Outcome({"off by": worst}, "<= 1e-12", worst <= 1e-12)


def matrix_entries(state: State) -> Outcome:
    """With nine different weights, `same` output of 6x6: the matrix by PyTorch is its answer to each pixel alone."""
    each = torch.eye(36, dtype=torch.float64).reshape(36, 1, 6, 6)
    oracle = F.conv2d(each, tensor(NINE), padding=1).reshape(36, 36).T.numpy()
    ours = toeplitz.as_matrix(SAME, NINE)
    return every(
        off_by=Outcome(apart((ours, oracle)), "<= 1e-12", apart((ours, oracle)) <= 1e-12),
        not_0=equal(int(np.count_nonzero(ours)), 256),
        distinct=equal(len(set(ours[ours != 0].tolist())), 9),
    )


def counted(state: State) -> Outcome:
    """PyTorch's own layers have as many parameters as the counters say; a product for each weight and output."""
    n, k, c_in, c_out = state["n"], state["k"], state["c_in"], state["c_out"]
    dense = torch.nn.Linear(n * n * c_in, n * n * c_out, device="meta")
    conv = torch.nn.Conv2d(c_in, c_out, k, padding="same", device="meta")
    layers: dict[str, torch.nn.Module] = {"dense": dense, "convolution": conv}
    expected: dict[str, float] = {name: sum(p.numel() for p in layer.parameters()) for name, layer in layers.items()}
    places = conv(torch.empty(1, c_in, n, n, device="meta"))[0, 0].numel()
    products = {"dense": dense.weight.numel(), "convolution": places * conv.weight.numel()}
    rows = {row[0]: row for row in figure_of(LESSON, "counted", 0, "counts", state).rows}
    shown = all(rows[name][3:] == (expected[name], products[name]) for name in layers)
    bars = values_of(LESSON, "counted", 0, "parameters", state).tolist()
    computed: dict[str, float] = {
        "dense": layer_counts.dense_parameters(n, c_in, c_out),
        "convolution": layer_counts.conv_parameters(k, c_in, c_out),
    }
    shown = shown and bars == list(computed.values())
    for counts in (computed, expected):
        counts["ratio"] = round(counts["dense"] / counts["convolution"], 3)
    return Outcome(computed, expected, computed == expected and shown)


def unpadded(state: State) -> Outcome:
    """Without padding the 6x6 image gives 4x4 outputs, and a dense layer to these 16 has fewer parameters."""
    out = F.conv2d(tensor(state["image"]), tensor(NINE)).numel()
    layer = torch.nn.Linear(36, out, device="meta")
    ours = {"units": convolving.output_size(6, 3, 1, 0) ** 2, "dense": layer_counts.dense_parameters(6, out=4)}
    found = equal(ours, {"units": out, "dense": sum(p.numel() for p in layer.parameters())})
    n, k, c_in, c_out = state["n"], state["k"], state["c_in"], state["c_out"]
    rows = figure_of(LESSON, "counted", 2, "valid", state).rows
    if k > n:
        return replace(found, holds=found.holds and len(rows) == 1)
    small = torch.nn.Conv2d(1, 1, k, device="meta")(torch.empty(1, 1, n, n, device="meta")).shape[-1]
    units = torch.nn.Linear(n * n * c_in, small * small * c_out, device="meta")
    right = rows[-1] == ("not padded", f"{small}x{small}", sum(p.numel() for p in units.parameters()))
    return replace(found, holds=found.holds and right)


def flat(state: State) -> Outcome:
    """PyTorch's layer, flattened by PyTorch, is the row that is shown; strides of its memory give the same index."""
    weight = torch.stack([tensor(KERNELS[name])[0] for name in flattening.FILTERED])
    oracle = F.conv2d(tensor(state["image"]), weight, stride=2)[0]
    stack = flattening.maps(array(state["image"]))
    c_step, h_step, w_step = torch.empty(stack.shape).stride()
    places = list(product(*(range(size) for size in stack.shape)))
    ours = [flattening.index(c, h, w, *stack.shape[1:]) for c, h, w in places]
    right = ours == [c * c_step + h * h_step + w * w_step for c, h, w in places]
    row = values_of(LESSON, "flatten", -1, "vector", state)[0]
    worst = max(apart((row, oracle.flatten())), apart((flattening.flattened(stack), oracle.flatten())))
    return Outcome(
        {"numbers": row.size, "off by": worst},
        {"numbers": oracle.numel(), "off by": "<= 1e-12"},
        right and row.size == oracle.numel() and worst <= 1e-12,
    )


CLAIMS = (
    Claim(id="D1", says="a sum of products, as in PyTorch", check=explicit_sum),
    Claim(id="D1", says="sums of weights: only the box averages", check=not_an_average),
    Claim(id="D1", says="cross-correlation; turned: convolution", check=correlation),
    Claim(id="C1", says="sparse", check=sparse),
    Claim(id="C2", says="outputs that one weight moves", check=shared),
    Claim(id="E1", says="few weights, many products", check=products),
    Claim(id="E4", says="parameters", check=counted),
    Claim(id="E4", says="not padded: 16 units, a dense layer has 592", check=unpadded),
    Claim(id="E2", says="M · x is the convolution", check=matrix_product),
    Claim(id="E2", says="of 1296 entries, 9 weights", check=matrix_entries),
    *EQUIVARIANCE,
    Claim(id="D2", says="index (c·H + h)·W + w, as PyTorch", check=flat),
)
