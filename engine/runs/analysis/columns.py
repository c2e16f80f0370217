"""Columns of a table of runs, told in a few words as in Guild: `min val/loss`, `last acc`, `=lr`, `status`.

[first|last|min|max|mean|best] TAG     a value of a series; `loss` alone is its last; what is no number is left out
[first|last|min|max|best] TAG step     the step at which that was
[first|last|min|max|best] TAG time     the seconds since the run began at which that was
=KEY                                   a config value
status, format, steps, time, speed, left, started
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from weakref import WeakKeyDictionary

import numpy as np

from ..run import Run
from ..series import Series
from .configs import as_number, config_of, tell
from .facts import nearest
from .pace import Pace, pace, steps_of
from .sampling import began
from .tags import Better, better, meant, of_machine

REDUCTIONS = ("first", "last", "min", "max", "mean", "best")
FACTS = ("status", "format", "steps", "time", "speed", "left", "started")
Kind = Literal["number", "text", "duration", "date", "count"]
Value = float | str | None
"""A number, a text, or None where the run has no such thing."""


class ColumnError(ValueError):
    """A column is not understood; the text is one sentence for who wrote it."""


@dataclass(frozen=True)
class Column:
    """One column; `better` says which of its values is the best, if any."""

    spec: str
    subject: Literal["series", "config", "fact"]
    name: str
    """The tag, the key or the fact."""
    reduction: str = ""
    place: Literal["", "step", "time"] = ""

    @property
    def better(self) -> Better:
        """Which of its values is the best."""
        return better(self.name) if self.subject == "series" and not self.place else ""

    @property
    def kind(self) -> Kind:
        """How its values are written."""
        if self.subject == "series":
            return "count" if self.place == "step" else "duration" if self.place else "number"
        if self.subject == "config":
            return "text"
        facts: dict[str, Kind] = {"steps": "count", "time": "duration", "left": "duration", "started": "date"}
        return "number" if self.name == "speed" else facts.get(self.name, "text")

    def value(self, run: Run) -> Value:
        """What stands in the row of `run`."""
        if self.subject == "series":
            series, tag = run.series, self.tag(run)
            return reduce(series[tag], self.reduction, self.place, began(run)) if tag else None
        if self.subject == "config":
            flat = config_of(run)
            keys = meant(self.name, flat)
            return tell(flat[keys[0]]) if keys else None
        return _fact(run, self.name)

    def tag(self, run: Run) -> str:
        """The series of `run` that is meant, which may only end like `name`; empty if it has none."""
        found = meant(self.name, run.series) if self.subject == "series" else []
        return found[0] if found else ""

    def values(self, runs: Sequence[Run]) -> list[Value]:
        """What stands in the rows of `runs`."""
        return [self.value(run) for run in runs]


def _fact(run: Run, name: str) -> Value:
    if name == "status":
        return run.status
    if name == "format":
        return run.format
    if name == "started":
        return run.started or None
    if name == "steps":
        steps = steps_of(run)
        return None if steps is None else float(steps)
    paces: dict[str, Callable[[Pace], float]] = {
        "time": lambda one: one.elapsed,
        "speed": lambda one: one.recent,
        "left": lambda one: one.remaining,
    }
    value = paces[name](pace(run))
    return None if math.isnan(value) else value


def parse(spec: str) -> Column:
    """The column that `spec` tells; raises ColumnError."""
    text = " ".join(spec.split())
    if not text:
        raise ColumnError("a column is a series like `min val/loss`, a config value like `=lr`, or " + ", ".join(FACTS))
    if text.startswith("="):
        name = text[1:].strip()
        if not name:
            raise ColumnError("= wants a config key behind it, like =lr")
        return Column(f"={name}", "config", name)
    if text in FACTS:
        return Column(text, "fact", text)
    words = text.split(" ")
    reduction, place = "last", ""
    if words[0] in REDUCTIONS and len(words) > 1:
        reduction, words = words[0], words[1:]
    if words[-1] in ("step", "time") and len(words) > 1:
        place, words = words[-1], words[:-1]
    name = " ".join(words).strip("\"'")
    if place and reduction == "mean":
        raise ColumnError(f"a mean is at no {place}: {text}; min, max, best, first and last are")
    if not name:
        raise ColumnError(f"{reduction} wants a series behind it, like {reduction} loss")
    return Column(text, "series", name, reduction, "step" if place == "step" else "time" if place else "")


def check(column: Column, runs: Sequence[Run]) -> str:
    """What is wrong with a column among `runs`: one sentence, or nothing."""
    if column.subject == "fact":
        return ""
    if column.subject == "config":
        known = list(dict.fromkeys(key for run in runs for key in config_of(run)))
    else:
        known = list(dict.fromkeys(tag for run in runs for tag in run.series))
        if column.reduction == "best" and meant(column.name, known) and not better(column.name):
            return f"whether little or much of “{column.name}” is good is not known: say min or max"
    if meant(column.name, known):
        return ""
    near = nearest(column.name, known)
    what = "config key" if column.subject == "config" else "series"
    return f"no run has a {what} “{column.name[:60]}”" + (f"; the nearest is {near}" if near else "")


def reduce(series: Series, reduction: str, place: str = "", start: float = 0.0) -> float | None:
    """One number of a series, or the step or time (seconds after `start`) at which it was; None without any."""
    held = _cache.setdefault(series, {})
    key, version = (reduction, place, start), series.version
    known = held.get(key)
    if known is None or known[0] != version:
        held[key] = known = (version, _reduced(series, version, reduction, place, start))
    return known[1]


_cache: "WeakKeyDictionary[Series, dict[tuple[str, str, float], tuple[int, float | None]]]" = WeakKeyDictionary()


def _reduced(series: Series, n: int, reduction: str, place: str, start: float) -> float | None:
    if not n:
        return None
    if reduction == "best":
        reduction = {"low": "min", "high": "max", "": "last"}[better(series.tag)]
    if reduction in ("min", "max", "mean") and not place:
        summary = series.ranges(np.array([0]), np.array([n]))
        found = {"min": summary.low, "max": summary.high, "mean": summary.mean}[reduction]
        return None if math.isnan(found[0]) else float(found[0])
    points = series.points()
    index = {"first": 0, "last": len(points) - 1}.get(reduction)
    if index is None:
        index = _extreme(series, reduction)
    if index < 0:
        return None
    if place == "time":
        return float(points.times[index]) - start
    return float(points.steps[index] if place else points.values[index])


def _extreme(series: Series, reduction: str) -> int:
    """The number of the first point with the least or greatest value, by block summaries; -1 without a number."""
    points = series.points()
    starts = np.arange(0, len(points), 4096)
    ends = np.minimum(starts + 4096, len(points))
    summary = series.ranges(starts, ends)
    blocks = summary.low if reduction == "min" else -summary.high
    if np.isnan(blocks).all():
        return -1
    block = int(np.nanargmin(blocks))
    part = points.values[starts[block] : ends[block]]
    part = np.where(np.isfinite(part), part if reduction == "min" else -part, np.inf)
    return int(starts[block] + int(part.argmin()))


DEFAULTS = 16
"""So many columns of series are shown unless others are asked for."""


def defaults(runs: Sequence[Run]) -> list[str]:
    """The columns that suit `runs`: how they stand, then series: those of most runs first, losses before all others.

    Of what can be good it is the best and the last value, of other series the last.
    """
    having = Counter(tag for run in runs for tag, series in tuple(run.series.items()) if len(series))
    counting = {"epoch", "step", "steps", "global_step", "time", "timestamp", "iter", "iteration"}
    own = [tag for tag in having if not of_machine(tag) and tag.lower().rpartition("/")[2] not in counting]

    def place(tag: str) -> tuple[int, int]:
        rare = 0 if 2 * having[tag] > len(runs) else len(runs) - having[tag]
        return rare, ("low", "high", "").index(better(tag))

    specs = []
    for tag in sorted(own, key=place):
        best_of = {"low": (f"min {tag}",), "high": (f"max {tag}",), "": ()}[better(tag)]
        specs += [*best_of, f"last {tag}"]
    return ["status", "steps", "time", *[spec for spec in specs if _stands(spec)][:DEFAULTS]]


def _stands(spec: str) -> bool:
    """Whether a spec made of a tag is read as it was meant; a tag with odd blanks is not."""
    try:
        return parse(spec).name == spec.split(" ", 1)[1]
    except ColumnError:
        return False


def sort_key(value: Value) -> tuple[int, Any]:
    """Orders numbers before texts before what is missing; NaN stands with the missing."""
    if value is None:
        return (2, "")
    number = value if isinstance(value, float) else as_number(value)
    if number is not None and not math.isnan(number):
        return (0, number)
    return (2, "") if number is not None else (1, str(value).lower())


def ordered(values: Sequence[Value], reverse: bool = False) -> list[int]:
    """The numbers of the rows in the order of `values`; what is missing comes last either way."""
    keys = [sort_key(value) for value in values]
    known = [k for k in range(len(keys)) if keys[k][0] < 2]
    missing = [k for k in range(len(keys)) if keys[k][0] == 2]
    return sorted(known, key=lambda k: keys[k], reverse=reverse) + missing


def best(column: Column, values: Sequence[Value]) -> set[int]:
    """The rows with the best value of a column; none where it says not what is good, or all are equal."""
    numbers = {k: value for k, value in enumerate(values) if isinstance(value, float) and math.isfinite(value)}
    if not column.better or len(set(numbers.values())) < 2:
        return set()
    top = (min if column.better == "low" else max)(numbers.values())
    return {k for k, value in numbers.items() if value == top}
