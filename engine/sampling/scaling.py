"""The scale in which a diffusion model works: data that fill about -1..1, and back."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..data.dataset import Dataset
from ..data.points import Points

REACH = 2.0
"""How far points reach inside the model: sines and cosines of 1, 2, 4, … then divide them finely enough."""


@dataclass(frozen=True)
class Scaling:
    """inside = (outside - center) / unit.

    Attributes:
        center, unit: numbers, or a tensor that broadcasts over examples.
        bounds: least and largest value of the training data inside.
    """

    center: float | Tensor
    unit: float
    bounds: tuple[float | Tensor, float | Tensor]

    @classmethod
    def of(cls, data: Dataset | Points, device: torch.device) -> "Scaling":
        """Images from 0..1 to -1..1; points centred, one unit for both coordinates, so that shapes stay as they are."""
        if isinstance(data, Points):
            low, high = data.train.min(0), data.train.max(0)
            center = torch.from_numpy((low + high) / 2).to(device)
            unit = float(np.max(high - low)) / 2 / REACH
            corners = (torch.from_numpy(edge).to(device) for edge in (low, high))
            left, right = ((corner - center) / unit for corner in corners)
            return cls(center, unit, (left, right))
        low, high = float(data.train.x.min()), float(data.train.x.max())
        low, high = min(low, 0.0), max(high, 1.0)
        return cls((low + high) / 2, (high - low) / 2, (-1.0, 1.0))

    def inside(self, x: Tensor) -> Tensor:
        """Data (b, …) as the network sees them."""
        return (x - self.center) / self.unit

    def outside(self, x: Tensor) -> Tensor:
        """What the network made (b, …) as data."""
        return x * self.unit + self.center
