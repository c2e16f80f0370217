"""What may be asked of the engine thread; it answers between two steps. Torch-free."""

from dataclasses import dataclass

from .job import Job


@dataclass(frozen=True, kw_only=True)
class Load:
    """Replace whatever is loaded by a job: at its start, or where its run directory left it."""

    job: Job
    run_dir: str = ""
    resume: bool = False
    start: bool = False


@dataclass(frozen=True)
class Go:
    """Train on until the budget is used up."""


@dataclass(frozen=True)
class Pause:
    """Stand still after the current step."""


@dataclass(frozen=True)
class Step:
    """Do `count` steps, then pause."""

    count: int = 1


@dataclass(frozen=True)
class Half:
    """Train one of two adversaries alone, then stand still.

    The discriminator's half-steps open a step, the generator's closes it; only then the step is counted, and its
    values become points. `Step` and `Go` do what is left of an open step first, so that halves make up whole steps.
    """

    side: str
    """`discriminator` or `generator`."""


@dataclass(frozen=True)
class Back:
    """Stand still at the snapshot `count` before this step, or train again, as it was, from one up to step `to`.

    What lies ahead is kept until something else is trained.
    """

    count: int = 1
    to: int = -1


@dataclass(frozen=True)
class Forward:
    """After `Back`: go to the snapshot `count` after this step."""

    count: int = 1


@dataclass(frozen=True)
class Stop:
    """End the training: save a checkpoint and mark the run as stopped."""


@dataclass(frozen=True)
class Change:
    """Change an option in flight; the curves show a mark."""

    name: str
    text: str


@dataclass(frozen=True)
class Save:
    """Write a checkpoint now."""


@dataclass(frozen=True)
class Speed:
    """At most `limit` steps a second, to watch; 0 is as fast as it goes. Results stay the same."""

    limit: float


Command = Speed | Load | Go | Pause | Step | Half | Back | Forward | Stop | Change | Save
