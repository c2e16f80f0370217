"""The reverse process of diffusion, step by step: DDPM, strided DDPM and DDIM.

A sampler says where the chain stops and how one step goes; `frames` walks it once, `Chain` forwards and back.
Shapes: b batch, … any shape of one example.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import sqrt

import torch
from torch import Tensor, nn

from .noise import NoiseSchedule

Denoise = Callable[[Tensor, int], Tensor]
"""A network's answer (b, …) to x_t (b, …) at t."""
Bound = float | Tensor
"""A number, or a tensor that broadcasts."""


@dataclass(frozen=True)
class Frame:
    """One stop of the chain: x_t, and what the network makes of it.

    At t = 0 nothing is left to predict: `x0` is `x`, and `eps` is the last noise that was found.
    """

    t: int
    x: Tensor
    eps: Tensor
    x0: Tensor


def spaced(steps: int, count: int, power: float = 1.0) -> list[int]:
    """`count` different timesteps from T = `steps` down, 0 not among them.

    With `power` 1 they are evenly spaced (arXiv 2305.08891: "trailing"); above 1 they lie closer near the data.
    """
    assert 1 <= count <= steps and power >= 1
    stops = [0]
    for k in range(1, count + 1):
        stops.append(max(round(steps * (k / count) ** power), stops[-1] + 1))
    return stops[:0:-1]


class Sampler(ABC):
    """Where a chain stops, and how it goes from one stop to the next.

    Args:
        schedule: of the noise that the network was trained with.
        count: steps, from 1 to T; each is one evaluation of the network.
        predict: what the network answers: eps, x0 or v.
        bounds: least and largest value of the data, to which x0_hat is clipped;
            None for none. Near T a small error of eps_hat is a huge one of x0_hat, so that DDIM explodes without.
        power: how much closer together the steps are near the data; see `spaced`.
    """

    def __init__(
        self,
        schedule: NoiseSchedule,
        count: int,
        predict: str = "eps",
        bounds: tuple[Bound, Bound] | None = (-1.0, 1.0),
        power: float = 1.0,
    ) -> None:
        self.schedule = schedule
        self.predict = predict
        self.bounds = bounds
        self.stops = (*spaced(schedule.steps, count, power), 0)
        """Timesteps from T to 0."""

    def frame(self, x_t: Tensor, t: int, denoise: Denoise) -> Frame:
        """Look at x_t: one evaluation of the network."""
        eps, x0 = self.schedule.estimate(self.predict, denoise(x_t, t), x_t, t)
        if self.bounds is not None:
            low, high = (torch.as_tensor(bound, device=x0.device) for bound in self.bounds)
            x0 = torch.clamp(x0, low, high)
            eps = self.schedule.eps_for(x0, x_t, t)
        return Frame(t, x_t, eps, x0)

    @abstractmethod
    def mean(self, frame: Frame, s: int) -> Tensor:
        """Mean (b, …) of x_s, s < t."""

    @abstractmethod
    def sd(self, t: int, s: int) -> float:
        """Standard deviation of x_s around its mean."""

    def step(self, frame: Frame, s: int, generator: torch.Generator) -> Tensor:
        """x_s (b, …) drawn after `frame`, s < t."""
        mean, sd = self.mean(frame, s), self.sd(frame.t, s)
        return mean + sd * normal(mean.shape, generator, mean.device) if sd > 0 else mean


class Ddpm(Sampler):
    """Ancestral sampling from q(x_s | x_t, x0_hat), the posterior of DDPM; strided where steps are left out."""

    def mean(self, frame: Frame, s: int) -> Tensor:
        """Equation 7 of the paper, for any s < t."""
        at, as_ = self._alpha_bars(frame.t, s)
        alpha = at / as_
        of_x0, of_x = sqrt(as_) * (1 - alpha) / (1 - at), sqrt(alpha) * (1 - as_) / (1 - at)
        return of_x0 * frame.x0 + of_x * frame.x

    def sd(self, t: int, s: int) -> float:
        """sqrt(beta_tilde)."""
        at, as_ = self._alpha_bars(t, s)
        return sqrt((1 - as_) / (1 - at) * (1 - at / as_))

    def _alpha_bars(self, t: int, s: int) -> tuple[float, float]:
        return self.schedule.alpha_bar[t].item(), self.schedule.alpha_bar[s].item()


class Ddim(Ddpm):
    """DDIM (Song et al., 2021, arXiv 2010.02502): `eta` 0 is deterministic, 1 is strided DDPM."""

    eta: float = 0.0

    def mean(self, frame: Frame, s: int) -> Tensor:
        """Equation 12 of the paper without its noise: x0_hat noised again, along eps_hat."""
        _, as_ = self._alpha_bars(frame.t, s)
        along = sqrt(max(1 - as_ - self.sd(frame.t, s) ** 2, 0.0))
        return sqrt(as_) * frame.x0 + along * frame.eps

    def sd(self, t: int, s: int) -> float:
        """eta times that of DDPM."""
        return self.eta * super().sd(t, s)


SAMPLERS: dict[str, type[Sampler]] = {"ddpm": Ddpm, "ddim": Ddim}


def frames(sampler: Sampler, denoise: Denoise, x: Tensor, generator: torch.Generator) -> Iterator[Frame]:
    """Every stop from pure noise `x` (b, …) to t = 0; the last frame's `x` are the samples."""
    frame = sampler.frame(x, sampler.stops[0], denoise)
    yield frame
    for s in sampler.stops[1:]:
        frame = _next(sampler, frame, s, denoise, generator)
        yield frame


def _next(sampler: Sampler, frame: Frame, s: int, denoise: Denoise, generator: torch.Generator) -> Frame:
    x = sampler.step(frame, s, generator)
    return sampler.frame(x, s, denoise) if s else Frame(0, x, frame.eps, x)


class Chain:
    """A chain that can be walked forwards and back; what was seen stays as it was.

    Attributes:
        place: how many steps it has gone, from 0 to the number of steps.
    """

    def __init__(self, sampler: Sampler, denoise: Denoise, x: Tensor, generator: torch.Generator) -> None:
        """Begins at pure noise `x` (b, …)."""
        self.sampler = sampler
        self.place = 0
        self._walk = frames(sampler, denoise, x, generator)
        self._seen = [next(self._walk)]

    @property
    def frame(self) -> Frame:
        """Where the chain stands."""
        return self._seen[self.place]

    @property
    def done(self) -> bool:
        """Whether it stands at t = 0."""
        return self.frame.t == 0

    def forward(self) -> Frame:
        """One step towards the data; stays at t = 0."""
        if not self.done:
            self.place += 1
            if self.place == len(self._seen):
                self._seen.append(next(self._walk))
        return self.frame

    def back(self) -> Frame:
        """One step towards noise, as it was; stays at t = T."""
        self.place = max(self.place - 1, 0)
        return self.frame


def guided(network: nn.Module, labels: Tensor | None, guidance: float) -> Denoise:
    """The network's answers for `labels` (b,), pushed away from those without label (arXiv 2207.12598).

    (1 + w) times the answer with label minus w times the one without, w = `guidance`; with w = 0 or without labels it
    is one pass instead of two. The network takes (x_t, t (b,), labels); its last label means "no label".
    """

    def denoise(x_t: Tensor, t: int) -> Tensor:
        times = torch.full((len(x_t),), t, device=x_t.device)
        if labels is None or not guidance:
            answer: Tensor = network(x_t, times, labels)
            return answer
        without = torch.full_like(labels, network.no_label)  # type: ignore[arg-type]
        both = network(x_t.repeat(2, *[1] * (x_t.dim() - 1)), times.repeat(2), torch.cat((labels, without)))
        with_label, free = both.chunk(2)
        return (1 + guidance) * with_label - guidance * free  # type: ignore[no-any-return]

    return denoise


def normal(shape: tuple[int, ...], generator: torch.Generator, device: torch.device) -> Tensor:
    """Standard normal numbers of a CPU generator on any device, so that a seed means the same everywhere."""
    return torch.randn(shape, generator=generator).to(device)
