"""How surely two models differ: intervals for the difference of means over seeds, from few seeds.

The seeds are paired: both models saw the same split, so each seed gives one difference. What varies is of two
kinds: which test examples there happen to be, and what else a seed decides (split, weights, order). The examples
are many, so they are drawn again (a paired bootstrap). The seeds are few: drawing three of three again finds
intervals that hold the truth in 6 of 10 cases instead of 95 of 100, so their part follows Student's t instead.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CONFIDENCE = 0.95
DRAWS = 2000
GRID = 101
"""Quantiles that stand for Student's t."""
CHUNK = 4_000_000
"""Numbers drawn at once."""


@dataclass(frozen=True)
class Interval:
    """A difference of means with its interval; `low` and `high` are NaN where there is none.

    `source` says what the interval covers: `seeds`, `examples`, `seeds and examples`, or nothing.
    """

    mean: float
    low: float
    high: float
    source: str = ""

    @property
    def known(self) -> bool:
        """Whether there is an interval."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    @property
    def half(self) -> float:
        """The longer of the two arms."""
        return max(self.mean - self.low, self.high - self.mean)

    @property
    def sign(self) -> int:
        """1 or -1 if the difference is seen, 0 if the interval holds zero or is not there."""
        if not self.known:
            return 0
        return int(self.low > 0) - int(self.high < 0)


def interval(differences: Sequence[float], examples: Sequence[Floats] = (), *, same_test: bool = False) -> Interval:
    """The 95 % interval of the mean of paired `differences`, one a seed.

    Args:
        differences: first model minus second, of each seed.
        examples: the same differences by test example, one array a seed, if the metric is a mean over examples.
        same_test: whether all seeds were tested on the same examples, which then vary together.
    """
    values = np.array(differences, dtype=np.float64)
    n, mean = len(values), float(values.mean())
    if not np.isfinite(values).all():
        return Interval(mean, math.nan, math.nan)
    if len(examples) != n:
        if n < 2:
            return Interval(mean, math.nan, math.nan)
        arm = float(student(np.array([0.5 + CONFIDENCE / 2]), n - 1)[0]) * float(values.std(ddof=1)) / math.sqrt(n)
        return Interval(mean, mean - arm, mean + arm, "seeds")
    parts, within = redrawn(examples, same_test)
    tails = [50 * (1 - CONFIDENCE), 50 * (1 + CONFIDENCE)]
    if n < 2:
        low, high = np.percentile(parts, tails)
        return Interval(mean, float(low), float(high), "examples")
    # The spread over seeds holds that of their examples too: it is taken off, but not whole, for with few seeds a
    # spread that is small by chance would pass for none. What share keeps 95 % was found by simulation.
    off = 0.0 if same_test else (n - 1) / (2 * n) * within
    rest = math.sqrt(max(float(values.var(ddof=1)) - off, 0.0) / n)
    grid = student((np.arange(GRID) + 0.5) / GRID, n - 1)
    low, high = np.percentile(parts[:, None] + rest * grid, tails)
    return Interval(mean, float(low), float(high), "seeds and examples")


def redrawn(examples: Sequence[Floats], same_test: bool) -> tuple[Floats, float]:
    """Means over all seeds with the examples drawn again, (DRAWS,); and the mean variance within a seed."""
    rng = np.random.default_rng(len(examples))
    within = float(np.mean([e.var() / len(e) for e in examples]))
    if same_test and len({len(e) for e in examples}) == 1:
        return _means(np.mean(examples, axis=0), rng), within
    return np.mean([_means(np.asarray(e, np.float64), rng) for e in examples], axis=0), within


def _means(values: Floats, rng: np.random.Generator) -> Floats:
    """Means of DRAWS resamples of `values`; equal values are drawn together."""
    kinds, counts = np.unique(values, return_counts=True)
    share, n = counts / counts.sum(), len(values)
    step = max(1, CHUNK // len(kinds))
    draws = [rng.multinomial(n, share, size=min(step, DRAWS - k)) @ kinds for k in range(0, DRAWS, step)]
    return np.concatenate(draws) / n


def student(shares: Floats, degrees: int) -> Floats:
    """Quantiles of Student's t by its closed form for whole degrees (Abramowitz and Stegun 26.7.3-4), bisected."""
    low, high = np.full(len(shares), -math.pi / 2), np.full(len(shares), math.pi / 2)
    for _ in range(60):
        middle = (low + high) / 2
        below = 0.5 + _two_sided(np.abs(middle), degrees) * np.sign(middle) / 2 < shares
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray(math.sqrt(degrees) * np.tan((low + high) / 2))


def _two_sided(theta: Floats, degrees: int) -> Floats:
    """P(|t| < sqrt(degrees)·tan(theta))."""
    sine, cosine = np.sin(theta), np.cos(theta)
    odd = degrees % 2
    term = np.array(cosine if odd else np.ones_like(theta))
    total = np.zeros_like(theta) if degrees == 1 else term
    for k in range(2 + odd, degrees - 1, 2):
        term = term * cosine**2 * (k - 1) / k
        total = total + term
    return np.asarray((theta + sine * total) * 2 / math.pi if odd else sine * total)
