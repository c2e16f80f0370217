"""Which lines are believed to tell metrics, and what is kept of those that are not yet."""

from dataclasses import dataclass

from .fields import Field, Told
from .names import companion, loose, metric, strict, words


@dataclass
class Waiting:
    """A line that is not believed yet, when it was printed, and the step that the lines above it had reached."""

    told: Told
    when: float
    context: int

    @property
    def numbers(self) -> tuple[str, ...]:
        """What has to differ for the line to count as another: its counter, or all it tells."""
        told = self.told
        count = told.step or told.epoch
        spans = [count.span] if count is not None else [one.span for one in told.fields]
        return tuple(told.line[start:end] for start, end in spans)


def telling(told: Told, block: bool) -> bool:
    """Whether a line may tell something, at once or when its form comes again."""
    if told.fields:
        if told.step is not None or told.epoch is not None:
            return True
        return any(metric(one.tag) and not loose(one.tag) for one in told.fields)
    if told.bar is not None:
        return True
    if told.epoch is not None:
        option = told.epoch.total is None and told.head.rstrip().endswith((":", "=", "'", '"'))
        return not (option and block)
    return told.step is not None and told.lead == told.step.name


def believed(told: Told, block: bool, begun: bool) -> bool:
    """Whether one line is enough."""
    sure = [one for one in told.fields if metric(one.tag)]
    if told.step is not None or told.epoch is not None:
        return bool(sure) or any(companion(one.tag) and "lr" in one.tag.lower() for one in told.fields)
    if not sure:
        return False
    if told.fields[0].kind == "dict":
        return len(told.fields) > 1
    fraction = any("." in told.line[one.span[0] : one.span[1]] for one in sure if strict(one.tag))
    if begun:
        return fraction
    wanted = any(word in ("target", "max", "min", "threshold", "best") for one in sure for word in words(one.tag)[:1])
    return fraction and not block and not wanted and not told.line[:1].isspace()


def no_counter(told: Told) -> None:
    """An epoch that is a fraction elsewhere in this log is a number like others here."""
    if told.epoch is not None and told.fields and told.fields[0].kind == "dict":
        told.fields.append(Field("epoch", told.epoch.span, kind="dict"))
        told.epoch = None
