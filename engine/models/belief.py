"""Exact inference in trees by passing messages (Pearl, 1988): up to the roots, and down again.

Shapes: t trees over the same p pixels; a is a parent's value, b a pixel's own, both 0 or 1.
"""

import torch
from torch import Tensor


def propagate(table_tpab: Tensor, parents_tp: Tensor, order_tp: Tensor, evidence_p: Tensor) -> tuple[Tensor, Tensor]:
    """What each tree makes of some known pixels.

    Args:
        table_tpab: log p(x_i = b | x_parent = a), all finite; a root has the same row twice.
        parents_tp: pixel numbers, -1 for a root; order_tp: pixels, parents before children.
        evidence_p: 1 or 0 for a known pixel, anything negative for an unknown one.

    Returns:
        log p(evidence) (t,), and p(x_i = 1 | evidence) (t, p).
    """
    t, p = parents_tp.shape
    rows = torch.arange(t, device=table_tpab.device)
    values = torch.arange(2, device=table_tpab.device)
    ruled_out = (evidence_p[:, None] >= 0) & (evidence_p[:, None] != values)
    below = torch.zeros(p, 2, dtype=table_tpab.dtype, device=table_tpab.device)
    below = below.masked_fill(ruled_out, float("-inf")).expand(t, p, 2).clone()
    message = torch.zeros_like(below)
    log_evidence = torch.zeros(t, dtype=table_tpab.dtype, device=table_tpab.device)
    for place in reversed(range(p)):
        i = order_tp[:, place]
        parent = parents_tp[rows, i]
        message[rows, i] = (table_tpab[rows, i] + below[rows, i][:, None, :]).logsumexp(2)
        inner = parent >= 0
        below[rows[inner], parent[inner]] += message[rows[inner], i[inner]]
        log_evidence += message[rows, i, 0].masked_fill(inner, 0)
    belief = torch.empty_like(below)
    nothing = torch.tensor([0.0, float("-inf")], dtype=table_tpab.dtype, device=table_tpab.device)
    for place in range(p):
        i = order_tp[:, place]
        parent = parents_tp[rows, i]
        above = belief[rows, parent.clamp(min=0)] - message[rows, i]
        above = torch.where((parent >= 0)[:, None], above, nothing)
        belief[rows, i] = (above[:, :, None] + table_tpab[rows, i]).logsumexp(1) + below[rows, i]
    return log_evidence, belief.softmax(2)[..., 1]
