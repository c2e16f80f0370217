"""Frames on what a VAE is made of: its parts, the KL term, the sample that gradients pass. Torch-free."""

from functools import lru_cache, partial
from typing import Any

import numpy as np

from ..kit.figures import Box, Curves, Formula, Ladder, Origin, Table
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .kl import divergence, normal, sampled, signed

CASES = ((0.0, 1.0), (1.0, 1.0), (0.0, 0.5))
X = np.linspace(-4, 4, 201)
DRAWS = 5
STAGES = (
    "1. Draw eps from N(0, 1). No parameter takes part in this.",
    "2. Stretch it by sigma: dz/dsigma = eps.",
    "3. Move it by mu: dz/dmu = 1. Now z is a sample of N(mu, sigma²), and a smooth function of mu and sigma.",
)


@lru_cache(maxsize=1)
def specimen() -> Any:
    """[8, 8]: a handwritten digit."""
    from ...data.digits import load

    return load(0).test.x[3, 0]


def parts(state: State) -> Frames:
    """The model as a ladder, then its loss."""
    return Frames(2, _parts)


def _parts(k: int) -> Frame:
    sizes = {"encoder": 64 * 128 + 128 + 128 * 128 + 128 + 128 * 4 + 4}
    sizes["decoder"] = 2 * 128 + 128 + 128 * 128 + 128 + 128 * 64 + 64
    total = sum(sizes.values())
    boxes = (
        Box(name="image x", shape="8x8", thumbnails=specimen()[None]),
        Box(name="encoder", shape="64 → 128 → 128 → 4", detail=f"{sizes['encoder']:,}", share=sizes["encoder"] / total),
        Box(name="mu, sigma", shape="2 + 2", detail="q(z|x)", active=k == 1),
        Box(name="z = mu + sigma·eps", shape="2", detail="eps ~ N(0, I)", active=k == 0),
        Box(name="decoder", shape="2 → 128 → 128 → 64", detail=f"{sizes['decoder']:,}", share=sizes["decoder"] / total),
        Box(name="mean of p(x|z)", shape="8x8", active=k == 1),
    )
    ladder = Ladder(
        name="model",
        title="a VAE with two latent numbers",
        about=(
            "The encoder answers with a distribution for each image, not with a point: means and deviations of two "
            "latent numbers. The decoder turns a sample of it back into an image."
        ),
        boxes=boxes,
        share_label="share of the weights",
    )
    if k == 0:
        caption = "An image becomes a small Gaussian in a plane; a sample of it becomes an image again."
        return Frame(title="Image to plane and back", caption=caption, figures=(ladder,))
    formulas = (
        Formula(
            symbols="-ELBO = -E log p(x|z) + KL(q(z|x) ‖ N(0, I))", numbers="reconstruction + KL, both in nats an image"
        ),
        Formula(symbols="loss = reconstruction + beta·KL", numbers="beta = 1 is minus the ELBO, which bounds log p(x)"),
    )
    caption = (
        "Two terms: the image must come back, and the Gaussians must stay near N(0, I), from which one can sample."
    )
    return Frame(title="Two terms", caption=caption, figures=(ladder,), formulas=formulas)


def divergences(state: State) -> Frames:
    """q and p and what the KL divergence costs; then KL over mu and over sigma."""
    return Frames(3, partial(_divergence, state["mu"], state["sigma"]))


def _worked(mu: float, sigma: float) -> Formula:
    """The formula of KL with its numbers."""
    value = float(divergence(mu, sigma))
    return Formula(
        symbols="KL = ½ (mu² + sigma² - 1 - ln sigma²)",
        numbers=f"½ ({mu**2:.4g} + {sigma**2:.4g} - 1 - {signed(np.log(sigma**2), '.4f')}) = {value:.4f}",
    )


def _divergence(mu: float, sigma: float, k: int) -> Frame:
    if k == 0:
        curves = Curves(
            name="densities",
            title=f"q = N({mu:g}, {sigma:g}²) and p = N(0, 1)",
            x=X,
            lines={"q(z|x)": normal(X, mu, sigma), "p(z)": normal(X, 0, 1)},
            x_label="z",
            y_label="density",
        )
        caption = "KL is the extra nats for using q instead of the prior p = N(0, 1): none if q is N(0, 1) itself."
        figures: tuple[Any, ...] = (curves, _cases(mu, sigma))
    else:
        sigmas, mus = np.linspace(0.1, 2, 96), np.linspace(-3, 3, 121)
        x, y = (mus, divergence(mus, sigma)) if k == 1 else (sigmas, divergence(0 * sigmas + mu, sigmas))
        at, name = (mu, "mu") if k == 1 else (sigma, "sigma")
        curves = Curves(
            name="kl",
            title=f"KL over {name}, {'sigma' if k == 1 else 'mu'} = {sigma if k == 1 else mu:g}",
            x=x,
            lines={"KL": y},
            x_label=name,
            y_label="nats",
            levels={"0": 0.0},
            at=at,
        )
        caption = (
            "Moving the mean away costs its square."
            if k == 1
            else "A sigma near 0 costs without bound: an image may not claim a point of the plane for itself."
        )
        figures = (curves, _cases(mu, sigma))
    titles = ("Two densities", "KL over mu", "KL over sigma")
    return Frame(title=titles[k], caption=caption, figures=figures, formulas=(_worked(mu, sigma),))


def _cases(mu: float, sigma: float) -> Table:
    cases = (*CASES, (mu, sigma))

    def origin(row: int, column: int) -> Origin:
        return Origin(formulas=(_worked(*cases[row]),), cells={"cases": ((row, 0), (row, 1))})

    return Table(
        name="cases",
        title="KL to N(0, 1), in nats",
        about="Three cases that can be checked by hand, and the one of the sliders.",
        columns=("mu", "sigma", "KL"),
        rows=[[a, b, float(divergence(a, b))] for a, b in cases],
        marked=(3,),
        cursor=(3, 2),
        origin=origin,
    )


def draws(seed: int) -> Any:
    """[DRAWS]: standard normal numbers."""
    return np.random.default_rng(seed).standard_normal(DRAWS)


def reparametrisation(state: State) -> Frames:
    """eps, then sigma·eps, then mu + sigma·eps, and the slopes."""
    return Frames(3, partial(_reparametrised, state))


def _reparametrised(state: State, k: int) -> Frame:
    mu, sigma = state["mu"], state["sigma"]
    eps = np.array([state["eps"], *draws(state.seed)])
    columns = ("eps", "sigma·eps", "z")
    values = np.stack((eps, sigma * eps, sampled(mu, sigma, eps)), 1)

    def origin(row: int, column: int) -> Origin:
        e = float(eps[row])
        lines = (
            Formula(symbols="eps ~ N(0, 1)", numbers=f"{e:.3f}"),
            Formula(symbols="sigma·eps", numbers=f"{sigma:g}·{signed(e, '.4f')} = {float(values[row, 1]):.3f}"),
            Formula(
                symbols="z = mu + sigma·eps",
                numbers=f"{mu:g} + {sigma:g}·{signed(e, '.4f')} = {float(values[row, 2]):.3f}",
            ),
        )
        return Origin(formulas=(lines[column],), cells={"draws": tuple((row, c) for c in range(column))})

    table = Table(
        name="draws",
        title="your eps, five random ones",
        about="Randomness comes in from the side, as eps. Gradients pass from z to mu and sigma as through any sum.",
        columns=columns[: k + 1],
        rows=values[:, : k + 1].tolist(),
        digits=3,
        cursor=(0, k),
        marked=(0,),
        origin=origin,
    )
    center, width = ((0.0, 1.0), (0.0, sigma), (mu, sigma))[k]
    x = np.union1d(X, values[:1, k]) if abs(values[0, k]) <= X[-1] else X
    curve = Curves(
        name="density",
        title=f"density of {columns[k]}: N({center:g}, {width:g}²)",
        about=(
            f"exp(-eps²/2) / ({width:g}·√2π) at {columns[k]} = {values[0, k]:.4g}, which is eps = {eps[0]:g}: "
            f"{float(normal(values[0, k], center, width)):.4f}. Stretching by sigma makes it lower by as much as it is "
            "wider: the area stays 1."
        ),
        x=x,
        lines={"density": normal(x, center, width), "N(0, 1)": normal(x, 0, 1)},
        x_label=columns[k],
        at=float(values[0, k]),
    )
    slopes = Formula(symbols="dz/dmu = 1, dz/dsigma = eps", numbers=f"eps = {eps[0]:g}: dz/dsigma = {eps[0]:g}")
    return Frame(
        title=("Draw", "Stretch", "Move")[k],
        caption=STAGES[k],
        figures=(curve, table),
        formulas=(Formula(symbols="z = mu + sigma·eps", numbers=_sum(mu, sigma, float(eps[0]))), slopes),
    )


def _sum(mu: float, sigma: float, eps: float) -> str:
    return f"{mu:g} + {sigma:g}·{signed(eps)} = {sampled(mu, sigma, eps):.4g}"
