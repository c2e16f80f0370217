"""The game's balance as it is shown: the best D by search, losses by SciPy's integrals, levels by PyTorch."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from scipy import integrate, optimize, stats
from torch.nn import functional as F

from ...objectives.adversarial_losses import LOSSES
from ..kit.facts import Outcome, close
from ..kit.state import State
from ..workings import gan_arena, gan_theory
from .shown import seen
from .worked import worked

WIDTH = 0.45


def _densities(gap: float) -> tuple[Any, Any]:
    def mixture(shift: float) -> Any:
        left, right = stats.norm(shift - 1, WIDTH), stats.norm(shift + 1, WIDTH)
        return lambda x: 0.5 * left.pdf(x) + 0.5 * right.pdf(x)

    return mixture(0.0), mixture(gap)


def at_half(loss: str) -> list[float]:
    """D's and G's loss at logits of 0, by PyTorch's cross-entropy."""
    zeros = torch.zeros(4, dtype=torch.float64)
    one, nought = torch.ones_like(zeros), torch.zeros_like(zeros)
    of_d = F.binary_cross_entropy_with_logits(zeros, one) + F.binary_cross_entropy_with_logits(zeros, nought)
    wished = F.binary_cross_entropy_with_logits(zeros, one)
    refused = -F.binary_cross_entropy_with_logits(zeros, nought)
    return [float(of_d), float(wished if loss == "non-saturating" else refused)]


def balance(state: State) -> Outcome:
    """p_g = p_data: the D* that is drawn is 1/2 everywhere; the losses shown there are those at logits of 0."""
    level = seen(gan_theory.balance, state.with_values(gap=0.0))
    drawn = np.concatenate([level["densities"].lines["D*"], [row[3] for row in level["ratio"].rows]])
    table = seen(gan_theory.balance, state, 1)["numbers"]
    shown, expected = [float(row[2]) for row in table.rows], at_half(state["loss"])
    reached = [float(row[1]) for row in seen(gan_theory.balance, state.with_values(gap=0.0), 1)["numbers"].rows]
    holds = float(np.abs(drawn - 0.5).max()) < 1e-12 and np.abs(np.array([shown, reached]) - expected).max() < 1e-6
    return Outcome(
        {"D": 0.5 + float(np.abs(drawn - 0.5).max()), "losses": [round(v, 4) for v in reached]},
        {"D": 0.5, "losses": [round(v, 4) for v in expected]},
        bool(holds),
    )


@lru_cache(maxsize=64)
def _integrals(gap: float, loss: str) -> tuple[float, float, float]:
    """D's loss, G's loss and the Jensen-Shannon divergence, in nats, for the best D."""
    real, made = _densities(gap)

    def of_d(x: float) -> float:
        a, b = float(real(x)), float(made(x))
        return (a * math.log1p(b / a) if a > 0 else 0.0) + (b * math.log1p(a / b) if b > 0 else 0.0)

    def of_g(x: float) -> float:
        a, b = float(real(x)), float(made(x))
        if not (a > 0 and b > 0):
            return 0.0
        return b * math.log1p(b / a) if loss == "non-saturating" else -b * math.log1p(a / b)

    def divergence(x: float) -> float:
        a, b = float(real(x)), float(made(x))
        m = (a + b) / 2
        return (a * math.log(a / m) if a > 0 else 0.0) / 2 + (b * math.log(b / m) if b > 0 else 0.0) / 2

    found = [
        integrate.quad(f, -6, 9, points=sorted({-1.0, 1.0, gap - 1, gap + 1}), limit=200)[0]
        for f in (of_d, of_g, divergence)
    ]
    return found[0], found[1], found[2]


def best(state: State) -> Outcome:
    """The D* that is shown minimises the expected loss at its places; losses, curves and JSD are the integrals."""
    gap, loss = state["gap"], state["loss"]
    real, made = _densities(gap)
    frames = gan_theory.balance(state)
    first, second = (seen(gan_theory.balance, state, k) for k in (0, 1))

    def least(x: float) -> float:
        a, b = float(real(x)), float(made(x))
        found = optimize.minimize_scalar(
            lambda d: -a * math.log(d) - b * math.log(1 - d), bounds=(1e-9, 1 - 1e-9), method="bounded",
            options={"xatol": 1e-10},
        )  # fmt: skip
        return float(found.x)

    rows = np.array(first["ratio"].rows, dtype=float)
    curves = first["densities"]
    x = np.asarray(curves.x)
    densities = np.stack([curves.lines["p_data"], curves.lines["p_g"]]) - np.stack([real(x), made(x)])
    at = np.array([least(v) for v in rows[:, 0]])
    places = np.abs(rows[:, 3] - at).max() < 1e-4
    ratio = np.abs(curves.lines["D*"] - 1 / (1 + np.exp(np.log(made(x)) - np.log(real(x))))).max()
    of_d, of_g, jsd = _integrals(gap, loss)
    shown = [float(row[1]) for row in second["numbers"].rows]
    lines = second["losses"]
    some = range(0, len(lines.x), 8)
    drawn = np.array([[lines.lines["loss of D"][k], lines.lines["loss of G"][k]] for k in some])
    oracle = np.array([_integrals(float(lines.x[k]), loss)[:2] for k in some])
    told = worked(frames[2].formulas[0].numbers.removeprefix("JSD = ").replace("ln 2", str(math.log(2))))
    right = worked(second["numbers"].origin(0, 1).formulas[0].numbers)
    holds = (
        bool(np.abs(densities).max() < 1e-9)
        and bool(places and ratio < 1e-6)
        and bool(np.abs(rows[:, 1:3] - np.stack([real(rows[:, 0]), made(rows[:, 0])], 1)).max() < 1e-9)
        and max(abs(shown[0] - of_d), abs(shown[1] - of_g), abs(of_d - 2 * math.log(2) + 2 * jsd)) < 1e-5
        and bool(np.abs(drawn - oracle).max() < 1e-4)
        and max(abs(v - jsd) for v in told) < 2e-4
        and max(abs(v - of_d) for v in right) < 1e-4
    )
    return Outcome(
        {"losses": [round(v, 4) for v in shown], "JSD": told[1]},
        {"losses": [round(of_d, 4), round(of_g, 4)], "JSD": round(jsd, 4)},
        holds,
    )


def lines(state: State) -> Outcome:
    """The levels in every plot of losses that is drawn are the loss in use at logits of 0, and the lab's."""
    chosen = state["loss"]
    moved = state.with_values(moves=state["moves"] or "m")
    plots = [seen(gan_theory.balance, state, 1)["losses"], seen(gan_arena.arena, moved, 5)["history"]]
    plots += [seen(gan_arena.schematic, moved, 2)["history"]]
    drawn, expected = [list(plot.levels.values()) for plot in plots], at_half(chosen)
    named = all(list(plot.levels) == ["2 ln 2", "ln 2" if expected[1] > 0 else "-ln 2"] for plot in plots)
    lab = [float(v or 0) for v in LOSSES[chosen].equilibrium]
    holds = all(close(each, expected, 1e-9).holds for each in drawn) and close(lab, expected, 1e-9).holds
    return Outcome([round(v, 4) for v in drawn[0]], [round(v, 4) for v in expected], holds and named)
