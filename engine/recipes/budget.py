"""Options that everything trained shares: how long, in which portions."""

from dataclasses import dataclass

from ..options import Options, option


@dataclass(frozen=True, kw_only=True)
class BudgetOptions(Options):
    """Steps, mini-batches and validations."""

    steps: int = option(600, "optimisation steps", low=1, high=100_000_000, group="training")
    batch: int = option(64, "examples in a mini-batch", low=1, high=65_536, group="training")
    validate_every: int = option(50, "steps between validations", low=1, high=1_000_000, group="training", live=True)
