"""Scenes of the lesson `dropout`: masks step by step, the networks they make, and prediction without them."""

from functools import partial

import numpy as np

from ..kit.figures import Bars, Curves, Edge, Formula, Grid, Net, Node, Origin, Table, Tokens
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from . import masks_of_units as work

STEPS = 12
HALF = 4
"""Hidden units of the network that is drawn."""


def masks(state: State) -> Frames:
    """One step of SGD a frame: its mask, and the gradient, which leaves dropped units alone."""
    n, keep, seed = int(state["units"]), state["keep"], state.seed

    def frame(k: int) -> Frame:
        step = k + 1
        mask = work.draw(step, n, keep, seed)
        dropped = tuple(int(i) for i in np.flatnonzero(mask == 0))
        _, _, change_in, change_out = work.trained(step, n, keep, seed)
        history = np.full((STEPS, n), np.nan)
        for past in range(step):
            history[past] = work.draw(past + 1, n, keep, seed)
        names = [f"h{i + 1}" for i in range(n)]
        units = Tokens(
            name="units",
            title=f"hidden units in step {step}",
            tokens=names,
            notes=["kept" if kept else "-" for kept in mask],
            dropped=dropped,
            about="Struck units are dropped for this mini-batch: they give zero, and are trained in another step.",
        )

        def origin(row: int, column: int) -> Origin:
            kept = bool(mask[row])
            value = (change_out if column == 2 else change_in[column])[row]
            symbols = "∂L/∂w = mean(error · h)" if column == 2 else "∂L/∂w = mean(error · w_out · x)"
            numbers = f"{value:.3g}" if kept else "the mask is 0, so the gradient is 0"
            return Origin(formulas=(Formula(symbols=symbols, numbers=numbers),), cells={"units": ((0, row),)})

        gradient = Grid(
            name="gradient",
            title=f"gradient of the weights, {n}x3",
            about="One row a unit: its two weights in, its weight out. A dropped unit's row is exactly zero.",
            values=np.column_stack([change_in.T, change_out]),
            digits=2,
            signed=True,
            row_labels=names,
            column_labels=("from x1", "from x2", "to y"),
            marks={"dropped": tuple((i, c) for i in dropped for c in range(3))},
            origin=origin,
            new_row=True,
        )
        steps = Grid(
            name="history",
            title="masks so far: step by unit, 1 is kept",
            about="Every mini-batch draws its own mask. No two need be alike.",
            values=history,
            digits=0,
            reach=(0, 1),
            signed=False,
            row_axis="step",
            column_axis="unit",
            marks={"target": tuple((k, c) for c in range(n))},
        )
        kept = int(mask.sum())
        return Frame(
            caption=f"Step {step}: this mini-batch trains {kept} of {n} units. The next step draws a new mask.",
            figures=(units, gradient, steps),
            formulas=(Formula(symbols="kept fraction ≈ r", numbers=f"{kept}/{n} = {kept / n:.2f}, r = {keep:g}"),),
        )

    return Frames(STEPS, frame)


def ensemble(state: State) -> Frames:
    """The networks that masks make of one network, one a frame."""
    n = int(state["units"])
    every = work.masks(HALF)[::-1]

    def frame(k: int) -> Frame:
        mask = every[k]
        chance = work.chances(HALF, state["keep"])[::-1][k]
        kept = [f"h{i + 1}" for i in range(HALF) if mask[i]]
        nodes = [Node(name="x1", x=0.0, y=0.25), Node(name="x2", x=0.0, y=0.75)]
        for i, on in enumerate(mask):
            nodes.append(Node(name=f"h{i + 1}", x=0.5, y=i / (HALF - 1), role="active" if on else "quiet"))
        nodes.append(Node(name="y", x=1.0, y=0.5))
        edges = []
        for unit in np.flatnonzero(mask):
            for a, b in ((0, 2 + unit), (1, 2 + unit), (2 + unit, 2 + HALF)):
                edges.append(Edge(source=int(a), target=int(b), directed=False))
        net = Net(
            name="net",
            title=f"sub-network {k + 1} of {2**HALF}",
            about="Each mask leaves another network. All of them use the same weights on the lines that are left.",
            nodes=tuple(nodes),
            edges=tuple(edges),
        )
        sizes = sorted({2, 4, 8, 12, n})
        table = Table(
            name="counts",
            title="networks in one set of weights",
            columns=("units n", "sub-networks", "parameters"),
            rows=[(size, 2**size, parameters(size)) for size in sizes],
            marked=(sizes.index(n),),
            about="Masks have no parameters: the count of weights is that of one network.",
        )
        said = ", ".join(kept) or "nothing"
        return Frame(
            caption=f"This mask keeps {said}. {n} units make {2**n:,} networks that share one set of weights.",
            figures=(net, table),
            formulas=(
                Formula(symbols="networks = 2ⁿ", numbers=f"2^{n} = {2**n:,}"),
                Formula(symbols="P(mask) = r^kept · (1-r)^dropped", numbers=f"{chance:.4f} for this one"),
            ),
        )

    return Frames(2**HALF, frame)


def parameters(n: int) -> int:
    """Weights and biases of 2 inputs, n hidden units and one output."""
    return 2 * n + n + n + 1


def _origin(state: State, row: int, column: int) -> Origin:
    """Where one of the three numbers came from."""
    unit, n, keep = state["unit"], int(state["units"]), state["keep"]
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
    unit, n, keep = state["unit"], int(state["units"]), state["keep"]
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
        values=np.array(values),
        notes=[f"{value:.5f}" for value in values],
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

    def passed(row: int, column: int) -> Origin:
        if row == 0:
            return Origin(formulas=(Formula(symbols="h", numbers=f"{hidden[column]:g}"),))
        kept, value = mask[column], (hidden * mask if row == 1 else work.inverted(hidden, mask, keep))[column]
        symbols = "mask · h" if row == 1 else "mask · h / r"
        numbers = f"{kept:g}·{hidden[column]:g}" + (f" / {keep:g}" if row == 2 else "") + f" = {value:.3g}"
        cells = {"both": ((0, column),)}
        return Origin(formulas=(Formula(symbols=symbols, numbers=numbers),), cells=cells)

    both = Grid(
        name="both",
        title="what is passed on while training",
        values=np.vstack([hidden, hidden * mask, work.inverted(hidden, mask, keep)]),
        digits=1,
        row_labels=("h", "notes", "PyTorch"),
        column_labels=[f"h{i + 1}" for i in range(n)],
        marks={"dropped": tuple((r, int(i)) for i in np.flatnonzero(mask == 0) for r in (1, 2))},
        origin=passed,
        about="PyTorch divides kept units by r at once (inverted dropout), so that prediction needs no change.",
    )
    ways = Table(
        name="ways",
        title="the same expectation in two ways",
        columns=("", "training", "prediction"),
        rows=(
            ("as in the notes", "mask · h", "weights times r"),
            (f"nn.Dropout(p={1 - keep:.1f})", "mask · h / (1 - p)", "h unchanged"),
        ),
    )
    return (
        Frame(
            caption=f"{unit.capitalize()} unit: weights times r are {word}. Change the unit with u.",
            figures=(bars, spread),
        ),
        Frame(
            caption="Linear: exact. Sigmoid: exactly the normalised geometric mean. ReLU: only approximate.",
            figures=(table,),
        ),
        Frame(
            caption="PyTorch's p is the probability to drop; it scales by 1/(1 - p) while training.",
            figures=(both, ways),
            formulas=(Formula(symbols="r = 1 - p", numbers=f"{keep:g} = 1 - {1 - keep:.1f}"),),
        ),
    )
