"""Points as columns, on their way from records to series."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Columns:
    """Points (n,): the numbers of their record and of their series, step, time and value."""

    records: Ints
    series: Ints
    steps: Ints
    times: Floats
    values: Floats

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, part: slice | NDArray[Any]) -> "Columns":
        return Columns(self.records[part], self.series[part], self.steps[part], self.times[part], self.values[part])


def of(points: Sequence[tuple[int, int, int, float, float]]) -> Columns:
    """Columns of single points."""
    records, series, steps, times, values = zip(*points, strict=True) if points else ((), (), (), (), ())
    return Columns(_ints(records), _ints(series), _ints(steps), np.array(times, float), np.array(values, float))


def joined(parts: Sequence[Columns]) -> Columns:
    """Several columns behind each other."""
    if len(parts) == 1:
        return parts[0]
    return Columns(
        np.concatenate([part.records for part in parts]),
        np.concatenate([part.series for part in parts]),
        np.concatenate([part.steps for part in parts]),
        np.concatenate([part.times for part in parts]),
        np.concatenate([part.values for part in parts]),
    )


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, np.int64)
