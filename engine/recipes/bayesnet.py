"""Options of `bayesnet`: which dependences between pixels are modelled, and how many images are counted."""

from dataclasses import dataclass

from ..options import option
from .budget import BudgetOptions

STRUCTURES = ("class-trees", "tree", "naive-bayes", "independent")


@dataclass(frozen=True, kw_only=True)
class BayesnetOptions(BudgetOptions):
    """A Bayesian network of black-and-white pixels; a step counts one mini-batch, each image once."""

    steps: int = option(20, "mini-batches that are counted", low=1, high=100_000_000, group="training")
    validate_every: int = option(
        1, "steps between validations; each learns the structure anew", low=1, high=1_000_000,
        group="training", live=True,
    )  # fmt: skip
    structure: str = option(
        "class-trees",
        "a Chow-Liu tree for each class or one for all; pixels independent given the class, or altogether",
        choices=STRUCTURES,
    )
    smoothing: float = option(
        0.1, "imaginary images of each of the four values of each pair of pixels", low=1e-3, high=1000.0
    )


BY_DATA = {name: {"steps": 27, "batch": 2048, "validate_every": 9} for name in ("mnist", "fashion-mnist")}
"""Defaults that see a larger data set once."""
