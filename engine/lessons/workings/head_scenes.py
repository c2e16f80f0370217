"""The scenes of `heads`: cutting a matrix into heads, telling heads apart, and what they cost. Torch-free."""

from dataclasses import replace
from typing import Any

import numpy as np

from ..kit.figures import Formula, Grid, Origin, Table, Wall
from ..kit.fixtures import Floats
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .attending import causal, product
from .attention_looks import line, short
from .multihead import (
    WIDTH,
    Heads,
    multi_head,
    parameters,
    random_matrices,
)
from .sentences import embed, split

MOST = 12
WIDTHS = (64, 128, 256, 512, 768, 1024)
COUNTS = (1, 2, 4, 8)
CUT = "Nothing is computed by cutting: each head takes its columns of Q. K and V are cut alike."
MIXING = "W_O is the only place where heads meet: every output takes from all of them."


def tokens_of(state: State) -> tuple[str, ...]:
    """The tokens that are looked at."""
    return split(state["text"], MOST)


def heads_of(state: State) -> tuple[Floats, Heads]:
    """Embeddings (T, 8) and the random heads."""
    x = embed(tokens_of(state))
    mask = causal(len(x)) if state["masked"] else None
    return x, multi_head(x, random_matrices(WIDTH, state.seed), state["heads"], mask)


def cutting(state: State) -> Frames:
    """Q is cut into heads, each attends, they are laid side by side, W_O mixes them."""
    tokens = tokens_of(state)
    x, a = heads_of(state)
    w = random_matrices(WIDTH, state.seed)
    h, size = state["heads"], len(tokens)
    d = WIDTH // h
    names = tuple(short(token) for token in tokens)
    columns = tuple(f"{i // d + 1}" for i in range(WIDTH))
    head = min(state["head"], h) - 1
    mine = tuple((row, column) for row in range(size) for column in range(head * d, (head + 1) * d))

    def shaded(name: str, values: Floats, title: str, **more: Any) -> Grid:
        given: dict[str, Any] = {"shows": "shades", "signed": True, "scope": name, **more}
        return Grid(name=name, title=title, values=values, **given)

    def whole() -> Frame:
        def origin(row: int, column: int) -> Origin:
            numbers = f"{product(x[row], w.query[:, column])} = {(x @ w.query)[row, column]:.2f}"
            cells = {"X": line(row, x.shape[1]), "W_Q": tuple((r, column) for r in range(WIDTH))}
            return Origin(formulas=(Formula(symbols="q = x · w", numbers=numbers),), cells=cells)

        made = {"column_labels": columns, "marks": {"source": mine}, "origin": origin}
        return Frame(
            caption=f"One matrix makes the queries of all heads. Its {WIDTH} columns are cut into {h} groups of {d}.",
            figures=(
                shaded("X", x, f"X, {size}x{WIDTH}", row_labels=names),
                shaded("W_Q", w.query, f"W_Q, {WIDTH}x{WIDTH} (random)", column_labels=columns, join="×"),
                shaded("Q", x @ w.query, f"Q, {size}x{WIDTH}, by head", about=CUT, join="=", **made),
            ),
            formulas=(Formula(symbols="D = h · d_k", numbers=f"{WIDTH} = {h} · {d}"),),
        )

    def cut() -> Frame:
        gaps = [np.hstack([each, np.full((size, 1), np.nan)]) for each in a.q]
        at = [i * (d + 1) + c for i in range(h) for c in range(d)]
        labels = [""] * (h * (d + 1) - 1)
        for i, column in enumerate(at):
            labels[column] = columns[i]
        grid = shaded(
            "Q",
            np.hstack(gaps)[:, :-1],
            f"Q_1 … Q_{h}, each {size}x{d} (random weights)" if h > 1 else f"Q_1, {size}x{d} (random weights)",
            about=CUT,
            row_labels=names,
            column_labels=tuple(labels),
            column_axis="head",
            marks={"focus": tuple((row, at[column]) for row, column in mine)},
        )
        return Frame(
            caption=f"Each head has {d} numbers of every query, key and value: a smaller attention of its own.",
            figures=(grid,),
            formulas=(Formula(symbols="T x D → h x T x d_k", numbers=f"{size}x{WIDTH} → {h}x{size}x{d}"),),
        )

    def attends() -> Frame:
        top, scope = float(a.weights.max()), "weights of all heads"
        matrix = head_matrix(a.weights[head], names, f"head {head + 1}", state)
        return Frame(
            caption=f"Each head has weights of its own: {h} patterns from the same tokens. These are random.",
            figures=(
                Wall(
                    name="weights",
                    title=f"{h} x {size}x{size} weights",
                    images=a.weights,
                    labels=tuple(f"head {i + 1}" for i in range(h)),
                    signed=False,
                    reach=(0, top),
                    scope=scope,
                    chosen=head,
                    picks=pick_head,
                ),
                replace(matrix, reach=(0, top), scope=scope),
            ),
        )

    def joined() -> Frame:
        def origin(row: int, column: int) -> Origin:
            numbers = f"{product(a.concat[row], w.output[:, column])} = {a.output[row, column]:.2f}"
            cells = {"concat": line(row, WIDTH), "W_O": tuple((r, column) for r in range(WIDTH))}
            return Origin(formulas=(Formula(symbols="out = concat · w", numbers=numbers),), cells=cells)

        mixed = {"row_labels": (), "origin": origin, "join": "="}
        return Frame(
            caption="The heads are laid side by side, and W_O mixes them: it has h·d_v rows and D columns.",
            figures=(
                shaded(
                    "concat",
                    a.concat,
                    f"concat, {size}x{WIDTH}",
                    row_labels=names,
                    column_labels=columns,
                    column_axis="head",
                    marks={"source": mine},
                ),
                shaded(
                    "W_O",
                    w.output,
                    f"W_O, {WIDTH}x{WIDTH} (random)",
                    row_labels=tuple(f"h{name}" for name in columns),
                    join="×",
                ),
                shaded("output", a.output, f"output, {size}x{WIDTH}", about=MIXING, **mixed),
            ),
            formulas=(Formula(symbols="MultiHead = Concat(head_1 … head_h) W_O", numbers=f"{h}·{d} = {WIDTH}"),),
        )

    return Frames(4, lambda k: (whole, cut, attends, joined)[k]())


def pick_head(row: int, column: int) -> dict[str, int]:
    """The chosen head follows the cursor."""
    return {"head": row + 1}


def head_matrix(weights: Floats, names: tuple[str, ...], title: str, state: State, **more: Any) -> Grid:
    """The weights of one head."""
    return Grid(
        name="matrix",
        title=title,
        values=weights,
        shows="shades",
        signed=False,
        reach=(0, 1),
        scope="weights",
        row_labels=names,
        column_labels=names,
        row_axis="query",
        column_axis="key",
        **more,
    )


def cost(state: State) -> tuple[Frame, ...]:
    """The number of parameters does not depend on the number of heads."""
    width = state["width"]
    counts = [h for h in (1, 2, 4, 8, 16, 32) if width % h == 0]
    rows = [[h, width // h, f"{parameters(width):,}", f"{4 * width:,}", f"{parameters(width, True):,}"] for h in counts]

    def origin(row: int, column: int) -> Origin:
        h = counts[row]
        told = (
            Formula(symbols="h: a number that divides D", numbers=f"{width} = {h} · {width // h}"),
            Formula(symbols="d_k = D / h", numbers=f"{width} / {h} = {width // h}"),
            Formula(symbols="W_Q, W_K, W_V, W_O, D x D each", numbers=f"4 · {width}² = {parameters(width):,}"),
            Formula(symbols="a bias of D for each of the four", numbers=f"4 · {width} = {4 * width:,}"),
            Formula(symbols="4D² + 4D", numbers=f"{parameters(width):,} + {4 * width:,} = {parameters(width, True):,}"),
        )[column]
        return Origin(formulas=(told,), cells={"parameters": ((row, 2), (row, 3))} if column == 4 else {})

    table = Table(
        name="parameters",
        title=f"D = {width}",
        about="More heads are more and smaller attentions of the same total size: d_k = D / h.",
        columns=("h", "d_k", "weights 4D²", "biases 4D", "together"),
        rows=rows,
        marked=tuple(k for k, h in enumerate(counts) if h == state["heads"]),
        origin=origin,
    )
    return (
        Frame(
            caption="Heads cost no parameters: W_Q, W_K, W_V and W_O are D x D whatever h is.",
            figures=(table,),
            formulas=(
                Formula(symbols="4 D² (+ 4 D)", numbers=f"4·{width}² = {parameters(width):,} (+ {4 * width:,})"),
            ),
        ),
    )
