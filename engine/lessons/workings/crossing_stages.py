"""The stages of one cross-attention, number by number: Q, K, V, scores, weights, output. Torch-free."""

from dataclasses import replace
from typing import Any

import numpy as np

from ..kit.figures import Figure, Formula, Grid, Origin
from .attending import product
from .transformer_layers import Heads
from .translation_figures import strip
from .weight_origins import figured

SOFTMAX = Formula(symbols="weights = softmax(Q Kᵀ / √d_k)")


def stages(
    heads: Heads, asks: tuple[str, ...], offers: tuple[str, ...], row: int
) -> tuple[tuple[str, tuple[Figure, ...], tuple[Formula, ...]], ...]:
    """Captions, figures, formulas of the first head, the query in `row` marked; `asks`: t words, `offers`: s words."""
    q, k, v = heads.q[0], heads.k[0], heads.v[0]
    scores, weights = heads.scores[0], heads.weights[0]
    (t, d), s = q.shape, len(k)

    def score(i: int, j: int) -> Origin:
        numbers = f"({product(q[i], k[j])}) / √{d} = {scores[i, j]:.3g}"
        cells = {"Q": _row(i, d), "K": _row(j, d)}
        return Origin(formulas=(Formula(symbols="score = q · k / √d_k", numbers=numbers),), cells=cells)

    def weight(i: int, j: int) -> Origin:
        numbers = f"exp({figured(scores[i, j])}) / {figured(np.exp(scores[i]).sum())} = {weights[i, j]:.3g}"
        formula = Formula(symbols="weight = exp(score) / Σ exp(scores of its row)", numbers=numbers)
        return Origin(formulas=(formula,), cells={"scores": _row(i, s)})

    def mixed(i: int, c: int) -> Origin:
        numbers = f"{product(weights[i], v[:, c])} = {weights[i] @ v[:, c]:.3g}"
        cells = {"weights": _row(i, s), "V": tuple((j, c) for j in range(s))}
        return Origin(formulas=(Formula(symbols="output = Σ weight · v", numbers=numbers),), cells=cells)

    marks: Any = {"focus": _row(row, d)}
    asked = strip("Q", f"Q, {t}x{d}, from the decoder", q, asks, marks=marks, picks=_focus, cursor=(row, 0))
    offered = strip("K", f"K, {s}x{d}, from the memory", k, offers)
    content = strip("V", f"V, {s}x{d}, from the memory", v, offers)
    frame = Grid(
        name="scores",
        title=f"scores, {t}x{s}",
        about="A row for each English word that the decoder has read, a column for each French word.",
        values=scores,
        scope="scores",
        row_labels=asks,
        column_labels=offers,
        row_axis="decoder",
        column_axis="memory",
        digits=1,
        marks={"focus": _row(row, s)},
        cursor=(row, 0),
        origin=score,
        picks=_focus,
    )
    shares = replace(
        frame,
        name="weights",
        title=f"weights, {t}x{s}, rows sum to 1",
        values=weights,
        scope="weights",
        reach=(0, 1),
        digits=2,
        origin=weight,
    )
    output = strip("output", f"output, {t}x{d}", weights @ v, asks, origin=mixed, marks=marks, join="=")
    best = int(weights[row].argmax())
    return (
        (
            f"The decoder's {_rows(t)} queries; the memory's {_rows(s)} keys and values.",
            (asked, offered, content),
            (SOFTMAX,),
        ),
        (
            "Every query meets every key. The matrix is not square: English rows, French columns.",
            (asked, replace(frame, join="→"), offered),
            score(row, best).formulas,
        ),
        (
            "Softmax over the French words of each row. No look-ahead mask: all French may be seen.",
            (shares, replace(frame, title=f"made of the scores, {t}x{s}", new_row=True)),
            weight(row, best).formulas,
        ),
        (
            f"The row of {asks[row]} takes its share of every French word's value.",
            (shares, replace(content, join="×"), output),
            mixed(row, 0).formulas,
        ),
    )


def _rows(count: int) -> str:
    return "1 row becomes" if count == 1 else f"{count} rows become"


def _row(i: int, count: int) -> tuple[tuple[int, int], ...]:
    return tuple((i, c) for c in range(count))


def _focus(row: int, column: int) -> dict[str, int]:
    return {"focus": row}
