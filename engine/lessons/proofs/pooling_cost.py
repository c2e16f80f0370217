"""What `pooling` claims of the work of two pipelines, counted by PyTorch's counter and by its layers' shapes."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from ..kit.facts import Claim, Outcome
from ..kit.state import State
from ..pooling import LESSON
from ..workings import pooling as work
from . import shown


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
    bars = shown.bars_by_label(shown.figure_of(LESSON, "cost", 0, "macs", state))
    ours = [bars["conv stride 2"], bars["conv stride 1 + max pool"]]
    counted = [_counted(n, padding, stride) for stride in (2, 1)]
    told = shown.rows_by_name(shown.figure_of(LESSON, "cost", 0, "ledger", state))
    rows = [told["conv 3x3, stride 2"], told["conv 3x3, stride 1, pool 2x2"]]
    x, kernel = torch.zeros(1, 1, n, n), torch.zeros(1, 1, 3, 3)
    full = F.conv2d(x, kernel, padding=padding)
    ends = [F.conv2d(x, kernel, padding=padding, stride=2), F.max_pool2d(full, 2)]
    after, last = ([f"{len(x[0, 0])}x{len(x[0, 0])}" for x in each] for each in ((ends[0], full), ends))
    holds = known == [81, 324] == [_counted(6, 1, 2), _counted(6, 1, 1)]
    holds = holds and rows == [(*sides, 10) for sides in zip(after, last, strict=True)]
    return Outcome([int(v) for v in ours], counted, holds and ours == counted, f"MACs at {n}x{n}, padding {padding}")


def _curve_apart(state: State) -> float:
    """By how much the curves of ratios that are shown differ from the outputs of PyTorch's layers, nine MACs each."""
    curve = shown.figure_of(LESSON, "cost", 1, "ratio", state)
    oracle: dict[str, list[float]] = {}
    for padding, name in enumerate(("not padded", "padded by 1")):
        layers = [nn.Conv2d(1, 1, 3, stride=s, padding=padding, device="meta") for s in (1, 2)]
        images = [torch.empty(1, 1, int(n), int(n), device="meta") for n in curve.x]
        oracle[name] = [layers[0](x).numel() / layers[1](x).numel() for x in images]
    same = list(curve.lines) == list(oracle) and list(curve.x) == list(range(5, 33)) and curve.at == state["n"]
    same = same and list(curve.levels.values()) == [4.0]
    return shown.apart(*((curve.lines[name], line) for name, line in oracle.items())) if same else np.inf


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
    agree = agree and _curve_apart(state) <= 1e-12
    right = agree and comparisons == 27 and ours == {name: case[2] for name, case in cases.items()}

    def told(numbers: dict[str, str], pool: str) -> dict[str, str]:
        even = " ".join(sorted({v for name, v in numbers.items() if int(name.split()[0]) % 2 == 0}))
        odd = " ".join(v for name, v in numbers.items() if int(name.split()[0]) % 2)
        return {"even": even, "odd": odd, "with pool": pool}

    expected = told({name: case[2] for name, case in cases.items()}, "4.33")
    computed = told(ours, with_pool)
    return Outcome(computed, expected, right and computed == expected)


COSTS = (
    Claim(id="H2", says="MACs as set; 81 and 324 on 6x6", check=macs),
    Claim(id="H2", says="ratio of the MACs by size", check=ratios),
)
