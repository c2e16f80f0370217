"""Whole images that agree with some known pixels: the most probable one, or one drawn at random. Both exact.

Torch-free. Shapes: t trees over the same p pixels, k classes; a is a parent's value, b a pixel's own, both 0 or 1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Forest:
    """The trees of a network: `table` (t, p, 2, 2) is log p(x_i = b | x_parent = a), a root has the same row twice.

    `parents` (t, p) are pixels, -1 for a root; `order` (t, p) has parents before children; `log_prior` (k,) is
    log p(y), where t is k, or 1 if the class decides nothing.
    """

    table: Floats
    parents: Ints
    order: Ints
    log_prior: Floats


def most_probable(forest: Forest, evidence_p: Floats) -> tuple[Ints, int, float]:
    """The pixels (p,) and the class that are most probable together with the evidence, and their log p.

    Max-product: as belief propagation, with the larger of two cases instead of their sum.
    """
    below, best_t = _upwards(forest, evidence_p, np.maximum)
    joint_k = best_t + forest.log_prior
    chosen = int(joint_k.argmax())
    tree = chosen if len(best_t) > 1 else 0
    return _downwards(forest, below, tree, None), chosen, float(joint_k[chosen])


def drawn(forest: Forest, evidence_p: Floats, seed: int) -> tuple[Ints, int, float]:
    """The pixels (p,) and the class of one sample of p(x, y | evidence), and their log p together with it."""
    generator = np.random.default_rng(seed)
    below, evidence_t = _upwards(forest, evidence_p, np.logaddexp)
    joint_k = evidence_t + forest.log_prior
    posterior_k = np.exp(joint_k - joint_k.max())
    chosen = int(generator.choice(len(joint_k), p=posterior_k / posterior_k.sum()))
    tree = chosen if len(evidence_t) > 1 else 0
    x_p = _downwards(forest, below, tree, generator)
    return x_p, chosen, float(forest.log_prior[chosen]) + _log_prob(forest, x_p, tree)


def marginals(forest: Forest, tree: int) -> Floats:
    """p(x_i = 1) of one tree (p,), without evidence: down from the root."""
    white, parents = np.exp(forest.table[tree, :, :, 1]), forest.parents[tree]
    found = np.zeros(len(parents))
    for i in forest.order[tree]:
        above = found[parents[i]] if parents[i] >= 0 else 0.0
        found[i] = (1 - above) * white[i, 0] + above * white[i, 1]
    return found


def _upwards(forest: Forest, evidence_p: Floats, joined: np.ufunc) -> tuple[Floats, Floats]:
    """From the leaves up: what lies below each value of each pixel (t, p, 2), and of each tree in all (t,)."""
    t = len(forest.parents)
    known = (evidence_p >= 0)[:, None] & (evidence_p[:, None] != np.arange(2))
    below = np.repeat(np.where(known, -np.inf, 0.0)[None], t, axis=0)
    total, rows = np.zeros(t), np.arange(t)
    for i in reversed(forest.order.T):
        cases = forest.table[rows, i] + below[rows, i][:, None]
        message = joined(cases[..., 0], cases[..., 1])
        parent = forest.parents[rows, i]
        inner = parent >= 0
        below[rows[inner], parent[inner]] += message[inner]
        total += np.where(inner, 0.0, message[:, 0])
    return below, total


def _downwards(forest: Forest, below: Floats, tree: int, generator: np.random.Generator | None) -> Ints:
    """From the root down: each pixel at its best value, or drawn."""
    table, parents = forest.table[tree], forest.parents[tree]
    chance = None if generator is None else generator.random(len(parents))
    x_p = np.zeros(len(parents), np.int64)
    for i in forest.order[tree]:
        off, on = table[i, x_p[parents[i]] if parents[i] >= 0 else 0] + below[tree, i]
        x_p[i] = on > off if chance is None else chance[i] < np.exp(on - np.logaddexp(off, on))
    return x_p


def _log_prob(forest: Forest, x_p: Ints, tree: int) -> float:
    parents = forest.parents[tree]
    above = np.where(parents >= 0, x_p[parents], 0)
    return float(forest.table[tree, np.arange(len(x_p)), above, x_p].sum())
