"""The frames of a reverse chain whose score is known: samples go from noise to a narrow Gaussian. Torch-free."""

from dataclasses import dataclass

import numpy as np

from ..kit.figures import Curves, Formula, Origin, Table
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .noising import schedule
from .reversing import MEAN, SD, Way, step_mean, step_sd, way

ABAR = schedule("linear", 1000).alpha_bar
PICTURES = 11
"""Frames of the walk."""
PATHS = 3
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
    told = Told(walk, at, sampler)
    figures = (
        Curves(
            name="density",
            title=f"{x.size} samples at t = {t}",
            about="The histogram of the samples, and the density q_t that the forward process has at this t. The data "
            "are N(2, 0.3²): Gaussian with mean 2 and standard deviation 0.3.",
            x=middle,
            lines={
                "samples": np.histogram(x, edges)[0] / (x.size * width),
                "forward q_t": np.exp(-((middle - mean) ** 2) / (2 * sd**2)) / (sd * np.sqrt(2 * np.pi)),
            },
            x_label="x",
        ),
        Curves(
            name="ways",
            title="the way of three samples",
            about="DDPM adds fresh noise at each step and wriggles; DDIM adds none and goes smoothly.",
            x=kept,
            lines={f"{i + 1}": walk.x[kept, i] for i in range(PATHS)},
            x_label="steps taken",
            levels={"mean of the data": MEAN},
        ),
        Table(
            name="moments",
            about="Mean and standard deviation (sd). "
            f"The sampler's law is exact: each step is linear in x, so it stays Gaussian. The mean of {x.size} "
            "samples and their sd are off it by chance: so are numbers such as sd 0.242 that others sampled.",
            columns=(f"t = {t}", "mean", "sd"),
            rows=(
                (f"{x.size} samples", float(x.mean()), float(x.std())),
                ("sampler, exactly", float(walk.mean[at]), float(walk.sd[at])),
                ("forward q_t", float(mean), float(sd)),
            ),
            digits=3,
            new_row=True,
            origin=told.origin,
        ),
    )
    caption = (
        f"The score, the slope of ln q_t, is known for data N(2, 0.3²). Press . for {count} steps of {sampler.upper()} "
        "from noise to them."
        if at == 0
        else f"{sampler.upper()}, {at} of {count} steps: the exact score pulls noise towards the data, N(2, 0.3²)."
        if t
        else _verdict(walk, sampler, count)
    )
    return Frame(caption=caption, figures=figures, formulas=told.formulas, facts=("AE4",))


def _verdict(walk: Way, sampler: str, count: int) -> str:
    sd, chance = float(walk.sd[-1]), float(walk.sd[-1] / np.sqrt(2 * walk.x.shape[1]))
    said = (
        "nearly right" if abs(sd - SD) <= NEAR else "too narrow" if sd < SD else "too wide"
    ) + ", and the score is exact: that is the sampler's doing."
    return (
        f"{sampler.upper()}, {count} steps: sd {sd:.3f} for {SD} is {said} "
        f"These samples: {walk.x[-1].std():.3f}, chance ±{chance:.3f}."
    )


@dataclass(frozen=True, eq=False)
class Told:
    """The formulas of the `at`-th stop of a walk, and where its mean and sd came from."""

    walk: Way
    at: int
    sampler: str

    def alpha_bar(self, back: int = 0) -> float:
        """Of this stop, or of those before."""
        return float(ABAR[self.walk.stops[self.at - back]])

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """What the score says here, and the step that led here."""
        abar = self.alpha_bar()
        score = Formula(
            symbols="eps_hat = -sqrt(1 - ᾱ) · score",
            numbers=f"score = ({np.sqrt(abar) * MEAN:.3f} - x) / {abar * SD**2 + 1 - abar:.3f}",
        )
        symbols = {
            "ddim": "x_s = x0_hat noised with eps_hat",
            "ddpm": "x_s = E[x_s | x_t, x0_hat] + √β~ z",
            "ddpm-beta": "x_s = E[x_s | x_t, x0_hat] + √β z",
        }
        numbers = ""
        if self.at:
            t, s = self.walk.stops[self.at - 1], self.walk.stops[self.at]
            numbers = f"t = {t} to s = {s}: added sd {self.added:.4f}"
        return score, Formula(symbols=symbols[self.sampler], numbers=numbers)

    @property
    def added(self) -> float:
        """The standard deviation of the noise of the step that led here."""
        return step_sd(self.alpha_bar(1), self.alpha_bar(), self.sampler)

    def origin(self, row: int, column: int) -> Origin | None:
        """Of a number of the table."""
        abar = self.alpha_bar()
        if not column or (row == 1 and not self.at):
            return None
        if row == 0:
            x = self.walk.x[self.at]
            what = "mean = Σ x / n" if column == 1 else "sd = sqrt(Σ (x - mean)² / n)"
            total = float(x.sum() if column == 1 else ((x - x.mean()) ** 2).sum())
            root = f"{total:.5g} / {x.size}"
            return Origin(formulas=(Formula(symbols=what, numbers=root if column == 1 else f"sqrt({root})"),))
        if row == 2:
            formula = (
                Formula(symbols="sqrt(ᾱ_t) · 2", numbers=f"{np.sqrt(abar):.4f}·2 = {np.sqrt(abar) * MEAN:.4f}"),
                Formula(
                    symbols="sqrt(0.3² ᾱ_t + 1 - ᾱ_t)",
                    numbers=f"sqrt(0.09·{abar:.4f} + {1 - abar:.4f}) = {np.sqrt(abar * SD**2 + 1 - abar):.4f}",
                ),
            )[column - 1]
            return Origin(formulas=(formula,))
        low, high = step_mean(np.array([0.0, 1.0]), self.alpha_bar(1), abar, self.sampler)
        slope, mean, sd = high - low, self.walk.mean[self.at - 1], self.walk.sd[self.at - 1]
        formula = (
            Formula(
                symbols="a step is linear: slope · mean before + offset",
                numbers=f"{slope:.5f}·({mean:.5f}) + {low:.5f} = {self.walk.mean[self.at]:.4f}",
            ),
            Formula(
                symbols="sqrt((slope · sd before)² + added²)",
                numbers=f"sqrt(({slope:.5f}·{sd:.5f})² + {self.added:.5f}²) = {self.walk.sd[self.at]:.4f}",
            ),
        )[column - 1]
        return Origin(formulas=(formula,))
