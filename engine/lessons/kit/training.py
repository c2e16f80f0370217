"""What a lesson trains when it is asked to: in the background, told as it goes, and cancellable. Torch-free."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Protocol

from .state import State


class Progress(Protocol):
    """How a training tells how far it is; it must be called often (at least five times a second)."""

    def __call__(self, share: float, text: str = "", **numbers: float) -> None:
        """`share` 0..1 is done; `text`: a few words; `numbers`, such as a loss, become curves."""


def silent(share: float, text: str = "", **numbers: float) -> None:
    """For who wants to be told nothing."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Training:
    """One training: `train` is a function of the state that imports torch inside; equal keys are trained once."""

    name: str
    """Unique among all lessons; a training that lessons share is one object."""
    title: str
    seconds: float
    """What it takes on one slow core, roughly."""
    train: Callable[[State, Progress], Any]
    uses: tuple[str, ...] = ()
    """The settings that its result depends on."""

    def key(self, state: State) -> Hashable:
        """States of equal keys have equal results."""
        return (self.name, state.seed, *(state[name] for name in self.uses))
