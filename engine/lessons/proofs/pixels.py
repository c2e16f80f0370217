"""What `pixels` claims, computed by PyTorch."""

import torch
from torch.nn import functional as F

from ..kit.facts import Claim, Outcome, equal
from ..kit.fixtures import IMG6
from ..kit.state import State
from ..pixels import LESSON, dense_weights, shuffle_order
from .shown import apart, figures, values_of

PLACED = ("image", "shuffled")


def permuted(state: State) -> Outcome:
    """Both rows of dense units are what PyTorch gives in place; its convolution of the shuffled image is another."""
    x = torch.tensor(state["image"], dtype=torch.float64).reshape(36)
    order = shuffle_order(state)
    weights = torch.from_numpy(dense_weights(state.seed).copy())
    in_place = F.linear(x, weights)
    last = figures(LESSON, "shuffled", state, 2)
    units = dict(zip(last["units"].row_labels, last["units"].values, strict=True))
    dense_change = max(apart((units[name], in_place)) for name in ("in place", "shuffled"))
    kernel = torch.tensor(state["kernel"], dtype=torch.float64)[None, None]
    found = [F.conv2d(pixels.reshape(1, 1, 6, 6), kernel)[0, 0] for pixels in (x, x[order])]
    first, middle = (figures(LESSON, "shuffled", state, k) for k in (0, 1))
    grids = [x.reshape(6, 6), x[order].reshape(6, 6)]
    shown = max(
        *(
            apart((seen[name].values, each))
            for seen in (first, middle)
            for name, each in zip(PLACED, grids, strict=True)
        ),
        apart(*((middle[name].values, each) for name, each in zip(("edges", "shuffled edges"), found, strict=True))),
        apart((middle["kernel"].values, kernel[0, 0]), (last["shuffled"].values, grids[1])),
        apart((last["weights"].values, weights[state["unit"]][order].reshape(6, 6))),
    )
    bound = torch.nn.Linear(36, 6, device="meta").in_features ** -0.5
    drawn = 0.95 * bound <= float(weights.abs().max()) <= bound
    marked = last["units"].marks["focus"] == ((0, state["unit"]), (1, state["unit"]))
    marked &= list(last["units"].column_labels) == [f"h{j}" for j in range(6)]
    conv_change = apart((found[0], found[1]))
    constant = float(x.max() - x.min()) < 0.1 or float(kernel.abs().max()) < 0.1
    return Outcome(
        {"dense": dense_change, "convolution": conv_change},
        {"dense": "<= 1e-06", "convolution": "> 0.1"},
        dense_change <= 1e-6 and shown <= 1e-9 and drawn and marked and (conv_change > 0.1 or constant),
        "there is next to nothing to shuffle here" if constant else "",
    )


def in_range(state: State) -> Outcome:
    """All numbers lie in 0..1; the bytes shown are PyTorch's, and bytes divided by 255 come back as the same bytes."""
    image = torch.tensor(state["image"], dtype=torch.float64)
    stored = torch.arange(256, dtype=torch.uint8)
    back = (stored.to(torch.float32) / 255 * 255).round().to(torch.uint8)
    pixels = values_of(LESSON, "numbers", 0, "image", state)
    shown = max(
        apart((pixels, image)),
        apart((values_of(LESSON, "numbers", 0, "bytes", state), (image * 255).round().to(torch.uint8))),
    )
    least, most, same = float(pixels.min()), float(pixels.max()), int((stored == back).sum())
    return Outcome(
        {"least": least, "most": most, "bytes": same},
        {"least": ">= 0", "most": "<= 1", "bytes": 256},
        least >= 0 and most <= 1 and same == 256 and shown == 0,
    )


def example(state: State) -> Outcome:
    """The image that the lesson begins with is IMG6, 6x6."""
    shown = values_of(LESSON, "numbers", 0, "image", LESSON.state())
    x = torch.from_numpy(shown.copy())[None, None]
    found = equal({"shape": list(x.shape), "numbers": x.numel()}, {"shape": [1, 1, 6, 6], "numbers": 36})
    return Outcome(found.computed, found.expected, found.holds and apart((shown, IMG6)) == 0)


CLAIMS = (
    Claim(id="A1", says="shuffling, weights alike, changes outputs by", check=permuted),
    Claim(id="A2", says="pixels lie in 0..1, and byte/255 loses nothing", check=in_range),
    Claim(id="A3", says="the example is one image of one channel", check=example),
)
