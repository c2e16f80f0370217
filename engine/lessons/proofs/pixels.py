"""What `pixels` claims, computed by PyTorch."""

import torch
from torch.nn import functional as F

from ..kit.facts import Claim, Outcome, equal, every
from ..kit.fixtures import IMG6, array
from ..kit.state import State
from ..pixels import dense, dense_weights, edges, shuffle_order


def permuted(state: State) -> Outcome:
    """A dense layer whose weight columns follow the pixels gives what PyTorch gives in place; a convolution cannot."""
    x = torch.tensor(state["image"], dtype=torch.float64).reshape(36)
    order = shuffle_order(state)
    weights = dense_weights(state.seed)
    in_place = F.linear(x, torch.from_numpy(weights.copy())).numpy()
    dense_change = float(abs(dense(array(state["image"]), weights, order) - in_place).max())
    plain = edges(array(state["image"]), array(state["kernel"]))
    kernel = torch.tensor(state["kernel"], dtype=torch.float64)[None, None]
    moved = F.conv2d(x[order].reshape(1, 1, 6, 6), kernel)[0, 0].numpy()
    conv_change = float(abs(plain - moved).max())
    constant = float(x.max() - x.min()) < 0.1 or float(kernel.abs().max()) < 0.1
    return Outcome(
        {"dense changes by": dense_change, "convolution changes by": conv_change},
        {"dense changes by": "<= 1e-06", "convolution changes by": "> 0.1"},
        dense_change <= 1e-6 and (conv_change > 0.1 or constant),
        "there is next to nothing to shuffle in this image, or nothing in this kernel" if constant else "",
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
