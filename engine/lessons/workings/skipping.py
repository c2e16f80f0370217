"""Deep chains of layers, plain and with skips, and the gradients that travel back through them. Pure NumPy.

Plain: x ← f(W x). Residual: x ← x + a f(W x), with f nothing or ReLU. Weights are normal with variance g² / width.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..kit.fixtures import Floats

WIDTH = 128
DEEPEST = 50


@dataclass(frozen=True, kw_only=True)
class Chain:
    """How deep a chain is, how its weights are drawn, and how strong its branches are."""

    depth: int
    gain: float
    branch: float
    relu: bool
    seed: int = 0


@lru_cache(maxsize=4)
def _normal(seed: int) -> Floats:
    """[layers, width, width], standard normal."""
    return np.random.default_rng([seed, 45]).normal(size=(DEEPEST, WIDTH, WIDTH))


def matrices(chain: Chain) -> Floats:
    """[depth, width, width]: the weights of every layer."""
    answer: Floats = _normal(chain.seed)[: chain.depth] * (chain.gain / WIDTH**0.5)
    return answer


def ends(seed: int) -> tuple[Floats, Floats]:
    """The input, and the gradient at the output: unit vectors [width]."""
    x, g = np.random.default_rng([seed, 0xE9D]).normal(size=(2, WIDTH))
    return x / np.linalg.norm(x), g / np.linalg.norm(g)


@lru_cache(maxsize=256)
def gradient_norms(chain: Chain, skip: bool) -> tuple[float, ...]:
    """Norm of the gradient at the input of each layer, and at the output: depth + 1 numbers; 1 at the output."""
    weights = matrices(chain)
    x, gradient = ends(chain.seed)
    open_units = []
    for w in weights:
        z = w @ x
        units = (z > 0).astype(float) if chain.relu else np.ones_like(z)
        open_units.append(units)
        x = x + chain.branch * units * z if skip else units * z
    norms = [float(np.linalg.norm(gradient))]
    for w, units in zip(weights[::-1], open_units[::-1], strict=True):
        back = w.T @ (units * gradient)
        gradient = gradient + chain.branch * back if skip else back
        norms.append(float(np.linalg.norm(gradient)))
    return tuple(norms[::-1])


def expected_factor(chain: Chain, skip: bool) -> float:
    """Root mean square factor of one layer, over random weights: g, or √(1 + a²g²); ReLU halves g²."""
    power = chain.gain**2 / (2 if chain.relu else 1)
    return float((1 + chain.branch**2 * power if skip else power) ** 0.5)


def expected_norm(chain: Chain, skip: bool) -> float:
    """Root mean square of the gradient at the input: the factor of a layer, once for each layer."""
    return expected_factor(chain, skip) ** chain.depth


BLOCK = np.array([[0.5, -0.4, 0.1, 0.0], [0.3, 0.2, -0.6, 0.1], [-0.2, 0.7, 0.4, -0.3], [0.1, 0.0, 0.5, -0.5]])
"""W [4, 4] of the small block that is shown number by number."""
INPUT = np.array([1.0, -0.5, 0.8, 0.3])


@dataclass(frozen=True, kw_only=True)
class Block:
    """A small block, opened: input, pre-activation, branch and output [4], and the branch's Jacobian [4, 4]."""

    x: Floats
    z: Floats
    branch: Floats
    y: Floats
    slope: Floats


def block(*, zero: bool, relu: bool, skip: bool = True) -> Block:
    """y = x + f(W x), or without the skip just f(W x); `zero`: the branch's weights are all nought."""
    w = np.zeros_like(BLOCK) if zero else BLOCK
    z = w @ INPUT
    units = (z > 0).astype(float) if relu else np.ones(4)
    branch = units * z
    return Block(x=INPUT, z=z, branch=branch, y=INPUT + branch if skip else branch, slope=units[:, None] * w)
