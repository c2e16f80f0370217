"""The frame of the noise that a network finds in one noised image. Torch-free at import."""

import numpy as np

from ..kit.figures import Bars, Formula
from ..kit.lesson import Frame
from ..kit.state import State
from ..trainings.denoising_digits import NAME
from .noising import Schedule, x0_hat
from .noising_frames import parts, shades


def predicted(state: State, chain: Schedule, t: int) -> tuple[Frame, ...]:
    """x_t, the noise in it, the noise a network finds, and the image that follows."""
    denoiser = state.result(NAME)
    _, eps, x_t, abar = parts(state, chain, t)
    own = denoiser.time_of(abar)
    guess = denoiser.eps_hat(x_t[None], own, int(state["digit"]))[0]
    image = np.clip(x0_hat(x_t, guess, max(abar, 1e-9)), -1, 1)
    loss, blind = float(((guess - eps) ** 2).mean()), float((eps**2).mean())
    a, s = np.sqrt(abar), np.sqrt(1 - abar)
    figures = (
        shades("x_t", f"x_t, t = {t}", x_t, about="What the network sees, with t and which digit it is."),
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
        ),
        shades("eps", "eps, the true noise", eps, new_row=True, about="What was mixed in; the network never sees it."),
        Bars(
            name="loss",
            title="mean squared error of the noise",
            labels=("eps_hat", "answering 0"),
            values=[loss, blind],
            high=1.2,
            about="Before training the last layer is zero, so the answer is 0 and the loss about 1.",
        ),
    )
    return (
        Frame(
            caption="Learning to reverse is learning to find the noise. Move t: with more noise the noise is easier "
            "to find, and the image harder.",
            figures=figures,
            formulas=(
                Formula(symbols="loss = mean (eps - eps_hat)²", numbers=f"{loss:.4f} at t = {t}"),
                Formula(
                    symbols="x0_hat = (x_t - sqrt(1 - ᾱ) eps_hat) / sqrt(ᾱ)",
                    numbers=f"(x_t - {s:.4f} eps_hat) / {a:.4f}",
                ),
            ),
        ),
    )
