"""The points of one piece of a log, gathered by tag in the order in which they were logged."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ...series import Series
from .columns import Ints

Numbers = NDArray[np.float64]


class Rows:
    """Points by tag, each with the number of the record that told it; they come in any order."""

    def __init__(self) -> None:
        self._parts: dict[str, list[tuple[Ints, Ints, Numbers, Numbers]]] = {}
        self._single: dict[str, list[tuple[int, int, float, float]]] = {}

    def add(self, tag: str, records: Ints, steps: Ints, times: Numbers, values: Numbers) -> None:
        """Points of one tag, in the order of their records."""
        self._parts.setdefault(tag, []).append((records, steps, times, values))

    def append(self, tag: str, record: int, step: int, when: float, value: float) -> None:
        """One point."""
        self._single.setdefault(tag, []).append((record, step, when, value))

    def into(self, one: Callable[[str], Series]) -> None:
        """Append them all to the series that `one` gives for a tag."""
        for tag, points in self._single.items():
            records, steps, times, values = zip(*points, strict=True)
            whole = np.array(records, np.int64), np.array(steps, np.int64)
            self.add(tag, *whole, np.array(times, np.float64), np.array(values, np.float64))
        for tag, parts in self._parts.items():
            at, step, when, value = (np.concatenate(column) for column in zip(*parts, strict=True))
            if len(parts) > 1:
                order = np.argsort(at, kind="stable")
                step, when, value = step[order], when[order], value[order]
            if len(at):
                one(tag).extend_arrays(step, when, value)
