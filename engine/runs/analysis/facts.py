"""What can be asked of a run by name: its status, a config value, the last value of a series.

`name` means the same in queries, in groups and in the columns of a table.
"""

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Any

from ..run import Run
from .configs import config_of
from .pace import steps_of
from .tags import meant


def _format(run: Run) -> str:
    return run.format


SPECIAL: dict[str, Callable[[Run], Any]] = {
    "name": lambda run: run.name,
    "status": lambda run: run.status,
    "format": _format,
    "steps": steps_of,
    "started": lambda run: run.started or None,
}
"""Facts that every run has, whatever its config."""


class Missing:
    """Stands for what a run does not have."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


def fact(run: Run, name: str) -> Any:
    """What `name` is of `run`: a config value by its dotted key or the end of one, else special, else the last value of
    a series; MISSING where there is none. Of several that `name` may mean the first is taken."""
    flat = config_of(run)
    if name in flat:
        return flat[name]
    if name in SPECIAL:
        return SPECIAL[name](run)
    keys = meant(name, flat)
    if keys:
        return flat[keys[0]]
    value = final(run, name)
    return MISSING if value is None else value


def final(run: Run, name: str) -> float | None:
    """The last value of the series that `name` means; None where there is none."""
    series = run.series
    tags = meant(name, series)
    last = series[tags[0]].last() if tags else None
    return None if last is None else last[2]


def meanings(runs: Sequence[Run], name: str) -> list[str]:
    """The keys and tags that `name` may mean in some one run, where they are several; else at most one."""
    several: list[str] = []
    for run in runs:
        flat = config_of(run)
        if name in SPECIAL or name in flat:
            found = [name]
        else:
            found = meant(name, flat) or meant(name, run.series)
        if len(found) > len(several):
            several = found
    return several or ([name] if name in SPECIAL else [])


def names(runs: Sequence[Run]) -> list[str]:
    """All that can be asked of `runs`: config keys, then the special facts, then tags."""
    keys = dict.fromkeys(key for run in runs for key in config_of(run))
    return [*dict.fromkeys([*keys, *SPECIAL, *(tag for run in runs for tag in tuple(run.series))])]


def nearest(name: str, known: Sequence[str]) -> str:
    """The one of `known` that `name` was probably to be; empty if none is like it."""
    lower = {one.lower(): one for one in reversed(known)}
    ends = {one.lower().replace("/", ".").rpartition(".")[2]: one for one in reversed(known)}
    for table in (lower, ends):
        near = get_close_matches(name.lower(), table, n=1, cutoff=0.5)
        if near:
            return table[near[0]]
    inside = [one for one in known if name and name.lower() in one.lower()]
    return min(inside, key=len, default="")
