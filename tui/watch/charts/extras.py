"""What the monitor computes of several runs and the charts draw as curves of their own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ....engine.runs.series import Series


class Aggregate(Protocol):
    """Runs that agree in what they are grouped by: the mean of a tag over them, and its spread."""

    @property
    def label(self) -> str:
        """What they agree in."""

    @property
    def mean(self) -> Series:
        """Their mean."""

    @property
    def low(self) -> Series:
        """The lower end of their spread."""

    @property
    def high(self) -> Series:
        """The upper end."""


@dataclass(frozen=True)
class Extras:
    """By tag: the aggregates of the groups, and the difference of the two runs of the pair, where there are any."""

    aggregates: Callable[[str], Sequence[Aggregate]] | None = None
    difference: Callable[[str], Series | None] | None = None


NONE = Extras()
