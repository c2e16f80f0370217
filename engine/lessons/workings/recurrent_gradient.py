"""The gradient that comes back through an Elman network: a product of Jacobians, and its bound. Pure numpy."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
UNITS = 16


def weights(gain: float, seed: int) -> tuple[Floats, Floats]:
    """Recurrent matrix U [16, 16] with singular values from 0.7 `gain` to `gain`, and inputs [65, 16]."""
    rng = np.random.default_rng([seed, 0x51])
    left, right = (np.linalg.qr(rng.normal(size=(UNITS, UNITS)))[0] for _ in range(2))
    U: Any = gain * (left * np.linspace(1.0, 0.7, UNITS)) @ right
    return U, 0.3 * rng.normal(size=(65, UNITS))


def norms(U: Floats, driven: Floats, tanh: bool = True) -> Floats:
    """|d h_T / d h_1| for T = 1 … len(driven): largest singular value of Π diag(1 - h²) U; h_1 = tanh(driven_1).

    Without `tanh` the network is linear, and the product is a power of U.
    """
    if not tanh:
        return np.array([float(np.linalg.norm(np.linalg.matrix_power(U, k), 2)) for k in range(len(driven))])
    h = np.tanh(driven[0])
    product = np.eye(len(U))
    found = [1.0]
    for row in driven[1:]:
        h = np.tanh(row + U @ h)
        product = ((1 - h**2)[:, None] * U) @ product
        found.append(float(np.linalg.norm(product, 2)))
    return np.array(found)


def bound(U: Floats, count: int) -> Floats:
    """|U|^(T-1) for T = 1 … count (Pascanu et al., 2013): tanh' <= 1, and norms multiply."""
    spectral: float = float(np.linalg.norm(U, 2))
    answer: Floats = spectral ** np.arange(count, dtype=np.float64)
    return answer
