"""Where the numbers of the trained pronoun toy come from: q·k, the scale, the softmax, the answer. Torch-free."""

import numpy as np

from ..kit.figures import Cell, Formula, Origin
from ..kit.fixtures import Floats
from .antecedents import IT, NOUNS, SHARPNESS, Reading, Sentence
from .attending import Attention, product
from .attention_looks import line

PART = 8
"""Products in a line of a long sum."""


def long_product(a: Floats, b: Floats) -> tuple[Formula, ...]:
    """q·k of many numbers: the sum of a few partial sums, and each of those with its products."""
    parts = [slice(k, k + PART) for k in range(0, len(a), PART)]
    sums = [float(a[part] @ b[part]) for part in parts]
    told = " + ".join(f"({each:.2f})" if each < 0 else f"{each:.2f}" for each in sums)
    total = Formula(symbols="s = q · k, by eights", numbers=f"{told} = {sum(sums):.2f}")
    lines = tuple(
        Formula(
            symbols=f"dimensions {part.start + 1} to {min(part.stop, len(a))}",
            numbers=f"{product(a[part], b[part])} = {each:.2f}",
        )
        for part, each in zip(parts, sums, strict=True)
    )
    return (total, *lines)


def score(a: Attention, row: int, column: int) -> tuple[Formula, ...]:
    """The scaled score of a cell, its q·k, and the products."""
    d_k, raw, scaled = a.k.shape[1], a.scores[row, column], a.scaled[row, column]
    return (
        Formula(symbols="s / √d_k", numbers=f"{raw:.2f} / √{d_k} = {scaled:.2f}"),
        *long_product(a.q[row], a.k[column]),
    )


def weight(a: Attention, row: int, column: int) -> tuple[Formula, ...]:
    """A weight by the softmax of its row, and the score that it was made of."""
    if not a.mask[row, column]:
        return (Formula(symbols="a = exp(-∞) / Σ", numbers="this edge is masked: its weight is 0"),)
    scaled = a.masked[row]
    most = float(scaled.max())
    total, share = float(np.exp(scaled - most).sum()), a.weights[row, column]
    largest = f"({most:.2f})" if most < 0 else f"{most:.2f}"
    numbers = f"exp({scaled[column]:.2f} - {largest}) / {total:.3f} = {share:.3f}"
    return (Formula(symbols="a = exp(s - max) / Σ exp(s - max)", numbers=numbers), *score(a, row, column))


def weight_origin(a: Attention, row: int, column: int) -> Origin:
    """Where a weight came from; q and k where they are shown."""
    return Origin(
        formulas=weight(a, row, column),
        cells={"scores": tuple((k, 0) for k in range(len(a.k))), **_query_key(a, column)},
    )


def score_origin(a: Attention, row: int, column: int) -> Origin:
    """Where a scaled score came from; one that is cut is not what is shown."""
    return Origin(formulas=score(a, row, column), cells=_query_key(a, column), gives=bool(a.mask[row, column]))


def _query_key(a: Attention, column: int) -> dict[str, tuple[Cell, ...]]:
    """The rows of the question and of one key in the figure that shows both."""
    return {"q and K": (*line(0, a.q.shape[1]), *line(column + 1, a.k.shape[1]))}


def answer_origin(of: Sentence, seen: Reading, noun: int, row: str) -> Origin:
    """p of a noun: softmax of its logit, which is the weights of the figure `row` times likenesses to the noun."""
    logits = seen.logits
    most = float(logits.max())
    total = float(np.exp(logits - most).sum())
    largest = f"({most:.2f})" if most < 0 else f"{most:.2f}"
    share = Formula(
        symbols=f"p({NOUNS[noun]}) = exp(l - max) / Σ of 12",
        numbers=f"exp({logits[noun]:.2f} - {largest}) / {total:.3f} = {seen.probabilities[noun]:.3f}",
    )
    found = Formula(
        symbols=f"l = {SHARPNESS} Σ_j a_j (word_j · {NOUNS[noun]})",
        numbers=f"{SHARPNESS}·({product(seen.far[IT], seen.likeness[:, noun], 4)}) = {logits[noun]:.2f}",
    )
    return Origin(formulas=(share, found), cells={row: line(0, len(of.tokens))})
