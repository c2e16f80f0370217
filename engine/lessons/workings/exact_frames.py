"""The frames of a reverse chain whose score is known: samples go from noise to a narrow Gaussian. Torch-free."""

import numpy as np

from ..kit.figures import Curves, Formula, Table
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .noising import schedule
from .reversing import MEAN, SD, Way, way

ABAR = schedule("linear", 1000).alpha_bar
PICTURES = 11
"""Frames of the walk."""


def exact(state: State) -> Frames:
    """Samples pulled from N(0, 1) to N(2, 0.3^2) by the exact score."""
    count = int(state["steps"])
    walk = way(state["sampler"], count, state.seed)
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
    end = walk.x[-1]
    kept = np.unique(np.linspace(0, at, 60).round().astype(int))
    way_so_far = {f"sample {i + 1}": walk.x[kept, i] for i in range(5)}
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
            title=f"five samples from T to {t}",
            about="DDPM adds fresh noise at each step and wriggles; DDIM adds none and goes smoothly.",
            x=-np.array(walk.stops)[kept],
            lines=way_so_far,
            x_label="-t",
            levels={"mean of the data": MEAN},
        ),
        Table(
            name="moments",
            title="mean and standard deviation",
            columns=("", "mean", "sd"),
            rows=(
                (f"samples at t = {t}", float(x.mean()), float(x.std())),
                (f"q_t at t = {t}", float(mean), float(sd)),
                ("samples at the end", float(end.mean()), float(end.std())),
                ("the data", MEAN, SD),
            ),
            digits=3,
        ),
    )
    caption = (
        f"Pure noise. {sampler.upper()} goes to the data N(2, 0.3²) in {count} steps: press . to walk, n for other "
        "numbers of steps."
        if at == 0
        else f"{sampler.upper()}, {at} of {count} steps. The score is exact, so a wrong spread in the end is the "
        f"sampler's doing: sd {end.std():.3f}, not {SD}."
    )
    return Frame(
        caption=caption,
        figures=figures,
        formulas=(
            Formula(
                symbols="eps_hat = sqrt(1 - ᾱ) (x - sqrt(ᾱ)·2) / (0.09 ᾱ + 1 - ᾱ)",
                numbers=f"{np.sqrt(1 - abar):.3f} (x - {mean:.3f}) / {sd**2:.3f}",
            ),
            Formula(
                symbols="x_s = sqrt(ᾱ_s) x0_hat + sqrt(1 - ᾱ_s) eps_hat"
                if sampler == "ddim"
                else "x_s = mean of q(x_s | x_t, x0_hat) + sqrt(β) z"
            ),
        ),
    )
