"""What passes between a screen and the process that computes a lesson. Frozen, small, torch-free."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..kit.facts import Fact
from ..kit.figures import Cell, Origin
from ..kit.lesson import Frame


@dataclass(frozen=True, kw_only=True)
class Place:
    """What is looked at: a lesson in a state, one of its scenes, one of its frames."""

    lesson: str
    values: Mapping[str, Any]
    seed: int = 0
    scene: int = 0
    frame: int = 0


@dataclass(frozen=True, kw_only=True)
class Show:
    """Compute the frame at a place; `ticket` numbers what the screen asks, newer ones replace older ones."""

    ticket: int
    place: Place


@dataclass(frozen=True, kw_only=True)
class Point:
    """Tell of one number of the frame that was shown last."""

    ticket: int
    figure: str
    cell: Cell = (0, 0)
    at: tuple[float, float] | None = None
    """A place of a plane instead of a cell."""
    pick: bool = False
    """Whether the settings that the cursor sets are wanted too."""


@dataclass(frozen=True, kw_only=True)
class Prove:
    """Compute the facts of a lesson in a state, one after the other."""

    ticket: int
    place: Place


@dataclass(frozen=True, kw_only=True)
class Train:
    """Begin a training of a lesson in a state."""

    place: Place
    training: str


@dataclass(frozen=True, kw_only=True)
class Cancel:
    """End the training that runs; what it had learned is dropped."""


Request = Show | Point | Prove | Train | Cancel


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A frame without its callables, which stay where it was computed."""

    ticket: int
    place: Place
    """With the frame's number in range."""
    frame: Frame
    frames: int
    """How many frames the scene has."""
    explains: frozenset[str] = frozenset()
    """Figures whose numbers know where they came from."""
    picks: frozenset[str] = frozenset()
    """Figures whose cursor sets settings."""


@dataclass(frozen=True, kw_only=True)
class Untrained:
    """The scene shows what a training gives, which has not been done in this state."""

    ticket: int
    place: Place
    training: str


@dataclass(frozen=True, kw_only=True)
class Failed:
    """Something could not be computed, and why in one sentence."""

    ticket: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Pointed:
    """Where a number came from, and the settings that its cell sets."""

    ticket: int
    figure: str
    cell: Cell
    origin: Origin | None = None
    picked: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Proved:
    """One fact; `index` is its place among the `count` claims of the lesson."""

    ticket: int
    index: int
    count: int
    fact: Fact
    waits: bool = False
    """Whether it needs a training that has not been done: nothing was computed."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """How far the training is; `curves` holds the numbers that it has told, thinned out."""

    training: str
    place: Place
    """Where it was asked for: the settings that it trains with."""
    share: float
    text: str = ""
    curves: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Trained:
    """The training has ended: well, cancelled, or with an error in one sentence."""

    training: str
    place: Place
    error: str = ""
    cancelled: bool = False


Reply = Shown | Untrained | Failed | Pointed | Proved | Told | Trained
