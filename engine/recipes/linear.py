"""Options of the two simplest classifiers: `logistic`, which discriminates, and `naive-bayes`, which generates."""

from dataclasses import dataclass

from ..options import option
from .budget import BudgetOptions
from .training import RATE, ClassificationOptions

FAMILIES = ("gaussian", "bernoulli")


@dataclass(frozen=True, kw_only=True)
class LogisticOptions(ClassificationOptions):
    """Multinomial logistic regression."""

    lr: float = option(0.1, RATE, low=0.0, high=100.0, group="training", live=True)


@dataclass(frozen=True, kw_only=True)
class NaiveBayesOptions(BudgetOptions):
    """Naive Bayes; a step counts one mini-batch, and nothing is counted twice."""

    steps: int = option(
        100, "mini-batches to count; once all examples are, nothing changes", low=1, high=100_000_000, group="training"
    )
    validate_every: int = option(5, "steps between validations", low=1, high=1_000_000, group="training", live=True)
    kind: str = option("gaussian", "distribution of a feature within a class", choices=FAMILIES)
    smoothing: float = option(
        0.1, "gaussian: added to each variance, as a share of the largest", low=1e-12, high=1e3, live=True
    )
    threshold: float = option(0.5, "bernoulli: features above it are on", low=-1e9, high=1e9)
    pseudo: float = option(
        1.0, "examples imagined of each class; with bernoulli, of each state of a feature too",
        low=1e-9, high=1e6, live=True,
    )  # fmt: skip
