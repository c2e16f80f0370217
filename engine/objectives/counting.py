"""Classification by counting: what naive Bayes has instead of gradient descent."""

import torch
import torch.nn.functional as F

from ..models.naive_bayes import NaiveBayes
from ..recipes.linear import NaiveBayesOptions
from .classification import CHUNK, Classification


class Counting(Classification):
    """One pass over the training examples, a mini-batch a step; measured as every classifier is."""

    model: NaiveBayes
    options: NaiveBayesOptions  # type: ignore[assignment]

    @torch.no_grad()
    def step(self, number: int, progress: float) -> dict[str, float]:
        """One mini-batch: loss and accuracy before it is counted, and how many examples are counted after.

        Once each example has been counted, nothing changes any more.
        """
        x, y = self.batch(number)
        logits = self.model(x)
        loss, accuracy = F.cross_entropy(logits, y), (logits.argmax(1) == y).float().mean()
        new = max(0, min(len(y), len(self.data.train) - number * len(y)))
        if new:
            self.model.add(x[:new], y[:new])
        measured = torch.stack((loss, accuracy)).tolist()
        counted = min((number + 1) * len(y), len(self.data.train))
        return {"loss/train": measured[0], "accuracy/train": measured[1], "examples": float(counted)}

    def test(self) -> dict[str, float]:
        """As of every classifier; of features that are on or off also the mean log-likelihood, in nats."""
        metrics = super().test()
        if self.options.kind == "bernoulli":
            metrics["test_log_likelihood"] = self.log_likelihood("test")
        return metrics

    @torch.no_grad()
    def log_likelihood(self, split: str) -> float:
        """Mean log p(x) of a split in nats: what a generative model knows beside the classes."""
        x, y = self._splits[split]
        total = sum(self.model(part).double().logsumexp(1).sum() for part in torch.split(x, CHUNK))
        return float(total) / len(y)

    def change(self, name: str, value: object) -> None:
        """The model smooths as the options say, from now on."""
        super().change(name, value)
        self.model.likelihood.options = self.options

    @property
    def parameters(self) -> int:
        """Number of free parameters: means, variances and class probabilities."""
        return self.model.free
