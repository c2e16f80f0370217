"""Options of the decoder-only transformer `gpt`."""

from dataclasses import dataclass

from ..options import option
from .language import LanguageOptions
from .training import OPTIMIZERS, RATE, SCHEDULES, TrainingOptions

POSITIONS = ("rope", "learned", "sinusoidal", "none")
NORMS = ("rms", "layer")
ACTIVATIONS = ("relu2", "gelu", "relu")


@dataclass(frozen=True, kw_only=True)
class GptOptions(TrainingOptions, LanguageOptions):
    """A causal transformer on text."""

    steps: int = option(850, "optimisation steps", low=1, high=100_000_000, group="training")
    batch: int = option(8, "passages in a mini-batch", low=1, high=65_536, group="training")
    validate_every: int = option(100, "steps between validations", low=1, high=1_000_000, group="training", live=True)
    optimizer: str = option(
        "muon", "update rule; muon treats matrices, adamw the rest", choices=OPTIMIZERS, group="training"
    )
    lr: float = option(0.02, RATE, low=0.0, high=100.0, group="training", live=True)
    weight_decay: float = option(
        0.1, "pull of the weights towards zero", low=0.0, high=10.0, group="training", live=True
    )
    schedule: str = option("plateau", "learning rate over the steps", choices=SCHEDULES, group="training")
    momentum: float = option(
        0.95, "momentum of sgd, rmsprop and muon", low=0.0, high=0.9999, group="training", live=True
    )
    layers: int = option(3, "blocks of attention and feed-forward network", low=1, high=200)
    width: int = option(96, "numbers that describe a token", low=2, high=16_384)
    heads: int = option(3, "attention heads of each block; must divide width", low=1, high=256)
    positions: str = option("rope", "how the order of tokens is told", choices=POSITIONS)
    norm: str = option("rms", "normalisation before each sub-layer", choices=NORMS)
    qk_norm: bool = option(True, "normalise queries and keys")
    activation: str = option("relu2", "non-linearity of the feed-forward network", choices=ACTIVATIONS)
    expansion: int = option(4, "hidden units of the feed-forward network for each number of width", low=1, high=64)
    bias: bool = option(False, "a bias in every linear layer")
    tied: bool = option(False, "one matrix for the embedding and the head")
    dropout: float = option(
        0.1, "share of each sub-layer's output dropped while training", low=0.0, high=0.95, live=True
    )
