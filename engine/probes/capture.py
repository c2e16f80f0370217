"""Run one forward pass and keep what chosen modules received and returned, leaving the model as it was.

Knows nothing of threads or screens.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn


def leaves(model: nn.Module) -> dict[str, nn.Module]:
    """Modules without children by name, in the order of definition."""
    return {name: m for name, m in model.named_modules() if name and not any(m.children())}


@contextmanager
def looking(model: nn.Module) -> Iterator[None]:
    """Evaluation mode and no gradients within; mode of every module restored after."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, mode in modes.items():
            module.training = mode


def forward(
    model: nn.Module,
    inputs: tuple[Tensor, ...],
    seen: Callable[[str, nn.Module, tuple[Tensor, ...], Tensor], None],
) -> Tensor:
    """The output for a batch; `seen(name, module, inputs, output)` is called for every leaf in order.

    Of a leaf that returns several tensors the first is seen; what is no batch of tensors is passed over.
    """
    handles = []

    def hook(name: str) -> Callable[[nn.Module, tuple[Any, ...], Any], None]:
        def called(module: nn.Module, given: tuple[Any, ...], output: Any) -> None:
            first = output[0] if isinstance(output, tuple) else output
            if isinstance(first, Tensor) and first.dim() > 0:
                seen(name, module, tuple(g for g in given if isinstance(g, Tensor)), first)

        return called

    try:
        for name, module in leaves(model).items():
            handles.append(module.register_forward_hook(hook(name)))
        with looking(model):
            output: Tensor = model(*inputs)
            return output
    finally:
        for handle in handles:
            handle.remove()
