"""Randomness of torch that neither depends on nor disturbs what else the process draws. Imports torch."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_ONE = threading.RLock()


@contextmanager
def seeded(seed: int) -> Iterator[torch.Generator]:
    """Inside, torch draws (weights of modules, say) from `seed` on; afterwards its global generator is as before."""
    with _ONE:
        before = torch.get_rng_state()
        try:
            yield torch.default_generator.manual_seed(seed)  # torch.manual_seed would seed every device, slowly
        finally:
            torch.set_rng_state(before)
