"""What the monitor computes of several runs and the charts draw as curves of their own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ....engine.runs.series import Series
from ...render.numbers import shorten
from ..looks import common
from ..roster import Member
from ..sight import Sight


class Aggregate(Protocol):
    """Runs that agree in what they are grouped by: the mean of a tag over them, and its spread."""

    @property
    def name(self) -> str:
        """What they agree in."""

    @property
    def count(self) -> int:
        """How many of them have the tag."""

    @property
    def note(self) -> str:
        """What else must be said of this tag's curves."""

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
    """By tag: the aggregates of the groups, and the difference of the two runs of the `pair`, where there are any."""

    aggregates: Callable[[str], Sequence[Aggregate]] | None = None
    difference: Callable[[str], Series | None] | None = None
    pair: tuple[Member, ...] = ()


NONE = Extras()


def between(sight: Sight, extras: Extras) -> bool:
    """Whether the charts show the difference of two runs."""
    return sight.difference and len(extras.pair) == 2 and extras.difference is not None


def difference_of(pair: Sequence[Member], width: int) -> str:
    """The difference of two runs by their names, each in at most `width` columns."""
    skip = len(common([member.name for member in pair]))
    return " − ".join(shorten(member.name[skip:], width) for member in pair)
