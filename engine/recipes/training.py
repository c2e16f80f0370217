"""Options that every trained network shares: how fast, by which rule."""

from dataclasses import dataclass

from ..options import option
from .budget import BudgetOptions

OPTIMIZERS = ("adamw", "adam", "sgd", "rmsprop", "muon")
SCHEDULES = ("onecycle", "cosine", "linear", "plateau", "constant")
RATE = "learning rate, at the peak of its schedule"
ACTIVATIONS = ("relu", "leaky-relu", "gelu", "silu", "tanh", "sigmoid")


@dataclass(frozen=True, kw_only=True)
class TrainingOptions(BudgetOptions):
    """Optimiser and schedule."""

    optimizer: str = option(
        "adamw", "update rule; muon treats matrices, adamw the rest", choices=OPTIMIZERS, group="training"
    )
    lr: float = option(3e-3, RATE, low=0.0, high=100.0, group="training", live=True)
    schedule: str = option("onecycle", "learning rate over the steps", choices=SCHEDULES, group="training")
    weight_decay: float = option(
        0.01, "pull of the weights towards zero", low=0.0, high=10.0, group="training", live=True
    )
    momentum: float = option(
        0.9, "momentum of sgd, rmsprop and muon", low=0.0, high=0.9999, group="training", live=True
    )
    clip: float = option(0.0, "largest gradient norm, 0 for no limit", low=0.0, high=1e6, group="training", live=True)


@dataclass(frozen=True, kw_only=True)
class ClassificationOptions(TrainingOptions):
    """What every network that classifies adds."""

    label_smoothing: float = option(
        0.0, "share of the target spread over all classes", low=0.0, high=0.9, group="training", live=True
    )


@dataclass(frozen=True, kw_only=True)
class ImageOptions(ClassificationOptions):
    """What every network that classifies images adds."""

    augment: int = option(
        0,
        "shift training images at random by up to this many pixels",
        low=0,
        high=16,
        group="training",
        live=True,
    )
    test_shift: int = option(
        0, "test also with images shifted by 1 .. this many pixels", low=0, high=16, group="training"
    )
    activation: str = option("relu", "non-linearity", choices=ACTIVATIONS)
    batch_norm: bool = option(True, "normalise each channel over the mini-batch")
    dropout: float = option(0.0, "share of units dropped at random while training", low=0.0, high=0.95, live=True)
