"""What `stacked-kernels` claims: fields by autograd, ranks by differences, counts and maps by PyTorch's modules."""

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ..kit.facts import Claim, Outcome, close, equal, every, same_arrays
from ..kit.fixtures import array
from ..kit.state import State
from ..workings import stacking as work
from ..workings.pooling import convolve

KNOWN_FIELDS = [3, 5, 7, 9]


def _tensor(values: Any) -> torch.Tensor:
    return torch.tensor(np.asarray(values), dtype=torch.float64)[None, None]


def fields(state: State) -> Outcome:
    """The side of the square where the gradient of one output is not zero."""
    sides = []
    for layers in range(1, 5):
        x = torch.zeros(1, 1, 21, 21, dtype=torch.float64, requires_grad=True)
        y = x
        for _ in range(layers):
            y = F.conv2d(y, torch.ones(1, 1, 3, 3, dtype=torch.float64), padding=1)
        (gradient,) = torch.autograd.grad(y[0, 0, 10, 10], x)
        sides.append(int((gradient[0, 0].sum(0) != 0).sum()))
    ours = [work.receptive_field(n) for n in range(1, 5)]
    drawn = [int((work.paths(n).sum(0) > 0).sum()) for n in range(1, 5)]
    return Outcome(ours, KNOWN_FIELDS, ours == drawn == sides == KNOWN_FIELDS)


def _parameters(*layers: nn.Module) -> int:
    return sum(p.numel() for layer in layers for p in layer.parameters())


def costs(state: State) -> Outcome:
    """Counts of PyTorch's convolutions, for one channel and for as many as are set."""
    c = int(state["channels"])
    with torch.device("meta"):
        small = [_parameters(*[nn.Conv2d(1, 1, 3, bias=bias) for _ in range(2)]) for bias in (False, True)]
        large = [_parameters(nn.Conv2d(1, 1, 5, bias=bias)) for bias in (False, True)]
        stack = _parameters(*[nn.Conv2d(c, c, 3, bias=False) for _ in range(2)])
        single = _parameters(nn.Conv2d(c, c, 5, bias=False))
    return every(
        one_channel=equal(list(work.weights(1)), [small[0], large[0]]),
        with_biases=equal([small[1], large[1]], [20, 26]),
        as_set=equal(list(work.weights(c)), [stack, single]),
        saved=close(1 - stack / single, 0.28, 1e-9),
    )


def linear(state: State) -> Outcome:
    """Two convolutions of PyTorch are the one with the composed kernel."""
    image, first, second = (state[name] for name in ("image", "first", "second"))
    stacked = F.conv2d(F.conv2d(_tensor(image), _tensor(first)), _tensor(second))[0, 0]
    once = convolve(array(image), work.compose(array(first), array(second)))
    return same_arrays(once, stacked.numpy(), 1e-10)


def with_relu(state: State) -> Outcome:
    """A ReLU changes the answer where the map between is negative, and only then."""
    image, first, second = (state[name] for name in ("image", "first", "second"))
    between = F.conv2d(_tensor(image), _tensor(first))
    oracle = F.conv2d(between.relu(), _tensor(second))[0, 0].numpy()
    ours = work.two_steps(array(image), array(first), array(second), relu=True)[1]
    at_once = convolve(array(image), work.compose(array(first), array(second)))
    apart = float(np.abs(ours - at_once).max())
    same = float(np.abs(ours - oracle).max())
    if bool((between >= 0).all()):
        says = "the map between has nothing below zero here, so the ReLU changes nothing"
        return Outcome({"differs by": apart}, {"differs by": 0}, apart <= 1e-10 and same <= 1e-10, says)
    lost = F.conv2d(between.clamp(max=0), _tensor(second)).abs().max().item()
    return Outcome(
        {"differs by": apart, "from PyTorch": same},
        {"differs by": lost, "from PyTorch": "<= 1e-10"},
        abs(apart - lost) <= 1e-10 and same <= 1e-10 and (apart > 0 or lost == 0),
    )


def _compositions(weights: torch.Tensor) -> torch.Tensor:
    """[sets, 25] of weights [sets, 2, m, 9]: the impulse responses of so many stacks, read back as kernels."""
    sets, _, m, _ = weights.shape
    impulse = torch.zeros(1, 1, 9, 9, dtype=torch.float64)
    impulse[0, 0, 4, 4] = 1
    between = F.conv2d(impulse, weights[:, 0].reshape(sets * m, 1, 3, 3))
    responses = F.conv2d(between, weights[:, 1].reshape(sets, m, 3, 3), groups=sets)
    return responses.flip(2, 3).reshape(sets, 25)


def dimensions(state: State) -> Outcome:
    """Rank of the Jacobian: 17 = 18 weights less one common factor; 25 from two channels on.

    By symmetric differences, which are exact: the response is linear in each single weight.
    """
    draw = torch.Generator().manual_seed(state.seed)
    ranks, ours = {}, {}
    for m in (1, 2, 3, 4, 9):
        at = torch.randn(2 * m * 9, dtype=torch.float64, generator=draw)
        steps = torch.eye(len(at), dtype=torch.float64)
        up, down = (_compositions((at + sign * steps).reshape(-1, 2, m, 9)) for sign in (1, -1))
        ranks[f"{m} between"] = int(torch.linalg.matrix_rank((up - down) / 2))
        ours[f"{m} between"] = work.rank(m)
    return Outcome(ours, ranks, ours == ranks and ours["1 between"] == 9 + 9 - 1 and ours["9 between"] == 25)


def everything(state: State) -> Outcome:
    """Four and nine mid-channels give any 5x5 kernel exactly: the convolutions agree on a random image."""
    target = array(state["target"])
    x = torch.randn(1, 1, 12, 12, dtype=torch.float64, generator=torch.Generator().manual_seed(state.seed))
    wanted = F.conv2d(x, _tensor(target))
    errors = {}
    for m in (4, 9):
        first, second = (torch.tensor(part) for part in work.tiles(target, m))
        stacked = F.conv2d(F.conv2d(x, first[:, None]), second[None])
        errors[f"{m} between"] = float((stacked - wanted).abs().max())
    return Outcome(errors, "<= 1e-10", max(errors.values()) <= 1e-10)


def borders(state: State) -> Outcome:
    """With same padding the stack and the 5x5 agree inside; only the outermost ring may differ."""
    image, first, second = (state[name] for name in ("image", "first", "second"))
    ours = work.two_steps(array(image), array(first), array(second), relu=False, padding=1)[1]
    stack = F.conv2d(F.conv2d(_tensor(image), _tensor(first), padding=1), _tensor(second), padding=1)[0, 0]
    single = F.conv2d(_tensor(image), _tensor(work.compose(array(first), array(second))), padding=2)[0, 0]
    gap = (stack - single).abs()
    same = float(np.abs(ours - stack.numpy()).max())
    inside, rim = float(gap[1:-1, 1:-1].max()), float(gap.max())
    changes = rim > 1e-9
    return Outcome(
        {"inside": inside, "border": rim, "from PyTorch": same},
        {"inside": "<= 1e-10", "border": "> 0" if changes else "0 here", "from PyTorch": "<= 1e-10"},
        inside <= 1e-10 and same <= 1e-10,
        "same-padded borders differ, the inside agrees" if changes else "with these kernels the borders agree too",
    )


CLAIMS = (
    Claim(id="N2", says="1 to 4 stacked 3x3 kernels see 3, 5, 7, 9 pixels a side", check=fields),
    Claim(id="N2", says="18 weights against 25 (20 against 26 with biases), 28 % fewer for any C", check=costs),
    Claim(id="N2", says="without ReLU, two 3x3 kernels are one 5x5 kernel", check=linear),
    Claim(id="N2", says="with a ReLU between, no longer", check=with_relu),
    Claim(id="N2", says="one channel reaches 17 of 25 dimensions, several all 25", check=dimensions),
    Claim(id="N2", says="through 4 or 9 channels every 5x5 kernel is reached exactly", check=everything),
    Claim(id="N2", says="same-padded borders differ, the inside agrees", check=borders),
)
