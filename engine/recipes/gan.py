"""Options of `gan`: the game, what keeps it stable, and the two networks. Torch-free."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ..options import option
from .training import ACTIVATIONS, OPTIMIZERS, RATE, SCHEDULES, TrainingOptions

LOSSES = ("non-saturating", "minimax", "hinge", "relativistic", "wasserstein")
PENALTIES = ("none", "r1", "r1+r2", "gradient")


@dataclass(frozen=True, kw_only=True)
class GanOptions(TrainingOptions):
    """A generative adversarial network: two MLPs for points, two convolutional networks for images."""

    # collapse: a discriminator that learns four times as fast, unrestrained, is steep around every sample, so that the
    # generator gathers on the modes it happened to find. Seeds 0 to 4 of the ring end with 1 to 3 of 8.
    PRESETS: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "standard": {},
        "collapse": {
            "loss": "non-saturating",
            "penalty": "none",
            "lr": 1e-3,
            "lr_discriminator": 4e-3,
            "schedule": "constant",
            "ema": 0.99,
            "steps": 2000,
        },
        "vanilla": {"loss": "non-saturating", "penalty": "none", "beta1": 0.5, "beta2": 0.999},
        "hinge-sn": {
            "loss": "hinge",
            "penalty": "none",
            "spectral_norm": True,
            "lr": 1e-3,
            "lr_discriminator": 2e-3,
        },
        "wgan-gp": {
            "loss": "wasserstein",
            "penalty": "gradient",
            "gamma": 0.1,
            "gamma_end": 1.0,
            "discriminator_steps": 3,
            "lr": 1e-3,
            "lr_discriminator": 1e-3,
            "beta1": 0.5,
            "beta2": 0.9,
        },
    }

    preset: str = option("standard", "several options at once, by a name", choices=tuple(PRESETS))
    steps: int = option(8000, "optimisation steps", low=1, high=100_000_000, group="training")
    batch: int = option(128, "examples in a mini-batch, of each kind", low=1, high=65_536, group="training")
    validate_every: int = option(100, "steps between validations", low=1, high=1_000_000, group="training", live=True)
    optimizer: str = option(
        "adam", "update rule; muon treats matrices, adamw the rest", choices=OPTIMIZERS, group="training"
    )
    lr: float = option(2e-3, f"the generator's {RATE}", low=0.0, high=100.0, group="training", live=True)
    lr_discriminator: float = option(
        2e-3, f"the discriminator's {RATE}", low=0.0, high=100.0, group="training", live=True
    )
    schedule: str = option("cosine", "learning rates over the steps", choices=SCHEDULES, group="training")
    beta1: float = option(0.0, "adam's share of the old mean gradient", low=0.0, high=0.9999, group="training")
    beta2: float = option(0.99, "adam's share of the old mean square", low=0.0, high=0.999999, group="training")
    weight_decay: float = option(
        0.0, "pull of the weights towards zero", low=0.0, high=10.0, group="training", live=True
    )
    discriminator_steps: int = option(
        1, "steps of the discriminator before each of the generator", low=1, high=100, group="training", live=True
    )
    ema: float = option(
        0.999, "how slowly the averaged generator follows, which is sampled", low=0.0, high=0.99999,
        group="training", live=True,
    )  # fmt: skip
    loss: str = option("relativistic", "what the two minimise against each other", choices=LOSSES, group="game")
    penalty: str = option(
        "r1+r2", "what keeps the discriminator's slopes small: at real examples, at both, or near 1 in between",
        choices=PENALTIES, group="game",
    )  # fmt: skip
    gamma: float = option(0.1, "weight of the penalty", low=0.0, high=1e6, group="game", live=True)
    gamma_end: float = option(
        0.03, "share of gamma that is left at the end, reached along half a cosine", low=0.0, high=1.0,
        group="game", live=True,
    )  # fmt: skip
    spectral_norm: bool = option(False, "divide the discriminator's weights by their largest stretch", group="game")
    weight_limit: float = option(
        0.0, "largest size of any of the discriminator's weights, 0 for no limit", low=0.0, high=1e6,
        group="game", live=True,
    )  # fmt: skip
    z: int = option(16, "random numbers that an example is made from", low=1, high=4096)
    activation: str = option("relu", "non-linearity", choices=ACTIVATIONS)
    hidden: tuple[int, ...] = option((128, 128, 128), "units of each hidden layer, for points", low=1, high=16_384)
    frequencies: tuple[int, ...] = option(
        (0,), "of the sines and cosines of each coordinate that the discriminator sees; 0 for none", low=0, high=1024
    )
    channels: int = option(64, "feature maps of each convolution, for images", low=1, high=1024)
    conditional: bool = option(True, "tell both networks the class, for images that have classes")


BY_DATA: dict[str, dict[str, Any]] = {
    "images": {
        "steps": 1200,
        "batch": 64,
        "lr": 1e-3,
        "lr_discriminator": 1e-3,
        "loss": "non-saturating",
        "penalty": "r1",
        "gamma": 0.2,
        "gamma_end": 1.0,
        "ema": 0.998,
        "z": 32,
        "activation": "leaky-relu",
        "validate_every": 50,
    },
}
"""Defaults that differ by the kind or the name of the data."""
