"""Frames on the game's balance: the best discriminator against a generator that is held still. Torch-free."""

from functools import partial

import numpy as np

from ..kit.figures import Curves, Figure, Formula, Origin, Table
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .best_discriminator import best, data_density, losses, made_density, parts, reference
from .ring_figures import levels

GAPS = np.round(np.linspace(0, 2, 41), 3)
X = np.linspace(-3, 5, 241)
PLACES = (-1.0, 0.0, 1.0, 2.0, 3.0)


def balance(state: State) -> Frames:
    """p_data, p_g and D*; the losses for every gap; and what the losses mean."""
    return Frames(3, partial(_frame, state["gap"], state["loss"]))


def _frame(gap: float, loss: str, k: int) -> Frame:
    of_d = losses(gap, loss)[0]
    formulas = (
        Formula(
            symbols="D*(x) = p_data(x) / (p_data(x) + p_g(x))",
            numbers="p_g = p_data: D* = 1/2 everywhere" if gap == 0 else "",
        ),
        Formula(symbols="L_D = -E ln D(x) - E ln(1 - D(G(z)))", numbers=f"{of_d:.4f}; at balance ln 2 + ln 2 = 1.3863"),
    )
    if k == 0:
        caption = (
            "G makes samples, D judges them. Against a G that is held still, the best D is a ratio of densities."
            if gap
            else "Where G's samples are distributed as the data, the best D answers 1/2 everywhere: it can only guess."
        )
        return Frame(
            title="The best D",
            caption=caption,
            figures=(_densities(gap), _ratio(gap)),
            formulas=formulas,
        )
    if k == 1:
        return Frame(
            title="The losses",
            caption=(
                "As p_g moves onto p_data, D's loss rises to 2 ln 2, G's falls to its level. Flat from 1.4 to 2: there "
                "p_g's left hump lies on the data's right one."
            ),
            figures=(_losses(gap, loss), _numbers(gap, loss)),
            formulas=formulas,
        )
    return Frame(
        title="What the losses say",
        caption=(
            "Losses near the levels do not prove success: they only say that this D cannot tell. A weak D cannot tell "
            "either, so count modes as well."
        ),
        figures=(_numbers(gap, loss),),
        formulas=(
            Formula(
                symbols="L_D = 2 ln 2 - 2 JSD(p_data, p_g)",
                numbers=f"JSD = ln 2 - {of_d:.4f}/2 = {abs(round(reference(loss)['D'] / 2 - of_d / 2, 9)):.4f}",
            ),
        ),
    )


def _densities(gap: float) -> Figure:
    real, made = data_density(X), made_density(X, gap)
    return Curves(
        name="densities",
        title=f"p_data, p_g ({gap:g} to the right) and D*",
        about=(
            "p_data is a mixture of two Gaussians. The generator's density p_g has the same shape, moved by the gap. "
            "D* is near 1 where only data lie, near 0 where only made points lie, and 1/2 where both are as dense."
        ),
        x=X,
        lines={"p_data": real, "p_g": made, "D*": best(real, made)},
        x_label="x",
        levels={"1/2": 0.5},
    )


def _ratio(gap: float) -> Figure:
    x = np.array(PLACES)
    real, made = data_density(x), made_density(x, gap)
    share = best(real, made)

    def origin(row: int, column: int) -> Origin | None:
        if column != 3:
            return None
        numbers = f"{real[row]:.4f} / ({real[row]:.4f} + {made[row]:.4f}) = {share[row]:.4f}"
        formula = Formula(symbols="D* = p_data / (p_data + p_g)", numbers=numbers)
        return Origin(formulas=(formula,), cells={"ratio": ((row, 1), (row, 2))})

    return Table(
        name="ratio",
        title="D* at five places",
        columns=("x", "p_data", "p_g", "D*"),
        rows=[
            [a, b, c, d] for a, b, c, d in zip(x.tolist(), real.tolist(), made.tolist(), share.tolist(), strict=True)
        ],
        digits=3,
        cursor=(2, 3),
        origin=origin,
    )


def _losses(gap: float, loss: str) -> Figure:
    both = np.array([losses(float(value), loss) for value in GAPS])
    return Curves(
        name="losses",
        title=f"both losses against the best D, {loss}",
        about="The levels are the losses at D = 1/2, computed from the loss that is chosen: change it with o.",
        x=GAPS,
        lines={"loss of D": both[:, 0], "loss of G": both[:, 1]},
        x_label="gap between p_g and p_data",
        y_label="nats",
        levels=levels(loss),
        at=gap,
    )


def _numbers(gap: float, loss: str) -> Figure:
    of_d, of_g = losses(gap, loss)
    at = reference(loss)
    symbol, reached = ("-ln 1/2", "ln 2") if loss == "non-saturating" else ("ln(1 - 1/2)", "-ln 2")
    on_real, on_made, wished = parts(gap)
    of_made = ("-E ln D*(G(z))", wished) if loss == "non-saturating" else ("E ln(1 - D*(G(z)))", -on_made)
    told = {
        (0, 1): Formula(
            symbols="-E ln D*(x) - E ln(1 - D*(G(z))), integrals over x",
            numbers=f"{on_real:.6f} + {on_made:.6f} = {of_d:.6f}",
        ),
        (1, 1): Formula(symbols=f"{of_made[0]}, an integral over x", numbers=f"{of_made[1]:.6f}"),
        (0, 2): Formula(symbols="-ln D - ln(1 - D) at D = 1/2", numbers=f"ln 2 + ln 2 = {at['D']:.6f}"),
        (1, 2): Formula(symbols=f"{symbol}: G's loss at D = 1/2", numbers=f"{reached} = {at['G']:.6f}"),
    }

    def origin(row: int, column: int) -> Origin | None:
        return Origin(formulas=(told[row, column],)) if column else None

    return Table(
        name="numbers",
        title=f"at gap {gap:g}",
        columns=("loss", "now", "at balance"),
        rows=[["D", of_d, at["D"]], ["G", of_g, at["G"]]],
        digits=5,
        cursor=(0, 2),
        origin=origin,
    )
