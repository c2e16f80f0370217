"""A series: one number over steps, appended by one thread and drawn by another.

Appending costs a list append; the reader turns what is pending into arrays and block summaries.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .pyramid import Floats, Ints, Pyramid, Summary

FEWEST = 16
"""Points that there is room for at first, once there is one."""
MANY = 65_536
_NO_INTS: Ints = np.empty(0, np.int64)
_NO_FLOATS: Floats = np.empty(0)


@dataclass(frozen=True)
class Points:
    """The points of a series in order: steps (int64), wall-clock times (s since the epoch), values."""

    steps: Ints
    times: Floats
    values: Floats

    def __len__(self) -> int:
        return len(self.steps)


class Series:
    """Numbers over steps under one tag; steps are kept in the order in which they were logged.

    A log may have many thousands of a few points each, so that one takes little more memory than its points.
    """

    __slots__ = (
        "__weakref__",
        "_lock",
        "_pending",
        "_pyramid",
        "_size",
        "_sorted",
        "_steps",
        "_times",
        "_values",
        "tag",
    )

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self._pending: list[tuple[int, float, float]] = []
        self._lock = threading.Lock()
        self._size = 0
        self._steps, self._times, self._values = _NO_INTS, _NO_FLOATS, _NO_FLOATS
        self._pyramid = Pyramid()
        self._sorted = True

    @property
    def version(self) -> int:
        """Grows with every point; equal versions mean equal content."""
        with self._lock:
            return self._size + len(self._pending)

    def __len__(self) -> int:
        return self.version

    def append(self, step: int, time: float, value: float) -> None:
        """Add one point. Safe beside a reader in another thread."""
        self._pending.append((step, time, value))

    def extend(self, points: Iterable[tuple[int, float, float]]) -> None:
        """Add many points."""
        self._pending.extend(points)

    def extend_arrays(
        self, steps: NDArray[np.int64], times: NDArray[np.floating[Any]], values: NDArray[np.floating[Any]]
    ) -> None:
        """Add many points given as arrays of one length."""
        with self._lock:
            self._drain()
            self._take(steps, times, values)

    def points(self) -> Points:
        """All points as read-only views; cheap."""
        with self._lock:
            self._drain()
            n = self._size
            points = Points(self._steps[:n], self._times[:n], self._values[:n])
        for array in (points.steps, points.times, points.values):
            array.flags.writeable = False
        return points

    def tail(self, start: int) -> Points:
        """The points from number `start` on."""
        all_points = self.points()
        return Points(all_points.steps[start:], all_points.times[start:], all_points.values[start:])

    def until(self, step: int) -> "Series":
        """A series of its own with the points up to `step`."""
        points = self.points()
        return self._of(points, points.steps <= step)

    def after(self, step: int) -> "Series":
        """A series of its own with the points after `step`."""
        points = self.points()
        return self._of(points, points.steps > step)

    def _of(self, points: Points, chosen: NDArray[np.bool_]) -> "Series":
        series = Series(self.tag)
        series.extend_arrays(points.steps[chosen], points.times[chosen], points.values[chosen])
        return series

    def last(self) -> tuple[int, float, float] | None:
        """The newest point as (step, time, value)."""
        points = self.points()
        if not len(points):
            return None
        return int(points.steps[-1]), float(points.times[-1]), float(points.values[-1])

    def ranges(self, starts: Ints, ends: Ints) -> Summary:
        """Minimum, maximum, mean and counts of the points number starts[i] .. ends[i]-1."""
        with self._lock:
            self._drain()
            return self._pyramid.ranges(self._values[: self._size], starts, ends)

    @property
    def monotone(self) -> bool:
        """Whether no step is smaller than the one before it."""
        self.points()
        return self._sorted

    def _drain(self) -> None:
        pending = self._pending[:]
        if pending:
            del self._pending[: len(pending)]  # others may have been appended since
            steps, times, values = zip(*pending, strict=True)
            self._take(np.array(steps, np.int64), np.array(times, float), np.array(values, float))

    def _take(self, steps: Ints, times: NDArray[Any], values: NDArray[Any]) -> None:
        n, more = self._size, len(steps)
        if n + more > len(self._steps):
            factor = 2 if n + more < MANY else 4  # room that is not used yet takes no memory where it is large
            room = max(factor * len(self._steps), n + more, FEWEST)
            self._steps = _grown(self._steps, n, room)
            self._times = _grown(self._times, n, room)
            self._values = _grown(self._values, n, room)
        self._steps[n : n + more] = steps
        self._times[n : n + more] = times
        self._values[n : n + more] = values
        ordered = self._steps[max(n - 1, 0) : n + more]
        self._sorted = self._sorted and bool((ordered[1:] >= ordered[:-1]).all())
        self._size = n + more
        self._pyramid.extend(self._values[: self._size])


def _grown(array: NDArray[Any], used: int, room: int) -> NDArray[Any]:
    """A larger array with the same content; what lies behind it is touched by nobody, and so takes no memory."""
    new = np.empty(room, array.dtype)
    new[:used] = array[:used]
    return new
