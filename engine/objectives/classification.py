"""Classification: cross-entropy, accuracy, calibration, confusion.

Knows nothing of threads, files or screens. Shapes: b batch, c channels, h rows, w columns, k classes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from ..data.dataset import Dataset, Split
from ..probes.features import features
from ..probes.traces import traces
from ..recipes.budget import BudgetOptions
from ..recipes.training import ClassificationOptions, ImageOptions, TrainingOptions
from ..runs.run import Record
from ..training.descent import Descent
from .batches import Shuffle
from .calibration import calibration_error
from .objective import Objective, Tell, silent

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


class Classification(Objective):
    """Cross-entropy on the classes of images, features or token sequences; descends if the options train."""

    options: ClassificationOptions
    data: Dataset

    def __init__(
        self,
        model: nn.Module,
        data: Dataset,
        options: BudgetOptions,
        seed: int,
        device: torch.device,
        tell: Tell = silent,
    ) -> None:
        super().__init__(model, data, options, seed, device, tell)
        if isinstance(options, TrainingOptions):
            self.descents["model"] = Descent(model, options)
        self._splits = {name: _tensors(data.split(name), device) for name in ("train", "val", "test")}
        self._shuffle = Shuffle(len(data.train), seed, device)

    @classmethod
    def build(cls, module: type[nn.Module], options: Any, data: Dataset) -> nn.Module:
        """`module(options, shape, classes)`, for sequences with `tokens=` how many there are."""
        if data.kind == "sequences":
            return module(options, data.shape, len(data.classes), tokens=len(data.tokens))
        return module(options, data.shape, len(data.classes))

    @classmethod
    def specimen(cls, options: Any, data: Dataset) -> tuple[Tensor, ...]:
        """One input of zeros."""
        dtype = torch.long if data.kind == "sequences" else torch.float32
        return (torch.zeros(1, *data.shape, dtype=dtype),)

    def step(self, number: int, progress: float) -> dict[str, float]:
        """One mini-batch: loss and accuracy before the update, gradient norm, learning rate."""
        self.model.train()
        loss, accuracy = self.loss(self.batch(number))
        norm, lr = self.descents["model"].step(loss, self.options, progress)
        measured = torch.stack((loss.detach(), accuracy, norm)).tolist()  # one wait for the device
        return {"loss/train": measured[0], "accuracy/train": measured[1], "grad_norm": measured[2], "lr": lr}

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """Inputs and labels of mini-batch number `step` (from 0)."""
        x, y = self._splits["train"]
        index = self._shuffle.batch(step, self.options.batch)
        x_b, y_b = x[index], y[index]
        if isinstance(self.options, ImageOptions) and self.options.augment and x_b.dim() == 4:
            generator = torch.Generator().manual_seed(self.seed * 1_000_003 + step)
            x_b = random_shift(x_b, self.options.augment, generator)
        return x_b, y_b

    def loss(self, batch: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """Mean cross-entropy of a batch (scalar, with gradient), and its accuracy (scalar)."""
        x, y = batch
        logits = self.model(x)
        loss = F.cross_entropy(logits, y, label_smoothing=self.options.label_smoothing)
        return loss, (logits.detach().argmax(1) == y).float().mean()

    @torch.no_grad()
    def outcome(self, split: str, shift: tuple[int, int] = (0, 0)) -> Outcome:
        """The answers on a split, its images moved by (rows, columns) if asked; the mode is restored."""
        x, y = self._splits[split]
        if shift != (0, 0):
            x = move(x, *shift)
        was_training = self.model.training
        self.model.eval()
        try:
            logits = torch.cat([self.model(part) for part in torch.split(x, CHUNK)])
        finally:
            self.model.train(was_training)
        probabilities = logits.softmax(1).cpu().numpy()
        return Outcome(probabilities, y.cpu().numpy(), F.cross_entropy(logits, y).item())

    def validate(self) -> dict[str, float]:
        """Loss and accuracy on the validation split."""
        outcome = self.outcome("val")
        return {"loss/val": outcome.loss, "accuracy/val": outcome.accuracy}

    def test(self) -> dict[str, float]:
        """Accuracy, loss and calibration on the test split."""
        outcome = self.outcome("test")
        metrics = {
            "test_accuracy": outcome.accuracy,
            "test_loss": outcome.loss,
            "test_ece": calibration_error(outcome.probabilities, outcome.labels),
        }
        if isinstance(self.options, ImageOptions) and len(self.data.shape) == 3:
            for k in range(1, self.options.test_shift + 1):
                moved = [self.outcome("test", (k * dy, k * dx)).accuracy for dy, dx in SHIFTS]
                metrics[f"test_accuracy_shift{k}"] = sum(moved) / len(moved)
        return metrics

    def inputs(self, split: str, index: int, count: int = 1) -> tuple[Tensor, ...]:
        """The inputs of `count` examples."""
        x = self._splits[split][0]
        return (x[(torch.arange(index, index + count) % len(x)).to(x.device)],)

    def records(self) -> Iterator[Record]:
        """The answers on the validation split, and what the layers make of the first test example."""
        yield self._answers("val")
        if self.data.kind == "images":
            yield features(self.model, self.inputs("test", 0))
        yield from self._traces()

    def final_records(self) -> Iterator[Record]:
        """The answers on the test split; of a sequence what its layers remembered."""
        yield self._answers("test")
        yield from self._traces()

    def _traces(self) -> Iterator[Record]:
        if self.data.kind == "sequences":
            yield from traces(self.model, self.inputs("test", 0), self.data.tokens)

    def _answers(self, split: str) -> Record:
        outcome = self.outcome(split)
        arrays: dict[str, Any] = {
            "confusion": outcome.confusion(),
            "probabilities": outcome.probabilities,
            "labels": outcome.labels,
        }
        return Record(tag=f"predictions/{split}", kind="predictions", step=0, arrays=arrays)


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
