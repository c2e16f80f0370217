"""The same two blobs twice: class densities that can be sampled, and a boundary that cannot. Torch-free."""

import math

import numpy as np

from ..kit.figures import Formula, Plane, Table
from ..kit.lesson import Frame
from ..kit.state import State
from .gaussians import Floats, blobs, class_densities, discriminated, drawn, fitted, logistic_form
from .kl import signed

REACH = 4.0
EXTENT = (-REACH, REACH, -REACH, REACH)
PER_KEY = 20
COUNTS = (60, 40)
"""Points of each class."""
ROWS, COLUMNS = 32, 48
HALF = "p(y|x) = ½"


def lattice() -> Floats:
    """The middles of the cells of the plane, [ROWS * COLUMNS, 2], the first row at the top."""
    across, down = (REACH * (2 * (np.arange(n) + 0.5) / n - 1) for n in (COLUMNS, ROWS))
    x, y = np.meshgrid(across, -down)
    return np.column_stack([x.ravel(), y.ravel()])


def edge(w: Floats, b: float) -> Floats:
    """The line w x + b = 0 across the plane, [2, 2]: where both classes are equally likely."""
    if abs(w[1]) >= abs(w[0]):
        ends = np.array([-REACH, REACH])
        return np.column_stack([ends, -(b + w[0] * ends) / w[1]])
    ends = np.array([-REACH, REACH])
    return np.column_stack([-(b + w[1] * ends) / w[0], ends])


def versus(state: State) -> tuple[Frame, ...]:
    """Left the densities and new samples, right the boundary only; then both lines in numbers."""
    points, classes = blobs(state["correlation"], state["between"], COUNTS, state.seed)
    means, covariance, priors = fitted(points, classes)
    generated = len(state["samples"]) * PER_KEY if state["model"] == "generative" else 0
    new, _ = drawn(means, covariance, priors, generated, state.seed + 1)
    lines = {
        "from densities": logistic_form(means, covariance, priors),
        "learned directly": discriminated(points, classes),
    }
    shown = {f"class {k}": points[classes == k] for k in (0, 1)}
    surface = (class_densities(lattice(), means, covariance) @ priors).reshape(ROWS, COLUMNS)
    left = Plane(
        name="generative",
        title="generative: p(x, y), sampled",
        about="A Gaussian for each class, fitted by maximum likelihood. The shade is p(x), the line where p(y|x) = ½.",
        extent=EXTENT,
        points={**shown, **({"new": new} if generated else {})},
        surface=surface,
        surface_label="p(x)",
        surface_reach=(0.0, float(surface.max())),
        paths={HALF: [edge(*lines["from densities"])]},
    )
    right = Plane(
        name="discriminative",
        title="discriminative: p(y|x) alone",
        about="Logistic regression on the same points. It knows on which side a point lies, and nothing of "
        "where points are: there is no p(x) to shade and nothing to sample.",
        extent=EXTENT,
        points=shown,
        paths={HALF: [edge(*lines["learned directly"])]},
    )
    if state["model"] == "discriminative" and state["samples"]:
        caption = (
            "Nothing was sampled: a discriminative model labels points that it is given, but has no p(x) to draw one "
            "from. Switch with o."
        )
    elif generated:
        caption = f"{generated} new points from the model on the left: a class first, then a point of it."
    else:
        caption = "The same points: left their densities, right only the line between. g samples, o picks the model."
    return Frame(caption=caption, figures=(left, right)), _compared(lines, means, covariance, priors)


def _compared(lines: dict[str, tuple[Floats, float]], means: Floats, covariance: Floats, priors: Floats) -> Frame:
    """The two lines in numbers, and what the left one is made of."""
    table = Table(
        name="lines",
        title="log-odds = w₁x₁ + w₂x₂ + b",
        about="The line is where the log-odds are 0. Both are lines; they differ in how w and b were found.",
        columns=("", "w₁", "w₂", "b"),
        rows=[(name, float(w[0]), float(w[1]), b) for name, (w, b) in lines.items()],
        digits=3,
    )
    parts = Table(
        name="parts",
        title="what the densities are made of",
        about="Fitted by maximum likelihood: the share of each class, its mean, and the covariance that both share.",
        columns=("", "p(y)", "μ₁", "μ₂"),
        rows=[(f"class {k}", float(priors[k]), float(means[k, 0]), float(means[k, 1])) for k in (0, 1)],
        digits=3,
    )
    shared = Table(
        name="covariance",
        title="Σ, shared by both",
        columns=("", "x₁", "x₂"),
        rows=[(f"x{'₁₂'[k]}", float(covariance[k, 0]), float(covariance[k, 1])) for k in (0, 1)],
        digits=3,
    )
    w, b = lines["from densities"]
    formulas = (
        Formula(symbols="from densities: w = Σ⁻¹(μ₁ - μ₀)", numbers=f"w = ({w[0]:.3g}, {w[1]:.3g})"),
        Formula(
            symbols="b = ln p(1)/p(0) - ½(μ₁ᵀΣ⁻¹μ₁ - μ₀ᵀΣ⁻¹μ₀)",
            numbers=f"ln({priors[1]:g}/{priors[0]:g}) + {signed(b - math.log(priors[1] / priors[0]), '.4f')} = {b:.4f}",
        ),
    )
    caption = "Two ways to nearly the same line: by way of p(x|y) and Bayes' rule, or straight to p(y|x)."
    return Frame(caption=caption, figures=(table, parts, shared), formulas=formulas)
