"""A chain from noise that is walked a part at a time, and of which only some frames are kept.

Shapes: n samples, … one example.
"""

import time

import torch
from torch import Tensor

from .samplers import Denoise, Frame, Sampler, frames


def kept(steps: int, most: int) -> tuple[int, ...]:
    """Which of the frames 0 … `steps` are kept: at most `most`, evenly spaced, with both ends."""
    assert most >= 2
    count = min(steps + 1, most)
    return tuple(round(k * steps / (count - 1)) for k in range(count))


class Walk:
    """The way from pure noise to samples: as far as it was gone, always by the same sampler and network.

    Attributes:
        walked: steps gone so far, 0 to `steps`.
        frames: those frames of `places` that were reached, the first at t = T.
        last: the newest frame, kept or not.
    """

    def __init__(self, sampler: Sampler, denoise: Denoise, x: Tensor, generator: torch.Generator, most: int) -> None:
        """Begins at pure noise `x` (n, …) and keeps at most `most` frames; nothing is computed yet."""
        self.steps = len(sampler.stops) - 1
        self.places = kept(self.steps, most)
        self.walked = -1
        self.frames: list[Frame] = []
        self._wanted = frozenset(self.places)
        self._way = frames(sampler, denoise, x, generator)

    @property
    def done(self) -> bool:
        """Whether t = 0 is reached."""
        return self.walked == self.steps

    @torch.no_grad()
    def go(self, seconds: float = float("inf")) -> None:
        """Walk on for about `seconds`, one step at least; stays at t = 0."""
        until = time.monotonic() + seconds
        while not self.done:
            self.last = next(self._way)
            self.walked += 1
            if self.walked in self._wanted:
                self.frames.append(self.last)
            if time.monotonic() >= until:
                return
