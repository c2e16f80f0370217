"""What `cnn` claims: shapes, fields and counts by PyTorch's modules, confidence by a count of its own."""

from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from ...models.cnn import Cnn
from ...objectives import calibration
from ...recipes.classifiers import CnnOptions
from ..cnn import LESSON
from ..kit.facts import Claim, Outcome, equal
from ..kit.fixtures import Floats
from ..kit.state import State
from ..workings import receptive, relu_frames
from ..workings.calibrating import calibration_error, softmax
from ..workings.cnn_trained import dead_units, loss_ends
from . import shown

KNOWN_FIELDS = [3, 4, 8, 10]


def _figure(state: State, scene: str, name: str, k: int = 0) -> Any:
    return shown.figures(LESSON, scene, state, k)[name]


def _values(state: State, scene: str, name: str, k: int = 0) -> Floats:
    return np.asarray(_figure(state, scene, name, k).values, dtype=np.float64)


def _lab() -> Cnn:
    """The lab's network without its numbers."""
    with torch.device("meta"):
        return Cnn(CnnOptions(channels=(8, 16), batch_norm=False, dropout=0.0), (1, 16, 16), 10)


def fields(state: State) -> Outcome:
    """Where the gradient of the output in the middle is not zero; pooling as an average, so that every path counts."""
    x = torch.ones(1, 1, 16, 16, dtype=torch.float64, requires_grad=True)
    y, sides, same = x, [], True
    for k, step in enumerate(("conv", "pool", "conv", "pool"), start=1):
        conv = step == "conv"
        y = F.conv2d(y, torch.ones(1, 1, 3, 3, dtype=torch.float64), padding=1) if conv else F.avg_pool2d(y, 2)
        place = y.shape[-1] // 2 - 1
        (gradient,) = torch.autograd.grad(y[0, 0, place, place], x, retain_graph=True)
        sides.append(int((gradient[0, 0].sum(0) != 0).sum()))
        framed = set(_figure(state, "shapes", "image", k).marks["window"])
        same = same and framed == {tuple(cell) for cell in gradient[0, 0].nonzero().tolist()}
    ours = [layer.field for layer in receptive.layers()[1:]]
    return Outcome(ours, KNOWN_FIELDS, ours == sides == KNOWN_FIELDS and same)


def _shapes() -> list[list[int]]:
    """[channels, side] after the input and each convolution and pooling of the lab's network, whatever its weights."""
    x = torch.zeros(1, 1, 16, 16)
    found = [[1, 16]]
    for name, layer in _lab().to_empty(device="cpu").named_children():
        x = layer(x)
        if name.startswith(("conv", "pool")):
            found.append([x.shape[1], x.shape[2]])
    return found


def shrinking(state: State) -> Outcome:
    """Sides never grow: 16, 16, 8, 8, 4."""
    ours, oracle = [layer.side for layer in receptive.layers()], [side for _, side in _shapes()]
    falling = all(a >= b for a, b in pairwise(oracle))
    return Outcome(ours, oracle, ours == oracle and falling and sorted(set(oracle)) == [4, 8, 16])


def growing(state: State) -> Outcome:
    """Channels never fall: 1, 8, 8, 16, 16."""
    ours, oracle = [layer.channels for layer in receptive.layers()], [channels for channels, _ in _shapes()]
    rising = all(a <= b for a, b in pairwise(oracle))
    return Outcome(ours, oracle, ours == oracle and rising and sorted(set(oracle)) == [1, 8, 16])


def dense(state: State) -> Outcome:
    """Parameters of the dense layer, and of all layers."""
    model = _lab()
    ours = {layer.name.split()[0]: layer.parameters for layer in receptive.layers() if layer.parameters}
    ours["dense"] = receptive.dense_parameters(receptive.flat())
    counts = {name: sum(p.numel() for p in getattr(model, name).parameters()) for name in ("conv1", "conv2", "head")}
    counts["dense"] = counts.pop("head")
    return equal(ours, counts)


def probabilities(state: State) -> Outcome:
    """Softmax of the shown logits: PyTorch's numbers, in (0,1), summing to one, order unchanged."""
    logits, ours = (_values(state, "softmax", name) for name in ("logits", "p"))
    oracle = torch.softmax(torch.tensor(logits) / state["temperature"], 0).numpy()
    error = shown.apart((ours, oracle))
    inside = bool(ours.min() > 0 and ours.max() < 1) and ours.argmax() == logits.argmax()
    return Outcome({"sum": float(ours.sum()), "apart": error}, "1, <= 1e-09", inside and error <= 1e-9)


def rectified(state: State) -> Outcome:
    """PyTorch's convolution and ReLU: the map's least is not below zero, it is max(0, x)."""
    x = torch.tensor(state["image"], dtype=torch.float64)[None, None]
    kernel = torch.tensor(state["kernel"], dtype=torch.float64)[None, None]
    before = F.conv2d(x, kernel, padding=1)[0, 0]
    ours = [_values(state, "relu", name) for name in ("before", "after")]
    return shown.agree(
        (ours[0], before.numpy()), (ours[1], before.relu().numpy()), tolerance=1e-8, also=bool(ours[1].min() >= 0)
    )


def linear(state: State) -> Outcome:
    """Two linear layers are one; with a ReLU between they are not."""
    second, first, one = (torch.tensor(_values(state, "relu", name, 1)) for name in ("second", "first", "one"))
    many = torch.randn(50, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(state.seed))
    stacked, single = F.linear(F.linear(many, first), second), F.linear(many, one)
    apart = float((stacked - single).abs().max())
    off = float((F.linear(F.linear(many, first).relu(), second) - single).abs().max())
    rows = [list(row[1:]) for row in _figure(state, "relu", "answers", 1).rows]
    point = torch.tensor(relu_frames.POINT)
    straight = F.linear(F.linear(point, first), second)
    bent = F.linear(F.linear(point, first).relu(), second)
    same = shown.apart((rows, torch.stack([straight, straight, bent]).numpy())) <= 1e-9
    return Outcome(
        {"apart": apart, "with ReLU": off},
        {"apart": "<= 1e-06", "with ReLU": "> 0.1"},
        same and apart <= 1e-6 < 0.1 < off,
    )


def _counts(side: int, maps: int) -> dict[str, int]:
    """The counts of a map of this side by PyTorch's modules and its counter of operations."""
    with torch.device("meta"):
        after, head = nn.Conv2d(maps, 2 * maps, 3, padding=1), nn.Linear(maps * side**2, 10)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        F.conv2d(torch.zeros(1, maps, side, side), torch.zeros(after.weight.shape), padding=1)
    return {
        "activations": head.in_features,
        "next conv: MACs": int(counter.get_total_flops()) // 2,
        "next dense: parameters": sum(p.numel() for p in head.parameters()),
        "next conv: parameters": sum(p.numel() for p in after.parameters()),
    }


def saved(state: State) -> Outcome:
    """125,450 parameters of a dense layer become 31,370; those of a convolution stay; and so as set."""
    side, maps = int(state["side"]), int(state["maps"])
    without, pooled = _counts(side, maps), _counts(side // 2, maps)
    rows = _figure(state, "savings", "counters").rows
    shown_counts = {row[0]: [int(cell.replace(",", "")) for cell in row[1:3]] for row in rows}
    right = shown_counts == {name: [without[name], pooled[name]] for name in without}
    left = _values(state, "savings", "left").tolist()
    right = right and left == [pooled[name] / without[name] for name in shown_counts]
    known = list(receptive.savings(28, 16)["next dense: parameters"]) == [125_450, 31_370]
    ours, oracle = shown_counts["next dense: parameters"], [c["next dense: parameters"] for c in (without, pooled)]
    kept = len(set(shown_counts["next conv: parameters"])) == 1
    return Outcome("{:,} -> {:,}".format(*ours), "{:,} -> {:,}".format(*oracle), right and known and kept)


def learned(state: State) -> Outcome:
    """The kernels moved and the loss fell."""
    result = state.result("small-cnn")
    first, last = loss_ends(result.losses)
    moved = float(torch.tensor(result.after["conv1"] - result.before["conv1"]).norm())
    return Outcome(
        {"change": moved, "loss": last},
        {"change": "> 0", "loss": f"< {first / 2:.3g}"},
        moved > 0 and last < first / 2,
    )


def live(state: State) -> Outcome:
    """The module answers as shown, and is right on nine of ten test images."""
    result = state.result("small-cnn")
    with torch.no_grad():
        oracle = result.model(torch.from_numpy(result.images)).double()
    k = int(state["sample"])
    bars = _values(state, "live", "answer")
    same = float(np.abs(bars - torch.softmax(oracle[k] / state["temperature"], 0).numpy()).max()) <= 1e-3
    accuracy = float((result.logits.argmax(1) == result.truths).mean())
    shapes = [list(result.maps[name].shape[1:]) for name in ("conv1", "pool1", "conv2", "pool2")]
    same = same and shapes == [[8, 16, 16], [8, 8, 8], [16, 8, 8], [16, 4, 4]]
    return Outcome({"accuracy": accuracy}, {"accuracy": ">= 0.9"}, same and accuracy >= 0.9)


def alive(state: State) -> Outcome:
    """ReLU is max(0, x) on the trained maps, and few units are dead."""
    result = state.result("small-cnn")
    gaps = [
        float((torch.from_numpy(result.maps[conv]).clamp(min=0) - torch.from_numpy(result.maps[act])).abs().max())
        for conv, act in (("conv1", "act1"), ("conv2", "act2"))
    ]
    bars = shown.figures(LESSON, "units", state, 0).values()
    dead = sum(len(bar.dropped) for bar in bars)
    return Outcome(
        {"dead": dead, "off max(0,x)": max(gaps)},
        {"dead": "<= 6 of 24", "off max(0,x)": 0},
        max(gaps) == 0 and dead == dead_units(result.zeroed) and dead <= 6,
    )


def calibrated(state: State) -> Outcome:
    """ECE as shown, as counted bin by bin, and as the lab counts it; the temperature changes no answer."""
    result, temperature = state.result("small-cnn"), state["temperature"]
    p = softmax(result.logits, temperature)
    oracle = torch.softmax(torch.from_numpy(result.logits) / temperature, 1)
    sure, answers = oracle.max(1)
    right = (answers == torch.from_numpy(result.truths)).double()
    error, accuracies = 0.0, []
    for k in range(10):
        inside = (sure > k / 10) & (sure <= (k + 1) / 10)
        if bool(inside.any()):
            accuracies.append(float(right[inside].mean()))
            error += float(inside.double().mean() * (right[inside].mean() - sure[inside].mean()).abs())
    ours = calibration_error(p, result.truths)
    same = shown.apart((_values(state, "confidence", "bins"), accuracies)) <= 1e-6
    lab = abs(ours - calibration.calibration_error(p, result.truths, 10)) <= 1e-6
    changed = int((p.argmax(1) != result.logits.argmax(1)).sum())
    return Outcome(
        {"ECE": round(ours, 6), "answers changed": changed},
        {"ECE": round(error, 6), "answers changed": 0},
        same and lab and abs(ours - error) <= 1e-6 and changed == 0,
    )


CLAIMS = (
    Claim(id="J1", says="right on digits not seen", check=live, needs="small-cnn"),
    Claim(id="J1", says="pixels a side that an output sees", check=fields),
    Claim(id="J2", says="rows and columns never grow", check=shrinking),
    Claim(id="J3", says="channels never fall", check=growing),
    Claim(id="J4", says="parameters of the layers", check=dense),
    Claim(id="J5", says="the calibration error, as trained", check=calibrated, needs="small-cnn"),
    Claim(id="J5", says="softmax lies in (0,1), sums to 1", check=probabilities),
    Claim(id="M1", says="training moves the kernels", check=learned, needs="small-cnn"),
    Claim(id="M2", says="trained: units that are dead", check=alive, needs="small-cnn"),
    Claim(id="M2", says="ReLU is max(0, x)", check=rectified),
    Claim(id="M2", says="two linear layers are one", check=linear),
    Claim(id="M3", says="dense parameters, pooled before", check=saved),
)
