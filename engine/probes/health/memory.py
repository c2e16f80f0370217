"""What is remembered of a model between two looks at its health: bounded, and forgotten with the model."""

from collections import deque
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from .bins import Counts
from .trial import Trial
from .weights import Updates

BATCHES = 8
"""Batches over which a unit must have been zero throughout to be called dead."""
LOOKS = 96
"""Histograms that are kept of a layer; when there are more, every second is dropped."""


@dataclass
class History:
    """Histograms of one layer's weights by step, over the whole time since the first look."""

    steps: list[int] = field(default_factory=list)
    counts: list[Counts] = field(default_factory=list)
    exponents: list[int] = field(default_factory=list)

    def add(self, step: int, counts: Counts, exponent: int) -> None:
        """Append one, in place of one of the same or a later step; keeps at most LOOKS."""
        self.drop_from(step)
        self.steps.append(step)
        self.counts.append(counts)
        self.exponents.append(exponent)
        if len(self.steps) > LOOKS:
            del self.steps[1:-1:2], self.counts[1:-1:2], self.exponents[1:-1:2]

    def drop_from(self, step: int) -> None:
        """Forget `step` and what came after it."""
        while self.steps and self.steps[-1] >= step:
            del self.steps[-1], self.counts[-1], self.exponents[-1]


@dataclass
class Memory:
    """Of one model.

    Attributes:
        step: of the latest look, -1 before the first.
        examples: asked for in a batch; seen: that came; first: where in the split the latest batch began.
        alive: by layer, the step and which units were not zero throughout a batch; the newest BATCHES.
        broken: the first value that was not finite: step, layer, and what of it, in words.
        sound: the latest step at which all was finite, -1 for none.
    """

    step: int = -1
    examples: int = 0
    seen: int = 0
    first: int = 0
    alive: dict[str, deque[tuple[int, NDArray[np.bool_]]]] = field(default_factory=dict)
    histories: dict[str, History] = field(default_factory=dict)
    updates: Updates = field(default_factory=Updates)
    trial: Trial | None = None
    broken: tuple[int, str, str] | None = None
    sound: int = -1

    def turn(self, step: int) -> bool:
        """Come to `step`; whether it is a new one. What was met later, before a step back, is forgotten."""
        if step < self.step:
            for ring in self.alive.values():
                while ring and ring[-1][0] > step:
                    ring.pop()
            for history in self.histories.values():
                history.drop_from(step + 1)
            if self.broken is not None and self.broken[0] > step:
                self.broken = None
            self.sound = min(self.sound, step)
            if self.updates.step > step:
                self.updates = Updates()
        new = step != self.step
        self.step = step
        return new

    def breathe(self, layer: str, step: int, alive: list[Tensor]) -> None:
        """Which units of a layer lived in one batch."""
        ring = self.alive.setdefault(layer, deque(maxlen=BATCHES))
        units = np.concatenate([part.numpy() for part in alive])
        if ring and len(ring[-1][1]) != len(units):
            ring.clear()
        ring.append((step, units))

    @property
    def batches(self) -> int:
        """Over how many batches it is told which units are dead; 0 where no unit can be."""
        return max((len(ring) for ring in self.alive.values()), default=0)

    def dead(self, layer: str) -> tuple[int, int, int]:
        """Units that were zero throughout, of how many, over how many batches; -1, -1, 0 of a layer without any."""
        ring = self.alive.get(layer)
        if not ring:
            return -1, -1, 0
        lived = np.logical_or.reduce([units for _, units in ring])
        return int((~lived).sum()), len(lived), len(ring)


MEMORIES: WeakKeyDictionary[nn.Module, Memory] = WeakKeyDictionary()
