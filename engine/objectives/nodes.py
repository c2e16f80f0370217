"""Classifying the nodes of one graph from a few whose class is known. Shapes: n nodes, f features, k classes."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..data.graph import Graph
from ..models.gcn import Gcn, propagation
from ..recipes.gcn import GcnOptions
from ..runs.run import Record
from ..training.descent import Descent
from .calibration import calibration_error
from .classification import Outcome
from .objective import Objective, Tell, silent


class Nodes(Objective):
    """Cross-entropy on the known nodes of a graph; every step sees the whole graph."""

    model: Gcn
    options: GcnOptions
    data: Graph

    def __init__(
        self,
        model: nn.Module,
        data: Graph,
        options: GcnOptions,
        seed: int,
        device: torch.device,
        tell: Tell = silent,
    ) -> None:
        super().__init__(model, data, options, seed, device, tell)
        self.descents["model"] = Descent(model, options)
        edges = torch.from_numpy(data.edges).to(device)
        self._graph = torch.from_numpy(data.features).to(device), propagation(edges, len(data.labels))
        self._known = torch.from_numpy(np.flatnonzero(data.known)).to(device)
        self._labels = torch.from_numpy(data.labels).to(device)[self._known]

    @classmethod
    def build(cls, module: type[nn.Module], options: Any, data: Graph) -> nn.Module:
        """`module(options, shape, classes)`."""
        return module(options, data.shape, len(data.classes))

    @classmethod
    def specimen(cls, options: Any, data: Graph) -> tuple[Tensor, ...]:
        """A graph of as many nodes: each of them counts as one example."""
        n = len(data.labels)
        return torch.zeros(n, *data.shape), torch.eye(n)

    def step(self, number: int, progress: float) -> dict[str, float]:
        """The whole graph once: loss and accuracy on the known nodes before the update, gradient norm, rate."""
        self.model.train()
        logits = self.model(*self._graph)[self._known]
        loss = F.cross_entropy(logits, self._labels, label_smoothing=self.options.label_smoothing)
        norm, lr = self.descents["model"].step(loss, self.options, progress)
        accuracy = (logits.detach().argmax(1) == self._labels).float().mean()
        measured = torch.stack((loss.detach(), accuracy, norm)).tolist()  # one wait for the device
        return {"loss/train": measured[0], "accuracy/train": measured[1], "grad_norm": measured[2], "lr": lr}

    def outcome(self, split: str) -> Outcome:
        """The answers on the nodes of a split."""
        rows = self.data.split(split)
        logits = self._rounds()[-1][torch.from_numpy(rows)]
        labels = self.data.labels[rows]
        loss = F.cross_entropy(logits, torch.from_numpy(labels)).item()
        return Outcome(logits.softmax(1).numpy(), labels, loss)

    def validate(self) -> dict[str, float]:
        """Loss and accuracy on the held nodes; nothing where none are held."""
        if not self.data.held.any():
            return {}
        outcome = self.outcome("val")
        return {"loss/val": outcome.loss, "accuracy/val": outcome.accuracy}

    def test(self) -> dict[str, float]:
        """Accuracy, loss and calibration on the nodes that are neither known nor held."""
        outcome = self.outcome("test")
        return {
            "test_accuracy": outcome.accuracy,
            "test_loss": outcome.loss,
            "test_ece": calibration_error(outcome.probabilities, outcome.labels),
        }

    def inputs(self, split: str, index: int, count: int = 1) -> tuple[Tensor, ...]:
        """The whole graph, with the asked nodes first: the others are needed to tell anything of them."""
        asked = np.flatnonzero(self.data.split(split))
        everyone = np.arange(len(self.data.labels))
        first = np.resize(np.roll(asked if len(asked) else everyone, -index), count)
        order = torch.from_numpy(np.array(list(dict.fromkeys((*first, *everyone))))).to(self.device)
        x, a = self._graph
        return x[order], a[order][:, order]

    def records(self) -> Iterator[Record]:
        """The graph, what is predicted, and what every node holds after each round, NaN where it is less wide."""
        data, rounds = self.data, self._rounds()
        hidden = np.full((len(rounds), len(data.labels), max(x.shape[1] for x in rounds)), np.nan, np.float32)
        for k, x in enumerate(rounds):
            hidden[k, :, : x.shape[1]] = x.numpy()
        arrays: dict[str, Any] = {
            "edges": data.edges,
            "labels": data.labels,
            "predicted": rounds[-1].argmax(1).numpy(),
            "probabilities": rounds[-1].softmax(1).numpy(),
            "known": data.known,
            "held": data.held,
            "hidden": hidden,
            "classes": np.array(data.classes),
            "nodes": np.array(data.nodes),
        }
        yield Record(tag="graph", kind="graph", step=0, arrays=arrays)

    @torch.no_grad()
    def _rounds(self) -> list[Tensor]:
        """`Gcn.rounds` of the graph without dropout, on the CPU; the mode is restored."""
        was_training = self.model.training
        self.model.eval()
        try:
            return [x.cpu() for x in self.model.rounds(*self._graph)]
        finally:
            self.model.train(was_training)
