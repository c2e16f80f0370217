"""Options of `diffusion`: the noise, the network that removes it, and how samples are drawn."""

from dataclasses import dataclass
from typing import Any

from ..options import option
from .training import RATE, SCHEDULES, TrainingOptions

PREDICTS = ("eps", "x0", "v")
NOISE_SCHEDULES = ("cosine", "linear")
WEIGHTINGS = ("none", "min-snr")
SAMPLERS = ("ddpm", "ddim")


@dataclass(frozen=True, kw_only=True)
class DiffusionOptions(TrainingOptions):
    """A diffusion model: a U-Net for images, an MLP for points; T = 1000 steps of noise."""

    steps: int = option(1600, "optimisation steps", low=1, high=100_000_000, group="training")
    lr: float = option(3e-3, RATE, low=0.0, high=100.0, group="training", live=True)
    schedule: str = option("linear", "learning rate over the steps", choices=SCHEDULES, group="training")
    weight_decay: float = option(
        0.0, "pull of the weights towards zero", low=0.0, high=10.0, group="training", live=True
    )
    predict: str = option(
        "v", "what the network answers: the noise, the clean data, or their velocity", choices=PREDICTS
    )
    noise_schedule: str = option("cosine", "how fast noise is added", choices=NOISE_SCHEDULES)
    weighting: str = option(
        "none", "weight of each timestep in the loss; min-snr favours none", choices=WEIGHTINGS, group="training"
    )
    ema: float = option(
        0.998, "how slowly the averaged weights follow, which are validated and sampled", low=0.0, high=0.99999,
        group="training", live=True,
    )  # fmt: skip
    label_drop: float = option(
        0.1, "share of labels hidden in training, so that guidance has a model without labels",
        low=0.0, high=1.0, group="training", live=True,
    )  # fmt: skip
    channels: int = option(16, "feature maps of the U-Net's first level", low=4, high=1024)
    multipliers: tuple[int, ...] = option(
        (1, 2), "feature maps of each level, in multiples of channels", low=1, high=64
    )
    blocks: int = option(2, "residual blocks of each level, on both sides", low=1, high=16)
    heads: int = option(2, "attention heads in the bottleneck", low=1, high=64)
    dropout: float = option(
        0.05, "share of numbers dropped at random in each residual block", low=0.0, high=0.95, live=True
    )
    skips: bool = option(True, "connect each level's encoder to its decoder")
    hidden: tuple[int, ...] = option((128, 128, 128), "units of the MLP for points", low=1, high=16_384)
    frequencies: tuple[int, ...] = option(
        (1, 2, 4, 8), "of the sines and cosines of each coordinate that the MLP sees; 0 for none", low=0, high=1024
    )
    sampler: str = option("ddpm", "how samples are drawn", choices=SAMPLERS, group="sampling", live=True)
    sample_steps: int = option(50, "steps of a sample, of 1000", low=1, high=1000, group="sampling", live=True)
    spacing: float = option(
        1.0, "1 spaces those steps evenly, more takes finer ones near the data", low=1.0, high=4.0,
        group="sampling", live=True,
    )  # fmt: skip
    guidance: float = option(
        0.0,
        "how far answers are pushed away from those without label",
        low=0.0,
        high=100.0,
        group="sampling",
        live=True,
    )


BY_DATA: dict[str, dict[str, Any]] = {
    "points": {"steps": 4500, "batch": 256, "lr": 2e-3, "ema": 0.999, "spacing": 1.5},
    "digits16": {"steps": 1800, "batch": 32, "lr": 2e-3, "multipliers": (1, 2, 4)},
}
"""Defaults that differ by the kind or the name of the data."""
