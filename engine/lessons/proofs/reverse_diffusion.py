"""What `reverse-diffusion` claims: by the exact recursion of mean and variance, the lab's samplers, and PyTorch."""

from typing import Any

import numpy as np
import torch

from ...sampling.noise import NoiseSchedule
from ...sampling.samplers import Ddim, Ddpm
from ..kit.facts import Claim, Outcome, at_least, at_most, close, equal, every, same_arrays
from ..kit.state import State
from ..trainings.denoising_digits import NAME
from ..workings.denoising_frames import steps
from ..workings.noising import schedule, x0_hat
from ..workings.reversing import MEAN, SD, exact_eps, reverse_step, stops, way

MANY = 20_000
"""Samples of a fact."""
CHANCE = 3.5
"""Standard errors that are allowed."""


def recursion(sampler: str, count: int) -> tuple[float, float]:
    """Mean and sd at t = 0 without any sample: each step is linear in x, so Gaussians stay Gaussian.

    Its coefficients come from conditioning the joint Gaussian of (x_0, x_t) for DDIM, of (x_s, x_t) for DDPM.
    """
    abar = NoiseSchedule("linear").alpha_bar.tolist()
    mean, variance, times = 0.0, 1.0, stops(count)
    for k, t in enumerate(times[:-1]):
        a, b = abar[t], abar[times[k + 1]]
        marginal = a * SD**2 + 1 - a
        gain = a**0.5 * SD**2 / marginal  # of x_t in E[x_0 | x_t]
        base = MEAN - gain * a**0.5 * MEAN
        if sampler == "ddim":
            rest = ((1 - b) / (1 - a)) ** 0.5
            slope, offset, added = rest + (b**0.5 - rest * a**0.5) * gain, (b**0.5 - rest * a**0.5) * base, 0.0
        else:
            ratio = a / b
            of_x0, of_x = b**0.5 * (1 - ratio) / (1 - a), ratio**0.5 * (1 - b) / (1 - a)
            slope, offset, added = of_x + of_x0 * gain, of_x0 * base, (1 - ratio) if b < 1 else 0.0
        mean, variance = slope * mean + offset, slope**2 * variance + added
    return mean, variance**0.5


def thousand(state: State) -> Outcome:
    """A thousand steps of DDPM with the exact score give the data's mean and spread."""
    x = way("ddpm", 1000, state.seed, MANY).x[-1]
    mean, sd = recursion("ddpm", 1000)
    return every(
        mean=close(float(x.mean()), 2.001, 0.008),
        sd=close(float(x.std()), 0.2996, 0.006),
        mean_of_the_recursion=close(float(x.mean()), mean, CHANCE * sd / MANY**0.5),
        sd_of_the_recursion=close(float(x.std()), sd, CHANCE * sd / (2 * MANY) ** 0.5),
    )


def twenty(state: State) -> Outcome:
    """Twenty steps of DDIM leave too little spread, whatever the score."""
    x = way("ddim", 20, state.seed, MANY).x[-1]
    mean, sd = recursion("ddim", 20)
    return every(
        sd=close(float(x.std()), 0.242, 0.006),
        sd_of_the_recursion=close(float(x.std()), sd, CHANCE * sd / (2 * MANY) ** 0.5),
        mean_of_the_recursion=close(float(x.mean()), mean, CHANCE * sd / MANY**0.5),
        below_that_of_the_data=at_most(float(x.std()), 0.27),
    )


def as_set(state: State) -> Outcome:
    """The sampler and the number of steps that are set end where the recursion says."""
    sampler, count = state["sampler"], int(state["steps"])
    x = way(sampler, count, state.seed, 4000).x[-1]
    mean, sd = recursion(sampler, count)
    return every(
        mean=close(float(x.mean()), mean, CHANCE * sd / 4000**0.5),
        sd=close(float(x.std()), sd, CHANCE * sd / 8000**0.5),
    )


def one_step(state: State) -> Outcome:
    """A step is that of the lab's sampler; the exact answer is minus autograd's score, scaled."""
    noise = NoiseSchedule("linear")
    x = np.linspace(-3, 3, 13)
    t, s = 400, 350
    abar = schedule("linear", 1000).alpha_bar
    at, as_ = float(abar[t]), float(abar[s])
    position = torch.tensor(x, requires_grad=True)
    moments = torch.tensor([at**0.5 * MEAN, (at * SD**2 + 1 - at) ** 0.5], dtype=torch.float64)
    law: Any = torch.distributions.Normal(*moments)
    (score,) = torch.autograd.grad(law.log_prob(position).sum(), position)
    eps = -((1 - at) ** 0.5) * score
    means = []
    for kind in (Ddpm, Ddim):
        sampler = kind(noise, 50, bounds=None)
        means.append(sampler.mean(sampler.frame(torch.tensor(x), t, lambda x_t, t: eps), s).numpy())
    zero = np.zeros_like(x)
    ours = [reverse_step(x, at, as_, name, zero) for name in ("ddpm", "ddim")]
    return every(eps=same_arrays(exact_eps(x, at), eps, 1e-9), mean_of_a_step=same_arrays(ours, means, 1e-5))


def same_shape(state: State) -> Outcome:
    """The network answers with as many numbers as it is asked about: images of 16x16 and of 32x32."""
    from ..trainings.digit_denoiser import fresh

    network = fresh(state.seed)
    shapes = [(2, 1, 16, 16), (1, 1, 32, 32)]
    eps = torch.randn(shapes[0], generator=torch.Generator().manual_seed(state.seed))
    with torch.no_grad():
        answers = [network(torch.zeros(shape), torch.full(shape[:1], 500)) for shape in shapes]
        loss = float(torch.nn.functional.mse_loss(network(eps, torch.full((2,), 500)), eps))
    return every(
        out=equal([list(a.shape) for a in answers], [list(shape) for shape in shapes]),
        convolutions=at_least(sum(isinstance(m, torch.nn.Conv2d) for m in network.modules()), 10),
        loss_at_first=close(loss, 1.0, 0.25),
    )


def draws(state: State) -> Outcome:
    """Digits drawn from noise are taken for what was asked for, by the nearest class mean; x0_hat is the formula's."""
    denoiser = state.result(NAME)
    labels = tuple(range(10)) * 10
    images = denoiser.draw(labels, "ddpm", 50, 7, 1.0)
    hits, floor = _hits(images, labels, denoiser.means), _hits(denoiser.images[:, 0], denoiser.labels, denoiser.means)
    stop = denoiser.chain(int(state["digit"]), state["sampler"], steps(state), int(state["draw"]), state["guidance"])[
        -3
    ]
    abar = float(NoiseSchedule("linear").alpha_bar[stop.t])
    eps = np.random.default_rng(state.seed).standard_normal((100, 16, 16))
    return every(
        taken_for_what_was_asked=Outcome(hits, f">= 0.7 (real ones {floor:.2f})", hits >= 0.7),
        noise_taken_for_it=at_most(_hits(eps, labels, denoiser.means), 0.3),
        x0_hat=same_arrays(x0_hat(stop.x, stop.eps, abar), stop.x0, 1e-3),
        shape=equal(list(stop.eps.shape), list(stop.x.shape)),
    )


def learned(state: State) -> Outcome:
    """The loss is PyTorch's MSE of eps and eps_hat on unseen images."""
    denoiser = state.result(NAME)
    x_t, eps, labels = denoiser.test_batch(64, 500)
    oracle = torch.nn.functional.mse_loss(torch.tensor(denoiser.eps_hat(x_t, 500, labels)), torch.tensor(eps))
    shown = denoiser.error(500)
    return every(loss=close(shown, float(oracle), 1e-6), after_training=at_most(shown, 0.1))


def _hits(images: Any, labels: Any, means: Any) -> float:
    apart = ((images[:, None] - means[None]) ** 2).sum((2, 3))
    return float((apart.argmin(1) == np.asarray(labels)).mean())


CLAIMS = (
    Claim(id="AE4", says="1000 steps of the exact score on N(2, .3^2): mean 2.001, sd .2996", check=thousand),
    Claim(id="AE4", says="DDIM in 20 steps is under-dispersed: sd .242", check=twenty),
    Claim(id="AE4", says="the chosen sampler ends with the mean and sd of its recursion", check=as_set),
    Claim(id="AE4", says="a step back is the lab's, and eps_hat is minus the scaled score", check=one_step),
    Claim(id="AH1", says="the network's answer has the shape of its input, whatever the size", check=same_shape),
    Claim(id="AH1", says="from noise it draws digits that are taken for what was asked for", check=draws, needs=NAME),
    Claim(id="AH1", says="loss = MSE(eps, eps_hat), far below the 1 of the start", check=learned, needs=NAME),
)
