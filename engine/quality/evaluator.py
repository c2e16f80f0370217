"""The classifier of digits in whose features generated digits are measured; its weights lie beside this file.

Shapes: n images, c channels, h rows, w columns, d features. How it was trained, and what it cannot tell: evaluator.md.
"""

from functools import cache
from importlib.resources import files

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

WEIGHTS = "evaluator.npz"
SIDE = 8
CHUNK = 1024


class Evaluator(nn.Module):
    """Three convolutions, a dense layer of `features` units, and the head.

    Calling it gives the features, divided by one number, `scale`: their standard deviation on real digits.
    """

    def __init__(self, features: int = 32, classes: int = 10) -> None:
        super().__init__()
        self.maps = nn.Sequential(
            *_convolution(1, 32), *_convolution(32, 64), nn.MaxPool2d(2), *_convolution(64, 64), nn.MaxPool2d(2)
        )
        self.dropout = nn.Dropout(0.3)
        self.hidden = nn.Linear(64 * (SIDE // 4) ** 2, features)
        self.head = nn.Linear(features, classes)
        self.register_buffer("scale", torch.ones(()))
        self.scale: Tensor

    def forward(self, x_nchw: Tensor) -> Tensor:
        """Features (n, d) of images (n, 1, 8, 8) in 0..1."""
        return F.relu(self.hidden(self.dropout(self.maps(x_nchw).flatten(1)))) / self.scale

    def logits(self, features_nd: Tensor) -> Tensor:
        """(n, classes)."""
        return self.head(features_nd * self.scale)  # type: ignore[no-any-return]

    @torch.no_grad()
    def judge(self, x_nchw: Tensor) -> tuple[Tensor, Tensor]:
        """Features (n, d) and predicted classes (n,)."""
        features = torch.cat([self(part) for part in torch.split(x_nchw.float(), CHUNK)])
        return features, self.logits(features).argmax(1)


def _convolution(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()


@cache
def evaluator() -> Evaluator:
    """The shipped one, on the CPU; torch's generators stay as they are."""
    with (files(__package__) / WEIGHTS).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        weights = {name: torch.from_numpy(arrays[name].astype(np.float32)) for name in arrays.files}
    with torch.device("meta"):
        network = Evaluator()
    network.load_state_dict(weights, strict=True, assign=True)
    return network.eval().requires_grad_(False)


def eight_by_eight(x_nchw: Tensor) -> Tensor | None:
    """Images as the evaluator reads them; None where it cannot.

    16x16 is pooled by averages, of a 14x14 canvas the middle is taken.
    """
    match tuple(x_nchw.shape[1:]):
        case (1, 8, 8):
            return x_nchw
        case (1, 16, 16):
            return F.avg_pool2d(x_nchw, 2)
        case (1, 14, 14):
            return x_nchw[..., 3:11, 3:11]
    return None
