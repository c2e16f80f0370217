"""Options of the recurrent networks `rnn` and `lstm`."""

from dataclasses import dataclass
from typing import Any

from ..options import option
from .language import LanguageOptions
from .training import RATE, ClassificationOptions


@dataclass(frozen=True, kw_only=True)
class RecurrentOptions(ClassificationOptions, LanguageOptions):
    """Layers that carry a hidden state from token to token."""

    embedding: int = option(32, "numbers that stand for a token", low=1, high=4096)
    units: tuple[int, ...] = option((64,), "units of the hidden state of each layer", low=1, high=4096)
    dropout: float = option(
        0.0, "share of each layer's input and output dropped while training", low=0.0, high=0.95, live=True
    )
    clip: float = option(1.0, "largest gradient norm, 0 for no limit", low=0.0, high=1e6, group="training", live=True)
    lr: float = option(3e-3, RATE, low=0.0, high=100.0, group="training", live=True)
    steps: int = option(10_000, "optimisation steps", low=1, high=100_000_000, group="training")
    validate_every: int = option(100, "steps between validations", low=1, high=1_000_000, group="training", live=True)


@dataclass(frozen=True, kw_only=True)
class RnnOptions(RecurrentOptions):
    """An Elman network."""


@dataclass(frozen=True, kw_only=True)
class LstmOptions(RecurrentOptions):
    """Long short-term memory."""

    lr: float = option(0.01, RATE, low=0.0, high=100.0, group="training", live=True)
    forget_bias: float = option(1.0, "first bias of the forget gates; 1 remembers from the start", low=-10.0, high=10.0)


BY_DATA: dict[str, dict[str, Any]] = {
    "text": {
        "steps": 1000, "batch": 16, "lr": 3e-3, "embedding": 96, "units": (256,), "tokens": "char", "dropout": 0.1,
    }
}  # fmt: skip
"""What suits a text."""
