"""What `pixels` claims, computed by PyTorch."""

import torch
from torch.nn import functional as F

from ..kit.facts import Claim, Outcome, equal, every
from ..kit.fixtures import IMG6, array
from ..kit.state import State
from ..pixels import edges, shuffle_order


def permuted(state: State) -> Outcome:
    """A dense layer whose weight columns follow the pixels gives the same; a convolution cannot follow."""
    x = torch.tensor(state["image"], dtype=torch.float64).reshape(36)
    order = torch.from_numpy(shuffle_order(state).copy())
    dense = torch.nn.Linear(36, 36, dtype=torch.float64)
    mixed = F.linear(x[order], dense.weight[:, order], dense.bias)
    dense_change = float((dense(x) - mixed).abs().max().detach())
    plain = edges(array(state["image"]), array(state["kernel"]))
    kernel = torch.tensor(state["kernel"], dtype=torch.float64)[None, None]
    moved = F.conv2d(x[order].reshape(1, 1, 6, 6), kernel)[0, 0].numpy()
    conv_change = float(abs(plain - moved).max())
    return Outcome(
        {"dense changes by": dense_change, "convolution changes by": conv_change},
        {"dense changes by": "<= 1e-06", "convolution changes by": "> 0.1"},
        dense_change <= 1e-6 and conv_change > 0.1,
    )


def in_range(state: State) -> Outcome:
    """All numbers lie in 0..1, and bytes divided by 255 come back as the same bytes."""
    image = torch.tensor(state["image"], dtype=torch.float64)
    stored = torch.arange(256, dtype=torch.uint8)
    back = (stored.to(torch.float32) / 255 * 255).round().to(torch.uint8)
    return every(
        least=Outcome(float(image.min()), ">= 0", bool(image.min() >= 0)),
        most=Outcome(float(image.max()), "<= 1", bool(image.max() <= 1)),
        bytes_that_return=equal(int((stored == back).sum()), 256),
    )


def example(state: State) -> Outcome:
    """IMG6 is 6x6."""
    x = torch.tensor(IMG6)[None, None]
    return every(shape=equal(list(x.shape), [1, 1, 6, 6]), numbers=equal(x.numel(), 36))


CLAIMS = (
    Claim(id="A1", says="order matters to a convolution, not to a dense layer permuted alike", check=permuted),
    Claim(id="A2", says="pixels lie in 0..1, and byte/255 loses nothing", check=in_range),
    Claim(id="A3", says="the example is one image of one channel, 6x6", check=example),
)
