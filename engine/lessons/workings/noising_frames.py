"""The frames of one noised image: its parts at t, their variances, and a strip from image to noise. Torch-free."""

from functools import partial
from typing import Any

import numpy as np

from ..kit.figures import Bars, Curves, Formula, Grid, Origin, Wall
from ..kit.fixtures import Floats
from ..kit.lesson import Frame
from ..kit.state import State
from .digit_pictures import noise, picture, standardised
from .noising import Schedule, correlation, jump

FILM = 6
PIXELS = 256
"""Of a picture: so few that what is measured is off what is expected by chance."""


def parts(state: State, chain: Schedule, t: int) -> tuple[Floats, Floats, Floats, float]:
    """x_0, eps and x_t (16, 16), and alpha_bar_t."""
    x0, eps = picture(state["digit"]), noise(int(state["draw"]), state.seed)
    abar = float(chain.alpha_bar[t])
    return x0, eps, jump(x0, eps, abar), abar


def film(x0: Floats, eps: Floats, chain: Schedule, frames: int = FILM) -> tuple[list[int], Floats]:
    """Times from 0 to T and x_t at each, always with the same eps."""
    times = [int(t) for t in np.linspace(0, chain.steps, frames).round()]
    return times, np.array([jump(x0, eps, float(chain.alpha_bar[t])) for t in times])


def shades(name: str, title: str, values: Floats, **more: Any) -> Grid:
    """A picture: greys for images and what they are mixed of, two colours for noise alone."""
    signed = name.startswith("eps")
    reach = (-1.0, 1.0) if name.startswith(("x0", "x_0")) else (-2.5, 2.5)
    scope = "fixed"
    return Grid(name=name, title=title, values=values, shows="shades", signed=signed, reach=reach, scope=scope, **more)


def mixed(x0: Floats, eps: Floats, abar: float, row: int, column: int) -> Origin:
    """Where a pixel of x_t came from: its share of the image, and of the noise."""
    a, s, x, e = np.sqrt(abar), np.sqrt(1 - abar), x0[row, column], eps[row, column]
    formula = Formula(
        symbols="x_t = sqrt(ᾱ_t) x_0 + sqrt(1 - ᾱ_t) eps",
        numbers=f"{a:.3f}·({x:.3g}) + {s:.3f}·({e:.3g}) = {a * x:.3g} + ({s * e:.3g}) = {a * x + s * e:.3g}",
    )
    return Origin(formulas=(formula,), cells=dict.fromkeys(("signal", "noise", "x_t"), ((row, column),)))


def _part(symbol: str, root: str, factor: float, values: Floats, row: int, column: int) -> Origin:
    value = values[row, column]
    numbers = f"{factor:.3f}·({value:.3g}) = {factor * value:.3g}"
    return Origin(formulas=(Formula(symbols=f"{root} {symbol}", numbers=numbers),))


def noising(state: State, chain: Schedule, t: int) -> tuple[Frame, ...]:
    """Image and noise mixed at t, each times its factor, so that the pictures add up."""
    x0, eps, x_t, abar = parts(state, chain, t)
    a, s = np.sqrt(abar), np.sqrt(1 - abar)
    mix = Formula(symbols="x_t = sqrt(ᾱ_t) x_0 + sqrt(1 - ᾱ_t) eps", numbers=f"x_{t} = {a:.4f} x_0 + {s:.4f} eps")
    pictures = (
        shades(
            "signal",
            f"{a:.3f} · x_0",
            a * x0,
            about="One digit of 16x16 pixels, from -1 to 1, times sqrt(ᾱ). All three pictures have one scale of greys.",
            origin=partial(_part, "x_0", "sqrt(ᾱ_t)", float(a), x0),
        ),
        shades(
            "noise",
            f"{s:.3f} · eps",
            s * eps,
            join="+",
            about="Independent Gaussian numbers of mean 0 and variance 1, times sqrt(1 - ᾱ).",
            origin=partial(_part, "eps", "sqrt(1 - ᾱ_t)", float(s), eps),
        ),
        shades(
            "x_t",
            f"x_t, t = {t} of {chain.steps}",
            x_t,
            join="=",
            about="The sum. Move the slider t: the noise stays the same, its share grows.",
            origin=partial(mixed, x0, eps, abar),
            cursor=(7, 7),
        ),
    )
    return (
        Frame(
            title="one slider",
            caption=f"t = {t} of {chain.steps}: each pixel is {a:.0%} of the image's and {s:.0%} of a noise pixel. The "
            "squares of both, ᾱ and 1 - ᾱ, make 1.",
            figures=pictures,
            formulas=(mix,),
            facts=("AE1",),
        ),
    )


def _share(chain: Schedule, t: int, row: int, column: int) -> Origin:
    abar = float(chain.alpha_bar[t])
    told = (
        Formula(symbols="signal = ᾱ_t = Π (1 - β_s)", numbers=f"{product(chain, t)} = {abar:.4g}"),
        Formula(symbols="noise = 1 - ᾱ_t", numbers=f"1 - {abar:.4g} = {1 - abar:.4g}"),
        Formula(symbols="Var x_t = ᾱ_t · 1 + (1 - ᾱ_t)", numbers=f"{abar:.4g} + {1 - abar:.4g} = 1"),
    )
    return Origin(formulas=(told[row],))


def product(chain: Schedule, t: int) -> str:
    """The product of 1 - beta up to t in numbers: the first factors and the last."""
    kept = [f"{1 - beta:.4f}" for beta in chain.beta[1 : t + 1]]
    return "·".join(kept if len(kept) <= 3 else (*kept[:2], "…", kept[-1])) or "1"


def variance(state: State, chain: Schedule, t: int) -> Frame:
    """How much of the variance is signal, and how much noise, over t."""
    x0, eps, _, abar = parts(state, chain, t)
    level = standardised(x0)
    at = np.union1d(np.linspace(0, chain.steps, 21).round().astype(int), t)
    measured = np.array([jump(level, eps, float(chain.alpha_bar[i])).var() for i in at])
    shares = Bars(
        name="shares",
        title="Var x_t = ᾱ_t · 1 + (1 - ᾱ_t)",
        labels=("signal ᾱ", "noise 1 - ᾱ", "both"),
        values=[abar, 1 - abar, 1.0],
        high=1.2,
        about="For data of variance 1 the two shares always make 1: noise replaces signal, nothing is piled on top.",
        origin=partial(_share, chain, t),
    )
    spread = Curves(
        name="variance",
        title="over t",
        about="The measured variance of 256 pixels is off 1 by chance: that of this very noise.",
        x=at,
        lines={"measured": measured, "signal": chain.alpha_bar[at], "noise": 1 - chain.alpha_bar[at]},
        x_label="t",
        levels={"1": 1.0},
        at=t,
    )
    return Frame(
        title="signal fades as noise grows",
        caption="The image, scaled to variance 1, keeps variance 1: the signal is shrunk to make room for noise.",
        figures=(shares, spread),
        facts=("AE3",),
    )


def _alike(image: Floats, x0: Floats, abar: float) -> Origin:
    formula = Formula(
        symbols="r = mean (x_t - mean x_t)(x_0 - mean x_0) / (sd x_t · sd x_0), expected sqrt(ᾱ_t)",
        numbers=f"{np.mean((image - image.mean()) * (x0 - x0.mean())):.4f} / ({image.std():.4f}·{x0.std():.4f}) = "
        f"{correlation(image, x0):.4g}, expected sqrt({abar:.4g}) = {np.sqrt(abar):.4g}",
    )
    return Origin(formulas=(formula,))


def strip(state: State, chain: Schedule, t: int) -> tuple[Frame, ...]:
    """The same image at rising t with the same noise, and how alike each still is."""
    x0 = standardised(picture(state["digit"]))
    times, images = film(x0, noise(int(state["draw"]), state.seed), chain)
    near = int(np.abs(np.array(times) - t).argmin())
    figures = (
        Wall(
            name="film",
            title="x_t with the same noise throughout",
            about="One picture of noise is mixed in ever larger shares. Point at a picture to set t.",
            images=images,
            columns=FILM,
            labels=[f"t={s}" for s in times],
            signed=False,
            reach=(-2.5, 2.5),
            chosen=near,
            picks=lambda row, column: {"t": 10 * round(100 * times[min(row, FILM - 1)] / chain.steps)},
        ),
        Bars(
            name="correlation",
            title="correlation r with x_0, and sqrt(ᾱ_t)",
            labels=[f"t={s}" for s in times],
            values=[correlation(image, x0) for image in images],
            high=1.0,
            marked=(near,),
            notes=[f"sqrt(ᾱ) {np.sqrt(chain.alpha_bar[s]):.4f}" for s in times],
            new_row=True,
            about="For data of variance 1 it is sqrt(alpha-bar), up to chance: 256 pixels are few.",
            origin=lambda row, column: _alike(images[row], x0, float(chain.alpha_bar[times[row]])),
        ),
    )
    caption = (
        f"From image to noise in six pictures: r falls like sqrt(ᾱ). One noise of {PIXELS} pixels is off by chance, "
        f"about ±{1 / np.sqrt(PIXELS):.2f}."
    )
    return (Frame(caption=caption, figures=figures),)
