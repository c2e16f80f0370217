"""The frames of a skip that is cut, and of how well the noise is predicted. Torch-free at import."""

from functools import partial
from typing import Any

import numpy as np

from ..kit.figures import Bars, Curves, Formula, Origin
from ..kit.fixtures import Floats
from ..kit.lesson import Frame
from ..kit.state import State
from ..trainings.denoising_digits import NAME
from .adagn import detail
from .digit_pictures import picture
from .noised_digit import ABAR, eps, noised
from .noising import x0_hat
from .noising_frames import mixed, shades
from .predicted_frames import image_of

CUTS = ("none", "16x16", "8x8", "4x4", "all")
"""Which skips are cut, by the size of their maps."""
WHAT = {
    "none": "Noise lives in single pixels: the skip of 16x16 brings them to the decoder.",
    "16x16": "Noise lives in single pixels, and those came by this skip alone.",
    "8x8": "Single pixels still come by the skip of 16x16; what came by 8x8 is lost.",
    "4x4": "It goes round the bottleneck alone; the finer skips are still there.",
    "all": "Everything must come through 4x4 pixels.",
}
"""What the cut takes away."""


def answer(state: State, t: int, cut: str) -> tuple[Floats, Floats]:
    """eps_hat, and x0_hat cut to -1..1, of the noisy digit."""
    x_t = noised(state, t)
    guess = state.result(NAME).eps_hat(x_t[None], t, int(state["digit"]), cut)[0]
    return guess, np.clip(x0_hat(x_t, guess, float(ABAR[t])), -1, 1)


def details(state: State, t: int, cut: str) -> float:
    """The fine detail of eps_hat on test images, as a share of that of the noise itself."""
    denoiser = state.result(NAME)

    def measure() -> float:
        x_t, noise, labels = denoiser.test_batch(64, t)
        return detail(denoiser.eps_hat(x_t, t, labels, cut)) / detail(noise)

    return float(denoiser.once(("detail", t, cut), measure))


def skips(state: State) -> tuple[Frame, ...]:
    """With all skips and with one cut, side by side; then every cut in numbers."""
    t, cut, denoiser = max(1, int(state["t"])), state["cut"], state.result(NAME)
    whole, _ = answer(state, t, "none")
    broken, blurred = answer(state, t, cut)
    said = "no skip is cut (x cuts one)" if cut == "none" else f"cut after training: {cut}"
    errors = {name: denoiser.error(t, name) for name in CUTS}
    shares = {name: details(state, t, name) for name in CUTS}
    figures = (
        shades("eps_hat", "eps_hat, all skips", whole),
        shades("eps_hat cut", f"eps_hat, cut: {cut}", broken, about="What the decoder can say without that skip."),
        shades(
            "x0_hat cut",
            f"x0_hat, cut: {cut}",
            blurred,
            join="→",
            about="The noise that was not found stays in the image.",
            origin=partial(image_of, noised(state, t), broken, float(ABAR[t])),
        ),
    )
    index = CUTS.index(cut)
    most, least = (pick(("16x16", "8x8", "4x4"), key=lambda size: errors[size]) for pick in (max, min))
    return (
        Frame(
            title=said,
            caption=f"t = {t}, {said}. {WHAT[cut]}",
            figures=figures,
            formulas=(
                Formula(
                    symbols="loss = mean (eps - eps_hat)²",
                    numbers=f"{errors['none']:.3f} with all skips, {errors[cut]:.3f} with cut: {cut}",
                ),
            ),
        ),
        Frame(
            title="every cut in numbers",
            caption=f"Skips cut after training: {most} is missed most, {least} least. The coarsest, 4x4, goes round "
            "bottleneck and attention only.",
            figures=(
                Bars(
                    name="loss",
                    title=f"loss on 64 test images, t = {t}",
                    labels=CUTS,
                    values=list(errors.values()),
                    marked=(index,),
                    reference=("answering 0", 1.0),
                    picks=lambda row, column: {"cut": CUTS[min(row, 4)]},
                    about="Mean squared error of eps_hat. The network was trained with all skips.",
                ),
                Bars(
                    name="detail",
                    title="fine detail, of the true noise's",
                    labels=CUTS,
                    values=list(shares.values()),
                    percent=True,
                    marked=(index,),
                    reference=("true noise", 1.0),
                    about="Mean squared difference of neighbouring pixels, as a share of that of the true noise: how "
                    "sharp the answer is. Above 100 % it is rougher than the noise itself.",
                ),
            ),
            formulas=(Formula(symbols="detail = mean (pixel - neighbour)²"),),
        ),
    )


def _error(row: int, column: int, cells: Floats, guess: Floats) -> Origin:
    e, g = cells[row, column], guess[row, column]
    formula = Formula(symbols="eps - eps_hat", numbers=f"{e:.3g} - ({g:.3g}) = {e - g:.3g}")
    return Origin(formulas=(formula,), cells=dict.fromkeys(("eps", "eps_hat"), ((row, column),)))


def predicts(state: State) -> tuple[Frame, ...]:
    """eps beside eps_hat; the image that follows; then the error at each time."""
    t, denoiser = max(1, int(state["t"])), state.result(NAME)
    guess, image = answer(state, t, "none")
    abar, x_t, noise = float(ABAR[t]), noised(state, t), eps(state)
    error = float(((guess - noise) ** 2).mean())
    return (
        Frame(
            title="the noise, and what the network takes for it",
            caption=f"t = {t}: the network answers with {guess.size} numbers, one for each pixel. What is left is what "
            "it got wrong, mostly along the strokes.",
            figures=(
                shades("eps", "eps, the true noise", noise, about="What was mixed into x_t; it never sees it."),
                shades("eps_hat", "eps_hat", guess, about="The output of the last convolution, which began at zero."),
                shades(
                    "eps error",
                    "eps - eps_hat",
                    noise - guess,
                    about="What it got wrong: mostly along the strokes.",
                    origin=partial(_error, cells=noise, guess=guess),
                ),
            ),
            formulas=(
                Formula(symbols="loss = mean (eps - eps_hat)²", numbers=f"{error:.4f} for this image and noise"),
            ),
        ),
        Frame(
            title="the image that follows",
            caption=f"t = {t}: x_t without the predicted noise, rescaled, is the network's idea of the image.",
            figures=(
                shades(
                    "x_t",
                    f"x_t, t = {t}",
                    x_t,
                    about="What the network sees: image and noise.",
                    origin=partial(mixed, picture(state["digit"]), noise, abar),
                ),
                shades("eps_hat", "eps_hat", guess, about="What it takes for noise."),
                shades("x0_hat", "x0_hat", image, join="→", origin=partial(image_of, x_t, guess, abar), cursor=(7, 7)),
            ),
            formulas=(
                Formula(
                    symbols="x0_hat = (x_t - sqrt(1 - ᾱ) eps_hat) / sqrt(ᾱ)",
                    numbers=f"(x_t - {np.sqrt(1 - abar):.4f} eps_hat) / {np.sqrt(abar):.4f}",
                ),
            ),
        ),
        _errors(t, denoiser),
    )


def _errors(t: int, denoiser: Any) -> Frame:
    """The error over t: in the middle of each tenth, and at t itself."""
    buckets = denoiser.buckets()
    middles = np.arange(len(buckets)) * 100 + 50
    at = np.union1d(middles, t)
    losses = np.array([denoiser.error(int(s)) for s in at])
    return Frame(
        title="hard at small t, easy at large t",
        caption="With little noise it is hard to tell from strokes; near T nearly all of x_t is noise, and copying "
        "it is nearly right.",
        figures=(
            Bars(
                name="buckets",
                title="loss at ten times, 64 test images",
                labels=[f"t = {s}" for s in middles],
                values=list(buckets),
                marked=(min((t - 1) // 100, 9),),
                picks=lambda row, column: {"t": 100 * min(row, 9) + 50},
                about="Mean squared error of eps_hat in the middle of each tenth of 1..1000.",
            ),
            Curves(
                name="image error",
                title="error of eps_hat and of x0_hat",
                about="Divided by the SNR the same error is that of x0_hat before it is cut: the image is hardest "
                "where the noise is easiest.",
                x=at,
                lines={"of eps_hat": losses, "of x0_hat": losses * (1 - ABAR[at]) / ABAR[at]},
                x_label="t",
                log_y=True,
                at=t,
            ),
        ),
        formulas=(Formula(symbols="x0_hat - x_0 = (eps - eps_hat) · sqrt(1 - ᾱ) / sqrt(ᾱ)"),),
    )
