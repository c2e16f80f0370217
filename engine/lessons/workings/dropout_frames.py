"""Scenes of the lesson `dropout`: masks step by step, and the networks that they make of one."""

from collections.abc import Mapping

import numpy as np

from ..kit.figures import Cell, Edge, Formula, Grid, Net, Node, Origin, Table, Tokens
from ..kit.fixtures import Floats
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from . import masks_of_units as work
from .printed import number, signed

STEPS = 12
DRAWN = 4
"""Hidden units of the network that is drawn."""


def masks(state: State) -> Frames:
    """One step of SGD a frame: its mask, and the gradient, which leaves dropped units alone; then all masks."""
    n, keep, seed = int(state["units"]), state["r"], state.seed
    names = [f"h{i + 1}" for i in range(n)]

    def frame(k: int) -> Frame:
        if k == STEPS:
            return _history(n, keep, seed, names)
        step = k + 1
        mask = work.draw(step, n, keep, seed)
        dropped = tuple(int(i) for i in np.flatnonzero(mask == 0))
        _, _, change_in, change_out = work.trained(step, n, keep, seed)
        units = Tokens(
            name="units",
            title=f"hidden units in step {step}",
            tokens=names,
            notes=["kept" if kept else "-" for kept in mask],
            dropped=dropped,
            about="Struck units are dropped for this mini-batch: they give zero, and are trained in another step.",
        )
        gradient = Grid(
            name="gradient",
            title="gradient of each unit's weights: from x1, from x2, to y",
            about="A column for each unit: its two weights in, its weight out. Where it is dropped, all are exactly "
            "zero, so the step leaves these weights as they are.",
            values=np.vstack([change_in, change_out]) + 0.0,
            digits=2,
            signed=True,
            row_labels=("x1", "x2", "y"),
            column_labels=names,
            marks={"dropped": tuple((row, i) for row in range(3) for i in dropped)},
            origin=lambda row, column: _gradient_origin(step, n, keep, seed, row, column),
            new_row=True,
        )
        kept = int(mask.sum())
        fraction = f"{kept}/{n} = {kept / n:.2f}, r = {keep:g}"
        return Frame(
            caption=f"Step {step}: this mini-batch trains {kept} of {n} units; each was kept with probability r. "
            "The next step draws a new mask.",
            figures=(units, gradient),
            formulas=(Formula(symbols="kept fraction ≈ r", numbers=fraction),),
            facts=("L1",),
        )

    return Frames(STEPS + 1, frame)


def _gradient_origin(step: int, n: int, keep: float, seed: int, row: int, unit: int) -> Origin:
    """One derivative: a mean over the eight points of the mini-batch, e being what the output is off by."""
    cells = {"units": ((0, unit),)}
    if not work.draw(step, n, keep, seed)[unit]:
        formula = Formula(symbols="∂L/∂w = mean(e · 0)", numbers="0, for the mask is 0")
        return Origin(formulas=(formula,), cells=cells)
    inward, outward, _, _ = work.trained(step, n, keep, seed)
    x, target = work.batch(step, seed)
    hidden = np.maximum(x @ inward, 0) * work.draw(step, n, keep, seed)
    off = hidden @ outward - target
    if row == 2:
        total, symbols = float((off * hidden[:, unit]).mean()), "∂L/∂w = mean(e · h)"
        return _mean(symbols, "", off, hidden[:, unit], total, cells)
    open_ = hidden[:, unit] > 0
    total = float((off * open_ * x[:, row]).mean() * outward[unit])
    return _mean(
        "∂L/∂w = w_out · mean(e · x where h > 0)", f"{signed(outward[unit])} · ", off, x[:, row] * open_, total, cells
    )


def _mean(
    symbols: str, lead: str, off: Floats, factors: Floats, total: float, cells: Mapping[str, tuple[Cell, ...]]
) -> Origin:
    terms = [f"{signed(e)}·{signed(f)}" for e, f in zip(off, factors, strict=True) if f]
    sums = " + ".join(terms) or "0"
    numbers = f"{lead}({sums}) / {len(off)} = {number(total)}"
    return Origin(formulas=(Formula(symbols=symbols, numbers=numbers),), cells=cells)


def _history(n: int, keep: float, seed: int, names: list[str]) -> Frame:
    drawn = np.array([work.draw(step, n, keep, seed) for step in range(1, STEPS + 1)])
    grid = Grid(
        name="history",
        title="masks of all steps, 1 is kept",
        about="Every mini-batch draws its own mask; each unit is kept or dropped independently of the others.",
        values=drawn,
        digits=0,
        reach=(0, 1),
        signed=False,
        row_labels=[f"step {step}" for step in range(1, STEPS + 1)],
        column_labels=names,
        marks={"dropped": tuple((int(r), int(c)) for r, c in np.argwhere(drawn == 0))},
    )
    return Frame(
        caption=f"Every step has its own mask. Of {drawn.size} draws {int(drawn.sum())} were kept: "
        f"{drawn.mean():.2f}, with r = {keep:g}.",
        figures=(grid,),
        facts=("K3",),
    )


def ensemble(state: State) -> Frames:
    """The networks that masks make of one network, one a frame."""
    keep = state["r"]
    every, chances = work.masks(DRAWN)[::-1], work.chances(DRAWN, keep)[::-1]
    count = len(every)

    def frame(k: int) -> Frame:
        mask = every[k]
        on = int(mask.sum())
        kept = [f"h{i + 1}" for i in range(DRAWN) if mask[i]]
        nodes = [Node(name="x1", x=0.0, y=0.25), Node(name="x2", x=0.0, y=0.75)]
        for i, unit in enumerate(mask):
            nodes.append(Node(name=f"h{i + 1}", x=0.5, y=i / (DRAWN - 1), role="active" if unit else "quiet"))
        nodes.append(Node(name="y", x=1.0, y=0.5))
        edges = []
        for i in np.flatnonzero(mask).tolist():
            for a, b in ((0, 2 + i), (1, 2 + i), (2 + i, 2 + DRAWN)):
                edges.append(Edge(source=a, target=b, directed=False))
        net = Net(
            name="net",
            title=f"sub-network {k + 1} of {count}",
            about="Each mask leaves another network. All of them use the same weights on the lines that are left.",
            nodes=tuple(nodes),
            edges=tuple(edges),
            height=7,
        )
        table = Table(
            name="counts",
            title="networks in one set of weights",
            columns=("units n", "sub-networks", "parameters"),
            rows=[(size, f"{len(work.masks(size)):,}", parameters(size)) for size in (2, DRAWN, 8, 12)],
            marked=(1,),
            about="Masks have no parameters: the count of weights is that of one network.",
        )
        said = ", ".join(kept) or "nothing"
        chance = f"{keep:g}^{on} · {1 - keep:.1f}^{DRAWN - on} = {chances[k]:.4g}"
        return Frame(
            caption=f"This mask keeps {said}. {DRAWN} units make {count} networks that share one set of weights.",
            figures=(net, table),
            formulas=(
                Formula(symbols="networks = 2ⁿ", numbers=f"2^{DRAWN} = {count}"),
                Formula(symbols="P(mask) = r^kept · (1-r)^dropped", numbers=chance),
            ),
        )

    return Frames(count, frame)


def parameters(n: int) -> int:
    """Weights and biases of 2 inputs, n hidden units and one output."""
    return 2 * n + n + n + 1
