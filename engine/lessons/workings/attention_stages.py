"""The scenes of `attention` that follow the whole sentence from embeddings to output. Torch-free."""

from math import prod

import numpy as np

from ..kit.figures import Figure, Formula, Grid, Origin, Table
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .attending import product
from .attention_looks import (
    Look,
    labels,
    line,
    look,
    matrix,
    projected,
    short,
)
from .sentences import FEATURES


def projected_thrice(state: State) -> Frames:
    """X times W_Q, W_K, W_V; then the shapes."""
    seen = look(state)

    def frame(k: int) -> Frame:
        if k == 3:
            return _shapes(seen)
        which = "QKV"[k]
        weights = (seen.w.query, seen.w.key, seen.w.value)[k]
        axes = seen.w.contents if which == "V" else seen.w.axes
        about = (
            "Set by hand: thing, pron(oun), act(ion), qual(ity), art(icle), link (preposition or conjunction), "
            "(punctuation) mark; abc is a number drawn from the letters."
        )
        says = (
            "Query: each token's question.",
            "Key: what each token offers.",
            "Value: the content that a token hands over, to itself too.",
        )[k]
        figures: tuple[Figure, ...] = (
            projected(seen, which),
            Grid(
                name=f"W_{which}",
                title=f"W_{which}, {weights.shape[0]}x{weights.shape[1]} ({seen.label})",
                about="In a trained model these numbers are learned; here they are not, so that you can read them.",
                values=weights,
                row_labels=FEATURES,
                column_labels=axes,
                scope=f"W_{which} alone",
                join="= X ×",
            ),
            Grid(
                name="X",
                title=f"X, T x D = {seen.size}x{seen.x.shape[1]}",
                about=about,
                values=seen.x,
                shows="numbers" if state["show"] == "numbers" else "shades",
                row_labels=labels(seen),
                column_labels=FEATURES,
                new_row=True,
                marks={"focus": line(seen.focus, seen.x.shape[1])},
                cursor=(seen.focus, 0),
                scope="X alone",
            ),
        )
        told = seen.guessed or " Rows of X: a 1 for the word class (act: action, qual: quality), abc: its letters."
        symbols = f"{which} = X W_{which}"
        shapes = f"({seen.size}x8)(8x{weights.shape[1]}) = {seen.size}x{weights.shape[1]}"
        return Frame(
            caption=says + told,
            figures=figures,
            formulas=(Formula(symbols=symbols, numbers=shapes),),
            facts=("U1", "V2"),
        )

    return Frames(4, frame)


MATRICES = (
    ("X", "T x D"),
    ("W_Q, W_K", "D x d_k"),
    ("W_V", "D x d_v"),
    ("Q, K", "T x d_k"),
    ("V", "T x d_v"),
    ("weights A", "T x T"),
    ("A V", "T x d_v"),
    ("W_O", "h·d_v x D"),
    ("output", "T x D"),
)
"""Every matrix of a head, of W_O and of the output, with its shape."""


def sized(shape: str, **sizes: int) -> str:
    """A shape in symbols as numbers: `h·d_v x D` with h=8, d_v=64, D=512 is `512x512`."""
    sides = (side.split("·") for side in shape.split(" x "))
    return "x".join(str(prod(sizes[part] for part in side)) for side in sides)


def _shapes(seen: Look) -> Frame:
    here = {"T": seen.size, "D": seen.x.shape[1], "d_k": seen.a.k.shape[1], "d_v": seen.a.v.shape[1], "h": 1}
    base = {"T": seen.size, "D": 512, "d_k": 64, "d_v": 64, "h": 8}
    rows = [[name, shape, sized(shape, **here), sized(shape, **base)] for name, shape in MATRICES]
    table = Table(
        name="shapes",
        title="shapes, D = d_model",
        about="W_O takes the heads, laid side by side, back to the width of the model: h·d_v rows, D columns.",
        columns=("matrix", "shape", "here, h=1", "2017 base, h=8"),
        rows=rows,
        marked=(7,),
    )
    return Frame(
        caption="W_O is the matrix at the end: from the h heads side by side (h·d_v) back to D.",
        figures=(table,),
        formulas=(Formula(symbols="MultiHead = Concat(head_1 … head_h) W_O", numbers="8·64 = 512 rows, 512 columns"),),
        facts=("V4",),
    )


def stages(state: State) -> Frames:
    """Scores, scaled, masked, weights, output: one matrix in stages."""
    seen = look(state)
    d_k = seen.a.k.shape[1]
    row, column = seen.focus, int(np.argmax(seen.a.weights[seen.focus]))
    asks, gives = short(seen.tokens[row], 14), short(seen.tokens[column], 14)
    a = seen.a
    says = (
        "Every query times every key: large where they point the same way.",
        f"All are divided by √{d_k} = {np.sqrt(d_k):.0f}, so that they do not grow with d_k.",
        "The future is set to -∞ before the softmax (hatched)."
        if state["mask"] == "causal"
        else "No mask here: all may look at all, and nothing changes. Turn the causal mask on with m.",
        "Softmax makes each row positive, with sum 1: these are the weights.",
    )
    formulas = (
        Formula(
            symbols=f"s = q({asks})·k({gives})",
            numbers=f"{product(a.q[row], a.k[column])} = {a.scores[row, column]:.2f}",
        ),
        Formula(
            symbols="s / √d_k",
            numbers=f"{a.scores[row, column]:.2f} / {np.sqrt(d_k):.0f} = {a.scaled[row, column]:.2f}",
        ),
        Formula(
            symbols="s_ij = -∞ where j > i" if state["mask"] == "causal" else "no mask: s_ij stays",
            numbers=f"{int(a.mask.sum())} of {a.mask.size} cells may be looked at",
        ),
        Formula(symbols="a = exp(s - max) / Σ", numbers=f"row {asks}: sum {a.weights[row].sum():.3f}, largest {gives}"),
    )

    def frame(k: int) -> Frame:
        if k == 4:
            return _output(state, seen)
        if k == 5:
            return _names(seen)
        three = (matrix(state, seen, k, new_row=True), projected(seen, "Q", new_row=True), projected(seen, "K"))
        figures = (_pair(seen, row, column), *three) if k == 0 else three
        told = seen.guessed if k == 0 else ""
        return Frame(caption=says[k] + told, figures=figures, formulas=(formulas[k],), facts=("V1",))

    return Frames(6, frame)


def _pair(seen: Look, row: int, column: int) -> Grid:
    """The query in focus over the key that fits it best: the two rows that make one score."""
    asks, gives = projected(seen, "Q").origin, projected(seen, "K").origin
    assert asks is not None and gives is not None
    names = [short(seen.tokens[k], 6) for k in (row, column)]
    return Grid(
        name="pair",
        title=f"q({names[0]}) · k({names[1]}), all columns: {seen.a.scores[row, column]:.2f}",
        about="One score of the matrix below: both rows multiplied number by number, and the products added.",
        values=np.vstack([seen.a.q[row], seen.a.k[column]]),
        row_labels=(f"q({names[0]})", f"k({names[1]})"),
        column_labels=seen.w.axes,
        scope="q and k",
        origin=lambda r, c: (asks(row, c), gives(column, c))[r],
    )


def _output(state: State, seen: Look) -> Frame:
    a, row = seen.a, seen.focus
    names = tuple(short(token, 5) for token in seen.tokens)

    def origin(row: int, column: int) -> Origin:
        numbers = f"{product(a.weights[row], a.v[:, column])} = {a.output[row, column]:.2f}"
        cells = {"matrix": line(row, seen.size), "V": tuple((r, column) for r in range(seen.size))}
        return Origin(formulas=(Formula(symbols="out = Σ a_j v_j", numbers=numbers),), cells=cells)

    output = Grid(
        name="output",
        title=f"A V, {seen.size}x{a.v.shape[1]}",
        about="One row a token: what it has gathered from all that it looked at, weighted.",
        values=a.output,
        row_labels=names,
        column_labels=seen.w.contents,
        marks={"focus": line(row, a.v.shape[1])},
        cursor=(row, 0),
        scope="output",
        origin=origin,
        join="× V =",
    )
    weights = matrix(
        state,
        seen,
        3,
        shows="shades",
        title=f"A, {seen.size}x{seen.size}",
        row_labels=names,
        row_axis="",
        column_axis="",
        scope="A",
    )
    value = projected(seen, "V", new_row=True)
    least = float(np.abs(a.v[:, 0]).max()) / 100
    used = np.abs(a.v[:, 0]) > least
    told = f"{product(a.weights[row][used], a.v[used, 0])} = {a.output[row, 0]:.2f}" if used.sum() <= 6 else ""
    return Frame(
        caption=f'The weights mix the values: "{short(seen.tokens[row], 14)}" is now made of what it looked at.',
        figures=(weights, output, value),
        formulas=(Formula(symbols=f"out({names[row]}, {seen.w.contents[0]}) = Σ a_j v_j", numbers=told),),
        facts=("V1",),
    )


def _names(seen: Look) -> Frame:
    sizes = {"T": seen.size, "d_v": seen.a.v.shape[1]}
    rows = [
        ["QKᵀ", "scores", "T x T"],
        ["QKᵀ / √d_k", "scaled scores (logits)", "T x T"],
        ["softmax(QKᵀ / √d_k)", "attention weights", "T x T"],
        ["softmax(QKᵀ / √d_k) V", "scaled dot-product attention", "T x d_v"],
    ]
    table = Table(
        name="names",
        title="what is called what",
        columns=("expression", "name", "shape", "here"),
        rows=[[*row, sized(row[2], **sizes)] for row in rows],
        marked=(2, 3),
    )
    return Frame(
        caption="The softmax alone gives the weights; scaled dot-product attention is the whole product, V included.",
        figures=(table,),
        facts=("V5",),
    )
