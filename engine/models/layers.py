"""Small parts that several networks share."""

import torch
from torch import Tensor, nn

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "leaky-relu": nn.LeakyReLU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}
POOLS: dict[str, type[nn.Module]] = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}
GLOBAL_POOLS: dict[str, type[nn.Module]] = {
    "global-max": nn.AdaptiveMaxPool2d,
    "global-average": nn.AdaptiveAvgPool2d,
}


class Add(nn.Module):
    """Sum of two paths; a module of its own so that the skip connection can be looked at."""

    def forward(self, branch: Tensor, shortcut: Tensor) -> Tensor:
        """`branch + shortcut`, equal shapes."""
        return branch + shortcut


def head_layers(head: str, shape: tuple[int, ...], dropout: float, classes: int) -> dict[str, nn.Module]:
    """The layers from maps of `shape` (channels, rows, columns) to `classes` logits, by name."""
    layers: dict[str, nn.Module] = {}
    if head != "flatten":
        layers["global_pool"] = GLOBAL_POOLS[head](1)
        shape = (shape[0],)
    layers["flatten"] = nn.Flatten()
    layers["dropout"] = nn.Dropout(dropout)
    layers["head"] = nn.Linear(int(torch.Size(shape).numel()), classes)
    return layers
