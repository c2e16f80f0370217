"""Records that are structures: a graph with classified nodes, a tree of features."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .render.bars import bars
from .render.network import KNOWN, WRONG, adjacency, densities, members
from .render.numbers import cut
from .render.palette import PLAIN
from .render.pen import Line, plain
from .render.sheet import fitting, ready, sheet

Arrays = Mapping[str, NDArray[Any]]

EDGES = 12
"""Of a tree, the most informative ones."""


def graph(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """The nodes by class, and who is linked with whom."""
    labels, predicted, edges = (np.asarray(arrays[name]) for name in ("labels", "predicted", "edges"))
    known = np.asarray(arrays["known"], dtype=bool)
    count = int(max(labels.max(), predicted.max())) + 1
    classes = [str(name) for name in arrays["classes"]] if "classes" in arrays else [str(k) for k in range(count)]
    nodes = [str(name) for name in arrays["nodes"]] if "nodes" in arrays else [str(k) for k in range(len(labels))]
    right = int((labels == predicted)[~known].sum())
    title = (
        f"{tag}: {len(labels)} nodes, {len(edges)} edges; {known.sum()} nodes known ({KNOWN}), "
        f"{right} of {(~known).sum()} others right, the rest wrong ({WRONG})"
    )
    lines: list[Line] = [plain(title), *members(labels, predicted, known, classes, nodes, width)]
    order = np.lexsort((labels, predicted))
    if len(labels) <= width:
        lines.append(plain("who is linked with whom, nodes sorted by the class that is predicted:"))
        return [*lines, *adjacency(edges, order, colour)]
    share = densities(edges, predicted, count)
    pairs = [(i, j) for i in range(count) for j in range(i, count) if np.isfinite(share[i, j])]
    pairs = sorted(pairs, key=lambda pair: -share[pair])[:EDGES]
    lines.append(plain("share of the pairs of nodes that are linked, by the classes that are predicted:"))
    names = [f"{classes[i]} - {classes[j]}" for i, j in pairs]
    return [*lines, *_bars(names, [float(share[pair]) for pair in pairs], "{:.1%}", width)]


def tree(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """The edges that say most, and how often each feature is on in each class."""
    parents, information = np.asarray(arrays["parents"]), np.asarray(arrays["information"], dtype=np.float64)
    marginals = np.asarray(arrays["marginals"], dtype=np.float64)
    side = round(marginals.shape[1] ** 0.5)
    square = side * side == marginals.shape[1]

    def name(pixel: int) -> str:
        return f"({pixel // side + 1},{pixel % side + 1})" if square else str(pixel + 1)

    linked = [k for k in np.argsort(-information, kind="stable") if parents[k] >= 0 and parents[k] != k][:EDGES]
    what = "pixels (row,column)" if square else "features"
    total = information[(parents >= 0)].sum()
    lines: list[Line] = [
        [(f"{tag}: {len(linked)} most informative of {(parents >= 0).sum()} edges between {what}, "
          f"{total:.2f} nats in all", None)],
        *_bars([f"{name(parents[k])} - {name(k)}" for k in linked], information[linked].tolist(), "{:.3f} nats", width),
    ]  # fmt: skip
    if square and side > 1:
        pictures, _ = ready(marginals.reshape(-1, 1, side, side), width)
        shown = min(len(pictures), 2 * fitting(side, width))
        title = f"how often each pixel is on in {shown} of {len(pictures)} classes" if len(pictures) > 1 else \
            "how often each pixel is on"  # fmt: skip
        lines.append(plain(title + ("" if colour else ", filled above 0.50")))
        per_row = min(shown, fitting(side, width))
        lines += sheet(pictures[:shown], per_row, colour, 0.5)
    return lines


def _bars(names: list[str], values: list[float], form: str, width: int) -> list[Line]:
    high = max(values, default=0.0) or 1.0
    drawn = bars([cut(name, 30) for name in names], values, PLAIN, min(width, 64), high=high, form=form)
    return [plain(strip.text) for strip in drawn]
