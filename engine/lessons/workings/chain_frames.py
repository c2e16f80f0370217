"""The frames of chain and jump: steps from the one before alone, and the closed form of many. Torch-free."""

from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np

from ..kit.figures import Curves, Formula, Origin, Table
from ..kit.fixtures import Floats
from ..kit.lesson import Frame
from ..kit.state import State
from .digit_pictures import noise, picture
from .noising import Schedule, jump, schedule, step, walk
from .noising_frames import shades

PIXEL = 1.7
"""The value of the one number that thousands of walkers start from."""
WALKERS = 2000


@lru_cache(64)
def walkers(name: str, steps: int, rescale: bool, t: int, seed: int, count: int = WALKERS) -> Floats:
    """(count,): that many copies of PIXEL after t steps of the chain, each with noise of its own."""
    beta = schedule(name, steps, rescale).beta[1 : t + 1]
    return walk(np.full(count, PIXEL), beta, np.random.default_rng((seed, 31)))


class Walked(NamedTuple):
    """Where the moves lead: x = of_before · before + of_z · z, the last thing that was done."""

    t: int
    before: Floats
    z: Floats
    x: Floats
    source: int
    """The t of `before`."""
    said: str


@lru_cache(64)
def replay(moves: str, digit: str, name: str, steps: int, rescale: bool, at: int, seed: int) -> Walked:
    """Does the moves."""
    chain, x0 = schedule(name, steps, rescale), picture(digit)
    begin = Walked(0, x0, np.zeros_like(x0), x0, 0, "begin")
    rng, now = np.random.default_rng((seed, 41)), begin
    for move in moves:
        if move == "z":
            now = begin
        elif move == "g":
            z = rng.standard_normal(x0.shape)
            now = Walked(at, x0, z, jump(x0, z, float(chain.alpha_bar[at])), 0, "jumped")
        else:
            first, goal = now.t, min(now.t + {"n": 1, "m": 10, "v": 100}[move], steps)
            for t in range(first + 1, goal + 1):
                z = rng.standard_normal(x0.shape)
                said = "one step" if goal == first + 1 else f"{goal - first} steps"
                now = Walked(t, now.x, z, step(now.x, z, float(chain.beta[t])), t - 1, said)
    return now


def _factors(now: Walked, chain: Schedule) -> tuple[float, float]:
    """What `before` and z are multiplied by."""
    kept = float(chain.alpha_bar[now.t]) if now.said == "jumped" else 1 - float(chain.beta[now.t])
    return float(np.sqrt(kept)), float(np.sqrt(1 - kept))


def _pixel(now: Walked, of_x: float, of_z: float, row: int, column: int) -> Origin:
    cell = (row, column)
    formula = Formula(
        symbols=f"x_{now.t} = {_symbols(now)}",
        numbers=f"{of_x:.4f}·({now.before[cell]:.3f}) + {of_z:.4f}·({now.z[cell]:.3f}) = {now.x[cell]:.3f}",
    )
    return Origin(formulas=(formula,), cells=dict.fromkeys(("before", "eps z"), (cell,)))


def _symbols(now: Walked) -> str:
    if now.said == "jumped":
        return "sqrt(ᾱ_t) x_0 + sqrt(1 - ᾱ_t) z"
    return "sqrt(1 - β_t) x_{t-1} + sqrt(β_t) z"


def _moment(x0: Floats, abar: float, row: int, column: int) -> Origin | None:
    """Where an expected mean or variance came from."""
    if row < 2 or not column:
        return None
    mean, var = x0.mean(), x0.var()
    told = (
        Formula(
            symbols="expected mean = sqrt(ᾱ_t) · mean x_0",
            numbers=f"{np.sqrt(abar):.4f}·({mean:.3f}) = {np.sqrt(abar) * mean:.3f}",
        ),
        Formula(
            symbols="expected variance = ᾱ_t · var x_0 + 1 - ᾱ_t",
            numbers=f"{abar:.4f}·{var:.3f} + {1 - abar:.4f} = {abar * var + 1 - abar:.3f}",
        ),
    )
    return Origin(formulas=(told[column - 1],))


def stepping(state: State, chain: Schedule, at: int) -> tuple[Frame, ...]:
    """The learner steps or jumps: where that leads, beside a jump; then the last step alone."""
    now = replay(state["walk"], state["digit"], chain.name, chain.steps, state["rescale"], at, state.seed)
    t, x0, abar = now.t, picture(state["digit"]), float(chain.alpha_bar[now.t])
    of_x, of_z = _factors(now, chain)
    jumped = jump(x0, noise(int(state["draw"]), state.seed), abar)
    sides = (
        shades("here", f"x_{t}: {now.said}", now.x, about="Where the moves lead. Every step brings fresh noise."),
        shades("x_t jump", f"x_{t} by a jump", jumped, about="The same law from x_0 in one go, with other noise."),
        Table(
            name="moments",
            title="256 pixels",
            columns=("", "mean", "var"),
            rows=(
                ("here", float(now.x.mean()), float(now.x.var())),
                ("jump", float(jumped.mean()), float(jumped.var())),
                ("expected", float(np.sqrt(abar) * x0.mean()), float(abar * x0.var() + 1 - abar)),
            ),
            digits=3,
            about="Both pictures have the mean and the variance that the closed form expects, up to chance.",
            origin=partial(_moment, x0, abar),
        ),
    )
    last = (
        shades("before", f"x_{now.source}, times {of_x:.4f}", now.before, about="All that a step knows of the past."),
        shades("eps z", f"z, times {of_z:.4f}", now.z, join="+", about="Fresh noise: no step has seen it before."),
        shades(
            "x_t",
            f"x_{t}: {now.said}",
            now.x,
            join="=",
            about="A step needs x_{t-1} and fresh noise, nothing older. After several steps the last one is shown.",
            origin=partial(_pixel, now, of_x, of_z),
        ),
    )
    one = Formula(
        symbols=f"x_t = {_symbols(now)}",
        numbers=f"x_{t} = {of_x:.4f} x_{now.source} + {of_z:.4f} z" if t else "no step yet",
    )
    facts = ("AF3",) if now.said == "jumped" else ("AF2",)
    keys = "n takes a step, m ten, v a hundred; g jumps from x_0 to the slider's t; z begins again."
    return (
        Frame(title="step by step, or at once", caption=keys, figures=sides, formulas=(one,), facts=facts),
        Frame(
            title="the last step",
            caption="What was done last: from the picture before and fresh noise, nothing else. n takes a step, m ten.",
            figures=last,
            formulas=(one,),
            facts=facts,
        ),
    )


def laws(state: State, chain: Schedule, at: int) -> Frame:
    """Thousands of walkers beside the closed form."""
    here = walkers(chain.name, chain.steps, state["rescale"], at, state.seed)
    mean, var = float(np.sqrt(chain.alpha_bar[at]) * PIXEL), float(1 - chain.alpha_bar[at])
    edges = np.linspace(-4, 4, 33)
    middle, width = (edges[1:] + edges[:-1]) / 2, edges[1] - edges[0]
    heights = np.histogram(here, edges)[0] / (len(here) * width)
    sd = max(np.sqrt(var), 0.02)
    figures = (
        Curves(
            name="law",
            title=f"density of {WALKERS} walkers, t = {at}",
            about=f"All begin at {PIXEL} and take {at} steps. The smooth line is the closed form, a Gaussian.",
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
            rows=(("walked", float(here.mean()), float(here.var())), ("closed form", mean, var)),
        ),
    )
    return Frame(
        title="both ways have the same law",
        caption=f"Sums of Gaussians are Gaussian, so {at} steps have a closed form. This makes training cheap: "
        "any t, without walking there.",
        figures=figures,
        formulas=(
            Formula(
                symbols=f"q(x_t | x_0) = N(sqrt(ᾱ_t) x_0, 1 - ᾱ_t), x_0 = {PIXEL}", numbers=f"N({mean:.4f}, {var:.4f})"
            ),
        ),
        facts=("AF3",),
    )
