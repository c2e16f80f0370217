"""A denoising network with everything that drawing from it needs.

Shapes: n samples, … one example.
"""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from ..data.base import Data
from ..data.dataset import Dataset
from ..data.points import Points
from ..recipes.diffusion import DiffusionOptions
from .noise import NoiseSchedule
from .samplers import SAMPLERS, Chain, Frame, Sampler, frames, guided, normal
from .scaling import Scaling

CHUNK = 16_000
"""Numbers that go through the network at once: more do not fit the caches."""


class Diffusion:
    """Draws from `network`, which takes (x_t, t, labels) and answers what `options.predict` says.

    Attributes:
        options: whose sampling options hold for the next sample.
        classes: labels that can be asked for; 0 where there is nothing to choose.
        noise, scaling: of the training.
    """

    def __init__(
        self, network: nn.Module, data: Dataset | Points, options: DiffusionOptions, seed: int, device: torch.device
    ) -> None:
        self.network = network
        self.options = options
        self.shape = data.shape
        self.classes = label_count(data)
        self.noise = NoiseSchedule(options.noise_schedule, device=device)
        self.scaling = Scaling.of(data, device)
        self.device = device
        self._seed = seed

    @property
    def evaluations(self) -> int:
        """Passes through the network that one sample of the default sampler takes."""
        return self.options.sample_steps * (2 if self.options.guidance and self.classes else 1)

    def sampler(self, name: str | None = None, count: int | None = None) -> Sampler:
        """The sampler called `name` with `count` steps; those of the options by default."""
        options, kind = self.options, SAMPLERS[name or self.options.sampler]
        count = count or options.sample_steps
        return kind(self.noise, count, options.predict, self.scaling.bounds, options.spacing)

    def every_class(self, count: int) -> Tensor | None:
        """Labels (count,), every class in turn; None without classes."""
        return torch.arange(count, device=self.device) % self.classes if self.classes else None

    @torch.no_grad()
    def sample(
        self,
        count: int,
        labels: Tensor | None,
        sampler: Sampler,
        salt: int = 0,
        tell: Callable[[str, float], None] = lambda what, share: None,
    ) -> Tensor:
        """Samples (n, …) in the scale of the data; the same for the same seed and `salt`. `labels` (n,)."""
        portion = max(1, CHUNK // int(torch.Size(self.shape).numel()))
        parts: list[Tensor] = []
        total = -(-count // portion) * len(sampler.stops)
        for start in range(0, count, portion):
            size = min(portion, count - start)
            chosen = None if labels is None else labels[start : start + size]
            for k, frame in enumerate(self.frames(size, chosen, sampler, salt + 7919 * start)):
                tell(f"sampling {count:,}", (len(parts) * len(sampler.stops) + k) / total)
                x = frame.x
            parts.append(x)
        return self.scaling.outside(torch.cat(parts))

    @torch.no_grad()
    def frames(self, count: int, labels: Tensor | None, sampler: Sampler, salt: int = 0) -> Iterator[Frame]:
        """Every frame from noise to `count` examples, in the scale of the network."""
        yield from frames(sampler, *self._begin(count, labels, salt))

    def chain(self, count: int, labels: Tensor | None, sampler: Sampler, salt: int = 0) -> Chain:
        """The same frames, to be walked one by one, forwards and back; call it without gradients."""
        return Chain(sampler, *self._begin(count, labels, salt))

    def generator(self, salt: int) -> torch.Generator:
        """Random numbers that depend on the seed and `salt` alone."""
        return torch.Generator().manual_seed(self._seed * 1_000_003 + 17 * salt + 5)

    def normal(self, shape: tuple[int, ...], salt: int) -> Tensor:
        """Standard normal numbers that depend on the seed and `salt` alone."""
        return normal(shape, self.generator(salt), self.device)

    def _begin(
        self, count: int, labels: Tensor | None, salt: int
    ) -> tuple[Callable[[Tensor, int], Tensor], Tensor, torch.Generator]:
        generator = self.generator(salt)
        start = normal((count, *self.shape), generator, self.device)
        return guided(self.network, labels, self.options.guidance), start, generator


def label_count(data: Data) -> int:
    """Classes that samples can be asked for; 0 where there is nothing to choose."""
    return len(data.classes) if len(data.classes) > 1 else 0
