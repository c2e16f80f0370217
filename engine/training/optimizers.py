"""The update rules, all from torch.optim, built from options."""

from collections.abc import Iterable

import torch
from torch import nn

from ..recipes.training import TrainingOptions


def build(parameters: Iterable[nn.Parameter], options: TrainingOptions) -> torch.optim.Optimizer:
    """The optimiser that `options` name; weights and biases are treated alike."""
    lr, decay, momentum = options.lr, options.weight_decay, options.momentum
    match options.optimizer:
        case "adamw":
            return torch.optim.AdamW(parameters, lr, weight_decay=decay, fused=True)
        case "adam":
            return torch.optim.Adam(parameters, lr, weight_decay=decay, fused=True)
        case "sgd":
            return torch.optim.SGD(parameters, lr, momentum, weight_decay=decay, nesterov=momentum > 0)
        case "rmsprop":
            return torch.optim.RMSprop(parameters, lr, momentum=momentum, weight_decay=decay)
    raise AssertionError(options.optimizer)


def tune(optimizer: torch.optim.Optimizer, options: TrainingOptions, factor: float) -> float:
    """Set rate, decay and momentum for the next step; returns the learning rate in force."""
    lr = options.lr * factor
    for group in optimizer.param_groups:
        group["lr"] = lr
        group["weight_decay"] = options.weight_decay
        if "momentum" in group:
            group["momentum"] = options.momentum
        if isinstance(optimizer, torch.optim.RMSprop) and options.momentum > 0:
            for p in group["params"]:  # torch makes these buffers in the first step alone
                if state := optimizer.state.get(p):
                    state.setdefault("momentum_buffer", torch.zeros_like(p))
    return lr
