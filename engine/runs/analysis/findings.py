"""What can be wrong with a training, as told of it: a value that is no number, a spike, a stall."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ..run import Run

Kind = Literal["nonfinite", "spike", "plateau", "stalled", "slow"]


@dataclass(frozen=True)
class Finding:
    """Something wrong at a step of a series, with its reason in a sentence."""

    kind: Kind
    tag: str
    """The series; empty where it is the run as a whole."""
    step: int
    time: float
    text: str


def ill(run: "Run") -> bool:
    """Whether a run wants attention: it failed, or something was found."""
    return run.status == "failed" or bool(run.findings)
