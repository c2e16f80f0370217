"""What is wrong with a training, found as its points come: no number, a spike, a plateau, a stall, a drop of speed.

A doctor keeps for every series how far it has looked; a look costs what is new.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from ..run import Run
from ..series import Series
from .findings import Finding
from .pace import observe, timeline, total_steps
from .plateau import plateau
from .slowing import Rest, slowing, stalled
from .spikes import Spikes
from .tags import better, gradient_norm, held_out
from .wording import no_number, no_progress, quiet_for, slowed, spiked

MOST = 64
"""Findings of a run that are told, the gravest."""
REACHED = 0.98
"""Of its steps a run may lack so many (the last of them are seldom logged) and yet be done."""
GRAVITY = ("nonfinite", "stalled", "spike", "slow", "plateau")


@dataclass
class Chart:
    """What is known of one series."""

    series: Series
    seen: int = 0
    bad: int = 0
    """Values that are no numbers."""
    first: tuple[int, float, float] | None = None
    """Step, time and value of the first of them."""
    since: tuple[int, int] | None = None
    """Where its last points are no numbers: the step from which on, and how many."""
    spikes: Spikes = field(default_factory=Spikes)
    findings: tuple[Finding, ...] = ()
    plateau: tuple[Finding, ...] = ()
    judged: int = 0
    """How many points there were when a plateau was looked for."""


class Doctor:
    """Examines one run again and again."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._charts: dict[str, Chart] = {}
        self._rest = Rest()
        self._paced: tuple[object, tuple[Finding, ...]] = (None, ())

    def check(self, now: float | None = None) -> tuple[Finding, ...]:
        """All findings at `now` (seconds since the epoch), the gravest kinds first, in each the newest first."""
        now = time.time() if now is None else now
        run = self.run
        found: list[Finding] = []
        series = run.series
        self._charts = {tag: chart for tag, chart in self._charts.items() if tag in series}
        running = run.status == "running"
        version = 0
        for tag, one in tuple(series.items()):
            chart = self._charts.get(tag)
            size = len(one)
            version += size
            if chart is None or chart.series is not one or size < chart.seen:
                chart = self._charts[tag] = Chart(one)
            if size > chart.seen:
                self._look(tag, chart)
            found += chart.findings
            if running:
                self._judge(tag, chart)
                found += chart.plateau
        self._rest.see(run.grown)
        found += self._speed(version, now)
        found.sort(key=lambda one: (GRAVITY.index(one.kind), -one.time, -one.step))
        return tuple(found[:MOST])

    def _look(self, tag: str, chart: Chart) -> None:
        """Look at the points that are new."""
        points = chart.series.points()
        new = slice(chart.seen, len(points))
        steps, times, values = points.steps[new], points.times[new], points.values[new]
        chart.seen = len(points)
        finite = np.isfinite(values)
        whole = bool(finite.all())
        if not whole:
            chart.bad += int((~finite).sum())
            if chart.first is None:
                at = int(np.argmin(finite))
                chart.first = int(steps[at]), float(times[at]), float(values[at])
        chart.since = _trailing(finite, steps, chart.since)
        if better(tag) == "low" or gradient_norm(tag):
            chart.spikes.see(*((steps, times, values) if whole else (steps[finite], times[finite], values[finite])))
        found = []
        if chart.first is not None:
            step, when, value = chart.first
            text = no_number(tag, step, value, chart.bad, chart.seen, chart.since)
            found.append(Finding("nonfinite", tag, step, when, text))
        greatest = max(chart.spikes.found, key=lambda one: one.height, default=None)
        for spike in chart.spikes.found:
            text = spiked(tag, spike, chart.spikes.count if spike is greatest else 1)
            found.append(Finding("spike", tag, spike.step, spike.time, text))
        chart.findings = tuple(found)

    def _judge(self, tag: str, chart: Chart) -> None:
        """Whether a loss gets better; looked at anew when it has grown by a thirtieth."""
        if better(tag) != "low" or chart.seen < chart.judged * 31 // 30 + 1:
            return
        chart.judged = chart.seen
        flat = plateau(chart.series, held_out(tag))
        text = "" if flat is None else no_progress(tag, flat)
        chart.plateau = () if flat is None else (Finding("plateau", tag, flat.step, flat.time, text),)

    def _speed(self, version: int, now: float) -> list[Finding]:
        run = self.run
        if run.status != "running":  # the status itself says that nothing comes any more
            return []
        clock = timeline(run)
        points = clock.points() if clock is not None else None
        found = []
        grown = run.grown or (float(points.times[-1]) if points is not None and len(points) else 0.0)
        step = int(points.steps[-1]) if points is not None and len(points) else 0
        # Most logs never say that a training is over: silence alone is no finding.
        total = total_steps(run, step)
        due = self._rest.grew if total is None else step < REACHED * total
        quiet = stalled(points, grown, self._rest, now) if due else None
        if quiet is not None:
            found.append(Finding("stalled", "", step, grown, quiet_for(*quiet, step)))
        if clock is not None and points is not None:
            key = (id(clock), len(points))
            if self._paced[0] != key:
                slow = slowing(points)
                told = () if slow is None else (Finding("slow", "", slow.step, slow.time, slowed(slow)),)
                self._paced = (key, told)
            found += self._paced[1]
        return found


Stretch = tuple[int, int] | None
"""The step at which the points at the end begin to be no numbers, and how many they are."""


def _trailing(finite: NDArray[np.bool_], steps: NDArray[np.int64], before: Stretch) -> Stretch:
    """The stretch at the end of these points, and of those `before`."""
    if finite[-1]:
        return None
    good = np.flatnonzero(finite)
    if len(good):
        start = int(good[-1]) + 1
        return int(steps[start]), len(finite) - start
    return (before[0], before[1] + len(finite)) if before is not None else (int(steps[0]), len(finite))


class Doctors:
    """A doctor for each run; `see` is called by the thread that reads, whenever a run has changed."""

    def __init__(self) -> None:
        self._doctors: WeakKeyDictionary[Run, Doctor] = WeakKeyDictionary()

    def see(self, run: Run, now: float | None = None) -> None:
        """Put into `run.findings` what is wrong with it."""
        observe(run)
        doctor = self._doctors.get(run)
        if doctor is None:
            doctor = self._doctors[run] = Doctor(run)
        found = doctor.check(now)
        if found != run.findings:
            run.findings = found

    def review(self, runs: Iterable[Run], now: float | None = None) -> bool:
        """Look again at runs that did not change, for a stall is a finding too; True if one has other findings."""
        changed = False
        for run in runs:
            if run.status in ("running", "silent"):
                before = run.findings
                self.see(run, now)
                changed = changed or run.findings != before
        return changed
