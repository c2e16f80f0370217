"""The forward process of a real example: noised step by step with noise that is given, and what the model sees in it.

Shapes: f frames, n examples, … one example.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ...data.points import Points
from ...objectives.denoising import Denoising
from ...sampling.diffusion import CHUNK


@dataclass(frozen=True)
class Forward:
    """x_t of real examples at several t, straight from x_0, and the network's answers without guidance.

    Attributes:
        x: (f, n, …), sqrt(alpha_bar) x_0 + sqrt(1 - alpha_bar) eps.
        eps, x0: (f, n, …), what the network takes for the noise and for the example.
        true: (n, …), the noise; like all others in the scale of the network.
        label: the example's class, -1 if it has none.
    """

    x: Tensor
    eps: Tensor
    x0: Tensor
    true: Tensor
    label: int

    @classmethod
    @torch.no_grad()
    def of(
        cls, objective: Denoising, network: nn.Module, example: tuple[str, int], eps: Tensor, times: list[int]
    ) -> "Forward":
        """The example (split, index), its index wrapped around, noised with `eps` (n, …) at `times` (f,), falling.

        Of images the one at the index with the first of `eps`; of points as many as there is noise.
        """
        diffusion, noise, data = objective.diffusion, objective.noise, objective.data
        label = -1
        if isinstance(data, Points):
            cloud = data.split(example[0])
            real = torch.from_numpy(cloud[[k % len(cloud) for k in range(len(eps))]])
        else:
            split, eps = data.split(example[0]), eps[:1]
            index = example[1] % len(split)
            real = torch.from_numpy(split.x[index : index + 1])
            label = int(split.y[index]) if diffusion.classes else -1
        real = diffusion.scaling.inside(real.to(eps.device))
        x = torch.stack([noise.noised(real, eps, t) for t in times])
        t = torch.tensor(times, device=eps.device).repeat_interleave(len(real))
        found = []
        portion = max(1, CHUNK // real[0].numel())
        for x_t, t_b in zip(torch.split(x.flatten(0, 1), portion), torch.split(t, portion), strict=True):
            labels = torch.full_like(t_b, label) if label >= 0 else None
            found.append(_estimate(objective, network(x_t, t_b, labels), x_t, t_b))
        eps_hat, x0_hat = (torch.cat(parts).view_as(x).clone() for parts in zip(*found, strict=True))
        if times[-1] == 0:
            eps_hat[-1], x0_hat[-1] = eps_hat[-2] if len(times) > 1 else eps, real
        return cls(x, eps_hat, x0_hat, eps, label)


def _estimate(objective: Denoising, answer: Tensor, x_t: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """eps_hat and x0_hat, the latter within the bounds of the data as samplers have it."""
    noise, device = objective.noise, x_t.device
    _, x0 = noise.estimate(objective.options.predict, answer, x_t, t)
    low, high = (torch.as_tensor(bound, device=device) for bound in objective.diffusion.scaling.bounds)
    x0 = torch.clamp(x0, low, high)
    return noise.eps_for(x0, x_t, t), x0
