"""What every objective answers: one optimisation step, and what good means.

Knows nothing of threads, files or screens.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ..data.base import Data
from ..recipes.budget import BudgetOptions
from ..runs.run import Record
from ..training.averaging import Average
from ..training.descent import Descent

Tell = Callable[[str, float], None]
"""Called with what is being done and the share done, in 0..1; it may raise to end the work."""


def silent(what: str, share: float) -> None:
    """Tell nobody."""


class Objective(ABC):
    """A model, what trains it, and what it learns from.

    Validating, testing and recording leave the model's mode and torch's generators as they were.

    Attributes:
        CURVES: the tags that tell how it goes; the first is the loss that the status shows.
        SIDES: adversaries, each of which can be trained alone.
        model: every network that is trained, as one module.
        descents: the optimisers by name; averages: slow copies of networks, by name. Both are checkpointed.
        tell: where long work says how far it is.
    """

    CURVES: ClassVar[tuple[str, ...]] = ("loss/train", "loss/val")
    SIDES: ClassVar[tuple[str, ...]] = ()
    options: Any
    data: Any

    def __init__(
        self,
        model: nn.Module,
        data: Data,
        options: BudgetOptions,
        seed: int,
        device: torch.device,
        tell: Tell = silent,
    ) -> None:
        """Subclasses prepare here what they need of the data; raises OptionError for options that do not fit them."""
        self.model = model
        self.data = data
        self.options = options
        self.seed = seed
        self.device = device
        self.tell = tell
        self.descents: dict[str, Descent] = {}
        self.averages: dict[str, Average] = {}

    @classmethod
    @abstractmethod
    def build(cls, module: type[nn.Module], options: Any, data: Any) -> nn.Module:
        """The catalogue's `module` for these options and data, weights drawn from torch's global generator.

        Raises OptionError.
        """

    @classmethod
    @abstractmethod
    def specimen(cls, options: Any, data: Any) -> tuple[Tensor, ...]:
        """Arguments of the model's `forward` for a batch of one, on the CPU; their values do not matter."""

    @abstractmethod
    def step(self, number: int, progress: float) -> dict[str, float]:
        """Optimisation step `number` (from 0) at `progress` in 0..1 of the budget; returns values by series tag."""

    def half(self, side: str, number: int, progress: float) -> dict[str, float] | None:
        """Train one of SIDES alone, as a part of step `number`; the step's values by series tag, if that closed it."""
        raise NotImplementedError

    @abstractmethod
    def validate(self) -> dict[str, float]:
        """Values on the validation split, by series tag."""

    @abstractmethod
    def test(self) -> dict[str, float]:
        """The metrics of the finished model; called once, at the end."""

    @abstractmethod
    def inputs(self, split: str, index: int, count: int = 1) -> tuple[Tensor, ...]:
        """Arguments of the model's `forward` for `count` examples from `index` on; the index wraps around."""

    def records(self) -> Iterator[Record]:
        """What is kept of the model as it is now, several times during a training; `step` is filled in later."""
        return iter(())

    def final_records(self) -> Iterator[Record]:
        """What is kept of the finished model, after `test`."""
        return self.records()

    def change(self, name: str, value: Any) -> None:
        """Change an option that is allowed to change in flight; raises OptionError."""
        self.options = self.options.with_value(name, value)
        if name == "dropout":
            for module in self.model.modules():
                if isinstance(module, nn.Dropout):
                    module.p = self.options.dropout

    @property
    def parameters(self) -> int:
        """Number of values that are fitted, shared ones counted once."""
        return sum(p.numel() for p in self.model.parameters())

    def state_dict(self) -> dict[str, Any]:
        """Everything of the objective that decides the remaining steps, as tensors and plain values."""
        return {
            "model": self.model.state_dict(),
            "descents": {name: descent.state_dict() for name, descent in self.descents.items()},
            "averages": {name: average.state_dict() for name, average in self.averages.items()},
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue exactly where `state_dict` was taken."""
        self.model.load_state_dict(state["model"])
        for name, descent in self.descents.items():
            descent.load_state_dict(state["descents"][name])
        for name, average in self.averages.items():
            average.load_state_dict(state["averages"][name])
