"""What `forward-diffusion` claims: by PyTorch, by the lab's own schedules and data, by SciPy's integrals and tests."""

from typing import Any

import numpy as np
import torch
from scipy import linalg, stats

from ...sampling.noise import NoiseSchedule
from ..forward_diffusion import LESSON, chosen, time
from ..kit.facts import Claim, Outcome
from ..kit.state import State
from ..trainings.denoising_digits import NAME
from ..workings.chain_frames import PIXEL, walkers
from ..workings.noising import jump
from ..workings.weather import STATES
from .forward_limits import discretised, pulled, radii, to_noise
from .noised import alpha_bar, given, mix, reference, shown, written
from .shown import agree, apart

WALKED = 20_000
"""Walkers of a fact: more than of a picture."""


def mixed(state: State) -> Outcome:
    """The picture is one of the lab's, and x_t the mix that PyTorch's addcmul gives with the lab's alpha_bar."""
    f, share = shown("noising", state), alpha_bar(state)[time(state)]
    x_0, eps = given(state)
    images, labels = written()
    own = images[labels == int(state["digit"])]
    known = float(np.abs(own - x_0).max((1, 2)).min()) <= 1e-6
    return agree(
        (f["signal"].values, mix(x_0, 0 * eps, share)),
        (f["noise"].values, mix(0 * x_0, eps, share)),
        (f["x_t"].values, mix(x_0, eps, share)),
        (f["x_t"].values, f["signal"].values + f["noise"].values),
        also=known and len({f[name].reach for name in ("signal", "noise", "x_t")}) == 1,
    )


def fresh_loss(state: State) -> Outcome:
    """A network fresh from its drawing board answers 0, and its loss is the variance of the noise."""
    from ..trainings.digit_denoiser import fresh

    eps = np.random.default_rng(state.seed + 50).standard_normal((32, 1, 16, 16))
    image, _ = given(state)
    x_t = jump(image[None, None], eps, float(alpha_bar(state)[time(state)]))
    with torch.no_grad():
        answer = fresh(state.seed)(torch.from_numpy(x_t).float(), torch.full((32,), 500), torch.zeros(32).long())
    loss = float(torch.nn.functional.mse_loss(answer.double(), torch.from_numpy(eps)))
    largest = float(answer.abs().max())
    return Outcome(
        {"eps_hat": largest, "loss": loss}, {"eps_hat": 0.0, "loss": 1.0}, largest == 0 and abs(loss - 1) < 0.05
    )


def learned_loss(state: State) -> Outcome:
    """The loss that is shown is PyTorch's MSE, and far below 1; x0_hat puts the noise back where it was."""
    denoiser, share = state.result(NAME), alpha_bar(state)[time(state)]
    f, (x_0, noise) = shown("predicted", state), given(state)
    x_t, eps = mix(x_0, noise, share), torch.from_numpy(noise)
    t = max(1, int((NoiseSchedule("linear").alpha_bar - share).abs().argmin()))
    with torch.no_grad():
        batch = torch.from_numpy(x_t).float()[None, None], torch.tensor([t]), torch.tensor([int(state["digit"])])
        guess = denoiser.network(*batch)[0, 0].double()
    loss = float(torch.nn.functional.mse_loss(guess, eps))
    a = max(float(share), 1e-9)
    image = ((torch.from_numpy(x_t) - (1 - a) ** 0.5 * guess) / a**0.5).clamp(-1, 1)
    mean = float(np.mean([denoiser.error(t) for t in (100, 300, 500, 700, 900)]))
    error = apart(
        (f["x_t"].values, x_t),
        (f["eps_hat"].values, guess),
        (f["loss"].values, [loss, float((eps**2).mean())]),
        (f["x0_hat"].values, image),
    )
    return Outcome(
        {"error": error, "mean loss": mean},
        {"error": "<= 1e-3", "mean loss": "<= 0.1"},
        error <= 1e-3 and mean <= 0.1,
    )


def variance(state: State) -> Outcome:
    """Bars and lines are the lab's shares; over PyTorch's noise an image of variance 1 keeps it."""
    t, abar = time(state), alpha_bar(state)
    f, (x_0, noise) = shown("variance", state), given(state)
    level = torch.from_numpy(x_0)
    level = (level - level.mean()) / level.std(correction=0)
    at, lines = np.asarray(f["variance"].x), f["variance"].lines
    own = [np.var(mix(level, noise, abar[i])) for i in at]
    error = apart(
        (f["shares"].values, [float(abar[t]), 1 - float(abar[t]), 1.0]),
        (lines["signal"], abar[at]),
        (lines["noise"], 1 - abar[at]),
        (lines["measured"], own),
    )
    generator = torch.Generator().manual_seed(state.seed)
    eps = torch.randn((2000, 16, 16), generator=generator, dtype=torch.float64).numpy()
    measured = float(jump(level.numpy()[None], eps, float(abar[t])).var())
    return Outcome(
        {"variance": measured, "error": error},
        {"variance": 1.0, "error": "<= 1e-9"},
        abs(measured - 1) <= 0.02 and error <= 1e-9,
    )


def ends(state: State) -> Outcome:
    """Every row of the table is the lab's, and ends as noise."""
    table = shown("ends", state)["table"]
    pairs, left, judged = [], 0.0, True
    for k, (name, steps, abar_t, root, crossing, verdict) in enumerate(table.rows):
        abar = reference(name, steps, state["rescale"])
        below = (abar <= 0.5).nonzero()
        judged &= crossing == (int(below[0]) if len(below) else "never")
        pairs.append(([abar_t, root], [float(abar[-1]), float(abar[-1].sqrt())]))
        left = max(left, float(abar[-1]))
        judged &= (verdict == "noise") == (float(abar[-1]) < 1e-3) == (k not in table.struck)
    error = apart(*pairs)
    says = "" if state["rescale"] else "without 1000/T every schedule ends: alpha_bar_T < 1e-3"
    return Outcome({"largest": left}, "< 0.001", error <= 1e-9 and judged and left < 1e-3, says)


def ddpm(state: State) -> Outcome:
    """The schedule of DDPM: 1e-4 to 0.02 in 1000 steps."""
    row = next(r for r in shown("ends", state)["table"].rows if r[:2] == ("linear", 1000))
    abar = reference("linear", 1000)
    crossing = int((abar / (1 - abar) <= 1).nonzero()[0])
    here = {"alpha_bar_T": row[2], "SNR 1 at": row[4]}
    holds = abs(row[2] - 4.04e-5) <= 1e-7 and abs(row[3] - 0.00635) <= 1e-5 and row[4] == crossing == 260
    return Outcome(here, {"alpha_bar_T": 4.04e-5, "SNR 1 at": crossing}, holds)


def drawn(state: State) -> Outcome:
    """The curves of alpha_bar and SNR of both schedules, as far as the plot reaches."""
    f, pairs = shown("schedule", state), []
    for name in ("linear", "cosine"):
        abar = reference(name, int(state["T"]), state["rescale"])
        snr = abar / (1 - abar)
        pairs.append((f["alpha_bar"].lines[name], abar[np.asarray(f["alpha_bar"].x)]))
        pairs.append((np.log(f["snr"].lines[name]), snr[np.asarray(f["snr"].x)].log()))
    return agree(*pairs, tolerance=1e-6)


ODD = ((2.0, 1.0, 1.0), (0.0, 0.0, 0.0), (0.0, 3.0, 1.0))
"""Weights whose rows do not sum to 1: they are divided by their sums, and a row of noughts becomes thirds."""


def rows(state: State) -> Outcome:
    """p_t of every day is p_0 times SciPy's power of P, whose rows sum to 1, with the weights set and with odd ones."""
    own, odd = _forecast(state), _forecast(state.with_values(P=ODD))
    return Outcome(own.computed, own.expected, own.holds and odd.holds)


def _forecast(state: State) -> Outcome:
    given = np.array(state["P"], dtype=float)
    given[given.sum(1) == 0] = 1.0
    chain = given / given.sum(1)[:, None]
    start = np.eye(3)[STATES.index(state["today"])]
    days = len(next(scene for scene in LESSON.scenes if scene.name == "weather").frames(state)) - 1
    oracle = np.array([start @ np.real(linalg.fractional_matrix_power(chain, t)) if t else start for t in range(days)])
    lines = shown("weather", state, -1)["days"].lines
    pairs: list[tuple[Any, Any]] = [(np.stack([lines[name] for name in STATES], 1), oracle)]
    pairs.append((shown("weather", state)["P"].values, chain))
    labels = 0.0
    for day in range(days):
        f = shown("weather", state, day)
        pairs.append((f["today"].values, oracle[day]))
        pairs += [(f["yesterday"].values, oracle[day - 1])] if day else []
        labels = max(labels, apart(([float(node.label) for node in f["net"].nodes], oracle[day])))
        for edge in f["net"].edges:
            labels = max(labels, abs(float(edge.label) - chain[edge.source, edge.target]) / 10)
    sums = np.sum(shown("weather", state)["P"].values, 1)
    return agree(*pairs, also=bool(np.allclose(sums, 1)) and labels <= 0.0051)


def stepped(state: State) -> Outcome:
    """Each step that is shown begins where the one before ended, and is the lab's beta away from it."""
    moves = (str(state["walk"]) or "nnm")[-12:]
    abar, pairs = alpha_bar(state), []
    before, t = shown("chain", state.with_values(walk=""), 1)["x_t"].values, 0
    first, written = before, 0.0
    for k, move in enumerate(moves):
        f = shown("chain", state.with_values(walk=moves[: k + 1]), 1)
        if move == "z":
            before, t = first, 0
            pairs.append((f["x_t"].values, first))
            continue
        last, t = t, time(state) if move == "g" else min(t + {"n": 1, "m": 10, "v": 100}[move], len(abar) - 1)
        share = abar[t] if move == "g" else abar[t] / abar[t - 1] if t else abar[0]
        if move == "g" or t == last + 1:
            pairs.append((f["before"].values, first if move == "g" else before))
        pairs.append((shown("chain", state.with_values(walk=moves[: k + 1]))["here"].values, f["x_t"].values))
        root = [float(f[name].title.rpartition("times ")[2]) for name in ("before", "eps z")]
        if t > last or move == "g":
            written = max(written, apart((root, [float(share.sqrt()), float((1 - share).sqrt())])))
            pairs.append((f["x_t"].values, mix(f["before"].values, f["eps z"].values, share)))
        before = f["x_t"].values
    return agree(*pairs, also=written <= 5.1e-5)


def iterated(state: State) -> Outcome:
    """300 steps from 1.7, one by one, have the mean and variance of the closed form."""
    abar = float(reference("linear", 1000)[300])
    x = walkers("linear", 1000, True, 300, state.seed, WALKED)
    here = {"mean": float(x.mean()), "variance": float(x.var())}
    holds = (
        abs(here["mean"] - abar**0.5 * PIXEL) <= 4 * ((1 - abar) / WALKED) ** 0.5
        and abs(here["variance"] - (1 - abar)) <= 4 * (1 - abar) * (2 / WALKED) ** 0.5
        and [round(abar**0.5 * PIXEL, 3), round(1 - abar, 3)] == [1.070, 0.604]
    )
    return Outcome(here, {"mean": abar**0.5 * PIXEL, "variance": 1 - abar}, holds)


def same_law(state: State) -> Outcome:
    """Kolmogorov and Smirnov's two-sample test cannot tell the chain from PyTorch's draws of the closed form."""
    chain, t = chosen(state), time(state)
    abar = alpha_bar(state)[t]
    mean, sd = float(abar.sqrt()) * PIXEL, float((1 - abar).sqrt())
    x = walkers(chain.name, chain.steps, state["rescale"], t, state.seed)
    generator = torch.Generator().manual_seed(state.seed + 1)
    sampled = mean + sd * torch.randn(len(x), generator=generator, dtype=torch.float64)
    p = float(stats.ks_2samp(x, sampled.numpy()).pvalue) if t else float(np.allclose(x, PIXEL))
    f = shown("law", state)
    curve, table = f["law"], f["two ways"].rows
    heights = torch.histogram(torch.from_numpy(x), bins=32, range=(-4.0, 4.0)).hist / (len(x) * 0.25)
    error = apart(
        (curve.lines["closed form"], stats.norm.pdf(curve.x, mean, max(sd, 0.02))),
        (curve.lines["walked"], heights),
        ([row[1:] for row in table], [(x.mean(), x.var()), (mean, sd**2)]),
    )
    return Outcome({"t": t, "p": p}, {"t": t, "p": "> 1e-4"}, p > 1e-4 and error <= 1e-6)


def jumped(state: State) -> Outcome:
    """Both jumps that are shown are PyTorch's mix of x_0 and their noise."""
    share = alpha_bar(state)[time(state)]
    f, last = (shown("chain", state.with_values(walk="g"), k) for k in (0, 1))
    x_0, noise = given(state)
    other, own = mix(x_0, noise, share), mix(x_0, last["eps z"].values, share)
    level = torch.from_numpy(x_0)
    wanted = (float(share.sqrt() * level.mean()), float(share * level.var(correction=0) + 1 - share))
    told = [row[1:] for row in f["moments"].rows]
    moments = [(own.mean(), own.var()), (other.mean(), other.var()), wanted]
    return agree(
        (told, moments),
        (last["x_t"].values, own),
        (f["here"].values, own),
        (f["x_t jump"].values, other),
        (last["before"].values, x_0),
    )


def alike(state: State) -> Outcome:
    """Frames share one noise and are PyTorch's; over all ten digits they are as like x_0 as sqrt(alpha_bar)."""
    abar, films = alpha_bar(state), []
    for digit in range(10):
        draw = 1 + (int(state["draw"]) + digit - 1) % 99
        films.append(shown("strip", state.with_values(digit=str(digit), draw=draw)))
    f, (x_0, noise) = shown("strip", state), given(state)
    times = [int(label.removeprefix("t=")) for label in f["film"].labels]
    level = torch.from_numpy(x_0)
    level = (level - level.mean()) / level.std(correction=0)
    wall = np.asarray(f["film"].images)
    told = [
        float(torch.corrcoef(torch.stack([level.flatten(), torch.from_numpy(image).flatten()]))[0, 1]) for image in wall
    ]
    error = apart((wall, [mix(level, noise, abar[t]) for t in times]), (f["correlation"].values, told))
    images = np.array([np.asarray(each["film"].images) for each in films]).swapaxes(0, 1)
    off = max(
        abs(float(np.corrcoef(frame.ravel(), images[0].ravel())[0, 1]) - float(abar[t].sqrt()))
        for frame, t in zip(images, times, strict=True)
    )
    return Outcome(
        {"ten digits": off, "error": error}, {"ten digits": "<= 0.1", "error": "<= 1e-9"},
        off <= 0.1 and error <= 1e-9 and 6 <= len(times) <= 12 and times[0] == 0 and times[-1] == len(abar) - 1,
    )  # fmt: skip


CLAIMS = (
    Claim(id="AE1", says="x_t = sqrt(alpha_bar) x_0 + sqrt(1 - alpha_bar) eps", check=mixed),
    Claim(id="AE1", says="before training eps_hat is 0 and the loss about 1", check=fresh_loss),
    Claim(id="AE1", says="the loss is the mean squared error of eps_hat", check=learned_loss, needs=NAME),
    Claim(id="AE2", says="every step brings data nearer to N(0, I): KL never rises", check=to_noise),
    Claim(id="AE3", says="data of variance 1 keep variance 1 while noise is added", check=variance),
    Claim(id="AE5", says="mean squared distance = alpha_bar r0^2 + 2 (1 - alpha_bar)", check=radii),
    Claim(id="AE5", says="the field is the score; it pulls noise back to the data", check=pulled),
    Claim(id="AF1", says="p_t = p_0 P^t, and the rows of P sum to 1", check=rows),
    Claim(id="AF2", says="a step is sqrt(1 - beta) x_{t-1} + sqrt(beta) z, no more", check=stepped),
    Claim(id="AF2", says="300 steps have mean and variance of the closed form", check=iterated),
    Claim(id="AF3", says="walking and jumping to t have the same law", check=same_law),
    Claim(id="AF3", says="a jump is sqrt(alpha_bar) x_0 + sqrt(1 - alpha_bar) z", check=jumped),
    Claim(id="AG1", says="every offered schedule ends with alpha_bar_T < 1e-3", check=ends),
    Claim(id="AG1", says="linear, T = 1000: alpha_bar_T, its root, where SNR is 1", check=ddpm),
    Claim(id="AG1", says="both curves of alpha_bar and SNR are the lab's", check=drawn),
    Claim(id="AG2", says="a step of chain and SDE differ by O(beta^2)", check=discretised),
    Claim(id="AG3", says="in a strip with one noise, corr(x_t, x_0) = sqrt(alpha_bar)", check=alike),
)
