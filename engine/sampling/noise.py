"""The forward process of diffusion: how much signal and noise x_t holds (DDPM, Ho et al., 2020, arXiv 2006.11239).

t counts steps of noise: 0 is the data, `steps` is (nearly) pure noise. Shapes: b batch, … any shape of one example.
"""

from collections.abc import Callable
from math import cos, pi

import torch
from torch import Tensor

STEPS = 1000
"""T, the steps from data to noise."""


def linear(steps: int) -> Tensor:
    """beta_1 … beta_T from 1e-4 to 0.02 in a straight line (DDPM): (T,), float64."""
    return torch.linspace(1e-4, 0.02, steps, dtype=torch.float64)


def cosine(steps: int, offset: float = 0.008, most: float = 0.999) -> Tensor:
    """beta_1 … beta_T whose alpha_bar is a squared cosine (Nichol & Dhariwal, 2021, 2102.09672): (T,), float64."""

    def signal(t: int) -> float:
        return cos((t / steps + offset) / (1 + offset) * pi / 2) ** 2

    betas = [min(1 - signal(t) / signal(t - 1), most) for t in range(1, steps + 1)]
    return torch.tensor(betas, dtype=torch.float64)


BETAS: dict[str, Callable[[int], Tensor]] = {"cosine": cosine, "linear": linear}


class NoiseSchedule:
    """q(x_t | x_0) = N(sqrt(alpha_bar_t) x_0, (1 - alpha_bar_t) I), and what follows from it.

    Attributes:
        steps: T.
        beta: (T + 1,), float64: variance that step t adds; beta_0 is 0.
        alpha_bar: (T + 1,), float64: share of the variance that is still signal; alpha_bar_0 is 1.
    """

    def __init__(self, name: str, steps: int = STEPS, device: torch.device | None = None) -> None:
        """`name` is one of BETAS."""
        self.steps = steps
        self.beta = torch.cat((torch.zeros(1, dtype=torch.float64), BETAS[name](steps)))
        self.alpha_bar = (1 - self.beta).cumprod(0)
        self._signal = self.alpha_bar.sqrt().float().to(device)
        self._noise = (1 - self.alpha_bar).sqrt().float().to(device)

    def snr(self, t: Tensor) -> Tensor:
        """Signal-to-noise ratio alpha_bar / (1 - alpha_bar), float32, of any shape; infinite at t = 0."""
        return (self._signal[t] / self._noise[t]) ** 2

    def noised(self, x0: Tensor, eps: Tensor, t: Tensor | int) -> Tensor:
        """x_t (b, …) = sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t) eps, straight from x_0; `t` (b,) or one number."""
        a, s = self._coefficients(t, x0.dim())
        return a * x0 + s * eps

    def target(self, predict: str, x0: Tensor, eps: Tensor, t: Tensor | int) -> Tensor:
        """What a network that predicts `eps`, `x0` or `v` should answer to x_t: (b, …)."""
        if predict == "eps":
            return eps
        if predict == "x0":
            return x0
        a, s = self._coefficients(t, x0.dim())
        return a * eps - s * x0  # v (Salimans & Ho, 2022, arXiv 2202.00512)

    def estimate(self, predict: str, answer: Tensor, x_t: Tensor, t: Tensor | int) -> tuple[Tensor, Tensor]:
        """eps_hat and x0_hat (b, …) from a network's answer to x_t at t > 0; both together give x_t again."""
        a, s = self._coefficients(t, x_t.dim())
        match predict:
            case "eps":
                return answer, (x_t - s * answer) / a
            case "x0":
                return (x_t - a * answer) / s, answer
            case "v":
                return s * x_t + a * answer, a * x_t - s * answer
        raise AssertionError(predict)

    def eps_for(self, x0: Tensor, x_t: Tensor, t: Tensor | int) -> Tensor:
        """The noise (b, …) that leads from `x0` to `x_t`, t > 0."""
        return self.estimate("x0", x0, x_t, t)[0]

    def _coefficients(self, t: Tensor | int, dims: int) -> tuple[Tensor, Tensor]:
        a, s = self._signal[t], self._noise[t]
        shape = (-1,) + (1,) * (dims - 1) if a.dim() else ()
        return a.view(shape), s.view(shape)
