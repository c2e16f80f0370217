"""What a trajectory from noise to data is asked for: sampler, steps, seed, class, guidance. Torch-free."""

from dataclasses import dataclass
from math import isfinite
from typing import Any

from ...options import OptionError
from ...recipes.diffusion import SAMPLERS, DiffusionOptions
from ...text import sanitize
from ..requests import LookInside

STEPS_MOST = 1000
SEED_MOST = 2**32 - 1
COUNT_MOST = 64
GUIDANCE_MOST = 100.0
ANY = "any"
"""The class that is none: the model draws what it likes."""
BESIDE = ("", "forward", "sampler")
"""What is walked beside the trajectory: nothing, the forward process of a real image, the other sampler."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The settings of a trajectory, checked.

    Attributes:
        labels: the class of each sample, -1 for none.
        beside: one of BESIDE.
        example: split and index of the real example of the forward process.
        spacing: how much closer the steps lie near the data, an option of the training.
    """

    sampler: str
    steps: int
    seed: int
    labels: tuple[int, ...]
    guidance: float
    spacing: float
    beside: str
    example: tuple[str, int]

    @property
    def other(self) -> str:
        """The sampler that is not asked for."""
        return next(name for name in SAMPLERS if name != self.sampler)

    @classmethod
    def of(cls, look: LookInside, options: DiffusionOptions, classes: tuple[str, ...], many: int) -> "Asked":
        """What `look` asks of a model with these options and classes, `many` samples unless it says how many.

        Raises OptionError: what is wrong, and what is allowed.
        """
        sampler = _one_of("sampler", look.get("sampler", options.sampler), SAMPLERS)
        beside = _one_of("beside", look.get("beside", ""), BESIDE)
        count = _whole("count", look.get("count", many), 1, max(COUNT_MOST, many))
        return cls(
            sampler=sampler,
            steps=_whole("steps", look.get("steps", options.sample_steps), 1, STEPS_MOST),
            seed=_whole("seed", look.get("seed", 0), 0, SEED_MOST),
            labels=_labels(look.get("class", ""), classes, count),
            guidance=_number("guidance", look.get("guidance", options.guidance), 0.0, GUIDANCE_MOST),
            spacing=options.spacing,
            beside=beside,
            example=(look.split, look.index) if beside == "forward" else ("", 0),
        )


def _labels(given: Any, classes: tuple[str, ...], count: int) -> tuple[int, ...]:
    """The class of each sample: the given one; without one every class in turn, as far as there are any."""
    if given == ANY or (given == "" and not classes):
        return (-1,) * count
    if given == "":
        return tuple((len(classes) // 3 + k) % len(classes) for k in range(count))
    if not classes:
        raise OptionError("class cannot be chosen: the data of this model have no classes")
    if isinstance(given, str) and given in classes:
        return (classes.index(given),) * count
    number = float(given) if isinstance(given, int | float) or _is_number(given) else -1.0
    if number != int(number) or not 0 <= number < len(classes):
        names = ", ".join(sanitize(name, limit=20) for name in classes[:12]) + (", …" if len(classes) > 12 else "")
        wrong = f"{number:g}" if isinstance(given, int | float) else repr(sanitize(given, limit=40))
        raise OptionError(f"class cannot be {wrong}; allowed: {ANY}, 0 to {len(classes) - 1}, or one of {names}")
    return (int(number),) * count


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _one_of(name: str, given: Any, allowed: tuple[str, ...]) -> str:
    if given not in allowed:
        named = ", ".join(one for one in allowed if one)
        raise OptionError(f"{name} cannot be {sanitize(given, limit=40)!r}; allowed: one of {named}")
    return str(given)


def _whole(name: str, given: Any, low: int, high: int) -> int:
    number = _number(name, given, low, high)
    if number != int(number):
        raise OptionError(f"{name} cannot be {given}; allowed: a whole number from {low} to {high}")
    return int(number)


def _number(name: str, given: Any, low: float, high: float) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not isfinite(given) or not low <= given <= high:
        wrong = f"{given:g}" if isinstance(given, int | float) else sanitize(given, limit=40)
        raise OptionError(f"{name} cannot be {wrong}; allowed: {low:.10g} to {high:.10g}")
    return float(given)
