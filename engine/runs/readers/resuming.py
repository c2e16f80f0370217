"""Points of a store that keeps everything: what a resumed training logs again takes the place of what it had logged."""

import numpy as np
from numpy.typing import NDArray

from ..run import Mark
from ..series import Series
from .reader import Reader
from .tables.restarts import resumed

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
MARKED = 100
"""So many restarts of a run are marked."""


def extend(reader: Reader, tag: str, steps: Ints, times: Floats, values: Floats) -> None:
    """Add points to a series of `reader`; those at a step and beyond go when that step comes again, and a mark says so.

    A tag whose points all have step 0 was logged without steps: its points are numbered.
    """
    series = reader.series.get(tag)
    if not steps.any() and (series is None or isinstance(series, Numbered)):
        if series is None:
            series = Numbered(tag)
            reader.series = {**reader.series, tag: series}
        first = len(series)
        series.extend_arrays(np.arange(first, first + len(steps), dtype=np.int64), times, values)
        return
    if isinstance(series, Numbered):
        last = series.last()
        series = Series(tag)
        if last is not None:
            series.append(0, last[1], last[2])
    found, seams = resumed(series, steps, times, values, tag)
    if reader.series.get(tag) is not found:
        reader.series = {**reader.series, tag: found}
    marked = {mark.step for mark in reader.marks}
    for step in dict.fromkeys(seams.tolist()):
        if step not in marked and len(reader.marks) < MARKED:
            when = float(times[np.flatnonzero(steps == step)[0]])
            reader.marks = [*reader.marks, Mark(step, when, f"resumed at step {step}")]


class Numbered(Series):
    """Points without steps of their own, numbered from 0."""
