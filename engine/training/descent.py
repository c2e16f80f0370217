"""Gradient descent of some parameters: one update rule, its schedule and its clipping."""

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from ..recipes.training import TrainingOptions
from . import optimizers
from .schedules import SCHEDULES


class Descent:
    """Steps the weights of `module` down a loss, as options and progress say.

    Several of them train several networks against each other, each with a rate of its own.
    """

    def __init__(self, module: nn.Module, options: TrainingOptions, betas: tuple[float, float] = (0.9, 0.999)) -> None:
        """`betas` are those of Adam and its kin."""
        self.weights = [p for p in module.parameters() if p.requires_grad]
        self._optimizers = optimizers.build(module, options, betas)
        self.observe: Callable[[], Callable[[], None]] | None = None
        """Called right before the weights change, and what it returns right after: for a probe of one update."""

    def step(
        self, loss: Tensor, options: TrainingOptions, progress: float, *, lr: float | None = None
    ) -> tuple[Tensor, float]:
        """One update down the gradient of `loss`; `lr` replaces the options' peak rate.

        Returns the gradient's norm before clipping (scalar) and the learning rate in force. Gradients stay until
        the next step, for probes.
        """
        for optimizer in self._optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self.weights, options.clip or float("inf"), foreach=True)
        rate = (options.lr if lr is None else lr) * SCHEDULES[options.schedule](progress)
        changed = self.observe() if self.observe is not None else None
        for optimizer in self._optimizers:
            optimizers.tune(optimizer, options, rate)
            optimizer.step()
        if changed is not None:
            changed()
        return norm, rate

    def state_dict(self) -> dict[str, Any]:
        """The state of every optimiser."""
        return {"optimizers": [optimizer.state_dict() for optimizer in self._optimizers]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue where `state_dict` was taken."""
        for optimizer, saved in zip(self._optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
