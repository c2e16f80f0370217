"""What `channels` claims, computed by PyTorch."""

import numpy as np
import torch
from torch.nn import functional as F

from ..channels import LESSON, SHAPE
from ..kit.facts import Claim, Outcome
from ..kit.fixtures import array
from ..kit.state import State
from ..workings import filter_bank, layer_counts
from ..workings.filter_bank import SHORTEST
from .shown import apart, bars_by_label, figure_of, figures, rows_by_name, values_of


def by_torch(state: State, off: int | None = None) -> torch.Tensor:
    """[4, 6, 6]: PyTorch's convolution with four filters at once."""
    weight = torch.tensor(filter_bank.FILTERS, dtype=torch.float64)[:, None]
    if off is not None:
        weight[off] = 0
    return F.conv2d(torch.tensor(state["image"], dtype=torch.float64)[None, None], weight, padding=1)[0]


def different(state: State) -> Outcome:
    """Cosines of PyTorch's maps; below 0.5 in absolute value on the fixture."""
    maps, count = by_torch(state), len(filter_bank.FILTERS)
    weight = torch.tensor(filter_bank.FILTERS, dtype=torch.float64)
    wrong = 0.0
    for k in range(count):
        shown = figures(LESSON, "several", state, k)
        wrong = max(wrong, apart((shown["map"].values, maps[k]), (shown["filter"].values, weight[k])))
        wrong = max(wrong, apart((shown["image"].values, state["image"])))
    last = figures(LESSON, "several", state, count)
    told = rows_by_name(last["cosines"])
    names = list(last["cosines"].columns[1:])
    flat = maps.flatten(1)
    oracle = F.cosine_similarity(flat[:, None], flat[None], dim=2)
    ours = np.array([[float(value) for value in told[name]] for name in names])
    right = names == list(last["maps"].labels) and apart((ours, oracle)) <= 0.0051
    wrong = max(wrong, apart((last["maps"].images, maps)))
    largest, exact = (float(np.abs(np.triu(each, 1)).max()) for each in (ours, oracle.numpy()))
    agree = right and wrong <= 1e-9
    if exact < 0.5:
        return Outcome({"largest cosine": largest}, "< 0.5", agree)
    says = "in this image two of the four filters find much the same"
    return Outcome({"largest cosine": largest}, round(exact, 2), agree, says)


def counted(state: State) -> Outcome:
    """Parameters of PyTorch's layers."""
    asked = (state["k"], state["c_in"], state["c_out"])
    layers = {"1 to 4": (3, 1, 4), "4 to 8": (3, 4, 8), "as set": asked}
    ours = {name: layer_counts.conv_parameters(k, c_in, c_out) for name, (k, c_in, c_out) in layers.items()}
    oracle = {
        name: sum(p.numel() for p in torch.nn.Conv2d(c_in, c_out, k, device="meta").parameters())
        for name, (k, c_in, c_out) in layers.items()
    }
    layer = torch.nn.Conv2d(state["c_in"], state["c_out"], state["k"], device="meta")
    assert layer.bias is not None
    rows = figure_of(LESSON, "parameters", 0, "filters", state).rows
    right = tuple(rows[-1][2:]) == (layer.weight.numel(), layer.bias.numel(), oracle["as set"])
    right &= rows[-1][0] == "all" and [sum(row[k] for row in rows[:-1]) for k in (2, 3, 4)] == list(rows[-1][2:])
    each = layer.weight[0].numel()
    right &= all(row[2:] == (each, 1, each + 1) for row in rows[:-1] if row[0].startswith("filter"))
    return Outcome(ours, oracle, ours == oracle and right)


def summed(state: State) -> Outcome:
    """PyTorch's convolution over four channels is the sum of the parts and the bias, and its groups are the parts."""
    slices, bias = filter_bank.second_layer(state.seed)
    weight, incoming = torch.from_numpy(slices.copy()), by_torch(state)[None]
    total = F.conv2d(incoming, weight[None], torch.tensor([bias]).double(), padding=1)[0, 0]
    parts = F.conv2d(incoming, weight[:, None], padding=1, groups=4)[0]
    row, column = state["row"], state["column"]
    at_place = [*parts[:, row, column].tolist(), bias]
    under = F.unfold(incoming, 3, padding=1)[0, :, 6 * row + column].reshape(4, 3, 3)
    shown, whole = (figures(LESSON, "all channels", state, k) for k in (0, 1))
    names = [f"{kind} {c}" for kind in ("window", "slice") for c in range(4)]
    boxes = torch.cat([under, weight])
    right = list(shown["parts"].column_labels) == ["part 0", "part 1", "part 2", "part 3", "bias"]
    right &= list(whole["input"].labels) == list(whole["parts"].labels) == [f"{c} {n}" for c, n in enumerate(SHORTEST)]
    right &= whole["sum"].marks["focus"] == ((row, column),)
    worst = max(
        apart((values_of(LESSON, "all channels", 1, "sum", state), total)),
        apart((figure_of(LESSON, "all channels", 1, "parts", state).images, parts)),
        apart((values_of(LESSON, "all channels", 0, "parts", state)[0], at_place)),
        apart(*((shown[name].values, boxes[k]) for k, name in enumerate(names)), (whole["input"].images, incoming[0])),
        abs(sum(at_place) - float(total[row, column])),
    )
    return Outcome({"off by": worst}, "<= 1e-06", worst <= 1e-6 and right)


def zeroed(state: State) -> Outcome:
    """Which channels change when PyTorch's filter j is set to 0, for each j."""
    torch_full = by_torch(state)
    weight = torch.tensor(filter_bank.FILTERS, dtype=torch.float64)
    labels = [f"{c} {name}" for c, name in enumerate(SHORTEST)]
    ours, oracle, wrong, right = {}, {}, 0.0, True
    for j in range(len(weight)):
        torch_off, off = by_torch(state, j), weight.clone()
        off[j] = 0
        before, after = (figures(LESSON, "one each", state.with_values(filter=j), k) for k in (0, 1))
        bars = bars_by_label(after["changes"])
        changes = (torch_off - torch_full).abs().flatten(1).amax(1)
        wrong = max(
            wrong,
            apart((before["filters"].images, weight), (before["maps"].images, torch_full)),
            apart((after["filters"].images, off), (after["maps"].images, torch_off)),
            apart(([bars[label] for label in labels], changes)),
        )
        right &= all(list(after[name].labels) == labels for name in ("filters", "maps"))
        right &= after["maps"].chosen == j and after["maps"].dropped == (j,) == after["changes"].marked
        ours[f"{j}"] = [i for i, label in enumerate(labels) if bars[label] > 0]
        oracle[f"{j}"] = (torch_off != torch_full).flatten(1).any(1).nonzero().flatten().tolist()
    own = all(set(channels) <= {int(j)} for j, channels in ours.items())
    return Outcome(ours, oracle, ours == oracle and own and right and wrong <= 1e-9)


def order(state: State) -> Outcome:
    """PyTorch's shapes, its round trip between the orders, and the place of each number in its memory, as is shown."""
    rows, columns, channels = SHAPE
    made = torch.nn.Conv2d(1, channels, 3, padding=1, device="meta")(torch.empty(1, 1, rows, columns, device="meta"))
    chw = by_torch(state)
    hwc = chw.permute(1, 2, 0).contiguous()
    ours = filter_bank.maps(array(state["image"]))
    places = torch.arange(rows * columns * channels)
    oracle = {
        "CHW": places.reshape(channels, rows, columns),
        "HWC": places.reshape(rows, columns, channels).permute(2, 0, 1),
    }
    wrong = 0.0
    for layout, memory in (("CHW", chw.flatten()), ("HWC", hwc.flatten())):
        values = state.with_values(layout=layout)
        shown = [values_of(LESSON, "layout", 1, f"channel {c}", values) for c in range(channels)]
        wrong = max(wrong, apart((shown, oracle[layout])))
        flat = np.empty(ours.size)
        for c, h, w in np.ndindex(channels, rows, columns):
            flat[filter_bank.address(layout, h, w, c, SHAPE)] = ours[c, h, w]
        wrong = max(wrong, apart((flat, memory)))
    wrong = max(wrong, oblong())
    rows_shown = figure_of(LESSON, "layout", 0, "shape", state).rows
    told = {row[0]: tuple(int(word.split()[0]) for word in row[2:5]) for row in rows_shown}
    wrong = wrong if told == {"TensorFlow, files": tuple(hwc.shape), "PyTorch": tuple(chw.shape)} else np.inf
    return Outcome(
        {"PyTorch": list(ours.shape), "notes": list(SHAPE)},
        {"PyTorch": list(made.shape[1:]), "notes": list(hwc.shape)},
        list(ours.shape) == list(made.shape[1:])
        and list(SHAPE) == list(hwc.shape)
        and wrong <= 1e-12
        and torch.equal(hwc.permute(2, 0, 1), chw),
    )


def oblong() -> float:
    """By how much the places in memory of 5 rows, 7 columns and 3 channels differ from PyTorch's."""
    places = torch.arange(5 * 7 * 3)
    hwc, chw = places.reshape(5, 7, 3), places.reshape(3, 5, 7).permute(1, 2, 0)
    shape = (5, 7, 3)
    ours = [[filter_bank.address(layout, h, w, c, shape) for h, w, c in np.ndindex(shape)] for layout in ("HWC", "CHW")]
    return apart(*zip(ours, (hwc.flatten(), chw.flatten()), strict=True))


CLAIMS = (
    Claim(id="I1", says="four filters find different things", check=different),
    Claim(id="I2", says="each filter has its own weights and a bias", check=counted),
    Claim(id="I2", says="parts of all channels, added, plus bias", check=summed),
    Claim(id="I3", says="channels that change when filter j is 0", check=zeroed),
    Claim(id="I4", says="channels last in the notes, first in PyTorch", check=order),
)
