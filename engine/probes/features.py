"""A record of what every layer makes of the first test image."""

import torch
from torch import Tensor, nn

from ..data.dataset import Dataset
from ..runs.run import Record
from .capture import forward
from .layers import example

MOST_NUMBERS = 65_536
"""Outputs larger than this are left out of the record."""


def features(model: nn.Module, data: Dataset, step: int, device: torch.device) -> Record:
    """Outputs of all layers for test image 0, by layer name, as float16; too large ones left out."""
    arrays = {"input": data.test.x[0].copy()}

    def seen(name: str, module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        if output.numel() <= MOST_NUMBERS and not isinstance(module, nn.Identity | nn.Flatten | nn.Dropout):
            arrays[name] = output[0].to(torch.float16).cpu().numpy()

    forward(model, example(data, "test", 0, device), seen)
    return Record(tag="features", kind="feature maps", step=step, arrays=arrays)
