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
from ..kit.facts import Claim, Outcome, close, equal, every, same_arrays
from ..kit.fixtures import array
from ..kit.state import State
from ..workings import cnn_frames, receptive
from ..workings.calibrating import calibration_error, softmax
from ..workings.cnn_trained import dead_units, loss_ends
from ..workings.pooling import convolve

KNOWN_FIELDS = [3, 4, 8, 10]


def _lab() -> Cnn:
    """The lab's network without its numbers."""
    with torch.device("meta"):
        return Cnn(CnnOptions(channels=(8, 16), batch_norm=False, dropout=0.0), (1, 16, 16), 10)


def fields(state: State) -> Outcome:
    """Where the gradient of one output is not zero; pooling as an average, so that every path counts."""
    x = torch.ones(1, 1, 40, 40, dtype=torch.float64, requires_grad=True)
    y, sides = x, []
    for step in ("conv", "pool", "conv", "pool"):
        y = F.conv2d(y, torch.ones(1, 1, 3, 3, dtype=torch.float64)) if step == "conv" else F.avg_pool2d(y, 2)
        (gradient,) = torch.autograd.grad(y[0, 0, 3, 3], x, retain_graph=True)
        sides.append(int((gradient[0, 0].sum(0) != 0).sum()))
    ours = [layer.field for layer in receptive.layers()[1:]]
    return Outcome(ours, KNOWN_FIELDS, ours == sides == KNOWN_FIELDS)


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
    temperature = state["temperature"]
    ours = softmax(cnn_frames.LOGITS, temperature)
    oracle = torch.softmax(torch.tensor(cnn_frames.LOGITS) / temperature, 0).numpy()
    return every(
        softmax=same_arrays(ours, oracle, 1e-9),
        least=Outcome(float(ours.min()), "> 0", bool(ours.min() > 0)),
        most=Outcome(float(ours.max()), "< 1", bool(ours.max() < 1)),
        sum=close(float(ours.sum()), 1.0, 1e-6),
        winner=equal(int(ours.argmax()), int(cnn_frames.LOGITS.argmax())),
    )


def rectified(state: State) -> Outcome:
    """PyTorch's ReLU on the map: its least is not below zero, it is max(0, x)."""
    x = torch.tensor(state["image"], dtype=torch.float64)[None, None]
    kernel = torch.tensor(state["kernel"], dtype=torch.float64)[None, None]
    oracle = F.relu(F.conv2d(x, kernel, padding=1))[0, 0].numpy()
    after = cnn_frames.rectified(state)[0].figures[1]
    ours: Any = after.values  # type: ignore[attr-defined]
    negative = bool((convolve(array(state["image"]), array(state["kernel"]), 1) <= 0).any())
    return every(
        map=same_arrays(ours, oracle, 1e-9),
        least=Outcome(float(ours.min()), "0" if negative else "> 0", bool(ours.min() == 0) == negative),
    )


def linear(state: State) -> Outcome:
    """Two linear layers are one; with a ReLU between they are not."""
    first, second, one = (torch.tensor(part) for part in (cnn_frames.FIRST, cnn_frames.SECOND, cnn_frames.merged()))
    many = torch.randn(50, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(state.seed))
    stacked, single = F.linear(F.linear(many, first), second), F.linear(many, one)
    bent = F.linear(F.linear(many, first).relu(), second)
    apart, off = float((stacked - single).abs().max()), float((bent - single).abs().max())
    return Outcome(
        {"without ReLU": apart, "with ReLU": off},
        {"without ReLU": "<= 1e-06", "with ReLU": "> 0.1"},
        apart <= 1e-6 and off > 0.1,
    )


def _counts(side: int, maps: int) -> dict[str, int]:
    """The counts of a map of this side by PyTorch's modules and its counter of operations."""
    with torch.device("meta"):
        after, head = nn.Conv2d(maps, 2 * maps, 3, padding=1), nn.Linear(maps * side**2, 10)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        F.conv2d(torch.zeros(1, maps, side, side), torch.zeros(after.weight.shape), padding=1)
    return {
        "activations": head.in_features,
        "next conv 3x3: MACs": int(counter.get_total_flops()) // 2,
        "next dense: parameters": sum(p.numel() for p in head.parameters()),
        "next conv 3x3: parameters": sum(p.numel() for p in after.parameters()),
    }


def saved(state: State) -> Outcome:
    """125,450 parameters of a dense layer become 31,370; those of a convolution stay; and so as set."""
    side, maps = int(state["side"]), int(state["maps"])
    ours = receptive.savings(side, maps)
    without, pooled = _counts(side, maps), _counts(side // 2, maps)
    known = receptive.savings(28, 16)["next dense: parameters"]
    return every(
        dense_28x28x16=equal(list(known), [125_450, 31_370]),
        as_set=equal({k: list(v) for k, v in ours.items()}, {k: [without[k], pooled[k]] for k in without}),
        conv_unchanged=equal(len(set(ours["next conv 3x3: parameters"])), 1),
    )


def learned(state: State) -> Outcome:
    """The kernels moved and the loss fell."""
    result = state.result("small-cnn")
    first, last = loss_ends(result.losses)
    moved = float(torch.tensor(result.after["conv1"] - result.before["conv1"]).norm())
    return Outcome(
        {"kernel change": moved, "loss at first": first, "loss at last": last},
        {"kernel change": "> 0", "loss at last": f"< half of {first:.3f}"},
        moved > 0 and last < first / 2,
    )


def live(state: State) -> Outcome:
    """The module answers as shown, and is right on nine of ten test images."""
    result = state.result("small-cnn")
    with torch.no_grad():
        oracle = result.model(torch.from_numpy(result.images)).double().numpy()
    accuracy = float((result.logits.argmax(1) == result.truths).mean())
    shapes = [list(result.maps[name].shape[1:]) for name in ("conv1", "pool1", "conv2", "pool2")]
    return every(
        logits=same_arrays(result.logits[: len(oracle)], oracle, 1e-3),
        shapes=equal(shapes, [[8, 16, 16], [8, 8, 8], [16, 8, 8], [16, 4, 4]]),
        accuracy=Outcome(accuracy, ">= 0.9", accuracy >= 0.9),
    )


def alive(state: State) -> Outcome:
    """ReLU is max(0, x) on the trained maps, and few units are dead."""
    result = state.result("small-cnn")
    gaps = [
        float((torch.from_numpy(result.maps[conv]).clamp(min=0) - torch.from_numpy(result.maps[act])).abs().max())
        for conv, act in (("conv1", "act1"), ("conv2", "act2"))
    ]
    dead = dead_units(result.zeroed)
    least = min(float(result.maps[act].min()) for act in ("act1", "act2"))
    return Outcome(
        {"least": least, "apart from max(0,x)": max(gaps), "dead units": dead},
        {"least": 0, "apart from max(0,x)": 0, "dead units": "<= 6 of 24"},
        least == 0 and max(gaps) == 0 and dead <= 6,
    )


def calibrated(state: State) -> Outcome:
    """ECE as shown, as counted bin by bin, and as the lab counts it; the temperature changes no answer."""
    result, temperature = state.result("small-cnn"), state["temperature"]
    p = softmax(result.logits, temperature)
    oracle = torch.softmax(torch.from_numpy(result.logits) / temperature, 1)
    sure, answers = oracle.max(1)
    right = (answers == torch.from_numpy(result.truths)).double()
    error = 0.0
    for k in range(10):
        inside = (sure > k / 10) & (sure <= (k + 1) / 10)
        if bool(inside.any()):
            error += float(inside.double().mean() * (right[inside].mean() - sure[inside].mean()).abs())
    ours = calibration_error(p, result.truths)
    return every(
        ECE=close(ours, error, 1e-6),
        ECE_of_the_lab=close(ours, calibration.calibration_error(p, result.truths, 10), 1e-6),
        sums=close(float(np.abs(p.sum(1) - 1).max()), 0.0, 1e-6),
        answers_changed=equal(int((p.argmax(1) != result.logits.argmax(1)).sum()), 0),
    )


CLAIMS = (
    Claim(id="J1", says="conv, pool, conv, pool: one output sees 3, 4, 8, 10 pixels a side", check=fields),
    Claim(id="J1", says="trained, it is right on 9 of 10 digits it has not seen", check=live, needs="small-cnn"),
    Claim(id="J2", says="rows and columns never grow: 16, 8, 4", check=shrinking),
    Claim(id="J3", says="channels never fall: 1, 8, 16", check=growing),
    Claim(id="J4", says="the dense layer has flat x classes + classes parameters", check=dense),
    Claim(id="J5", says="softmax lies in (0,1), sums to 1, and T keeps the order", check=probabilities),
    Claim(id="J5", says="the calibration error of the trained network", check=calibrated, needs="small-cnn"),
    Claim(id="M1", says="training moves the kernels and lowers the loss", check=learned, needs="small-cnn"),
    Claim(id="M2", says="ReLU is max(0, x): nothing is left below zero", check=rectified),
    Claim(id="M2", says="two linear layers without ReLU are one linear layer", check=linear),
    Claim(id="M2", says="trained: negative is zeroed, most units live", check=alive, needs="small-cnn"),
    Claim(id="M3", says="pooling: 125,450 dense parameters become 31,370, convolutions keep theirs", check=saved),
)
