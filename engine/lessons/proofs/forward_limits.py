"""What `forward-diffusion` claims of particles, of the equilibrium and of ever smaller steps: by autograd, SciPy."""

from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from scipy import integrate, stats

from ..forward_diffusion import LESSON, chosen, time
from ..kit.facts import Outcome
from ..kit.fixtures import Floats
from ..kit.state import State
from ..workings.equilibrium import DATA, curves
from ..workings.limit_frames import along
from ..workings.particles import BACK, COUNT, STOPS
from ..workings.vp_sde import noises
from .noised import alpha_bar, reference, shown
from .shown import apart, frame

RADII = {"ring": 2.25, "cross": 0.9375, "dot": 1.8}
"""Mean squared distance of the centres of each shape."""


CHANCE = 5.0
"""Standard errors that are allowed."""


def field(shape: str, places: Any, abar: float) -> Any:
    """The score of the noised mixture by autograd."""
    mixture: Any = torch.distributions
    if shape == "ring":
        angles = torch.arange(12, dtype=torch.float64) * torch.pi / 6
        spots = 1.5 * torch.stack([angles.cos(), angles.sin()], 1)
    elif shape == "cross":
        line = torch.linspace(-1.5, 1.5, 9, dtype=torch.float64)
        spots = torch.cat([torch.stack([line, 0 * line], 1), torch.stack([0 * line, line], 1)])
    else:
        spots = torch.tensor([[1.2, 0.6]], dtype=torch.float64)
    sd = (abar * 0.08**2 + 1 - abar) ** 0.5
    parts = mixture.Independent(mixture.Normal(abar**0.5 * spots, sd), 1)
    law = mixture.MixtureSameFamily(mixture.Categorical(torch.ones(len(spots), dtype=torch.float64)), parts)
    x = torch.tensor(np.asarray(places), dtype=torch.float64, requires_grad=True)
    return torch.autograd.grad(law.log_prob(x).sum(), x)[0].numpy()


def radii(state: State) -> Outcome:
    """The mean squared distance is the closed form's: what is measured within the chance of so many particles.

    Back from pure noise it is that of an own DDIM with autograd's score.
    """
    f, back, abar = shown("particles", state), shown("pulled-back", state), alpha_bar(state).numpy()
    curve, at = f["radius"], np.asarray(f["radius"].x)
    measured, noise, center, small = np.asarray(curve.lines["measured"]), 1 - abar, RADII[state["shape"]], 0.08**2
    r0 = float(measured[at == 0][0])
    exact = abar * r0 + 2 * noise
    off = [abs(r0 - center - 2 * small) / ((4 * small * center + 4 * small**2) / COUNT) ** 0.5]
    later = at[at > 0]
    off += [*(np.abs(measured[at > 0] - exact[later]) / _chance(abar[later], r0, COUNT))]
    squares, t = {name: (x**2).sum(1) for name, x in f["plane"].points.items()}, time(state)
    if t:
        data, here = float(squares["data"].mean()), squares["at t"]
        off.append(abs(here.mean() - abar[t] * data - 2 * noise[t]) / _chance(abar[t], data, len(here)))
    stops, way = _pulled(state["shape"], state.seed, state["schedule"], int(state["T"]), state["rescale"])
    nearest = [int(np.abs(stops - s).argmin()) for s in at]
    error = apart(
        (back["radius"].lines["measured"], way[nearest]),
        *((each.lines["expected"], exact[at]) for each in (curve, back["radius"])),
    )
    worst = float(max(off))
    return Outcome(
        {"standard errors": worst, "error": error},
        {"standard errors": f"<= {CHANCE:g}", "error": "<= 1e-6"},
        worst <= CHANCE and error <= 1e-6,
    )


def _chance(share: Any, r0: float, count: int) -> Any:
    """The standard error of the mean squared distance of so many particles whose beginnings are known."""
    return ((4 * (1 - share) * share * r0 + 4 * (1 - share) ** 2) / count) ** 0.5


@lru_cache(4)
def _pulled(shape: str, seed: int, name: str, steps: int, rescale: bool) -> tuple[Floats, Floats]:
    """Stops from T to 0, and the mean squared distance there of particles that DDIM takes back from pure noise."""
    abar = reference(name, steps, rescale)
    stops = sorted({round(steps * k / STOPS) for k in range(STOPS + 1)}, reverse=True)
    x = torch.from_numpy(np.random.default_rng((seed, 9)).standard_normal((BACK, 2)))
    told = [float(x.square().sum(1).mean())]
    for t, s in pairwise(stops):
        at, to = abar[t], abar[s]
        score = torch.from_numpy(field(shape, x, float(at)))
        x = ((to / at).sqrt() * (x + (1 - at) * score)) - ((1 - to) * (1 - at)).sqrt() * score
        told.append(float(x.square().sum(1).mean()))
    return np.array(stops), np.array(told)


def pulled(state: State) -> Outcome:
    """Arrows are along autograd's gradient of log q_t, and the field takes pure noise to the data."""
    f, abar = shown("pulled-back", state)["plane"], alpha_bar(state)
    t = int(f.title.rpartition("=")[2])
    places, arrows = f.arrows
    share = max(float(abar[t]), 1e-9)
    pull = (1 - share) * field(state["shape"], places, share)
    oracle = 0.5 * pull / np.maximum(np.linalg.norm(pull, axis=1, keepdims=True), 0.5)
    last = shown("pulled-back", state.with_values(t=0))["plane"].points["at t"]
    data = shown("particles", state.with_values(t=0))["plane"].points["data"]
    away = float(np.median(np.sqrt(((last[:, None] - data[None]) ** 2).sum(-1)).min(1)))
    begin = np.random.default_rng((state.seed, 9)).standard_normal((BACK, 2))
    ways = [path for each in f.paths.values() for path in each]
    tips = [(path[-1], f.points["at t"][k]) for path, k in zip(ways, range(0, 24, 4), strict=False)]
    error = apart(
        (arrows, oracle), *tips, *((path[0], begin[k]) for path, k in zip(ways, range(0, 24, 4), strict=False))
    )
    near = abs(t - time(state)) <= max(1, int(state["T"]) // 100) and (len(ways) == 6 or t == int(state["T"]))
    return Outcome(
        {"error": error, "end at": away},
        {"error": "<= 1e-6", "end at": "<= 0.15"},
        error <= 1e-6 and away <= 0.15 and near,
    )


def to_noise(state: State) -> Outcome:
    """KL never rises for any data; entropy never falls only for standardised data; what is drawn is SciPy's."""
    f, name, t = shown("equilibrium", state), state["data"], time(state)
    first = shown("thermodynamics", state)
    alpha_bars = tuple(float(a) for a in chosen(state).alpha_bar[along(chosen(state), t)])
    rises = max(float(np.diff(curves(each, alpha_bars)[0]).max()) for each in DATA)
    falls = {each: float(np.diff(curves(each, alpha_bars)[1]).min()) for each in ("standardised", "wide")}
    said = frame(LESSON, "equilibrium", state).formulas[0].numbers
    kl, entropy, density = f["KL"], f["entropy"], first["density"]
    abar, places = alpha_bar(state).numpy(), (0, 5, 12)
    oracle = [_integrals(name, abar[int(kl.x[k])]) for k in places]
    parts = [(w, abar[t] ** 0.5 * m, (abar[t] * s**2 + 1 - abar[t]) ** 0.5) for w, m, s in DATA[name]]
    error = apart(
        ([(kl.lines["KL"][k], entropy.lines["entropy"][k]) for k in places], oracle),
        (density.lines["q_t"], sum(w * stats.norm.pdf(density.x, m, s) for w, m, s in parts)),
        (density.lines["N(0,1)"], stats.norm.pdf(density.x)),
        ([*kl.levels.values(), *entropy.levels.values()], [0.0, stats.norm.entropy()]),
        (float(said.split()[-2]), float(f"{kl.lines['KL'][list(kl.x).index(t)]:.4g}")),
    )
    center = sum(w * m for w, m, _ in DATA[name])
    spread = sum(w * (s**2 + (m - center) ** 2) for w, m, s in DATA[name])
    told = f"mean {center + 0:.3g}, variance {spread:.3g}." in frame(LESSON, "equilibrium", state).caption
    holds = told and rises <= 1e-9 and error <= 1e-6 and falls["standardised"] >= -1e-9 and falls["wide"] <= -1e-3
    return Outcome({"KL rises": rises, "error": error}, {"KL rises": "<= 0", "error": "<= 1e-6"}, holds)


def _integrals(name: str, share: float) -> tuple[float, float]:
    """KL and entropy by SciPy."""
    parts_ = [(w, share**0.5 * m, (share * s**2 + 1 - share) ** 0.5) for w, m, s in DATA[name]]

    def log_q(x: float) -> float:
        return float(np.logaddexp.reduce([np.log(w) + stats.norm.logpdf(x, m, s) for w, m, s in parts_]))

    def integral(f: Any) -> float:
        stops = sorted(m + k * s for _, m, s in parts_ for k in (-12, -4, 0, 4, 12))
        return float(sum(integrate.quad(f, a, b)[0] for a, b in pairwise(stops) if b > a))

    entropy = integral(lambda x: -np.exp(log_q(x)) * log_q(x))
    return integral(lambda x: np.exp(log_q(x)) * (log_q(x) - stats.norm.logpdf(x))), entropy


def discretised(state: State) -> Outcome:
    """Paths and gaps that are drawn are those of solved recursions; the gap of a step falls with beta squared."""
    steps, f, sizes = int(state["dt"]), shown("sde", state), shown("sde", state, 1)
    chain, path = _solved(steps, state.seed)
    order, small = sizes["order"], np.asarray(sizes["order"].x) < 0.03
    b = torch.tensor(np.asarray(order.x))
    slope = float(stats.linregress(np.log(order.x[small]), np.log(order.lines["gap"][small])).slope)
    table = [row for row in sizes["sizes"].rows if row[0] in (100, steps)]
    told = [(row[1], row[2], row[4]) for row in table]
    worst = [(_largest(n), 1 - _largest(n) / 2 - (1 - _largest(n)) ** 0.5, _gap(n, state.seed)) for n, *_ in table]
    error = apart(
        (f["paths"].lines["chain"], chain),
        (f["paths"].lines["SDE"], path),
        (f["gap"].lines["|chain - SDE|"], np.abs(chain - path)),
        ([*f["gap"].levels.values()], [np.abs(chain - path).max()]),
        (order.lines["gap"], (1 - b / 2 - torch.sqrt(1 - b)).abs()),
        (order.lines["β²/8"], b**2 / 8),
        (told, worst),
    )
    return Outcome(
        {"slope": slope, "error": error},
        {"slope": 2.0, "error": "<= 1e-9"},
        abs(slope - 2) <= 0.02 and error <= 1e-9 and _gap(1000, state.seed) <= 0.2 * _gap(100, state.seed),
    )


def _largest(steps: int) -> float:
    return (0.1 + 19.9) / steps


def _solved(steps: int, seed: int) -> tuple[Floats, Floats]:
    """Chain and Euler-Maruyama path from 1.5 without stepping: x_k = A_k (x_0 + sum sqrt(beta_j) z_j / A_j)."""
    beta = (0.1 + 19.9 * np.arange(1, steps + 1) / steps) / steps
    paths = []
    for kept in (np.sqrt(1 - beta), 1 - beta / 2):
        product = np.cumprod(kept)
        paths.append(
            np.concatenate([[1.5], product * (1.5 + np.cumsum(np.sqrt(beta) * noises(steps, seed) / product))])
        )
    return paths[0], paths[1]


def _gap(steps: int, seed: int) -> float:
    chain, path = _solved(steps, seed)
    return float(np.abs(chain - path).max())
