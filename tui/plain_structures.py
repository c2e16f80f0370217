"""Records that are structures: a graph with classified nodes, a tree of features."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .plain_hidden import places
from .render.bars import bars
from .render.network import KNOWN, WRONG, adjacency, densities, members
from .render.numbers import cut
from .render.palette import PLAIN
from .render.pen import Line, plain
from .render.sheet import beside, ready, sheet

Arrays = Mapping[str, NDArray[Any]]

EDGES, EDGES_OF_ONE = 12, 4
"""Of a tree, the most informative ones; and of one tree of several."""


def graph(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """The nodes by class, and who is linked with whom: on their places where they have some."""
    labels, predicted, edges = (np.asarray(arrays[name]) for name in ("labels", "predicted", "edges"))
    known = np.asarray(arrays["known"], dtype=bool)
    count = int(max(labels.max(), predicted.max())) + 1
    classes = [str(name) for name in arrays["classes"]] if "classes" in arrays else [str(k) for k in range(count)]
    nodes = [str(name) for name in arrays["nodes"]] if "nodes" in arrays else [str(k) for k in range(len(labels))]
    right = int((labels == predicted)[~known].sum())
    title = (
        f"{tag}: {len(labels)} nodes, {len(edges)} edges; {known.sum()} known ({KNOWN}), "
        f"{right} of {(~known).sum()} others right, {(~known).sum() - right} wrong ({WRONG})"
    )
    lines: list[Line] = [plain(title), *members(labels, predicted, known, classes, nodes, width)]
    if "position" in arrays:
        return [*lines, *places(arrays, width, colour)]
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
    """How often each pixel is on, beside it the edges that say most; of several trees fewer edges each."""
    parents, information = np.asarray(arrays["parents"]), np.asarray(arrays["information"], dtype=np.float64)
    marginals = np.asarray(arrays["marginals"], dtype=np.float64)
    shape = _image_shape(arrays, len(parents))
    linked = np.flatnonzero((parents >= 0) & (parents != np.arange(len(parents))))
    shown = linked[np.argsort(-information[linked], kind="stable")][: EDGES_OF_ONE if "/" in tag else EDGES]
    pairs = [f"{_place(parents[k], shape)} - {_place(k, shape)}" for k in shown.tolist()]
    told = f"{tag}: {len(linked)} edges, {information[linked].sum():.2f} nats in all; the {len(shown)} that say most"
    told += ", by row,column" if shape[0] else ""
    if shape[0] < 2:
        return [plain(told), *_bars(pairs, information[shown].tolist(), "{:.3f} nats", width)]
    pictures, _ = ready(marginals[:1].reshape(1, 1, *shape), width // 2)
    told += " (left: how often a pixel is on" + (")" if colour else ", filled above 0.50)")
    room = pictures.shape[3] + 3
    edges = _bars(pairs, information[shown].tolist(), "{:.3f} nats", width - room)
    return [plain(told), *beside(sheet(pictures, 1, colour, 0.5), edges, room)]


def _image_shape(arrays: Arrays, count: int) -> tuple[int, int]:
    """Rows and columns of the image whose pixels the features are; (0, 0) where they are none."""
    given = tuple(int(n) for n in np.ravel(arrays.get("shape", np.zeros(0))))
    side = math.isqrt(count)
    h, w = given[-2:] if len(given) >= 2 else (side, side)
    return (h, w) if h * w == count else (0, 0)


def _place(feature: int, shape: tuple[int, int]) -> str:
    """Row and column, from 1, of a pixel; the number, from 1, of another feature."""
    return f"{feature // shape[1] + 1},{feature % shape[1] + 1}" if shape[0] else str(feature + 1)


def _bars(names: list[str], values: list[float], form: str, width: int) -> list[Line]:
    high = max(values, default=0.0) or 1.0
    drawn = bars([cut(name, 30) for name in names], values, PLAIN, min(width, 64), high=high, form=form)
    return [plain(strip.text) for strip in drawn]
