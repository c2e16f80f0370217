"""The points of one tag on their way into its series; which lines may add to which."""

from dataclasses import dataclass, field

from .fields import Told
from .place import Place


@dataclass
class Column:
    """The new points of one tag, and what is known of all of them."""

    tag: str
    kind: str
    lead: str = ""
    label: str = ""
    steps: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    last: int = -1
    epoch: int | None = None
    """The epoch named above the newest point that has no counter of its own."""
    void: int | None = None
    """Points written before that have this step or a later one are no longer true."""
    less: bool = False
    """Whether the newest point written before was taken too early."""

    def add(self, step: int, time: float, value: float) -> None:
        """Append a point."""
        self.steps.append(step)
        self.times.append(time)
        self.values.append(value)
        self.last = step

    def ordinal(self, context: int | None) -> int:
        """The step of a point that has no counter: what the lines above it name, if that is new; else the next."""
        fresh = context is not None and context > self.last and context != self.epoch
        self.epoch = context
        return context if fresh and context is not None else self.last + 1

    def evict(self, step: int) -> None:
        """Take away the points at `step` and behind it."""
        kept = [i for i, s in enumerate(self.steps) if s < step]
        self.steps, self.times = [self.steps[i] for i in kept], [self.times[i] for i in kept]
        self.values = [self.values[i] for i in kept]
        self.last = step - 1
        self.void = step if self.void is None else min(self.void, step)

    def retract(self) -> None:
        """Take away the newest point."""
        if self.steps:
            del self.steps[-1], self.times[-1], self.values[-1]
        else:
            self.less = True
        self.last -= 1


class Columns(dict[str, Column]):
    """The tags of a log; where one is taken by lines that count otherwise, others get a longer name."""

    def bind(self, told: Told, place: Place | None) -> list[Column]:
        """The columns of a form's fields; where a tag is taken by lines that count otherwise, it gets a longer name."""
        kind = place.kind if place is not None else "ordinal"
        return [self.column(one.tag, kind, told.lead, told.label) for one in told.fields]

    def column(self, tag: str, kind: str, lead: str, label: str) -> Column:
        known = self.get(tag)
        if known is not None and known.kind == kind:
            if label != "train" or known.label == label or known.lead == lead:
                return known
            tag = f"train/{tag}"
        elif known is not None:
            longer = self._longer(tag, kind, lead)
            tag = longer if self.get(longer, known).kind == kind or longer not in self else f"{kind} {tag}"
        return self.setdefault(tag, Column(tag, kind, lead, label))

    def _longer(self, tag: str, kind: str, lead: str) -> str:
        if kind != "ordinal":
            return f"{kind}/{tag}"
        head = " ".join(word for word in lead.split() if word not in tag)
        return f"{head} {tag}" if head else f"line/{tag}"
