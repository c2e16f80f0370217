"""Mini-batches of an endless shuffled stream, a pure function of seed and step."""

from collections.abc import Iterator

import torch
from torch import Tensor


class Shuffle:
    """Every epoch is a permutation of its own, and batches run across epochs, so that all have one size."""

    def __init__(self, count: int, seed: int, device: torch.device) -> None:
        self._count = count
        self._seed = seed
        self._device = device
        self._orders: dict[int, Tensor] = {}

    def batch(self, step: int, size: int) -> Tensor:
        """Indices (size,) of mini-batch number `step` (from 0); the same for the same seed."""
        return torch.cat(list(self._pieces(step * size, (step + 1) * size)))

    def _pieces(self, start: int, end: int) -> Iterator[Tensor]:
        while start < end:
            epoch, offset = divmod(start, self._count)
            stop = min(self._count, offset + end - start)
            yield self._order(epoch)[offset:stop]
            start += stop - offset

    def _order(self, epoch: int) -> Tensor:
        if epoch not in self._orders:
            generator = torch.Generator().manual_seed(self._seed * 1_000_033 + epoch)
            self._orders = {k: v for k, v in self._orders.items() if k >= epoch - 1}
            self._orders[epoch] = torch.randperm(self._count, generator=generator).to(self._device)
        return self._orders[epoch]
