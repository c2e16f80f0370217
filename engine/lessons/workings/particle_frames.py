"""The frames of the particles: noise spreads them, the score pulls them back. Torch-free."""

from typing import Any

import numpy as np

from ..kit.figures import Curves, Formula, Plane
from ..kit.fixtures import Floats
from ..kit.lesson import Frame
from ..kit.state import State
from .noising import Schedule
from .particles import SHOWN, begin, expected_radius, pulled_back, radius, score, spread

EXTENT = (-3.0, 3.0, -3.0, 3.0)
_SIDE = np.linspace(-2.6, 2.6, 9)
PLACES = np.stack(np.meshgrid(_SIDE, _SIDE), -1).reshape(-1, 2)
SAMPLED = 21
"""Times at which the measured curve is drawn."""


def arrows(shape: str, alpha_bar: float) -> tuple[Floats, Floats]:
    """Places and the score there, times 1 - abar: the way to the mean of what could have been there."""
    pull = score(PLACES, shape, alpha_bar) * (1 - alpha_bar)
    length = np.linalg.norm(pull, axis=1, keepdims=True)
    return PLACES, 0.5 * pull / np.maximum(length, 0.5)


def _radii(measured: Floats, times: Any, chain: Schedule, start: Floats, t: int) -> Curves:
    expected = expected_radius(start, chain)
    lines = {"expected": expected[times], "measured": measured}
    return Curves(
        name="radius",
        title="mean squared distance",
        about="Expected: the share of signal times what it was, plus 2 (two coordinates) times the share of noise.",
        x=times,
        lines=lines,
        x_label="t",
        levels={"pure noise": 2.0},
        at=t,
    )


def _times(chain: Schedule, t: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    return np.union1d(np.linspace(0, chain.steps, SAMPLED).round().astype(int), t)


def spreading(state: State, chain: Schedule, t: int) -> Frame:
    """Forwards from the data."""
    shape, seed, times = state["shape"], state.seed, _times(chain, t)
    start, abar = begin(shape, seed), float(chain.alpha_bar[t])
    here = spread(shape, seed, abar)
    forth = np.array([radius(spread(shape, seed, float(chain.alpha_bar[s]))) for s in times])
    expected = abar * radius(start) + 2 * (1 - abar)
    line = Formula(
        symbols="E|x_t|² = ᾱ r0² + 2 (1 - ᾱ)",
        numbers=f"{abar:.3g}·{radius(start):.3g} + 2·{1 - abar:.3g} = {expected:.3g}; measured: {radius(here):.3g}",
    )
    plane = Plane(
        name="plane",
        title=f"particles at t = {t} of {chain.steps}",
        extent=EXTENT,
        points={"data": start[:SHOWN], "at t": here[:SHOWN]} if t else {"data": start[:SHOWN]},
        about="Every particle is moved a little towards the middle and jolted by Gaussian noise at each step.",
    )
    return Frame(
        title="forwards: particles spread",
        caption="Particles go from dense to sparse until only a Gaussian cloud is left. Move t to see when the "
        "shape is gone.",
        figures=(plane, _radii(forth, times, chain, start, t)),
        formulas=(line,),
    )


def pulling(state: State, chain: Schedule, t: int) -> Frame:
    """Backwards from pure noise, along the score."""
    shape, seed, times = state["shape"], state.seed, _times(chain, t)
    stops, way = pulled_back(shape, seed, chain.name, chain.steps, state["rescale"])
    near = int(np.abs(np.array(stops) - t).argmin())
    back = np.array([radius(way[int(np.abs(np.array(stops) - s).argmin())]) for s in times])
    plane = Plane(
        name="plane",
        title=f"particles and field, t = {stops[near]}",
        extent=EXTENT,
        points={"at t": way[near][:SHOWN]},
        arrows=arrows(shape, max(float(chain.alpha_bar[stops[near]]), 1e-9)),
        arrows_label="score: towards where they are dense",
        paths={"the way of six": [way[: near + 1, k] for k in range(0, 24, 4)]} if near else {},
        about="They begin as pure noise at T. The arrows are the score, the gradient of log q_t, known here in closed "
        "form; a network that predicts the noise learns it: score = -eps / sqrt(1 - abar).",
    )
    return Frame(
        title="backwards: a field pulls them back",
        caption="Real diffusion does not run backwards. Here a field, the score, pulls pure noise back to the "
        "shape: move t from the right to 0.",
        figures=(plane, _radii(back, times, chain, begin(shape, seed), t)),
        formulas=(Formula(symbols="field = ∇ log q_t(x) = -E[eps | x_t] / sqrt(1 - ᾱ_t)"),),
    )
