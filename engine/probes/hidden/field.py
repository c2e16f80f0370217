"""Which nodes of a graph a node's state depends on after each round of messages. Torch-free.

Shapes: n nodes, m edges, k rounds.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def degrees(edges_m2: Any, n: int) -> NDArray[np.int64]:
    """Neighbours of each node (n,)."""
    return np.bincount(np.asarray(edges_m2, dtype=np.int64).ravel(), minlength=n)


def field(edges_m2: Any, n: int, node: int, rounds: int) -> Floats:
    """(k + 1, n): by how much each node weighs in `node` after 0 .. k rounds.

    The row `node` of the powers of D^-1/2 (A + I) D^-1/2, by which a graph convolution propagates (Kipf & Welling,
    2017); what the weights and non-linearities between the rounds make of it is left out.
    """
    edges = np.asarray(edges_m2, dtype=np.int64).reshape(-1, 2)
    scale = 1 / np.sqrt(degrees(edges, n) + 1.0)
    weights = np.zeros((rounds + 1, n))
    weights[0, node] = 1.0
    i, j = edges.T
    for k in range(rounds):
        sent = scale * weights[k]
        weights[k + 1] = scale * (sent + np.bincount(i, sent[j], n) + np.bincount(j, sent[i], n))
    return weights


def components(hidden_knd: Any, predicted_n: Any) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Of what the nodes hold after each round the first two principal components (k, n, 2), and their shares (k, 2).

    Numbers that are NaN for every node of a round are not there. A component points to where the mean of the later
    classes lies, so that its sign seldom turns while the network learns.
    """
    hidden, predicted = np.asarray(hidden_knd, dtype=np.float64), np.asarray(predicted_n)
    found = np.zeros((*hidden.shape[:2], 2), np.float32)
    shares = np.zeros((len(hidden), 2), np.float32)
    for k, round_nd in enumerate(hidden):
        there = round_nd[:, ~np.isnan(round_nd).all(0)]
        if not there.size or not np.isfinite(there).all():
            found[k] = np.nan
            continue
        centred = there - there.mean(0)
        left, size, _ = np.linalg.svd(centred, full_matrices=False)
        count = min(2, len(size))
        part = left[:, :count] * size[:count]
        part = part * np.where((part * (predicted - predicted.mean())[:, None]).sum(0) < 0, -1.0, 1.0)
        total = float(np.square(size).sum()) or 1.0
        found[k, :, :count], shares[k, :count] = part, np.square(size[:count]) / total
    return found, shares
