"""A copy of a module whose weights follow slowly: an exponential moving average, as generative models want it."""

import copy
from typing import Any

import torch
from torch import nn


class Average:
    """`module` holds the averaged weights; it is never trained, and its buffers are the latest."""

    def __init__(self, followed: nn.Module, decay: float) -> None:
        self.module = copy.deepcopy(followed).eval().requires_grad_(False)
        self.decay = decay
        self._pairs = list(zip(self.module.parameters(), followed.parameters(), strict=True))
        self._buffers = list(zip(self.module.buffers(), followed.buffers(), strict=True))
        self._updates = 0

    @torch.no_grad()
    def update(self) -> None:
        """Move towards the followed weights; the first updates move more, so that the start is soon forgotten."""
        self._updates += 1
        decay = min(self.decay, (1 + self._updates) / (10 + self._updates))
        torch._foreach_lerp_([a for a, _ in self._pairs], [b for _, b in self._pairs], 1 - decay)
        for mine, theirs in self._buffers:
            mine.copy_(theirs)

    def state_dict(self) -> dict[str, Any]:
        """Weights and number of updates."""
        return {"module": self.module.state_dict(), "updates": self._updates}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue where `state_dict` was taken."""
        self.module.load_state_dict(state["module"])
        self._updates = state["updates"]
