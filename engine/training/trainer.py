"""The trainer: a generator of optimisation steps. Knows nothing of threads, files or screens."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import torch
from torch import nn

from ..catalog import Entry
from ..data.base import Data, DataError
from ..objectives.objective import Objective, Tell, silent
from ..recipes.budget import BudgetOptions
from .job import Job


@dataclass(frozen=True)
class Step:
    """What one step measured: its number (from 1) and values by series tag."""

    number: int
    values: dict[str, float]
    validated: bool = False


def objective_class(entry: Entry, data: Data) -> type[Objective]:
    """The objective with which the entry learns from this kind of data; raises DataError."""
    if data.kind not in entry.objectives:
        kinds = " or ".join(entry.objectives)
        raise DataError(f"{data.name} holds {data.kind}, and {entry.name} learns from {kinds}")
    found: type[Objective] = _load("objectives", entry.objectives[data.kind])
    return found


def build_model(entry: Entry, options: BudgetOptions, data: Data) -> nn.Module:
    """The entry's module, weights drawn from torch's global generator; raises OptionError, DataError."""
    return objective_class(entry, data).build(_load("models", entry.module), options, data)


def _load(room: str, place: str) -> Any:
    file, _, name = place.partition(":")
    return getattr(import_module(f"..{room}.{file}", __package__), name)


def choose_device(name: str) -> torch.device:
    """`auto` is a GPU if there is one; raises ValueError for a device that torch does not have."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(
            f"device {name!r} cannot be used here; allowed: auto, cpu, or cuda where there is a GPU"
        ) from error
    return device


class Trainer:
    """One training of one job: its objective, its budget, and how much of it is used."""

    def __init__(self, job: Job, data: Data, tell: Tell = silent) -> None:
        """Build model and objective; `tell` hears how far long work is, and may raise to end it."""
        self.job = job
        self.device = choose_device(job.device)
        torch.manual_seed(job.seed)
        model = build_model(job.entry, job.options, data).to(self.device)
        kind = objective_class(job.entry, data)
        self.objective = kind(model, data, job.options, job.seed, self.device, tell)
        self.step = 0
        self.seconds = 0.0

    @property
    def model(self) -> nn.Module:
        """Every network that is trained, as one module."""
        return self.objective.model

    @property
    def options(self) -> BudgetOptions:
        """The options in force."""
        options: BudgetOptions = self.objective.options
        return options

    @property
    def parameters(self) -> int:
        """Number of values that are fitted, shared ones counted once."""
        return self.objective.parameters

    @property
    def progress(self) -> float:
        """How much of the budget is used, in 0..1."""
        if self.job.seconds is not None:
            return min(self.seconds / self.job.seconds, 1.0)
        return min(self.step / self.options.steps, 1.0)

    @property
    def done(self) -> bool:
        """Whether the budget is used up."""
        return self.progress >= 1.0

    def steps(self) -> Iterator[Step]:
        """Train until the budget is used up; each step is one visual moment."""
        while not self.done:
            start = time.perf_counter()
            values = self.objective.step(self.step, self.progress)
            yield self._counted(values, start)

    def half(self, side: str) -> Iterator[Step]:
        """Train one of the objective's SIDES alone; the step, if that closed it."""
        start = time.perf_counter()
        values = self.objective.half(side, self.step, self.progress)
        if values is None:
            self.seconds += time.perf_counter() - start
        else:
            yield self._counted(values, start)

    def _counted(self, values: dict[str, float], start: float) -> Step:
        """The step that began at `start` (s), counted, and validated when it is time."""
        self.step += 1
        self.seconds += time.perf_counter() - start
        validated = self.step % self.options.validate_every == 0 or self.done
        if validated:
            start = time.perf_counter()
            values |= self.objective.validate()
            self.seconds += time.perf_counter() - start
        return Step(self.step, values, validated)

    def test(self) -> dict[str, float]:
        """The test metrics of the finished model; called once, at the end."""
        return self.objective.test()

    def change(self, name: str, value: Any) -> None:
        """Change an option that is allowed to change in flight; raises OptionError."""
        self.objective.change(name, value)

    def state_dict(self) -> dict[str, Any]:
        """Everything that decides the remaining steps, as tensors and plain values."""
        return {
            "step": self.step,
            "seconds": self.seconds,
            "options": self.options.to_json(),
            "objective": self.objective.state_dict(),
            "rng": torch.get_rng_state(),
            "rng_cuda": torch.cuda.get_rng_state_all() if self.device.type == "cuda" else [],
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue exactly where `state_dict` was taken."""
        self.step, self.seconds = state["step"], state["seconds"]
        before = self.options
        self.objective.options = before.from_json(state["options"] | {"steps": before.steps})
        for name, rule in before.rules().items():
            if rule.live and (value := getattr(self.options, name)) != getattr(before, name):
                self.change(name, value)  # what follows the option follows
        self.objective.load_state_dict(state["objective"])
        self.model.zero_grad(set_to_none=True)  # those there are belong to other weights
        torch.set_rng_state(state["rng"].cpu())
        if self.device.type == "cuda":
            torch.cuda.set_rng_state_all([s.cpu() for s in state["rng_cuda"]])
