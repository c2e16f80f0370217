"""Messages on a graph of five nodes as figures, round by round. Torch-free."""

import math
from dataclasses import replace

import numpy as np

from ..kit.figures import Cell, Edge, Formula, Grid, Net, Node, Origin, Table
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .sharing import INPUTS, UNITS, Floats, adjacency, field, graph_layer, graph_weights, propagation, rounds

NAMES = "ABCDE"
ROUNDS = 4


def node_order(order: int) -> list[int]:
    """The nodes as drawn (0), or shuffled."""
    return [int(k) for k in np.random.default_rng(order).permutation(5)] if order else list(range(5))


def parameters_gcn() -> int:
    """Of W and b, whatever the graph."""
    return INPUTS * UNITS + UNITS


def features() -> Floats:
    """One-hot for nodes A, C and E, so that a message can be followed: [5, 3]."""
    x = np.zeros((5, INPUTS))
    x[0, 0] = x[2, 1] = x[4, 2] = 1.0
    return x


def _net(a: Floats, node: int, round_: int) -> Net:
    reach = field(a, node, round_)
    before = field(a, node, round_ - 1) if round_ else ()
    nodes = []
    for at in range(5):
        angle = math.pi * (1.5 + 2 * at / 5)
        role = "asked" if at == node else "active" if at in reach and at not in before else "reached"
        nodes.append(
            Node(
                name=NAMES[at],
                x=0.5 + 0.5 * math.cos(angle),
                y=0.5 + 0.5 * math.sin(angle),
                label="listens" if at == node else "heard" if at in reach else "",
                role=role if at in reach else "quiet",  # type: ignore[arg-type]
            )
        )
    edges = []
    for i in range(5):
        for j in range(i + 1, 5):
            if a[i, j]:
                fresh = (i in reach and j in reach) and (i in before) != (j in before)
                edges.append(Edge(source=i, target=j, directed=False, role="path" if fresh and round_ else "plain"))
    return Net(
        name="graph",
        title=f"heard by {NAMES[node]} after {round_} round{'s' if round_ != 1 else ''}",
        about="In each round every node takes a weighted mean of its neighbours and itself, all with the same weights. "
        "After k rounds a node knows what lies within k steps. Move the cursor to let another node listen.",
        nodes=nodes,
        edges=edges,
        height=9,
        picks=lambda row, column: {"node": row + 1},
        cursor=(node, 0),
    )


def _message(a: Floats, held: list[Floats], k: int, row: int, column: int) -> Origin | None:
    if not k:
        return None
    weights = propagation(a)[row]
    near = [at for at in range(5) if weights[at]]
    terms = " + ".join(f"{weights[at]:.2f}·{held[k - 1][at, column]:.2g}" for at in near)
    formula = Formula(
        symbols=f"x_{NAMES[row]} = Σ x_j / √(d_i d_j) over neighbours and itself",
        numbers=f"{' '.join(NAMES[at] for at in near)}: {terms} = {held[k][row, column]:.3f}",
    )
    cells: tuple[Cell, ...] = tuple((at, 0) for at in near)
    return Origin(formulas=(formula,), cells={"graph": cells, "before": tuple((at, column) for at in near)})


def neighbourhoods(state: State) -> Frames:
    """Messages round by round, then the layer with its weights in two orders of the nodes."""
    a, node = adjacency(state["ring"]), state["node"] - 1
    held = rounds(features(), a, ROUNDS)

    def frame(k: int) -> Frame:
        if k > ROUNDS:
            return _permuted(state)
        reach = field(a, node, k)
        now = Grid(
            name="held",
            title=f"held after round {k}",
            about="Features of five nodes. At first A, C and E have a mark of their own; watch it spread.",
            values=held[k],
            row_labels=list(NAMES),
            column_labels=["a", "c", "e"],
            reach=(0, 1),
            cursor=(node, 0),
            marks={"target": tuple((node, c) for c in range(INPUTS))},
            origin=lambda row, column: _message(a, held, k, row, column),
        )
        figures: tuple[Net | Grid, ...] = (_net(a, node, k), now)
        if k:
            earlier = Grid(
                name="before",
                title=f"after round {k - 1}",
                values=held[k - 1],
                row_labels=list(NAMES),
                column_labels=["a", "c", "e"],
                reach=(0, 1),
            )
            figures = (_net(a, node, k), earlier, replace(now, join="→"))
        heard = ", ".join(NAMES[at] for at in reach)
        caption = (
            f"{NAMES[node]} knows only itself. Step on: each round carries messages one edge further."
            if k == 0
            else f"After {k} round{'s' if k > 1 else ''} {NAMES[node]} has heard of {heard}: its {k}-hop neighbourhood."
        )
        origin = _message(a, held, k, node, 0)
        return Frame(caption=caption, figures=figures, formulas=origin.formulas if origin else ())

    return Frames(ROUNDS + 2, frame)


def _permuted(state: State) -> Frame:
    a, x = adjacency(state["ring"]), features()
    W, b = graph_weights(state.seed)
    order = node_order(state["order"] or 7)
    plain = graph_layer(x, a, W, b)
    moved = graph_layer(x[order], a[np.ix_(order, order)], W, b)
    error = float(np.abs(moved - plain[order]).max())
    kernel = Grid(name="W", title="W, 3x4: the same for all", values=W, digits=1)
    first = Grid(name="first", title="f(A, X), nodes A to E", values=plain, digits=2, row_labels=list(NAMES))
    second = Grid(
        name="second", title="f(PAPᵀ, PX), reordered", values=moved, digits=2, row_labels=[NAMES[at] for at in order]
    )
    counts = Table(
        name="counts",
        title="parameters, 3 to 4 features",
        columns=("graph", "GCN", "dense"),
        rows=[(f"{n} nodes", parameters_gcn(), f"{3 * n * 4 * n + 4 * n:,}") for n in (5, 50, 500)],
        new_row=True,
    )
    formula = Formula(
        symbols="f(PAPᵀ, PX) = P f(A, X)", numbers=f"largest difference {error:.1g}; 3·4 + 4 = 16 parameters"
    )
    caption = "Reorder the nodes, and the output is reordered alike: the graph counts, not the numbering."
    return Frame(caption=caption, figures=(first, second, kernel, counts), formulas=(formula,))
