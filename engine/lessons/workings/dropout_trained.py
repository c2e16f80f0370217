"""A scene of the lesson `dropout`: two trained networks, and one of them asked with many masks."""

import numpy as np

from ..kit.figures import Bars, Curves, Formula, Table
from ..kit.fixtures import Floats
from ..kit.lesson import Frame
from ..kit.state import State


def loss(probabilities: Floats, labels: Floats) -> float:
    """Mean negative log-likelihood, nats an image."""
    return float(-np.log(np.maximum(probabilities[np.arange(len(labels)), labels], 1e-38)).mean())


def single_losses(masked: Floats, labels: Floats) -> Floats:
    """[masks]: the loss of each mask alone."""
    answer: Floats = np.array([loss(one, labels) for one in masked])
    return answer


def averaged_loss(masked: Floats, labels: Floats, members: int) -> float:
    """The loss of the mean probability of the first `members` masks."""
    return loss(masked[:members].astype(np.float64).mean(0), labels)


def accuracy(probabilities: Floats, labels: Floats) -> float:
    """Share of images whose likeliest class is the true one."""
    return float((probabilities.argmax(1) == labels).mean())


def bench(state: State) -> tuple[Frame, ...]:
    """Validation curves, and the ensemble of masks against single ones."""
    result, members = state.result("dropout-bench"), int(state["members"])
    labels = result.labels
    singles = single_losses(result.masked, labels)
    sizes = np.array([1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 60])
    averaged = np.array([averaged_loss(result.masked, labels, int(m)) for m in sizes])
    here = averaged_loss(result.masked, labels, members)
    scaled, plain = loss(result.scaled, labels), loss(result.plain, labels)
    ends = ", ".join(f"{values[-1]:.4f} {name}" for name, values in result.validation.items())
    curves = Curves(
        name="curves",
        title="validation loss (images held out while training), nats",
        x=result.steps,
        lines=result.validation,
        x_label="step",
        y_label="loss",
        about="Both are the same network on the same 300 digits. Validation images are never trained on.",
    )
    table = Table(
        name="table",
        title=f"on {len(labels)} other images, for the test",
        columns=("network", "test loss", "accuracy", "parameters"),
        rows=[
            (name, loss(p, labels), accuracy(p, labels), result.parameters[name])
            for name, p in (("without", result.plain), ("with dropout", result.scaled))
        ],
        new_row=True,
    )
    bars = Bars(
        name="losses",
        title="test loss, nats",
        labels=(
            f"one mask, mean of {members}",
            f"{members} mask{'s' * (members > 1)} averaged",
            "weights scaled",
            "other: no dropout",
        ),
        values=np.array([singles[:members].mean(), here, scaled, plain]).round(4),
        marked=(1,),
        about="The first three are of the network with dropout: averaging probabilities over masks is never worse than "
        "the mean loss of the same masks one by one. The last is the network trained without.",
    )
    falling = Curves(
        name="members",
        title="test loss by the masks averaged",
        x=sizes,
        lines={"averaged": averaged},
        x_label="masks",
        y_label="loss",
        levels={f"one mask, mean of all {len(singles)}": float(singles.mean()), "weights scaled": scaled},
        at=float(members),
        new_row=True,
    )
    return (
        Frame(
            caption=f"The same network on 300 digits. Validation loss after {result.steps[-1]} steps: {ends}.",
            figures=(curves, table),
        ),
        Frame(
            caption="Averaged over masks it is never worse than its masks are on average. Change their number with a.",
            figures=(bars, falling),
            formulas=(
                Formula(
                    symbols="-log mean(p) ≤ mean(-log p)",
                    numbers=f"{here:.3f} ≤ {singles[:members].mean():.3f}",
                ),
            ),
        ),
    )
