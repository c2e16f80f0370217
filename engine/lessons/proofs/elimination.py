"""The sprinkler network by tensors: its four tables, and probabilities by summing nodes out one after the other."""

import math

import torch
from torch import Tensor

from ..kit.settings import Matrix
from ..kit.state import State


def known(state: State) -> dict[int, int]:
    """The evidence that the settings say, by number of the node."""
    said = (state["cloudy"], state["sprinkler"], state["rain"], state["wet"])
    return {at: ("false", "true").index(value) for at, value in enumerate(said) if value != "unknown"}


def factors(numbers: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The four tables of the 9 numbers as tensors over (c), (c, s), (c, r) and (s, r, w)."""

    def both(yes: Tensor) -> Tensor:
        return torch.stack((1 - yes, yes), -1)

    return both(numbers[0]), both(numbers[1:3]), both(numbers[3:5]), both(numbers[5:9].reshape(2, 2))


def of(table: Matrix) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The four tables of a setting."""
    return factors(torch.tensor(table, dtype=torch.float64)[:, 0])


def eliminated(table: Matrix, evidence: dict[int, int]) -> float:
    """P(evidence): the tables are cut down to the evidence, then C, S, R and W are summed out one after the other."""
    c, cs, cr, srw = of(table)
    keep = torch.ones(4, 2, dtype=torch.float64)
    for node, value in evidence.items():
        keep[node, 1 - value] = 0
    sr = torch.einsum("c,cs,cr->sr", c * keep[0], cs * keep[1], cr * keep[2])
    rw = torch.einsum("sr,srw->rw", sr, srw)
    return float((rw.sum(0) * keep[3]).sum())


def asked_for(table: Matrix, node: int, evidence: dict[int, int]) -> float:
    """P(node = 1 | evidence) by elimination; NaN where it is impossible."""
    if evidence.get(node) == 0:
        return 0.0
    whole = eliminated(table, evidence)
    return eliminated(table, {**evidence, node: 1}) / whole if whole else float("nan")


def near(a: float, b: float, tolerance: float = 1e-9) -> bool:
    """Two numbers agree, or neither is one."""
    return bool(abs(a - b) <= tolerance) or (math.isnan(a) and math.isnan(b))
