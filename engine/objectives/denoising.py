"""Denoising: the loss of diffusion models (DDPM, Ho et al., 2020, arXiv 2006.11239), and how good their samples are.

Knows nothing of threads, files or screens. Shapes: b batch, … one example; images are in 0..1 outside, -1..1 inside.
"""

from collections.abc import Iterator
from time import perf_counter
from typing import Any

import torch
from torch import Tensor, nn

from ..data.base import Data
from ..data.dataset import Dataset
from ..data.points import Points
from ..models.denoiser import PointDenoiser
from ..options import OptionError
from ..quality.images import ImageQuality
from ..quality.points import point_quality
from ..recipes.diffusion import DiffusionOptions
from ..runs.run import Record
from ..sampling.diffusion import Diffusion, label_count
from ..training.averaging import Average
from ..training.descent import Descent
from .batches import Shuffle
from .denoising_records import sheet, strip
from .objective import Objective, Tell, silent

IMAGES, POINTS = 1000, 2000
"""Samples that the test measures."""
CHEAP_STEPS = 20
"""Steps of DDIM where a quick look is enough."""
GAMMA = 5.0
"""Largest signal-to-noise ratio that counts in full (Min-SNR, Hang et al., 2023, arXiv 2303.09556)."""
LEAST_VALIDATION = 1000
"""Noisy examples that validation measures at least; smaller splits are gone through several times."""


class Denoising(Objective):
    """Learns to tell noise from data at every timestep; validates, tests and samples with the averaged weights.

    Attributes:
        diffusion: the averaged network, its noise and its samplers.
    """

    options: DiffusionOptions
    data: Dataset | Points

    def __init__(
        self,
        model: nn.Module,
        data: Data,
        options: DiffusionOptions,
        seed: int,
        device: torch.device,
        tell: Tell = silent,
    ) -> None:
        """Scales the data, and draws the noise that validation always uses."""
        super().__init__(model, data, options, seed, device, tell)
        assert isinstance(data, Dataset | Points)
        self.descents["model"] = Descent(model, options)
        self.averages["model"] = Average(model, options.ema)
        self.diffusion = Diffusion(self.averages["model"].module, data, options, seed, device)
        self.noise = self.diffusion.noise
        self._x, self._y = self._split("train")
        self._order = Shuffle(len(self._x), seed, device)
        self._fixed = self._validation()
        self._quality: ImageQuality | None = None

    @classmethod
    def build(cls, module: type[nn.Module], options: DiffusionOptions, data: Data) -> nn.Module:
        """The catalogue's U-Net for images, an MLP for points; raises OptionError."""
        if isinstance(data, Points):
            return PointDenoiser(options, *data.shape)
        if data.kind != "images":
            raise OptionError(f"diffusion needs images or points, but {data.name} holds {data.kind}")
        return module(options, data.shape, label_count(data))

    @classmethod
    def specimen(cls, options: DiffusionOptions, data: Data) -> tuple[Tensor, ...]:
        """One noisy example, its timestep and its label, where there are any."""
        labels = (torch.zeros(1, dtype=torch.long),) if label_count(data) else ()
        return (torch.zeros(1, *data.shape), torch.full((1,), 500), *labels)

    def step(self, number: int, progress: float) -> dict[str, float]:
        """Predict at random timesteps, one from each of b equal parts of 1..T (Kingma et al., 2021, 2107.00630)."""
        self.model.train()
        options, steps = self.options, self.noise.steps
        index = self._order.batch(number, options.batch)
        x0, b = self._x[index], len(index)
        parts = (torch.arange(b) + torch.rand(1)) / b
        t = ((parts * steps).long().clamp(max=steps - 1) + 1).to(self.device)
        labels = None
        if self._y is not None:
            hidden = (torch.rand(b) < options.label_drop).to(self.device)
            labels = self._y[index].masked_fill(hidden, self.diffusion.classes)
        error = self._error(self.model, x0, torch.randn(x0.shape).to(self.device), t, labels)
        loss = error.mean() if options.weighting == "none" else (error * self._weight(t)).mean()
        norm, rate = self.descents["model"].step(loss, options, progress)
        self.averages["model"].update()
        mse_value, norm_value = torch.stack((error.detach().mean(), norm)).tolist()  # one wait for the device
        return {"loss/train": mse_value, "grad_norm": norm_value, "lr": rate}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Mean squared error with fixed noise at fixed timesteps, over all and over each quarter of 1..T."""
        x0, eps, t, labels = self._fixed
        error = self._error(self.diffusion.network, x0, eps, t, labels)
        quarter = (t - 1) * 4 // self.noise.steps
        sums = torch.zeros(4, device=self.device).index_add_(0, quarter, error)
        counts = torch.zeros(4, device=self.device).index_add_(0, quarter, torch.ones_like(error))
        mean, *each = torch.cat((error.mean()[None], sums / counts)).tolist()
        return {"loss/val": mean, **{f"loss/val_t{k}": value for k, value in enumerate(each, start=1)}}

    def test(self) -> dict[str, float]:
        """Quality of 1000 images or 2000 points drawn by the default sampler, and what drawing them took.

        `sample_seconds` is for all `samples` of them, each of `network_evaluations` passes; `ddim20_seconds_16` is for
        16 images by DDIM in 20 steps.
        """
        diffusion = self.diffusion
        count = POINTS if isinstance(self.data, Points) else IMAGES
        labels = diffusion.every_class(count)
        began = perf_counter()
        samples = diffusion.sample(count, labels, diffusion.sampler(), tell=self.tell)
        cost = {
            "sample_seconds": perf_counter() - began,
            "samples": float(count),
            "network_evaluations": float(diffusion.evaluations),
        }
        if isinstance(self.data, Points):
            return point_quality(samples.cpu().numpy(), self.data) | cost
        began = perf_counter()
        diffusion.sample(16, diffusion.every_class(16), diffusion.sampler("ddim", CHEAP_STEPS))
        cost[f"ddim{CHEAP_STEPS}_seconds_16"] = perf_counter() - began
        self.tell("measuring the samples", 1.0)
        if self._quality is None:
            self._quality = ImageQuality(self.data)
        return self._quality.measure(samples.cpu(), None if labels is None else labels.cpu()) | cost

    def inputs(self, split: str, index: int, count: int = 1) -> tuple[Tensor, ...]:
        """Examples half drowned in noise that is always the same, their timestep and labels."""
        x0, y = self._split(split)
        chosen = [(index + k) % len(x0) for k in range(count)]
        half = int((self.noise.alpha_bar - 0.5).abs().argmin())
        eps = torch.stack([self.diffusion.normal(x0.shape[1:], 1_000_000 + k) for k in chosen])
        t = torch.full((count,), half, device=self.device)
        return (self.noise.noised(x0[chosen], eps, half), t, *(() if y is None else (y[chosen],)))

    def records(self) -> Iterator[Record]:
        """Samples of the averaged weights as they are now, by few steps of DDIM, always from the same noise."""
        yield sheet(self.diffusion, self.data, self.diffusion.sampler("ddim", CHEAP_STEPS), quick=True)

    def final_records(self) -> Iterator[Record]:
        """Samples of the default sampler, and the way of one image from noise."""
        sampler = self.diffusion.sampler()
        yield sheet(self.diffusion, self.data, sampler)
        if not isinstance(self.data, Points):
            yield strip(self.diffusion, sampler)

    def change(self, name: str, value: Any) -> None:
        """As everywhere; the averaged weights and the samplers follow."""
        super().change(name, value)
        self._follow_options()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue exactly where `state_dict` was taken, with the options in force."""
        super().load_state_dict(state)
        self._follow_options()

    def _follow_options(self) -> None:
        self.averages["model"].decay = self.options.ema
        self.diffusion.options = self.options

    def _error(self, network: nn.Module, x0: Tensor, eps: Tensor, t: Tensor, labels: Tensor | None) -> Tensor:
        """Mean squared error of each example: (b,)."""
        answer = network(self.noise.noised(x0, eps, t), t, labels)
        wanted = self.noise.target(self.options.predict, x0, eps, t)
        error: Tensor = (answer - wanted).square().flatten(1).mean(1)
        return error

    def _weight(self, t: Tensor) -> Tensor:
        """min(SNR, gamma) in units of the error of x0, for whatever is predicted: (b,)."""
        snr = self.noise.snr(t)
        worth = {"eps": snr, "x0": torch.ones_like(snr), "v": snr + 1}[self.options.predict]
        return snr.clamp(max=GAMMA) / worth

    def _split(self, name: str) -> tuple[Tensor, Tensor | None]:
        scaling = self.diffusion.scaling
        if isinstance(self.data, Points):
            return scaling.inside(torch.from_numpy(self.data.split(name)).to(self.device)), None
        split = self.data.split(name)
        y = torch.from_numpy(split.y).to(self.device) if self.diffusion.classes else None
        return scaling.inside(torch.from_numpy(split.x).to(self.device)), y

    def _validation(self) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        x0, y = self._split("val")
        count = max(len(x0), LEAST_VALIDATION) if isinstance(self.data, Points) else len(x0)
        place = torch.arange(count, device=self.device) % len(x0)
        order = torch.randperm(count, generator=self.diffusion.generator(2)).to(self.device)
        t = 1 + order * self.noise.steps // count
        return x0[place], self.diffusion.normal((count, *x0.shape[1:]), 1), t, None if y is None else y[place]
