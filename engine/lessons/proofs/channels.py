"""What `channels` claims, computed by PyTorch."""

from dataclasses import replace

import numpy as np
import torch
from torch.nn import functional as F

from ..channels import SHAPE
from ..kit.facts import Claim, Outcome, close, equal, every, same_arrays
from ..kit.fixtures import array
from ..kit.state import State
from ..workings import filter_bank, layer_counts


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
    found = every(cosines=close(computed, oracle, 1e-6), largest=Outcome(largest, "< 0.5", largest < 0.5))
    says = "" if largest < 0.5 else "in this image two of the three filters find much the same"
    return replace(found, says=says)


def counted(state: State) -> Outcome:
    """Parameters of PyTorch's layers."""
    asked = (state["k"], state["c_in"], state["c_out"])
    layers = {"1 to 4, 3x3": (3, 1, 4), "4 to 8, 3x3": (3, 4, 8), "as set": asked}
    ours = {name: layer_counts.conv_parameters(k, c_in, c_out) for name, (k, c_in, c_out) in layers.items()}
    oracle = {
        name: sum(p.numel() for p in torch.nn.Conv2d(c_in, c_out, k, device="meta").parameters())
        for name, (k, c_in, c_out) in layers.items()
    }
    return equal(ours, oracle)


def summed(state: State) -> Outcome:
    """PyTorch's convolution over four channels is the sum of the parts and the bias."""
    slices, bias = filter_bank.second_layer(state.seed)
    oracle = F.conv2d(
        by_torch(state)[None], torch.from_numpy(slices.copy())[None], torch.tensor([bias]).double(), padding=1
    )
    return same_arrays(filter_bank.through_all(filter_bank.maps(array(state["image"])), slices, bias)[1], oracle[0, 0])


def zeroed(state: State) -> Outcome:
    """Which channels change when PyTorch's filter j is set to 0, for each j."""
    image = array(state["image"])
    full, torch_full = filter_bank.maps(image), by_torch(state)
    ours, oracle, wrong = {}, {}, 0.0
    for j in range(len(filter_bank.FILTERS)):
        off, torch_off = filter_bank.maps(image, j), by_torch(state, j)
        wrong = max(wrong, float(np.abs(off - torch_off.numpy()).max()))
        ours[f"filter {j}"] = [i for i in range(len(full)) if np.abs(off[i] - full[i]).max() > 0]
        oracle[f"filter {j}"] = (torch_off != torch_full).flatten(1).any(1).nonzero().flatten().tolist()
    own = all(set(channels) <= {j} for j, channels in enumerate(ours.values()))
    return Outcome(ours, oracle, ours == oracle and own and wrong <= 1e-9)


def order(state: State) -> Outcome:
    """PyTorch's shapes, its round trip between the orders, and the place of each number in its memory."""
    rows, columns, channels = SHAPE
    made = torch.nn.Conv2d(1, channels, 3, padding=1, device="meta")(torch.empty(1, 1, rows, columns, device="meta"))
    chw = by_torch(state)
    hwc = chw.permute(1, 2, 0).contiguous()
    ours = filter_bank.maps(array(state["image"]))
    flat_chw, flat_hwc = np.empty(ours.size), np.empty(ours.size)
    for c, h, w in np.ndindex(channels, rows, columns):
        flat_chw[filter_bank.address("CHW", h, w, c, SHAPE)] = ours[c, h, w]
        flat_hwc[filter_bank.address("HWC", h, w, c, SHAPE)] = ours[c, h, w]
    return every(
        PyTorch=equal(list(ours.shape), list(made.shape[1:])),
        rows_columns_channels=equal(list(SHAPE), list(hwc.shape)),
        CHW_in_memory=same_arrays(flat_chw, chw.flatten().numpy(), 1e-12),
        HWC_in_memory=same_arrays(flat_hwc, hwc.flatten().numpy(), 1e-12),
        round_trip=Outcome("equal", "equal", torch.equal(hwc.permute(2, 0, 1), chw)),
    )


CLAIMS = (
    Claim(
        id="I1", says="filters for vertical edges, horizontal edges and blobs find different things", check=different
    ),
    Claim(id="I2", says="each filter has its own weights and a bias", check=counted),
    Claim(id="I2", says="a filter reads all channels: parts of each channel, added, plus one bias", check=summed),
    Claim(id="I3", says="setting filter j to 0 changes channel j only", check=zeroed),
    Claim(id="I4", says="rows x columns x channels in the notes, channels x rows x columns in PyTorch", check=order),
)
