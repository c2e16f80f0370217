"""What a data set for classification is: three splits of arrays, and the names of the classes.

Knows nothing of torch: importing a data set must not delay the first picture.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


class DataError(ValueError):
    """Data that cannot be found or used; the text is one sentence for the user."""


@dataclass(frozen=True, kw_only=True)
class Split:
    """Inputs `x` and labels `y` of one part of a data set.

    `x` is float32: (count, channels, rows, columns) for images, usually in 0..1, or (count, features).
    `y` is int64: (count,), in 0 .. classes-1.
    """

    x: NDArray[np.float32]
    y: NDArray[np.int64]

    def __post_init__(self) -> None:
        assert self.x.dtype == np.float32 and self.y.dtype == np.int64
        assert len(self.x) == len(self.y) and self.x.ndim in (2, 4)

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A named data set, already split."""

    name: str
    train: Split
    val: Split
    test: Split
    classes: tuple[str, ...]
    description: str

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one input: (channels, rows, columns) or (features,)."""
        return tuple(self.train.x.shape[1:])

    def split(self, name: str) -> Split:
        """The split called `train`, `val` or `test`."""
        return {"train": self.train, "val": self.val, "test": self.test}[name]


def stratified(y: NDArray[np.int64], sizes: tuple[int, ...], seed: int) -> list[NDArray[np.int64]]:
    """Indices of `len(sizes)` disjoint parts in which every class has its share, fixed by `seed`.

    The sizes must add up to `len(y)`. Each part has exactly its size, and of each class its share
    rounded down or one more.
    """
    assert sum(sizes) == len(y)
    rng = np.random.default_rng([seed, 0x5D1])
    order = rng.permutation(len(y))
    by_class = [order[y[order] == label] for label in np.unique(y)]
    counts = _counts(np.array([len(members) for members in by_class], dtype=np.int64), sizes)
    ends = np.cumsum(counts, axis=1)
    parts = []
    for k in range(len(sizes)):
        spans = zip(by_class, ends[:, k] - counts[:, k], ends[:, k], strict=True)
        picked = [members[start:end] for members, start, end in spans]
        parts.append(rng.permutation(np.concatenate(picked)) if picked else order)
    return parts


def _counts(members: NDArray[np.int64], sizes: tuple[int, ...]) -> NDArray[np.int64]:
    """How many of each class each part gets: (classes, parts), with exact sums both ways.

    What rounding down leaves over is a table of zeros and ones with known row and column sums. Filling
    it column by column, neediest row first, always comes out even (the Gale-Ryser theorem).
    """
    product = members[:, None] * np.array(sizes, dtype=np.int64)
    counts, remainder = np.divmod(product, max(1, int(members.sum())))
    for k, size in enumerate(sizes):
        needs = members - counts.sum(axis=1)
        neediest_first = np.lexsort((-remainder[:, k], -needs))
        counts[neediest_first[: size - counts[:, k].sum()], k] += 1
    return counts
