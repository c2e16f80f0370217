"""The sprinkler network (Russell & Norvig; Murphy, 2001): four yes-or-no nodes, every probability by enumeration.

Worlds are tuples (cloudy, sprinkler, rain, wet) of 0 and 1. Torch-free.
"""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ..kit.settings import Matrix, matrix

NODES = ("cloudy", "sprinkler", "rain", "wet")
LETTERS = ("C", "S", "R", "W")
PARENTS: tuple[tuple[int, ...], ...] = ((), (0,), (0,), (1, 2))
CASES = tuple((node, case) for node in range(4) for case in product((0, 1), repeat=len(PARENTS[node])))
"""The rows of all tables, one free number each: (node, values of its parents)."""
MURPHY = matrix([[0.5], [0.5], [0.1], [0.2], [0.8], [0.0], [0.9], [0.9], [0.99]])
"""P(node = 1 | parents), in the order of CASES."""
WORLDS = tuple(product((0, 1), repeat=4))

World = Sequence[int]
Evidence = Mapping[int, int]
"""What is known: the value of some nodes."""


def chance(table: Matrix, node: int, world: World) -> float:
    """P(node has the value that it has in `world` | its parents' values there)."""
    yes = table[CASES.index((node, tuple(world[parent] for parent in PARENTS[node])))][0]
    return yes if world[node] else 1 - yes


def factors(table: Matrix, world: World) -> tuple[float, ...]:
    """The four numbers whose product is P(world)."""
    return tuple(chance(table, node, world) for node in range(4))


def joint(table: Matrix, world: World) -> float:
    """P(C) P(S|C) P(R|C) P(W|S,R) of one world."""
    c, s, r, w = factors(table, world)
    return c * s * r * w


def agrees(world: World, evidence: Evidence) -> bool:
    """Whether the evidence leaves this world possible."""
    return all(world[node] == value for node, value in evidence.items())


def probability(table: Matrix, evidence: Evidence) -> float:
    """P(evidence): the sum of all worlds that agree with it."""
    return sum(joint(table, world) for world in WORLDS if agrees(world, evidence))


def posterior(table: Matrix, node: int, evidence: Evidence) -> float | None:
    """P(node = 1 | evidence); None where the evidence cannot happen."""
    whole = probability(table, evidence)
    if whole <= 0:
        return None
    if evidence.get(node) == 0:
        return 0.0
    return probability(table, {**evidence, node: 1}) / whole


def told(evidence: Evidence) -> str:
    """Evidence as symbols: `S=0, W=1`."""
    return ", ".join(f"{LETTERS[node]}={value}" for node, value in sorted(evidence.items()))


def asked(node: int, evidence: Evidence) -> str:
    """The question as symbols: `P(S=1 | W=1)`."""
    return f"P({LETTERS[node]}=1" + (f" | {told(evidence)})" if evidence else ")")


def free_numbers() -> tuple[int, int]:
    """Of the network, and of a table of the joint distribution."""
    return sum(2 ** len(parents) for parents in PARENTS), 2 ** len(NODES) - 1


def draw(table: Matrix, count: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Worlds drawn causes first: the uniform numbers behind them and the worlds, both [count, 4]."""
    uniform = np.random.default_rng(seed).random((count, 4))
    yes = np.array(table)[:, 0]
    worlds = np.zeros((count, 4), dtype=np.int64)
    first = 0
    for node, parents in enumerate(PARENTS):
        row = np.full(count, first)
        for parent in parents:
            row += worlds[:, parent] * 2 ** (len(parents) - 1 - parents.index(parent))
        worlds[:, node] = uniform[:, node] < yes[row]
        first += 2 ** len(parents)
    return uniform, worlds
