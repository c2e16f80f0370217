"""What one line can tell: named numbers, and counters."""

import re
from dataclasses import dataclass, field

from .bars import Bar
from .names import metric

Span = tuple[int, int]
_ENDED = re.compile(r"\s+-\s+\d+(?:\.\d+)?(?:s|ms|us)\b")


@dataclass
class Field:
    """A named number: where it stands, what it is multiplied with, and of how many it is a share."""

    tag: str
    span: Span
    scale: float = 1.0
    of: Span | None = None
    kind: str = ":"


@dataclass
class Count:
    """A counter: its name, how much it is trusted (0 most), and where it and its total stand."""

    name: str
    rank: int
    span: Span
    total: Span | None = None


@dataclass
class Told:
    """The named numbers and counters of a line."""

    line: str
    stamp: "re.Match[str] | None"
    lead: str = ""
    phase: str = ""
    fields: list[Field] = field(default_factory=list)
    step: Count | None = None
    epoch: Count | None = None
    bar: Bar | None = None
    head: str = ""
    """The text before the first number."""
    label: str = ""
    """The phase that stands in a cell of its own."""
    start: int = 0
    """Where the message begins, behind times and levels."""
    ignored: tuple[tuple[Span, str], ...] = ()
    """Clock times, dates, paths and what a bar draws: they hold no metrics; with patterns for them in other lines."""

    @property
    def sure(self) -> bool:
        """Whether one of the names is a metric's."""
        return any(metric(one.tag) for one in self.fields)

    @property
    def ended(self) -> bool:
        """Whether the line is Keras's for a whole epoch, `1875/1875 - 4s - loss: …`, which counts no batches."""
        step = self.step
        if step is None or step.total is None or step.name or step.span[0] != self.start:
            return False
        return _ENDED.match(self.line, step.total[1]) is not None
