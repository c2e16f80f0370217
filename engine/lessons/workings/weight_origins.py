"""Where one attention weight of a trained model came from: q·k, the scale, softmax, the mean of heads. Torch-free."""

from collections.abc import Sequence

import numpy as np

from ..kit.figures import Formula
from ..kit.fixtures import Floats
from .attending import Mask


def figured(number: float, count: int = 5) -> str:
    """A number of `count` figures, noughts kept, brackets where it is negative: 20.036, not 20."""
    text = f"{number:#.{count}g}".rstrip(".")
    return f"({text})" if text.startswith("-") else text


def weight_formula(q: Floats, k: Floats, row: int, column: int, mask: Mask | None = None, who: str = "") -> Formula:
    """One weight of one head, from q (t, d) and k (s, d): its score, and its share of the powers of the row."""
    d = q.shape[-1]
    dots = k @ q[row]
    scores = dots / np.sqrt(d)
    seen = np.ones(len(k), dtype=bool) if mask is None else mask[row]
    largest = float(scores[seen].max())
    total = float(np.exp(scores[seen] - largest).sum())
    share = float(np.exp(scores[column] - largest) / total)
    gap = f"exp({figured(scores[column])} - {figured(largest)}) / {figured(total)}"
    return Formula(
        symbols=f"{who}s = q·k / √d, then exp(s - max) / Σ exp(s - max)",
        numbers=f"s = {figured(float(dots[column]))} / √{d} = {figured(float(scores[column]))}; {gap} = {share:.4f}",
    )


def weight_formulas(
    parts: Sequence[tuple[Floats, Floats]], row: int, column: int, what: str, mask: Mask | None = None
) -> tuple[Formula, ...]:
    """The mean of several weights and each of them; `parts` are q and k of each, `what` names them (`head`)."""
    each = tuple(
        weight_formula(q, k, row, column, mask, f"{what} {n}: " if len(parts) > 1 else "")
        for n, (q, k) in enumerate(parts, 1)
    )
    if len(each) == 1:
        return each
    shares = [formula.numbers.rpartition("= ")[2] for formula in each]
    mean = sum(map(float, shares)) / len(shares)
    return (
        Formula(symbols=f"mean of the {what}s", numbers=f"({' + '.join(shares)}) / {len(each)} = {mean:.4f}"),
        *each,
    )


def linear_formula(h: Floats, weight: Floats, bias: float, symbols: str) -> Formula:
    """h · w + b in numbers: the product, the bias, their sum."""
    product = float(h @ weight)
    numbers = f"{figured(product)} + {figured(bias)} = {figured(product + bias)}"
    return Formula(symbols=symbols, numbers=numbers)
