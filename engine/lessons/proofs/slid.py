"""A kernel that slides over an image, by PyTorch: what facts about convolutions compare with."""

import numpy as np
import torch
from torch.nn import functional as F

from ..kit.facts import Outcome
from ..workings.sliding import Slide


def tensor(values: object) -> torch.Tensor:
    """[1, 1, rows, columns] in double precision."""
    return torch.as_tensor(np.array(values), dtype=torch.float64)[None, None]


def by_torch(slide: Slide) -> torch.Tensor | None:
    """PyTorch's output at the settings, or None where it refuses."""
    g = slide.geometry
    try:
        return F.conv2d(tensor(slide.image), tensor(slide.kernel), None, g.stride, g.padding, g.dilation)[0, 0]
    except RuntimeError:
        return None


def refused(slide: Slide) -> Outcome | None:
    """The verdict on a kernel that fits nowhere: PyTorch refuses it, too."""
    if slide.geometry.fits:
        return None
    says = "the kernel is too large: no output, nothing to check"
    return Outcome("no output", "PyTorch refuses", by_torch(slide) is None, says=says)


def gradient(slide: Slide) -> torch.Tensor:
    """[outputs, pixels]: PyTorch's derivative of every output by every pixel, all weights being 1."""
    g = slide.geometry
    weights = torch.ones(1, 1, *g.kernel, dtype=torch.float64)

    def layer(x: torch.Tensor) -> torch.Tensor:
        return F.conv2d(x.reshape(1, 1, *g.size), weights, None, g.stride, g.padding, g.dilation).reshape(-1)

    flat = torch.ones(g.size[0] * g.size[1], dtype=torch.float64)
    jacobian: torch.Tensor = torch.autograd.functional.jacobian(layer, flat)  # type: ignore[no-untyped-call]
    return jacobian
