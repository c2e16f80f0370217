"""The tree that fits best: most mutual information along its edges (Chow & Liu, 1968, IEEE Trans. Inf. Theory 14).

Shapes: p pixels; a and b are 0 or 1.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def pairwise(count: Tensor, ones_p: Tensor, both_pp: Tensor, smoothing: float) -> Tensor:
    """p(x_i = a, x_j = b) of every pair of pixels, smoothed: (p, p, 2, 2), float64.

    `count` images were seen; pixel i was white in ones[i] of them, i and j together in both[i, j]. `smoothing`
    imaginary images of each of the four cases are added, so the tables of different pairs agree on single pixels.
    On the diagonal the result means nothing.
    """
    row, column = ones_p[:, None].expand_as(both_pp), ones_p[None].expand_as(both_pp)
    cases = torch.stack((count - row - column + both_pp, column - both_pp, row - both_pp, both_pp), -1)
    return ((cases + smoothing) / (count + 4 * smoothing)).reshape(*both_pp.shape, 2, 2)


def single(count: Tensor, ones_p: Tensor, smoothing: float) -> Tensor:
    """p(x_i = b) under the same smoothing: (p, 2)."""
    white = (ones_p + 2 * smoothing) / (count + 4 * smoothing)
    return torch.stack((1 - white, white), -1)


def mutual_information(pairs_ppab: Tensor, singles_pb: Tensor) -> Tensor:
    """I(x_i; x_j) in nats: (p, p), 0 on the diagonal."""
    apart = singles_pb[:, None, :, None] * singles_pb[None, :, None, :]
    information = (pairs_ppab * (pairs_ppab / apart).log()).sum((2, 3)).clamp(min=0)
    return information.fill_diagonal_(0)


def spanning_tree(weight_pp: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The tree of most weight, by Prim's algorithm from the pixel with most weight in all.

    Returns the parent of each pixel, -1 for the root, and the pixels in an order where parents come first: (p,) each.
    """
    p = len(weight_pp)
    parents, order = np.full(p, -1, dtype=np.int64), np.empty(p, dtype=np.int64)
    order[0] = newest = int(weight_pp.sum(1).argmax())
    best, via = np.full(p, -1.0), np.full(p, newest)  # the strongest edge from the tree to each pixel outside
    outside = np.ones(p, dtype=bool)
    outside[newest] = False
    for place in range(1, p):
        stronger = outside & (weight_pp[newest] > best)
        best[stronger], via[stronger] = weight_pp[newest][stronger], newest
        newest = int(np.where(outside, best, -np.inf).argmax())
        outside[newest] = False
        order[place], parents[newest] = newest, via[newest]
    return parents, order
