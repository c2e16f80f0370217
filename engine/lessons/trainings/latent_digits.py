"""A VAE of digits with two latent numbers, trained by the lab's trainer. Imports torch.

Shapes: n images of 8x8, two latent numbers.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ...data.load import load_data
from ...models.vae import Vae
from ...objectives.variational import Variational
from ...training.job import Job
from ...training.trainer import Trainer
from ..kit.seeding import seeded
from ..kit.state import State
from ..kit.training import Progress

STEPS, CHUNK = 2000, 20
DRAWS = 128
"""Samples of each posterior over which reconstruction terms are averaged."""

CURVES = ("-E log p(x|z)", "KL")
"""The terms of -ELBO: what must come back, and what it costs to tell."""


@dataclass(frozen=True, eq=False)
class LatentDigits:
    """The trained model, and what it makes of the images that it never saw."""

    model: Vae
    beta: float
    images: Any
    """[n, 8, 8]: the test images."""
    labels: Any
    means: Any
    """[n, 2]: of q(z|x)."""
    sigmas: Any
    reconstruction: Any
    """[n]: -E log p(x|z), in nats."""
    kl: Any
    """[n]: KL(q(z|x) ‖ p(z)), in nats."""
    untrained: tuple[float, float]
    """Mean reconstruction term and KL before training."""
    steps: Any
    curves: dict[str, Any]
    pixel_sigma: float
    draws: int
    """Samples of each posterior that reconstruction terms are averaged over."""
    train_means: Any
    train_labels: Any

    @torch.no_grad()
    def decode(self, z: Any) -> Any:
        """[m, 8, 8]: the decoder's images of latent points [m, 2]."""
        points = torch.tensor(np.asarray(z), dtype=torch.float32).reshape(-1, 2)
        return self.model.decode(points)[:, 0].numpy()

    @torch.no_grad()
    def last_sum(self, z: Any, row: int, column: int) -> tuple[float, float, int, int]:
        """Behind a pixel of the image of z: w·h and b of the last layer, and how many of h are above 0, of how many."""
        layers = list(self.model.decoder)
        k = max(k for k, layer in enumerate(layers) if isinstance(layer, torch.nn.Linear))
        h = torch.nn.Sequential(*layers[:k])(torch.tensor(np.asarray(z), dtype=torch.float32).reshape(1, -1))
        weight, bias = layers[k].parameters()
        pixel = row * self.images.shape[-1] + column
        total = float(h[0].double() @ weight[pixel].double())
        return total, float(bias[pixel]), int((h > 0).sum()), h.shape[1]


def train(state: State, progress: Progress) -> LatentDigits:
    """One training with the `beta` of the state."""
    return learn(state.seed, float(state["beta"]), progress)


def started(seed: int, beta: float, steps: int = STEPS) -> Variational:
    """The model and its optimiser before the first step."""
    options: dict[str, Any] = {
        "preset": "map",
        "decoder": "mlp",
        "hidden": (128, 128),
        "steps": steps,
        "validate_every": 1_000_000,
    }
    with seeded(seed):
        job = Job.of("vae", seed=seed, device="cpu", **{**options, "beta": beta})
        objective = Trainer(job, load_data("digits", seed)).objective
    assert isinstance(objective, Variational)
    return objective


def learn(seed: int, beta: float, progress: Progress, steps: int = STEPS) -> LatentDigits:
    """The model after `steps` steps."""
    data, objective = load_data("digits", seed), started(seed, beta, steps)
    x, model = torch.from_numpy(data.test.x), objective.model
    before, history = _terms(model, x, seed), []
    for start in range(0, steps, CHUNK):
        with seeded(seed * 1_000_003 + start):
            for number in range(start, start + CHUNK):
                values = objective.step(number, number / steps)
        terms = values["reconstruction/train"], values["kl/train"]
        history.append((start + CHUNK, *terms))
        progress((start + CHUNK) / steps, f"VAE: step {start + CHUNK}", **dict(zip(CURVES, terms, strict=True)))
    model.eval().requires_grad_(False)
    after, posterior = _terms(model, x, seed), model.encode(x)
    curves = np.array(history)
    return LatentDigits(
        model=model,
        beta=beta,
        images=data.test.x[:, 0],
        labels=data.test.y,
        means=posterior.mean.numpy(),
        sigmas=(posterior.log_variance / 2).exp().numpy(),
        reconstruction=after[0],
        kl=after[1],
        untrained=(float(before[0].mean()), float(before[1].mean())),
        steps=curves[:, 0],
        curves=dict(zip(CURVES, curves[:, 1:].T, strict=True)),
        pixel_sigma=float(model.sigma),
        draws=DRAWS,
        train_means=model.encode(torch.from_numpy(data.train.x)).mean.numpy(),
        train_labels=data.train.y,
    )


@torch.no_grad()
def _terms(model: Vae, x: torch.Tensor, seed: int) -> tuple[Any, Any]:
    """Both terms of minus the ELBO of each image, the first averaged over draws."""
    generator = torch.Generator().manual_seed(seed)
    draws = [model.elbo(x, None, torch.randn(len(x), 2, generator=generator)) for _ in range(DRAWS)]
    return -torch.stack([likelihood for likelihood, _ in draws]).mean(0).numpy(), draws[0][1].numpy()
