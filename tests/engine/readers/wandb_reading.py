"""Reads a `.wandb` file as the watcher does, and shows what was found as plain tables."""

import time
from pathlib import Path

import numpy as np

from dlviz.engine.runs.readers.wandb import WandbReader

STORES = Path(__file__).parent / "stores"
LOG = STORES / "wandb_0_31.wandb"
Table = dict[str, list[tuple[int, float]]]


def read(path: Path) -> WandbReader:
    reader = WandbReader(path)
    look(reader)
    return reader


def look(reader: WandbReader) -> None:
    while reader.look(time.monotonic() + 60):
        pass


def points(reader: WandbReader) -> Table:
    return {
        tag: list(zip(p.steps.tolist(), p.values.tolist(), strict=True))
        for tag, p in ((tag, series.points()) for tag, series in reader.series.items())
    }


def same(one: Table, other: Table) -> None:
    assert one.keys() == other.keys()
    for tag in one:
        np.testing.assert_array_equal(np.array(one[tag]), np.array(other[tag]), err_msg=tag)
