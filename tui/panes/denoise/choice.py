"""What the user chose to see denoised, and the next and previous value of each choice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self, TypeVar

from ....engine.probes.requests import LookInside, Setting
from ....engine.recipes.diffusion import SAMPLERS
from ...render.denoise.film import Film

STEPS = (10, 20, 50, 100, 250, 500, 1000)
GUIDANCES = (0.0, 0.5, 1.0, 1.5, 3.0, 6.0)
T = TypeVar("T", int, float)


@dataclass(frozen=True)
class Choice:
    """None where the model's own options hold."""

    sampler: str | None = None
    steps: int | None = None
    seed: int = 0
    label: str | float | None = None
    guidance: float | None = None
    beside: str = ""
    index: int = 0
    """The real image of the forward process."""

    def look(self, *more: tuple[str, Setting]) -> LookInside:
        """As a question to the probe."""
        told = {"sampler": self.sampler, "steps": self.steps, "class": self.label, "guidance": self.guidance,
                "beside": self.beside or None}  # fmt: skip
        given = [(name, value if isinstance(value, str) else float(value)) for name, value in told.items()
                 if value is not None]  # fmt: skip
        index = self.index if self.beside == "forward" else 0
        return LookInside("denoise", index=index, settings=(("seed", float(self.seed)), *given, *more))

    def other_sampler(self, film: Film) -> Self:
        """The sampler after the one that is shown."""
        now = SAMPLERS.index(film.sampler) if film.sampler in SAMPLERS else 0
        return replace(self, sampler=SAMPLERS[(now + 1) % len(SAMPLERS)])

    def other_steps(self, film: Film, by: int) -> Self:
        """More or fewer steps."""
        return replace(self, steps=_next(STEPS, film.steps, by))

    def other_guidance(self, film: Film, by: int) -> Self:
        """More or less guidance."""
        return replace(self, guidance=_next(GUIDANCES, film.guidance, by))

    def other_class(self, film: Film, by: int) -> Self:
        """The next class; after the last one none is asked for."""
        count = len(film.classes)
        now = int(film.labels[0]) if 0 <= film.labels[0] < count else count
        chosen = (now + by) % (count + 1)
        return replace(self, label="any" if chosen == count else float(chosen))

    def turned(self, by: int) -> Self:
        """The next seed; beside a real image, the next image."""
        if self.beside == "forward":
            return replace(self, index=max(0, self.index + by))
        return self.reseeded(by)

    def reseeded(self, by: int) -> Self:
        """The next seed."""
        return replace(self, seed=(self.seed + by) % 2**32)

    def with_beside(self, beside: str) -> Self:
        """That walked beside, or, chosen again, nothing."""
        return replace(self, beside="" if self.beside == beside else beside)


def _next(values: Sequence[T], now: float, by: int) -> T:
    """The value after `now`, in the direction of `by`; from the last one it goes on with the first."""
    if by > 0:
        return next((value for value in values if value > now), values[0])
    return next((value for value in reversed(values) if value < now), values[-1])
