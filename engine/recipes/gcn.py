"""Options of the graph network `gcn`."""

from dataclasses import dataclass

from ..options import option
from .training import ACTIVATIONS, RATE, ClassificationOptions


@dataclass(frozen=True, kw_only=True)
class GcnOptions(ClassificationOptions):
    """A graph convolutional network; every step sees the whole graph."""

    steps: int = option(200, "optimisation steps", low=1, high=100_000_000, group="training")
    batch: int = option(1, "graphs in a step: there is but one", low=1, high=1, group="training")
    lr: float = option(0.01, RATE, low=0.0, high=100.0, group="training", live=True)
    weight_decay: float = option(
        0.01, "pull of the weights towards zero", low=0.0, high=10.0, group="training", live=True
    )
    rounds: int = option(2, "graph convolutions, each one round of messages between neighbours", low=1, high=16)
    hidden: int = option(16, "numbers that describe a node between two rounds", low=1, high=1024)
    activation: str = option("relu", "non-linearity", choices=ACTIVATIONS)
    dropout: float = option(0.5, "share of numbers dropped at random while training", low=0.0, high=0.95, live=True)
