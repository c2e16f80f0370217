"""A Markov chain of three states: tomorrow's weather depends on today's alone. Torch-free."""

import numpy as np

from ..kit.fixtures import Floats, array
from ..kit.settings import Matrix, matrix

STATES = ("sun", "cloud", "rain")
DAYS = 12

WEATHERS = {
    "mild": matrix([[0.7, 0.2, 0.1], [0.3, 0.4, 0.3], [0.2, 0.3, 0.5]]),
    "sticky": matrix([[0.9, 0.1, 0.0], [0.1, 0.8, 0.1], [0.0, 0.1, 0.9]]),
    "cycle": matrix([[0, 1, 0], [0, 0, 1], [1, 0, 0]]),
    "trap": matrix([[0.6, 0.3, 0.1], [0.3, 0.4, 0.3], [0, 0, 1]]),
    "uniform": matrix([[0.4, 0.3, 0.3], [0.3, 0.4, 0.3], [0.3, 0.3, 0.4]]),
}


def transition(weights: Matrix) -> Floats:
    """(3, 3), rows sum to 1: the weights over the sum of their row; a row of noughts becomes thirds."""
    rows = array(weights)
    sums = rows.sum(1, keepdims=True)
    return np.where(sums > 0, rows / np.where(sums > 0, sums, 1.0), 1 / rows.shape[1])


def changed(weights: Matrix) -> tuple[int, ...]:
    """The rows that did not sum to 1 as they were given."""
    return tuple(int(i) for i in np.flatnonzero(np.abs(array(weights).sum(1) - 1) > 1e-9))


def forecasts(start: int, weights: Matrix, days: int = DAYS) -> Floats:
    """(days + 1, 3): p_0 … p_days, each p_{t+1} = p_t P; today is known."""
    p, chain = np.eye(3)[start], transition(weights)
    told = [p]
    for _ in range(days):
        p = p @ chain
        told.append(p)
    return np.array(told)


def settles(start: Floats, chain: Floats) -> bool:
    """Whether p_t P comes to equal p_t: after 2^20 days."""
    late = start @ np.linalg.matrix_power(chain, 2**20)
    return bool(np.abs(late @ chain - late).max() < 1e-6)
