"""What a VAE takes its latent numbers to be before it sees an image, and after.

Shapes: b batch, d latent numbers, k classes (1 where they are not told), m components.
"""

from dataclasses import dataclass
from math import log, pi

import torch
from torch import Tensor, nn

LOG_2PI = log(2 * pi)


@dataclass(frozen=True)
class Posterior:
    """q(z|x) = N(mean, diag(exp(log_variance))), both (b, d)."""

    mean: Tensor
    log_variance: Tensor

    def sample(self, eps_bd: Tensor) -> Tensor:
        """z = mu + sigma eps: a sample through which gradients flow, if eps is standard normal."""
        return self.mean + (self.log_variance / 2).exp() * eps_bd

    def log_prob(self, z_bd: Tensor) -> Tensor:
        """log q(z_d|x) of each number: (b, d)."""
        scaled = (z_bd - self.mean).square() / self.log_variance.exp()
        return -(scaled + self.log_variance + LOG_2PI) / 2


class StandardNormal(nn.Module):
    """p(z) = N(0, I)."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.d = d

    def kl(self, posterior: Posterior, z_bd: Tensor, labels_b: Tensor | None = None) -> Tensor:
        """KL(q(z|x) ‖ p(z)) (b,), in closed form (Kingma & Welling, 2013, arXiv 1312.6114, appendix B)."""
        return self.kl_by_number(posterior, z_bd, labels_b).sum(1)

    def kl_by_number(self, posterior: Posterior, z_bd: Tensor, labels_b: Tensor | None = None) -> Tensor:
        """The same for each latent number: (b, d)."""
        mean, log_variance = posterior.mean, posterior.log_variance
        return (mean.square() + log_variance.exp() - 1 - log_variance) / 2

    def place(self, eps_bd: Tensor, labels_b: Tensor | None, generator: torch.Generator) -> Tensor:
        """Samples (b, d) of the prior from standard normal noise."""
        return eps_bd


class Mixture(nn.Module):
    """p(z|y) = mean of m Gaussians with learned centres and widths, for each class y its own.

    It learns where the posteriors lie, as VampPrior does (Tomczak & Welling, 2017, arXiv 1705.07120).
    """

    def __init__(self, d: int, components: int, classes: int) -> None:
        super().__init__()
        self.d = d
        self.mean = nn.Parameter(0.7 * torch.randn(max(classes, 1), components, d))
        self.log_sigma = nn.Parameter(torch.full((max(classes, 1), components, d), -0.3))

    def kl(self, posterior: Posterior, z_bd: Tensor, labels_b: Tensor | None = None) -> Tensor:
        """log q(z|x) - log p(z|y) (b,), whose mean over z ~ q is KL(q ‖ p); a mixture has no closed form."""
        return posterior.log_prob(z_bd).sum(1) - self.log_prob(z_bd, labels_b)

    def log_prob(self, z_bd: Tensor, labels_b: Tensor | None) -> Tensor:
        """log p(z|y): (b,)."""
        return self._each(z_bd, labels_b).sum(2).logsumexp(1) - log(self.mean.shape[1])

    def kl_by_number(self, posterior: Posterior, z_bd: Tensor, labels_b: Tensor | None = None) -> Tensor:
        """The same for each latent number by itself: (b, d); the sum is not the whole, as a mixture ties them."""
        marginal = self._each(z_bd, labels_b).logsumexp(1) - log(self.mean.shape[1])
        return posterior.log_prob(z_bd) - marginal

    def place(self, eps_bd: Tensor, labels_b: Tensor | None, generator: torch.Generator) -> Tensor:
        """Samples (b, d) of the prior from standard normal noise; the generator chooses the components."""
        drawn = torch.randint(self.mean.shape[1], (len(eps_bd),), generator=generator).to(eps_bd.device)
        row = torch.zeros_like(drawn) if labels_b is None else labels_b
        return self.mean[row, drawn] + self.log_sigma[row, drawn].exp() * eps_bd

    def _each(self, z_bd: Tensor, labels_b: Tensor | None) -> Tensor:
        """log N(z_d) of each number under each component: (b, m, d)."""
        row = torch.zeros(len(z_bd), dtype=torch.long, device=z_bd.device) if labels_b is None else labels_b
        mean, log_sigma = self.mean[row], self.log_sigma[row]
        return -((z_bd[:, None] - mean).square() / (2 * log_sigma).exp() + LOG_2PI) / 2 - log_sigma
