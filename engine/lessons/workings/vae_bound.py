"""Frames on the bound where everything is known: a linear-Gaussian model of one observation. Torch-free."""

from functools import partial

import numpy as np

from ..kit.figures import Card, Curves, Figure, Formula, Grid, Origin, Table
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .kl import NOISE, POSTERIOR, X, divergence, elbo, expected_log_likelihood, log_evidence, normal, signed

MEANS = np.round(np.linspace(-1, 2.5, 141), 4)
VARIANCES = np.round(np.linspace(0.05, 1.5, 117), 4)
GRID_MEANS = (-0.4, 0.0, 0.4, 0.8, 1.2, 1.6, 2.0)
GRID_VARIANCES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.2)
LIKELIHOOD = (
    "Generative models are said to give how likely an example is. A VAE gives the ELBO, a lower bound of log p(x), not "
    "log p(x) itself. Only in a model as small as this one are both known."
)


def bound(state: State) -> Frames:
    """The densities, the bound over the mean, over the variance, over both."""
    return Frames(5, partial(_frame, state["mean"], state["variance"]))


def _frame(mean: float, variance: float, k: int) -> Frame:
    exact = (mean, variance) == POSTERIOR or (abs(mean - 0.8) < 1e-9 and abs(variance - 0.2) < 1e-9)
    value = float(elbo(mean, variance))
    formulas = (
        Formula(
            symbols=f"your q = N({mean:g}, {variance:g}): ELBO = E log p(x|z) - KL(q ‖ p(z))",
            numbers=(
                f"{float(expected_log_likelihood(mean, variance)):.5f} - "
                f"{float(divergence(mean, np.sqrt(variance))):.5f} = {value:.5f}"
            ),
        ),
        Formula(
            symbols="log p(1) = log N(1; 0, 1.25) = ELBO + KL(q ‖ p(z|x))",
            numbers=f"{value:.5f} + {signed(_gap(value), '.5f')} = {log_evidence():.5f}",
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
                lines={"ELBO": lines},
                x_label=("mean of q", "variance of q")[k - 1],
                y_label="nats",
                levels={"log p(1)": log_evidence()},
                at=(mean, variance)[k - 1],
            ),
            _sums(mean, variance),
        )
        caption = "No q gets above log p(1); only N(0.8, 0.2) touches it. The gap between them is KL(q ‖ p(z|x))."
    elif k == 4:
        figures = (_sums(mean, variance), Card(name="likelihood", title="how likely is an example?", text=LIKELIHOOD))
        caption = "The gap between the bound and log p(x) is KL(q ‖ p(z|x)): a network can only be trained to close it."
    else:
        figures = (_map(mean, variance),)
        caption = (
            "The best cell is the exact posterior N(0.8, 0.2). Every other q loses KL(q ‖ p(z|x)). Move your q over "
            "the map."
        )
    titles = ("A posterior that is known", "Over the mean", "Over the variance", "Over both", "What a VAE tells")
    return Frame(title=titles[k], caption=caption, figures=figures, formulas=formulas)


def _gap(value: float) -> float:
    """log p(1) less the ELBO `value`, free of the last rounding error."""
    return max(0.0, round(log_evidence() - value, 12))


def _sums(mean: float, variance: float) -> Table:
    likelihood = float(expected_log_likelihood(mean, variance))
    cost, value = float(divergence(mean, np.sqrt(variance))), float(elbo(mean, variance))
    apart = f"(1 - {signed(mean)})² + {variance:g}"
    told = (
        Formula(
            symbols="-½ ln(2π·0.25) - ((1 - m)² + v) / 0.5",
            numbers=f"{-np.log(2 * np.pi * NOISE) / 2:.6f} - ({apart}) / 0.5 = {likelihood:.5f}",
        ),
        Formula(
            symbols="½ (m² + v - 1 - ln v)",
            numbers=f"½ ({signed(mean)}² + {variance:g} - 1 - {signed(np.log(variance), '.6f')}) = {cost:.5f}",
        ),
        Formula(symbols="E log p(x|z) - KL", numbers=f"{likelihood:.5f} - {cost:.5f} = {value:.5f}"),
        Formula(
            symbols="log N(1; 0, 1.25) = -½ ln(2π·1.25) - 1/2.5",
            numbers=f"{-np.log(2 * np.pi * (1 + NOISE)) / 2:.6f} - {X:g} / 2.5 = {log_evidence():.5f}",
        ),
        Formula(
            symbols="log p(1) - ELBO = KL(q ‖ p(z|x))",
            numbers=f"{log_evidence():.5f} - {signed(value, '.5f')} = {_gap(value):.5f}",
        ),
    )
    sources = ((), (), ((0, 1), (1, 1)), (), ((3, 1), (2, 1)))
    return Table(
        name="sums",
        title="in nats",
        columns=("term", "value"),
        rows=[
            ["E log p(x|z)", likelihood],
            ["KL(q ‖ p(z))", cost],
            ["ELBO", value],
            ["log p(1)", log_evidence()],
            ["gap", _gap(value)],
        ],
        digits=6,
        marked=(2, 3),
        cursor=(2, 1),
        origin=lambda row, column: Origin(formulas=(told[row],), cells={"sums": sources[row]}),
    )


def _map(mean: float, variance: float) -> Grid:
    values = np.array([[float(elbo(m, v)) for m in GRID_MEANS] for v in GRID_VARIANCES])
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    best = (int(row), int(column))
    yours = (
        int(np.abs(np.log(np.array(GRID_VARIANCES) / variance)).argmin()),
        int(np.abs(np.array(GRID_MEANS) - mean).argmin()),
    )

    def origin(row: int, column: int) -> Origin:
        m, v = GRID_MEANS[column], GRID_VARIANCES[row]
        first, second = float(expected_log_likelihood(m, v)), float(divergence(m, np.sqrt(v)))
        numbers = f"{first:.5f} - {second:.5f} = {first - second:.5f}"
        return Origin(
            formulas=(Formula(symbols=f"this cell, q = N({m:g}, {v:g}): E log p(x|z) - KL", numbers=numbers),)
        )

    return Grid(
        name="map",
        title=f"ELBO, nats: best {values[best]:.3f}, nearest yours {values[yours]:.3f}",
        about=(
            "Each cell is the bound that a Gaussian q of this mean and variance reaches. The one of the exact "
            "posterior is marked as the best; moving the cursor moves your q to the cell."
        ),
        values=values,
        digits=3,
        signed=False,
        row_labels=[f"{v:g}" for v in GRID_VARIANCES],
        column_labels=[f"{m:g}" for m in GRID_MEANS],
        row_axis="variance of q",
        column_axis="mean of q",
        cursor=yours,
        marks={"winner": (best,), "focus": (yours,)},
        picks=lambda row, column: {"mean": GRID_MEANS[column], "variance": GRID_VARIANCES[row]},
        origin=origin,
    )
