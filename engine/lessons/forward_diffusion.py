"""Forward diffusion: an image drowns in Gaussian noise, step by step or at once."""

from functools import lru_cache, partial
from typing import Any

import numpy as np

from .kit.figures import Bars, Curves, Formula, Grid, Origin, Table, Wall
from .kit.fixtures import Floats
from .kit.lesson import Frame, Lesson, Note, Preset, Scene
from .kit.settings import Choice, Moves, Numbers, Slider, Switch
from .kit.state import State
from .trainings.denoising_digits import DENOISING_DIGITS
from .workings.digit_pictures import DIGITS, noise, picture, standardised
from .workings.equilibrium import DATA
from .workings.limit_frames import equilibrium, sde
from .workings.noising import LENGTHS, NAMES, Schedule, correlation, jump, schedule, step, walk, x0_hat
from .workings.particle_frames import particles
from .workings.particles import SHAPES
from .workings.vp_sde import STEPS
from .workings.weather import STATES, WEATHERS
from .workings.weather_frames import weather

PIXEL = 1.7
"""The value of the one number that thousands of walkers start from."""
WALKERS = 2000
FILM = 8


def chosen(state: State) -> Schedule:
    """The schedule of the settings."""
    return schedule(state["schedule"], int(state["T"]), state["rescale"])


def time(state: State) -> int:
    """t of 0..T, where the slider stands."""
    return chosen(state).step(state["t"])


def parts(state: State) -> tuple[Floats, Floats, Floats, float]:
    """x_0, eps and x_t (16, 16), and alpha_bar_t."""
    x0, eps = picture(state["digit"]), noise(int(state["draw"]), state.seed)
    abar = float(chosen(state).alpha_bar[time(state)])
    return x0, eps, jump(x0, eps, abar), abar


def film(x0: Floats, eps: Floats, chain: Schedule, frames: int = FILM) -> tuple[list[int], Floats]:
    """Times from 0 to T and x_t at each, always with the same eps."""
    times = [int(t) for t in np.linspace(0, chain.steps, frames).round()]
    return times, np.array([jump(x0, eps, float(chain.alpha_bar[t])) for t in times])


@lru_cache(64)
def walkers(name: str, steps: int, rescale: bool, t: int, seed: int, count: int = WALKERS) -> Floats:
    """(count,): that many copies of PIXEL after t steps of the chain, each with noise of its own."""
    beta = schedule(name, steps, rescale).beta[1 : t + 1]
    return walk(np.full(count, PIXEL), beta, np.random.default_rng((seed, 31)))


@lru_cache(64)
def replay(moves: str, digit: str, name: str, steps: int, rescale: bool, at: int, seed: int) -> tuple[Any, ...]:
    """t, x_{t-1} and x_t after the moves, and what the last one was."""
    chain, x0 = schedule(name, steps, rescale), picture(digit)
    rng, t, before, x, said = np.random.default_rng((seed, 41)), 0, x0, x0, "begin: x_0"
    for move in moves:
        if move == "z":
            t, before, x, said = 0, x0, x0, "back to x_0"
        elif move == "g":
            t, before, said = at, x0, f"jumped from x_0 to t = {at} at once"
            x = jump(x0, rng.standard_normal(x0.shape), float(chain.alpha_bar[t]))
        else:
            goal = min(t + {"n": 1, "m": 10, "v": 100}[move], steps)
            said = f"walked from t = {t} to {goal}, {goal - t} steps"
            while t < goal:
                t, before = t + 1, x
                x = step(x, rng.standard_normal(x.shape), float(chain.beta[t]))
    return t, before, x, said


def _shades(name: str, title: str, values: Floats, **more: Any) -> Grid:
    """A picture: greys for images, two colours for noise."""
    signed = name.startswith("eps")
    reach = (-2.5, 2.5) if signed or name in ("x_t", "before") else (-1.0, 1.0)
    settings = {"shows": "shades", "signed": signed, "reach": reach, "scope": "-1 black, 1 white", "digits": 3}
    return Grid(name=name, title=title, values=values, **{**settings, "scope": "noise"} if signed else settings, **more)


def _pixel(x0: Floats, eps: Floats, abar: float, row: int, column: int) -> Origin:
    a, s, x, e = np.sqrt(abar), np.sqrt(1 - abar), x0[row, column], eps[row, column]
    formula = Formula(
        symbols="x_t = sqrt(ᾱ_t) x_0 + sqrt(1 - ᾱ_t) eps",
        numbers=f"{a:.3f}·({x:.3g}) + {s:.3f}·({e:.3g}) = {a * x + s * e:.3g}",
    )
    return Origin(formulas=(formula,), cells={name: ((row, column),) for name in ("x_0", "eps", "x_t")})


def noising(state: State) -> tuple[Frame, ...]:
    """Image and noise mixed at t; then how much of each is in it."""
    x0, eps, x_t, abar = parts(state)
    chain, t = chosen(state), time(state)
    a, s = np.sqrt(abar), np.sqrt(1 - abar)
    mix = Formula(symbols="x_t = sqrt(ᾱ_t) x_0 + sqrt(1 - ᾱ_t) eps", numbers=f"x_{t} = {a:.4f} x_0 + {s:.4f} eps")
    origin = partial(_pixel, x0, eps, abar)
    pictures = (
        _shades("x_0", f"x_0, times {a:.3f}", x0, about="One digit of 16x16 pixels, from -1 to 1."),
        _shades("eps", f"eps, times {s:.3f}", eps, join="+", about="Independent Gaussian numbers of mean 0, variance 1."),
        _shades(
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
    at = np.unique(np.linspace(0, chain.steps, 21).round().astype(int))
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
        title="variance of the pixels of x_t",
        x=at,
        lines={"this noise": measured},
        x_label="t",
        levels={"expected": 1.0},
        at=t,
    )
    return (
        Frame(
            title="one slider",
            caption=f"Noise takes over: {abar:.1%} of the variance is still image at t = {t} of {chain.steps}. "
            "Move t; d is another digit, e other noise.",
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


def schedules(state: State) -> tuple[Frame, ...]:
    """Alpha-bar and SNR over t; then where each schedule ends."""
    chain, t = chosen(state), time(state)
    other = schedule(NAMES[1 - NAMES.index(chain.name)], chain.steps, state["rescale"])
    show = np.unique(np.linspace(0, chain.steps, 101).round().astype(int))
    abar, end = float(chain.alpha_bar[t]), float(chain.alpha_bar[-1])
    lines = {chain.name: chain.alpha_bar[show], other.name: other.alpha_bar[show]}
    snr = {name: np.clip(curve, 1e-9, None) / np.clip(1 - curve, 1e-6, None) for name, curve in lines.items()}
    curves = (
        Curves(
            name="alpha_bar",
            title="ᾱ_t, the share of signal",
            about="The product of 1 - beta over all steps up to t.",
            x=show,
            lines=lines,
            x_label="t",
            at=t,
        ),
        Curves(
            name="snr",
            title="signal-to-noise ratio ᾱ / (1 - ᾱ)",
            about="Above 1 there is more signal than noise. What a network can know of x_0 depends on this alone.",
            x=show[1:],
            lines={name: curve[1:] for name, curve in snr.items()},
            x_label="t",
            log_y=True,
            levels={"as much noise": 1.0},
            at=t,
        ),
    )
    ratio = f"{chain.snr[t]:.4g}" if t else "infinite"
    now = Formula(symbols="ᾱ_t = Π (1 - β_s), SNR = ᾱ_t / (1 - ᾱ_t)", numbers=f"ᾱ_{t} = {abar:.4g}, SNR = {ratio}")
    last = Formula(symbols="what is left at the end", numbers=f"ᾱ_T = {end:.3g}, sqrt = {np.sqrt(end):.3g}")
    rows, marked, struck = [], [], []
    for steps in LENGTHS:
        for name in NAMES:
            each = schedule(name, steps, state["rescale"])
            left = float(each.alpha_bar[-1])
            good = left < 1e-3
            marked += [len(rows)] if (name, steps) == (chain.name, chain.steps) else []
            struck += [] if good else [len(rows)]
            rows.append((name, steps, left, float(np.sqrt(left)), each.crossing, "noise" if good else "still image"))
    table = Table(
        name="table",
        title="where each schedule ends",
        about="Sampling starts from pure noise, so the chain must end there: alpha-bar_T below a thousandth.",
        columns=("schedule", "T", "ᾱ_T", "sqrt", "SNR ≤ 1 at", "ends as"),
        rows=rows,
        marked=tuple(marked),
        struck=tuple(struck),
        digits=3,
    )
    rule = (
        "The linear betas 1e-4 … 0.02 are made for T = 1000; for fewer steps they are multiplied by 1000/T."
        if state["rescale"]
        else "Without 1000/T the linear betas add too little noise in few steps: the chain ends before the image does."
    )
    return (
        Frame(
            title="alpha-bar and signal-to-noise ratio",
            caption=f"{chain.name}, T = {chain.steps}: SNR falls to 1 at t = {chain.crossing}. s changes the schedule, "
            "T the number of steps.",
            figures=curves,
            formulas=(now, last),
        ),
        Frame(title="it must end as noise", caption=rule, figures=(table,), formulas=(last,)),
    )


def strip(state: State) -> tuple[Frame, ...]:
    """The same image at rising t with the same noise, and how alike each still is."""
    chain, t = chosen(state), time(state)
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


def chain_or_jump(state: State) -> tuple[Frame, ...]:
    """The learner steps or jumps; then thousands of walkers both ways."""
    chain, at = chosen(state), time(state)
    t, before, x, said = replay(
        state["walk"], state["digit"], chain.name, chain.steps, state["rescale"], at, state.seed
    )
    x0, abar = picture(state["digit"]), float(chain.alpha_bar[t])
    jumped = jump(x0, noise(int(state["draw"]), state.seed), abar)
    stepping = (
        _shades("before", f"x_{t - 1}" if t else "x_0", before),
        _shades("x_t", f"x_{t}: {said}", x, join="→", about="A step needs x_{t-1} and fresh noise, nothing older."),
        _shades("x_t jump", f"x_{t} by one jump", jumped, about="The same law from x_0 in one go, other noise."),
    )
    wanted = (np.sqrt(abar) * x0.mean(), abar * x0.var() + 1 - abar)
    table = Table(
        name="moments",
        title="pixels",
        columns=("", "mean", "variance"),
        rows=(
            ("here", float(x.mean()), float(x.var())),
            ("jump", float(jumped.mean()), float(jumped.var())),
            ("expected", float(wanted[0]), float(wanted[1])),
        ),
        digits=3,
    )
    here = walkers(chain.name, chain.steps, state["rescale"], at, state.seed)
    mean, var = np.sqrt(chain.alpha_bar[at]) * PIXEL, float(1 - chain.alpha_bar[at])
    edges = np.linspace(-4, 4, 33)
    middle, width = (edges[1:] + edges[:-1]) / 2, edges[1] - edges[0]
    heights = np.histogram(here, edges)[0] / (len(here) * width)
    sd = max(np.sqrt(var), 0.02)
    laws = (
        Curves(
            name="law",
            title=f"{WALKERS} walkers after {at} steps",
            about=f"All begin at {PIXEL}. The smooth line is the closed form, a Gaussian.",
            x=middle,
            lines={
                "walked": heights,
                "closed form": np.exp(-((middle - mean) ** 2) / (2 * sd**2)) / (sd * np.sqrt(2 * np.pi)),
            },
            x_label="x_t",
        ),
        Table(
            name="two ways",
            title="mean and variance",
            columns=("", "mean", "variance"),
            rows=(("chain", float(here.mean()), float(here.var())), ("closed form", float(mean), var)),
        ),
    )
    one = Formula(symbols="x_t = sqrt(1 - β_t) x_{t-1} + sqrt(β_t) z", numbers=f"β_{t} = {chain.beta[t]:.4g}")
    return (
        Frame(
            title="step by step, or at once",
            caption="n takes a step, m ten, v a hundred; g jumps from x_0 to the slider's t; z begins again.",
            figures=(*stepping, table),
            formulas=(one, Formula(symbols="q(x_t | x_0) = N(sqrt(ᾱ_t) x_0, (1 - ᾱ_t) I)")),
        ),
        Frame(
            title="both ways have the same law",
            caption=f"Sums of Gaussians are Gaussian, so {at} steps have a closed form. This makes training cheap: "
            "any t, without walking there.",
            figures=laws,
            formulas=(Formula(symbols="N(sqrt(ᾱ) x_0, 1 - ᾱ)", numbers=f"N({mean:.4f}, {var:.4f})"),),
        ),
    )
