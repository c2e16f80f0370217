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
from ..kit.facts import Claim, Outcome
from ..kit.fixtures import Floats
from ..kit.state import State
from ..workings import receptive, relu_frames
from ..workings.calibrating import calibration_error, softmax
from ..workings.cnn_trained import loss_ends
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


def _boxes(state: State, k: int = 0) -> list[list[int]]:
    """[channels, rows, columns] as written in the boxes of a ladder, the maps alone."""
    boxes = _figure(state, "shapes", "ladder", k).boxes
    return [[int(size) for size in box.shape.split("x")] for box in boxes if box.shape.count("x") == 2]


def shrinking(state: State) -> Outcome:
    """Sides never grow: 16, 16, 8, 8, 4, in the boxes of every ladder."""
    oracle = [side for _, side in _shapes()]
    ours = [rows for _, rows, _ in _boxes(state)]
    square = all(_boxes(state, k) == [[c, side, side] for c, side in _shapes()] for k in range(5))
    falling = all(a >= b for a, b in pairwise(oracle))
    return Outcome(ours, oracle, ours == oracle and square and falling and sorted(set(oracle)) == [4, 8, 16])


def growing(state: State) -> Outcome:
    """Channels never fall: 1, 8, 8, 16, 16."""
    ours, oracle = [channels for channels, *_ in _boxes(state)], [channels for channels, _ in _shapes()]
    rising = all(a <= b for a, b in pairwise(oracle))
    return Outcome(ours, oracle, ours == oracle and rising and sorted(set(oracle)) == [1, 8, 16])


def dense(state: State) -> Outcome:
    """Parameters of the layers in the ladder, in the bars and in the table, by the modules of the lab's network."""
    model = _lab()
    layers = {name: getattr(model, name) for name in ("conv1", "conv2", "head")}
    counts = {name: sum(p.numel() for p in layer.parameters()) for name, layer in layers.items()}
    counts["dense"] = counts.pop("head")
    total = sum(counts.values())
    boxes = {box.name.split()[0]: box for box in _figure(state, "shapes", "ladder").boxes}
    ladder = all(boxes[n].detail == f"{c:,} parameters" and boxes[n].share == c / total for n, c in counts.items())
    bars = _figure(state, "dense", "share")
    ours = {label.split()[0]: int(n) for label, n in zip(bars.labels, bars.values, strict=True)}
    flat, (channels, side) = layers["head"].in_features, _shapes()[-1]
    shape, numbers = f"{channels}x{side}x{side}", [row[1:] for row in _figure(state, "dense", "flatten").rows]
    unrolled = numbers == [(shape, flat), (f"{flat}", flat), (f"{flat} -> {layers['head'].out_features}", 10)]
    return Outcome(ours, counts, ours == counts and ladder and unrolled and boxes["flatten"].shape == f"{flat}")


def probabilities(state: State) -> Outcome:
    """Softmax of the shown logits: PyTorch's numbers, in (0,1), summing to one, order unchanged."""
    logits, ours = (_values(state, "softmax", name) for name in ("logits", "p"))
    oracle = torch.softmax(torch.tensor(logits) / state["temperature"], 0).numpy()
    curve = _figure(state, "softmax", "sharpness", 1)
    sharp = [float(torch.softmax(torch.tensor(logits) / t, 0).max()) for t in curve.x]
    error = shown.apart((ours, oracle), (curve.lines["largest p"], sharp))
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
    """The kernels moved, as drawn and by the trained module, and the loss fell."""
    result = state.result("small-cnn")
    walls, rows = shown.figures(LESSON, "learning", state, 1), _figure(state, "learning", "moved", 2).rows
    now = {name: getattr(result.model, name).weight.detach().double() for name in ("conv1", "conv2")}
    drawn = shown.apart((walls["after"].images, now["conv1"][:, 0]))
    moved = [float((now[name] - torch.from_numpy(result.before[name]).double()).norm()) for name in now]
    first, last = loss_ends(result.losses)
    fell = last < first / 2 and np.array_equal(_figure(state, "learning", "loss").lines["loss"], result.losses)
    same = drawn < 1e-6 and shown.apart(([row[3] for row in rows], moved)) < 1e-4
    return Outcome(
        {"change": moved[0], "loss": last},
        {"change": "> 0", "loss": f"< {first / 2:.3g}"},
        min(moved) > 0 and fell and same,
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
    zeroed = np.concatenate([np.asarray(bar.values) for bar in bars])
    named = [int(label) for bar in bars for label in bar.labels] == [*range(8), *range(16)]
    crossed = [k for bar in bars for k in np.asarray(bar.values)[list(bar.dropped)].tolist()]
    right = named and int((zeroed == 1).sum()) == dead and all(share == 1 for share in crossed)
    return Outcome(
        {"dead": dead, "off max(0,x)": max(gaps)},
        {"dead": "<= 6 of 24", "off max(0,x)": 0},
        max(gaps) == 0 and right and dead <= 6,
    )


def calibrated(state: State) -> Outcome:
    """ECE as shown, as counted bin by bin, and as the lab counts it; the temperature changes no answer."""
    result, temperature = state.result("small-cnn"), state["temperature"]
    p = softmax(result.logits, temperature)
    oracle = torch.softmax(torch.from_numpy(result.logits) / temperature, 1)
    sure, answers = oracle.max(1)
    right = (answers == torch.from_numpy(result.truths)).double()
    error, accuracies, labels = 0.0, [], []
    for k in range(10):
        inside = (sure > k / 10) & (sure <= (k + 1) / 10)
        if bool(inside.any()):
            accuracies.append(float(right[inside].mean()))
            labels.append((f"{k / 10:.1f} to {(k + 1) / 10:.1f}", f"{int(inside.sum())} image"))
            error += float(inside.double().mean() * (right[inside].mean() - sure[inside].mean()).abs())
    ours = calibration_error(p, result.truths)
    bins = _figure(state, "confidence", "bins")
    told = [(label, note.split(", ")[1].removesuffix("s")) for label, note in zip(bins.labels, bins.notes, strict=True)]
    same = shown.apart((bins.values, accuracies)) <= 1e-6 and told == labels
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
