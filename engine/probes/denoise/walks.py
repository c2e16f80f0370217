"""Trajectories of one trainer: begun, walked on a part at a time, and remembered by what was asked for.

Each keeps the network as it was when it began, so that a training that goes on does not bend it.
"""

import copy
from collections import OrderedDict
from weakref import WeakKeyDictionary

import torch
from torch import nn

from ...objectives.denoising import Denoising
from ...sampling.samplers import SAMPLERS, guided, normal
from ...sampling.walk import Walk
from ...training.trainer import Trainer
from .asked import Asked
from .forward import Forward
from .judge import Judge

REMEMBERED = 6
"""Trajectories that are kept."""
FRAMES = 61
FRAMES_LEAST = 13
NUMBERS = 600_000
"""Of all kept frames of one trajectory, x_t, eps and x_0 together: of large images fewer frames are kept."""


class Trajectory:
    """The walks that were asked for together, from the same noise.

    Attributes:
        step: the training's step of which the network is; weights: how often its weights had been changed.
        walks: by name of the sampler, the one that was asked for first.
        forward: the forward process of a real example with the same noise, if it was asked for.
    """

    def __init__(self, objective: Denoising, asked: Asked, step: int) -> None:
        diffusion = objective.diffusion
        network = copy.deepcopy(diffusion.network).eval()
        count, size = len(asked.labels), int(torch.Size(diffusion.shape).numel())
        labels = None
        if asked.labels[0] >= 0:
            labels = torch.tensor(asked.labels, device=diffusion.device)
        denoise = guided(network, labels, asked.guidance)
        most = max(FRAMES_LEAST, min(FRAMES, NUMBERS // (3 * count * size)))
        self.step, self.asked = step, asked
        self.weights = changes(diffusion.network)
        self.walks: dict[str, Walk] = {}
        for name in (asked.sampler, *((asked.other,) if asked.beside == "sampler" else ())):
            generator = torch.Generator().manual_seed(asked.seed)
            start = normal((count, *diffusion.shape), generator, diffusion.device)
            sampler = SAMPLERS[name](
                diffusion.noise, asked.steps, diffusion.options.predict, diffusion.scaling.bounds, asked.spacing
            )
            self.walks[name] = Walk(sampler, denoise, start, generator, most)
        self.stops = sampler.stops
        self.forward: Forward | None = None
        if asked.beside == "forward":
            first = next(iter(self.walks.values()))
            times = [self.stops[place] for place in first.places]
            self.forward = Forward.of(objective, network, asked.example, start, times)

    @property
    def done(self) -> bool:
        """Whether all walks are at their end."""
        return all(walk.done for walk in self.walks.values())

    def go(self, seconds: float) -> None:
        """Walk on for about `seconds` in all; those that are behind first."""
        behind = [walk for walk in self.walks.values() if not walk.done]
        for walk in sorted(behind, key=lambda walk: walk.walked):
            walk.go(seconds / len(behind))


class Trajectories:
    """Those of one trainer that were asked for last, and what judges their images."""

    def __init__(self) -> None:
        self._known: OrderedDict[Asked, Trajectory] = OrderedDict()
        self.judge = Judge()

    def get(self, trainer: Trainer, asked: Asked) -> Trajectory:
        """The one asked for: unfinished as it is, finished if the model has not been trained since, else a new one."""
        assert isinstance(trainer.objective, Denoising)
        known = self._known.pop(asked, None)
        weights = changes(trainer.objective.diffusion.network)
        if known is None or (known.done and known.weights != weights):
            known = Trajectory(trainer.objective, asked, trainer.step)
        self._known[asked] = known
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return known


def changes(network: nn.Module) -> int:
    """How often the weights were changed in place: another number for other weights, also after a step back."""
    return sum(parameter._version for parameter in network.parameters())


_OF: WeakKeyDictionary[Trainer, Trajectories] = WeakKeyDictionary()


def trajectories(trainer: Trainer) -> Trajectories:
    """Those of `trainer`."""
    return _OF.setdefault(trainer, Trajectories())
