"""What `reverse-diffusion` claims: by the exact recursion of mean and variance, the lab's samplers, and PyTorch."""

import re
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from scipy import stats

from ...sampling.noise import NoiseSchedule
from ...sampling.samplers import Ddim, Ddpm, spaced
from ..kit.facts import Claim, Outcome
from ..kit.lesson import Frame
from ..kit.state import State
from ..reverse_diffusion import LESSON
from ..trainings.denoising_digits import NAME
from ..workings.denoising_frames import evaluations, steps
from ..workings.reversing import exact_eps, step_mean, step_sd, way
from .shown import agree, apart, figures, frame

CHANCE = 4.0
"""Standard errors that are allowed."""
MEAN, SD = 2.0, 0.3
shown = partial(figures, LESSON)


def times(count: int, spacing: str = "trailing") -> list[int]:
    """The lab's stops from T to 0; or those of DDIM's paper, from T - T / count + 1 to 1, and 0."""
    return [*(spaced(1000, count) if spacing == "trailing" else range(1001 - 1000 // count, 0, -1000 // count)), 0]


def recursion(sampler: str, count: int, spacing: str = "trailing") -> list[tuple[float, float]]:
    """Mean and sd at each stop without any sample: each step is linear in x, so Gaussians stay Gaussian.

    Its coefficients come from conditioning the joint Gaussian of (x_0, x_t) for DDIM, of (x_s, x_t) for DDPM.
    """
    abar, stops = NoiseSchedule("linear").alpha_bar.tolist(), times(count, spacing)
    mean, variance = 0.0, 1.0
    told = [(mean, variance**0.5)]
    for t, s in pairwise(stops):
        a, b = abar[t], abar[s]
        gain = a**0.5 * SD**2 / (a * SD**2 + 1 - a)  # of x_t in E[x_0 | x_t]
        base = MEAN - gain * a**0.5 * MEAN
        if sampler == "ddim":
            rest = ((1 - b) / (1 - a)) ** 0.5
            slope, offset, added = rest + (b**0.5 - rest * a**0.5) * gain, (b**0.5 - rest * a**0.5) * base, 0.0
        else:
            ratio = a / b
            of_x0, of_x = b**0.5 * (1 - ratio) / (1 - a), ratio**0.5 * (1 - b) / (1 - a)
            slope, offset, added = of_x + of_x0 * gain, of_x0 * base, (1 - ratio) if b < 1 else 0.0
            added *= 1.0 if sampler == "ddpm-beta" else (1 - b) / (1 - a)
        mean, variance = slope * mean + offset, slope**2 * variance + added
        told.append((mean, variance**0.5))
    return told


def _law(state: State, sampler: str, count: int, spacing: str) -> tuple[float, float, bool]:
    """Mean and sd of the sampler as the last frame tells them, and whether the table is right in all."""
    table = shown("exact", state.with_values(sampler=sampler, steps=count, stops=spacing), -1)["moments"].rows
    (_, seen_mean, seen_sd), (_, mean, sd), (_, *forward) = table
    expected = recursion(sampler, count, spacing)[-1]
    close = (
        abs(seen_mean - mean) <= CHANCE * sd / 600**0.5
        and abs(seen_sd - sd) <= CHANCE * sd / 1200**0.5
        and apart(([mean, sd], expected), (forward, [MEAN, SD])) <= 1e-9
    )
    return mean, sd, close


def thousand(state: State) -> Outcome:
    """A thousand steps of DDPM with variance beta and the exact score give the data's mean and spread."""
    mean, sd, holds = _law(state, "ddpm-beta", 1000, "leading")
    holds &= abs(sd - 0.30092) < 2e-5 and abs(mean - 2) < 2e-3
    return Outcome({"mean": mean, "sd": sd}, {"mean": 2.0, "sd": 0.3009}, holds)


def twenty(state: State) -> Outcome:
    """Twenty steps of DDIM, with the stops of its paper, leave too little spread, whatever the score."""
    _, sd, holds = _law(state, "ddim", 20, "leading")
    return Outcome({"sd": sd}, {"sd": 0.2408, "the data": SD}, holds and abs(sd - 0.24083) < 2e-5)


def as_set(state: State) -> Outcome:
    """In every frame sampler, forward process and histogram are the recursion's, SciPy's, and the samples' own."""
    sampler, count, spacing = state["sampler"], int(state["steps"]), state["stops"]
    mean, sd, holds = _law(state, sampler, count, spacing)
    abar = NoiseSchedule("linear").alpha_bar.tolist()
    law, stops, walk = (
        recursion(sampler, count, spacing),
        times(count, spacing),
        way(sampler, count, state.seed, spacing),
    )
    if walk.stops != tuple(stops):
        return Outcome({"first stop": walk.stops[0]}, {"first stop": stops[0]}, False)
    frames = next(scene for scene in LESSON.scenes if scene.name == "exact").frames(state)
    pairs: list[tuple[Any, Any]] = []
    for number in range(len(frames)):
        f = shown("exact", state, number)
        t = int(f["density"].title.rpartition("=")[2])
        k = stops.index(t)
        a = abar[t]
        forward = (a**0.5 * MEAN, (a * SD**2 + 1 - a) ** 0.5)
        written = apart((_said(frames[number]), [forward[0], forward[1] ** 2, *_step(stops, k, sampler)]))
        holds &= written <= 5.1e-4
        x = torch.from_numpy(walk.x[k])
        heights = torch.histogram(x, bins=52, range=(-3.0, 3.5)).hist / (len(x) * 0.125)
        pairs += [
            (f["density"].lines["forward q_t"], stats.norm.pdf(f["density"].x, *forward)),
            (f["density"].lines["samples"], heights),
            ([row[1:] for row in f["moments"].rows[1:3]], [law[k], forward]),
            (f["moments"].rows[0][1:], (float(x.mean()), float(x.std(correction=0)))),
            (np.stack([*f["ways"].lines.values()], 1), walk.x[np.asarray(f["ways"].x)][:, :3]),
        ]
    told = f"sd {sd:.3f}" in frames[-1].caption
    expected = dict(zip(("mean", "sd"), law[-1], strict=True))
    return Outcome({"mean": mean, "sd": sd}, expected, holds and told and apart(*pairs) <= 1e-6)


def _said(told: Frame) -> list[float]:
    """The numbers of a frame's formulas: mean and variance of q_t; t, s and sd of the step that led there."""
    score, step = told.formulas
    mean, variance = re.findall(r"\(([\d.]+) - x\) / ([\d.]+)", score.numbers)[0]
    return [float(part) for part in (mean, variance, *re.findall(r"\d+\.?\d*", step.numbers))]


def _step(stops: list[int], k: int, sampler: str) -> list[float]:
    """t, s and the sd of the noise that the lab's sampler adds in the step to stop k; nothing for the first."""
    from ..trainings.digit_denoiser import DdpmBeta

    if not k:
        return []
    kinds = {"ddpm": Ddpm, "ddpm-beta": DdpmBeta, "ddim": Ddim}
    return [stops[k - 1], stops[k], kinds[sampler](NoiseSchedule("linear"), 50).sd(stops[k - 1], stops[k])]


def _given(eps: torch.Tensor, x_t: torch.Tensor, t: int) -> torch.Tensor:
    return eps


def one_step(state: State) -> Outcome:
    """Mean and sd of a step are the lab's; the exact answer is minus autograd's score, scaled."""
    from ..trainings.digit_denoiser import DdpmBeta

    noise, x = NoiseSchedule("linear"), np.linspace(-3, 3, 13)
    law: Any = torch.distributions.Normal
    pairs: list[tuple[Any, Any]] = []
    for t, s in ((1000, 980), (400, 350), (20, 0)):
        at, as_ = float(noise.alpha_bar[t]), float(noise.alpha_bar[s])
        place = torch.tensor(x, requires_grad=True)
        density = law(*torch.tensor([at**0.5 * MEAN, (at * SD**2 + 1 - at) ** 0.5], dtype=torch.float64))
        (score,) = torch.autograd.grad(density.log_prob(place).sum(), place)
        eps = -((1 - at) ** 0.5) * score
        pairs.append((exact_eps(x, at), eps))
        for name, kind in (("ddpm", Ddpm), ("ddpm-beta", DdpmBeta), ("ddim", Ddim)):
            sampler = kind(noise, 50, bounds=None)
            mean = sampler.mean(sampler.frame(torch.tensor(x), t, partial(_given, eps)), s)
            pairs.append((step_mean(x, at, as_, name) / 10, mean / 10))
            pairs.append((step_sd(at, as_, name), sampler.sd(t, s)))
    return agree(*pairs, tolerance=1e-4, also=list(Ddpm(noise, 50).stops) == times(50))


def same_shape(state: State) -> Outcome:
    """The network answers with as many numbers as it is asked about: images of 16x16 and of 32x32."""
    from ..trainings.digit_denoiser import fresh

    network = fresh(state.seed)
    shapes = [[2, 1, 16, 16], [1, 1, 32, 32]]
    with torch.no_grad():
        answers = [list(network(torch.zeros(shape), torch.full((shape[0],), 500)).shape) for shape in shapes]
    boxes = {box.name: box.shape for box in shown("network", state)["step"].boxes}
    told = "x".join(str(size) for size in answers[0][1:])
    convolutions = sum(isinstance(module, torch.nn.Conv2d) for module in network.modules())
    return Outcome(
        ["x".join(map(str, answer[2:])) for answer in answers],
        ["x".join(map(str, shape[2:])) for shape in shapes],
        answers == shapes and {boxes[name] for name in ("x_t", "eps_hat", "x0_hat")} == {told} and convolutions >= 10,
    )


def draws(state: State) -> Outcome:
    """Digits drawn from noise are taken for what was asked for, by the nearest class mean."""
    denoiser = state.result(NAME)
    labels = tuple(range(10)) * 10
    images = denoiser.draw(labels, "ddpm", 50, 7, 1.0)
    eps = np.random.default_rng(state.seed).standard_normal((100, 16, 16))
    hits, chance = _hits(images, labels, denoiser.means), _hits(eps, labels, denoiser.means)
    return Outcome(
        {"digits": hits, "noise": chance}, {"digits": ">= 0.7", "noise": "<= 0.3"}, hits >= 0.7 and chance <= 0.3
    )


def stopped(state: State) -> Outcome:
    """At a stop x0_hat is the lab's estimate of x_t and eps_hat, and the passes are those that the network made."""
    denoiser, count = state.result(NAME), steps(state)
    scene = next(scene for scene in LESSON.scenes if scene.name == "digit")
    frames, noise = scene.frames(state), NoiseSchedule("linear")
    pairs: list[tuple[Any, Any]] = []
    told = f"{evaluations(state)} passes" in frames[-1].caption
    for k in (len(frames) // 2, len(frames) - 3):
        f = shown("digit", state, k)
        t, share = (float(part) for part in re.findall(r"t = (\d+), ᾱ = ([\d.]+)%", f["x_t"].title)[0])
        told &= t == times(count)[k] and abs(share / 100 - float(noise.alpha_bar[int(t)])) <= 5.1e-4
        x, eps = torch.as_tensor(f["x_t"].values), torch.as_tensor(f["eps_hat"].values)
        pairs.append((f["x0_hat"].values, noise.estimate("eps", eps, x, int(t))[1]))
        pairs.append((f["x0_hat"].values, f["x0_hat"].values.clip(-1, 1)))
    passes = _passes(denoiser, state, count)
    error = apart(*pairs)
    return Outcome(
        {"error": error, "passes": evaluations(state)},
        {"error": "<= 2e-3", "passes": passes},
        error <= 2e-3 and told and passes == evaluations(state),
    )


def _passes(denoiser: Any, state: State, count: int) -> int:
    """Images that went through a network of its kind while one digit was drawn."""
    from ..trainings.digit_denoiser import DigitDenoiser, fresh

    seen: list[int] = []
    other = fresh(state.seed)
    other.register_forward_hook(lambda _, given, out: seen.append(len(out)))
    asked = DigitDenoiser(network=other, images=denoiser.images, labels=denoiser.labels, means=denoiser.means)
    asked.chain(int(state["digit"]), state["sampler"], count, int(state["draw"]), state["guidance"])
    return sum(seen)


def learned(state: State) -> Outcome:
    """The loss is PyTorch's MSE of eps and eps_hat on unseen images."""
    denoiser = state.result(NAME)
    x_t, eps, labels = denoiser.test_batch(64, 500)
    with torch.no_grad():
        batch = torch.tensor(x_t).float()[:, None], torch.full((64,), 500), torch.as_tensor(labels)
        oracle = float(torch.nn.functional.mse_loss(denoiser.network(*batch)[:, 0], torch.tensor(eps).float()))
    loss = denoiser.error(500)
    return Outcome({"loss": loss}, {"loss": oracle, "at most": 0.1}, abs(loss - oracle) <= 1e-6 and loss <= 0.1)


def drawn_at_once(state: State) -> Outcome:
    """The strip shows stops of the chain at the times that it names."""
    denoiser, f = state.result(NAME), shown("film", state)
    chain = denoiser.chain(int(state["digit"]), state["sampler"], steps(state), int(state["draw"]), state["guidance"])
    at = {stop.t: stop for stop in chain}
    stops = [at[int(label.removeprefix("t="))] for label in f["x_t"].labels]
    pairs = [(f["x_t"].images, [stop.x for stop in stops]), (f["x0_hat"].images, [stop.x0 for stop in stops])]
    return agree(*pairs, also=stops[0].t == 1000 and stops[-1].t == 0 and bool(frame(LESSON, "film", state).caption))


def _hits(images: Any, labels: Any, means: Any) -> float:
    gaps = ((images[:, None] - means[None]) ** 2).sum((2, 3))
    return float((gaps.argmin(1) == np.asarray(labels)).mean())


CLAIMS = (
    Claim(id="AE4", says="the chosen sampler ends with the sd of its recursion", check=as_set),
    Claim(id="AE4", says="exact score, 1000 steps of DDPM (beta): mean 2.000, sd .3009", check=thousand),
    Claim(id="AE4", says="DDIM in 20 steps is under-dispersed: sd .2408", check=twenty),
    Claim(id="AE4", says="mean and sd of a step back are those of the lab's samplers", check=one_step),
    Claim(id="AE4", says="x0_hat follows from x_t and eps_hat; passes are counted", check=stopped, needs=NAME),
    Claim(id="AH1", says="digits from noise are taken for what was asked for", check=draws, needs=NAME),
    Claim(id="AH1", says="the network's answer has the shape of its input", check=same_shape),
    Claim(id="AH1", says="loss = MSE(eps, eps_hat), far below the 1 of the start", check=learned, needs=NAME),
    Claim(id="AH1", says="the strip shows the chain at the times it names", check=drawn_at_once, needs=NAME),
)
