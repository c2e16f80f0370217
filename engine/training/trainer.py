"""The trainer: a generator of optimisation steps. Knows nothing of threads, files or screens."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast

import torch
from torch import nn

from ..catalog import Entry
from ..data.dataset import Dataset
from ..objectives.classification import Classification
from ..recipes.training import ClassifierOptions, TrainingOptions
from . import optimizers
from .job import Job
from .schedules import SCHEDULES


@dataclass(frozen=True)
class Step:
    """What one step measured: its number (from 1) and values by series tag."""

    number: int
    values: dict[str, float]


def build_model(entry: Entry, options: TrainingOptions, shape: tuple[int, ...], classes: int) -> nn.Module:
    """The entry's module, weights drawn from torch's global generator; raises OptionError."""
    file, _, name = entry.module.partition(":")
    module = import_module(f"..models.{file}", __package__)
    return cast(nn.Module, getattr(module, name)(options, shape, classes))


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
    """One training of one job: model, optimiser and position in the data."""

    def __init__(self, job: Job, data: Dataset) -> None:
        self.job = job
        self.options = cast(ClassifierOptions, job.options)
        self.device = choose_device(job.device)
        torch.manual_seed(job.seed)
        self.model = build_model(job.entry, job.options, data.shape, len(data.classes)).to(self.device)
        self.objective = Classification(data, job.seed, self.device)
        self.optimizer = optimizers.build(self.model.parameters(), self.options)
        self.step = 0
        self.seconds = 0.0
        self._weights = list(self.model.parameters())

    @property
    def parameters(self) -> int:
        """Number of trainable values, shared ones counted once."""
        return sum(p.numel() for p in self._weights)

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
            values = self._one()
            self.step += 1
            self.seconds += time.perf_counter() - start
            if self.step % self.options.validate_every == 0 or self.done:
                start = time.perf_counter()
                values |= self.objective.validate(self.model)
                self.seconds += time.perf_counter() - start
            yield Step(self.step, values)

    def _one(self) -> dict[str, float]:
        model, optimizer, options = self.model, self.optimizer, self.options
        model.train()
        loss, accuracy = self.objective.loss(model, self.objective.batch(self.step, options), options)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self._weights, options.clip or float("inf"), foreach=True)
        lr = optimizers.tune(optimizer, options, SCHEDULES[options.schedule](self.progress))
        optimizer.step()
        measured = torch.stack((loss.detach(), accuracy, norm)).tolist()  # one wait for the device
        return {"loss/train": measured[0], "accuracy/train": measured[1], "grad_norm": measured[2], "lr": lr}

    def test(self) -> dict[str, float]:
        """The test metrics of the finished model; called once, at the end."""
        return self.objective.test(self.model, self.options)

    def change(self, name: str, value: Any) -> None:
        """Change an option that is allowed to change in flight; raises OptionError."""
        self.options = self.options.with_value(name, value)
        if name == "dropout":
            for module in self.model.modules():
                if isinstance(module, nn.Dropout):
                    module.p = self.options.dropout

    def state_dict(self) -> dict[str, Any]:
        """Everything that decides the remaining steps, as tensors and plain values."""
        return {
            "step": self.step,
            "seconds": self.seconds,
            "options": self.options.to_json(),
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "rng": torch.get_rng_state(),
            "rng_cuda": torch.cuda.get_rng_state_all() if self.device.type == "cuda" else [],
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue exactly where `state_dict` was taken."""
        self.step, self.seconds = state["step"], state["seconds"]
        self.options = type(self.options).from_json(state["options"] | {"steps": self.options.steps})
        self.change("dropout", self.options.dropout)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["rng"].cpu())
        if self.device.type == "cuda":
            torch.cuda.set_rng_state_all([s.cpu() for s in state["rng_cuda"]])
