"""What a comparison found: frozen values, read from the runs that it left behind. Torch-free."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..runs.files import RECORDS, read_run_json
from ..runs.open import read_record, stated, status_of
from .curves import MeanCurve
from .statistics import Floats, Interval, interval

PREDICTIONS = "predictions/test"
EXACT = 1e-3
"""How far a metric may be from the mean over the kept predictions, which are in single precision."""


@dataclass(frozen=True)
class Summary:
    """Values, one a seed, with their mean and standard deviation (None for one value)."""

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        """The mean."""
        return float(np.mean(self.values))

    @property
    def sd(self) -> float | None:
        """The standard deviation of a sample."""
        return float(np.std(self.values, ddof=1)) if len(self.values) > 1 else None

    def to_json(self) -> dict[str, Any]:
        """mean, sd, values."""
        return {"mean": self.mean, "sd": self.sd, "values": list(self.values)}


@dataclass(frozen=True, kw_only=True)
class Finished:
    """One run that reached its end."""

    seed: int
    path: str
    steps: int
    seconds: float
    parameters: int
    metrics: dict[str, float]
    fingerprint: str
    diverged_at: int
    curves: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Result:
    """One side of a comparison over its seeds; `failed` says why one of its trainings did not end."""

    name: str
    spec: str
    model: str
    kind: str
    options: Mapping[str, Any]
    multiply_adds: int | None
    runs: tuple[Finished, ...]
    kept: bool = False
    """Whether it is a run that was there before."""
    curves: Mapping[str, MeanCurve] = field(default_factory=dict)
    failed: str = ""

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds whose runs ended."""
        return tuple(run.seed for run in self.runs)

    @property
    def parameters(self) -> int | None:
        """Fitted numbers."""
        return self.runs[0].parameters if self.runs else None

    @property
    def seconds(self) -> Summary:
        """Time in steps and validations, by the trainer's clock."""
        return Summary(tuple(run.seconds for run in self.runs))

    @property
    def pace(self) -> Summary:
        """Seconds for a step."""
        return Summary(tuple(run.seconds / max(run.steps, 1) for run in self.runs))

    @property
    def metrics(self) -> dict[str, Summary]:
        """What every run of this side states."""
        names = [n for n in (self.runs[0].metrics if self.runs else ()) if all(n in run.metrics for run in self.runs)]
        return {name: Summary(tuple(run.metrics[name] for run in self.runs)) for name in names}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """First minus second in one metric, over the seeds that both have."""

    metric: str
    first: str
    second: str
    values: tuple[float, ...]
    interval: Interval


def finished(directory: Path) -> Finished | None:
    """The run in `directory`, if it reached its end."""
    described = read_run_json(directory)
    if described is None or status_of(described) != "finished":
        return None
    metrics, _ = stated(described)

    def number(name: str) -> float:
        value = described.get(name)
        return float(value) if isinstance(value, int | float) and math.isfinite(value) else 0.0

    return Finished(
        seed=int(number("seed")),
        path=str(directory),
        steps=int(number("step")),
        seconds=number("train_seconds"),
        parameters=int(number("parameters")),
        metrics=metrics,
        fingerprint=str(described.get("data_fingerprint", "")),
        diverged_at=int(number("diverged_at")),
        curves=tuple(str(tag) for tag in described.get("curves") or ("loss/train", "loss/val")),
    )


def difference(metric: str, a: Result, b: Result) -> Difference | None:
    """How `a` differs from `b`; None without a seed, or a metric, that both have."""
    ours, theirs = {run.seed: run for run in a.runs}, {run.seed: run for run in b.runs}
    seeds = [seed for seed in a.seeds if seed in theirs]
    pairs = [(ours[seed], theirs[seed]) for seed in seeds]
    pairs = [(x, y) for x, y in pairs if metric in x.metrics and metric in y.metrics]
    if not pairs:
        return None
    values = tuple(x.metrics[metric] - y.metrics[metric] for x, y in pairs)
    examples = _paired_examples(metric, pairs)
    same_test = len({x.fingerprint for x, _ in pairs}) == 1
    return Difference(
        metric=metric,
        first=a.name,
        second=b.name,
        values=values,
        interval=interval(values, examples, same_test=same_test),
    )


def _paired_examples(metric: str, pairs: Sequence[tuple[Finished, Finished]]) -> list[Floats]:
    """Differences by test example, one array a seed; nothing unless every pair was tested on the same examples."""
    if any(x.fingerprint != y.fingerprint for x, y in pairs):
        return []
    found = []
    for x, y in pairs:
        mine, other = by_example(metric, x), by_example(metric, y)
        if mine is None or other is None or len(mine) != len(other):
            return []
        found.append(mine - other)
    return found


def by_example(metric: str, run: Finished) -> Floats | None:
    """The metric of every test example, if it is a mean over them and the predictions were kept."""
    folder = Path(run.path) / RECORDS / PREDICTIONS
    newest = max(folder.glob("*.npz"), default=None)
    if metric not in ("test_accuracy", "test_loss") or newest is None:
        return None
    record = read_record(newest, Path(run.path) / RECORDS)
    if record is None or not {"probabilities", "labels"} <= record.arrays.keys():
        return None
    probabilities, labels = record.arrays["probabilities"], record.arrays["labels"]
    if probabilities.ndim != 2 or labels.shape != (len(probabilities),) or labels.dtype.kind not in "iu":
        return None
    if not (len(labels) and labels.min() >= 0 and labels.max() < probabilities.shape[1]):
        return None
    if metric == "test_accuracy":
        values = (probabilities.argmax(1) == labels).astype(np.float64)
    else:
        chosen = probabilities[np.arange(len(labels)), labels].astype(np.float64)
        values = -np.log(np.maximum(chosen, 1e-45))
    stated_value = run.metrics[metric]
    return values if abs(float(values.mean()) - stated_value) <= EXACT * max(1.0, abs(stated_value)) else None
