"""The series of a run whose event files are read one after the other: what a resumed training logs again replaces.

TensorBoard's rule: a point at step s evicts those of its tag at s or later that were logged before it. So the steps of
every series rise. A SessionLog START at step s says that what was logged at s or later is void. TensorBoard's Python
loader then drops it for all tags at once, its Rust loader never; here a tag that is logged again loses it, and one that
is not logged again keeps what it has, unless `at_once` asks for the first.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ...run import Mark
from ...series import Points, Series
from .columns import Columns, Floats, Ints, joined, of

FileKey = tuple[int, str]
"""What files are ordered by: the time in their names, then the name."""
Left = Callable[[str, Points, float], None]
"""Is told the tag and the points that a restart evicted, and the restart's time."""


@dataclass
class _Track:
    series: Series
    restarts: int = 0
    """How many restarts it has taken into account."""
    lows: dict[FileKey, int] = field(default_factory=dict)
    """By file: the first step that it holds of this tag."""


class Ledger:
    """Takes in points in the order of files and records; a file may grow though a later one has been read."""

    def __init__(self, at_once: bool = False, left: Left | None = None) -> None:
        self.at_once, self.left = at_once, left
        self.series: dict[str, Series] = {}
        """Replaced, never changed, when a series is new or has lost points."""
        self.again: dict[str, int] = {}
        """By tag: points that a later one of the same file has evicted."""
        self.seams: dict[FileKey, Mark] = {}
        """By file: where it takes up, and evicts what an earlier one had."""
        self._tracks: list[_Track] = []
        self._numbers: dict[str, int] = {}
        self._restarts: list[tuple[int, float]] = []

    @property
    def marks(self) -> list[Mark]:
        """The seams, in order of their files."""
        return [mark for _, mark in sorted(self.seams.items())]

    def number(self, tag: str) -> int:
        """The number of the series `tag`, made if it is new."""
        number = self._numbers.get(tag)
        if number is None:
            number = self._numbers[tag] = len(self._tracks)
            self._tracks.append(_Track(Series(tag)))
        return number

    def take(self, file: FileKey, pieces: list[Columns], restarts: list[tuple[int, int, float]]) -> None:
        """Take in points by the number of their record, and restarts as (number, step, time)."""
        changed: dict[str, Series] = {}
        points, first = joined([*pieces, of(())] if len(pieces) != 1 else pieces), 0
        if restarts:
            points = points[np.argsort(points.records, kind="stable")]
        for number, step, when in restarts:
            last = int(np.searchsorted(points.records, number))
            self._points(file, points[first:last], changed)
            self._restart(file, step, when, changed)
            first = last
        self._points(file, points[first:] if first else points, changed)
        if changed:
            self.series = {**self.series, **changed}

    def _points(self, file: FileKey, points: Columns, changed: dict[str, Series]) -> None:
        """Hand every series its points."""
        if not len(points):
            return
        low, high = int(points.series.min()), int(points.series.max())
        if low != high or _falls(points.records).any():
            points = points[np.argsort(points.series.astype(np.uint16 if high < 65_536 else np.int64), kind="stable")]
            if (_falls(points.records) & (points.series[1:] == points.series[:-1])).any():
                points = points[np.lexsort((points.records, points.series))]
        bounds = [0, *(np.flatnonzero(points.series[1:] != points.series[:-1]) + 1).tolist(), len(points)]
        for start, stop in pairwise(bounds):
            part = points[start:stop]
            self._extend(file, self._tracks[part.series[0]], part.steps, part.times, part.values, changed)

    def _extend(
        self, file: FileKey, track: _Track, steps: Ints, times: Floats, values: Floats, changed: dict[str, Series]
    ) -> None:
        """Append points to a series, which first loses what they evict."""
        series = track.series
        if track.restarts < len(self._restarts):
            step, when = min(self._restarts[track.restarts :])
            self._evict(track, step, when, changed)
            track.restarts, series = len(self._restarts), track.series
        if not (steps[1:] > steps[:-1]).all():
            keep = np.append(steps[:-1] < np.minimum.accumulate(steps[::-1])[::-1][1:], True)
            self.again[series.tag] = self.again.get(series.tag, 0) + int((~keep).sum())
            steps, times, values = steps[keep], times[keep], values[keep]
        later = min((low for other, low in track.lows.items() if other > file), default=None)
        tail: Points | None = None
        if later is not None:
            # An earlier file has grown: its points come before those of the later one, which evict them.
            short = int(np.searchsorted(steps, later))
            steps, times, values = steps[:short], times[:short], values[:short]
            if not short:
                return
            whole = series.points()
            at = int(np.searchsorted(whole.steps, later))
            tail = series.tail(at)
            series = track.series = _begin(series.tag, whole, at)
            changed[series.tag] = series
        newest = series.last()
        if newest is not None and newest[0] >= steps[0]:
            self._evict(track, int(steps[0]), float(times[0]), changed, file)
            series = track.series
        track.lows[file] = min(int(steps[0]), track.lows.get(file, int(steps[0])))
        series.extend_arrays(steps, times, values)
        if tail is not None:
            series.extend_arrays(tail.steps, tail.times, tail.values)
        if self.series.get(series.tag) is not series:
            changed[series.tag] = series

    def _evict(
        self, track: _Track, step: int, when: float, changed: dict[str, Series], file: FileKey | None = None
    ) -> None:
        """Take the points at `step` or later from a series; `file` has logged such steps, else a restart asks."""
        series, whole = track.series, track.series.points()
        at = int(np.searchsorted(whole.steps, step))
        lost = len(whole) - at
        if not lost:
            return
        if file is None:
            if self.left is not None:
                self.left(series.tag, series.tail(at), when)
        elif any(other < file for other in track.lows) and track.lows.get(file, step) >= step:
            self._seam(file, step, when)
        else:
            self.again[series.tag] = self.again.get(series.tag, 0) + lost
        track.lows = {other: low for other, low in track.lows.items() if low < step or (file and other > file)}
        track.series = changed[series.tag] = _begin(series.tag, whole, at)

    def _restart(self, file: FileKey, step: int, when: float, changed: dict[str, Series]) -> None:
        self._restarts.append((step, when))
        if any(len(track.series) for track in self._tracks):
            self._seam(file, step, when)
        if self.at_once:
            for track in self._tracks:
                self._evict(track, step, when, changed)
                track.restarts = len(self._restarts)

    def _seam(self, file: FileKey, step: int, when: float) -> None:
        known = self.seams.get(file)
        if known is None or step < known.step:
            self.seams[file] = Mark(step, when, f"resumed at step {step:,}")


def _begin(tag: str, points: Points, count: int) -> Series:
    """A series of the first `count` points."""
    series = Series(tag)
    series.extend_arrays(points.steps[:count], points.times[:count], points.values[:count])
    return series


def _falls(numbers: Ints) -> NDArray[np.bool_]:
    return np.asarray(numbers[1:] < numbers[:-1])
