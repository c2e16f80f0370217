"""What is left of a series where its steps went back: a point at a step evicts those at that step and beyond.

This is how TensorBoard takes it (tensorboard/data/server/run.rs): a training that was resumed from a checkpoint writes
its steps from there on a second time.
"""

import numpy as np
from numpy.typing import NDArray

from ...series import Series
from .block import Floats, Ints


def kept(steps: Ints) -> NDArray[np.bool_] | None:
    """Which of the points stay, given all of them in order; None if all do."""
    if len(steps) < 2 or bool((steps[1:] > steps[:-1]).all()):
        return None
    later = np.minimum.accumulate(steps[::-1])[::-1]
    stays = np.ones(len(steps), bool)
    stays[:-1] = steps[:-1] < later[1:]
    return stays


def resumed(series: Series | None, steps: Ints, times: Floats, values: Floats, tag: str) -> tuple[Series, Ints]:
    """`series` (its steps rise) with points added, itself or a new one, and the steps at which it went back."""
    first = int(steps.min())
    last = series.last() if series is not None else None
    before = last[0] if last is not None else None
    chain = steps if before is None else np.concatenate([np.array([before], np.int64), steps])
    seams = chain[1:][chain[1:] < chain[:-1]]
    if series is None:
        series = Series(tag)
    elif before is not None and first <= before:
        series = series.until(first - 1)
    stays = kept(steps)
    if stays is None:
        series.extend_arrays(steps, times, values)
    else:
        series.extend_arrays(steps[stays], times[stays], values[stays])
    return series, seams
