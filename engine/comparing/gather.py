"""The results of a plan as far as its runs have ended, read from their directories. Torch-free."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from ..catalog import CATALOG
from ..runs.files import read_run_json
from ..runs.open import open_run
from ..runs.run import Run
from .curves import MeanCurve, mean_curves
from .outcome import Finished, Result, finished
from .plan import Plan
from .specs import Spec


def place(directory: Path, spec: Spec, seed: int) -> Path:
    """Where the run of one side and seed is."""
    return Path(spec.run) if spec.run else directory / f"{spec.folder}-seed{seed}"


def results(
    plan: Plan, directory: Path, multiply_adds: Mapping[str, int | None], failed: Mapping[str, str]
) -> list[Result]:
    """What each side reached; the maps are by name."""
    return [
        _result(plan, directory, spec, multiply_adds.get(spec.name), failed.get(spec.name, "")) for spec in plan.specs
    ]


def _result(plan: Plan, directory: Path, spec: Spec, count: int | None, failed: str) -> Result:
    places = [Path(spec.run)] if spec.run else [place(directory, spec, seed) for seed in plan.seeds]
    ended = [run for path in places if (run := finished(path)) is not None]
    described = read_run_json(Path(ended[0].path)) if ended else None
    options = (described or {}).get("options")
    return Result(
        name=spec.name,
        spec=spec.text,
        model=spec.model,
        kind=plan.kind(spec) if spec.model in CATALOG else "",
        options=options if isinstance(options, dict) else {},
        multiply_adds=count,
        runs=tuple(ended),
        kept=bool(spec.run),
        curves=_curves(ended),
        failed=failed,
    )


def _curves(ended: list[Finished]) -> dict[str, MeanCurve]:
    """Mean curves of what tells how these trainings went."""
    if not ended:
        return {}
    return mean_curves([_opened(run.path) for run in ended], ended[0].curves)


@lru_cache(maxsize=64)
def _opened(path: str) -> Run:
    """A run that has ended, and so does not change."""
    return open_run(Path(path))
