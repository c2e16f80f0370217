"""A density over data of one's own, and a bound below log p(x), as figures. Torch-free."""

from functools import partial

import numpy as np

from ..kit.figures import Curves, Formula, Grid, Origin, Plane, Table
from ..kit.fixtures import array
from ..kit.lesson import Frame
from ..kit.state import State
from .gaussians import Floats, density, elbo, evidence, log_likelihood, most_likely, posterior
from .kl import divergence, signed

LINE = np.linspace(-4, 4, 161)
FLAT = 0.05
"""The σ that is drawn where the data have no spread and no σ is the most likely."""


def data_of(state: State) -> Floats:
    """The 1-D data that are set, [n]."""
    row: Floats = array(state["data"])[0]
    return row


def _point(data: Floats, mu: float, sigma: float, _: int, at: int) -> Origin:
    x, score = data[at], log_likelihood(data[[at]], mu, sigma)
    formula = Formula(
        symbols="log N(x; μ, σ²) = -(x - μ)²/2σ² - log σ√2π",
        numbers=f"-({x:g}{_minus(mu)})²/(2·{sigma:.3g}²) - log({sigma:.3g}·√(2·π)) = {score:.4f}",
    )
    return Origin(formulas=(formula,), cells={"data": ((0, at),)}, gives=False)


def _minus(number: float) -> str:
    """` - 0.5`, with a negative number in brackets."""
    return f" - {number:.3g}" if number >= 0 else f" - ({number:.3g})"


def _scored(data: Floats, models: tuple[tuple[float, float], ...], flat: bool, row: int, column: int) -> Origin | None:
    """Where a row of the scores came from: what was set, the data's own mean and deviation, or a sum of logs."""
    mu, sigma = models[row]
    every = tuple((0, at) for at in range(len(data)))
    if column == 3:
        terms = [log_likelihood(data[[at]], mu, sigma) for at in range(len(data))]
        numbers = f"{' + '.join(signed(term, '.3f') for term in terms)} = {sum(terms):.3f}"
        return Origin(formulas=(Formula(symbols="Σ log N(xᵢ; μ, σ²)", numbers=numbers),), cells={"data": every})
    if column == 0 or row == 0 or (flat and column == 2):
        return None
    if column == 1:
        numbers = f"({' + '.join(signed(x) for x in data)}) / {len(data)} = {mu:.4g}"
        return Origin(formulas=(Formula(symbols="μ = Σ xᵢ / n", numbers=numbers),), cells={"data": every})
    squares = " + ".join(f"{(x - mu) ** 2:.4f}" for x in data)
    formula = Formula(symbols="σ = √(Σ (xᵢ - μ)² / n)", numbers=f"√(({squares}) / {len(data)}) = {sigma:.4f}")
    return Origin(formulas=(formula,), cells={"data": every, "scores": ((1, 1),)})


def curve(state: State) -> tuple[Frame, ...]:
    """A density over 1-D data: yours, then the most likely one."""
    data, x = data_of(state), state["x"]
    mean, spread = most_likely(data)
    flat = spread == 0
    best = (mean, FLAT if flat else spread)
    frames = []
    for k, (mu, sigma) in enumerate(((state["mu"], state["sigma"]), best)):
        top = 1.2 * float(density(mu, mu, sigma))
        here = float(density(x, mu, sigma))
        plane = Plane(
            name="density",
            title=f"p(x) = N({mu:.3g}, {sigma:.3g}²); p({x:g}) = {here:.4f}",
            about="The height of the curve is the density, not a probability: only areas are, and the whole is 1. "
            "Move the cursor to read p(x).",
            extent=(-4, 4, 0, top),
            points={"data": np.column_stack([data, np.full(len(data), 0.02 * top)]), "p(x)": np.array([[x, here]])},
            paths={"density": [np.column_stack([LINE, density(LINE, mu, sigma)])]},
            at=(x, here),
            picks_at=lambda at_x, at_y: {"x": round(min(max(at_x, -4.0), 4.0), 2)},
            x_label="x",
            y_label="p(x)",
        )
        row = Grid(
            name="data",
            title="data: tab here, then + and -",
            values=np.array(state["data"]),
            signed=True,
            edits="data",
            origin=partial(_point, data, mu, sigma),
            new_row=True,
        )
        score = log_likelihood(data, mu, sigma)
        table = Table(
            name="scores",
            title="log-likelihood",
            columns=("", "μ", "σ", "Σ log p(x)"),
            rows=[
                ("yours", state["mu"], state["sigma"], log_likelihood(data, state["mu"], state["sigma"])),
                ("σ → 0, drawn" if flat else "most likely", *best, log_likelihood(data, *best)),
            ],
            marked=(k,),
            cursor=(k, 3),
            origin=partial(_scored, data, ((state["mu"], state["sigma"]), best), flat),
        )
        frames.append(
            Frame(
                caption="p(x) says how likely each x is. Turn μ with m and σ with s until the data fit best."
                if k == 0
                else f"The data are all alike: the smaller σ, the likelier, without end. No best σ; drawn is {FLAT:g}."
                if flat
                else "Maximum likelihood: μ is the mean of the data, σ² their mean squared distance from it.",
                figures=(plane, table, row),
                formulas=(
                    Formula(
                        symbols="p(x) = exp(-(x-μ)²/2σ²) / σ√2π",
                        numbers=f"exp(-({x:g}{_minus(mu)})²/(2·{sigma:.3g}²)) / ({sigma:.3g}·√(2·π)) = {here:.4f}",
                    ),
                    Formula(symbols="Σ log p(xᵢ)", numbers=f"{score:.4f}"),
                ),
            )
        )
    return tuple(frames)


def _terms(x: float, noise: float, m: float, s: float) -> tuple[float, float]:
    """E_q log p(x|z) and KL(q ‖ p(z)), in nats."""
    cost = float(divergence(m, s))
    return float(elbo(x, noise, m, s)) + cost, cost


def lower_bound(state: State) -> tuple[Frame, ...]:
    """The evidence lower bound against q's mean: it touches log p(x) only at the exact posterior."""
    noise, m, s = 0.5, state["m"], state["s"]
    x = 1.0
    mean, deviation = posterior(x, noise)
    whole, here = evidence(x, noise), float(elbo(x, noise, m, s))
    at = np.union1d(np.linspace(-1, 2.5, 141), [m])
    curves = Curves(
        name="bound",
        title="ELBO by the mean of q",
        about="z ~ N(0, 1), x = z + noise of 0.5, observed x = 1. q = N(m, s²) guesses z; the bound is exact only "
        "where q is the posterior N(0.8, 0.2).",
        x=at,
        lines={"your s": elbo(x, noise, at, s), "best s": elbo(x, noise, at, deviation)},
        levels={"log p(x)": whole},
        x_label="m",
        at=m,
    )
    fit, cost = _terms(x, noise, m, s)
    told = (
        Formula(
            symbols="log N(1; 0, 1 + 0.5²)",
            numbers=f"-½·ln(2·π·{1 + noise**2:g}) - {x:g}²/(2·{1 + noise**2:g}) = {whole:.5f}",
        ),
        Formula(symbols="E_q log p(x|z) - KL(q ‖ p(z))", numbers=f"{fit:.5f} - {cost:.5f} = {here:.5f}"),
        Formula(symbols="log p(1) - ELBO", numbers=f"{whole:.5f} - {signed(here, '.5f')} = {whole - here:.5f}"),
        Formula(
            symbols="m = x / (1 + noise²): x drawn towards the prior's 0",
            numbers=f"{x:g} / (1 + {noise:g}²) = {mean:.4g}",
        ),
        Formula(symbols="s = 1/√(1 + 1/noise²)", numbers=f"1/√(1 + 1/{noise:g}²) = {deviation:.6f}"),
    )
    sources: tuple[tuple[tuple[int, int], ...], ...] = ((), (), ((0, 1), (1, 1)), (), ())
    table = Table(
        name="gap",
        title="log p and the bound in nats",
        columns=("", "value"),
        rows=[
            ("log p(1)", whole),
            ("ELBO", here),
            ("gap = KL(q | posterior)", whole - here),
            ("posterior: m", mean),
            ("posterior: s", deviation),
        ],
        digits=6,
        cursor=(1, 1),
        origin=lambda row, column: Origin(formulas=(told[row],), cells={"gap": sources[row]}) if column else None,
    )
    caption = "What a VAE reports is a bound: never above log p(x), and equal at the posterior only. Turn m and s."
    formula = Formula(symbols="ELBO = E_q log p(x|z) - KL(q ‖ p(z)) ≤ log p(x)", numbers=f"{here:.5f} ≤ {whole:.5f}")
    return (Frame(caption=caption, figures=(curves, table), formulas=(formula,)),)
