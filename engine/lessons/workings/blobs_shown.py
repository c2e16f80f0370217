"""The same two blobs twice: class densities that can be sampled, and a boundary that cannot. Torch-free."""

import numpy as np

from ..kit.figures import Card, Formula, Plane, Table
from ..kit.lesson import Frame
from ..kit.state import State
from .gaussians import Floats, blobs, class_densities, discriminated, drawn, fitted, logistic_form

REACH = 4.0
EXTENT = (-REACH, REACH, -REACH, REACH)
PER_KEY = 20
COUNT = 60


def lattice(rows: int = 32, columns: int = 48) -> Floats:
    """Points over the plane, [rows * columns, 2], the first row at the top."""
    x, y = np.meshgrid(np.linspace(-REACH, REACH, columns), np.linspace(REACH, -REACH, rows))
    return np.column_stack([x.ravel(), y.ravel()])


def edge(w: Floats, b: float) -> Floats:
    """The line w x + b = 0 across the plane, [2, 2]: where both classes are equally likely."""
    if abs(w[1]) >= abs(w[0]):
        ends = np.array([-REACH, REACH])
        return np.column_stack([ends, -(b + w[0] * ends) / w[1]])
    ends = np.array([-REACH, REACH])
    return np.column_stack([-(b + w[1] * ends) / w[0], ends])


def versus(state: State) -> tuple[Frame, ...]:
    """Left the densities and new samples, right the boundary only."""
    points, classes = blobs(state["correlation"], state["between"], COUNT, state.seed)
    means, covariance, priors = fitted(points, classes)
    grid = lattice()
    shape = (32, 48)
    both = class_densities(grid, means, covariance)
    generated = len(state["samples"]) * PER_KEY if state["model"] == "generative" else 0
    new, _ = drawn(means, covariance, priors, generated, state.seed + 1)
    w_left, b_left = logistic_form(means, covariance, priors)
    w, b = discriminated(points, classes)
    shown = {f"class {k}": points[classes == k] for k in (0, 1)}
    left = Plane(
        name="generative",
        title="generative: p(x, y), sampled",
        about="A Gaussian for each class, fitted by maximum likelihood. The shade is p(x), the line where p(y|x) = ½.",
        extent=EXTENT,
        points={**shown, **({"new": new} if generated else {})},
        surface=(both @ priors).reshape(shape),
        surface_label="p(x)",
        paths={"p(y|x) = ½": [edge(w_left, b_left)]},
    )
    right = Plane(
        name="discriminative",
        title="discriminative: p(y|x) alone",
        about="Logistic regression on the same points. It knows on which side a point lies, and nothing of "
        "where points are: there is no p(x) to shade and nothing to sample.",
        extent=EXTENT,
        points=shown,
        paths={"p(y|x) = ½": [edge(w, b)]},
    )
    figures: tuple[Plane | Card | Table, ...] = (left, right)
    if state["model"] == "discriminative" and state["samples"]:
        text = (
            "Nothing was sampled. A discriminative model has p(y|x): given a point it can draw a label, but it has no "
            "distribution of points to draw one from. Switch to the generative model with o."
        )
        figures = (*figures, Card(name="nothing", title="no p(x), no samples", text=text, new_row=True))
        caption = "The sample key does nothing here: the discriminative model has no distribution of x."
    elif generated:
        caption = f"{generated} new points from the model on the left: a class first, then a point of it."
    else:
        caption = "The same points: left their densities, right only the line between. g samples, o picks the model."
    table = Table(
        name="lines",
        title="log-odds = w₁x₁ + w₂x₂ + b",
        columns=("", "w₁", "w₂", "b"),
        rows=[
            ("from densities", float(w_left[0]), float(w_left[1]), b_left),
            ("learned directly", float(w[0]), float(w[1]), b),
        ],
        digits=3,
        new_row=True,
    )
    formula = Formula(
        symbols="left: w = Σ⁻¹(μ₁ - μ₀)",
        numbers=f"w = ({w_left[0]:.3g}, {w_left[1]:.3g}), b = {b_left:.3g}",
    )
    return (Frame(caption=caption, figures=(*figures, table), formulas=(formula,)),)
