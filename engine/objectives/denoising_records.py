"""What is kept of a diffusion model: a sheet of samples, and the way of one of them from noise."""

from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..data.dataset import Dataset
from ..data.points import Points
from ..runs.run import Record
from ..sampling.diffusion import Diffusion
from ..sampling.samplers import Sampler

A_CLASS = 10
"""Images of each class on a sheet, at most."""
QUICK = 6_400
"""Pixels on a quick sheet."""
CLASSES = 10
"""Classes on a sheet, at most."""
DOTS = 1000
STRIP = 12
"""Frames that are kept of a chain."""


def sheet(diffusion: Diffusion, data: Dataset | Points, sampler: Sampler, *, quick: bool = False) -> Record:
    """Images class by class, fewer of them if `quick`, or points beside real ones; always from the same noise."""
    arrays: dict[str, NDArray[Any]]
    if isinstance(data, Points):
        points = diffusion.sample(DOTS, None, sampler, salt=3).cpu().numpy()
        arrays = {"real": data.val[:DOTS], "points": points, "centers": data.centers}
        return Record(tag="samples", kind="points", step=0, arrays=arrays)
    rows = min(diffusion.classes, CLASSES) or CLASSES
    each = A_CLASS
    if quick:
        each = max(1, min(A_CLASS, QUICK // int(np.prod(data.shape)) // rows))
    count, labels = rows * each, None
    if diffusion.classes:
        labels = torch.arange(rows, device=diffusion.device).repeat_interleave(each)
    images = half(diffusion.sample(count, labels, sampler, salt=3))
    numbers = np.full(count, -1) if labels is None else labels.cpu().numpy()
    arrays = {"images": images, "labels": numbers, "rows": np.array(each)}
    return Record(tag="samples", kind="images", step=0, arrays=arrays)


def strip(diffusion: Diffusion, sampler: Sampler) -> Record:
    """Evenly spaced frames of one chain: x_t, what x_0 was thought to be, and t."""
    labels = torch.full((1,), diffusion.classes // 3, device=diffusion.device) if diffusion.classes else None
    chain = list(diffusion.frames(1, labels, sampler, salt=4))
    places = np.unique(np.linspace(0, len(chain) - 1, STRIP).round().astype(int))
    chosen = [chain[place] for place in places]
    arrays: dict[str, NDArray[Any]] = {
        "images": half(diffusion.scaling.outside(torch.cat([frame.x for frame in chosen]))),
        "x0": half(diffusion.scaling.outside(torch.cat([frame.x0 for frame in chosen]))),
        "t": np.array([frame.t for frame in chosen]),
    }
    return Record(tag="denoising", kind="strip", step=0, arrays=arrays)


def half(images: Tensor) -> NDArray[np.float16]:
    """Images (n, c, h, w) as records keep them, cut to 0..1."""
    return cast(NDArray[np.float16], images.clamp(0, 1).cpu().numpy().astype(np.float16))
