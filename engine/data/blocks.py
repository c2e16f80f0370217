"""The stochastic block model: groups in which two nodes are linked more often than across (Holland et al., 1983)."""

from dataclasses import dataclass

import numpy as np

from ..options import OptionError, Options, option
from .graph import Graph, one_hot

VAL = 0.2
SUMMARY = "a random graph of groups, to be told by its links: sbm:within=0.1,between=0.01,nodes=200"


@dataclass(frozen=True, kw_only=True)
class BlockOptions(Options):
    """How many nodes and groups, and how likely a link is."""

    within: float = option(0.1, "probability of an edge within a class", low=0.0, high=1.0, group="data")
    between: float = option(0.01, "probability of an edge across classes", low=0.0, high=1.0, group="data")
    nodes: int = option(200, "nodes of the graph", low=10, high=4000, group="data")
    classes: int = option(4, "classes, as equal in size as can be", low=2, high=26, group="data")
    known: int = option(4, "nodes of each class whose class is known", low=1, high=1000, group="data")


def load(options: BlockOptions, seed: int) -> Graph:
    """One graph drawn by the seed; of the nodes that are not known 20 % are held to validate.

    Raises OptionError where a class has not nodes enough to be known, validated and tested.
    """
    n, k = options.nodes, options.classes
    if n // k < options.known + 2:
        raise OptionError(
            f"known cannot be {options.known}: {n} nodes in {k} classes are {n // k} each; "
            f"allowed: at most {n // k - 2}, or more nodes or fewer classes"
        )
    rng = np.random.default_rng([seed, 0x5B3])
    labels = rng.permutation(np.arange(n, dtype=np.int64) % k)
    likely = np.where(labels[:, None] == labels, options.within, options.between)
    edges = np.argwhere(np.triu(rng.random((n, n)) < likely, 1))
    order = rng.permutation(n)
    chosen = np.concatenate([order[labels[order] == label][: options.known] for label in range(k)])
    rest = order[~np.isin(order, chosen)]
    known, held = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    known[chosen], held[rest[: round(VAL * len(rest))]] = True, True
    return Graph(
        name="sbm",
        edges=edges.astype(np.int64),
        features=one_hot(n),
        labels=labels,
        known=known,
        held=held,
        nodes=tuple(str(node + 1) for node in range(n)),
        classes=tuple(chr(ord("a") + label) for label in range(k)),
        description=(
            f"{n} nodes in {k} groups, linked with probability {options.within:g} within a group and "
            f"{options.between:g} across; {options.known} of each group are known"
        ),
    )
