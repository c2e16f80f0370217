"""The update rules, all from torch.optim, built from options."""

import torch
from torch import nn

from ..options import OptionError
from ..recipes.training import TrainingOptions


def build(
    module: nn.Module, options: TrainingOptions, betas: tuple[float, float] = (0.9, 0.999)
) -> list[torch.optim.Optimizer]:
    """The optimisers that `options` name: one, or with `muon` one for the matrices and one for the rest.

    Weights and biases are treated alike. Raises OptionError for a rule that this torch does not have.
    """
    lr, decay, momentum = options.lr, options.weight_decay, options.momentum
    weights = [p for p in module.parameters() if p.requires_grad]
    match options.optimizer:
        case "adamw":
            return [torch.optim.AdamW(weights, lr, betas, weight_decay=decay, fused=True)]
        case "adam":
            return [torch.optim.Adam(weights, lr, betas, weight_decay=decay, fused=True)]
        case "sgd":
            return [torch.optim.SGD(weights, lr, momentum, weight_decay=decay, nesterov=momentum > 0)]
        case "rmsprop":
            return [torch.optim.RMSprop(weights, lr, momentum=momentum, weight_decay=decay)]
        case "muon":
            return muon(module, options, betas)
    raise AssertionError(options.optimizer)


def muon(module: nn.Module, options: TrainingOptions, betas: tuple[float, float]) -> list[torch.optim.Optimizer]:
    """Muon for the hidden matrices, AdamW for embeddings, heads, biases and gains (Jordan et al., 2024).

    A hidden matrix is the weight of an `nn.Linear` that is not called `head`.
    """
    if not hasattr(torch.optim, "Muon"):
        raise OptionError("optimizer cannot be muon with this PyTorch; 2.9 or newer has it")
    heads = {name for name, _ in module.named_modules() if name.rpartition(".")[2] == "head"}
    hidden = {id(m.weight): m.weight for n, m in module.named_modules() if isinstance(m, nn.Linear) and n not in heads}
    embeddings = {id(m.weight) for m in module.modules() if isinstance(m, nn.Embedding)}  # a head may share one
    matrices = [p for key, p in hidden.items() if p.requires_grad and key not in embeddings]
    chosen = {id(p) for p in matrices}
    rest = [p for p in module.parameters() if p.requires_grad and id(p) not in chosen]
    lr, decay = options.lr, options.weight_decay
    rules: list[torch.optim.Optimizer] = []
    if matrices:
        momentum = options.momentum
        rules.append(torch.optim.Muon(matrices, lr, decay, momentum, adjust_lr_fn="match_rms_adamw"))
    if rest:
        rules.append(torch.optim.AdamW(rest, lr, betas, weight_decay=decay, fused=True))
    return rules


def tune(optimizer: torch.optim.Optimizer, options: TrainingOptions, lr: float) -> None:
    """Set rate, decay and momentum for the next step."""
    for group in optimizer.param_groups:
        group["lr"] = lr
        group["weight_decay"] = options.weight_decay
        if "momentum" in group:
            group["momentum"] = options.momentum
        if isinstance(optimizer, torch.optim.RMSprop) and options.momentum > 0:
            for p in group["params"]:  # torch makes these buffers in the first step alone
                if state := optimizer.state.get(p):
                    state.setdefault("momentum_buffer", torch.zeros_like(p))
