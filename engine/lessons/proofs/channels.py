"""What `channels` claims, computed by PyTorch."""

import numpy as np
import torch
from torch.nn import functional as F

from ..channels import LESSON, SHAPE
from ..kit.facts import Claim, Outcome, close
from ..kit.fixtures import array
from ..kit.state import State
from ..workings import filter_bank, layer_counts
from .shown import apart, figure_of, values_of


def by_torch(state: State, off: int | None = None) -> torch.Tensor:
    """[4, 6, 6]: PyTorch's convolution with four filters at once."""
    weight = torch.tensor(filter_bank.FILTERS, dtype=torch.float64)[:, None]
    if off is not None:
        weight[off] = 0
    return F.conv2d(torch.tensor(state["image"], dtype=torch.float64)[None, None], weight, padding=1)[0]


def different(state: State) -> Outcome:
    """Cosines of PyTorch's maps; below 0.5 in absolute value on the fixture."""
    first = by_torch(state)[:3].flatten(1)
    pairs = {"vertical, horizontal": (0, 1), "vertical, blobs": (0, 2), "horizontal, blobs": (1, 2)}
    ours = filter_bank.cosines(filter_bank.maps(array(state["image"]))[:3])
    computed = {name: float(ours[pair]) for name, pair in pairs.items()}
    oracle = {name: float(F.cosine_similarity(first[i], first[j], dim=0)) for name, (i, j) in pairs.items()}
    largest = max(abs(value) for value in computed.values())
    maps = by_torch(state)[:3]
    shown = [values_of(LESSON, "several", k, "map", state) for k in range(3)]
    wall = figure_of(LESSON, "several", 3, "maps", state).images
    agree = close(computed, oracle, 1e-6).holds and max(apart((shown, maps)), apart((wall, maps))) <= 1e-9
    if largest < 0.5:
        return Outcome({"largest cosine": largest}, "< 0.5", agree)
    says = "in this image two of the three filters find much the same"
    return Outcome({"largest cosine": largest}, max(map(abs, oracle.values())), agree, says)


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
    last = figure_of(LESSON, "parameters", 0, "filters", state).rows[-1]
    right = tuple(last[2:]) == (layer.weight.numel(), layer.bias.numel(), oracle["as set"])
    return Outcome(ours, oracle, ours == oracle and right)


def summed(state: State) -> Outcome:
    """PyTorch's convolution over four channels is the sum of the parts and the bias, and its groups are the parts."""
    slices, bias = filter_bank.second_layer(state.seed)
    weight, incoming = torch.from_numpy(slices.copy()), by_torch(state)[None]
    total = F.conv2d(incoming, weight[None], torch.tensor([bias]).double(), padding=1)[0, 0]
    parts = F.conv2d(incoming, weight[:, None], padding=1, groups=4)[0]
    row, column = state["row"], state["column"]
    at_place = [*parts[:, row, column].tolist(), bias]
    worst = max(
        apart((values_of(LESSON, "all channels", 1, "sum", state), total)),
        apart((figure_of(LESSON, "all channels", 1, "parts", state).images, parts)),
        apart((values_of(LESSON, "all channels", 0, "parts", state)[0], at_place)),
        abs(sum(at_place) - float(total[row, column])),
    )
    return Outcome({"off by": worst}, "<= 1e-06", worst <= 1e-6)


def zeroed(state: State) -> Outcome:
    """Which channels change when PyTorch's filter j is set to 0, for each j."""
    full, torch_full = filter_bank.maps(array(state["image"])), by_torch(state)
    ours, oracle, wrong = {}, {}, 0.0
    for j in range(len(filter_bank.FILTERS)):
        torch_off = by_torch(state, j)
        zero = state.with_values(filter=j, zeroed=True)
        off = figure_of(LESSON, "one each", 0, "maps", zero).images
        bars = values_of(LESSON, "one each", 0, "changes", zero)
        wrong = max(wrong, apart((off, torch_off)), apart((bars, (torch_off - torch_full).abs().flatten(1).amax(1))))
        ours[f"{j}"] = [i for i in range(len(full)) if np.abs(off[i] - full[i]).max() > 0]
        oracle[f"{j}"] = (torch_off != torch_full).flatten(1).any(1).nonzero().flatten().tolist()
    own = all(set(channels) <= {int(j)} for j, channels in ours.items())
    return Outcome(ours, oracle, ours == oracle and own and wrong <= 1e-9)


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
    return Outcome(
        {"PyTorch": list(ours.shape), "notes": list(SHAPE)},
        {"PyTorch": list(made.shape[1:]), "notes": list(hwc.shape)},
        list(ours.shape) == list(made.shape[1:])
        and list(SHAPE) == list(hwc.shape)
        and wrong <= 1e-12
        and torch.equal(hwc.permute(2, 0, 1), chw),
    )


CLAIMS = (
    Claim(id="I1", says="three filters find different things", check=different),
    Claim(id="I2", says="each filter has its own weights and a bias", check=counted),
    Claim(id="I2", says="parts of all channels, added, plus bias", check=summed),
    Claim(id="I3", says="channels that change when filter j is 0", check=zeroed),
    Claim(id="I4", says="channels last in the notes, first in PyTorch", check=order),
)
