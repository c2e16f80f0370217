"""A scene of the lesson `dropout`: prediction without masks, against the mean over all of them."""

from functools import partial

import numpy as np

from ..kit.figures import Bars, Curves, Formula, Grid, Origin, Table
from ..kit.lesson import Frame
from ..kit.state import State
from . import masks_of_units as work


def _origin(state: State, row: int, column: int) -> Origin:
    """Where one of the three numbers came from."""
    unit, n, keep = state["unit"], int(state["units"]), state["r"]
    total = float(work.HIDDEN[:n] @ work.WEIGHTS[:n])
    lines = (
        Formula(
            symbols="E = Σ over masks P(mask) · f(Σ kept w·h)",
            numbers=f"{2**n:,} terms = {work.mean_output(unit, n, keep):.5f}",
        ),
        Formula(
            symbols="f(r · w·h)",
            numbers=f"f({keep:g} · {total:.5f}) = {work.scaled_output(unit, n, keep):.5f}",
        ),
        Formula(
            symbols="G / (G + G'), G = Π p^P(mask), G' = Π (1-p)^P(mask)",
            numbers=f"{work.geometric_mean(n, keep):.5f}",
        ),
    )
    return Origin(formulas=(lines[row],))


def prediction(state: State) -> tuple[Frame, ...]:
    """All masks enumerated against one pass with scaled weights."""
    unit, n, keep = state["unit"], int(state["units"]), state["r"]
    outputs = work.activate(unit, work.sums(n))
    chance = work.chances(n, keep)
    mean, scaled = work.mean_output(unit, n, keep), work.scaled_output(unit, n, keep)
    labels, values = ["mean over all masks", "weights times r"], [mean, scaled]
    if unit == "sigmoid":
        labels, values = [*labels, "geometric mean"], [*values, work.geometric_mean(n, keep)]
    bars = Bars(
        name="answers",
        title=f"{unit} unit, n = {n}, r = {keep:g}",
        labels=labels,
        values=np.round(values, 6) + 0.0,
        high=max(1.0, *values) if min(values) >= 0 else None,
        marked=(1,),
        origin=partial(_origin, state),
        about="The first bar averages the outputs of all masks by their chance; the second runs once, without masks.",
    )
    edges = np.linspace(outputs.min() - 1e-9, outputs.max() + 1e-9, 25)
    counts, _ = np.histogram(outputs, bins=edges, weights=chance)
    spread = Curves(
        name="spread",
        title=f"output under each of the {2**n:,} masks",
        x=(edges[1:] + edges[:-1]) / 2,
        lines={"probability": counts},
        x_label="output y",
        y_label="P",
        at=scaled,
        about="How the output varies with the mask; the vertical line is the pass with scaled weights.",
    )
    word = "exactly the mean" if abs(mean - scaled) < 1e-9 else f"off the mean by {abs(mean - scaled):.4f}"
    rows = [
        (
            name,
            f"{work.mean_output(name, n, keep):.5f}",
            f"{work.scaled_output(name, n, keep):.5f}",
            f"{work.geometric_mean(n, keep):.5f}" if name == "sigmoid" else "-",
        )
        for name in work.UNITS
    ]
    table = Table(
        name="table",
        title=f"{2**n:,} masks, enumerated",
        columns=("output unit", "mean over masks", "weights times r", "geometric mean"),
        rows=rows,
        marked=(work.UNITS.index(unit),),
    )
    mask = work.draw(1, n, keep, state.seed)
    hidden = work.HIDDEN[:n]

    def passed(row: int, column: int) -> Origin | None:
        if row == 0:
            return None
        kept, value = mask[column], (hidden * mask if row == 1 else work.inverted(hidden, mask, keep))[column]
        symbols = "mask · h" if row == 1 else "mask · h / r, r = 1 - p"
        numbers = f"{kept:g}·{hidden[column]:g}" + (f" / {keep:g}" if row == 2 else "") + f" = {value:.3g}"
        cells = {"both": ((0, column),)}
        return Origin(formulas=(Formula(symbols=symbols, numbers=numbers),), cells=cells)

    both = Grid(
        name="both",
        title="what is passed on while training",
        values=np.vstack([hidden, hidden * mask, work.inverted(hidden, mask, keep)]),
        digits=2,
        row_labels=("h", "mask·h", "mask·h/r"),
        column_labels=[f"h{i + 1}" for i in range(n)],
        marks={"dropped": tuple((r, int(i)) for i in np.flatnonzero(mask == 0) for r in (1, 2))},
        origin=passed,
        about="The last row is PyTorch's: it divides kept units by r at once (inverted dropout), so that prediction "
        "needs no change.",
    )
    ways = Table(
        name="ways",
        title="the same expectation in two ways",
        columns=("", "training", "prediction"),
        rows=(
            ("plain dropout", "mask · h", "weights times r"),
            (f"nn.Dropout(p={1 - keep:.1f})", "mask · h / (1 - p)", "h unchanged"),
        ),
    )
    return (
        Frame(
            caption=f"{unit.capitalize()} unit: weights times r are {word}. Change the unit with u.",
            figures=(bars, spread),
        ),
        Frame(
            title="means over all masks",
            caption="Linear: exact. Sigmoid: exactly the normalised geometric mean. ReLU: only approximate.",
            figures=(table,),
        ),
        Frame(
            title="nn.Dropout(p) divides by 1 - p = r",
            caption="PyTorch's p is the probability to drop; it scales by 1/(1 - p) while training.",
            figures=(both, ways),
            formulas=(Formula(symbols="r = 1 - p", numbers=f"{keep:g} = 1 - {1 - keep:.1f}"),),
        ),
    )
