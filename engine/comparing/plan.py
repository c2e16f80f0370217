"""A plan: what is compared on which data, for which seeds, with which budget. Torch-free."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..catalog import find
from ..data.load import kind_of
from ..options import OptionError
from ..runs.files import read_run_json
from ..text import sanitize
from ..training.job import Job
from .specs import Spec, parse

MOST_SEEDS = 100


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that decides a comparison; without `steps` and `seconds` each model has its own default budget."""

    specs: tuple[Spec, ...]
    data: str
    seeds: tuple[int, ...]
    steps: int | None = None
    seconds: float | None = None
    sets: tuple[str, ...] = ()
    device: str = "auto"

    @property
    def trained(self) -> tuple[Spec, ...]:
        """The sides that are trained here."""
        return tuple(spec for spec in self.specs if not spec.run)

    @property
    def tasks(self) -> list[tuple[Spec, int]]:
        """The trainings in their order: all models with one seed, then all with the next, so that a slow hour
        of the machine hits every model, and an end before time leaves whole seeds."""
        return [(spec, seed) for seed in self.seeds for spec in self.trained]

    @property
    def budget(self) -> str:
        """The budget in words."""
        if self.steps is not None:
            return f"{self.steps:,} steps each"
        if self.seconds is not None:
            return f"{self.seconds:g} s of training each"
        if not self.trained:
            return "each as it was trained"
        return "each with its own default budget"

    def job(self, spec: Spec, seed: int) -> Job:
        """One training; raises OptionError."""
        rules = find(spec.model).options.rules()
        shared = tuple(text for text in self.sets if text.partition("=")[0].strip() in rules)
        steps = () if self.steps is None else (f"steps={self.steps}",)
        texts = (*shared, *spec.texts, *steps)
        return Job.of(spec.model, texts, self.data, seed=seed, seconds=self.seconds, device=self.device)

    def kind(self, spec: Spec) -> str:
        """The kind of objective that a side has on these data: losses of another kind measure something else."""
        objectives = find(spec.model).objectives
        return objectives.get(kind_of(self.data, objectives), "")

    def to_json(self) -> dict[str, Any]:
        """Plain values, as `from_json` reads them."""
        return {
            "specs": [spec.text for spec in self.specs],
            "data": self.data,
            "seeds": list(self.seeds),
            "steps": self.steps,
            "seconds": self.seconds,
            "sets": list(self.sets),
            "device": self.device,
        }

    def follows(self, before: dict[str, Any]) -> bool:
        """Whether this goes on with what `to_json` of an earlier plan says; the seeds may be more or fewer."""
        own = self.to_json()
        return all(own[key] == before.get(key) for key in own if key not in ("seeds", "device"))


def plan(
    texts: tuple[str, ...],
    *,
    data: str | None = None,
    seeds: int = 1,
    steps: int | None = None,
    seconds: float | None = None,
    sets: tuple[str, ...] = (),
    device: str = "auto",
) -> Plan:
    """A plan, checked as far as it can be without torch.

    Raises OptionError, UnknownModelError, DataError or ValueError, each one sentence.
    """
    specs = parse(texts)
    if steps is not None and seconds is not None:
        raise OptionError("--steps and --seconds are two budgets; give one of them")
    if not 1 <= seeds <= MOST_SEEDS:
        raise OptionError(f"seeds cannot be {seeds}; allowed: how many, from 1 to {MOST_SEEDS}")
    own = [text for spec in specs for text in spec.texts if text.partition("=")[0].strip() == "steps"]
    if steps is not None and own:
        raise OptionError(f"--steps is for all, and {own[0]} for one; give one of them")
    kept = [read_run_json(Path(spec.run)) or {} for spec in specs if spec.run]
    found = Plan(
        specs=specs,
        data=_data(specs, data, [str(described.get("data", "")) for described in kept]),
        seeds=tuple(range(seeds)),
        steps=steps,
        seconds=seconds,
        sets=sets,
        device=device,
    )
    if not found.trained:
        of_runs = {described.get("seed") for described in kept}
        found = replace(found, seeds=tuple(sorted(seed for seed in of_runs if isinstance(seed, int))))
    _check_sets(found)
    for spec in found.trained:
        objectives = find(spec.model).objectives
        if kind_of(found.data, objectives) not in objectives:
            kinds = " or ".join(objectives)
            raise OptionError(f"{found.data} does not suit all: {spec.model} learns from {kinds}")
        found.job(spec, 0)
    return found


def _data(specs: tuple[Spec, ...], asked: str | None, of_runs: list[str]) -> str:
    """The data of all: as asked, else that of the runs, else the models' own if they agree."""
    wanted = {spec.name: find(spec.model).data for spec in specs if not spec.run}
    known = set(of_runs) | ({asked} if asked else set())
    if len(known) > 1:
        names = ", ".join(sorted(sanitize(name, limit=80) for name in known))
        raise ValueError(f"these were not trained on the same data ({names}): there is nothing fair to compare")
    if known:
        return known.pop()
    if len(set(wanted.values())) > 1:
        each = ", ".join(f"{name}: {data}" for name, data in wanted.items())
        raise OptionError(f"by default these learn from different data ({each}); give one that suits all with --data")
    return next(iter(wanted.values()))


def _check_sets(asked: Plan) -> None:
    """Every --set must be an option of some model here."""
    for text in asked.sets:
        name, equals, _ = text.partition("=")
        if not equals:
            raise OptionError(f"--set wants KEY=VALUE, not {text!r}")
        options = [find(spec.model).options for spec in asked.trained]
        if options and not any(name.strip() in one.rules() for one in options):
            options[0].rule(name.strip())
