"""Naive Bayes: within a class all features are independent. Fitted by counting, not by gradients.

Shapes: b batch, f features, k classes.
"""

from math import pi, prod

import torch
from torch import Tensor, nn

from ..recipes.linear import NaiveBayesOptions


class Likelihood(nn.Module):
    """log p(x | class), a sum over features (that is what is naive), from the mean of each feature in each class."""

    count: Tensor
    mean: Tensor
    per_feature: int

    def __init__(self, options: NaiveBayesOptions, classes: int, features: int) -> None:
        super().__init__()
        self.options = options
        self.register_buffer("count", torch.zeros(classes, 1, dtype=torch.float64))
        self.register_buffer("mean", torch.zeros(classes, features, dtype=torch.float64))

    def add(self, x_bf: Tensor, member_kb: Tensor) -> Tensor:
        """Count a mini-batch; `member_kb` is 1 where example b is of class k. Returns how many are new, (k, 1)."""
        new = member_kb.sum(1, keepdim=True)
        self.count += new
        self.mean += (member_kb @ x_bf - new * self.mean) / self.count.clamp(min=1)
        return new

    def multiply_adds(self, x_bf: Tensor) -> int:
        """Products of one example: as many a feature and class as there are fitted numbers."""
        return self.per_feature * self.mean.numel()


class Gaussian(Likelihood):
    """Every feature of a class is normal; also keeps the sum of squared deviations from the mean, `scatter`."""

    scatter: Tensor
    per_feature = 2

    def __init__(self, options: NaiveBayesOptions, classes: int, features: int) -> None:
        super().__init__(options, classes, features)
        self.register_buffer("scatter", torch.zeros(classes, features, dtype=torch.float64))

    def add(self, x_bf: Tensor, member_kb: Tensor) -> Tensor:
        """As of two samples' pooled variance (Chan, Golub & LeVeque, 1979): no order of mini-batches matters."""
        before, old = self.mean.clone(), self.count.clone()
        new = super().add(x_bf, member_kb)
        middle = x_bf.mean(0)  # else squares of far-off features would drown their spread
        z_bf, mean = x_bf - middle, member_kb @ (x_bf - middle) / new.clamp(min=1)
        within = (member_kb @ z_bf.square() - new * mean.square()).clamp(min=0)
        self.scatter += within + (mean + middle - before).square() * old * new / self.count.clamp(min=1)
        return new

    def forward(self, x_bf: Tensor) -> Tensor:
        """(b, k) in nats."""
        mean, variance = self.moments()
        middle = mean.mean(0)
        z_bf, mean, precision = x_bf - middle, mean - middle, 1 / variance
        distance = z_bf.square() @ precision.T - 2 * z_bf @ (mean * precision).T + (mean.square() * precision).sum(1)
        return -0.5 * (distance + (2 * pi * variance).log().sum(1))

    def moments(self) -> tuple[Tensor, Tensor]:
        """Mean and smoothed variance (k, f) of each class; a class that was not met yet looks like all together."""
        total = self.count.sum().clamp(min=1)
        mean = (self.count * self.mean).sum(0) / total
        variance = (self.scatter + self.count * (self.mean - mean).square()).sum(0) / total
        largest = variance.max()
        added = self.options.smoothing * torch.where(largest > 0, largest, 1.0)
        met = self.count > 0
        own = self.scatter / self.count.clamp(min=1)
        return torch.where(met, self.mean, mean), torch.where(met, own, variance) + added


class Bernoulli(Likelihood):
    """Every feature of a class is on with a probability of its own."""

    per_feature = 1

    def forward(self, x_bf: Tensor) -> Tensor:
        """(b, k) in nats, for features that are 0 or 1."""
        on = (self.mean * self.count + self.options.pseudo) / (self.count + 2 * self.options.pseudo)
        off = 1 - on
        return x_bf @ (on / off).log().T + off.log().sum(1)


class NaiveBayes(nn.Module):
    """log p(x, class): softmax of it is p(class | x), logsumexp is log p(x).

    Args:
        options: the distribution of a feature and its smoothing.
        shape: of one input; it is flattened.
        classes: k.
    """

    def __init__(self, options: NaiveBayesOptions, shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        kinds: dict[str, type[Likelihood]] = {"gaussian": Gaussian, "bernoulli": Bernoulli}
        self.flatten = nn.Flatten()
        self.likelihood = kinds[options.kind](options, classes, prod(shape))

    def forward(self, x: Tensor) -> Tensor:
        """(b, k) in nats."""
        joint: Tensor = self.likelihood(self.features(x)) + self.log_prior()
        return joint.float()

    @torch.no_grad()
    def add(self, x: Tensor, y_b: Tensor) -> None:
        """Count a mini-batch."""
        classes = torch.arange(len(self.likelihood.count), device=y_b.device)
        self.likelihood.add(self.features(x), (classes[:, None] == y_b).double())

    def features(self, x: Tensor) -> Tensor:
        """(b, f) in double precision; 0 or 1 where they are taken to be on or off."""
        options = self.likelihood.options
        x_bf: Tensor = self.flatten(x).double()
        return (x_bf > options.threshold).double() if options.kind == "bernoulli" else x_bf

    def log_prior(self) -> Tensor:
        """log p(class), (k,)."""
        count = self.likelihood.count[:, 0] + self.likelihood.options.pseudo
        return (count / count.sum()).log()

    @property
    def free(self) -> int:
        """Numbers that are fitted: the distribution of each feature in each class, and of the classes."""
        k, f = self.likelihood.mean.shape
        return k * f * self.likelihood.per_feature + k - 1
