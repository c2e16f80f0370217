"""Where one number of a layer's output came from: the inputs, the weights and the formula that joins them."""

import math

import torch
from torch import Tensor, nn

from ..models.feedforward import SquaredRelu
from ..models.layers import ACTIVATIONS, Add
from ..objectives.objective import Objective
from .capture import forward, leaves
from .layers import shown
from .requests import NOTHING, CellView, LookCell
from .structure import KINDS

SUM = {True: " + bias", False: ""}
ELEMENTWISE = (*ACTIVATIONS.values(), SquaredRelu)


def cell_view(objective: Objective, look: LookCell, step: int) -> CellView:
    """The provenance of one output cell; indices are clamped; raises ValueError for what cannot be traced."""
    model = objective.model
    modules = leaves(model)
    if look.layer not in modules:
        raise ValueError(f"no layer {look.layer!r} (there are: {', '.join(modules)})")
    module = modules[look.layer]
    seen: list[tuple[list[Tensor], Tensor]] = []

    def keep(name: str, _: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        if name == look.layer and not seen:
            seen.append(([i[0].detach().clone() for i in inputs], output[0].detach().clone()))

    forward(model, shown(objective, look), keep)
    if not seen or seen[0][1].dim() not in (1, 2, 3):
        raise ValueError(f"the numbers of {look.layer} are not traced to their inputs: its output is no row or map")
    inputs, output = seen[0]
    wanted = {1: (look.channel,), 2: (look.row, look.column), 3: (look.channel, look.row, look.column)}[output.dim()]
    place = tuple(min(max(at, 0), side - 1) for at, side in zip(wanted, output.shape, strict=True))
    channel = 0 if output.dim() == 2 else place[0]
    row, column = place[-2:] if output.dim() > 1 else (0, 0)
    top, left, patch, kernel, bias, total, formula = trace(module, inputs, place)
    return CellView(
        step=step,
        layer=look.layer,
        kind=KINDS.get(type(module).__name__, type(module).__name__),
        channel=channel,
        row=row,
        column=column,
        top=top,
        left=left,
        patch=patch.cpu().numpy(),
        kernel=kernel.cpu().numpy() if kernel is not None else NOTHING,
        bias=bias,
        total=total,
        output=output[place].item(),
        formula=formula,
    )


def trace(
    module: nn.Module, inputs: list[Tensor], place: tuple[int, ...]
) -> tuple[int, int, Tensor, Tensor | None, float, float, str]:
    """(top, left, patch, kernel, bias, total, formula) of the output cell at `place`.

    Of an output with two sides, as that of a sequence, the place is (token, unit). Raises ValueError for a module
    whose numbers have no short formula.
    """
    x = inputs[0]
    if len(place) == 2 and isinstance(module, nn.Linear | nn.LayerNorm):
        x, place = x[place[0]], place[1:]
    match module:
        case nn.Conv2d():
            channel, row, column = place
            pad = module.padding if isinstance(module.padding, tuple) else (0, 0)
            top, left = row * module.stride[0] - pad[0], column * module.stride[1] - pad[1]
            rows, columns = module.kernel_size
            patch = window(x, top, left, rows, columns)
            inputs_there = window(x, top, left, rows, columns, outside=0.0)
            kernel = module.weight[channel].detach()
            bias, plus = added(module.bias, channel)
            total = (inputs_there * kernel).sum().item() + plus
            return top, left, patch, kernel, bias, total, "sum(patch x kernel)" + SUM[module.bias is not None]
        case nn.Linear():
            kernel = module.weight[place[0]].detach()
            bias, plus = added(module.bias, place[0])
            formula = "sum(input x weight)" + SUM[module.bias is not None]
            return 0, 0, x, kernel, bias, (x * kernel).sum().item() + plus, formula
        case nn.MaxPool2d() | nn.AvgPool2d():
            channel, row, column = place
            size = module.kernel_size if isinstance(module.kernel_size, int) else module.kernel_size[0]
            step = module.stride if isinstance(module.stride, int) else module.stride[0]
            top, left = row * step, column * step
            patch = window(x[channel : channel + 1], top, left, size, size)
            if isinstance(module, nn.MaxPool2d):
                return top, left, patch, None, 0.0, patch.max().item(), "max(patch)"
            return top, left, patch, None, 0.0, patch.mean().item(), "mean(patch)"
        case nn.AdaptiveMaxPool2d():
            return 0, 0, x[place[0] : place[0] + 1], None, 0.0, x[place[0]].max().item(), "max(map)"
        case nn.AdaptiveAvgPool2d():
            return 0, 0, x[place[0] : place[0] + 1], None, 0.0, x[place[0]].mean().item(), "mean(map)"
        case nn.BatchNorm1d() | nn.BatchNorm2d():
            return batch_norm(module, x, place)
        case nn.LayerNorm() if x.dim() == 1:
            return layer_norm(module, x, place[0])
        case nn.Embedding() if len(place) == 2:
            token, unit = int(x[place[0]]), place[1]
            numbers = module.weight[token].detach()
            return 0, 0, numbers, None, 0.0, numbers[unit].item(), f"number {unit} of what stands for token {token}"
        case nn.Flatten():
            source = x.flatten()[place[0]]
            return 0, 0, source.reshape(1), None, 0.0, source.item(), "the same number, in a row"
        case nn.Dropout():
            value = x[place]
            return (
                0,
                0,
                value.reshape(1),
                None,
                0.0,
                value.item(),
                "the same number (dropout acts only in training)",
            )
    name = KINDS.get(type(module).__name__, type(module).__name__)
    if not isinstance(module, (*ELEMENTWISE, Add)):
        raise ValueError(f"the numbers of {name} are not traced to their inputs one by one")
    values = torch.stack([i[place] for i in inputs])
    if isinstance(module, Add):
        return 0, 0, values, None, 0.0, values.sum().item(), "F(x) + x"
    with torch.no_grad():
        total = module(values).item()
    formula = "max(0, x)" if isinstance(module, nn.ReLU) else f"{name}(x)"
    return 0, 0, values, None, 0.0, total, formula


def added(bias: Tensor | None, channel: int) -> tuple[float, float]:
    """The bias as it is told, NaN where there is none, and as it is added."""
    value = bias[channel].item() if bias is not None else 0.0
    return (value if bias is not None else math.nan), value


def batch_norm(
    module: nn.BatchNorm1d | nn.BatchNorm2d, x: Tensor, place: tuple[int, ...]
) -> tuple[int, int, Tensor, Tensor | None, float, float, str]:
    """gamma (x - mean) / sqrt(var + eps) + beta with the running statistics that evaluation uses."""
    c = place[0]
    assert module.running_mean is not None and module.running_var is not None
    mean, var = module.running_mean[c].item(), module.running_var[c].item()
    gamma, beta = module.weight[c].item(), module.bias[c].item()
    value = x[place].item()
    total = gamma * (value - mean) / math.sqrt(var + module.eps) + beta
    formula = f"{gamma:.3g} (x - {mean:.3g}) / sqrt({var:.3g} + {module.eps:g}) + {beta:.3g}"
    return 0, 0, x[place].reshape(1), None, beta, total, formula


def layer_norm(module: nn.LayerNorm, x: Tensor, unit: int) -> tuple[int, int, Tensor, Tensor | None, float, float, str]:
    """gamma (x - mean) / sqrt(var + eps) + beta, mean and variance over the units of the one token."""
    mean, var = x.mean().item(), x.var(correction=0).item()
    gamma, (bias, plus) = module.weight[unit].item(), added(module.bias, unit)
    value = x[unit].item()
    total = gamma * (value - mean) / math.sqrt(var + module.eps) + plus
    formula = f"{gamma:.3g} ({value:.3g} - {mean:.3g}) / sqrt({var:.3g} + {module.eps:g}) + {plus:.3g}"
    return 0, 0, x, None, bias, total, formula


def window(x_chw: Tensor, top: int, left: int, rows: int, columns: int, outside: float = float("nan")) -> Tensor:
    """The (c, rows, columns) patch at (top, left); what lies outside the maps is `outside`."""
    c, h, w = x_chw.shape
    patch = torch.full((c, rows, columns), outside, device=x_chw.device)
    r0, r1 = max(top, 0), min(top + rows, h)
    c0, c1 = max(left, 0), min(left + columns, w)
    if r0 < r1 and c0 < c1:
        patch[:, r0 - top : r1 - top, c0 - left : c1 - left] = x_chw[:, r0:r1, c0:c1]
    return patch
