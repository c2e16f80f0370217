"""The frames of a reverse chain whose score is known: samples go from noise to a narrow Gaussian. Torch-free."""

import numpy as np

from ..kit.figures import Curves, Formula, Table
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .noising import schedule
from .reversing import MEAN, SD, Way, step_sd, way

ABAR = schedule("linear", 1000).alpha_bar
PICTURES = 11
"""Frames of the walk."""
NEAR = 0.005
"""An sd that is no further from that of the data is called right."""


def exact(state: State) -> Frames:
    """Samples pulled from N(0, 1) to N(2, 0.3^2) by the exact score."""
    count = int(state["steps"])
    walk = way(state["sampler"], count, state.seed, state["stops"])
    places = np.unique(np.linspace(0, len(walk.stops) - 1, PICTURES).round().astype(int))

    def frame(k: int) -> Frame:
        return _exact(walk, int(places[k]), state["sampler"], count)

    return Frames(len(places), frame)


def _exact(walk: Way, at: int, sampler: str, count: int) -> Frame:
    t, x = walk.stops[at], walk.x[at]
    abar = float(ABAR[t])
    edges = np.linspace(-3, 3.5, 53)
    middle, width = (edges[1:] + edges[:-1]) / 2, edges[1] - edges[0]
    mean, sd = np.sqrt(abar) * MEAN, np.sqrt(abar * SD**2 + 1 - abar)
    kept = np.unique(np.linspace(0, at, 60).round().astype(int))
    figures = (
        Curves(
            name="density",
            title=f"{x.size} samples at t = {t}",
            about="The histogram of the samples, and the density that the forward process has at this t.",
            x=middle,
            lines={
                "samples": np.histogram(x, edges)[0] / (x.size * width),
                "forward q_t": np.exp(-((middle - mean) ** 2) / (2 * sd**2)) / (sd * np.sqrt(2 * np.pi)),
            },
            x_label="x",
        ),
        Curves(
            name="ways",
            title=f"five samples, from t = {walk.stops[0]} to {t}",
            about="DDPM adds fresh noise at each step and wriggles; DDIM adds none and goes smoothly.",
            x=kept,
            lines={f"sample {i + 1}": walk.x[kept, i] for i in range(5)},
            x_label="steps taken",
            levels={"mean of the data": MEAN},
        ),
        Table(
            name="moments",
            title=f"mean and standard deviation (sd) at t = {t}",
            about=f"The sampler's law is exact: each step is linear in x, so it stays Gaussian. The mean of {x.size} "
            "samples and their sd are off it by chance.",
            columns=("", "mean", "sd"),
            rows=(
                (f"{x.size} samples", float(x.mean()), float(x.std())),
                ("sampler, exactly", float(walk.mean[at]), float(walk.sd[at])),
                ("forward q_t", float(mean), float(sd)),
                ("the data", MEAN, SD),
            ),
            digits=3,
        ),
    )
    said = "the beginning of" if at == 0 else f"{at} of"
    caption = (
        f"Pure noise, t = {t}: {said} {count} steps of {sampler.upper()} to data of N(2, 0.3²). Press . to walk."
        if at == 0
        else f"{sampler.upper()}, {said} {count} steps: the exact score pulls noise towards the data, N(2, 0.3²)."
        if t
        else _verdict(walk, sampler, count)
    )
    return Frame(caption=caption, figures=figures, formulas=_formulas(walk, at, sampler), facts=("AE4",))


def _verdict(walk: Way, sampler: str, count: int) -> str:
    sd, chance = float(walk.sd[-1]), float(walk.sd[-1] / np.sqrt(2 * walk.x.shape[1]))
    said = (
        "nearly right" if abs(sd - SD) <= NEAR else "too narrow" if sd < SD else "too wide"
    ) + ", and the score is exact: that is the sampler's doing."
    return (
        f"{sampler.upper()}, {count} steps: sd {sd:.3f} for {SD} is {said} "
        f"These samples: {walk.x[-1].std():.3f}, chance ±{chance:.3f}."
    )


def _formulas(walk: Way, at: int, sampler: str) -> tuple[Formula, ...]:
    abar = float(ABAR[walk.stops[at]])
    mean, variance = np.sqrt(abar) * MEAN, abar * SD**2 + 1 - abar
    score = Formula(
        symbols="eps_hat = sqrt(1 - ᾱ) (x - sqrt(ᾱ)·2) / (0.09 ᾱ + 1 - ᾱ)",
        numbers=f"{np.sqrt(1 - abar):.3f} (x - {mean:.3f}) / {variance:.3f}",
    )
    symbols = {
        "ddim": "x_s = sqrt(ᾱ_s) x0_hat + sqrt(1 - ᾱ_s) eps_hat",
        "ddpm": "x_s = mean of q(x_s | x_t, x0_hat) + sqrt(β~) z, β~ = (1 - ᾱ_s) / (1 - ᾱ_t) β",
        "ddpm-beta": "x_s = mean of q(x_s | x_t, x0_hat) + sqrt(β) z, β = 1 - ᾱ_t / ᾱ_s",
    }
    numbers = ""
    if at and sampler != "ddim":
        t, s = walk.stops[at - 1], walk.stops[at]
        numbers = f"from t = {t} to s = {s}: sd {step_sd(float(ABAR[t]), float(ABAR[s]), sampler):.4f}"
    return score, Formula(symbols=symbols[sampler], numbers=numbers)
