"""One more step, tried on a copy: what a model that was loaded has of gradients, though it took no step here."""

import copy
from typing import TYPE_CHECKING

import torch

from .layers import parts
from .weights import Gradients, Updates, gradients

if TYPE_CHECKING:
    from ...training.trainer import Trainer


class Trial:
    """Gradients and ratios of the update that the next step would make, by layer; empty where it cannot be made."""

    def __init__(self, trainer: "Trainer") -> None:
        """Build the copy, take the step, keep the numbers; the trainer and torch's generators stay as they are."""
        self.step, self.options = trainer.step, trainer.options
        self.gradients: dict[str, Gradients] = {}
        self.ratios: dict[str, float] = {}
        self.factor = 1.0
        state = copy.deepcopy(trainer.state_dict())  # an optimiser goes on with the very tensors that it is given
        devices = range(torch.cuda.device_count()) if trainer.device.type == "cuda" else []
        with torch.random.fork_rng(devices=devices):
            twin = type(trainer)(trainer.job, trainer.objective.data)
            twin.load_state_dict(state)
            updates = Updates()
            updates.ask(twin)
            twin.objective.step(twin.step, twin.progress)
        for name, part in parts(twin.model).items():
            self.gradients[name] = gradients(part.parameters)
            self.ratios[name] = updates.ratio(part.weights)
        self.factor = updates.factor

    def fits(self, trainer: "Trainer") -> bool:
        """Whether the next step of `trainer` is still the one that was tried."""
        return (self.step, self.options) == (trainer.step, trainer.options)


def untried(trainer: "Trainer") -> bool:
    """Whether steps were taken, and none of them here: the model has no gradients."""
    return trainer.step > 0 and all(p.grad is None for p in trainer.model.parameters())
