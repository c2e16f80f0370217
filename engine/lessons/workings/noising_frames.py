"""The frames of one noised image: picture, noise and their mix at t, and a strip from image to noise. Torch-free."""

from functools import partial
from typing import Any

import numpy as np

from ..kit.figures import Bars, Curves, Formula, Grid, Origin, Wall
from ..kit.fixtures import Floats
from ..kit.lesson import Frame
from ..kit.state import State
from .digit_pictures import noise, picture, standardised
from .noising import Schedule, correlation, jump

FILM = 8


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
    """A picture: greys for images, two colours for noise."""
    signed = name.startswith("eps")
    reach = (-2.5, 2.5) if signed or name.startswith(("x_t", "before")) else (-1.0, 1.0)
    scope = "fixed"
    return Grid(name=name, title=title, values=values, shows="shades", signed=signed, reach=reach, scope=scope, **more)


def _pixel(x0: Floats, eps: Floats, abar: float, row: int, column: int) -> Origin:
    a, s, x, e = np.sqrt(abar), np.sqrt(1 - abar), x0[row, column], eps[row, column]
    formula = Formula(
        symbols="x_t = sqrt(ᾱ_t) x_0 + sqrt(1 - ᾱ_t) eps",
        numbers=f"{a:.3f}·({x:.3g}) + {s:.3f}·({e:.3g}) = {a * x + s * e:.3g}",
    )
    return Origin(formulas=(formula,), cells=dict.fromkeys(("x_0", "eps", "x_t"), ((row, column),)))


def _share(x0: Floats, abar: float) -> float:
    """How much of the variance of x_t is this image's own."""
    return float(abar * x0.var() / (abar * x0.var() + 1 - abar))


def noising(state: State, chain: Schedule, t: int) -> tuple[Frame, ...]:
    """Image and noise mixed at t; then how much of each is in it."""
    x0, eps, x_t, abar = parts(state, chain, t)
    a, s = np.sqrt(abar), np.sqrt(1 - abar)
    mix = Formula(symbols="x_t = sqrt(ᾱ_t) x_0 + sqrt(1 - ᾱ_t) eps", numbers=f"x_{t} = {a:.4f} x_0 + {s:.4f} eps")
    origin = partial(_pixel, x0, eps, abar)
    pictures = (
        shades("x_0", f"x_0, times {a:.3f}", x0, about="One digit of 16x16 pixels, from -1 to 1."),
        shades(
            "eps", f"eps, times {s:.3f}", eps, join="+", about="Independent Gaussian numbers of mean 0, variance 1."
        ),
        shades(
            "x_t",
            f"x_t, t = {t} of {chain.steps}",
            x_t,
            join="=",
            about="The sum. Move the slider t: the noise stays the same, its share grows.",
            origin=origin,
            cursor=(7, 7),
        ),
    )
    level = standardised(x0)
    at = np.union1d(np.linspace(0, chain.steps, 21).round().astype(int), t)
    measured = np.array([jump(level, eps, float(chain.alpha_bar[i])).var() for i in at])
    shares = Bars(
        name="shares",
        title="the variance of x_t",
        labels=("signal ᾱ", "noise 1 - ᾱ", "both"),
        values=[abar, 1 - abar, 1.0],
        high=1.2,
        about="For data of variance 1 the two shares always make 1: noise replaces signal, nothing is piled on top.",
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
    return (
        Frame(
            title="one slider",
            caption=f"At t = {t} of {chain.steps} ᾱ = {abar:.1%} of the variance is still image in data of variance 1; "
            f"in this digit, of variance {x0.var():.2f}, {_share(x0, abar):.1%}.",
            figures=pictures,
            formulas=(mix,),
            facts=("AE1",),
        ),
        Frame(
            title="signal fades as noise grows",
            caption="The image, scaled to variance 1, keeps variance 1: the signal is shrunk to make room for noise.",
            figures=(shares, spread),
            formulas=(Formula(symbols="Var x_t = ᾱ_t · 1 + (1 - ᾱ_t)", numbers=f"{abar:.4g} + {1 - abar:.4g} = 1"),),
            facts=("AE3",),
        ),
    )


def strip(state: State, chain: Schedule, t: int) -> tuple[Frame, ...]:
    """The same image at rising t with the same noise, and how alike each still is."""
    x0 = standardised(picture(state["digit"]))
    times, images = film(x0, noise(int(state["draw"]), state.seed), chain)
    alike = [correlation(image, x0) for image in images]
    near = int(np.abs(np.array(times) - t).argmin())
    figures = (
        Wall(
            name="film",
            title="x_t with the same noise throughout",
            about="One picture of noise is mixed in ever larger shares. Point at a frame to set t.",
            images=images,
            columns=4,
            labels=[f"t={s}" for s in times],
            signed=False,
            reach=(-2.5, 2.5),
            chosen=near,
            picks=lambda row, column: {"t": 10 * round(100 * times[min(row, FILM - 1)] / chain.steps)},
        ),
        Bars(
            name="correlation",
            title="correlation with x_0",
            labels=[f"t={s}" for s in times],
            values=alike,
            high=1.0,
            marked=(near,),
            notes=[f"sqrt(ᾱ) = {np.sqrt(chain.alpha_bar[s]):.2f}" for s in times],
            new_row=True,
            about="For data of variance 1 it is sqrt(alpha-bar), up to chance: 256 pixels are few.",
        ),
    )
    caption = "From image to noise in eight frames. How alike a frame is to x_0 is what sqrt(ᾱ) says."
    return (Frame(caption=caption, figures=figures, formulas=(Formula(symbols="corr(x_t, x_0) = sqrt(ᾱ_t)"),)),)
