"""Two equal networks on few digits, one trained with dropout; then the first is asked with many masks.

The modules, the data and the steps are the lab's `mlp` on `digits`, with only a few training images.
"""

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import nn

from ...data.dataset import Dataset, Split
from ...data.digits import load
from ...training.job import Job
from ...training.trainer import Trainer
from ..kit.seeding import seeded
from ..kit.state import State
from ..kit.training import Progress

IMAGES = 300
STEPS = 500
EVERY = 10
"""Steps between two looks at the validation loss."""
MASKS = 60
KEEP = 0.5


@dataclass(frozen=True, kw_only=True, eq=False)
class Bench:
    """What both networks gave; likelihoods in nats an image."""

    steps: Any
    """[looks]."""
    validation: dict[str, Any]
    """Loss on the 180 validation images by step, of `with dropout` and `without`."""
    training: dict[str, Any]
    masked: Any
    """[masks, images, 10]: probabilities of the network with dropout on the test images, a mask each."""
    scaled: Any
    """[images, 10]: the same network once, without masks, its weights scaled."""
    plain: Any
    """[images, 10]: the network trained without dropout."""
    labels: Any
    inputs: Any
    model: nn.Module
    """The network with dropout, in eval mode."""
    parameters: dict[str, int]


def train(state: State, progress: Progress) -> Bench:
    """Train both with the same images and seed."""
    data = load(state.seed)
    few = Split(x=data.train.x[:IMAGES], y=data.train.y[:IMAGES])
    data = replace(data, train=few)
    curves: dict[str, Any] = {}
    trained: dict[str, Trainer] = {}
    for k, (name, share) in enumerate({"with dropout": 1 - KEEP, "without": 0.0}.items()):
        trained[name], curves[name] = _fit(data, state.seed, share, name, progress, 0.48 * k)
    with_dropout = trained["with dropout"]
    x = torch.from_numpy(data.test.x)
    masked = []
    with torch.no_grad(), seeded(state.seed):
        with_dropout.model.train()
        for k in range(MASKS):
            masked.append(with_dropout.model(x).softmax(1).numpy())
            progress(0.96 + 0.04 * k / MASKS, "asking with masks")
        scaled, plain = (trained[name].model.eval()(x).softmax(1).numpy() for name in curves)
    progress(1.0, "done")
    return Bench(
        steps=np.arange(1, STEPS // EVERY + 1) * EVERY,
        validation={name: np.array(pair[0]) for name, pair in curves.items()},
        training={name: np.array(pair[1]) for name, pair in curves.items()},
        masked=np.stack(masked),
        scaled=scaled,
        plain=plain,
        labels=data.test.y,
        inputs=data.test.x,
        model=with_dropout.model,
        parameters={name: one.parameters for name, one in trained.items()},
    )


def _fit(
    data: Dataset, seed: int, share: float, name: str, progress: Progress, begun: float
) -> tuple[Trainer, tuple[list[float], list[float]]]:
    """The trained network, and its validation and training loss at every look."""
    job = Job.of(
        "mlp",
        data="digits",
        seed=seed,
        hidden=(128, 128),
        batch_norm=False,
        dropout=share,
        steps=STEPS,
        weight_decay=0.0,
        schedule="constant",
        lr=2e-3,
        validate_every=EVERY,
    )
    validation, training, told = [], [], 0.0
    with seeded(seed):  # the masks are drawn from torch's global generator
        trainer = Trainer(job, data)
        for step in trainer.steps():
            if step.validated:
                validation.append(step.values["loss/val"])
                training.append(step.values["loss/train"])
            if time.monotonic() - told > 0.1:
                told = time.monotonic()
                shown = {f"{name}: validation loss": validation[-1]} if validation else {}
                progress(begun + 0.48 * trainer.progress, f"{name}: step {step.number}", **shown)
    progress(begun + 0.48, f"{name}: done", **{f"{name}: validation loss": validation[-1]})
    return trainer, (validation, training)
