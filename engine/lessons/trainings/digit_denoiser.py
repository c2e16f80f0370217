"""A U-Net that predicts the noise in digits of 16x16: its training in the lab, and what lessons ask of it.

Imports torch. Shapes: n images, h = w = 16; images from -1 to 1; t in 0..1000 of the linear schedule.
"""

import copy
import pickle
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from ...models.unet import UNet
from ...objectives.denoising import Denoising
from ...sampling.noise import NoiseSchedule
from ...sampling.samplers import SAMPLERS, Ddpm, frames, guided
from ...training.job import Job
from ..kit.training import Progress
from .lab import train

OPTIONS: dict[str, Any] = {
    "predict": "eps",
    "noise_schedule": "linear",
    "channels": 8,
    "multipliers": (1, 2, 4),
    "blocks": 1,
    "steps": 500,
    "lr": 4e-3,
    "dropout": 0.0,
    "ema": 0.99,
}
BUCKETS = 10


class DdpmBeta(Ddpm):
    """DDPM with the larger variance of its paper: beta (section 3.2); no noise in the last step."""

    def sd(self, t: int, s: int) -> float:
        """sqrt(beta)."""
        at, as_ = self._alpha_bars(t, s)
        return float((1 - at / as_) ** 0.5) if s else 0.0


KINDS: dict[str, Any] = {**SAMPLERS, "ddpm-beta": DdpmBeta}
"""The samplers of the lessons."""
Pictures = NDArray[np.float32]


class Stop(NamedTuple):
    """One stop of a sampling chain, one image of it: (h, w) each."""

    t: int
    x: Pictures
    eps: Pictures
    x0: Pictures


@dataclass(frozen=True, eq=False)
class DigitDenoiser:
    """The trained network (eval mode, averaged weights), and what it was measured by."""

    network: UNet
    images: Pictures
    """(n, 1, h, w): images of the test split, which it never saw."""
    labels: NDArray[np.int64]
    """(n,)."""
    means: Pictures
    """(10, h, w): the mean image of each digit of the training split."""
    _seen: dict[Any, Any] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, Any]:
        """The network as plain bytes: sent as tensors, it would be gone with the process that trained it."""
        return {**vars(self), "network": pickle.dumps(self.network), "_seen": {}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in {**state, "network": pickle.loads(state["network"])}.items():
            object.__setattr__(self, name, value)

    @property
    def noise(self) -> NoiseSchedule:
        """The schedule that it was trained with."""
        return _noise()

    def time_of(self, alpha_bar: float) -> int:
        """The t, at least 1, at which its own schedule has that share of signal: only this matters to x_t."""
        return max(1, int((self.noise.alpha_bar - alpha_bar).abs().argmin()))

    def eps_hat(self, x_t: Any, t: Any, labels: Any, cut: str = "none") -> Pictures:
        """The predicted noise for images (n, h, w) at t (n,) or one t, of digits `labels`; skips may be cut."""
        x = torch.as_tensor(np.asarray(x_t), dtype=torch.float32)[:, None]
        times = torch.as_tensor(np.broadcast_to(t, len(x)).copy())
        digits = torch.as_tensor(np.broadcast_to(labels, len(x)).copy())
        network = self.network if cut == "none" else self.once(("cut", cut), lambda: severed(self.network, cut))
        with torch.no_grad():
            return network(x, times, digits)[:, 0].numpy()  # type: ignore[no-any-return]

    def test_batch(self, count: int, t: int, draw: int = 0) -> tuple[Pictures, Pictures, NDArray[np.int64]]:
        """x_t, eps and labels of the first `count` test images, with noise that is always the same."""
        eps = np.random.default_rng((draw, t)).standard_normal((count, *self.images.shape[2:])).astype(np.float32)
        a = float(self.noise.alpha_bar[t])
        return np.sqrt(a) * self.images[:count, 0] + np.sqrt(1 - a) * eps, eps, self.labels[:count]

    def error(self, t: int, cut: str = "none", count: int = 64) -> float:
        """Mean squared error of eps_hat on test images at t."""

        def measure() -> float:
            x_t, eps, labels = self.test_batch(count, t)
            return float(((self.eps_hat(x_t, t, labels, cut) - eps) ** 2).mean())

        return float(self.once(("error", t, cut, count), measure))

    def buckets(self, cut: str = "none") -> tuple[float, ...]:
        """Mean squared error of eps_hat in the middle of each tenth of 1..1000."""
        return tuple(self.error(1000 * k // BUCKETS + 50, cut) for k in range(BUCKETS))

    def chain(self, label: int, sampler: str, count: int, draw: int, guidance: float = 0.0) -> tuple[Stop, ...]:
        """One digit drawn from pure noise: every stop from t = 1000 to 0."""

        def measure() -> tuple[Stop, ...]:
            return tuple(
                Stop(stop.t, *(part[0, 0].numpy() for part in (stop.x, stop.eps, stop.x0)))
                for stop in self._frames([label], sampler, count, draw, guidance)
            )

        return self.once((label, sampler, count, draw, guidance), measure)  # type: ignore[no-any-return]

    def draw(self, labels: Any, sampler: str, count: int, draw: int, guidance: float = 0.0) -> Pictures:
        """(n, h, w): digits drawn from pure noise, one for each label."""

        def measure() -> Pictures:
            return self._frames(labels, sampler, count, draw, guidance)[-1].x[:, 0].numpy()  # type: ignore[no-any-return]

        return self.once((tuple(labels), sampler, count, draw, guidance, "draw"), measure)  # type: ignore[no-any-return]

    def _frames(self, labels: Any, sampler: str, count: int, draw: int, guidance: float) -> list[Any]:
        generator = torch.Generator().manual_seed(1_000_003 * draw + 5)
        start = torch.randn((len(labels), 1, 16, 16), generator=generator)
        with torch.no_grad():
            denoise = guided(self.network, torch.tensor(list(labels)), guidance)
            return list(frames(KINDS[sampler](self.noise, count), denoise, start, generator))

    def once(self, key: Any, measure: Any) -> Any:
        """What `measure` gives, computed the first time."""
        if key not in self._seen:
            if len(self._seen) > 400:
                self._seen.clear()
            self._seen[key] = measure()
        return self._seen[key]


def severed(network: UNet, cut: str) -> UNet:
    """A copy whose skips of one size, or all, are cut; frames and facts ask the network from two threads."""
    other = copy.deepcopy(network)
    for size, skip in skips(other):
        skip.open = cut not in ("all", size)
    return other


def skips(network: UNet) -> list[tuple[str, Any]]:
    """The skips of a U-Net for 16x16 with the size of their maps, in the order of the decoder."""
    levels = len(network.skips)
    return [
        (f"{16 >> (levels - 1 - i)}x{16 >> (levels - 1 - i)}", skip)
        for i, level in enumerate(network.skips)
        for skip in level  # type: ignore[attr-defined]
    ]


@lru_cache(1)
def _noise() -> NoiseSchedule:
    return NoiseSchedule("linear")


def fresh(seed: int = 0, classes: int = 10) -> UNet:
    """The same network before any training, in eval mode."""
    from ..kit.seeding import seeded

    with seeded(seed):
        return UNet(Job.of("diffusion", data="digits16", **OPTIONS).options, (1, 16, 16), classes).eval()  # type: ignore[arg-type]


def train_denoiser(seed: int, progress: Progress) -> DigitDenoiser:
    """The lab's `diffusion` job on 16x16 digits, with few channels; deterministic in `seed`."""
    trainer = train(Job.of("diffusion", data="digits16", seed=seed, device="cpu", **OPTIONS), progress)
    objective: Any = trainer.objective
    assert isinstance(objective, Denoising)
    data: Any = objective.data
    x, y = data.train.x[:, 0] * 2 - 1, data.train.y
    network: Any = objective.diffusion.network
    return DigitDenoiser(
        network=network.eval().requires_grad_(False),
        images=(data.test.x * 2 - 1).astype(np.float32),
        labels=data.test.y,
        means=np.array([x[y == digit].mean(0) for digit in range(10)], dtype=np.float32),
    )
