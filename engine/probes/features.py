"""A record of what every layer makes of one example."""

import torch
from torch import Tensor, nn

from ..runs.run import Record
from .capture import forward

MOST_NUMBERS = 65_536
"""Outputs larger than this are left out of the record."""


def features(model: nn.Module, inputs: tuple[Tensor, ...]) -> Record:
    """Outputs of all layers for the first example of `inputs`, by layer name, as float16; too large ones left out."""
    arrays = {"input": inputs[0][0].cpu().numpy()}

    def seen(name: str, module: nn.Module, _: tuple[Tensor, ...], output: Tensor) -> None:
        if output.numel() <= MOST_NUMBERS and not isinstance(module, nn.Identity | nn.Flatten | nn.Dropout):
            arrays[name] = output[0].to(torch.float16).cpu().numpy()

    forward(model, inputs, seen)
    return Record(tag="features", kind="feature maps", step=0, arrays=arrays)
