"""Messages on a graph of five nodes as figures, round by round. Torch-free."""

import math
from dataclasses import replace

import numpy as np

from ..kit.figures import Cell, Edge, Formula, Grid, Mark, Net, Node, Origin, Table
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .sharing import (
    INPUTS,
    UNITS,
    Floats,
    adjacency,
    dense_parameters,
    field,
    graph_layer,
    graph_weights,
    propagation,
    rounds,
)
from .sliding import number, products

NAMES = "ABCDE"
ROUNDS = 4
DEGREE = "d: neighbours and itself"


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
                label="listens" if at == node else "heard" if at in reach else "not yet",
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
        about="In each round every node takes a weighted sum of its neighbours and itself, with weights 1/√(d_i d_j): "
        "d is how many they are. After k rounds a node knows what lies within k steps. Move the cursor to let another "
        "node listen.",
        nodes=nodes,
        edges=edges,
        height=9,
        picks=lambda row, column: {"node": NAMES[row]},
        cursor=(node, 0),
    )


def _message(a: Floats, held: list[Floats], k: int, row: int, column: int) -> Origin | None:
    if not k:
        return None
    weights = propagation(a)[row]
    near = [at for at in range(5) if weights[at]]
    terms = products(weights[near], held[k - 1][near, column])
    formula = Formula(
        symbols=f"x_{NAMES[row]} = Σ_j x_j / √(d_i·d_j), j = {', '.join(NAMES[at] for at in near)}; {DEGREE}",
        numbers=f"{terms} = {number(held[k][row, column])}",
    )
    cells: tuple[Cell, ...] = tuple((at, 0) for at in near)
    return Origin(formulas=(formula,), cells={"graph": cells, "before": tuple((at, column) for at in near)})


def _features(name: str, title: str, values: Floats, node: int) -> Grid:
    """[5, 5]: how much of the mark of each node every node holds."""
    return Grid(
        name=name,
        title=title,
        about="A row for each node, a column for the mark of each node: how much of it the node of the row holds. At "
        "first every node holds its own mark only.",
        values=values,
        row_labels=list(NAMES),
        column_labels=[f"of {name}" for name in NAMES],
        column_axis="mark",
        row_axis="node",
        reach=(0, 1),
        cursor=(node, 0),
    )


def neighbourhoods(state: State) -> Frames:
    """Messages round by round."""
    a, node = adjacency(state["ring"]), NAMES.index(state["node"])
    held = rounds(np.eye(5), a, ROUNDS)

    def frame(k: int) -> Frame:
        reach = field(a, node, k)
        marks: dict[Mark, tuple[Cell, ...]] = {"target": tuple((node, c) for c in range(5))}
        earlier = _features("before", f"round {k - 1}" if k > 1 else "at first", held[max(0, k - 1)], node)
        now = _features("held", f"round {max(1, k)}", held[k] if k else np.full_like(held[0], np.nan), node)
        if k:
            now = replace(now, marks=marks, origin=lambda row, column: _message(a, held, k, row, column))
        else:
            earlier = replace(earlier, marks=marks)
        heard = ", ".join(NAMES[at] for at in reach)
        joined = "joined to a ring" if state["ring"] else "a path; c joins its ends"
        caption = (
            f"{NAMES[node]} knows only itself. Each round carries marks one edge further. The graph is {joined}."
            if k == 0
            else f"After {k} round{'s' if k > 1 else ''} {NAMES[node]} has heard of {heard}: its {k}-hop neighbourhood."
        )
        origin = _message(a, held, k, node, 0)
        return Frame(
            caption=caption,
            figures=(_net(a, node, k), earlier, replace(now, join="→")),
            formulas=origin.formulas if origin else (start,),
        )

    start = Formula(
        symbols=f"x_i = Σ_j x_j / √(d_i·d_j) over neighbours and itself; {DEGREE}",
        numbers="before the first round each node holds its own mark only",
    )
    return Frames(ROUNDS + 1, frame)


def reordered(state: State) -> Frames:
    """The layer with its weights in two orders of the nodes; its parameters for graphs of any size."""
    return Frames(2, lambda k: _sizes() if k else _permuted(state))


def _permuted(state: State) -> Frame:
    a, x = adjacency(state["ring"]), features()
    W, b = graph_weights(state.seed)
    order = node_order(state["order"])
    plain = graph_layer(x, a, W, b)
    moved = graph_layer(x[order], a[np.ix_(order, order)], W, b)
    error = float(np.abs(moved - plain[order]).max())
    names = [NAMES[at] for at in order]
    kernel = Grid(name="W", title="W 3x4", values=W, digits=1, about="The weights, the same for all nodes.")
    bias = Grid(name="b", title="b", values=b[None], digits=1, about="The biases, the same for all nodes.")

    def made(name: str, title: str, values: Floats, rows: list[str], join: str = "") -> Grid:
        return Grid(
            name=name, title=title, values=values, digits=2, row_labels=rows, row_axis="node", join=join,
            about="What one graph convolution makes of the nodes: a row for each, four numbers.",
        )  # fmt: skip

    first = made("first", "f(A, X)", plain, list(NAMES))
    second = made("second", "f(PAPᵀ, PX)", moved, names, "P →")
    formula = Formula(symbols="f(PAPᵀ, PX) = P f(A, X), P: the new order", numbers=f"largest difference {error:.1g}")
    caption = (
        f"Reorder the nodes to {' '.join(names)}, and the rows of the output are reordered alike: numbering is free."
    )
    return Frame(caption=caption, figures=(first, second, replace(kernel, new_row=True), bias), formulas=(formula,))


def _sizes() -> Frame:
    counts = Table(
        name="counts",
        title="parameters, 3 to 4 features for each node",
        columns=("graph", "GCN", "dense over all nodes"),
        rows=[(f"{n} nodes", parameters_gcn(), f"{dense_parameters(3 * n, 4 * n):,}") for n in (5, 50, 500)],
    )
    formula = Formula(symbols="GCN = 3·4 weights + 4 biases, for any graph", numbers=f"3·4 + 4 = {parameters_gcn()}")
    caption = "A graph convolution (GCN) has 16 parameters, however many nodes there are: W and b are shared by all."
    return Frame(caption=caption, figures=(counts,), formulas=(formula,))
