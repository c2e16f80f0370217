"""Training the evaluator of generated digits anew: its accuracy on digits it has not seen, and the floors it gives.

`python -m benchmarks.evaluator FILE.npz` writes the weights; the shipped ones were made so.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from dlviz.engine.data import digits
from dlviz.engine.data.dataset import stratified
from dlviz.engine.objectives.batches import Shuffle
from dlviz.engine.quality.evaluator import Evaluator
from dlviz.engine.quality.images import ImageQuality

from .report import Figure, figure

STEPS, BATCH, RATE, FOLDS = 1200, 64, 5e-3, 5


def measure() -> list[Figure]:
    """Held-out accuracy over five folds, and the floors of the shipped weights for three seeds."""
    torch.set_num_threads(1)
    x, y = all_digits()
    right = [hits(train(x[rest], y[rest]), x[fold], y[fold]) for fold, rest in folds(y)]
    figures = [figure("accuracy on digits not seen, 5 folds", "", float(torch.cat(right).float().mean()))]
    for seed in range(3):
        quality = ImageQuality(digits.load(seed), binarised=True)
        for name, value in quality.floors.items():
            figures.append(figure(f"{name}, seed {seed}", "", value))
    return figures


def all_digits() -> tuple[Tensor, Tensor]:
    """Every digit there is, in the order of seed 0: images (1797, 1, 8, 8) and labels (1797,)."""
    data = digits.load(0)
    splits = (data.train, data.val, data.test)
    x, y = np.concatenate([split.x for split in splits]), np.concatenate([split.y for split in splits])
    return torch.from_numpy(x), torch.from_numpy(y)


def folds(y: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Indices of each stratified fold and of the rest."""
    sizes = tuple(len(part) for part in np.array_split(np.arange(len(y)), FOLDS))
    parts = [torch.from_numpy(part) for part in stratified(y.numpy(), sizes, seed=0)]
    for k, fold in enumerate(parts):
        yield fold, torch.cat(parts[:k] + parts[k + 1 :])


def train(x: Tensor, y: Tensor) -> Evaluator:
    """The network after STEPS mini-batches, from a fixed seed, its features scaled to unit standard deviation."""
    torch.manual_seed(0)
    model = Evaluator()
    optimizer = torch.optim.AdamW(model.parameters(), RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, STEPS)
    shuffle = Shuffle(len(y), 0, torch.device("cpu"))
    for step in range(STEPS):
        index = shuffle.batch(step, BATCH)
        optimizer.zero_grad()
        F.cross_entropy(model.logits(model(x[index])), y[index]).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    model.eval()
    model.scale.fill_(model.judge(x)[0].std())
    return model


def hits(model: Evaluator, x: Tensor, y: Tensor) -> Tensor:
    """(n,) whether each image is named right."""
    return model.judge(x)[1] == y


def main() -> None:
    """Train on every digit and write the weights as float16."""
    torch.set_num_threads(1)
    weights = train(*all_digits()).state_dict()
    arrays = {name: (t.half() if t.is_floating_point() else t).numpy() for name, t in weights.items()}
    np.savez_compressed(Path(sys.argv[1]), **arrays)


if __name__ == "__main__":
    main()
