"""The frames of chain and jump: steps from the one before alone, and the closed form of many. Torch-free."""

from functools import lru_cache
from typing import Any

import numpy as np

from ..kit.figures import Curves, Formula, Table
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


def chain_or_jump(state: State, chain: Schedule, at: int) -> tuple[Frame, ...]:
    """The learner steps or jumps; then thousands of walkers both ways."""
    t, before, x, said = replay(
        state["walk"], state["digit"], chain.name, chain.steps, state["rescale"], at, state.seed
    )
    x0, abar = picture(state["digit"]), float(chain.alpha_bar[t])
    jumped = jump(x0, noise(int(state["draw"]), state.seed), abar)
    stepping = (
        shades("before", f"x_{t - 1}" if t else "x_0", before),
        shades("x_t", f"x_{t}: {said}", x, join="→", about="A step needs x_{t-1} and fresh noise, nothing older."),
        shades("x_t jump", f"x_{t} by one jump", jumped, about="The same law from x_0 in one go, other noise."),
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
