"""What a data set for classification is: three splits of arrays, and the names of the classes. Torch-free."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .base import Data as Data
from .base import DataError as DataError


@dataclass(frozen=True, kw_only=True)
class Split:
    """Inputs `x` and labels `y` of one part of a data set.

    `x` is float32: (count, channels, rows, columns) for images, usually in 0..1, or (count, features);
    or int64: (count, length), sequences of tokens. `y` is int64: (count,), in 0 .. classes-1.
    """

    x: NDArray[Any]
    y: NDArray[np.int64]

    def __post_init__(self) -> None:
        assert self.x.dtype == np.float32 or (self.x.dtype == np.int64 and self.x.ndim == 2)
        assert self.y.dtype == np.int64 and len(self.x) == len(self.y) and self.x.ndim in (2, 4)

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True, kw_only=True)
class Dataset(Data):
    """A data set for classification: images, features, or sequences of tokens."""

    name: str
    train: Split
    val: Split
    test: Split
    classes: tuple[str, ...]
    description: str
    tokens: tuple[str, ...] = ()
    """Of sequences: what each number in `x` stands for."""

    @property
    def kind(self) -> str:
        """images, features or sequences."""
        if self.train.x.dtype == np.int64:
            return "sequences"
        return "images" if self.train.x.ndim == 4 else "features"

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Examples of the train, val and test split."""
        return len(self.train), len(self.val), len(self.test)

    def parts(self) -> Iterator[tuple[str, NDArray[Any] | str]]:
        """Classes, inputs and labels."""
        yield "classes", repr(self.classes)
        for name in ("train", "val", "test"):
            split = self.split(name)
            yield f"{name} {split.x.shape}", split.x
            yield "", split.y

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one input: (channels, rows, columns), (features,) or (length,)."""
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
