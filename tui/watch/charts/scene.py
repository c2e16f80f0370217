"""The shown runs laid out along x: their traces, curves, extent and marks. Knows nothing of any widget."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import count
from weakref import WeakKeyDictionary

import numpy as np

from ....engine.runs.run import Run
from ....engine.runs.series import Series
from ...render.curve import SWATCHES, Curve
from ...render.curve_frame import Mark
from ...render.trace import Reading, Trace
from ..looks import COLOURS, distinct, sign
from ..roster import Member
from ..sight import Sight
from .extras import Aggregate
from .trouble import Trouble, told
from .xs import ALWAYS

KEPT = 512
"""So many traces are kept for pages that may come back."""


class Scene:
    """Keeps traces, which know what they have already read, from one picture to the next."""

    def __init__(self) -> None:
        self.members: tuple[Member, ...] = ()
        self.x = "step"
        self._traces: dict[tuple[int, str, str], Trace] = {}
        self._began: dict[int, tuple[Run, tuple[int, int], float]] = {}
        self._numbers: WeakKeyDictionary[Series, int] = WeakKeyDictionary()
        self._counter = count()

    def show(self, members: Sequence[Member], x: str) -> None:
        """Lay out `members` along `x` from now on; where signs of theirs are alike, others are taken."""
        slots = distinct([member.slot for member in members])
        self.members, self.x = tuple(replace(m, slot=k) for m, k in zip(members, slots, strict=True)), x
        here = {id(member.run) for member in self.members}
        if len(self._traces) > KEPT or any(key[0] not in here for key in self._traces):
            kept = [(key, trace) for key, trace in self._traces.items() if key[0] in here and key[2] == x]
            self._traces = dict(kept[-KEPT:])
        self._began = {key: held for key, held in self._began.items() if key in here}

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs."""
        return tuple(member.run for member in self.members)

    def tags(self) -> dict[str, None]:
        """All tags of all runs, each once."""
        return dict.fromkeys(tag for run in self.runs for tag in tuple(run.series))

    def lines(self) -> set[str]:
        """The tags with more than one point, in at least half as many runs as the tag that most runs have."""
        held = Counter(tag for run in self.runs for tag, series in tuple(run.series.items()) if len(series) > 1)
        most = max(held.values(), default=0)
        return {tag for tag, count in held.items() if 2 * count >= most}

    def state(self, curve: Curve) -> tuple[object, ...]:
        """What a curve is made of: equal states mean equal points."""
        traces = (curve.trace, curve.low, curve.high)
        return tuple((self._number(trace.series), trace.version) for trace in traces if trace is not None)

    def curves(self, tag: str, sight: Sight, plain: bool = False) -> list[Curve]:
        """The curves of one chart, those of the focused run last, so that they are in front.

        `plain`: there are no colours, so that letters and dashes tell the runs apart.
        """
        focus = sight.focus if any(m.run.path == sight.focus for m in self.members) else ""
        curves = []
        for member in sorted(self.members, key=lambda m: m.run.path == focus):
            trace = self.trace(member.run, tag)
            if trace is None:
                continue
            curves.append(
                Curve(
                    label=member.name,
                    trace=trace,
                    slot=member.slot,
                    sign=sign(member.slot, plain),
                    smooth=True,
                    dim=bool(focus) and member.run.path != focus,
                )
            )
        return self._dashed(curves, [member.slot for member in self.members], plain)

    def sizes(self, keys: Sequence[str]) -> dict[str, int]:
        """The groups of the runs in the order in which they come, and how many runs each has."""
        from ....engine.runs.analysis.grouping import groups  # not on the way to the first charts

        return {group.label: len(group.runs) for group in groups(self.runs, keys)} if keys else {}

    def grouped(self, aggregates: Iterable[Aggregate], sizes: dict[str, int], plain: bool = False) -> list[Curve]:
        """A curve a group, with the band of its spread; a group's slot is its place among all, whoever has the tag.

        `sizes`: see there.
        """
        order = {name: k for k, name in enumerate(sizes)}
        curves = []
        for one in aggregates:
            slot = order.setdefault(one.name, len(order))
            size = sizes.get(one.name, one.count)
            parts = [f"{one.count} of {size} runs"] if one.count < size else []
            parts += ["one run, no band"] if one.count == 1 else []
            curves.append(
                Curve(
                    label=one.name,
                    trace=self._of(one.mean),
                    low=self._of(one.low),
                    high=self._of(one.high),
                    slot=slot,
                    sign=sign(slot, plain),
                    smooth=True,
                    note=", ".join([*parts, *([one.note] if one.note else [])]),
                )
            )
        return self._dashed(curves, list(order.values()), plain)

    def _dashed(self, curves: list[Curve], slots: Sequence[int], plain: bool) -> list[Curve]:
        """The curves with dashes where two of them have one colour; `slots` are those of all, on any chart."""
        if plain:
            return [replace(c, shape=c.slot % len(SWATCHES)) for c in curves] if len(curves) > 1 else curves
        colours = Counter(curve.slot % COLOURS for curve in curves)
        rank = {slot: sum(other % COLOURS == slot % COLOURS for other in slots if other < slot) for slot in slots}
        return [replace(c, shape=rank[c.slot] % len(SWATCHES)) if colours[c.slot % COLOURS] > 1 else c for c in curves]

    def lone(self, label: str, series: Series) -> Curve:
        """One curve of numbers that no run holds, e.g. a difference."""
        return Curve(label=label, trace=self._of(series), smooth=True)

    def trace(self, run: Run, tag: str) -> Trace | None:
        """An up-to-date trace of one series; None where the run lacks it, or lacks what x is to be."""
        series, by = run.series.get(tag), None
        if self.x not in ALWAYS:
            by = run.series.get(self.x)
            if by is None:
                return None
        if series is None:
            return None
        key = (id(run), tag, self.x)
        trace = self._traces.get(key)
        if trace is None or trace.series is not series or trace.by is not by:
            trace = self._traces[key] = Trace(series, self.x, self.began(run), by)
        trace.began = self.began(run)
        trace.update()
        return trace

    def _of(self, series: Series) -> Trace:
        """A trace of numbers that were computed: their times are x, unless x is step; they have no beginning."""
        return Trace(series, "step" if self.x == "step" else "clock", math.nan)

    def lacking(self) -> int:
        """How many runs have not logged what is x."""
        return 0 if self.x in ALWAYS else sum(self.x not in run.series for run in self.runs)

    def began(self, run: Run) -> float:
        """The time of a run's first point that has one."""
        state = (run.rewrites, len(run.series))
        held = self._began.get(id(run))
        if held is not None and held[1] == state:
            return held[2]
        firsts = [first for series in tuple(run.series.values()) if (first := _first_time(series)) is not None]
        if not firsts:  # printed text has none until it grows while it is watched
            return 0.0
        self._began[id(run)] = (run, state, min(firsts))
        return min(firsts)

    def traces(self, tags: Iterable[str]) -> list[Trace]:
        """The traces of all runs under `tags`."""
        return [trace for tag in tags for run in self.runs if (trace := self.trace(run, tag)) is not None]

    def extent(self, tags: Iterable[str], log: bool = False) -> tuple[float, float] | None:
        """The least and the greatest x under `tags`, of the positive ones if `log`."""
        spans = [span for trace in self.traces(tags) if (span := trace.extent(positive=log)) is not None]
        low, high = min((a for a, _ in spans), default=math.nan), max((b for _, b in spans), default=math.nan)
        return (low, high) if low <= high and math.isfinite(low) and math.isfinite(high) else None

    def nearest(self, tags: Iterable[str], x: float) -> Reading | None:
        """The point of any curve that is nearest to `x`."""
        points = [point for trace in self.traces(tags) if (point := trace.near(x)) is not None]
        return min(points, key=lambda point: abs(point.x - x), default=None)

    def beyond(self, tags: Iterable[str], x: float, target: float) -> float:
        """The first x at or behind `target`, seen from `x`, where any curve has a point; the last if there is none."""
        traces = self.traces(tags)
        forward = target > x
        found = [
            at for t in traces if (at := t.beyond(target, forward)) is not None and (at > x if forward else at < x)
        ]
        if found:
            return min(found) if forward else max(found)
        ends = [span for t in traces if (span := t.extent()) is not None]
        return max((b for _, b in ends), default=x) if forward else min((a for a, _ in ends), default=x)

    def marks(self, sight: Sight) -> list[Mark]:
        """What happened in the focused run, or in the only one, by x."""
        chosen = [m.run for m in self.members if m.run.path == sight.focus] or list(self.runs)
        if len(chosen) != 1:
            return []
        places = [(self._place(chosen[0], mark.step, mark.time), mark.text) for mark in tuple(chosen[0].marks)]
        return [(x, text, "note") for x, text in places if math.isfinite(x)]

    def findings(self, tag: str, sight: Sight, pair: Sequence[Member] = ()) -> list[Trouble]:
        """What is wrong with a tag, by x, and with which run if there are several; with the `pair` alone, if any."""
        chosen = pair or [m for m in self.members if m.run.path == sight.focus] or self.members
        found = []
        for member in chosen:
            name = member.name if len(chosen) > 1 else ""
            for one in tuple(member.run.findings):
                if one.tag == tag and math.isfinite(x := self._place(member.run, one.step, one.time)):
                    found.append(Trouble(x, name, one.kind, one.text, told(one)))
        return found

    def _place(self, run: Run, step: int, time: float) -> float:
        """The x of a step of a run; NaN where it has none."""
        if self.x == "step":
            return float(step)
        if self.x in ("time", "clock"):
            return time - (self.began(run) if self.x == "time" else 0.0) if time else math.nan
        by = run.series.get(self.x)
        points = by.points() if by is not None else None
        if points is None or not len(points) or not by or not by.monotone:
            return math.nan
        return float(np.interp(step, points.steps, points.values))

    def _number(self, series: Series) -> int:
        found = self._numbers.get(series)
        if found is None:
            found = self._numbers[series] = next(self._counter)
        return found


def _first_time(series: Series) -> float | None:
    times = series.points().times
    known = np.isfinite(times)
    return float(times[known.argmax()]) if known.any() else None
