"""The lab's `cnn` on digits of 16x16, trained with a learning rate and a first bias of one's choice."""

import time
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ...data.digits16 import load
from ...training.job import Job
from ...training.trainer import Trainer
from ..kit.seeding import seeded
from ..kit.state import State
from ..kit.training import Progress
from ..workings.receptive import CHANNELS

STEPS = 300
SAMPLES = 12


@dataclass(frozen=True, kw_only=True, eq=False)
class Small:
    """What the training gave; maps are of the first twelve test images."""

    losses: Any
    """[steps], of each mini-batch before its update."""
    before: dict[str, Any]
    """Kernels [out, in, 3, 3] of conv1 and conv2 at the start."""
    after: dict[str, Any]
    images: Any
    """[12, 1, 16, 16]."""
    labels: Any
    maps: dict[str, Any]
    """[12, channels, rows, columns] by layer: conv1, act1, pool1, conv2, act2, pool2."""
    logits: Any
    """[360, 10] of all test images, the twelve first."""
    truths: Any
    """[360]."""
    zeroed: dict[str, Any]
    """Share of zeros of each channel after ReLU over all training images, of act1 and act2."""
    parameters: dict[str, int]
    model: nn.Module


def train(state: State, progress: Progress) -> Small:
    """Train, then look inside. The state's `lr` and `bias` decide how."""
    progress(0.0, "loading digits16")
    data = load(state.seed)
    job = Job.of(
        "cnn",
        data="digits16",
        seed=state.seed,
        channels=CHANNELS[1:],
        batch_norm=False,
        dropout=0.0,
        optimizer="sgd",
        lr=state["lr"],
        schedule="constant",
        weight_decay=0.0,
        steps=STEPS,
    )
    with seeded(state.seed):
        trainer = Trainer(job, data)
    model, losses, told = trainer.model, [], 0.0
    with torch.no_grad():
        for name in ("conv1", "conv2"):
            getattr(model, name).bias.fill_(state["bias"])
    before = _kernels(model)
    for step in trainer.steps():
        losses.append(step.values["loss/train"])
        if time.monotonic() - told > 0.1:
            told = time.monotonic()
            progress(0.95 * trainer.progress, f"step {step.number}", loss=losses[-1])
    model.eval()
    progress(0.96, "looking inside", loss=sum(losses[-10:]) / len(losses[-10:]))
    images, truths = torch.from_numpy(data.test.x), data.test.y
    with torch.no_grad():
        maps, _ = _through(model, images[:SAMPLES])
        logits = model(images)
        every, _ = _through(model, torch.from_numpy(data.train.x))
    zeroed = {name: (every[name] <= 0).double().mean((0, 2, 3)).numpy() for name in ("act1", "act2")}
    progress(1.0, "done")
    return Small(
        losses=torch.tensor(losses, dtype=torch.float64).numpy(),
        before=before,
        after=_kernels(model),
        images=images[:SAMPLES].numpy(),
        labels=truths[:SAMPLES],
        maps={name: value.numpy() for name, value in maps.items()},
        logits=logits.double().numpy(),
        truths=truths,
        zeroed=zeroed,
        parameters={name: sum(p.numel() for p in layer.parameters()) for name, layer in model.named_children()},
        model=model,
    )


def _kernels(model: nn.Module) -> dict[str, Any]:
    return {name: getattr(model, name).weight.detach().numpy().copy() for name in ("conv1", "conv2")}


def _through(model: nn.Module, x: Tensor) -> tuple[dict[str, Tensor], Tensor]:
    """The output of every layer by name, and the last one."""
    seen: dict[str, Tensor] = {}
    for name, layer in model.named_children():
        x = layer(x)
        if x.dim() == 4:
            seen[name] = x
    return seen, x
