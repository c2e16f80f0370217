"""Associative recall: key-value pairs, then noise, then a key again; the answer is its value (arXiv 2312.04927).

A sequence with 2 pairs, 8 values and a distance of 3 reads `C 5 A 2 , . ; ? A`, and its class is 2. Torch-free.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..options import OptionError, Options, option
from .dataset import Dataset, Split

KEYS = tuple("ABCDEFGHIJKLMNOP")
NOISE = (".", ",", ";", ":")
QUERY = "?"
VAL, TEST = 1000, 2000
SUMMARY = "key-value pairs, noise, then a key: which value had it? drawn by the seed"


@dataclass(frozen=True, kw_only=True)
class RecallOptions(Options):
    """What stands behind the colon of `recall:distance=96,pairs=4`."""

    distance: int = option(32, "tokens of noise between the pairs and the question", low=0, high=1000)
    pairs: int = option(4, "key-value pairs to remember, each key once", low=1, high=16)
    values: int = option(8, "different keys, and different values", low=2, high=16)
    train: int = option(20_000, "sequences to train on", low=100, high=200_000)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.pairs > self.values:
            raise OptionError(f"pairs cannot be {self.pairs} with values={self.values}; allowed: as many or fewer")


def load(options: RecallOptions, seed: int) -> Dataset:
    """Sequences (count, 2 pairs + distance + 2), no two of them alike; classes are the values.

    There are `options.train` to train on, 1,000 to validate and 2,000 to test; where so few pairs and so little
    noise make fewer different sequences, those that were drawn, shared out alike.
    """
    rng = np.random.default_rng([seed, 0x4EC])
    drawn = options.train + VAL + TEST
    x, y = _draw(options, drawn, rng)
    bytes_ = np.ascontiguousarray(x.astype(np.uint8)).view(f"V{x.shape[1]}").ravel()
    first = np.sort(np.unique(bytes_, return_index=True)[1])
    x, y = x[first], y[first]
    ends = max(1, len(x) * TEST // drawn), max(2, len(x) * (TEST + VAL) // drawn)
    test, val, train = (Split(x=a, y=b) for a, b in zip(np.split(x, ends), np.split(y, ends), strict=True))
    return Dataset(
        name="recall",
        train=train,
        val=val,
        test=test,
        classes=tuple(str(k + 1) for k in range(options.values)),
        tokens=vocabulary(options),
        description=f"{options.pairs} key-value pairs, {options.distance} tokens of noise, then one of the keys: "
        "which value had it? An induction task, which favours attention",
    )


def vocabulary(options: RecallOptions) -> tuple[str, ...]:
    """Keys, then values, then noise, then the mark of the question."""
    values = tuple(str(k + 1) for k in range(options.values))
    return KEYS[: options.values] + values + NOISE + (QUERY,)


def _draw(options: RecallOptions, count: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sequences (count, length) and the value that each asks for (count,)."""
    n, pairs = options.values, options.pairs
    keys = np.argsort(rng.random((count, n)), axis=1)[:, :pairs]
    values = rng.integers(n, size=(count, pairs))
    noise = 2 * n + rng.integers(len(NOISE), size=(count, options.distance))
    asked = rng.integers(pairs, size=count)
    row = np.arange(count)
    pairs_ = np.stack((keys, n + values), axis=2).reshape(count, 2 * pairs)
    question = np.stack((np.full(count, 2 * n + len(NOISE)), keys[row, asked]), axis=1)
    return np.concatenate((pairs_, noise, question), axis=1).astype(np.int64), values[row, asked]
