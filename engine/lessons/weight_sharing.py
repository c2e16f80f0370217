"""Weight sharing: one small set of weights, used all over an image, a sequence, a graph."""

from dataclasses import replace
from functools import partial
from typing import Literal

import numpy as np

from .kit.figures import Bars, Cell, Edge, Formula, Grid, Net, Node, Origin, Table
from .kit.fixtures import Floats, array, kernel_setting
from .kit.lesson import Frame, Frames, Lesson, Preset, Scene
from .kit.settings import Choice, Slider, Switch
from .kit.state import State
from .workings.graphs_shown import NAMES, neighbourhoods, reordered
from .workings.sharing import INPUTS, UNITS, convolved, dense_parameters, image, recurrent_weights, sequence, unrolled
from .workings.sliding import number, products, signed


def parameters_conv() -> int:
    """Of one 3x3 kernel with its bias, whatever the image."""
    return 3 * 3 + 1


def parameters_rnn(biases: int = 1) -> int:
    """Of W, U and b (PyTorch keeps two biases that are always added), whatever the length."""
    return UNITS * INPUTS + UNITS * UNITS + biases * UNITS


def dense_over(steps: int) -> int:
    """Of a dense layer from all T inputs at once to all T states."""
    return dense_parameters(steps * INPUTS, steps * UNITS)


def _patch(x: Floats, kernel: Floats, row: int, column: int) -> Origin:
    wide = np.pad(x, 1)[row : row + 3, column : column + 3]
    n = len(x)
    inside = [(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    cells: tuple[Cell, ...] = tuple((r, c) for r, c in inside if 0 <= r < n and 0 <= c < n)
    numbers = f"{products(wide, kernel)} + 0 = {number(float((wide * kernel).sum()))}"
    every: tuple[Cell, ...] = tuple((i, j) for i in range(3) for j in range(3))
    formula = Formula(symbols="y = Σ w·x + b", numbers=numbers)
    return Origin(formulas=(formula,), cells={"image": cells, "kernel": every, "bias": ((0, 0),)})


def space(state: State) -> Frames:
    """The same ten numbers on a small and on a large image."""
    kernel = array(state["kernel"])
    sizes = (6, 12)

    def frame(k: int) -> Frame:
        if k == 2:
            return _spaces()
        n = sizes[k]
        x = image(n)
        y = convolved(x, kernel, 0.0)
        row, column = (2, 3) if k == 0 else (5, 8)
        shows: Literal["numbers", "shades"] = "numbers" if k == 0 else "shades"
        pixels = Grid(
            name="image",
            title=f"image {n}x{n}, padded by 1",
            about="A bright ring. A border of zeros, not drawn, keeps the output as large as the image.",
            values=x,
            digits=1,
            shows=shows,
            reach=(0, 1),
            marks={"window": tuple((row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1))},
        )
        weights = Grid(
            name="kernel",
            title="kernel",
            about="The same nine weights and one bias at every place of every image. Edit one with + and -.",
            values=kernel,
            signed=True,
            edits="kernel",
            join="×",
        )
        bias = Grid(name="bias", title="bias", values=[[0.0]], join="+", about="The bias, the tenth number: 0 here.")
        out = Grid(
            name="output",
            title=f"output {n}x{n}",
            about="One number for each place of the kernel. Move here to see the pixels that it was made of.",
            values=y,
            digits=1,
            shows=shows,
            signed=True,
            cursor=(row, column),
            origin=partial(_patch, x, kernel),
            marks={"target": ((row, column),)},
            join="→",
        )
        formula = Formula(
            symbols="3·3 weights + 1 bias = 10; a dense layer: n²·n² weights + n² biases",
            numbers=f"dense, n = {n}: {n * n}·{n * n} + {n * n} = {dense_parameters(n * n, n * n):,}",
        )
        caption = (
            f"{n * n} outputs, {parameters_conv()} parameters: the kernel is the same wherever the cursor goes."
            if k == 0
            else f"Four times the pixels, the same {parameters_conv()} parameters; a dense layer has "
            f"{dense_parameters(144, 144):,}."
        )
        return Frame(caption=caption, figures=(pixels, weights, bias, out), formulas=(formula,))

    return Frames(3, frame)


def _spaces() -> Frame:
    sides = (3, 6, 12, 24, 28, 32)
    rows = [(f"{n}x{n}", parameters_conv(), f"{dense_parameters(n * n, n * n):,}") for n in sides]
    table = Table(
        name="counts", title="parameters by image", columns=("image", "convolution", "dense"), rows=rows, marked=(1, 2)
    )
    caption = "Parameters of a convolution do not depend on height and width; those of a dense layer grow as n⁴."
    return Frame(caption=caption, figures=(table,))


def time(state: State) -> Frames:
    """An RNN unrolled: the same W and U at every step."""
    steps, seed = state["T"], state.seed
    (W, U, b), x = recurrent_weights(seed), sequence(steps, seed)
    states = unrolled(x, W, U, b)
    first = min(steps, 8)

    def origin(t: int, unit: int) -> Origin:
        before = states[t - 1] if t else np.zeros(UNITS)
        sums = f"{products(x[t], W[unit])} + {products(before, U[unit])} + {signed(b[unit])}"
        formula = Formula(
            symbols="h_t = tanh(W x_t + U h_{t-1} + b), with h_0 = 0",
            numbers=f"h_{t + 1}[{unit}] = tanh({sums}) = {number(states[t, unit])}",
        )
        back: dict[str, tuple[Cell, ...]] = {
            "W": tuple((unit, c) for c in range(INPUTS)),
            "x": tuple((c, 0) for c in range(INPUTS)),
            "U": tuple((unit, c) for c in range(UNITS)),
            "before": tuple((c, 0) for c in range(UNITS)),
            "b": ((unit, 0),),
        }
        return Origin(formulas=(formula,), cells=back)

    def column(name: str, title: str, values: Floats, join: str, about: str) -> Grid:
        return Grid(
            name=name, title=title, values=values[:, None], digits=3, signed=True, reach=(-1, 1), join=join, about=about
        )

    def frame(k: int) -> Frame:
        if k == steps:
            return _lengths(steps)
        start = min(max(0, k - first + 2), steps - first)
        nodes, edges = [], []
        for place, at in enumerate(range(start, start + first)):
            x_at, on = place / max(1, first - 1), "path" if at == k else "plain"
            role = "active" if at == k else "reached" if at < k else "quiet"
            nodes += [
                Node(name=f"h{at + 1}", x=x_at, y=0.0, role=role),  # type: ignore[arg-type]
                Node(name=f"x{at + 1}", x=x_at, y=1.0),
            ]
            edges.append(Edge(source=2 * place + 1, target=2 * place, label="W", role=on))  # type: ignore[arg-type]
            if place:
                edges.append(Edge(source=2 * place - 2, target=2 * place, label="U", role=on))  # type: ignore[arg-type]
        strip = Net(
            name="strip",
            title=f"unrolled over T = {steps}: step {k + 1}",
            about="Time runs to the right. Every step reads one input and the state before, with the same W, U and b.",
            nodes=nodes,
            edges=edges,
            height=4,
        )
        weights = Grid(
            name="W", title="W 4x3", values=W, digits=1, new_row=True,
            about="From the input to the state: the same at every step.",
        )  # fmt: skip
        recurrent = Grid(
            name="U", title="U 4x4", values=U, digits=1, join="+",
            about="From the state before to the state: the same at every step.",
        )  # fmt: skip
        before = states[k - 1] if k else np.zeros(UNITS)
        made = column("states", f"h{k + 1}", states[k], "→", "The state after this step: tanh of the sum.")
        return Frame(
            caption=f"Step {k + 1}: the same 32 numbers (W, U, b) as in every step make h{k + 1} from x{k + 1} and "
            f"h{k}{'' if k else ', which is 0'}.",
            figures=(
                strip,
                weights,
                column("x", f"x{k + 1}", x[k], "·", "The input of this step."),
                recurrent,
                column("before", f"h{k}", before, "·", "The state before; h0 is 0."),
                column("b", "b", b, "+", "The bias: the same at every step."),
                replace(made, cursor=(0, 0), origin=lambda row, _: origin(k, row)),
            ),
            formulas=origin(k, 0).formulas,
        )

    return Frames(steps + 1, frame)


def _lengths(steps: int) -> Frame:
    lengths = sorted({1, 2, 5, 10, 20, 50, steps})
    table = Table(
        name="counts",
        title="parameters, 3 inputs to 4 units",
        columns=("T", "RNN", "PyTorch", "dense over all T"),
        rows=[(t, parameters_rnn(), parameters_rnn(2), f"{dense_over(t):,}") for t in lengths],
        marked=(lengths.index(steps),),
    )
    bars = Bars(
        name="bars",
        title=f"T = {steps}",
        labels=("RNN", "PyTorch", "dense"),
        values=np.array([parameters_rnn(), parameters_rnn(2), dense_over(steps)]),
        notes=("W, U, b", "two biases", "3T·4T + 4T"),
    )
    formula = Formula(symbols="4·3 + 4·4 + 4", numbers=f"{parameters_rnn()}, for any T")
    caption = "An RNN's parameters do not depend on T. PyTorch's nn.RNN has 36: it keeps a second, redundant bias."
    return Frame(caption=caption, figures=(table, bars), formulas=(formula,))


LESSON = Lesson(
    name="weight-sharing",
    chapter="convolution",
    title="Weight sharing",
    summary="Networks that work share weights: CNNs across space, RNNs across time, GNNs across neighbourhoods.",
    settings=(
        kernel_setting(key="w"),
        Slider(name="T", default=5, low=1, high=50, step=1, help="steps of the sequence", key="n"),
        Choice(name="node", default="A", choices=tuple(NAMES), help="the node that listens", key="o"),
        Switch(name="ring", default=False, help="join the ends of the path, A and E, to a ring", key="c"),
        Slider(
            name="order", default=7, low=0, high=99, help="the order of the nodes, drawn by lot; 0: A to E", key="x"
        ),
    ),
    scenes=(
        Scene(name="space", title="Across space", ids=("N1a",), frames=space, settings=("kernel",)),
        Scene(name="time", title="Across time", ids=("N1b",), frames=time, settings=("T",)),
        Scene(
            name="neighbourhoods",
            title="Across neighbourhoods",
            ids=("N1c",),
            frames=neighbourhoods,
            settings=("node", "ring"),
        ),
        Scene(
            name="order",
            title="Whatever the order of the nodes",
            ids=("N1c",),
            frames=reordered,
            settings=("order", "ring"),
        ),
    ),
    presets=(
        Preset(
            name="long-sequence",
            values={"T": 50},
            why="Fifty steps, still 32 parameters; a dense layer over all of them has 30,200.",
            scene="time",
            frame=51,
        ),
        Preset(
            name="ring",
            values={"ring": True},
            why="In a ring every node hears from every other after two rounds.",
            scene="neighbourhoods",
            frame=3,
        ),
        Preset(
            name="far-end",
            values={"node": "E"},
            why="In a path of five the far end is four rounds away: a shallow network never hears of it.",
            good=False,
            scene="neighbourhoods",
            frame=4,
        ),
    ),
    probe={"T": 3, "node": "B", "ring": True, "order": 4, "kernel": [[0.5, -1, 0.2], [0, 1.5, -0.3], [0.1, 0.7, -2]]},
    source="LeCun et al. (1989); Elman (1990); Kipf & Welling (2017)",
)
