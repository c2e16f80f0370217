"""Places for the nodes of a graph, so that distances in the plane are like those along its edges. Torch-free.

Stress majorisation (Gansner, Koren & North, 2004), which minimises what Kamada & Kawai (1989) do, from a start by
pivot multidimensional scaling (Brandes & Pich, 2007). The same graph always gets the same places.
Shapes: n nodes, m edges, p pivots.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MAJORISED = 500
"""Of larger graphs, which would take long, the start is all."""
PIVOTS = 50
SWEEPS = 60


def layout(edges_m2: Any, n: int) -> NDArray[np.float32]:
    """Places (n, 2) in -1..1, the longer side across; parts that are not linked lie beside each other."""
    edges = np.ascontiguousarray(edges_m2, dtype=np.int64).reshape(-1, 2)
    return _layout(edges.tobytes(), n).copy()


@lru_cache(maxsize=8)
def _layout(edges: bytes, n: int) -> NDArray[np.float32]:
    if n < 3:
        return np.array([[0.0, 0.0]] if n == 1 else [[-1.0, 0.0], [1.0, 0.0]], np.float32)[:n]
    linked = np.zeros((n, n), np.float32)
    i, j = np.frombuffer(edges, np.int64).reshape(-1, 2).T
    linked[i, j] = linked[j, i] = 1.0
    # Nodes with the same neighbours would share a place, and could never be told apart.
    start = _scaled(hops(linked, _pivots(linked))) + 0.05 * np.random.default_rng(0).normal(size=(n, 2))
    places = _majorised(start, hops(linked, np.arange(n))) if n <= MAJORISED else start
    places = places - places.mean(0)
    places = places @ np.linalg.svd(places, full_matrices=False)[2].T
    low, high = places.min(0), places.max(0)
    return np.asarray(2 * (places - low) / np.maximum(high - low, 1e-9) - 1, dtype=np.float32)


def hops(linked_nn: NDArray[np.float32], sources_p: NDArray[np.int64]) -> Floats:
    """Edges on the shortest way from each source to each node (p, n); one more than the longest where there is none."""
    distance = np.full((len(sources_p), len(linked_nn)), np.inf)
    front = np.zeros(distance.shape, np.float32)
    front[np.arange(len(sources_p)), sources_p] = 1.0
    step = 0
    while front.any():
        distance[front > 0] = step
        front = ((front @ linked_nn > 0) & np.isinf(distance)).astype(np.float32)
        step += 1
    return np.where(np.isinf(distance), step, distance)


def _pivots(linked_nn: NDArray[np.float32]) -> NDArray[np.int64]:
    """Nodes each of which is as far as can be from those before it; the first has most neighbours."""
    chosen = [int(linked_nn.sum(1).argmax())]
    nearest = hops(linked_nn, np.array(chosen))[0]
    while len(chosen) < min(PIVOTS, len(linked_nn)):
        chosen.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, hops(linked_nn, np.array(chosen[-1:]))[0])
    return np.array(chosen)


def _scaled(distance_pn: Floats) -> Floats:
    """The two directions (n, 2) in which the distances to the pivots differ most, as long as the distances are."""
    square = np.square(distance_pn.T)
    centred = square - square.mean(0) - square.mean(1, keepdims=True) + square.mean()
    left, size, _ = np.linalg.svd(-centred / 2, full_matrices=False)
    places = left[:, :2] * size[:2]
    spread = float(places.std()) or 1.0
    return np.asarray(places * float(distance_pn.std()) / spread)


def _majorised(places_n2: Floats, distance_nn: Floats) -> Floats:
    """Places with less stress, the sum over pairs of (|x_i - x_j| - d_ij)^2 / d_ij^2, which no sweep makes larger."""
    n = len(places_n2)
    weights = 1 / np.square(np.where(distance_nn > 0, distance_nn, np.inf))
    inverse = np.linalg.inv(np.diag(weights.sum(1)) - weights + 1 / n) - 1 / n
    for _ in range(SWEEPS):
        squares = np.square(places_n2).sum(1)
        apart = np.sqrt(np.maximum(squares[:, None] + squares - 2 * places_n2 @ places_n2.T, 1e-12))
        pull = weights * distance_nn / apart
        places_n2 = inverse @ ((np.diag(pull.sum(1)) - pull) @ places_n2)
    return places_n2
