"""Bayes' rule for two Gaussian classes as figures: prior, likelihood, joint, posterior. Torch-free."""

import math
from functools import partial

import numpy as np

from ..kit.figures import Bars, Curves, Formula, Origin
from ..kit.lesson import Frame
from ..kit.state import State
from .gaussians import bayes, density, slope


def rule(state: State) -> tuple[Frame, ...]:
    """Prior times likelihood, normalised: bars, then the posterior as a curve over x."""
    x, prior, mu, sigma = state["x"], state["prior"], state["apart"], state["width"]
    parts = bayes(x, prior, mu, sigma)
    labels = (f"y=0, μ = {-mu:g}", f"y=1, μ = {mu:g}")
    total = sum(parts["joint"])
    titles = {
        "prior": "prior p(y)",
        "likelihood": f"likelihood p({x:g}|y)",
        "joint": "joint p(x|y)·p(y)",
        "posterior": f"posterior p(y|{x:g})",
    }
    joins = {"prior": "", "likelihood": "×", "joint": "=", "posterior": "→"}

    def origin(name: str, row: int, _: int) -> Origin:
        return Origin(
            formulas=(
                Formula(
                    symbols="p(y|x) = p(x|y) p(y) / Σ p(x|y) p(y)",
                    numbers=f"{parts['likelihood'][row]:.4f}·{parts['prior'][row]:.4f} / {total:.4f}"
                    f" = {parts['posterior'][row]:.4f}",
                ),
            ),
            cells={other: ((row, 0),) for other in ("prior", "likelihood", "joint") if other != name},
            gives=name == "posterior",
        )

    bars = tuple(
        Bars(
            name=name,
            title=titles[name],
            labels=labels,
            values=np.array(values),
            high=1.0 if name in ("prior", "posterior") else max(0.4, *parts["likelihood"]),
            origin=partial(origin, name),
            join=joins[name],
        )
        for name, values in parts.items()
    )
    at = np.union1d(np.linspace(-4, 4, 161), [x])
    sure = 1 / (1 + np.exp(-np.clip(math.log(prior / (1 - prior)) + slope(mu, sigma) * at, -500, 500)))
    curves = Curves(
        name="posterior-curve",
        title="over x",
        about="The joint of each class, and the posterior of class 1: a logistic curve because both classes are "
        "equally wide.",
        x=at,
        lines={
            "p(x|0)p(0)": (1 - prior) * density(at, -mu, sigma),
            "p(x|1)p(1)": prior * density(at, mu, sigma),
            "p(1|x)": sure,
        },
        levels={"1/2": 0.5},
        x_label="x",
        at=x,
    )
    one, logit = parts["posterior"][1], math.log(prior / (1 - prior)) + slope(mu, sigma) * x
    first = Formula(
        symbols="p(1|x) = p(x|1)p(1) / p(x)",
        numbers=f"{parts['likelihood'][1]:.4f}·{prior:g} / {total:.4f} = {one:.4f}",
    )
    second = Formula(
        symbols="= σ(log p(1)/p(0) + (2μ/s²) x)",
        numbers=f"σ({math.log(prior / (1 - prior)):.3g} + {slope(mu, sigma):.3g}·{x:g}) = σ({logit:.4g}) = {one:.4f}",
    )
    return (
        Frame(
            caption="Bayes' rule turns p(x|y) around: prior times likelihood, divided by the sum over the classes.",
            figures=bars,
            formulas=(first,),
        ),
        Frame(
            caption=f"The same as a logistic function of x: its logit is a line of slope {slope(mu, sigma):.3g}.",
            figures=(curves,),
            formulas=(first, second),
        ),
    )
