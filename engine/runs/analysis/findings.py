"""What can be wrong with a training, as told of it: a value that is no number, a spike, a stall."""

from dataclasses import dataclass
from typing import Literal

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
