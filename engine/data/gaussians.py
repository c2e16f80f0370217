"""Classes that are Gaussian clouds: on independent features naive Bayes is right, on correlated ones it is not.

As Ng & Jordan (2001), "On discriminative vs. generative classifiers", would have it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..options import OptionError, Options, option
from .dataset import Dataset, Split

VAL, TEST = 500, 4000
LEAN = 0.5
SUMMARY = "Gaussian clouds, their features independent or not: gaussians:correlation=0.5,n=320"


@dataclass(frozen=True, kw_only=True)
class GaussianOptions(Options):
    """How many examples and features, how they hang together, and how far apart the classes are."""

    correlation: float = option(
        0.0, "correlation of every two features within a class", low=0.0, high=0.99, group="data"
    )
    features: int = option(40, "features of an example", low=1, high=1000, group="data")
    n: int = option(320, "examples to learn from", low=10, high=100_000, group="data")
    classes: int = option(2, "classes, as equal in size as can be", low=2, high=26, group="data")
    distance: float = option(
        3.3, "distance of every two class means, in standard deviations of a feature", low=0.0, high=100.0, group="data"
    )


def load(options: GaussianOptions, seed: int) -> Dataset:
    """x (count, features) of n, 500 and 4,000 examples, everything drawn by the seed.

    Every feature has variance 1 within a class: noise of its own, and a share `correlation` that all features
    have in common. With two classes the best possible error is Phi(-distance / 2) at correlation 0, and naive
    Bayes has it; the class means differ a little along the common part, which is what misleads it elsewhere.

    Raises OptionError for more classes than features can keep equally far apart.
    """
    if options.classes > max(options.features, 2):
        raise OptionError(
            f"classes cannot be {options.classes} with features={options.features}; "
            f"allowed: at most as many classes as features, or 2"
        )
    rng = np.random.default_rng([seed, 0x6A5])
    means = class_means(options.classes, options.features, options.distance, rng)
    train, val, test = (_draw(count, means, options.correlation, rng) for count in (options.n, VAL, TEST))
    return Dataset(
        name="gaussians",
        train=train,
        val=val,
        test=test,
        classes=tuple(chr(ord("a") + label) for label in range(options.classes)),
        description=(
            f"{options.classes} Gaussian clouds with {options.features} features, "
            f"correlation {options.correlation:g}, {options.n:,} examples to learn from"
        ),
    )


def class_means(classes: int, features: int, distance: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Corners (classes, features) of a regular simplex: `distance` apart, turned at random.

    Its first axis has the cosine LEAN, or -LEAN, with the direction in which all features grow alike.
    """
    corners = np.eye(classes) - 1 / classes
    simplex: NDArray[np.float64] = corners @ np.linalg.svd(corners)[2][: classes - 1].T * distance / 2**0.5
    if features == 1:
        return simplex
    axes = rng.normal(size=(features, classes))
    axes[:, 0] = 1
    common, own, *others = np.linalg.qr(axes)[0].T
    basis = np.stack([LEAN * common + (1 - LEAN**2) ** 0.5 * own, *others])
    return np.asarray(simplex @ basis)


def _draw(count: int, means: NDArray[np.float64], correlation: float, rng: np.random.Generator) -> Split:
    y = rng.permutation(np.arange(count, dtype=np.int64) % len(means))
    noise = rng.normal(size=(count, means.shape[1]))
    common = rng.normal(size=(count, 1))
    x = means[y] + (1 - correlation) ** 0.5 * noise + correlation**0.5 * common
    return Split(x=x.astype(np.float32), y=y)
