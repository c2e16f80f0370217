"""The karate club of Zachary (1977): 34 members, 78 friendships, and the two clubs into which it broke."""

import numpy as np

from .graph import Graph, one_hot

MEMBERS = 34
INSTRUCTOR, ADMINISTRATOR = 0, 33
FRIENDS = """
    0: 1 2 3 4 5 6 7 8 10 11 12 13 17 19 21 31
    1: 2 3 7 13 17 19 21 30
    2: 3 7 8 9 13 27 28 32
    3: 7 12 13
    4: 6 10
    5: 6 10 16
    6: 16
    8: 30 32 33
    9: 33
    13: 33
    14: 32 33
    15: 32 33
    18: 32 33
    19: 33
    20: 32 33
    22: 32 33
    23: 25 27 29 32 33
    24: 25 27 31
    25: 31
    26: 29 33
    27: 33
    28: 31 33
    29: 32 33
    30: 32 33
    31: 32 33
    32: 33
"""
"""Who was seen with whom outside the club, each pair once."""
WITH_INSTRUCTOR = (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 16, 17, 19, 21)
CLASSES = ("instructor", "administrator")
SUMMARY = "34 members of a karate club that broke in two; only the two leaders' sides are known"


def load() -> Graph:
    """The club before it broke; of the two leaders it is known on which side they stand, for 32 it is asked.

    There is nobody to spare for validation. The same for every seed.
    """
    lines = [line.split(":") for line in FRIENDS.strip().splitlines()]
    edges = [(int(one), int(other)) for one, others in lines for other in others.split()]
    labels = np.ones(MEMBERS, np.int64)
    labels[list(WITH_INSTRUCTOR)] = 0
    known = np.zeros(MEMBERS, np.bool_)
    known[[INSTRUCTOR, ADMINISTRATOR]] = True
    return Graph(
        name="karate",
        edges=np.array(edges, np.int64),
        features=one_hot(MEMBERS),
        labels=labels,
        known=known,
        held=np.zeros(MEMBERS, np.bool_),
        nodes=tuple(str(member + 1) for member in range(MEMBERS)),
        classes=CLASSES,
        description="Zachary's karate club (1977): 34 members, 78 friendships; two members' sides are known",
    )
