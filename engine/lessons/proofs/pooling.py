"""What `pooling` claims, computed by PyTorch, by its counter of operations, and by enumeration."""

from fractions import Fraction
from itertools import permutations
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from ..kit.facts import Claim, Outcome, equal
from ..kit.fixtures import KERNELS, Floats
from ..kit.state import State
from ..pooling import LESSON
from ..workings import pooling as work
from . import shown

KINDS = ("max", "average")
TINY = 1e-8
"""Shown numbers are rounded to nine decimals."""


def _figure(state: State, scene: str, name: str, k: int = 0) -> Any:
    return shown.figures(LESSON, scene, state, k)[name]


def _values(state: State, scene: str, name: str, k: int = 0) -> Floats:
    return np.asarray(_figure(state, scene, name, k).values, dtype=np.float64)


def _image(state: State) -> torch.Tensor:
    return torch.tensor(state["image"], dtype=torch.float64)[None, None]


def _kernel(state: State) -> torch.Tensor:
    return torch.tensor(state["kernel"], dtype=torch.float64)[None, None]


def _hidden(state: State) -> torch.Tensor:
    """[1, 1, 6, 6]: the map after ReLU."""
    return F.conv2d(_image(state), _kernel(state), padding=1).relu()


def _pools(x: torch.Tensor, kind: str, size: int = 2, stride: int = 2) -> Floats:
    pool = F.max_pool2d if kind == "max" else F.avg_pool2d
    answer: Floats = pool(x, size, stride)[0, 0].numpy()
    return answer


def _agree(*pairs: tuple[Any, Any], says: str = "") -> Outcome:
    worst = shown.apart(*pairs)
    return Outcome({"apart": worst}, {"apart": f"<= {TINY:g}"}, worst <= TINY, says)


def after_convolution(state: State) -> Outcome:
    """The lesson's shapes and numbers are those of PyTorch's modules."""
    hidden = _hidden(state)
    oracle = _pools(hidden, state["pool"])
    first, second = (_values(state, "ladder", "map", k) for k in (0, 1))
    last = _values(state, "ladder", "pooled", 1)
    same = shown.apart((first, hidden[0, 0]), (second, hidden[0, 0]), (last, oracle)) <= TINY
    sides = [f"{len(first)}x{first.shape[1]} -> {len(last)}x{last.shape[1]}", "6x6 -> 3x3"]
    boxes = [box.shape for box in _figure(state, "ladder", "ladder", 1).boxes]
    return Outcome(sides[0], sides[1], sides[0] == sides[1] and same and boxes == ["6x6", "6x6", "6x6", "3x3"])


def region(state: State) -> Outcome:
    """Every pooled number, and the two bars of every window, are what PyTorch's pooling gives."""
    hidden, kind = _hidden(state), state["pool"]
    bars = np.array([_values(state, "window", "both", k) for k in range(9)])
    oracle = np.stack([_pools(hidden, each).ravel() for each in KINDS], 1)
    pooled = _values(state, "window", "pooled")
    says = f"each cell is the {'largest' if kind == 'max' else 'mean'} of its 2x2 window"
    return _agree((bars, oracle), (pooled, _pools(hidden, kind)), says=says)


def parameters(state: State) -> Outcome:
    """Pooling has nothing to learn; the convolution before it has ten parameters."""
    rows = _figure(state, "sizes", "parameters", 1).rows
    ours = dict(zip(("conv", "max pool", "average pool"), (row[-1] for row in rows), strict=True))
    layers = {
        "conv": nn.Conv2d(1, 1, 3, device="meta"),
        "max pool": nn.MaxPool2d(state["size"], state["stride"]),
        "average pool": nn.AvgPool2d(state["size"], state["stride"]),
    }
    return equal(ours, {name: sum(p.numel() for p in layer.parameters()) for name, layer in layers.items()})


def sizes(state: State) -> Outcome:
    """Sides of the table, and the pooled map as set, with PyTorch's pooling; 3, 5, 2 for the first three rows."""
    table = _figure(state, "sizes", "sizes").rows
    x, size, stride = _hidden(state), state["size"], state["stride"]
    oracle = [f"{n}x{n}" for k, s, _ in table for n in (nn.MaxPool2d(k, s)(x).shape[-1],)]
    ours = [row[-1] for row in table]
    known = [(k, s) for k, s, _ in table[:3]] == [(2, 2), (2, 1), (3, 2)] and ours[:3] == ["3x3", "5x5", "2x2"]
    pooled = _values(state, "sizes", "pooled")
    same = shown.apart((pooled, _pools(x, state["pool"], size, stride))) <= TINY
    marks = _figure(state, "sizes", "map").marks
    visits = F.fold(torch.ones(1, size**2, len(pooled) ** 2), 6, size, stride=stride)[0, 0]
    hatched = sorted(marks["never"]) == [tuple(cell) for cell in (visits == 0).nonzero().tolist()]
    framed = sorted(marks["source"]) == [tuple(cell) for cell in (visits > 1).nonzero().tolist()]
    return Outcome(" ".join(ours), " ".join(oracle), ours == oracle and known and same and hatched and framed)


def average_and_maximum(state: State) -> Outcome:
    """The mean of a window never exceeds its maximum; on a constant map they are the same."""
    hidden = _hidden(state)
    largest, mean = (_values(state, "window", kind, 9) for kind in KINDS)
    same = shown.apart((largest, _pools(hidden, "max")), (mean, _pools(hidden, "average"))) <= TINY
    flat = np.full((6, 6), 0.3)
    apart = shown.apart((work.pool(flat, "average"), _pools(torch.tensor(flat)[None, None], "max")))
    above = int((mean > largest + TINY).sum())
    return Outcome({"cells above": above, "apart if flat": apart}, "0, 0", same and above == 0 and apart <= TINY)


def chosen_nudge(state: State) -> Outcome:
    """The nudges by one and by two columns that the settings choose, with PyTorch's pooling."""
    row, column, kind = state["row"], state["column"], state["pool"]
    x = torch.zeros(3, 1, 6, 6, dtype=torch.float64)
    for k in range(3):
        x[k, 0, row, column + k] = 1
    pools = [_pools(each[None], kind) for each in x]
    counted = [int((pools[0] != pools[k]).sum()) for k in (1, 2)]
    ours, same = [], True
    for k in (0, 1):
        old, new = (_values(state, "shift", f"pooled {when}", k) for when in ("before", "after"))
        same = same and shown.apart((old, pools[0]), (new, pools[k + 1])) <= TINY
        ours.append(len(_figure(state, "shift", "pooled after", k).marks["target"]))
    says = f"moved by 1 and by 2 from column {column}: cells changed"
    return Outcome(ours, counted, ours == counted and same, says)


def nudges(state: State) -> Outcome:
    """Inside a window nothing changes; across its border two cells of max pooling do."""

    def counted(first: int, second: int) -> int:
        x = torch.zeros(2, 1, 6, 6)
        x[0, 0, 2, first] = x[1, 0, 2, second] = 1
        old, new = F.max_pool2d(x, 2)
        return int((old != new).sum())

    ours = [len(work.changed(*(work.pool(work.bright(2, c), "max") for c in pair))) for pair in ((2, 3), (3, 4))]
    return Outcome(ours, [0, 2], ours == [0, 2] == [counted(2, 3), counted(3, 4)])


def third(state: State) -> Outcome:
    """All orders of six different pixels: the largest lies among the two shared ones in a third of them."""
    orders = list(permutations(range(6)))
    exact = Fraction(sum(max(order[:4]) == max(order[2:]) for order in orders), len(orders))
    cells = 40 * 16 * 16
    within = 3 * (float(exact) * (1 - float(exact)) / cells) ** 0.5
    raw, _, kept = _values(state, "shift", "survive", 2).tolist()
    holds = exact == Fraction(1, 3) and abs(kept - float(exact)) <= within and raw == 0
    return Outcome({"max": kept, "raw": raw}, {"max": f"{exact} +- {within:.3f}", "raw": 0}, holds)


def _counted(n: int, padding: int, stride: int) -> int:
    """Multiply-accumulates of a 3x3 convolution as PyTorch's counter sees them: half of its operations."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        F.conv2d(torch.zeros(1, 1, n, n), torch.zeros(1, 1, 3, 3), padding=padding, stride=stride)
    return int(counter.get_total_flops()) // 2


def macs(state: State) -> Outcome:
    """81 against 324 on 6x6, counted by PyTorch; so the bars as set, and the sizes beside them."""
    n, padding = state["n"], state["padding"]
    fixed = work.ledger(6, 1)
    known = [fixed["strided MACs"], fixed["full MACs"]]
    ours = _values(state, "cost", "macs").tolist()
    counted = [_counted(n, padding, stride) for stride in (2, 1)]
    rows = _figure(state, "cost", "ledger").rows
    x, kernel = torch.zeros(1, 1, n, n), torch.zeros(1, 1, 3, 3)
    full = F.conv2d(x, kernel, padding=padding)
    ends = [F.conv2d(x, kernel, padding=padding, stride=2), F.max_pool2d(full, 2)]
    sides = [f"{len(end[0, 0])}x{len(end[0, 0])}" for end in ends]
    holds = known == [81, 324] == [_counted(6, 1, 2), _counted(6, 1, 1)] and [row[2] for row in rows] == sides
    return Outcome([int(v) for v in ours], counted, holds and ours == counted, f"MACs at {n}x{n}, padding {padding}")


def ratios(state: State) -> Outcome:
    """Four for even sizes, less for small odd ones, 4.33 with the comparisons of pooling."""
    cases = {
        **{f"{n} p{p}": (n, p, "4.0") for n in (6, 28, 32) for p in (0, 1)},
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
    with_pool = work.digits_of(work.cost_ratio(6, 1, comparisons=True))
    right = agree and comparisons == 27 and ours == {name: case[2] for name, case in cases.items()}

    def told(numbers: dict[str, str], pool: str) -> dict[str, str]:
        even = " ".join(sorted({v for name, v in numbers.items() if int(name.split()[0]) % 2 == 0}))
        odd = " ".join(v for name, v in numbers.items() if int(name.split()[0]) % 2)
        return {"even": even, "odd": odd, "with pool": pool}

    expected = told({name: case[2] for name, case in cases.items()}, "4.33")
    computed = told(ours, with_pool)
    return Outcome(computed, expected, right and computed == expected)


def different(state: State) -> Outcome:
    """The maps shown are those of PyTorch's strided convolution, and of its full one that is pooled."""
    image, kernel, kind = _image(state), _kernel(state), state["pool"]
    full = F.conv2d(image, kernel, padding=1)
    oracle = [F.conv2d(image, kernel, padding=1, stride=2)[0, 0].numpy(), _pools(full, kind), full[0, 0].numpy()]
    ours = [_values(state, "functions", name) for name in ("strided", "condensed", "map")]
    gap = float(np.abs(ours[0] - ours[1]).max())
    layers = [sum(p.numel() for p in nn.Conv2d(1, 1, 3, stride=s, device="meta").parameters()) for s in (1, 2)]
    same = shown.apart(*zip(ours, oracle, strict=True)) <= TINY and layers == [10, 10]
    if np.abs(oracle[0] - oracle[1]).max() <= TINY:
        return Outcome({"apart": gap}, {"apart": 0}, same and gap <= TINY, "on this image both give the same numbers")
    return Outcome({"apart": gap}, {"apart": "> 0"}, same and gap > 0)


def separable(state: State) -> Outcome:
    """One direction, then the other, is the pooling of the windows; rows and columns both halve."""
    kind, hidden = state["pool"], _hidden(state)
    across, down = (_values(state, "direction", name) for name in ("across", "down"))
    one_way = F.max_pool2d if kind == "max" else F.avg_pool2d
    rows = one_way(hidden, (1, 2))[0, 0].numpy()
    return _agree((across, rows), (down, _pools(hidden, kind)), says=f"{kind}: rows, then columns, is the 2x2 pooling")


def channels(state: State) -> Outcome:
    """Pooling two different channels together is pooling each alone; a convolution mixes them."""
    other = "sobel-y" if state["kernel"] == KERNELS["sobel-x"] else "sobel-x"
    kernels = torch.tensor([state["kernel"], KERNELS[other]], dtype=torch.float64)[:, None]
    x = F.conv2d(_image(state), kernels, padding=1).relu()
    together = (F.max_pool2d if state["pool"] == "max" else F.avg_pool2d)(x, 2)[0].numpy()
    maps, alone = (
        np.stack([_values(state, "direction", f"{name} {k}", 1) for k in (0, 1)]) for name in ("channel", "pooled")
    )
    weights = torch.ones(1, 2, 3, 3, dtype=torch.float64)
    lone = F.conv2d(x * torch.tensor([1.0, 0.0]).reshape(1, 2, 1, 1), weights)
    mixed = float((F.conv2d(x, weights) - lone).abs().max())
    apart = shown.apart((maps, x[0]), (alone, together))
    return Outcome(
        {"pooling apart": apart, "convolution": mixed},
        {"pooling apart": "0", "convolution": "> 0" if maps[1].any() else "0: channel 1 is empty"},
        apart <= TINY and (mixed > 0) == bool(maps[1].any()),
    )


CLAIMS = (
    Claim(id="G1", says="conv with padding 1, ReLU, pool 2x2", check=after_convolution),
    Claim(id="G2", says="each pooled cell is the maximum or mean of its window", check=region),
    Claim(id="G3", says="pooling has no parameters", check=parameters),
    Claim(id="G4", says="sizes from 6x6", check=sizes),
    Claim(id="G5", says="average <= max", check=average_and_maximum),
    Claim(id="H1", says="the nudges as set", check=chosen_nudge),
    Claim(id="H1", says="a nudge inside a window changes no cell, across its border 2", check=nudges),
    Claim(id="H1", says="random images: cells that survive a shift", check=third),
    Claim(id="H2", says="MACs as set; 81 and 324 on 6x6", check=macs),
    Claim(id="H2", says="ratio of the MACs by size", check=ratios),
    Claim(id="H2", says="same shapes and parameters, different functions", check=different),
    Claim(id="H3", says="pooling is separable: rows, then columns", check=separable),
    Claim(id="H3", says="pooling takes each channel alone", check=channels),
)
