"""What a layer's weights and their latest gradients are like, and how far one real update moved them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from ...training.descent import Descent
from ...training.schedules import SCHEDULES
from ..structure import gradient_norm
from .bins import BINS, Counts, exponent

if TYPE_CHECKING:
    from ...training.trainer import Trainer

UNKNOWN = float("nan")


@dataclass(frozen=True)
class Gradients:
    """The latest gradients of a layer, after clipping; NaN where there are none."""

    norm: float = UNKNOWN
    mean: float = UNKNOWN
    sd: float = UNKNOWN
    known: bool = False
    """Whether there are any."""


def gradients(parameters: tuple[nn.Parameter, ...]) -> Gradients:
    """Of all parameters of a layer together."""
    grads = [p.grad.detach().flatten() for p in parameters if p.grad is not None]
    if not grads:
        return Gradients()
    variance, mean = torch.var_mean(torch.cat(grads).double(), correction=0)
    return Gradients(gradient_norm(list(parameters)), mean.item(), variance.sqrt().item(), known=True)


def norm(tensors: tuple[nn.Parameter, ...]) -> float:
    """Euclidean norm of all of them together; NaN where there are none."""
    if not tensors:
        return UNKNOWN
    norms = [torch.linalg.vector_norm(t.detach(), dtype=torch.float64) for t in tensors]
    return float(torch.linalg.vector_norm(torch.stack(norms)))


def histogram(tensors: tuple[nn.Parameter, ...]) -> tuple[Counts, int]:
    """Counts (BINS,) of the finite values, and the exponent of the axis (see `health_bins`)."""
    values = torch.cat([t.detach().flatten() for t in tensors]).float()
    size = values.abs().max().item()
    if not size < float("inf"):
        values = values[torch.isfinite(values)]
        size = values.abs().max().item() if len(values) else 0.0
    power = exponent(size)
    places = (values * (BINS / 2 / 2.0**power)).floor().add(BINS // 2).clamp(0, BINS - 1).long()
    return torch.bincount(places, minlength=BINS).cpu().numpy().astype(np.uint32), power


@dataclass
class Updates:
    """How far the latest measured update moved each parameter.

    Attributes:
        step: the step of which it was a part, -1 while none was measured.
        factor: of the schedule on the learning rate in it.
        moved: by id of the parameter, the norm before and the norm of the difference.
    """

    step: int = -1
    factor: float = 1.0
    moved: dict[int, tuple[float, float]] = field(default_factory=dict)

    def ask(self, trainer: "Trainer") -> None:
        """Let each descent measure its next update: it keeps a copy of the weights for that one alone."""
        for descent in trainer.objective.descents.values():
            descent.observe = partial(self._before, trainer, descent)

    def ratio(self, parameters: tuple[nn.Parameter, ...]) -> float:
        """Norm of the update over the norm before, of all of them together; NaN where it was not measured."""
        found = [self.moved[id(p)] for p in parameters if id(p) in self.moved]
        if not found or len(found) < len(parameters):
            return UNKNOWN
        before, apart = (float(np.sqrt(sum(size**2 for size in sizes))) for sizes in zip(*found, strict=True))
        return apart / before if before else UNKNOWN

    def _before(self, trainer: "Trainer", descent: Descent) -> Callable[[], None]:
        descent.observe = None
        copies = [weight.detach().clone() for weight in descent.weights]
        return partial(self._after, trainer, descent, copies)

    @torch.no_grad()
    def _after(self, trainer: "Trainer", descent: Descent, copies: list[Tensor]) -> None:
        double = torch.float64
        sizes = torch.stack([torch.linalg.vector_norm(copy, dtype=double) for copy in copies]).tolist()
        apart = [
            torch.linalg.vector_norm(w.detach() - c, dtype=double) for w, c in zip(descent.weights, copies, strict=True)
        ]
        for weight, size, moved in zip(descent.weights, sizes, torch.stack(apart).tolist(), strict=True):
            self.moved[id(weight)] = size, moved
        self.step = trainer.step + 1
        schedule = getattr(trainer.options, "schedule", "constant")
        self.factor = SCHEDULES[schedule](trainer.progress)
