"""What `pooling` claims, computed by PyTorch, by its counter of operations, and by enumeration."""

from fractions import Fraction
from itertools import permutations
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from ..kit.facts import Claim, Outcome, equal, every, same_arrays
from ..kit.fixtures import array
from ..kit.state import State
from ..workings import pooling as work
from ..workings.pooling_figures import feature_map, pooled


def _image(state: State) -> torch.Tensor:
    return torch.tensor(state["image"], dtype=torch.float64)[None, None]


def _kernel(state: State) -> torch.Tensor:
    return torch.tensor(state["kernel"], dtype=torch.float64)[None, None]


def _pools(x: torch.Tensor, kind: str, size: int = 2, stride: int = 2) -> np.ndarray[Any, np.dtype[np.float64]]:
    pool = F.max_pool2d if kind == "max" else F.avg_pool2d
    answer: np.ndarray[Any, np.dtype[np.float64]] = pool(x, size, stride)[0, 0].numpy()
    return answer


def after_convolution(state: State) -> Outcome:
    """The lesson's shapes are those of PyTorch's modules."""
    values = feature_map(state)
    ours = {"map": list(values.shape), "pooled": list(work.pool(values, state["pool"]).shape)}
    hidden, pool = F.conv2d(_image(state), _kernel(state), padding=1).relu(), nn.MaxPool2d(2)
    return equal(ours, {"map": list(hidden.shape[2:]), "pooled": list(pool(hidden).shape[2:])})


def region(state: State) -> Outcome:
    """Every pooled number is the maximum or the mean of its window."""
    hidden = F.conv2d(_image(state), _kernel(state), padding=1).relu()
    kind, size, stride = state["pool"], state["size"], state["stride"]
    part = same_arrays(pooled(state), _pools(hidden, kind, size, stride), 1e-12)
    says = f"each cell is the {'largest' if kind == 'max' else 'mean'} of its {size}x{size} window"
    return Outcome(part.computed, part.expected, part.holds, says)


def parameters(state: State) -> Outcome:
    """Pooling has nothing to learn; the convolution before it has ten parameters."""
    layers = {
        "max pool": nn.MaxPool2d(state["size"]),
        "average pool": nn.AvgPool2d(state["size"]),
        "conv 3x3": nn.Conv2d(1, 1, 3, device="meta"),
    }
    counts = {name: sum(p.numel() for p in layer.parameters()) for name, layer in layers.items()}
    return equal(counts, {"max pool": 0, "average pool": 0, "conv 3x3": 10})


def sizes(state: State) -> Outcome:
    """3, 5 and 2 cells a side for (k, s) = (2, 2), (2, 1), (3, 2), and what the settings give."""
    pairs = ((2, 2), (2, 1), (3, 2), (state["size"], state["stride"]))
    ours = {f"k={k} s={s}": work.output_size(6, k, s) for k, s in pairs}
    x = _image(state)
    return equal(ours, {f"k={k} s={s}": nn.MaxPool2d(k, s)(x).shape[-1] for k, s in pairs})


def average_and_maximum(state: State) -> Outcome:
    """The mean of a window never exceeds its maximum; on a constant map they are the same."""
    hidden = F.conv2d(_image(state), _kernel(state), padding=1).relu()
    above = float((work.pool(feature_map(state), "average") - _pools(hidden, "max")).max())
    flat = np.full((6, 6), 0.3)
    apart = float(np.abs(work.pool(flat, "average") - _pools(torch.tensor(flat)[None, None], "max")).max())
    return Outcome(
        {"average - max, at most": above, "apart on a constant map": apart},
        {"average - max, at most": "<= 0", "apart on a constant map": "<= 1e-12"},
        above <= 1e-12 and apart <= 1e-12,
    )


def nudges(state: State) -> Outcome:
    """Inside a window nothing changes; across its border two cells of max pooling do."""

    def counted(first: int, second: int) -> int:
        x = torch.zeros(2, 1, 6, 6)
        x[0, 0, 2, first] = x[1, 0, 2, second] = 1
        old, new = F.max_pool2d(x, 2)
        return int((old != new).sum())

    ours = {
        f"(2,{a}) to (2,{b})": len(work.changed(*(work.pool(work.bright(2, c), "max") for c in (a, b))))
        for a, b in ((2, 3), (3, 4))
    }
    oracle = {f"(2,{a}) to (2,{b})": counted(a, b) for a, b in ((2, 3), (3, 4))}
    known = {"(2,2) to (2,3)": 0, "(2,3) to (2,4)": 2}
    return Outcome(ours, known, ours == known == oracle)


def chosen_nudge(state: State) -> Outcome:
    """The nudge that the settings choose, with PyTorch's pooling."""
    row, column, kind = state["row"], state["column"], state["pool"]
    images = [work.bright(row, c) for c in (column, column + 1)]
    ours = len(work.changed(*(work.pool(image, kind) for image in images)))
    old, new = (_pools(torch.tensor(image)[None, None], kind) for image in images)
    says = f"the bright pixel from column {column} to {column + 1}: {ours} pooled cells change"
    return Outcome(ours, int((old != new).sum()), ours == int((old != new).sum()), says)


def third(state: State) -> Outcome:
    """All orders of six different pixels: the largest lies among the two shared ones in a third of them."""
    orders = list(permutations(range(6)))
    exact = Fraction(sum(max(order[:4]) == max(order[2:]) for order in orders), len(orders))
    cells = 40 * 16 * 16
    within = 3 * (float(exact) * (1 - float(exact)) / cells) ** 0.5
    max_kept = work.survival("max", state.seed)
    raw = work.survival("raw", state.seed)
    holds = exact == Fraction(1, 3) and abs(max_kept - float(exact)) <= within and raw == 0
    return Outcome(
        {"max-pooled cells kept": max_kept, "raw pixels kept": raw},
        {"max-pooled cells kept": f"{exact} (720 orders) +- {within:.3f}", "raw pixels kept": 0},
        holds,
    )


def _counted(n: int, padding: int, stride: int) -> int:
    """Multiply-accumulates of a 3x3 convolution as PyTorch's counter sees them: half of its operations."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        F.conv2d(torch.zeros(1, 1, n, n), torch.zeros(1, 1, 3, 3), padding=padding, stride=stride)
    return int(counter.get_total_flops()) // 2


def macs(state: State) -> Outcome:
    """81 against 324 on 6x6, counted by PyTorch; so for the settings."""
    n, padding = state["n"], state["padding"]
    ours, here = work.ledger(6, 1), work.ledger(n, padding)
    return every(
        on_6x6=equal([ours["strided MACs"], ours["full MACs"]], [_counted(6, 1, 2), _counted(6, 1, 1)]),
        known=equal([ours["strided MACs"], ours["full MACs"]], [81, 324]),
        as_set=equal([here["strided MACs"], here["full MACs"]], [_counted(n, padding, 2), _counted(n, padding, 1)]),
    )


def ratios(state: State) -> Outcome:
    """Four for even sizes, less for small odd ones, 4.33 with the comparisons of pooling."""
    cases = {
        "6 p0": (6, 0, "4.0"),
        "6 p1": (6, 1, "4.0"),
        "28 p1": (28, 1, "4.0"),
        "32 p1": (32, 1, "4.0"),
        "5 p0": (5, 0, "2.25"),
        "5 p1": (5, 1, "2.78"),
        "7 p0": (7, 0, "2.78"),
        "7 p1": (7, 1, "3.06"),
        "27 p1": (27, 1, "3.72"),
    }
    ours = {name: work.digits_of(work.cost_ratio(n, p)) for name, (n, p, _) in cases.items()}
    counted = {name: f"{_counted(n, p, 1) / _counted(n, p, 2):.2f}" for name, (n, p, _) in cases.items()}
    agree = all(float(ours[name]) == float(counted[name]) for name in cases)
    x = torch.rand(1, 1, 6, 6, generator=torch.Generator().manual_seed(state.seed))
    windows = F.unfold(F.conv2d(x, torch.ones(1, 1, 3, 3), padding=1), 2, stride=2)
    comparisons = (windows.shape[1] - 1) * windows.shape[2]
    ours["6 p1 and 27 comparisons"] = work.digits_of(work.cost_ratio(6, 1, comparisons=True))
    expected = {**{name: case[2] for name, case in cases.items()}, "6 p1 and 27 comparisons": "4.33"}
    return Outcome(ours, expected, ours == expected and agree and comparisons == 27)


def different(state: State) -> Outcome:
    """Equal shapes and parameters, but not the same numbers."""
    x, kernel = torch.randn(2, 1, 1, 6, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(state.seed))
    kernel = kernel[:, :, :3, :3]
    two = F.conv2d(x, kernel, padding=1, stride=2)[0, 0].numpy()
    image, taps = x[0, 0].numpy(), kernel[0, 0].numpy()
    one = work.pool(work.convolve(image, taps, 1), state["pool"])
    apart = float(np.abs(one - two).max())
    layers = [sum(p.numel() for p in nn.Conv2d(1, 1, 3, stride=s, device="meta").parameters()) for s in (1, 2)]
    return Outcome(
        {"shapes": [list(one.shape), list(two.shape)], "parameters": layers, "outputs differ by": apart},
        {"shapes": [[3, 3], [3, 3]], "parameters": [10, 10], "outputs differ by": "> 0.01"},
        one.shape == two.shape == (3, 3) and layers == [10, 10] and apart > 0.01,
    )


def separable(state: State) -> Outcome:
    """Row maxima, then column maxima, are the maxima of the windows; rows and columns both halve."""
    hidden = F.conv2d(_image(state), _kernel(state), padding=1).relu()
    across, down = work.rows_then_columns(feature_map(state))
    return every(
        sides=equal([list(across.shape), list(down.shape)], [[6, 3], [3, 3]]),
        from_2_D=same_arrays(down, _pools(hidden, "max"), 1e-12),
    )


def channels(state: State) -> Outcome:
    """Pooling two channels together is pooling each alone; a convolution mixes them."""
    image, kernel = array(state["image"]), array(state["kernel"])
    maps = [np.maximum(work.convolve(image, k, 1), 0) for k in (kernel, kernel.T)]
    alone = np.stack([work.pool(channel, state["pool"]) for channel in maps])
    x = torch.tensor(np.stack(maps))[None]
    together = (F.max_pool2d if state["pool"] == "max" else F.avg_pool2d)(x, 2)[0].numpy()
    weights = torch.ones(1, 2, 3, 3, dtype=torch.float64)
    lone = F.conv2d(x * torch.tensor([1.0, 0.0]).reshape(1, 2, 1, 1), weights)
    mixed = float((F.conv2d(x, weights) - lone).abs().max())
    return Outcome(
        {"pooling apart": float(np.abs(alone - together).max()), "convolution changes by": mixed},
        {"pooling apart": "<= 1e-12", "convolution changes by": "> 0 where channel 2 is not empty"},
        bool(np.abs(alone - together).max() <= 1e-12 and (mixed > 0 or not maps[1].any())),
    )


CLAIMS = (
    Claim(id="G1", says="conv 3x3 with padding 1, ReLU, pool 2x2: 6x6 becomes 3x3", check=after_convolution),
    Claim(id="G2", says="each pooled cell is the maximum or mean of its window", check=region),
    Claim(id="G3", says="pooling has no parameters", check=parameters),
    Claim(id="G4", says="6x6 pools to 3x3, 5x5 and 2x2 for (k,s) = (2,2), (2,1), (3,2)", check=sizes),
    Claim(id="G5", says="average never exceeds maximum; equal on a constant map", check=average_and_maximum),
    Claim(id="H1", says="a nudge inside a 2x2 window changes nothing, across its border 2 cells", check=nudges),
    Claim(id="H1", says="the nudge as set changes as many cells as in PyTorch", check=chosen_nudge),
    Claim(id="H1", says="on random images a third of the max-pooled cells survive, no raw pixel does", check=third),
    Claim(id="H2", says="conv stride 2 costs 81 MACs, conv stride 1 before pooling 324", check=macs),
    Claim(id="H2", says="4.0 for even sizes, 2.25 to 3.72 for odd ones, 4.33 with comparisons", check=ratios),
    Claim(id="H2", says="same shapes and parameters, different functions", check=different),
    Claim(id="H3", says="max pooling is separable: rows, then columns, is the 2-D maximum", check=separable),
    Claim(id="H3", says="pooling takes each channel alone, a convolution sums over them", check=channels),
)
