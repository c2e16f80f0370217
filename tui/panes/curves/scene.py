"""Runs laid out along one kind of x: their traces, curves, marks and extent. Knows nothing of any widget."""

import math
from collections.abc import Sequence
from dataclasses import replace
from weakref import WeakKeyDictionary

from ....engine.runs.run import Branch, Run
from ....engine.runs.series import Series
from ...render.axes import X
from ...render.curve import Curve
from ...render.trace import Reading, Trace
from .groups import Member, groups
from .names import short_names

BRANCHES = 3
"""So many abandoned branches of the first run are drawn, the newest."""


class Scene:
    """The runs shown, the live one first; a run keeps its colour as others come and go."""

    def __init__(self) -> None:
        self.runs: tuple[Run, ...] = ()
        self.x: X = "step"
        self._slots: WeakKeyDictionary[Run, int] = WeakKeyDictionary()
        self._traces: dict[tuple[int, str, X, float], Trace] = {}

    def show(self, runs: Sequence[Run]) -> None:
        """Show `runs` from now on."""
        self.runs = tuple(runs)
        for run in self.runs:
            self._slots.setdefault(run, self._free_slot())
        kept = {id(run) for run in self.runs}
        self._traces = {key: trace for key, trace in self._traces.items() if key[0] in kept}

    def _free_slot(self) -> int:
        used = set(self._slots.values())
        return next(slot for slot in range(len(used) + 1) if slot not in used)

    def charts(self) -> dict[str, list[Member]]:
        """What can be shown: series by what they measure."""
        return groups(dict.fromkeys(tag for run in self.runs for tag in tuple(run.series)))

    def curves(self, members: Sequence[Member]) -> list[Curve]:
        """The curves of one chart: a colour for each series of a lone run, else for each run; branches last."""
        curves, old, many = [], [], len(self.runs) > 1
        named = [run for run in self.runs if run.series]
        names = dict(zip(named, short_names(named), strict=True))
        for run, name in names.items():
            began = _began(run)
            for k, member in enumerate(m for m in members if m.tag in run.series):
                own = name if len(members) == 1 else f"{member.label} {name}"
                curve = Curve(
                    label=own if many else member.label,
                    trace=self._trace(run, member.tag, began),
                    slot=self._slots[run] if many else k,
                    shape=k if many else 0,
                    pale=many and member.held_out,
                    smooth=member.noisy,
                    dotted=member.held_out,
                    faded=run is not self.runs[0],
                )
                curves.append(curve)
                if run is self.runs[0]:
                    old += self._branches(run, curve, member, began, lone=len(members) == 1)
        return curves + old

    def _branches(self, run: Run, live: Curve, member: Member, began: float, lone: bool) -> list[Curve]:
        """The ways that a run had taken before it went back, of one series, dashed and behind."""
        curves = []
        for k, branch in enumerate(run.branches[-BRANCHES:][::-1]):
            series = branch.series.get(member.tag)
            if series is None or not len(series):
                continue
            label = f"{'branch:' if lone else member.label} {_left(branch)}"
            trace = self._trace(run, member.tag, began, series, branch.time or -1.0)
            curves.append(replace(live, label=label, trace=trace, shape=1 + k, dotted=False, faded=True))
        return curves

    def _trace(self, run: Run, tag: str, began: float, branch: Series | None = None, left: float = 0.0) -> Trace:
        """An up-to-date trace of one series, or of what it was in the branch that was `left` then."""
        key, series = (id(run), tag, self.x, left), run.series[tag] if branch is None else branch
        if key not in self._traces or self._traces[key].series is not series:
            alive = {0.0, left, *(one.time for run in self.runs for one in run.branches)}
            self._traces = {k: trace for k, trace in self._traces.items() if k[3] in alive}
            self._traces[key] = Trace(series, self.x)
        trace = self._traces[key]
        trace.began = began
        trace.update()
        return trace

    def traces(self) -> list[Trace]:
        """The traces of everything."""
        begun = [(run, _began(run)) for run in self.runs]
        live = [self._trace(run, tag, began) for run, began in begun for tag in tuple(run.series)]
        if not begun:
            return live
        run, began = begun[0]
        old = [(b, tag, series) for b in run.branches[-BRANCHES:] for tag, series in b.series.items()]
        return live + [self._trace(run, tag, began, series, b.time or -1.0) for b, tag, series in old]

    def extent(self) -> tuple[float, float]:
        """The least and the greatest x of anything."""
        spans = [span for trace in self.traces() if (span := trace.extent())]
        return (min(a for a, _ in spans), max(b for _, b in spans)) if spans else (0.0, 1.0)

    def marks(self) -> list[tuple[float, str]]:
        """What happened in the first run, by x."""
        run = next(iter(self.runs), None)
        if run is None:
            return []
        origin = _began(run) if self.x == "time" else 0.0
        marks = [(float(m.step) if self.x == "step" else m.time - origin, m.text) for m in run.marks]
        return [(x, text) for x, text in marks if math.isfinite(x)]

    def nearest(self, x: float) -> Reading | None:
        """The point of any curve that is nearest to `x`."""
        points = [point for trace in self.traces() if (point := trace.near(x))]
        return min(points, key=lambda point: abs(point.x - x), default=None)

    def beyond(self, x: float, forward: bool) -> float:
        """The next x at or after (before) `x` where any curve has a point; at the end, the last."""
        found = [at for trace in self.traces() if (at := trace.beyond(x, forward)) is not None]
        low, high = self.extent()
        return min(found, default=high) if forward else max(found, default=low)


def _left(branch: Branch) -> str:
    """What became of a branch, in words."""
    return f"before step {branch.step:,} was redone" if branch.time else f"ahead of step {branch.step:,}"


def _began(run: Run) -> float:
    """The time of a run's first point."""
    held = [*run.series.values(), *(series for branch in run.branches for series in branch.series.values())]
    times = [float(p.times[0]) for series in held if len(p := series.points())]
    return min((time for time in times if math.isfinite(time)), default=0.0)
