"""What `forward-diffusion` claims: by PyTorch, by the engine's own schedules, by SciPy's integrals and tests."""

from itertools import pairwise
from typing import Any

import numpy as np
import torch
from scipy import integrate, linalg, stats

from ...sampling.noise import NoiseSchedule
from ..forward_diffusion import chosen, time
from ..kit.facts import Claim, Outcome, at_least, at_most, close, equal, every, same_arrays
from ..kit.fixtures import Floats
from ..kit.state import State
from ..trainings.denoising_digits import NAME
from ..workings.chain_frames import PIXEL, walkers
from ..workings.digit_pictures import noise, picture, standardised
from ..workings.equilibrium import DATA, curves
from ..workings.limit_frames import along
from ..workings.noising import LENGTHS, NAMES, correlation, jump, schedule, x0_hat
from ..workings.noising_frames import film, parts
from ..workings.particles import SHOWN, begin, expected_radius, pulled_back, radius, spread
from ..workings.vp_sde import chain_path, euler_maruyama, noises, one_step_gap, rates
from ..workings.weather import STATES, forecasts

WALKED = 20_000
"""Walkers of a fact: more than of a picture."""


def reference(name: str, steps: int, rescale: bool = True) -> torch.Tensor:
    """(T + 1,): alpha_bar by PyTorch, of the schedules that the lab trains with."""
    if name == "cosine" or steps == 1000:
        return NoiseSchedule(name, steps).alpha_bar
    beta = torch.linspace(1e-4, 0.02, steps, dtype=torch.float64) * (1000 / steps if rescale else 1)
    return torch.cat((torch.ones(1, dtype=torch.float64), torch.exp(torch.log1p(-beta).cumsum(0))))


def mixed(state: State) -> Outcome:
    """x_t is the mix that PyTorch's addcmul gives with the lab's alpha_bar."""
    x0, eps, x_t, _ = parts(state, chosen(state), time(state))
    abar = reference(state["schedule"], int(state["T"]), state["rescale"])[time(state)]
    image = torch.from_numpy(picture(state["digit"])) * abar.sqrt()
    oracle = torch.addcmul(image, torch.from_numpy(eps), (1 - abar).sqrt().expand(16, 16))
    return every(
        x_t=same_arrays(x_t, oracle, 1e-9), numbers=equal(x_t.size, x0.size), images=at_least(float(x0.std()), 0.1)
    )


def fresh_loss(state: State) -> Outcome:
    """A network fresh from its drawing board answers 0, and its loss is the variance of the noise."""
    from ..trainings.digit_denoiser import fresh

    chain, t = chosen(state), time(state)
    eps = np.random.default_rng(state.seed + 50).standard_normal((32, 1, 16, 16))
    x_t = jump(picture(state["digit"])[None, None], eps, float(chain.alpha_bar[t]))
    with torch.no_grad():
        answer = fresh(state.seed)(torch.from_numpy(x_t).float(), torch.full((32,), 500), torch.zeros(32).long())
    loss = float(torch.nn.functional.mse_loss(answer.double(), torch.from_numpy(eps)))
    return every(
        largest_answer=close(float(answer.abs().max()), 0.0, 0.0),
        loss=close(loss, 1.0, 0.05),
        mean_squared_noise=close(float((eps**2).mean()), loss, 1e-9),
    )


def learned_loss(state: State) -> Outcome:
    """The loss that is shown is PyTorch's MSE, and far below 1; x0_hat puts the noise back where it was."""
    denoiser = state.result(NAME)
    _, eps, x_t, abar = parts(state, chosen(state), time(state))
    own = denoiser.time_of(abar)
    guess = denoiser.eps_hat(x_t[None], own, int(state["digit"]))[0]
    shown = float(((guess - eps) ** 2).mean())
    oracle = float(torch.nn.functional.mse_loss(torch.from_numpy(guess).double(), torch.from_numpy(eps)))
    again = jump(x0_hat(x_t, guess, max(abar, 1e-9)), guess, max(abar, 1e-9))
    mean = float(np.mean([denoiser.error(t) for t in (100, 300, 500, 700, 900)]))
    return every(
        loss_at_t=close(shown, oracle, 1e-6),
        x0_hat_noised_again=same_arrays(again, x_t, 1e-6),
        mean_loss_on_unseen_images=at_most(mean, 0.1),
    )


def variance(state: State) -> Outcome:
    """Of data of variance 1 every x_t has variance 1: over the noise, by PyTorch's generator."""
    chain, t = chosen(state), time(state)
    abar, level = float(chain.alpha_bar[t]), standardised(picture(state["digit"]))
    generator = torch.Generator().manual_seed(state.seed)
    eps = torch.randn((2000, 16, 16), generator=generator, dtype=torch.float64).numpy()
    x_t = jump(level[None], eps, abar)
    return every(
        shares=same_arrays(
            reference(chain.name, chain.steps, state["rescale"]).numpy() + (1 - chain.alpha_bar),
            np.ones(chain.steps + 1),
        ),
        measured=close(float(x_t.var()), 1.0, 0.02),
    )


def ends(state: State) -> Outcome:
    """Every schedule that can be chosen ends as noise."""
    left = {f"{n} {s}": float(schedule(n, s, state["rescale"]).alpha_bar[-1]) for n in NAMES for s in LENGTHS}
    oracle = [float(reference(n, s, state["rescale"])[-1]) for n in NAMES for s in LENGTHS]
    same = all(abs(a - b) <= 1e-9 for a, b in zip(left.values(), oracle, strict=True))
    says = "" if state["rescale"] else "without 1000/T every schedule ends with alpha_bar_T < 1e-3"
    return Outcome(left, "< 0.001 each", same and max(left.values()) < 1e-3, says)


def ddpm(state: State) -> Outcome:
    """The schedule of DDPM: 1e-4 to 0.02 in 1000 steps."""
    chain = schedule("linear", 1000)
    abar = reference("linear", 1000)
    snr = (abar / (1 - abar))[1:]
    return every(
        alpha_bar_T=close(float(chain.alpha_bar[-1]), 4.04e-5, 1e-7),
        sqrt=close(float(chain.alpha_bar[-1] ** 0.5), 0.00635, 1e-5),
        SNR_is_1_at=equal(chain.crossing, int((snr <= 1).nonzero()[0]) + 1),
        t=equal(chain.crossing, 260),
        alpha_bar=same_arrays(chain.alpha_bar, abar, 1e-9),
    )


def rows(state: State) -> Outcome:
    """p_t is p_0 times SciPy's power of P, whose rows sum to 1."""
    told = forecasts(STATES.index(state["today"]), state["P"])
    given = np.array(state["P"], dtype=float)
    given[given.sum(1) == 0] = 1.0
    chain = given / given.sum(1)[:, None]
    start = np.eye(3)[STATES.index(state["today"])]
    oracle = [start @ linalg.fractional_matrix_power(chain, t) if t else start for t in range(len(told))]
    return every(
        p_t=same_arrays(told, np.real(oracle), 1e-9),
        rows_of_P_sum_to=close([float(s) for s in chain.sum(1)], [1.0, 1.0, 1.0], 1e-12),
        every_p_t_sums_to_1=same_arrays(told.sum(1), np.ones(len(told)), 1e-12),
    )


def iterated(state: State) -> Outcome:
    """300 steps from 1.7, one by one, have the mean and variance of the closed form."""
    abar = float(reference("linear", 1000)[300])
    x = walkers("linear", 1000, True, 300, state.seed, WALKED)
    return every(
        mean=close(float(x.mean()), abar**0.5 * PIXEL, 4 * ((1 - abar) / WALKED) ** 0.5),
        variance=close(float(x.var()), 1 - abar, 4 * (1 - abar) * (2 / WALKED) ** 0.5),
        closed_form=close([round(abar**0.5 * PIXEL, 3), round(1 - abar, 3)], [1.070, 0.604], 1e-9),
    )


def same_law(state: State) -> Outcome:
    """Kolmogorov and Smirnov's two-sample test cannot tell the chain from PyTorch's draws of the closed form."""
    chain, t = chosen(state), time(state)
    abar = reference(chain.name, chain.steps, state["rescale"])[t]
    x = walkers(chain.name, chain.steps, state["rescale"], t, state.seed)
    generator = torch.Generator().manual_seed(state.seed + 1)
    drawn = abar.sqrt() * PIXEL + (1 - abar).sqrt() * torch.randn(len(x), generator=generator, dtype=torch.float64)
    p = float(stats.ks_2samp(x, drawn.numpy()).pvalue) if t else float(np.allclose(x, PIXEL))
    return Outcome({"t": t, "p": p}, {"t": t, "p": "> 0.01"}, p > 0.01)


def radii(state: State) -> Outcome:
    """The particles at t are as far out as the closed form says, and the field pulls noise back to the data."""
    chain, t, shape = chosen(state), time(state), state["shape"]
    abar = float(reference(chain.name, chain.steps, state["rescale"])[t])
    many = 20_000
    start = begin(shape, state.seed, many)
    expected = abar * float((start**2).sum(1).mean()) + 2 * (1 - abar)
    measured = radius(spread(shape, state.seed, abar, many))
    last = pulled_back(shape, state.seed, chain.name, chain.steps, state["rescale"])[1][-1][:SHOWN]
    data = begin(shape, state.seed)[:SHOWN]
    away = float(np.median(np.sqrt(((last[:, None] - data[None]) ** 2).sum(-1)).min(1)))
    return every(
        mean_squared_radius=close(measured, expected, 0.06),
        drawn_curve=close(float(expected_radius(start, chain)[t]), expected, 1e-6),
        pulled_back_to_within=at_most(away, 0.15),
    )


def to_noise(state: State) -> Outcome:
    """KL never rises for any data, by SciPy's integrals; entropy never falls only for standardised data."""
    chain, shown = chosen(state), state["data"]
    alpha_bars = tuple(float(a) for a in chain.alpha_bar[along(chain)])
    rises = max(float(np.diff(curves(name, alpha_bars)[0]).max()) for name in DATA)
    falls = {name: float(np.diff(curves(name, alpha_bars)[1]).min()) for name in DATA}
    places = (0, 5, 12)
    oracle = [_integrals(shown, alpha_bars[k]) for k in places]
    ours = [(float(curves(shown, alpha_bars)[0][k]), float(curves(shown, alpha_bars)[1][k])) for k in places]
    return every(
        largest_rise_of_KL=at_most(rises, 1e-9),
        KL_and_entropy=same_arrays(ours, oracle, 1e-6),
        entropy_of_standardised_data_changes_by_at_least=at_least(falls["standardised"], -1e-9),
        entropy_of_wide_data_can_fall=at_most(falls["wide"], -1e-3),
    )


def _integrals(name: str, alpha_bar: float) -> tuple[float, float]:
    """KL and entropy by SciPy."""
    parts_ = [(w, alpha_bar**0.5 * m, (alpha_bar * s**2 + 1 - alpha_bar) ** 0.5) for w, m, s in DATA[name]]

    def log_q(x: float) -> float:
        return float(np.logaddexp.reduce([np.log(w) + stats.norm.logpdf(x, m, s) for w, m, s in parts_]))

    def integral(f: Any) -> float:
        stops = sorted(m + k * s for _, m, s in parts_ for k in (-12, -4, 0, 4, 12))
        return float(sum(integrate.quad(f, a, b)[0] for a, b in pairwise(stops) if b > a))

    entropy = integral(lambda x: -np.exp(log_q(x)) * log_q(x))
    return integral(lambda x: np.exp(log_q(x)) * (log_q(x) - stats.norm.logpdf(x))), entropy


def discretised(state: State) -> Outcome:
    """One step of both differs by beta^2 / 8, so by a slope of 2; a whole path by less the smaller the steps."""
    sizes = np.array([0.02, 0.01, 0.005, 0.0025])
    gaps = one_step_gap(sizes)
    slope = float(stats.linregress(np.log(sizes), np.log(gaps)).slope)
    exact = [float(1 - b / 2 - torch.sqrt(1 - b)) for b in torch.tensor(sizes, dtype=torch.float64)]
    return every(
        slope=close(slope, 2.0, 0.02),
        gap_over_beta_squared=close(float(gaps[-1] / sizes[-1] ** 2), 1 / 8, 0.001),
        gaps=same_arrays(gaps, exact, 1e-12),
        ten_times_the_steps=at_most(_gap(1000, state.seed) / _gap(100, state.seed), 0.2),
    )


def _gap(steps: int, seed: int) -> float:
    beta, z = rates(steps), noises(steps, seed)
    return float(np.abs(chain_path(1.5, beta, z) - euler_maruyama(1.5, beta, z)).max())


def alike(state: State) -> Outcome:
    """Over all ten digits a frame of the strip is as like x_0 as sqrt(alpha_bar); its noise is the same."""
    chain = chosen(state)
    images: Floats = np.array([standardised(picture(str(digit))) for digit in range(10)])
    eps = np.array([noise(int(state["draw"]) + 100 * digit, state.seed) for digit in range(10)])
    times, frames = film(images, eps, chain)
    abar = reference(chain.name, chain.steps, state["rescale"])[times].numpy()
    ours = [correlation(frame, images) for frame in frames]
    left = [np.sqrt(1 - a) * eps for a in abar]
    again = [frame - np.sqrt(a) * images for frame, a in zip(frames, abar, strict=True)]
    return every(
        correlation=Outcome([round(c, 2) for c in ours], [round(float(a) ** 0.5, 2) for a in abar], _near(ours, abar)),
        the_noise_in_each_frame=same_arrays(again, left, 1e-9),
        frames=Outcome(len(frames), "6 to 12", 6 <= len(frames) <= 12),
    )


def _near(ours: list[float], abar: Floats) -> bool:
    return all(abs(c - float(a) ** 0.5) <= 0.1 for c, a in zip(ours, abar, strict=True))


CLAIMS = (
    Claim(id="AE1", says="x_t = sqrt(alpha_bar) x_0 + sqrt(1 - alpha_bar) eps", check=mixed),
    Claim(id="AE1", says="before training eps_hat is 0 and the loss about 1", check=fresh_loss),
    Claim(id="AE1", says="the loss is the mean squared error of eps_hat", check=learned_loss, needs=NAME),
    Claim(id="AE2", says="every step brings data nearer to N(0, I): KL never rises", check=to_noise),
    Claim(id="AE3", says="data of variance 1 keep variance 1 while noise is added", check=variance),
    Claim(id="AE5", says="the mean squared radius is alpha_bar r0^2 + 2 (1 - alpha_bar)", check=radii),
    Claim(id="AF1", says="p_t = p_0 P^t, and the rows of P sum to 1", check=rows),
    Claim(id="AF2", says="300 steps from x_{t-1} alone have the mean and variance of the closed form", check=iterated),
    Claim(id="AF3", says="walking and jumping to t have the same law", check=same_law),
    Claim(id="AG1", says="every offered schedule ends with alpha_bar_T < 1e-3", check=ends),
    Claim(id="AG1", says="linear 1e-4..0.02, T = 1000: alpha_bar_T, its root, and where SNR is 1", check=ddpm),
    Claim(id="AG2", says="a step of the chain is one of Euler and Maruyama's to O(beta^2)", check=discretised),
    Claim(id="AG3", says="in a strip with one noise, corr(x_t, x_0) = sqrt(alpha_bar)", check=alike),
)
