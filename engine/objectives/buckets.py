"""Mini-batches of sentences of like length, as in section 5.1 of arXiv 1706.03762: less padding to compute with."""

import torch
from torch import Tensor

from .batches import Shuffle

POOL = 10
"""Mini-batches that are drawn together and sorted among themselves."""


class Buckets:
    """An endless shuffled stream in which the sentences of a mini-batch are about equally long."""

    def __init__(self, lengths: Tensor, seed: int) -> None:
        self._lengths = lengths
        self._seed = seed
        self._shuffle = Shuffle(len(lengths), seed, lengths.device)
        self._pool: tuple[tuple[int, int], list[Tensor]] = ((-1, 0), [])

    def batch(self, step: int, size: int) -> Tensor:
        """Indices (size,) of mini-batch number `step` (from 0); the same for the same seed."""
        number, part = divmod(step, POOL)
        if self._pool[0] != (number, size):
            drawn = self._shuffle.batch(number, POOL * size)
            parts = torch.split(drawn[self._lengths[drawn].argsort(stable=True)], size)
            generator = torch.Generator().manual_seed(self._seed * 1_000_003 + number)
            order = torch.randperm(POOL, generator=generator).tolist()
            self._pool = ((number, size), [parts[k] for k in order])
        return self._pool[1][part]
