"""The step at hand of an adversarial game: what was done of it and measured, until the generator closes it.

Knows nothing of the networks.
"""

from typing import Any

import torch
from torch import Tensor

SIDES = ("discriminator", "generator")


class Turns:
    """Counts the discriminator's half-steps, and collects what the halves of one step measure.

    Attributes:
        done: half-steps of the discriminator since the last step was closed.
    """

    def __init__(self) -> None:
        self.done = 0
        self._measured: dict[str, Tensor] = {}

    def add(self, measured: dict[str, Tensor]) -> None:
        """One half-step of the discriminator more, and its scalars by series tag."""
        self._measured |= measured
        self.done += 1

    def close(self, measured: dict[str, Tensor]) -> dict[str, float]:
        """The whole step's values by series tag, with the scalars of the generator; the next step begins."""
        found = self._measured | measured
        self.done, self._measured = 0, {}
        values = torch.stack(list(found.values())).tolist()  # one wait for the device
        return dict(zip(found, values, strict=True))

    def state_dict(self) -> dict[str, Any]:
        """Nothing between two steps."""
        return {"half": {"done": self.done, "measured": self._measured}} if self.done else {}

    def load_state_dict(self, state: dict[str, Any], device: torch.device) -> None:
        """Continue where `state_dict` was taken."""
        half = state.get("half", {"done": 0, "measured": {}})
        self.done = half["done"]
        self._measured = {tag: value.to(device) for tag, value in half["measured"].items()}
