"""What the shipped classifier of digits makes of images while they take shape."""

from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...data.dataset import Dataset
from ...quality.evaluator import eight_by_eight, evaluator
from ...quality.images import FITS
from ...sampling.diffusion import Diffusion
from ...sampling.walk import Walk

ASKED = 500
"""Real images that the classifier must name right before it is asked about others."""


class Judge:
    """Names images, where the classifier fits the data; it is asked once about each frame."""

    def __init__(self) -> None:
        self._fits: bool | None = None
        self._said: WeakKeyDictionary[Walk, list[tuple[NDArray[np.int64], NDArray[np.float32]]]] = WeakKeyDictionary()

    @torch.no_grad()
    def names(self, walk: Walk, diffusion: Diffusion, data: object) -> dict[str, NDArray[np.generic]]:
        """`named` (f, n): class of each x_0 foreseen; `sure` (f, n): its probability. Empty where it does not fit."""
        if self._fits is None:
            self._fits = isinstance(data, Dataset) and fits(data)
        if not self._fits:
            return {}
        said = self._said.setdefault(walk, [])
        said += [read(diffusion.scaling.outside(frame.x0)) for frame in walk.frames[len(said) :]]
        return {"named": np.stack([one for one, _ in said]), "sure": np.stack([one for _, one in said])}


def fits(data: Dataset) -> bool:
    """Whether the classifier names almost all of the data's own images right."""
    small = eight_by_eight(torch.from_numpy(data.train.x[:ASKED])) if data.kind == "images" else None
    if small is None or len(data.classes) != evaluator().head.out_features:
        return False
    return bool((evaluator().judge(small)[1].numpy() == data.train.y[:ASKED]).mean() >= FITS)


@torch.no_grad()
def read(images: Tensor) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Class and probability (n,) of images (n, c, h, w) in 0..1."""
    small = eight_by_eight(images.detach().cpu().float().clamp(0, 1))
    assert small is not None
    shares = evaluator().logits(evaluator()(small)).softmax(1)
    return shares.argmax(1).numpy(), shares.amax(1).numpy()
