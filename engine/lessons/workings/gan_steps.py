"""Frames of the next half-step of each side: its batch with labels and losses, its pulls, its changes. Torch-free."""

from functools import partial
from typing import Any

import numpy as np

from ..kit.figures import Formula, Origin, Table
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .gan_arena import loss_in_use, played
from .kl import signed
from .ring_figures import ARROWS, arrow_scale, plain, plane, pointwise

SHORT = {"non-saturating": "-ln D", "minimax": "ln(1-D)"}


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
        rows.append(["real" if label else "made", float(x), float(y), label if k == 0 else "wants 1", answer, value])
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
    changed = _changed(half, k, "Each side has an optimiser of its own, which holds its own parameters only.")
    return Frame(title=("D's half-step", "G's half-step")[k], caption=caption, figures=(batch, changed))


def _wished(answer: float, loss: str) -> tuple[float, Formula]:
    """G's loss of one made point."""
    if loss == "non-saturating":
        value = 0.0 - float(np.log(max(answer, 1e-300)))
        numbers = f"-ln {plain(answer)} = {plain(value, 4)}"
        return value, Formula(symbols="-ln D(G(z)): G wants label 1", numbers=numbers)
    value = float(np.log(max(1 - answer, 1e-300)))
    return value, Formula(symbols="ln(1 - D(G(z)))", numbers=f"ln(1 - {plain(answer)}) = {plain(value, 4)}")


def _changed(half: Any, side: int, about: str) -> Table:
    """The largest change of a number of D and of G by a half-step; `side` 0 is D's."""
    whole = {"D": "8,577", "G": "8,642"}

    def origin(row: int, column: int) -> Origin | None:
        name = "DG"[row]
        formula = Formula(
            symbols=f"largest |after - before| of the {whole[name]} weights and biases of {name}",
            numbers=f"{half.changed[name]:.4g}",
        )
        return Origin(formulas=(formula,)) if column else None

    return Table(
        name="changed", title=f"largest change by {'DG'[side]}'s half-step", about=about,
        columns=("network", "change"), rows=[[name, half.changed[name]] for name in "DG"], marked=(side,),
        cursor=(side, 1), origin=origin,
    )  # fmt: skip


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
                name, f"{SHORT[name]}: pull {np.hypot(*by_loss[name].T).mean():.3g}",
                fake=view.fake[:ARROWS], real=view.real[:120],
                arrows=(view.fake[:ARROWS], scale * by_loss[name][:ARROWS]), arrows_label="pull",
                about="Arrows are minus the gradient of this loss by each made point; both planes share one scale. The "
                "number is their mean length before scaling, in nats by unit.",
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
    caption = "The gradient passes through D and stops at its input: D's own parameters stay exactly as they are."
    changed = _changed(game.halves["g"], 1, "D is only asked for its slope; the optimiser of G holds G's numbers only.")
    return Frame(title="The numbers", caption=caption, figures=(_numbers(view, chosen, other), changed))


def _numbers(view: Any, chosen: str, other: str) -> Table:
    """Eight made points, D there, and the pulls of both losses."""
    rows = [
        [*map(float, (x, y, d, a, b, np.hypot(a, b), np.hypot(*beside)))]
        for (x, y), d, (a, b), beside in zip(
            view.fake[:8], view.answers, view.pulls[:8], view.other_pulls[:8], strict=False
        )
    ]

    def origin(row: int, column: int) -> Origin | None:
        _, _, d, a, b, length, beside = rows[row]
        if column in (3, 4):
            axis = "xy"[column - 3]
            symbols = f"-dL_G/d{axis}: backpropagation through D to its input"
            return Origin(formulas=(Formula(symbols=symbols, numbers=plain(rows[row][column], 4)),))
        if column == 5:
            numbers = f"({signed(a, '.5g')}² + {signed(b, '.5g')}²)^0.5 = {length:.4g}"
            lengths = Formula(symbols="length of (pull x, pull y)", numbers=numbers)
            return Origin(formulas=(lengths,), cells={"pulls": ((row, 3), (row, 4))})
        if column == 6:
            up, down = (plain(d), f"(1 - {plain(d)})") if other == "minimax" else (f"(1 - {plain(d)})", plain(d))
            symbols = "D / (1 - D) · length" if other == "minimax" else "(1 - D) / D · length"
            formula = Formula(symbols=symbols, numbers=f"{up} / {down}·{plain(length)} = {beside:.4g}")
            return Origin(formulas=(formula,), cells={"pulls": ((row, 2), (row, 5))})
        return None

    return Table(
        name="pulls",
        title=f"-dL_G/dx at eight made points, {chosen}; lengths under both losses",
        columns=("x", "y", "D", "pull x", "pull y", "length", f"if {other}"),
        rows=rows,
        digits=3,
        cursor=(0, 6),
        origin=origin,
    )
