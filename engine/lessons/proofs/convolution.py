"""What `convolution` claims, computed by PyTorch and SciPy."""

from itertools import product

import numpy as np
import torch
from scipy import signal
from torch.nn import functional as F

from ..convolution import SIZED
from ..kit.facts import Claim, Outcome, close, equal, every, same_arrays
from ..kit.fixtures import array
from ..kit.state import State
from ..workings import averaging, convolving, flattening, layer_counts, toeplitz
from ..workings.sliding import Slide
from .equivariance import CLAIMS as EQUIVARIANCE

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
    return Outcome(
        "no output", "PyTorch refuses", by_torch(slide) is None, says="the kernel is larger than the padded image"
    )


def explicit_sum(state: State) -> Outcome:
    """What is shown is PyTorch's convolution: stride, padding and dilation included."""
    slide = Slide.of(state)
    oracle = by_torch(slide)
    if oracle is None or not slide.geometry.fits:
        return Outcome(slide.geometry.fits, oracle is not None, not slide.geometry.fits and oracle is None)
    return same_arrays(slide.output, oracle.numpy())


def not_an_average(state: State) -> Outcome:
    """The sums of weights by PyTorch; an average leaves a constant image as it is and keeps the sign of any other."""
    ones = torch.ones(1, 1, 3, 3, dtype=torch.float64)
    names = ("box", "sobel-x", "sharpen")
    sums = {name: float(F.conv2d(ones, tensor(SIZED[name]))) for name in names}
    negative = {name: int((tensor(SIZED[name]) < 0).sum()) for name in names}
    ours = {name: averaging.kind(SIZED[name]) for name in names}
    return every(
        sum_of_weights=close({name: ours[name][0] for name in names}, sums, 1e-9),
        sobel_sums_to_zero=close(ours["sobel-x"][0], 0.0, 1e-12),
        negative_weights=equal({name: ours[name][1] for name in names}, negative),
        is_an_average=equal(
            {name: ours[name][2] for name in names}, dict(zip(names, (True, False, False), strict=True))
        ),
    )


def correlation(state: State) -> Outcome:
    """SciPy's correlate2d is what networks compute; its convolve2d is that with the kernel turned."""
    slide = Slide.of(state)
    if fate := refused(slide):
        return fate
    g = slide.geometry
    spread = np.zeros(g.span)
    spread[:: g.dilation, :: g.dilation] = slide.kernel
    framed = np.pad(slide.image, g.padding)
    correlated = signal.correlate2d(framed, spread, "valid")[:: g.stride, :: g.stride]
    convolved = signal.convolve2d(framed, spread, "valid")[:: g.stride, :: g.stride]
    ours = slide.output
    if ours.shape != correlated.shape:
        return Outcome(list(ours.shape), list(correlated.shape), False)
    to_one, to_other = float(abs(ours - correlated).max()), float(abs(ours - convolved).max())
    apart = float(abs(correlated - convolved).max())
    says = "" if apart > 1e-9 else "a cross-correlation; turning the kernel changes nothing here"
    return Outcome(
        {"from correlate2d": to_one, "from convolve2d": to_other},
        {"from correlate2d": "<= 1e-06", "from convolve2d": apart},
        to_one <= 1e-6 and abs(to_other - apart) <= 1e-6,
        says,
    )


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
    jacobian = gradient(slide)
    most = np.count_nonzero(toeplitz.taps(slide.geometry), axis=1).max()
    made, possible = toeplitz.connections(slide.geometry), toeplitz.taps(slide.geometry).size
    return every(
        most_inputs_of_an_output=equal(int(most), int((jacobian != 0).sum(1).max())),
        connections=equal(made, int((jacobian != 0).sum())),
        of=equal(possible, jacobian.numel()),
        percent=close(round(100 * made / possible, 2), round(100 * float((jacobian != 0).double().mean()), 2), 1e-9),
    )


def shared(state: State) -> Outcome:
    """Every weight is one parameter; PyTorch's derivative by it reaches each output whose tap is on the image."""
    slide = Slide.of(state)
    if fate := refused(slide):
        return fate
    g = slide.geometry
    ones = torch.ones(1, 1, *g.size, dtype=torch.float64)

    def layer(weights: torch.Tensor) -> torch.Tensor:
        return F.conv2d(ones, weights, None, g.stride, g.padding, g.dilation).reshape(-1)

    by_weight = torch.autograd.functional.jacobian(layer, tensor(slide.kernel))  # type: ignore[no-untyped-call]
    moved = by_weight[:, 0, 0] != 0
    module = torch.nn.Conv2d(1, 1, g.kernel, bias=False, device="meta")
    middle, corner = (g.kernel[0] // 2, g.kernel[1] // 2), (0, 0)
    uses, by_gradient = toeplitz.uses(g), moved.sum(0).numpy()
    return every(
        parameter_tensors=equal(1, len(list(module.parameters()))),
        outputs_moved_by_the_middle_weight=equal(int(uses[middle]), int(by_gradient[middle])),
        by_a_corner_weight=equal(int(uses[corner]), int(by_gradient[corner])),
        all_weights=equal(uses.ravel().tolist(), by_gradient.ravel().tolist()),
    )


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
    """The matrix times the flattened image is PyTorch's convolution."""
    slide = Slide.of(state)
    oracle = by_torch(slide)
    if (fate := refused(slide)) or oracle is None:
        return fate or Outcome("an output", "PyTorch refuses", False)
    return same_arrays(
        toeplitz.as_matrix(slide.geometry, slide.kernel) @ slide.image.ravel(), oracle.reshape(-1), 1e-12
    )


def matrix_entries(state: State) -> Outcome:
    """With nine different weights, `same` output of 6x6: the matrix by PyTorch is its answer to each pixel alone."""
    each = torch.eye(36, dtype=torch.float64).reshape(36, 1, 6, 6)
    oracle = F.conv2d(each, tensor(NINE), padding=1).reshape(36, 36).T.numpy()
    ours = toeplitz.as_matrix(SAME, NINE)
    return every(
        matrix=same_arrays(ours, oracle, 1e-12),
        not_zero=equal(int(np.count_nonzero(ours)), 256),
        distinct_values=equal(len(set(ours[ours != 0].tolist())), 9),
    )


def counted(state: State) -> Outcome:
    """PyTorch's own layers have as many parameters as the counters say."""
    n, k, c_in, c_out = state["n"], state["k"], state["c_in"], state["c_out"]
    layers = {
        "dense": torch.nn.Linear(n * n * c_in, n * n * c_out, device="meta"),
        "convolution": torch.nn.Conv2d(c_in, c_out, k, padding="same", device="meta"),
    }
    expected: dict[str, float] = {name: sum(p.numel() for p in layer.parameters()) for name, layer in layers.items()}
    computed: dict[str, float] = {
        "dense": layer_counts.dense_parameters(n, c_in, c_out),
        "convolution": layer_counts.conv_parameters(k, c_in, c_out),
    }
    for counts in (computed, expected):
        counts["ratio"] = round(counts["dense"] / counts["convolution"], 3)
    told = f"{n}x{n}, {c_in} to {c_out} channels, k = {k}"
    says = f"{told}: a dense layer has {computed['dense']:,} parameters, a convolution {computed['convolution']:,}"
    return Outcome(computed, expected, computed == expected, says)


def unpadded(state: State) -> Outcome:
    """Without padding the 6x6 image gives 4x4 outputs, and a dense layer to these 16 has fewer parameters."""
    out = F.conv2d(tensor(state["image"]), tensor(NINE)).numel()
    layer = torch.nn.Linear(36, out, device="meta")
    ours = {"units": convolving.output_size(6, 3, 1, 0) ** 2, "dense": layer_counts.dense_parameters(6, out=4)}
    return equal(ours, {"units": out, "dense": sum(p.numel() for p in layer.parameters())})


def flat(state: State) -> Outcome:
    """PyTorch flattens in the same order, and strides of its memory give the same index."""
    stack = flattening.maps(array(state["image"]))
    oracle = torch.from_numpy(stack).flatten()
    c_step, h_step, w_step = torch.empty(stack.shape).stride()
    places = list(product(*(range(size) for size in stack.shape)))
    ours = [flattening.index(c, h, w, *stack.shape[1:]) for c, h, w in places]
    return every(
        vector=same_arrays(flattening.flattened(stack), oracle.numpy(), 0),
        indices=Outcome(len(ours), len(places), ours == [c * c_step + h * h_step + w * w_step for c, h, w in places]),
        numbers=equal(flattening.flattened(stack).size, oracle.numel()),
    )


CLAIMS = (
    Claim(id="D1", says="each output is the sum of pixels times weights, as PyTorch computes it", check=explicit_sum),
    Claim(id="D1", says="the box averages; Sobel's weights sum to 0: a weighted sum, no average", check=not_an_average),
    Claim(id="D1", says="it is cross-correlation, not convolution with a turned kernel", check=correlation),
    Claim(id="C1", says="each output is connected to a few pixels only", check=sparse),
    Claim(
        id="C2", says="one kernel for all places: a weight moves every output whose tap is on the image", check=shared
    ),
    Claim(id="E1", says="few weights, used at every place", check=products),
    Claim(id="E4", says="a convolution has far fewer parameters than a dense layer", check=counted),
    Claim(id="E4", says="without padding there are 16 units, and a dense layer has 592", check=unpadded),
    Claim(id="E2", says="matrix times flattened image is the convolution", check=matrix_product),
    Claim(id="E2", says="of 1296 entries 256 are not 0, with 9 distinct values", check=matrix_entries),
    *EQUIVARIANCE,
    Claim(id="D2", says="number (c, h, w) is at index (c·H + h)·W + w of the vector", check=flat),
)
