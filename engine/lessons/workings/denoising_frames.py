"""The frames of a trained network that draws digits: x_t, the noise found, the image it means. Torch-free."""

from functools import partial

import numpy as np

from ..kit.figures import Formula, Origin, Wall
from ..kit.fixtures import Floats
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from ..trainings.denoising_digits import NAME
from .digit_pictures import DIGITS
from .noising import correlation, schedule
from .noising_frames import shades
from .predicted_frames import cut

ABAR = schedule("linear", 1000).alpha_bar
FILM = 6
MOST = 100
"""Steps of the network's chains at most: more take seconds and show nothing new."""


def steps(state: State) -> int:
    """Network evaluations of a chain."""
    return min(int(state["steps"]), MOST)


def evaluations(state: State) -> int:
    """Passes through the network that one digit takes: guidance asks twice a step, with the label and without."""
    return steps(state) * (2 if state["guidance"] else 1)


def _guess(x: Floats, eps: Floats, x0: Floats, abar: float, row: int, column: int) -> Origin:
    raw = (x[row, column] - np.sqrt(1 - abar) * eps[row, column]) / np.sqrt(abar)
    formula = Formula(
        symbols="x0_hat = (x_t - sqrt(1 - ᾱ) eps_hat) / sqrt(ᾱ), cut to -1..1",
        numbers=f"({x[row, column]:.5f} - {np.sqrt(1 - abar):.5f}·({eps[row, column]:.5f})) / {np.sqrt(abar):.5f} "
        f"= {raw:.4f}{cut(raw)}",
    )
    return Origin(formulas=(formula,), cells=dict.fromkeys(("x_t", "eps_hat"), ((row, column),)))


def _why(state: State) -> str:
    return f": {steps(state)} steps, asked with and without the label (guidance)" if state["guidance"] else ""


def _like(image: Floats, last: Floats) -> str:
    return f"{correlation(image, last):.2f}"


def digit(state: State) -> Frames:
    """One digit drawn from noise, stop by stop."""
    denoiser, count = state.result(NAME), steps(state)
    chain = denoiser.chain(int(state["digit"]), state["sampler"], count, int(state["draw"]), state["guidance"])

    def frame(k: int) -> Frame:
        stop = chain[k]
        abar = float(ABAR[stop.t])
        figures = (
            shades(
                "x_t",
                f"x_t, t = {stop.t}, ᾱ = {abar:.1%}",
                stop.x,
                about="Where the chain stands: pure noise at T, a digit at 0. ᾱ is the share of signal.",
            ),
            shades(
                "eps_hat",
                "eps_hat, the noise",
                stop.eps,
                about="What the U-Net answers to x_t, after x0_hat was cut to -1..1.",
            ),
            shades(
                "x0_hat",
                "x0_hat, the image",
                stop.x0,
                join="→",
                about="The best guess of the clean image. Blurred and a mean of many at first, sharp at the end.",
                origin=partial(_guess, stop.x, stop.eps, stop.x0, max(abar, 1e-9)),
            ),
        )
        caption = (
            f"Pure noise, and the wish for a {state['digit']}. {count} steps of {state['sampler']}: press . "
            "to take one, space to run."
            if k == 0
            else f"Step {k} of {count}. Like the digit that it ends with: x0_hat {_like(stop.x0, chain[-1].x)}, "
            f"x_t {_like(stop.x, chain[-1].x)} (correlation)."
            if stop.t
            else f"t = 0: a {state['digit']} nobody wrote, after {evaluations(state)} passes through "
            f"the network{_why(state)}."
        )
        return Frame(
            caption=caption,
            figures=figures,
            formulas=(
                Formula(
                    symbols="x0_hat = (x_t - sqrt(1 - ᾱ) eps_hat) / sqrt(ᾱ)",
                    numbers=f"(x_{stop.t} - {np.sqrt(1 - abar):.4f} eps_hat) / {np.sqrt(abar):.4f}",
                ),
            ),
            facts=("AH1",),
        )

    return Frames(len(chain), frame)


def film(state: State) -> Frames:
    """The way of one digit at a glance, then one of each."""
    return Frames(2, lambda k: _each(state) if k else _way(state))


def _way(state: State) -> Frame:
    denoiser, count = state.result(NAME), steps(state)
    chain = denoiser.chain(int(state["digit"]), state["sampler"], count, int(state["draw"]), state["guidance"])
    places = np.unique(np.linspace(0, len(chain) - 1, FILM).round().astype(int))
    kept = [chain[int(place)] for place in places]
    labels = [f"t={stop.t}" for stop in kept]
    walls = (
        Wall(
            name="x_t",
            title="x_t",
            images=[stop.x for stop in kept],
            labels=labels,
            columns=FILM,
            signed=False,
            reach=(-2, 2),
            about="What the chain holds.",
        ),
        Wall(
            name="x0_hat",
            title="x0_hat: what the network means",
            images=[stop.x0 for stop in kept],
            labels=labels,
            columns=FILM,
            signed=False,
            reach=(-1, 1),
            new_row=True,
            about="What the network takes the clean image to be, at the same times.",
        ),
    )
    return Frame(
        title="the way of one digit",
        caption="Coarse shape first, strokes later: low frequencies rise above the noise before high ones do.",
        figures=walls,
    )


def _each(state: State) -> Frame:
    denoiser, count, sampler = state.result(NAME), steps(state), state["sampler"]
    return Frame(
        title="one of each",
        caption=f"Ten digits by {sampler} in {count} steps, {evaluations(state)} passes each. s is another sampler; "
        "with few steps all leave something out.",
        figures=(
            Wall(
                name="each",
                title=f"{sampler}, one of each class",
                images=denoiser.draw(tuple(range(10)), sampler, count, int(state["draw"]), state["guidance"]),
                labels=DIGITS,
                columns=5,
                signed=False,
                reach=(-1, 1),
                chosen=int(state["digit"]),
                picks=lambda row, column: {"digit": str(min(row, 9))},
                about="One digit of each class, all from noise. Point at one to follow its way.",
            ),
        ),
    )
