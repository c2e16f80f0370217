"""What discriminator and generator minimise against each other, and the penalties that keep D smooth.

Shapes: b batch. D gives one number an example, a logit where the loss has a sigmoid; real and fake are D's answers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import log

import torch
import torch.nn.functional as F
from torch import Tensor

Game = Callable[[Tensor, Tensor], Tensor]
"""A mean loss (scalar) of D's answers to real and to generated examples, (b,) each."""


@dataclass(frozen=True)
class Adversarial:
    """A pair of losses and their equilibrium, where generated and real data agree and D answers 0 to both.

    `equilibrium` holds the values of D's and of G's loss there; None where D is free up to a constant, which G's
    loss shows; `lines` says how they are written. `logits` tells whether sigmoid(D) is a probability, and `paired`
    whether G's loss needs real examples. `border`: D's answer at which it cannot tell; None where only differences of
    answers mean something.
    """

    discriminator: Game
    generator: Game
    equilibrium: tuple[float, float | None]
    lines: tuple[str, str]
    logits: bool = True
    paired: bool = False
    border: float | None = None


def cross_entropy(real: Tensor, fake: Tensor) -> Tensor:
    """-log D(x) - log(1 - D(G(z))): D is asked which is which (Goodfellow et al., 2014, arXiv 1406.2661)."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def saturating(real: Tensor, fake: Tensor) -> Tensor:
    """log(1 - D(G(z))): the other side of D's own loss, flat where D is sure."""
    return -F.softplus(fake).mean()


def non_saturating(real: Tensor, fake: Tensor) -> Tensor:
    """-log D(G(z)): the same fixed point, steep where D is sure."""
    return F.softplus(-fake).mean()


def hinge_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """max(0, 1 - D(x)) + max(0, 1 + D(G(z))) (Lim & Ye, 2017, arXiv 1705.02894)."""
    return F.relu(1 - real).mean() + F.relu(1 + fake).mean()


def negative(real: Tensor, fake: Tensor) -> Tensor:
    """-D(G(z))."""
    return -fake.mean()


def relativistic(real: Tensor, fake: Tensor) -> Tensor:
    """-log sigmoid(D(x) - D(G(z))), over pairs (Jolicoeur-Martineau, 2018, arXiv 1807.00734)."""
    return F.softplus(fake - real).mean()


def relativistic_generator(real: Tensor, fake: Tensor) -> Tensor:
    """-log sigmoid(D(G(z)) - D(x))."""
    return F.softplus(real - fake).mean()


def critic(real: Tensor, fake: Tensor) -> Tensor:
    """D(G(z)) - D(x): minus the Wasserstein distance if D is 1-Lipschitz (Arjovsky et al., 2017, arXiv 1701.07875)."""
    return fake.mean() - real.mean()


LOSSES: dict[str, Adversarial] = {
    "non-saturating": Adversarial(
        cross_entropy, non_saturating, (2 * log(2), log(2)), ("2 log 2", "log 2"), border=0.5
    ),
    "minimax": Adversarial(cross_entropy, saturating, (2 * log(2), -log(2)), ("2 log 2", "-log 2"), border=0.5),
    "hinge": Adversarial(hinge_discriminator, negative, (2.0, None), ("2", ""), logits=False, border=0.0),
    "relativistic": Adversarial(
        relativistic, relativistic_generator, (log(2), log(2)), ("log 2", "log 2"), logits=False, paired=True
    ),
    "wasserstein": Adversarial(critic, negative, (0.0, None), ("0", ""), logits=False),
}


def squared_slopes(answers: Tensor, x: Tensor) -> Tensor:
    """|dD/dx|² of each example (b,), itself differentiable; `answers` (b,) = D(x), one example's own answer each."""
    (slopes,) = torch.autograd.grad(answers.sum(), x, create_graph=True)
    return slopes.flatten(1).square().sum(1)


def zero_centered(squares: Tensor) -> Tensor:
    """E |dD/dx|² / 2: R1 at real, R2 at generated examples (Mescheder et al., 2018, arXiv 1801.04406)."""
    return squares.mean() / 2


def one_centered(squares: Tensor) -> Tensor:
    """E (|dD/dx| - 1)²: pulls D towards slope 1 (Gulrajani et al., 2017, arXiv 1704.00028)."""
    return ((squares + 1e-12).sqrt() - 1).square().mean()


def between(real: Tensor, fake: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """A random point on the line from each real to a generated example, same shape, without history."""
    share = torch.rand(len(real), *[1] * (real.dim() - 1), generator=generator, device=real.device)
    return torch.lerp(real.detach(), fake.detach(), share)
