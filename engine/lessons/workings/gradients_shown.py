"""Gradients of a recurrent network as figures: before training with their bound, after it beside attention."""

from typing import Any

import numpy as np

from ..kit.figures import Bars, Curves, Formula, Table
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .recurrent_gradient import bound, norms, weights


def bounded(state: State) -> tuple[Frame, ...]:
    """The gradient of an untrained RNN, and the bound on it."""
    U, driven = weights(state["gain"], state.seed)
    found, most = norms(U, driven, state["tanh"]), bound(U, len(driven))
    distance = np.arange(len(found))
    curves = Curves(
        name="gradient",
        title="what is left of the gradient",
        about="The largest singular value of d h_T / d h_1: how far a change of the first state changes the last.",
        x=distance,
        lines={"|d h_T / d h_1|": found, "bound |U|^(T-1)": most},
        x_label="distance T - 1",
        log_y=True,
        at=float(state["distance"]),
    )
    at = state["distance"]
    table = Table(
        name="numbers",
        title=f"at distance {at}",
        columns=("", "norm"),
        rows=[("gradient", f"{found[at]:.3g}"), ("bound", f"{most[at]:.3g}")],
    )
    gain = state["gain"]
    what = (
        f"is that of a power of U: {found[at]:.3g} after {at} steps"
        if not state["tanh"]
        else "shrinks exponentially: the bound alone makes it vanish"
        if gain < 1
        else "cannot grow, and tanh' < 1 makes it shrink"
        if gain == 1
        else f"may grow, but tanh saturates: {found[at]:.3g} at {at}. Without tanh (u) it explodes"
    )
    product = "Π diag(1 - h_t²) U" if state["tanh"] else "U^(T-1)"
    formula = Formula(
        symbols=f"|d h_T/d h_1| = |{product}| ≤ |U|^(T-1)",
        numbers=f"{found[at]:.3g} ≤ {gain:g}^{at} = {most[at]:.3g}",
    )
    return (
        Frame(
            caption=f"{'With' if state['tanh'] else 'Without tanh, with'} |U| = {gain:g} the gradient {what}.",
            figures=(curves, table),
            formulas=(formula,),
        ),
    )


def remembered(state: State) -> Frames:
    """Trained to copy the first token: gradients by distance, then who can do it."""
    result = state.result("first-token")
    return Frames(2, lambda k: _copied(result) if k else _trained_gradients(result))


def _trained_gradients(result: Any) -> Frame:
    curves = Curves(
        name="gradients",
        title="|d output / d x₁| after training",
        about="Frobenius norm of the Jacobian from the embedding of the first token to the output at the last, mean of "
        "32 sequences. The bound of the RNN, |V| |U|^(T-1) |W|, is drawn up to 100.",
        x=result.distances,
        lines={
            **result.gradients,
            "bound of the RNN": np.where(result.bound <= 100, result.bound, np.nan),
        },
        x_label="distance",
        log_y=True,
        log_x=True,
    )
    far = int(result.distances[-1])
    rows = [(name, float(norms[-1])) for name, norms in result.gradients.items()]
    table = Table(name="far", title=f"at distance {far}", columns=("model", "norm"), rows=rows, digits=2)
    caption = (
        "How far a change of the first token still moves the output: attention's gradient hardly shrinks with distance."
    )
    shrinks = result.gradients["attention"][-1] < 0.1 * result.gradients["attention"][0]
    if shrinks:
        caption = "How far a change of the first token still moves the output, by its distance."
    return Frame(caption=caption, figures=(curves, table))


def _copied(result: Any) -> Frame:
    far = len(result.distances) - 1
    bars = Bars(
        name="right",
        title=f"first token copied over {result.distances[far]} tokens",
        labels=tuple(result.accuracies),
        values=np.array([float(accuracy[far]) for accuracy in result.accuracies.values()]),
        high=1.0,
        percent=True,
        reference=("guessing", 1 / 8),
    )
    table = Table(
        name="by-distance",
        title="share copied, by distance",
        columns=("distance", *result.accuracies),
        rows=[
            (int(distance), *(float(accuracy[k]) for accuracy in result.accuracies.values()))
            for k, distance in enumerate(result.distances)
        ],
        digits=2,
    )
    caption = (
        "Where no gradient arrives, nothing is learned. Attention mitigates that for distance; "
        "depth still needs residuals and normalisation."
    )
    return Frame(caption=caption, figures=(bars, table))
