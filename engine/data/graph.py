"""A graph some of whose nodes have a known class: the others are to be classified. Torch-free."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .base import Data

Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Graph(Data):
    """An undirected graph without loops; every node has a class, and `known` ones show it to the model.

    Attributes:
        edges: int64 (m, 2), each edge once, the smaller node first.
        features: float32 (n, f), what is known of each node beside its neighbours.
        labels: int64 (n,), in 0 .. classes-1.
        known: nodes to learn from; held: nodes to validate on, maybe none; the rest are the test nodes.
        nodes: a name for each node.
    """

    name: str
    edges: NDArray[np.int64]
    features: NDArray[np.float32]
    labels: NDArray[np.int64]
    known: Mask
    held: Mask
    nodes: tuple[str, ...]
    classes: tuple[str, ...]
    description: str

    def __post_init__(self) -> None:
        n = len(self.labels)
        assert self.edges.dtype == self.labels.dtype == np.int64 and self.features.dtype == np.float32
        assert self.edges.ndim == self.features.ndim == 2 and self.edges.shape[1] == 2
        assert len(self.features) == len(self.known) == len(self.held) == len(self.nodes) == n
        assert ((self.edges[:, 0] >= 0) & (self.edges[:, 0] < self.edges[:, 1]) & (self.edges[:, 1] < n)).all()
        assert not (self.known & self.held).any() and self.known.any() and self.split("test").any()

    @property
    def kind(self) -> str:
        """graph."""
        return "graph"

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Nodes to learn from, to validate on and to test on."""
        train, val, test = (int(self.split(name).sum()) for name in ("train", "val", "test"))
        return train, val, test

    @property
    def shape(self) -> tuple[int, ...]:
        """(features,) of one node."""
        return (self.features.shape[1],)

    def split(self, name: str) -> Mask:
        """Which nodes are `train` (the known ones), `val` (the held ones) or `test` (all others): (n,)."""
        return {"train": self.known, "val": self.held, "test": ~(self.known | self.held)}[name]

    def parts(self) -> Iterator[tuple[str, NDArray[Any] | str]]:
        """Classes, edges, features, labels and who is known."""
        yield "classes", repr(self.classes)
        yield "edges", self.edges
        yield f"features {self.features.shape}", self.features
        yield "labels", self.labels
        yield "known", self.known
        yield "held", self.held


def one_hot(n: int) -> NDArray[np.float32]:
    """The features of nodes of which nothing is known but who they are: (n, n)."""
    return np.eye(n, dtype=np.float32)
