"""The variational autoencoder (Kingma & Welling, 2013, arXiv 1312.6114), conditional (Sohn et al., 2015) or not.

Shapes: b batch, c channels, h rows, w columns, d latent numbers, k classes.
"""

import math
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..options import OptionError
from ..recipes.vae import VaeOptions
from .layers import ACTIVATIONS
from .priors import LOG_2PI, Mixture, Posterior, StandardNormal

START_SIGMA = 0.25
LEAST_SIGMA = 0.02


class Vae(nn.Module):
    """encoder: x → q(z|x); decoder: z → the mean of p(x|z); prior: p(z). All are told the class, if `classes` > 0.

    Raises:
        OptionError: the data are no images.
    """

    def __init__(self, options: VaeOptions, shape: tuple[int, ...], classes: int) -> None:
        if len(shape) != 3:
            raise OptionError(f"vae needs images, but one example of this data has {shape[0]} features")
        super().__init__()
        self.classes, self.bernoulli = classes, options.likelihood == "bernoulli"
        d, act = options.latent, ACTIVATIONS[options.activation]
        self.encoder = dense((math.prod(shape) + classes, *options.hidden, 2 * d), act)
        if options.decoder == "conv":
            self.decoder = convolutional(d + classes, shape, options.channels, act)
        else:
            self.decoder = dense((d + classes, *reversed(options.hidden), math.prod(shape)), act)
            self.decoder.append(nn.Unflatten(1, shape))
        self.decoder.append(nn.Sigmoid())
        self.prior = StandardNormal(d) if options.prior == "standard" else Mixture(d, options.components, classes)
        self.log_sigma = nn.Parameter(torch.tensor(math.log(START_SIGMA)), requires_grad=not self.bernoulli)

    def forward(self, x_bchw: Tensor, labels_b: Tensor | None = None) -> Tensor:
        """The reconstruction (b, c, h, w): the decoder's mean at the posterior's mean."""
        return self.decode(self.encode(x_bchw, labels_b).mean, labels_b)

    def encode(self, x_bchw: Tensor, labels_b: Tensor | None = None) -> Posterior:
        """q(z|x, y)."""
        mean, log_variance = self.encoder(self._told(x_bchw.flatten(1), labels_b)).chunk(2, 1)
        return Posterior(mean, log_variance)

    def decode(self, z_bd: Tensor, labels_b: Tensor | None = None) -> Tensor:
        """Mean of p(x|z, y): (b, c, h, w) in 0..1."""
        return self.decoder(self._told(z_bd, labels_b))  # type: ignore[no-any-return]

    @property
    def sigma(self) -> Tensor:
        """Standard deviation of every pixel around its mean; scalar."""
        return self.log_sigma.exp().clamp(min=LEAST_SIGMA)

    def log_likelihood(self, x_bchw: Tensor, mean_bchw: Tensor) -> Tensor:
        """log p(x|z) (b,) in nats: a density for gaussian; for bernoulli grey pixels count as shares of white."""
        if self.bernoulli:
            return -F.binary_cross_entropy(mean_bchw, x_bchw, reduction="none").flatten(1).sum(1)
        scaled = ((x_bchw - mean_bchw) / self.sigma).square()
        return -(scaled + 2 * self.sigma.log() + LOG_2PI).flatten(1).sum(1) / 2

    def elbo(self, x_bchw: Tensor, labels_b: Tensor | None, eps_bd: Tensor) -> tuple[Tensor, Tensor]:
        """log p(x|z) at z = mu + sigma eps, and the KL term, both (b,); their difference is the bound, in nats."""
        posterior = self.encode(x_bchw, labels_b)
        z_bd = posterior.sample(eps_bd)
        return self.log_likelihood(x_bchw, self.decode(z_bd, labels_b)), self.prior.kl(posterior, z_bd, labels_b)

    def sample(self, count: int, labels_b: Tensor | None, generator: torch.Generator) -> Tensor:
        """Means (count, c, h, w) of images whose latent numbers come from the prior; `generator` is on the CPU."""
        eps_bd = torch.randn(count, self.prior.d, generator=generator).to(self.log_sigma.device)
        return self.decode(self.prior.place(eps_bd, labels_b, generator), labels_b)

    def _told(self, values: Tensor, labels_b: Tensor | None) -> Tensor:
        """`values` (b, n) beside the class as one-hot numbers: (b, n + k)."""
        if not self.classes:
            return values
        assert labels_b is not None
        return torch.cat((values, F.one_hot(labels_b, self.classes).to(values.dtype)), 1)


def dense(widths: tuple[int, ...], act: type[nn.Module]) -> nn.Sequential:
    """Linear layers with non-linearities between them."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [nn.Linear(inputs, outputs), act()]
    return nn.Sequential(*layers[:-1])


def convolutional(inputs: int, shape: tuple[int, ...], channels: int, act: type[nn.Module]) -> nn.Sequential:
    """Dense layers to maps of half the size, and convolutions that draw the image on twice that."""
    c, h, w = shape
    half = (2 * channels, -(-h // 2), -(-w // 2))
    return nn.Sequential(
        *dense((inputs, 128, math.prod(half)), act), act(),
        nn.Unflatten(1, half), nn.Conv2d(2 * channels, 2 * channels, 3, padding=1), act(),
        nn.Upsample((h, w)), nn.Conv2d(2 * channels, channels, 3, padding=1), act(),
        nn.Conv2d(channels, c, 3, padding=1),
    )  # fmt: skip
