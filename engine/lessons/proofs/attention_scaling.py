"""What `attention` claims of the division by sqrt(d_k) and of softmax, computed by SciPy and PyTorch."""

from typing import Any

import numpy as np
import torch
from scipy import special, stats
from torch import Tensor

from ..attention import LESSON
from ..kit.facts import Outcome
from ..kit.fixtures import Floats
from ..kit.state import State
from ..workings import attention_scaling
from .shown import agree, apart, bars_by_label, figures


def tensor(values: Any) -> Tensor:
    """float64, a copy."""
    return torch.tensor(np.asarray(values), dtype=torch.float64)


def _evenness(scores: Floats, divisor: float) -> float:
    """SciPy's mean entropy of the softmax of scores / divisor, over ln of the number of keys."""
    shares = special.softmax(scores / divisor, axis=1)
    return float(stats.entropy(shares, axis=1).mean() / np.log(scores.shape[1]))


def variance(state: State) -> Outcome:
    """All that is shown: variances near d_k; SciPy's entropy and softmax with and without the division."""
    gauged, pictured, last = (figures(LESSON, "scale", state, k) for k in range(3))
    rows = {row[0]: row for row in last["variances"].rows}
    at, pairs, ratios = state["d_k"], [], []
    both: dict[str, list[float]] = {"unscaled": [], "scaled": []}
    for d, row in rows.items():
        scores = attention_scaling.dot_products(d, state.seed)
        ratios.append(float(row[1]) / d)
        theirs = [_evenness(scores, 1.0), _evenness(scores, d**0.5)]
        for name, value in zip(both, theirs, strict=True):
            both[name].append(value)
        pairs += [(row[4:], theirs), (row[1:4], [scores.var(), scores.var() ** 0.5, d**0.5])]
    gauge, curves = gauged["gauge"], gauged["entropy"]
    for name, values in both.items():
        pairs.append((curves.lines[name], values))
        pairs.append(([bars_by_label(gauge)[name]], [values[list(rows).index(at)]]))
    one = attention_scaling.dot_products(at, state.seed)[0]
    for name, divisor in (("unscaled", 1.0), ("scaled", at**0.5)):
        bars = pictured[name]
        keys = [int(label.split()[1]) - 1 for label in bars.labels]
        pairs.append((bars.values, special.softmax(one / divisor)[keys]))
    known = {(4, 4): 0.62, (256, 4): 0.075, (4, 5): 0.84, (256, 5): 0.84}
    near = all(abs(rows[d][column] - value) < 0.03 for (d, column), value in known.items())
    worst = max(ratios, key=lambda ratio: abs(ratio - 1))
    holds = apart(*pairs) < 1e-9 and near and abs(worst - 1) < 0.15
    return Outcome({"worst Var/d_k": worst, "H at 256": float(rows[256][4])}, "0.85 to 1.15; 0.075", holds)


def five(state: State) -> Outcome:
    """The shares that are shown against PyTorch's softmax; the largest score has the largest."""
    scores = tensor([cell for row in state["scores"] for cell in row])
    bars = figures(LESSON, "alphas", state, 1)["alphas"]
    ours = bars.values
    in_order = [int(label.split()[0].removeprefix("α_")) for label in bars.labels] == list(range(len(scores)))
    largest = float(ours[int(scores.argmax())]) == float(ours.max())
    return agree((ours, torch.softmax(scores, 0)), ([ours.sum()], [1.0]), tolerance=1e-12, also=largest and in_order)


def naive(state: State) -> Outcome:
    """Without subtracting the largest score, in 32 bits as PyTorch has them: the same, or not a number."""
    scores = tensor([cell for row in state["scores"] for cell in row]).float()
    powers = scores.exp()
    shares = powers / powers.sum()
    rows = figures(LESSON, "alphas", state, 2)["naive"].rows
    ours = np.array([float(row[3].lower()) for row in rows])
    same = bool(np.allclose(ours, shares.numpy(), atol=1e-4, equal_nan=True))
    same &= apart(([float(row[4]) for row in rows], torch.softmax(scores.double(), 0))) < 5.1e-5
    nan, theirs = int(np.isnan(ours).sum()), int(shares.isnan().sum())
    says = "exp overflows or vanishes in 32 bits: shares are not numbers" if theirs else ""
    return Outcome({"NaN": nan}, {"NaN": theirs}, same and nan == theirs, says)
