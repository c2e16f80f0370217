"""Frames of the next half-step of each side: its batch with labels and losses, its pulls, its changes. Torch-free."""

from functools import partial

import numpy as np

from ..kit.figures import Formula, Origin, Table
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .gan_arena import loss_in_use, played
from .ring_figures import ARROWS, arrow_scale, plane, pointwise


def batches(state: State) -> Frames:
    """The next half-step of each side: what D is given, labelled, and what changes."""
    return Frames(2, partial(_batch, state))


def _batch(state: State, k: int) -> Frame:
    game, loss = played(state), loss_in_use(state)
    half = game.halves["dg"[k]]
    if k == 0:
        chosen = [*range(5), *range(len(half.points) // 2, len(half.points) // 2 + 5)]
        caption = "D's half-step: 64 real points labelled 1, 64 made ones labelled 0. Made points are its negatives."
    else:
        chosen = list(range(10))
        caption = "G's half-step: made points alone, through D as it is. G's loss falls where D says real; D rests."
    rows, formulas = [], []
    for n in chosen:
        (x, y), label, answer = half.points[n], int(half.labels[n]), float(half.answers[n])
        value, formula = pointwise(label, answer) if k == 0 else _wished(answer, loss)
        rows.append(["real" if label else "made", float(x), float(y), label if k == 0 else "-", answer, value])
        formulas.append(formula)
    batch = Table(
        name="batch",
        title=f"10 of {len(half.points)} rows; mean loss {half.loss:.4f}",
        about="The batch that the next half-step takes, with D's answers before the update.",
        columns=("point", "x", "y", "label", "D", "loss"),
        rows=rows,
        digits=3,
        cursor=(0, 5),
        origin=lambda row, column: Origin(formulas=(formulas[row],), cells={"batch": ((row, 3), (row, 4))}),
    )
    changed = Table(
        name="changed",
        title="largest change of a parameter",
        about="Each side has an optimiser of its own, which holds its own parameters only.",
        columns=("network", "by this half-step"),
        rows=[["D", half.changed["D"]], ["G", half.changed["G"]]],
        marked=(k,),
    )
    return Frame(title=("D's half-step", "G's half-step")[k], caption=caption, figures=(batch, changed))


def _wished(answer: float, loss: str) -> tuple[float, Formula]:
    """G's loss of one made point."""
    if loss == "non-saturating":
        value = -float(np.log(max(answer, 1e-300)))
        return value, Formula(symbols="-ln D(G(z)): G wants label 1", numbers=f"-ln {answer:.4f} = {value:.4f}")
    value = float(np.log(max(1 - answer, 1e-300)))
    return value, Formula(symbols="ln(1 - D(G(z)))", numbers=f"ln(1 - {answer:.4f}) = {value:.4f}")


def pulls(state: State) -> Frames:
    """G's pulls under both losses, and D alone trained until it is sure."""
    return Frames(2, partial(_pulls, state))


def _pulls(state: State, k: int) -> Frame:
    game, chosen = played(state), loss_in_use(state)
    view = game.view
    other = "minimax" if chosen == "non-saturating" else "non-saturating"
    if k == 0:
        by_loss = {chosen: view.pulls, other: view.other_pulls}
        scale = arrow_scale(by_loss["non-saturating"])
        figures = tuple(
            plane(
                name, f"{name}: mean pull {np.hypot(*by_loss[name].T).mean():.3g} nats/unit",
                fake=view.fake[:ARROWS], real=view.real[:120],
                arrows=(view.fake[:ARROWS], scale * by_loss[name][:ARROWS]), arrows_label="pull, one scale",
                about="Minus the gradient of this loss by each made point; both planes share one scale.",
            )
            for name in ("non-saturating", "minimax")
        )  # fmt: skip
        caption = (
            "Both losses pull the same way. Where D is sure that points are made, -ln D still pulls and ln(1 - D) "
            "hardly does: train D alone with d and watch."
        )
        ratio = Formula(
            symbols="pull of minimax = D/(1 - D) · pull of non-saturating",
            numbers=f"mean D at made points {view.d_fake:.3g}",
        )
        return Frame(title="Two losses for G", caption=caption, figures=figures, formulas=(ratio,))
    half = game.halves["g"]
    rows = [
        [float(x), float(y), float(a), float(b), float(np.hypot(a, b))]
        for (x, y), (a, b) in zip(view.fake[:8], view.pulls[:8], strict=True)
    ]
    numbers = Table(
        name="pulls",
        title=f"-dL_G/dx at eight made points, {chosen}",
        columns=("x", "y", "pull x", "pull y", "length"),
        rows=rows,
        digits=3,
    )
    changed = Table(
        name="changed",
        title="G's half-step changes",
        columns=("network", "largest change"),
        rows=[["D", half.changed["D"]], ["G", half.changed["G"]]],
    )
    caption = "The gradient passes through D and stops at its input: D's own parameters stay exactly as they are."
    return Frame(title="The numbers", caption=caption, figures=(numbers, changed))
