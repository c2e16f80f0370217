"""Frames of two trained GANs, one that holds the balance and one that collapses. Torch-free."""

from functools import partial
from typing import Any

import numpy as np

from ..kit.figures import Bars, Curves, Figure
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .modes import told
from .ring_figures import SHOWN, levels, mode_bars, plane, real_points

RECIPES = {
    "stable": "R1 keeps D's slopes small; both learn equally fast",
    "collapse": "D is unrestrained and learns 40 times as fast as G",
}
MOMENTS = 12


def side_by_side(state: State) -> Frames:
    """Both at one moment of their training; their modes and losses over all of it."""
    return Frames(4, partial(_frame, state, state.result("ring-gans")))


def pictured(result: Any, moment: int, seed: int) -> Figure:
    """One recipe at a moment."""
    shown = result.moments[moment]
    return plane(
        result.recipe,
        f"{result.recipe}, step {shown.step}: {told(shown.fakes)}",
        fake=shown.fakes[:SHOWN],
        real=real_points(seed, SHOWN),
        surface=shown.surface,
        about=f"{RECIPES[result.recipe]}. The tint is D's answer.",
    )


def _frame(state: State, both: Any, k: int) -> Frame:
    pair = (both.stable, both.collapse)
    last = max(float(result.moments[-1].step) for result in pair)
    if k == 0:
        caption = (
            "Same networks and data, two recipes. Left: R1, equal rates that decay, 3000 steps. Right: no R1, D 40 "
            "times as fast, 1000 steps at full rates."
        )
        figures = tuple(pictured(result, state["moment"], state.seed) for result in pair)
        return Frame(title="Stable and collapsed", caption=caption, figures=figures)
    if k == 1:
        caption = "Counted over 4,000 generated points: the collapsed generator misses most of the data."
        bars = tuple(mode_bars(result.recipe, result.recipe, result.samples) for result in pair)
        return Frame(title="Modes reached", caption=caption, figures=bars)
    if k == 2:
        caption = (
            "Modes over the training, of 512 points each time. Collapse is not a bad end: it is there early, and stays."
        )
        counted = tuple(_counted(result, state["moment"], last) for result in pair)
        return Frame(title="Modes over the training", caption=caption, figures=counted)
    caption = (
        "Balanced losses hover about 2 ln 2 and ln 2. In the collapse D's loss stays far below: it can tell, always."
    )
    return Frame(
        title="Losses over the training",
        caption=caption,
        figures=(*(_losses(result, last) for result in pair), _answers(pair)),
        facts=("AD0", "AD3"),
    )


def _until(x: Any, lines: dict[str, Any], last: float) -> tuple[Any, dict[str, Any]]:
    """Curves continued by nothing up to `last`, so that two trainings share an axis."""
    more = np.append(x, last) if x[-1] < last else np.asarray(x)
    return more, {name: np.append(y, np.full(len(more) - len(x), np.nan)) for name, y in lines.items()}


def _counted(result: Any, moment: int, last: float) -> Figure:
    modes = np.array([m.modes for m in result.moments], dtype=float)
    x, lines = _until(np.array([float(m.step) for m in result.moments]), {"modes": modes}, last)
    return Curves(
        name=result.recipe,
        title=f"{result.recipe}: modes of 8, {result.moments[-1].step} steps",
        x=x,
        lines=lines,
        x_label="step",
        levels={"all": 8.0, "none": 0.0},
        at=float(result.moments[moment].step),
    )


def _losses(result: Any, last: float) -> Figure:
    both = {"loss of D": result.losses["D"], "loss of G": result.losses["G"]}
    x, lines = _until(np.asarray(result.steps, dtype=float), both, last)
    return Curves(
        name=f"{result.recipe} losses",
        title=f"{result.recipe}: losses of mini-batches",
        x=x,
        lines=lines,
        x_label="step",
        y_label="nats",
        levels=levels("non-saturating"),
    )


def _answers(pair: tuple[Any, Any]) -> Figure:
    return Bars(
        name="answers",
        title="D's mean answer at the end",
        labels=[f"{result.recipe}, {kind}" for result in pair for kind in ("real", "made")],
        values=[answer for result in pair for answer in (result.d_real, result.d_fake)],
        high=1.0,
        reference=("1/2", 0.5),
    )
