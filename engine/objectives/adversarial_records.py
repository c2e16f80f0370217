"""What is kept of a generator and a discriminator: samples beside real points, sheets of images, D as a surface."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..data.points import Points
from ..runs.run import Record

A_CLASS, CLASSES = 10, 10
"""Images of each class on a sheet, and classes at most."""
SURFACE = 32
"""Rows and columns of a surface that is kept."""


def sheet_labels(classes: int, device: torch.device) -> Tensor | None:
    """The classes (n,) that a sheet asks for, in their order; None where there are none to ask for."""
    if not classes:
        return None
    return torch.arange(min(classes, CLASSES), device=device).repeat_interleave(A_CLASS)


def sheet(images: Tensor, labels: Tensor | None) -> Record:
    """Images (n, c, h, w), cut to 0..1, with the classes that they were asked for, -1 for none."""
    arrays: dict[str, NDArray[Any]] = {
        "images": images.clamp(0, 1).cpu().numpy().astype(np.float16),
        "labels": np.full(len(images), -1) if labels is None else labels.cpu().numpy(),
        "rows": np.array(A_CLASS),
    }
    return Record(tag="samples", kind="images", step=0, arrays=arrays)


def scatter(points: Tensor, data: Points) -> Record:
    """Generated points (n, 2) beside as many real ones."""
    arrays: dict[str, NDArray[Any]] = {
        "real": data.train[: len(points)],
        "points": points.cpu().numpy(),
        "centers": data.centers,
    }
    return Record(tag="samples", kind="points", step=0, arrays=arrays)


def surface(
    answer: Callable[[Tensor], Tensor], extent: tuple[float, float, float, float], places: int = SURFACE
) -> Record:
    """`answer`, from points (n, 2) to numbers (n,), on a square grid over left, right, bottom, top; top row first."""
    left, right, bottom, top = extent
    rows, columns = torch.linspace(top, bottom, places), torch.linspace(left, right, places)
    y, x = torch.meshgrid(rows, columns, indexing="ij")
    grid = answer(torch.stack((x, y), 2).reshape(-1, 2)).reshape(places, places)
    arrays: dict[str, NDArray[Any]] = {"grid": grid.cpu().numpy(), "extent": np.array(extent, dtype=np.float32)}
    return Record(tag="discriminator", kind="surface", step=0, arrays=arrays)
