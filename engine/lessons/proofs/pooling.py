"""What `pooling` claims, computed by PyTorch, by its counter of operations, and by enumeration."""

from fractions import Fraction
from itertools import permutations
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ..kit.facts import Claim, Outcome
from ..kit.fixtures import KERNELS, Floats
from ..kit.state import State
from ..pooling import LESSON
from ..workings import pooling as work
from . import shown
from .pooling_cost import COSTS

KINDS = ("max", "average")
KNOWN = ("conv", "max pool", "average pool")
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
    boxes = [(box.name, box.shape) for box in _figure(state, "ladder", "ladder", 1).boxes]
    names = ("image", "conv 3x3", "ReLU", f"{state['pool']} pool 2x2")
    shapes = [_shape(_image(state)), _shape(hidden), _shape(hidden), _shape(oracle[None, None])]
    same = same and boxes == list(zip(names, shapes, strict=True))
    image, kernel = (_values(state, "ladder", name) for name in ("image", "kernel"))
    same = same and shown.apart((image, _image(state)[0, 0]), (kernel, _kernel(state)[0, 0])) == 0
    return Outcome(sides[0], sides[1], sides[0] == sides[1] and same)


def _shape(x: Any) -> str:
    return f"{x.shape[-2]}x{x.shape[-1]}"


def region(state: State) -> Outcome:
    """Every pooled number, and the two bars of every window, are what PyTorch's pooling gives."""
    hidden, kind = _hidden(state), state["pool"]
    both = [shown.bars_by_label(_figure(state, "window", "both", k)) for k in range(9)]
    bars = np.array([[each[name] for name in KINDS] for each in both])
    places = F.unfold(torch.arange(36.0).reshape(1, 1, 6, 6), 2, stride=2)[0].T.long().tolist()
    for k, under in enumerate(places):
        marks = _figure(state, "window", "map", k).marks
        won = {hidden[0, 0][cell].item() for cell in marks["winner"]}
        right = sorted(6 * r + c for r, c in marks["window"]) == under
        right = right and won == ({hidden.flatten()[under].max().item()} if kind == "max" else set())
        if not right or _figure(state, "window", "pooled", k).marks["target"] != (divmod(k, 3),):
            return Outcome(f"window {k + 1} is elsewhere", "PyTorch's", False)
    oracle = np.stack([_pools(hidden, each).ravel() for each in KINDS], 1)
    pooled = _values(state, "window", "pooled")
    says = f"each cell is the {'largest' if kind == 'max' else 'mean'} of its 2x2 window"
    return _agree((bars, oracle), (pooled, _pools(hidden, kind)), says=says)


def parameters(state: State) -> Outcome:
    """Pooling has nothing to learn; the convolution before it has ten parameters."""
    rows = _figure(state, "sizes", "parameters", 1).rows
    found = {name: next(row[1:] for row in rows if row[0].startswith(name)) for name in KNOWN}
    ours = {name: row[-1] for name, row in found.items()}
    layers = {
        "conv": nn.Conv2d(1, 1, 3, device="meta"),
        "max pool": nn.MaxPool2d(state["size"], state["stride"]),
        "average pool": nn.AvgPool2d(state["size"], state["stride"]),
    }
    expected = {name: sum(p.numel() for p in layer.parameters()) for name, layer in layers.items()}
    return Outcome(ours, expected, ours == expected and all(sum(row[:-1]) == row[-1] for row in found.values()))


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


def nudge(state: State) -> Outcome:
    """The nudges by one and by two columns, with PyTorch's pooling; of max pooling from column 2: none and 2 cells."""
    ours, counted, same = _nudged(state)
    known = [_nudged(state.with_values(pool="max", row=2, column=column)) for column in (2, 3)]
    right = all(each[2] and each[0] == each[1] for each in known) and known[0][0] == [0, 2] and known[1][0][0] == 2
    says = f"moved by 1 and by 2 from column {state['column']}: cells changed"
    return Outcome(ours, counted, ours == counted and same and right, says)


def _nudged(state: State) -> tuple[list[int], list[int], bool]:
    """(marked cells, cells that PyTorch changes, whether all maps shown are PyTorch's) for both nudges."""
    row, column, kind = state["row"], state["column"], state["pool"]
    x = torch.zeros(3, 1, 6, 6, dtype=torch.float64)
    for k in range(3):
        x[k, 0, row, column + k] = 1
    pools = [_pools(each[None], kind) for each in x]
    ours, same = [], True
    for k in (0, 1):
        seen = shown.figures(LESSON, "shift", state, k)
        same &= shown.apart((seen["before"].values, x[0, 0]), (seen["after"].values, x[k + 1, 0])) == 0
        pairs = [(seen[f"pooled {when}"].values, pools[at]) for when, at in (("before", 0), ("after", k + 1))]
        differ = [tuple(cell) for cell in np.argwhere(pools[0] != pools[k + 1]).tolist()]
        same &= shown.apart(*pairs) <= TINY and sorted(seen["pooled after"].marks["target"]) == differ
        ours.append(len(seen["pooled after"].marks["target"]))
    return ours, [int((pools[0] != pools[k]).sum()) for k in (1, 2)], same


def third(state: State) -> Outcome:
    """All orders of six different pixels: the largest lies among the two shared ones in a third of them."""
    orders = list(permutations(range(6)))
    exact = Fraction(sum(max(order[:4]) == max(order[2:]) for order in orders), len(orders))
    cells = 40 * 16 * 16
    within = 3 * (float(exact) * (1 - float(exact)) / cells) ** 0.5
    bars = _figure(state, "shift", "survive", 2)
    by_kind = shown.bars_by_label(bars)
    raw, kept = by_kind["raw pixels"], by_kind["max-pooled"]
    holds = (
        exact == Fraction(1, 3)
        and abs(kept - float(exact)) <= within
        and raw == 0
        and bars.reference[1] == float(exact)
    )
    return Outcome({"max": kept, "raw": raw}, {"max": f"{exact} +- {within:.3f}", "raw": 0}, holds)


def different(state: State) -> Outcome:
    """The maps shown are those of PyTorch's strided convolution, and of its full one that is pooled."""
    image, kernel, kind = _image(state), _kernel(state), state["pool"]
    full = F.conv2d(image, kernel, padding=1)
    oracle = [F.conv2d(image, kernel, padding=1, stride=2)[0, 0].numpy(), _pools(full, kind), full[0, 0].numpy()]
    ours = [_values(state, "functions", name) for name in ("strided", "condensed", "map")]
    asked = [(_values(state, "functions", "image"), image[0, 0]), (_values(state, "functions", "kernel"), kernel[0, 0])]
    gap = float(np.abs(ours[0] - ours[1]).max())
    layers = [sum(p.numel() for p in nn.Conv2d(1, 1, 3, stride=s, device="meta").parameters()) for s in (1, 2)]
    same = shown.apart(*zip(ours, oracle, strict=True), *asked) <= TINY and layers == [10, 10]
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
    Claim(id="H1", says="the nudges as set", check=nudge),
    Claim(id="H1", says="random images: cells that survive a shift", check=third),
    *COSTS,
    Claim(id="H2", says="same shapes and parameters, different functions", check=different),
    Claim(id="H3", says="pooling is separable: rows, then columns", check=separable),
    Claim(id="H3", says="pooling takes each channel alone", check=channels),
)
