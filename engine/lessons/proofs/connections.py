"""What `convolution` claims of connections, shared weights and the matrix, computed by PyTorch."""

from dataclasses import replace

import numpy as np
import torch
from torch.nn import functional as F

from ..convolution import LESSON
from ..kit.facts import Claim, Outcome, close, equal, every
from ..kit.state import State
from ..workings import toeplitz
from ..workings.sliding import Slide
from .shown import apart, figure_of, figures, rows_by_name, values_of
from .slid import by_torch, gradient, refused, tensor


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
    place = [min(state[name], size - 1) for name, size in zip(("row", "column"), g.out, strict=True)]
    read = connected.reshape(*g.out, *g.size)[place[0], place[1]].nonzero().tolist()
    lit = (figure_of(LESSON, "sparse", 0, "image", state).marks["source"], g.padding)
    on_image = sorted([r - lit[1], c - lit[1]] for r, c in lit[0])
    share = f"{100 * float(connected.double().mean()):.2f} %"
    rows = rows_by_name(figure_of(LESSON, "sparse", 1, "connections", state))
    right = rows == {"dense": (connected.numel(), "100 %"), "convolution": (int(connected.sum()), share)}
    right &= [[r, c] for r, c in on_image if 0 <= r < g.size[0] and 0 <= c < g.size[1]] == sorted(read)
    found = every(
        connections=equal(made, int(connected.sum())),
        of=equal(possible, connected.numel()),
        percent=close(round(100 * made / possible, 2), round(100 * float(connected.double().mean()), 2), 1e-9),
    )
    return replace(found, holds=found.holds and shown == 0 and right)


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
    figure = figure_of(LESSON, "shared", 1, "slope", state)
    slope, unused = figure.values, figure.marks["never"]
    moves = int((slopes(tensor(slide.image))[:, a, b] != 0).sum())
    shown = max(
        apart((slope, slopes(tensor(slide.image))[:, a, b].reshape(g.out))),
        apart((values_of(LESSON, "shared", 2, "uses", state), by_gradient)),
    )
    found = every(
        middle=equal(int(uses[middle]), int(by_gradient[middle])),
        corner=equal(int(uses[corner]), int(by_gradient[corner])),
        chosen_moves=equal(int(np.count_nonzero(slope)), moves),
    )
    unmoved = [divmod(int(unit), g.out[1]) for unit in (~moved[:, a, b]).nonzero()]
    one = len(list(module.parameters())) == 1 and bool((uses == by_gradient).all())
    return replace(found, holds=found.holds and one and shown <= 1e-12 and sorted(unused) == unmoved)


def products(state: State) -> Outcome:
    """Multiplications counted by convolving ones with ones: with the border, and without it."""
    slide = Slide.of(state)
    if fate := refused(slide):
        return fate
    g = slide.geometry
    kernel = torch.ones(1, 1, *g.kernel)
    on_image = F.conv2d(torch.ones(1, 1, *g.size), kernel, None, g.stride, g.padding, g.dilation).sum()
    in_all = F.conv2d(torch.ones(1, 1, *g.padded), kernel, None, g.stride, 0, g.dilation).sum()
    found = every(
        weights=equal(slide.kernel.size, kernel.numel()),
        products=equal(g.units * slide.kernel.size, int(in_all)),
        on_the_image=equal(int(toeplitz.uses(g).sum()), int(on_image)),
    )
    possible, places = gradient(slide).numel(), int(in_all) // kernel.numel()
    rows = {
        "dense": (possible, possible, 1),
        "convolution, with padding": (kernel.numel(), int(in_all), places),
        "convolution, on the image": (kernel.numel(), int(on_image), round(int(on_image) / kernel.numel(), 1)),
    }
    if not g.padding:
        del rows["convolution, with padding"]
    told = rows_by_name(figure_of(LESSON, "shared", 2, "counts", state))
    return replace(found, holds=found.holds and told == rows)


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
    place = [min(state[name], size - 1) for name, size in zip(("row", "column"), g.out, strict=True)]
    unit = place[0] * g.out[1] + place[1]
    worst = max(
        apart((values_of(LESSON, "matrix", 0, "matrix", state), columns.T)),
        apart((values_of(LESSON, "matrix", 2, "row", state), columns.T[unit].reshape(g.size))),
        apart((values_of(LESSON, "matrix", 2, "output", state), oracle)),
    )
    return Outcome({"off by": worst}, "<= 1e-12", worst <= 1e-12)


def matrix_entries(state: State) -> Outcome:
    """Numbered weights in PyTorch's layer, its answers to each pixel alone: which weight is where, and how many."""
    slide = Slide.of(state)
    if fate := refused(slide):
        return fate
    g = slide.geometry
    pixels, size = g.size[0] * g.size[1], slide.kernel.size
    each = torch.eye(pixels, dtype=torch.float64).reshape(pixels, 1, *g.size)
    numbered = tensor(np.arange(1.0, size + 1).reshape(g.kernel))
    oracle = F.conv2d(each, numbered, None, g.stride, g.padding, g.dilation).reshape(pixels, -1).T.numpy()
    first = min(state["row"], g.out[0] - 1) * g.out[1]
    shown = figures(LESSON, "matrix", state, 1)
    rows = np.nan_to_num(np.asarray(shown["rows"].values) + 1)
    wrong = apart(
        (rows, oracle[first : first + g.out[1]]),
        (shown["kernel"].values, numbered[0, 0] - 1),
        ([int(name) for name in shown["rows"].row_labels], range(first, first + g.out[1])),
    )
    connected, distinct = int((oracle != 0).sum()), len(set(oracle[oracle != 0].tolist()))
    told = rows_by_name(figure_of(LESSON, "matrix", 3, "entries", state))
    found = {"entries": told["in all"][1], "connected": told["connected"][1], "distinct": told["free to differ"][1]}
    expected = {"entries": oracle.size, "connected": connected, "distinct": distinct}
    dense = [row[0] for row in told.values()] == [oracle.size] * 3
    return Outcome(found, expected, found == expected and dense and wrong == 0)


SPARSE = (
    Claim(id="C1", says="connections", check=sparse),
    Claim(id="C2", says="outputs that use a weight; that the chosen moves", check=shared),
    Claim(id="E1", says="few weights, many products", check=products),
)
MATRIX = (
    Claim(id="E2", says="M · x is the convolution", check=matrix_product),
    Claim(id="E2", says="few weights fill the matrix", check=matrix_entries),
)
