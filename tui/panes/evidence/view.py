"""What the records tell of a Bayesian network: those of the probe, or the trees that a training kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....engine.runs.run import Record

Array = NDArray[Any]

IMAGES = ("posterior", "most probable", "sample", "example")
"""What is shown beside the evidence."""


@dataclass(frozen=True)
class Network:
    """One tree, and what the evidence tells; of kept records there is the tree alone."""

    tree: Mapping[str, Array]
    name: str
    """The class whose tree it is; empty where there is one for all."""
    told: Mapping[str, Array] | None
    split: str

    @property
    def sides(self) -> tuple[int, int]:
        """Rows and columns of the grid of pixels; the channels lie one below the other."""
        c, h, w = (int(side) for side in self.tree["shape"])
        return c * h, w

    @property
    def count(self) -> int:
        """Pixels."""
        return len(self.tree["parents"])

    @property
    def evidence(self) -> Array:
        """1, 0, or -1 for unknown: (p,)."""
        return self.told["evidence"] if self.told is not None else np.full(self.count, -1, np.int8)

    @property
    def parents(self) -> Array:
        """(p,), -1 for a root."""
        return self.tree["parents"]

    @property
    def information(self) -> Array:
        """Nats that a pixel shares with its parent: (p,)."""
        return np.asarray(self.tree["information"], np.float64)

    def image(self, which: str) -> Array:
        """How white each pixel is in one of IMAGES (p,); of a kept tree its marginals, whatever is asked."""
        if self.told is None:
            return np.asarray(self.tree["marginals"][0], np.float64)
        name = {"posterior": "white", "most probable": "best", "sample": "sample", "example": "example"}[which]
        return np.asarray(self.told[name], np.float64)

    def focus(self, chosen: int) -> int:
        """The focused pixel: the chosen one, before that one in the middle."""
        h, w = self.sides
        return chosen if 0 <= chosen < self.count else h // 2 * w + w // 2

    def children(self, pixel: int) -> list[int]:
        """The pixels that depend on it, the most informative first."""
        found = np.flatnonzero(self.parents == pixel)
        order = np.argsort(-self.information[found], kind="stable")
        return [int(child) for child in found[order]]

    def place(self, pixel: int) -> str:
        """Row and column, from 1."""
        return f"{pixel // self.sides[1] + 1},{pixel % self.sides[1] + 1}"


def network(records: tuple[Record, ...], tree: int | None) -> Network | None:
    """The network of the records, with the tree of a class if there are several; None if there is none."""
    trees = [record for record in records if record.kind == "tree"]
    if not trees:
        return None
    chosen = next((record for record in trees if record.tag == f"tree/{tree}"), trees[0])
    told = next((record for record in records if record.kind == "evidence"), None)
    split = told.labels.get("split", "test") if told is not None else ""
    return Network(chosen.arrays, chosen.labels.get("class", ""), told.arrays if told else None, split)
