"""A graph with classified nodes: who is in which class, who is taken for another, who is linked with whom."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len

from .bitmap import bitmap
from .numbers import cut, pad
from .palette import DARK
from .pen import Line, pen

KNOWN, WRONG = "*", "!"
_LABEL_MOST = 16
_LINES_A_CLASS = 4


def members(
    labels_n: Any, predicted_n: Any, known_n: Any, classes: Sequence[str], nodes: Sequence[str], width: int
) -> list[Line]:
    """One block a class: its nodes, `*` behind those that were known, `!` behind those taken for another class."""
    labels, predicted, known = (np.asarray(each) for each in (labels_n, predicted_n, known_n))
    label = max((cell_len(cut(name, _LABEL_MOST)) for name in classes), default=0)
    lines: list[Line] = []
    for k, name in enumerate(classes):
        marked = [
            (cut(nodes[node], 12) + (WRONG if predicted[node] != k else KNOWN if known[node] else ""), node)
            for node in np.flatnonzero(labels == k).tolist()
        ]
        rows: list[Line] = []
        row: Line = []
        used = 0
        for text, node in marked:
            if used + cell_len(text) + 1 > width - label - 2 and row:
                rows.append(row)
                row, used = [], 0
            style = pen(DARK.bad) if predicted[node] != k else pen(DARK.accent) if known[node] else None
            row.append((text + " ", style))
            used += cell_len(text) + 1
        rows.append(row)
        for number, parts in enumerate(rows[:_LINES_A_CLASS]):
            lines.append([(pad(name if not number else "", label) + "  ", pen(DARK.dim)), *parts])
        if len(rows) > _LINES_A_CLASS:
            left = sum(len(parts) for parts in rows[_LINES_A_CLASS:])
            lines.append([(" " * (label + 2) + f"… and {left} more", pen(DARK.dim))])
    return lines


def adjacency(edges_m2: Any, order_n: Any, colour: bool) -> list[Line]:
    """The matrix of who is linked with whom, two nodes a line and one a column, nodes in the given order."""
    place = np.argsort(np.asarray(order_n))
    linked = np.zeros((1, len(place), len(place)))
    i, j = place[np.asarray(edges_m2)].T
    linked[0, i, j] = linked[0, j, i] = 1.0
    return bitmap(linked, colour)


def densities(edges_m2: Any, labels_n: Any, count: int) -> NDArray[np.float64]:
    """Share of the pairs of nodes that are linked, class by class (count, count); NaN where there is no pair."""
    labels, edges = np.asarray(labels_n), np.asarray(edges_m2)
    links = np.zeros((count, count))
    np.add.at(links, (labels[edges[:, 0]], labels[edges[:, 1]]), 1)
    links = links + links.T
    size = np.bincount(labels, minlength=count)
    pairs = np.outer(size, size) - np.diag(size)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(links / pairs)
