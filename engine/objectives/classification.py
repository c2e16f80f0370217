"""Classification: cross-entropy, accuracy, calibration, confusion.

Knows nothing of threads, files or screens. Shapes: b batch, c channels, h rows, w columns, k classes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from ..data.dataset import Dataset, Split
from ..recipes.training import ClassifierOptions
from .calibration import calibration_error

SHIFTS = ((0, 1), (0, -1), (1, 0), (-1, 0))
CHUNK = 512


@dataclass(frozen=True)
class Outcome:
    """What a model answered on a split: probabilities (count, k), mean loss and the true labels."""

    probabilities: NDArray[np.float32]
    labels: NDArray[np.int64]
    loss: float

    @property
    def accuracy(self) -> float:
        """Share of examples whose likeliest class is the true one."""
        return float((self.probabilities.argmax(1) == self.labels).mean())

    def confusion(self) -> NDArray[np.int64]:
        """Counts (k, k): rows true, columns predicted."""
        k = self.probabilities.shape[1]
        flat = self.labels * k + self.probabilities.argmax(1)
        return np.bincount(flat, minlength=k * k).reshape(k, k)


class Classification:
    """Draws mini-batches of a data set, scores them, and measures a model on a split."""

    def __init__(self, data: Dataset, seed: int, device: torch.device) -> None:
        self.data = data
        self.device = device
        self._seed = seed
        self._splits = {name: _tensors(data.split(name), device) for name in ("train", "val", "test")}
        self._orders: dict[int, Tensor] = {}

    def batch(self, step: int, options: ClassifierOptions) -> tuple[Tensor, Tensor]:
        """Mini-batch number `step` (from 0) of the endless shuffled stream; the same for the same seed.

        Every epoch is a permutation of its own, and batches run across epochs, so that all have one size.
        """
        x, y = self._splits["train"]
        n, size = len(y), options.batch
        start = step * size
        index = torch.cat(list(self._pieces(start, start + size, n)))
        x_b, y_b = x[index], y[index]
        if options.augment and x_b.dim() == 4:
            x_b = random_shift(x_b, options.augment, torch.Generator().manual_seed(self._seed * 1_000_003 + step))
        return x_b, y_b

    def loss(self, model: nn.Module, batch: tuple[Tensor, Tensor], options: ClassifierOptions) -> tuple[Tensor, Tensor]:
        """Mean cross-entropy of a batch (scalar, with gradient), and its accuracy (scalar)."""
        x, y = batch
        logits = model(x)
        loss = F.cross_entropy(logits, y, label_smoothing=options.label_smoothing)
        return loss, (logits.detach().argmax(1) == y).float().mean()

    @torch.no_grad()
    def outcome(self, model: nn.Module, split: str, shift: tuple[int, int] = (0, 0)) -> Outcome:
        """The answers on a split, its images moved by (rows, columns) if asked; the mode is restored."""
        x, y = self._splits[split]
        if shift != (0, 0):
            x = move(x, *shift)
        was_training = model.training
        model.eval()
        try:
            logits = torch.cat([model(part) for part in torch.split(x, CHUNK)])
        finally:
            model.train(was_training)
        probabilities = logits.softmax(1).cpu().numpy()
        return Outcome(probabilities, y.cpu().numpy(), F.cross_entropy(logits, y).item())

    def validate(self, model: nn.Module) -> dict[str, float]:
        """Loss and accuracy on the validation split, by series tag."""
        outcome = self.outcome(model, "val")
        return {"loss/val": outcome.loss, "accuracy/val": outcome.accuracy}

    def test(self, model: nn.Module, options: ClassifierOptions) -> dict[str, float]:
        """The metrics of the test split; to be called once, at the end."""
        outcome = self.outcome(model, "test")
        metrics = {
            "test_accuracy": outcome.accuracy,
            "test_loss": outcome.loss,
            "test_ece": calibration_error(outcome.probabilities, outcome.labels),
        }
        if len(self.data.shape) == 3:
            for k in range(1, options.test_shift + 1):
                moved = [self.outcome(model, "test", (k * dy, k * dx)).accuracy for dy, dx in SHIFTS]
                metrics[f"test_accuracy_shift{k}"] = sum(moved) / len(moved)
        return metrics

    def _pieces(self, start: int, end: int, n: int) -> Iterator[Tensor]:
        while start < end:
            epoch, offset = divmod(start, n)
            stop = min(n, offset + end - start)
            yield self._order(epoch, n)[offset:stop]
            start += stop - offset

    def _order(self, epoch: int, n: int) -> Tensor:
        if epoch not in self._orders:
            generator = torch.Generator().manual_seed(self._seed * 1_000_033 + epoch)
            self._orders = {k: v for k, v in self._orders.items() if k >= epoch - 1}
            self._orders[epoch] = torch.randperm(n, generator=generator).to(self.device)
        return self._orders[epoch]


def _tensors(split: Split, device: torch.device) -> tuple[Tensor, Tensor]:
    return torch.from_numpy(split.x).to(device), torch.from_numpy(split.y).to(device)


def move(x_bchw: Tensor, rows: int, columns: int) -> Tensor:
    """Images moved down by `rows` and right by `columns`; what enters is zero, what leaves is lost."""
    out = torch.zeros_like(x_bchw)
    h, w = x_bchw.shape[-2:]
    if abs(rows) < h and abs(columns) < w:
        to_r, to_c = slice(max(rows, 0), h + min(rows, 0)), slice(max(columns, 0), w + min(columns, 0))
        from_r, from_c = slice(max(-rows, 0), h - max(rows, 0)), slice(max(-columns, 0), w - max(columns, 0))
        out[..., to_r, to_c] = x_bchw[..., from_r, from_c]
    return out


def random_shift(x_bchw: Tensor, most: int, generator: torch.Generator) -> Tensor:
    """Each image moved by its own random shift of up to `most` pixels each way, zeros coming in."""
    b, _, h, w = x_bchw.shape
    padded = F.pad(x_bchw, (most, most, most, most))
    shift = torch.randint(0, 2 * most + 1, (2, b, 1), generator=generator).to(x_bchw.device)
    rows = torch.arange(h, device=x_bchw.device) + shift[0]
    columns = torch.arange(w, device=x_bchw.device) + shift[1]
    batch = torch.arange(b, device=x_bchw.device)[:, None, None]
    return padded.permute(0, 2, 3, 1)[batch, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
