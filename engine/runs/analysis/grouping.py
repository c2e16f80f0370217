"""Runs grouped by config keys, and a group's curves averaged: mean, and standard deviation or range.

Members are compared at the union of the x at which they logged. Where a member logged there its own value is taken;
between its points it is interpolated linearly; outside its range, and where it logged what is no number, it counts
not. So `reach` tells, for every x, of how many members the mean is. Series of more than MOST points are averaged over
blocks of a power of two, the same for all members, so that what was logged at the same steps stays comparable.
"""

import weakref
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..run import Run
from ..series import Series
from .configs import UNSET, tell
from .facts import MISSING, fact
from .sampling import MOST, Sampled, sampled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Band = Literal["sd", "range"]


@dataclass(frozen=True)
class Group:
    """Runs that have the same values of the keys by which they are grouped."""

    label: str
    values: tuple[tuple[str, str], ...]
    runs: tuple[Run, ...]


def groups(runs: Sequence[Run], keys: Sequence[str]) -> tuple[Group, ...]:
    """`runs` by the values of `keys`, in the order in which they come; without keys they are one group."""
    found: dict[tuple[str, ...], list[Run]] = {}
    for run in runs:
        having = tuple(UNSET if (value := fact(run, key)) is MISSING else tell(value) for key in keys)
        found.setdefault(having, []).append(run)
    made = []
    for values, members in found.items():
        pairs = tuple(zip(keys, values, strict=True))
        label = " ".join(f"{key}={value}" for key, value in pairs) or "all"
        made.append(Group(label, pairs, tuple(members)))
    return tuple(made)


@dataclass(frozen=True)
class Aggregate:
    """The curves of a group in one: mean, and the ends of its band; NaN where a single member reaches (sd)."""

    name: str
    """What the members have in common."""
    count: int
    """How many runs have the series."""
    mean: Series
    low: Series
    high: Series
    x: Floats
    """The x of each point; for x = step these are the steps."""
    reach: Ints
    """How many members each point is a mean of."""
    band: Band
    left_out: int
    """Values of members that are no numbers."""
    blocks: int
    """How many neighbouring points of a member were averaged first; 1 is none."""

    @property
    def label(self) -> str:
        """Name, count, and what must be said of them: what stands in a legend."""
        band = "± sd of" if self.band == "sd" else "range of"
        runs = f"{band} {self.count}" if self.count > 1 else "1 run, no band"
        return f"{self.name} ({', '.join(part for part in (runs, self.note) if part)})"

    @property
    def note(self) -> str:
        """What must be said of it beside its count: where fewer runs contribute, what was left out or averaged."""
        told = []
        if len(self.reach) and int(self.reach.min()) < self.count:
            few = self.reach < self.count
            last = int(self.reach[-1])
            where = _where(few)
            fewer = f"fewer than {self.count} {where}"
            told.append(f"{last} of {self.count} at the end" if last < self.count else fewer)
        if self.left_out:
            told.append(f"{self.left_out:,} NaN left out")
        if self.blocks > 1:
            told.append(f"means of {self.blocks:,} points")
        return ", ".join(told)


def _where(few: NDArray[np.bool_]) -> str:
    return "at first" if few[0] and not few[-1] else "here and there"


def aggregate(
    runs: Sequence[Run], tag: str, band: Band = "sd", x: str = "step", label: str = "all", most: int = MOST
) -> Aggregate | None:
    """The curves of `tag` in `runs` as one; None if no run has a number in it.

    The band is mean ± sd (n-1), or the range. x is step, time (seconds since the member's run began), clock, or a tag.
    The mean's steps are x itself where x is step; else its times are x, and its steps number the points.
    """
    having = [(run, series) for run in runs if (series := run.series.get(tag)) is not None and len(series)]
    key = (tuple(_state(run, series, x) for run, series in having), tag, band, x, label, most)
    known = _cache.get(key)
    if known is not None and all(ref() is s for ref, (_, s) in zip(known[0], having, strict=True)):
        _cache.move_to_end(key)
        return known[1]
    longest = max((len(series) for _, series in having), default=0)
    block = 1 << max(0, (-(-longest // most) - 1).bit_length())
    members = [part for run, series in having if (part := sampled(run, series, x, block)) is not None]
    made = _aggregate(members, label, tag, band, x, block, most)
    _cache[key] = (tuple(weakref.ref(series) for _, series in having), made)
    while len(_cache) > CACHED:
        _cache.popitem(last=False)
    return made


CACHED = 256
_cache: "OrderedDict[object, tuple[tuple[weakref.ref[Series], ...], Aggregate | None]]" = OrderedDict()


def _state(run: Run, series: Series, x: str) -> tuple[object, ...]:
    """Equal states mean equal points."""
    other = run.series.get(x)
    return id(series), series.version, id(other), other.version if other is not None else 0


def _aggregate(
    members: Sequence[Sampled], label: str, tag: str, band: Band, x: str, block: int, most: int
) -> Aggregate | None:
    grid = np.unique(np.concatenate([member.x for member in members])) if members else np.empty(0)
    if len(grid) > 2 * most:  # members that share no steps: every so many of all
        grid = grid[:: -(-len(grid) // (2 * most))]
    values = np.stack([member.at(grid) for member in members]) if members else np.empty((0, 0))
    reach = np.isfinite(values).sum(0)
    grid, values, reach = grid[reach > 0], values[:, reach > 0], reach[reach > 0]
    if not len(grid):
        return None
    mean, low, high = _spread(values, reach, band)
    if x == "step":
        steps = np.rint(grid).astype(np.int64)
        times = np.stack([member.times_at(grid) for member in members]).mean(0)
    else:
        steps, times = np.arange(len(grid)), grid
    left_out = sum(member.left_out for member in members)
    made = [_series(tag, steps, times, part) for part in (mean, low, high)]
    return Aggregate(label, len(members), made[0], made[1], made[2], grid, reach, band, left_out, block)


def _spread(values: Floats, reach: Ints, band: Band) -> tuple[Floats, Floats, Floats]:
    """Mean and the ends of the band over the members, what is no number left out."""
    known = np.isfinite(values)
    size = float(np.abs(values[known]).max())
    scale = size if size > 1e100 else 1.0  # squares of such numbers overflow
    scaled = np.where(known, values, 0.0) / scale
    mean = scaled.sum(0) / reach
    if band == "range":
        low = np.where(known, values, np.inf).min(0)
        high = np.where(known, values, -np.inf).max(0)
        return np.clip(mean * scale, low, high), low, high
    squares = np.where(known, (scaled - mean) ** 2, 0.0).sum(0)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        sd = np.where(reach > 1, np.sqrt(squares / (reach - 1)), np.nan)
        return mean * scale, (mean - sd) * scale, (mean + sd) * scale


def _series(tag: str, steps: Ints, times: Floats, values: Floats) -> Series:
    series = Series(tag)
    series.extend_arrays(steps, times, values)
    return series


def aggregates(
    runs: Sequence[Run], tag: str, keys: Sequence[str], band: Band = "sd", x: str = "step"
) -> list[Aggregate]:
    """The curves of `tag` averaged over each group of `runs`; groups without the tag are left out."""
    made = (aggregate(group.runs, tag, band, x, group.label) for group in groups(runs, keys))
    return [one for one in made if one is not None]
