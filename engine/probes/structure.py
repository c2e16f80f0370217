"""The ladder of a model's layers: shapes, parameters, multiply-adds, gradient norms."""

from dataclasses import replace
from math import prod

import torch
from torch import Tensor, nn

from ..data.base import Data
from .capture import forward, leaves
from .requests import Layer, Structure

KINDS = {
    "Conv2d": "convolution",
    "Linear": "dense",
    "BatchNorm1d": "batch norm",
    "BatchNorm2d": "batch norm",
    "MaxPool2d": "max pool",
    "AvgPool2d": "average pool",
    "AdaptiveMaxPool2d": "global max",
    "AdaptiveAvgPool2d": "global average",
    "LeakyReLU": "leaky ReLU",
}


def structure(model: nn.Module, name: str, data: Data, inputs: tuple[Tensor, ...], step: int = 0) -> Structure:
    """One rung a leaf module, in the order in which the forward pass of `inputs` meets them first."""
    layers: list[Layer] = []
    counted: set[int] = set()
    met: set[str] = set()

    def seen(path: str, module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        if isinstance(module, nn.Identity) or path in met:
            return
        met.add(path)
        own = [p for p in module.parameters() if id(p) not in counted]
        counted.update(id(p) for p in own)
        shape = tuple(output.shape[1:])
        kind = type(module).__name__
        layers.append(
            Layer(
                path,
                KINDS.get(kind, kind),
                detail(module),
                shape,
                sum(p.numel() for p in own if p.requires_grad),
                multiply_adds(module, inputs, shape),
                gradient_norm(own),
            )
        )

    forward(model, inputs, seen)
    return Structure(name, data.shape, tuple(layers), data.classes, *data.sizes, data.name, step)


def with_gradients(ladder: Structure, model: nn.Module, step: int) -> Structure:
    """`ladder` with the gradient norms and settings of now."""
    norms, modules = gradient_norms(model), leaves(model)
    layers = (
        replace(layer, gradient=norms.get(layer.name, layer.gradient), detail=detail(modules[layer.name]))
        for layer in ladder.layers
    )
    return replace(ladder, step=step, layers=tuple(layers))


def multiply_adds(module: nn.Module, inputs: tuple[Tensor, ...], shape: tuple[int, ...]) -> int:
    """Products of two numbers for one example with output `shape`; biases are not counted.

    A module of ours that multiplies otherwise tells itself, by a method `multiply_adds` of its inputs.
    """
    if (own := getattr(module, "multiply_adds", None)) is not None:
        return int(own(*inputs[:2]))
    if isinstance(module, nn.Conv2d):
        return prod(shape) * (module.in_channels // module.groups) * prod(module.kernel_size)
    if isinstance(module, nn.Linear):
        return prod(shape) * module.in_features
    return 0


def gradient_norm(parameters: list[nn.Parameter]) -> float:
    """Euclidean norm of the parameters' latest gradients together; NaN before the first step."""
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return float("nan")
    return float(torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g) for g in grads])))


def gradient_norms(model: nn.Module) -> dict[str, float]:
    """Gradient norm of every layer that has weights, in the order of definition."""
    weighted = {name: list(module.parameters()) for name, module in leaves(model).items()}
    return {name: gradient_norm(parameters) for name, parameters in weighted.items() if parameters}


def detail(module: nn.Module) -> str:
    """A module's settings in a few characters."""
    match module:
        case nn.Conv2d():
            (k, _), (s, _) = module.kernel_size, module.stride
            pad = module.padding[0] if isinstance(module.padding, tuple) else module.padding
            return f"{k}x{k}" + (f" s{s}" if s != 1 else "") + (f" p{pad}" if pad else "")
        case nn.MaxPool2d() | nn.AvgPool2d():
            k = module.kernel_size if isinstance(module.kernel_size, int) else module.kernel_size[0]
            return f"{k}x{k}"
        case nn.Dropout():
            return f"p {module.p:g}"
    return ""
