"""The frame of the noise that a network finds in one noised image. Torch-free at import."""

from functools import partial

import numpy as np

from ..kit.figures import Bars, Formula, Origin
from ..kit.fixtures import Floats
from ..kit.lesson import Frame
from ..kit.state import State
from ..trainings.denoising_digits import NAME
from .noising import Schedule, x0_hat
from .noising_frames import mixed, parts, shades


def cut(raw: float) -> str:
    """How a number is cut to -1..1, if it is."""
    return "" if abs(raw) <= 1 else f"; max({raw:.4f}, -1) = -1" if raw < 0 else f"; min({raw:.4f}, 1) = 1"


def image_of(x_t: Floats, guess: Floats, abar: float, row: int, column: int) -> Origin:
    """Where a pixel of x0_hat came from."""
    value, noise = x_t[row, column], guess[row, column]
    raw = float(x0_hat(value, noise, abar))
    formula = Formula(
        symbols="x0_hat = (x_t - sqrt(1 - ᾱ) eps_hat) / sqrt(ᾱ), cut to -1..1",
        numbers=f"({value:.5g} - {np.sqrt(1 - abar):.5g}·({noise:.5g})) / {np.sqrt(abar):.5g} = {raw:.4f}" + cut(raw),
    )
    return Origin(formulas=(formula,), cells=dict.fromkeys(("x_t", "eps_hat"), ((row, column),)))


def _loss(loss: float, blind: float, row: int, column: int) -> Origin:
    told = (
        Formula(symbols="loss = mean (eps - eps_hat)², over 256 pixels", numbers=f"{loss:.4f}"),
        Formula(symbols="mean (eps - 0)², the variance of this noise", numbers=f"{blind:.4f}"),
    )
    return Origin(formulas=(told[row],))


def predicted(state: State, chain: Schedule, t: int) -> tuple[Frame, ...]:
    """x_t, the noise a network finds in it, and the image that follows."""
    denoiser = state.result(NAME)
    x0, eps, x_t, abar = parts(state, chain, t)
    own = denoiser.time_of(abar)
    guess, safe = denoiser.eps_hat(x_t[None], own, int(state["digit"]))[0], max(abar, 1e-9)
    image = np.clip(x0_hat(x_t, guess, safe), -1, 1)
    loss, blind = float(((guess - eps) ** 2).mean()), float((eps**2).mean())
    figures = (
        shades(
            "x_t",
            f"x_t, t = {t}",
            x_t,
            about="What the network sees, with t and which digit it is.",
            origin=partial(mixed, x0, eps, abar),
        ),
        shades(
            "eps_hat",
            "eps_hat, predicted",
            guess,
            about="The network's answer. It was trained to make the mean squared difference to eps small.",
        ),
        shades(
            "x0_hat",
            "x0_hat, what follows",
            image,
            join="→",
            about="x_t without the predicted noise, rescaled and cut to -1..1. Late in the chain it is a guess, "
            "a blend of what could have been there.",
            origin=partial(image_of, x_t, guess, safe),
        ),
        Bars(
            name="loss",
            title="loss: mean (eps - answer)²",
            labels=("eps_hat", "answering 0"),
            values=[loss, blind],
            high=1.2,
            new_row=True,
            about="Before training the last layer is zero, so the answer is 0 and the loss about 1.",
            origin=partial(_loss, loss, blind),
        ),
    )
    return (
        Frame(
            caption="Learning to reverse is learning to find the noise. Move t: with more noise the noise is easier "
            "to find, and the image harder.",
            figures=figures,
        ),
    )
