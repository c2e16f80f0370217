"""Frames on the bound where everything is known: a linear-Gaussian model of one observation. Torch-free."""

from functools import partial

import numpy as np

from ..kit.figures import Curves, Figure, Formula, Grid, Origin, Table
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .kl import NOISE, POSTERIOR, X, divergence, elbo, expected_log_likelihood, log_evidence, normal

MEANS = np.round(np.linspace(-1, 2.5, 141), 4)
VARIANCES = np.round(np.linspace(0.05, 1.5, 117), 4)
GRID_MEANS = (-0.4, 0.0, 0.4, 0.8, 1.2, 1.6, 2.0)
GRID_VARIANCES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.2)


def bound(state: State) -> Frames:
    """The densities, the bound over the mean, over the variance, over both."""
    return Frames(4, partial(_frame, state["mean"], state["variance"]))


def _frame(mean: float, variance: float, k: int) -> Frame:
    exact = (mean, variance) == POSTERIOR or (abs(mean - 0.8) < 1e-9 and abs(variance - 0.2) < 1e-9)
    value = float(elbo(mean, variance))
    formulas = (
        Formula(
            symbols="ELBO = E log p(x|z) - KL(q ‖ p(z))",
            numbers=(
                f"{float(expected_log_likelihood(mean, variance)):.5f} - "
                f"{float(divergence(mean, np.sqrt(variance))):.5f} = {value:.5f}"
            ),
        ),
        Formula(
            symbols="log p(1) = log N(1; 0, 1.25) = ELBO + KL(q ‖ p(z|x))",
            numbers=f"{log_evidence():.5f} = {value:.5f} + {log_evidence() - value:.5f}",
        ),
    )
    figures: tuple[Figure, ...]
    if k == 0:
        z = np.linspace(-2, 3, 201)
        figures = (
            Curves(
                name="densities",
                title="p(z) = N(0, 1), p(x|z) = N(z, 0.25), x = 1",
                about="Here Bayes' rule can be worked out: p(z|x = 1) is N(0.8, 0.2). q is what the sliders say.",
                x=z,
                lines={
                    "p(z)": normal(z, 0, 1),
                    "p(z|x)": normal(z, POSTERIOR[0], POSTERIOR[1] ** 0.5),
                    "q(z)": normal(z, mean, variance**0.5),
                },
                x_label="z",
            ),
            _sums(mean, variance),
        )
        caption = "A model so small that its posterior is known. Move q onto it: the bound rises to log p(1)."
        if exact:
            caption = "q is the exact posterior N(0.8, 0.2), so the bound is log p(1) itself. Move the sliders."
    elif k < 3:
        x, lines = (
            (MEANS, elbo(MEANS, variance))
            if k == 1
            else (VARIANCES, np.array([float(elbo(mean, float(v))) for v in VARIANCES]))
        )
        other = f"variance {variance:g}" if k == 1 else f"mean {mean:g}"
        figures = (
            Curves(
                name="elbo",
                title=f"ELBO over q's {('mean', 'variance')[k - 1]}, {other}",
                x=x,
                lines={"ELBO": np.maximum(lines, -6)},
                x_label=("mean of q", "variance of q")[k - 1],
                y_label="nats",
                levels={f"log p(1) = {log_evidence():.5f}": log_evidence()},
                at=(mean, variance)[k - 1],
            ),
            _sums(mean, variance),
        )
        caption = "No q gets above log p(1); only N(0.8, 0.2) touches it." + (" Values below -6 are cut." if k else "")
    else:
        figures = (_map(),)
        caption = "Over both: the best cell is the exact posterior. Every other q loses KL(q ‖ p(z|x))."
    titles = ("A posterior that is known", "Over the mean", "Over the variance", "Over both")
    return Frame(title=titles[k], caption=caption, figures=figures, formulas=formulas)


def _sums(mean: float, variance: float) -> Table:
    likelihood = float(expected_log_likelihood(mean, variance))
    cost, value = float(divergence(mean, np.sqrt(variance))), float(elbo(mean, variance))
    told = (
        Formula(
            symbols="-½ ln(2π·0.25) - ((1 - m)² + v) / 0.5",
            numbers=f"{-np.log(2 * np.pi * NOISE) / 2:.5f} - {((X - mean) ** 2 + variance) / (2 * NOISE):.5f}",
        ),
        Formula(symbols="½ (m² + v - 1 - ln v)", numbers=f"{cost:.5f}"),
        Formula(symbols="E log p(x|z) - KL", numbers=f"{likelihood:.5f} - {cost:.5f} = {value:.5f}"),
        Formula(symbols="log N(1; 0, 1.25) = -½ ln(2π·1.25) - 1/2.5", numbers=f"{log_evidence():.5f}"),
        Formula(symbols="log p(1) - ELBO = KL(q ‖ p(z|x))", numbers=f"{log_evidence() - value:.5f}"),
    )
    return Table(
        name="sums",
        title="in nats",
        columns=("term", "value"),
        rows=[
            ["E log p(x|z)", likelihood],
            ["KL(q ‖ p(z))", cost],
            ["ELBO", value],
            ["log p(1)", log_evidence()],
            ["gap", max(0.0, round(log_evidence() - value, 12))],
        ],
        digits=6,
        marked=(2, 3),
        cursor=(2, 1),
        origin=lambda row, column: Origin(formulas=(told[row],)),
    )


def _map() -> Grid:
    values = np.array([[float(elbo(m, v)) for m in GRID_MEANS] for v in GRID_VARIANCES])
    best = np.unravel_index(int(values.argmax()), values.shape)

    def origin(row: int, column: int) -> Origin:
        m, v = GRID_MEANS[column], GRID_VARIANCES[row]
        numbers = f"mean {m:g}, variance {v:g}: {values[row, column]:.5f}; log p(1) = {log_evidence():.5f}"
        return Origin(formulas=(Formula(symbols="ELBO = E log p(x|z) - KL(q ‖ p(z))", numbers=numbers),))

    return Grid(
        name="map",
        title="ELBO in nats",
        values=values,
        digits=3,
        signed=False,
        row_labels=[f"{v:g}" for v in GRID_VARIANCES],
        column_labels=[f"{m:g}" for m in GRID_MEANS],
        row_axis="variance of q",
        column_axis="mean of q",
        cursor=(int(best[0]), int(best[1])),
        marks={"winner": ((int(best[0]), int(best[1])),)},
        picks=lambda row, column: {"mean": GRID_MEANS[column], "variance": GRID_VARIANCES[row]},
        origin=origin,
    )
