"""Curves of one model over its seeds: averaged at common steps. Torch-free."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..runs.run import Run
from ..runs.series import Series

Floats = NDArray[np.float64]
MOST = 120
"""Points of a mean curve."""


@dataclass(frozen=True)
class MeanCurve:
    """The mean over seeds, and the spread (sd; 0 for one seed), at common `steps`."""

    steps: Floats
    mean: Floats
    sd: Floats
    seeds: int

    def to_json(self) -> dict[str, Any]:
        """Plain values in few digits, the last point by itself."""
        final = {"step": float(self.steps[-1]), "mean": float(self.mean[-1]), "sd": float(self.sd[-1])}
        return {
            "seeds": self.seeds,
            "final": final,
            "steps": [round(float(x), 3) for x in self.steps],
            "mean": [float(f"{y:.6g}") for y in self.mean],
        }


def mean_curve(series: Sequence[Series], most: int = MOST) -> MeanCurve | None:
    """The mean of `series` where all of them reach; neighbours are averaged where points are many."""
    thinned = [part for one in series if (part := thin(one, most)) is not None]
    if not thinned:
        return None
    low, high = max(x[0] for x, _ in thinned), min(x[-1] for x, _ in thinned)
    fewest = min((x for x, _ in thinned), key=len)
    steps = fewest[(fewest >= low) & (fewest <= high)]
    if not len(steps):
        return None
    values = np.stack([np.interp(steps, x, y) for x, y in thinned])
    sd = values.std(axis=0, ddof=1) if len(thinned) > 1 else np.zeros(len(steps))
    return MeanCurve(steps, values.mean(axis=0), sd, len(thinned))


def thin(series: Series, most: int = MOST) -> tuple[Floats, Floats] | None:
    """At most `most` points: means of neighbours, at the last of their steps; what is no number is left out."""
    points = series.points()
    edges = np.linspace(0, len(points), min(len(points), most) + 1).astype(np.int64)
    if len(edges) < 2:
        return None
    summary = series.ranges(edges[:-1], edges[1:])
    last = points.steps[edges[1:] - 1].astype(np.float64)
    finite = (summary.count > 0) & np.isfinite(summary.mean)
    rising = np.concatenate([[True], np.diff(last) > 0])
    kept = finite & rising
    return (last[kept], summary.mean[kept]) if kept.any() else None


def mean_curves(runs: Sequence[Run], tags: Sequence[str]) -> dict[str, MeanCurve]:
    """The mean curve of each of `tags` that every one of `runs` has."""
    found = {}
    for tag in tags:
        series = [run.series[tag] for run in runs if tag in run.series]
        curve = mean_curve(series) if len(series) == len(runs) else None
        if curve is not None:
            found[tag] = curve
    return found
