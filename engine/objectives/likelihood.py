"""Exact likelihood of a Bayesian network that learns by counting.

Shapes: n images, k classes, p pixels.
"""

from collections.abc import Iterator
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..data.dataset import Dataset
from ..models.bayesnet import Bayesnet
from ..quality.images import ImageQuality
from ..recipes.bayesnet import BayesnetOptions
from ..runs.run import Record
from ..text import sanitize
from .batches import Shuffle
from .objective import Objective, Tell, silent

SAMPLES = 1000
"""Images that the test draws."""
CHUNK = 512
TREES = 10
"""Trees that are kept, at most."""


class Likelihood(Objective):
    """Each step counts a mini-batch, every image once; each validation learns structure and tables anew."""

    CURVES = ("loss/train", "loss/val", "accuracy/val")
    options: BayesnetOptions
    data: Dataset
    model: Bayesnet

    def __init__(
        self,
        model: nn.Module,
        data: Dataset,
        options: BayesnetOptions,
        seed: int,
        device: torch.device,
        tell: Tell = silent,
    ) -> None:
        super().__init__(model, data, options, seed, device, tell)
        self._splits = {name: self._tensors(name) for name in ("train", "val", "test")}
        self._shuffle = Shuffle(len(data.train), seed, device)
        self._stale = False

    @classmethod
    def build(cls, module: type[nn.Module], options: BayesnetOptions, data: Dataset) -> nn.Module:
        """`module(options, shape, classes)`."""
        return module(options, data.shape, len(data.classes))

    @classmethod
    def specimen(cls, options: BayesnetOptions, data: Dataset) -> tuple[Tensor, ...]:
        """One black image."""
        return (torch.zeros(1, *data.shape),)

    @torch.no_grad()
    def step(self, number: int, progress: float) -> dict[str, float]:
        """Count one mini-batch; `loss/train` is minus its mean log p(x), by the tables learned before it was seen.

        Once every training image is counted, nothing more is.
        """
        x, y = self._splits["train"]
        index = self._shuffle.batch(number, self.options.batch)
        start = number * self.options.batch
        new = index[: max(0, len(x) - start)]  # the first epoch, and no image of the second
        loss = -float(self.model(x[index]).logsumexp(1).mean())
        if len(new):
            self.model.count(x[new], y[new])
            self._stale = True
        return {"loss/train": loss, "images_counted": float(min(len(x), start + len(index)))}

    def validate(self) -> dict[str, float]:
        """Learn from the counts so far; minus the mean log p(x), and the accuracy of Bayes' rule if it applies."""
        self._learn()
        outcome = self.outcome("val")
        accuracy = {"accuracy/val": outcome["accuracy"]} if self.model.told else {}
        return {"loss/val": -outcome["log_likelihood"]} | accuracy

    @torch.no_grad()
    def outcome(self, split: str) -> dict[str, float]:
        """Mean log p(x) of a split in nats, and the share whose class has the largest p(y | x)."""
        x, y = self._splits[split]
        joint_nk = torch.cat([self.model(part) for part in torch.split(x, CHUNK)])
        accuracy = (joint_nk.argmax(1) == y).double().mean()
        return {"log_likelihood": float(joint_nk.logsumexp(1).mean()), "accuracy": float(accuracy)}

    @torch.no_grad()
    def test(self) -> dict[str, float]:
        """log p(x) of the black-and-white test images in nats, accuracy, and the quality of 1000 samples.

        Samples have the `frechet_floor_binarised` to be judged by.
        """
        self._learn()
        outcome = self.outcome("test")
        self.tell(f"sampling {SAMPLES} images", 0.3)
        began = perf_counter()
        samples, labels = self.sample(SAMPLES)
        seconds = perf_counter() - began
        self.tell("measuring the samples", 0.6)
        quality = ImageQuality(self.data, binarised=True).measure(samples, labels if self.model.told else None)
        metrics = {"test_log_likelihood": outcome["log_likelihood"]}
        if self.model.told:
            metrics["test_accuracy"] = outcome["accuracy"]
        return metrics | quality | {"sample_seconds": seconds, "samples": float(SAMPLES)}

    def sample(self, count: int) -> tuple[Tensor, Tensor]:
        """Images (count, c, h, w), of each class in turn, always the same for the same tables; and the classes."""
        labels = (torch.arange(count) % len(self.data.classes)).to(self.device)
        return self.model.sample(labels, torch.Generator().manual_seed(self.seed)), labels

    def inputs(self, split: str, index: int, count: int = 1) -> tuple[Tensor, ...]:
        """Images, grey as they are."""
        x = self._splits[split][0]
        return (x[(torch.arange(index, index + count) % len(x)).to(self.device)],)

    @torch.no_grad()
    def records(self) -> Iterator[Record]:
        """Samples, and each tree: the parent of every pixel, what the two share in nats, how often it is white."""
        images, labels = self.sample(50)
        arrays = {
            "images": images.to(torch.float16).cpu().numpy(),
            "labels": labels.cpu().numpy() if self.model.told else np.full(len(labels), -1),
            "rows": np.array(len(self.data.classes) if len(self.data.classes) <= 20 else 10),
        }
        yield Record(tag="samples", kind="images", step=0, arrays=arrays)
        marginals = self.model.marginals().cpu().numpy().astype(np.float32)
        for tree, name in enumerate(self.data.classes[:TREES] if self.model.told else ("",)):
            arrays = {
                "parents": self.model.parents[tree].cpu().numpy(),
                "information": self.model.information[tree].cpu().numpy().astype(np.float32),
                "marginals": marginals[tree : tree + 1],
                "shape": np.array(self.data.shape),
            }
            told = {"tag": f"tree/{tree}", "labels": {"class": sanitize(name)}} if self.model.told else {"tag": "tree"}
            yield Record(kind="tree", step=0, arrays=arrays, **told)

    @property
    def parameters(self) -> int:
        """Probabilities that can be chosen freely."""
        return self.model.free_parameters

    def state_dict(self) -> dict[str, Any]:
        """As everywhere, and whether something was counted that is not learned yet."""
        return super().state_dict() | {"stale": self._stale}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue exactly where `state_dict` was taken."""
        super().load_state_dict(state)
        self._stale = state["stale"]

    def _learn(self) -> None:
        if self._stale:
            self.model.learn()
            self._stale = False

    def _tensors(self, split: str) -> tuple[Tensor, Tensor]:
        part = self.data.split(split)
        return torch.from_numpy(part.x).to(self.device), torch.from_numpy(part.y).to(self.device)
