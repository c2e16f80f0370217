"""The layers whose health is told, and what their outputs were like over a batch.

A layer is a module with weights of its own, or a non-linearity. Knows nothing of threads or screens.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrize import is_parametrized

from ...models.feedforward import SquaredRelu
from ...models.recurrent import ElmanLayer
from ..capture import looking
from ..structure import KINDS
from .verdicts import SATURATED_FROM

RANGES: tuple[tuple[tuple[type[nn.Module], ...], tuple[float, float]], ...] = (
    ((nn.Tanh, nn.Softsign, nn.Hardtanh, ElmanLayer), (-1.0, 1.0)),
    ((nn.Sigmoid, nn.Hardsigmoid), (0.0, 1.0)),
)
"""Non-linearities that flatten out at both ends, and the ends."""
MORTAL = (nn.ReLU, nn.ReLU6, nn.GELU, SquaredRelu)
"""Non-linearities that give exactly zero, and no gradient, over a half-line: their units can die."""


@dataclass(frozen=True)
class Part:
    """One layer: its module, and the parameters that are its own."""

    name: str
    module: nn.Module
    parameters: tuple[nn.Parameter, ...]

    @property
    def kind(self) -> str:
        """In the field's words."""
        kind = type(self.module).__name__
        return KINDS.get(kind.removeprefix("Parametrized"), kind.removeprefix("Parametrized"))

    @property
    def weights(self) -> tuple[nn.Parameter, ...]:
        """The matrices and kernels; of a layer without any its gains, and of one without gains all it has.

        Biases are left out, for they begin at zero.
        """
        matrices = tuple(p for p in self.parameters if p.dim() > 1)
        gain = getattr(self.module, "weight", None)
        return matrices or tuple(p for p in self.parameters if p is gain) or self.parameters


def parts(model: nn.Module) -> dict[str, Part]:
    """The layers by name, in the order of definition; one that several modules share is told once."""
    found: dict[str, Part] = {}
    for name, module in model.named_modules():
        if "parametrizations" in name.split("."):
            continue
        own = tuple(module.parameters(recurse=False))
        if is_parametrized(module):
            own += tuple(module.parametrizations.parameters())
        if own or _bends(module):
            title = name or ", ".join(key for key, _ in module.named_parameters(recurse=False))
            found[title or type(module).__name__] = Part(title, module, own)
    return found


def _bends(module: nn.Module) -> bool:
    """Whether the module is a non-linearity."""
    places = {"torch.nn.modules.activation", SquaredRelu.__module__}
    return type(module).__module__ in places and not any(module.children())


def limits(module: nn.Module) -> tuple[float, float] | None:
    """The ends at which a non-linearity flattens out; None where it has not two."""
    return next((ends for kinds, ends in RANGES if isinstance(module, kinds)), None)


@dataclass
class Outputs:
    """What one layer put out over a batch; several calls of one module count together."""

    count: int = 0
    mean: float = float("nan")
    squares: float = float("nan")
    """Sum of squared deviations from the mean."""
    zero: int = 0
    saturated: int = 0
    finite: bool = True
    alive: list[Tensor] = field(default_factory=list)
    """Which units were not zero for every example, (units,) for each call; of layers that can die alone."""
    kept: list[Tensor] | None = None
    """The outputs themselves, where they are wanted."""

    def add(self, module: nn.Module, output: Tensor) -> None:
        """Count one output."""
        values = output.detach()
        if not values.is_floating_point():
            values = values.float()
        if self.kept is not None:
            self.kept.append(values)
        count = values.numel()
        variance, mean = (t.item() for t in torch.var_mean(values, correction=0))
        if not (abs(variance) < float("inf") and abs(mean) < float("inf")):
            self.finite &= bool(torch.isfinite(values).all())
            variance, mean = (t.item() for t in torch.var_mean(values.double(), correction=0))
        self._pool(count, mean, variance * count)
        self.zero += count - int(torch.count_nonzero(values))
        if (ends := limits(module)) is not None:
            low, high = ends
            away = (values - (low + high) / 2).abs()
            self.saturated += int((away > SATURATED_FROM * (high - low) / 2).sum())
        if isinstance(module, MORTAL):
            axis = 1 if values.dim() > 3 else values.dim() - 1
            self.alive.append((values != 0).movedim(axis, -1).reshape(-1, values.shape[axis]).any(0).cpu())

    @property
    def sd(self) -> float:
        """Standard deviation."""
        return float((self.squares / self.count) ** 0.5) if self.count else float("nan")

    def merge(self, other: "Outputs") -> None:
        """Count what the same module put out for other examples: a unit lives that lived for any of them."""
        self._pool(other.count, other.mean, other.squares)
        self.zero += other.zero
        self.saturated += other.saturated
        self.finite &= other.finite
        same = [len(a) for a in self.alive] == [len(b) for b in other.alive]
        self.alive = [a | b for a, b in zip(self.alive, other.alive, strict=True)] if same else self.alive + other.alive
        if self.kept is not None:
            self.kept += other.kept or []

    def _pool(self, count: int, mean: float, squares: float) -> None:
        """Mean and squared deviations of both together (Chan, Golub & LeVeque, 1979)."""
        if not self.count:
            self.count, self.mean, self.squares = count, mean, squares
            return
        apart, total = mean - self.mean, self.count + count
        self.squares += squares + apart * apart * self.count * count / total
        self.mean += apart * count / total
        self.count = total

    def saturation(self, module: nn.Module) -> float:
        """Share of outputs near one of the ends at which the module flattens out; NaN where it has not two."""
        return self.saturated / self.count if self.count and limits(module) is not None else float("nan")

    @property
    def zeros(self) -> float:
        """Share of outputs that are exactly zero."""
        return self.zero / self.count if self.count else float("nan")


def outputs(
    model: nn.Module, fed: Iterable[tuple[nn.Module, tuple[Tensor, ...]]], told: Iterable[Part], keep: str = ""
) -> dict[str, Outputs]:
    """What the layers put out in some calls of the model or parts of it, in the order in which they are met.

    Of the layer `keep` the outputs themselves are kept. Nothing is changed.
    """
    found: dict[str, Outputs] = {}
    fresh: dict[str, Outputs] = {}

    def hook(part: Part) -> Any:
        def called(module: nn.Module, given: tuple[Any, ...], output: Any) -> None:
            first = output[0] if isinstance(output, tuple) else output
            if isinstance(first, Tensor) and first.numel():
                fresh.setdefault(part.name, Outputs(kept=[] if part.name == keep else None)).add(module, first)

        return called

    handles = [part.module.register_forward_hook(hook(part)) for part in told if part.module is not model]
    try:
        with looking(model):
            for module, inputs in fed:
                fresh.clear()
                module(*inputs)
                for name, own in fresh.items():
                    if name in found:
                        found[name].merge(own)
                    else:
                        found[name] = own
    finally:
        for handle in handles:
            handle.remove()
    return found
