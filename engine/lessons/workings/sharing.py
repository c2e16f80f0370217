"""Layers that use the same weights again and again: over space, time and neighbours. Pure NumPy."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
EDGES = ((0, 1), (1, 2), (2, 3), (3, 4))
"""The graph of five nodes before one edge more is chosen: a path."""
INPUTS, UNITS = 3, 4


def image(n: int) -> Floats:
    """[n, n] in 0..1: a bright ring."""
    at = np.arange(n) - (n - 1) / 2
    radius = np.hypot(at[:, None], at[None, :])
    answer: Floats = np.round(np.exp(-(((radius - n / 3.2) / (n / 9)) ** 2)), 1)
    return answer


def convolved(x: Floats, kernel: Floats, bias: float) -> Floats:
    """[h, w] → [h, w]: 3x3, zeros around the image."""
    h, w = x.shape
    wide = np.pad(x, 1)
    out = np.full((h, w), bias)
    for i in range(3):
        for j in range(3):
            out += kernel[i, j] * wide[i : i + h, j : j + w]
    return out


def dense_parameters(inputs: int, outputs: int) -> int:
    """One weight for each pair, one bias for each output."""
    return inputs * outputs + outputs


def recurrent_weights(seed: int) -> tuple[Floats, Floats, Floats]:
    """W [4, 3], U [4, 4] and b [4]: 32 numbers."""
    rng = np.random.default_rng([seed, 0x4A])
    return (
        np.round(rng.normal(0, 0.6, (UNITS, INPUTS)), 1),
        np.round(rng.normal(0, 0.5, (UNITS, UNITS)), 1),
        np.round(rng.normal(0, 0.3, UNITS), 1),
    )


def sequence(steps: int, seed: int) -> Floats:
    """Inputs [T, 3]; a longer one begins like a shorter one."""
    answer: Floats = np.round(np.random.default_rng([seed, 0x5E]).normal(0, 1, (steps, INPUTS)), 1)
    return answer


def unrolled(x: Floats, W: Floats, U: Floats, b: Floats) -> Floats:
    """Hidden states [T, 4]: h_t = tanh(W x_t + U h_{t-1} + b), h_0 = 0."""
    h = np.zeros(len(b))
    states = []
    for row in x:
        h = np.tanh(W @ row + U @ h + b)
        states.append(h)
    return np.array(states)


def adjacency(ring: bool) -> Floats:
    """[5, 5] of ones and noughts: a path, or with its ends joined a ring."""
    a = np.zeros((5, 5))
    for i, j in (*EDGES, (4, 0)) if ring else EDGES:
        a[i, j] = a[j, i] = 1
    return a


def propagation(a: Floats) -> Floats:
    """D^-1/2 (A + I) D^-1/2 with the row sums of A + I in D."""
    loops = a + np.eye(len(a))
    root = 1 / np.sqrt(loops.sum(1))
    answer: Floats = root[:, None] * loops * root[None, :]
    return answer


def graph_weights(seed: int) -> tuple[Floats, Floats]:
    """W [3, 4] and b [4]: 16 numbers."""
    rng = np.random.default_rng([seed, 0x6C])
    return np.round(rng.normal(0, 0.7, (INPUTS, UNITS)), 1), np.round(rng.normal(0, 0.3, UNITS), 1)


def graph_layer(x: Floats, a: Floats, W: Floats, b: Floats) -> Floats:
    """A round of messages with weights: (D^-1/2 (A + I) D^-1/2) X W + b, [n, 4] from [n, 3]."""
    return propagation(a) @ (x @ W) + b


def rounds(x: Floats, a: Floats, count: int) -> list[Floats]:
    """X, then what the nodes hold after each round of messages without weights: P X, P² X …"""
    held = [x]
    for _ in range(count):
        held.append(propagation(a) @ held[-1])
    return held


def field(a: Floats, node: int, count: int) -> tuple[int, ...]:
    """The nodes whose features have reached `node` after `count` rounds."""
    reach: Any = np.zeros(len(a), dtype=bool)
    reach[node] = True
    for _ in range(count):
        reach = reach | (a[:, reach].sum(1) > 0)
    return tuple(int(at) for at in np.flatnonzero(reach))
