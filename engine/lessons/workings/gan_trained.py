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
    "stable": "R1, a penalty on D's slope at real points, keeps D smooth; both learn equally fast",
    "collapse": "D is unrestrained: no R1, so its slopes may grow, and it learns 40 times as fast as G",
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
            "Same networks and data. Left: R1 (a penalty on D's slope), equal rates that decay, 3000 steps. Right: no "
            "R1, D 40 times as fast, 1000 steps."
        )
        figures = tuple(pictured(result, state["moment"], state.seed) for result in pair)
        return Frame(title="Stable and collapsed", caption=caption, figures=figures)
    if k == 1:
        caption = (
            "Counted over 4,000 points: the collapsed one misses most of the data. Fooling D in one place satisfies "
            "G's loss: it counts no modes."
        )
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
        figures=(*(_losses(pair, side, last) for side in "DG"), _answers(pair)),
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


def _losses(pair: tuple[Any, Any], side: str, last: float) -> Figure:
    """The loss of one side in both trainings, on one axis."""
    parts = [
        _until(np.asarray(result.steps, dtype=float), {result.recipe: result.losses[side]}, last) for result in pair
    ]
    x = np.union1d(*(steps for steps, _ in parts))
    lines = {}
    for steps, line in parts:
        ((name, values),) = line.items()
        lines[name] = np.full(len(x), np.nan)
        lines[name][np.searchsorted(x, steps)] = values
    name, level = list(levels("non-saturating").items())["DG".index(side)]
    return Curves(
        name=f"losses of {side}",
        title=f"loss of {side}, mini-batches",
        about="Both trainings on one axis. The level is the loss where D can only guess.",
        x=x,
        lines=lines,
        x_label="step",
        y_label="nats",
        levels={name: level},
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
