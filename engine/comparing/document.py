"""A comparison as one JSON document: the only form in which it leaves the engine."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from .outcome import Difference, Result, difference
from .plan import Plan
from .statistics import CONFIDENCE
from .words import judged, leaders, reading, summary, verdict


def document(
    plan: Plan, results: Sequence[Result], directory: str, status: str, notes: Sequence[str]
) -> dict[str, Any]:
    """Everything that was found, in plain values."""
    names = list(dict.fromkeys(name for result in results for name in result.metrics))
    compared = [name for name in names if judged(name)]
    found = [
        one for name in compared for a, b in combinations(results, 2) if (one := difference(name, a, b)) is not None
    ]
    verdicts = [sentence for name in compared if (sentence := summary(name, results, found))]
    return {
        "entries": [entry(result) for result in results],
        "data": plan.data,
        "seeds": list(plan.seeds),
        "budget": {"steps": plan.steps, "seconds": plan.seconds, "words": plan.budget},
        "status": status,
        "confidence": CONFIDENCE,
        "differences": [gap(one) for one in found],
        "verdicts": verdicts,
        "reading": reading(results),
        "leaders": {name: best for name in compared if (best := leaders(name, results, found))},
        "notes": [*notes, *remarks(results, found)],
        "run": directory,
    }


def entry(result: Result) -> dict[str, Any]:
    """One side."""
    sampling = result.metrics.get("sample_seconds")
    return {
        "name": result.name,
        "spec": result.spec,
        "model": result.model,
        "objective": result.kind,
        "options": dict(result.options),
        "parameters": result.parameters,
        "multiply_adds": result.multiply_adds,
        "seeds": list(result.seeds),
        "steps": [run.steps for run in result.runs],
        "seconds_per_step": result.pace.mean if result.runs else None,
        "seconds_per_step_sd": result.pace.sd if result.runs else None,
        "train_seconds": result.seconds.to_json() if result.runs else None,
        "sample_seconds": sampling.mean if sampling else None,
        "metrics": {name: one.to_json() for name, one in result.metrics.items()},
        "curves": {tag: curve.to_json() for tag, curve in result.curves.items()},
        "runs": [run.path for run in result.runs],
        "failed": result.failed,
    }


def gap(found: Difference) -> dict[str, Any]:
    """One difference; `low` and `high` are null where there is no interval."""
    known = found.interval.known
    return {
        "metric": found.metric,
        "first": found.first,
        "second": found.second,
        "difference": found.interval.mean,
        "low": found.interval.low if known else None,
        "high": found.interval.high if known else None,
        "interval_over": found.interval.source,
        "values": list(found.values),
        "seen": bool(found.interval.sign),
        "verdict": verdict(found),
    }


def remarks(results: Sequence[Result], differences: Sequence[Difference]) -> list[str]:
    """What a reader must know to take the numbers for what they are."""
    said = []
    sources = {one.interval.source for one in differences if one.interval.known}
    if sources == {"examples"}:
        said.append("one seed: the intervals cover other test examples, not other seeds; --seeds 3 would")
    elif "examples" in sources or "seeds and examples" in sources:
        said.append("± is a 95 % interval of the difference over test examples and, by Student's t, over seeds")
    elif sources:
        said.append("± is a 95 % interval of the difference over seeds, by Student's t")
    if differences and not sources and all(len(one.values) == 1 for one in differences):
        said.append("one seed: no intervals, so any difference may be luck; --seeds 3 tells more")
    if any(len(one.values) == 2 for one in differences if one.interval.known):
        said.append("two seeds make wide intervals: a third narrows them much")
    known = [one for one in differences if one.interval.known]
    if len(known) > 5:
        said.append(f"{len(known)} intervals, each 95 %: about one in twenty shows a difference where none is")
    for result in results:
        late = [f"seed {run.seed} at step {run.diverged_at:,}" for run in result.runs if run.diverged_at]
        if late:
            said.append(f"{result.name} diverged: {', '.join(late)}")
        if result.failed:
            said.append(f"{result.name} failed: {result.failed}")
    if kept := [result.name for result in results if result.kept]:
        said.append(f"taken as they are, with the times and steps of their own training: {', '.join(kept)}")
    return said
