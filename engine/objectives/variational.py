"""The evidence lower bound (ELBO) of a VAE, and how good its samples are.

Shapes: b batch, c channels, h rows, w columns, d latent numbers.
"""

import copy
from collections.abc import Iterator
from time import perf_counter
from typing import Any

import torch
from torch import Tensor, nn

from ..data.dataset import Dataset
from ..models.vae import Vae
from ..options import OptionError
from ..quality.images import ImageQuality
from ..recipes.vae import VaeOptions
from ..runs.run import Record
from ..training.descent import Descent
from .batches import Shuffle
from .objective import Objective, Tell, silent
from .variational_records import latent, plane, reconstructions, sheet

SAMPLES = 1000
"""Images that the test draws."""
VALIDATION_DRAWS, TEST_DRAWS = 4, 16
"""Samples of each image's posterior over which the bound is averaged."""
ACTIVE = 0.01
"""Variance over the images above which a posterior's mean says something (Burda et al., 2015, arXiv 1509.00519)."""


class Variational(Objective):
    """Raises the ELBO. What is tested is the model as it was when the bound on the validation split was best.

    Attributes:
        best: the model as it was after step `best_step`, with the validation loss `best_loss`.
    """

    CURVES = ("loss/train", "loss/val", "kl/val")
    options: VaeOptions
    data: Dataset
    model: Vae

    def __init__(
        self,
        model: nn.Module,
        data: Dataset,
        options: VaeOptions,
        seed: int,
        device: torch.device,
        tell: Tell = silent,
    ) -> None:
        """Raises OptionError if the likelihood does not fit the pixels."""
        super().__init__(model, data, options, seed, device, tell)
        if options.likelihood == "bernoulli" and not _shares(data):
            raise OptionError(f"likelihood cannot be bernoulli for {data.name}: its pixels are not all within 0..1")
        self.descents["model"] = Descent(model, options)
        self._splits = {name: self._tensors(name) for name in ("train", "val", "test")}
        self._shuffle = Shuffle(len(data.train), seed, device)
        self._taken = 0
        self.best: Vae = copy.deepcopy(self.model).eval().requires_grad_(False)
        self.best_step, self.best_loss = 0, float("inf")

    @classmethod
    def build(cls, module: type[nn.Module], options: VaeOptions, data: Dataset) -> nn.Module:
        """`module(options, shape, classes)`, with no classes if it is not conditional."""
        return module(options, data.shape, len(data.classes) if options.conditional else 0)

    @classmethod
    def specimen(cls, options: VaeOptions, data: Dataset) -> tuple[Tensor, ...]:
        """An image of zeros, and a label if conditional."""
        labels = (torch.zeros(1, dtype=torch.long),) if options.conditional else ()
        return (torch.zeros(1, *data.shape), *labels)

    def step(self, number: int, progress: float) -> dict[str, float]:
        """One mini-batch: `loss/train` is minus the ELBO, whatever beta is; all in nats an image."""
        self.model.train()
        x, y = self._splits["train"]
        index = self._shuffle.batch(number, self.options.batch)
        eps = torch.randn(len(index), self.options.latent).to(self.device)
        log_likelihood, kl = (t.mean() for t in self.model.elbo(x[index], None if y is None else y[index], eps))
        norm, lr = self.descents["model"].step(self.options.beta * kl - log_likelihood, self.options, progress)
        self._taken = number + 1
        measured = torch.stack((kl - log_likelihood, -log_likelihood, kl, self.model.sigma, norm)).tolist()
        tags = ("loss/train", "reconstruction/train", "kl/train", "sigma", "grad_norm")
        return dict(zip(tags, measured, strict=True)) | {"lr": lr}

    def validate(self) -> dict[str, float]:
        """Minus the ELBO and its two terms, with noise that is always the same; keeps the weights if it is best."""
        bound = self.bound(self.model, "val", VALIDATION_DRAWS)
        if bound["loss"] < self.best_loss:
            self.best_step, self.best_loss = self._taken, bound["loss"]
            self.best.load_state_dict(self.model.state_dict())
        return {f"{name}/val": value for name, value in bound.items()}

    @torch.no_grad()
    def bound(self, model: Vae, split: str, draws: int) -> dict[str, float]:
        """Minus the ELBO in nats an image and its terms on a split, averaged over draws of the posterior."""
        x, y = self._splits[split]
        generator = torch.Generator().manual_seed(self.seed)
        sums = torch.zeros(2, device=self.device)
        parts = [slice(start, start + SAMPLES) for start in range(0, len(x), SAMPLES)]
        for draw in range(draws):
            for k, part in enumerate(parts):
                eps = torch.randn(len(x[part]), self.options.latent, generator=generator).to(self.device)
                sums += torch.stack([t.sum() for t in model.elbo(x[part], None if y is None else y[part], eps)])
                self.tell(f"the bound on {split}", (draw + k / len(parts)) / draws)
        log_likelihood, kl = (sums / (draws * len(x))).tolist()
        return {"loss": kl - log_likelihood, "reconstruction": -log_likelihood, "kl": kl}

    @torch.no_grad()
    def test(self) -> dict[str, float]:
        """The best model's ELBO (`test_elbo`, nats an image, higher is better) and the quality of 1000 samples.

        `test_reconstruction_error` is the root mean squared error of a pixel, `active_dimensions` how many latent
        numbers are used, `best_step` when the weights were taken. Samples are means, without the pixels' noise.
        """
        model = self.chosen
        bound = self.bound(model, "test", TEST_DRAWS)
        x, y = self._splits["test"]
        posterior = model.encode(x, y)
        error = (model.decode(posterior.mean, y) - x).square().mean().sqrt()
        self.tell(f"sampling {SAMPLES} images", 0.0)
        began = perf_counter()
        samples, labels = self.sample(model, SAMPLES)
        seconds = perf_counter() - began
        self.tell("measuring the samples", 0.5)
        quality = ImageQuality(self.data).measure(samples, labels)
        return quality | {
            "test_elbo": -bound["loss"],
            "test_kl": bound["kl"],
            "test_reconstruction": bound["reconstruction"],
            "test_reconstruction_error": float(error),
            "active_dimensions": float((posterior.mean.var(0) > ACTIVE).sum()),
            "best_step": float(self.best_step),
            "sample_seconds": seconds,
            "samples": float(SAMPLES),
        }

    @property
    def chosen(self) -> Vae:
        """The best model; before the first validation the model as it is."""
        return self.best if self.best_step else self.model

    @torch.no_grad()
    def sample(self, model: Vae, count: int) -> tuple[Tensor, Tensor | None]:
        """Images (count, c, h, w), of each class in turn if conditional, always from the same noise; and labels."""
        labels = None
        if self.options.conditional:
            labels = (torch.arange(count) % len(self.data.classes)).to(self.device)
        return model.sample(count, labels, torch.Generator().manual_seed(self.seed)), labels

    def inputs(self, split: str, index: int, count: int = 1) -> tuple[Tensor, ...]:
        """Images, and their labels if conditional."""
        x, y = self._splits[split]
        chosen = (torch.arange(index, index + count) % len(x)).to(self.device)
        return (x[chosen],) if y is None else (x[chosen], y[chosen])

    def records(self) -> Iterator[Record]:
        """Samples, reconstructions, where the validation images lie; of a plane of latent numbers its images."""
        return self._records(self.model)

    def final_records(self) -> Iterator[Record]:
        """The same of the best model."""
        return self._records(self.chosen)

    def state_dict(self) -> dict[str, Any]:
        """As everywhere, and the best weights."""
        best = {"model": self.best.state_dict(), "step": self.best_step, "loss": self.best_loss}
        return super().state_dict() | {"best": best, "taken": self._taken}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue exactly where `state_dict` was taken."""
        super().load_state_dict(state)
        self.best.load_state_dict(state["best"]["model"])
        self.best_step, self.best_loss, self._taken = state["best"]["step"], state["best"]["loss"], state["taken"]

    def _records(self, model: Vae) -> Iterator[Record]:
        x, y = self._splits["val"]
        yield sheet(*self.sample(model, 50), len(self.data.classes))
        yield reconstructions(model, *self._splits["test"])
        where = latent(model, x, y, self.data.val.y, torch.Generator().manual_seed(self.seed))
        yield where
        if self.options.latent == 2:
            yield from plane(model, where.arrays["mean"], self.data.classes)

    def _tensors(self, split: str) -> tuple[Tensor, Tensor | None]:
        part = self.data.split(split)
        labels = torch.from_numpy(part.y).to(self.device) if self.options.conditional else None
        return torch.from_numpy(part.x).to(self.device), labels


def _shares(data: Dataset) -> bool:
    parts = (data.train.x, data.val.x, data.test.x)
    return all(not len(x) or (x.min() >= 0 and x.max() <= 1) for x in parts)
