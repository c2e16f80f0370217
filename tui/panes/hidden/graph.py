"""A graph network in the pane of hidden states: the graph after a round of messages, and whom a node has heard.

Shapes: n nodes, m edges, k rounds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from ....engine.probes.hidden.field import components, degrees, field
from ....engine.probes.hidden.layout import layout
from ....engine.runs.run import Record
from ...render.bars import bars
from ...render.cells import Part, line
from ...render.graph.canvas import Canvas, Node, graph_canvas
from ...render.graph.marks import KNOWN, UNTOLD, WRONG, class_colour, level_line, level_sign, look, sign
from ...render.numbers import compact, cut
from ...render.palette import Ink
from ...render.scale import Scale
from ..blocks import Block, beside, fitted, heading, remark
from .sight import Sight

_SIDE, _WIDE = 34, 110
"""Columns of what is told about the chosen node, and the width from which it stands beside the graph."""
_STRONGEST = 8


@dataclass(frozen=True)
class Graph:
    """A record of kind `graph` by its parts; places, components and degrees are worked out where none were kept."""

    edges: NDArray[np.int64]
    labels: NDArray[np.int64]
    predicted: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    known: NDArray[np.bool_]
    held: NDArray[np.bool_]
    classes: tuple[str, ...]
    names: tuple[str, ...]
    places: NDArray[np.float32]
    components: NDArray[np.float32]
    explained: NDArray[np.float32]
    degree: NDArray[np.int64]

    @property
    def rounds(self) -> int:
        """k."""
        return len(self.components)

    @property
    def right(self) -> NDArray[np.bool_]:
        """Whose class is predicted right (n,)."""
        return np.asarray(self.labels == self.predicted)


def graph_of(record: Record) -> Graph:
    """The graph of a record, live or kept."""
    kept = record.arrays
    labels, predicted = (np.asarray(kept[name], dtype=np.int64) for name in ("labels", "predicted"))
    edges, hidden = np.asarray(kept["edges"], dtype=np.int64).reshape(-1, 2), np.asarray(kept["hidden"])
    n = len(labels)
    if "components" in kept:
        parts, explained = kept["components"], kept["explained"]
    else:
        parts, explained = components(hidden, predicted)
    return Graph(
        edges,
        labels,
        predicted,
        np.asarray(kept["probabilities"], dtype=np.float64),
        np.asarray(kept["known"], dtype=bool),
        np.asarray(kept["held"], dtype=bool),
        tuple(str(name) for name in kept["classes"]),
        tuple(str(name) for name in kept["nodes"]),
        kept["position"] if "position" in kept else layout(edges, n),
        parts,
        explained,
        degrees(edges, n),
    )


def picture(graph: Graph, sight: Sight, ink: Ink, width: int, height: int) -> tuple[Block, Canvas, int]:
    """The graph after a round, with what its colours mean; the canvas, for clicks in it, and the line it begins at."""
    rounds = graph.rounds
    after = rounds if sight.round is None else min(sight.round, rounds)
    node = None if sight.node is None else min(sight.node, len(graph.labels) - 1)
    heard = field(graph.edges, len(graph.labels), node, rounds) if node is not None else None
    others = ~graph.known
    share = f"{int(graph.right[others].sum())} of {int(others.sum())} right"
    share += f" ({graph.right[others].mean():.1%})" if others.any() else ""
    share = share if after == rounds else f"after round {rounds}: {share}"
    head = [heading(f"round {after} of {rounds}", share, width, ink), _meaning(graph, after, ink, width)]
    aside = width >= _WIDE
    foot = [] if aside else _lines(graph, node, after, heard, ink, width)
    wide = width - _SIDE - 3 if aside else width
    room = max(1, height - len(head) - len(foot) - 1)
    canvas = _canvas(graph, after, node, heard, ink, wide, room)
    drawn: Block = canvas.strips
    if aside:
        side = _side(graph, node, after, heard, ink, _SIDE, room)
        drawn = beside([(drawn, wide), (side, _SIDE)], room, ink, gap=3, rule=True)
    return [*head, *drawn, _key(graph, canvas, ink, width), *foot], canvas, len(head)


def _canvas(
    graph: Graph, after: int, node: int | None, heard: NDArray[np.float64] | None, ink: Ink, width: int, height: int
) -> Canvas:
    n = len(graph.labels)
    weights = heard[after] / (heard[after].max() or 1.0) if heard is not None else None
    lit = None
    if heard is not None and after:
        near = heard[after - 1] > 0
        lit = near[graph.edges].any(1)
    crowded = n * (max(len(name) for name in graph.names) + 3) > width * height // 4
    nodes = []
    for k in range(n):
        glyph, colour = _shown(graph, after, k, ink)
        wrong, known = not graph.right[k] and after == graph.rounds, bool(graph.known[k])
        weight = None if weights is None else float(weights[k])
        style = look(colour, ink, weight=weight, chosen=k == node, known=known, wrong=wrong, marks=not crowded)
        nodes.append(Node(glyph, cut(graph.names[k], 8), WRONG if wrong else KNOWN if known else "", style))
    first = np.argsort(-graph.degree, kind="stable").tolist()
    return graph_canvas(graph.places, graph.edges, nodes, ink, width, height, order=first, lit=lit, first=node)


def _shown(graph: Graph, after: int, k: int, ink: Ink) -> tuple[str, str]:
    """A node's sign and colour: its class if it is known before, its state between, its answer at the end."""
    if after == 0:
        return (sign(graph.labels[k]), class_colour(graph.labels[k], ink)) if graph.known[k] else (UNTOLD, ink.dim)
    if after == graph.rounds:
        return sign(graph.predicted[k]), class_colour(graph.predicted[k], ink)
    glyph, colour = level_sign(float(graph.components[after - 1][k, 0]), _scale(graph, after), ink)
    return (sign(graph.predicted[k]) if ink.coloured else glyph), colour


def _scale(graph: Graph, after: int) -> Scale:
    return Scale.of(graph.components[after - 1][:, 0], True)


def _meaning(graph: Graph, after: int, ink: Ink, width: int) -> Strip:
    """What the colours are."""
    if after == 0:
        return remark("before any message: a node knows itself alone; coloured are the known ones", width, ink)
    if after == graph.rounds:
        parts: list[Part] = []
        for k, name in enumerate(graph.classes):
            parts.append((sign(k) + " ", ink.style(class_colour(k, ink), bold=True)))
            parts.append((cut(name, 16) + "  ", ink.style()))
        return line(parts, width, ink)
    share = float(graph.explained[after - 1][0])
    return level_line(_scale(graph, after), ink, width, f"component 1, {share:.0%} of the differences")


def _key(graph: Graph, canvas: Canvas, ink: Ink, width: int) -> Strip:
    """What the marks are, and what of the graph is drawn."""
    marks = f"{KNOWN} known  {WRONG} wrong" if canvas.named else "underlined: known, red: wrong"
    total = len(graph.edges)
    edges = f"{total:,} edges" if canvas.edges == total else f"{canvas.edges:,} of {total:,} edges drawn"
    return remark(f"{marks}  {len(graph.labels):,} nodes, {edges}", width, ink)


def _about(graph: Graph, node: int) -> tuple[str, str, str]:
    """Who a node is, what is predicted, and which part of the data it belongs to."""
    said = graph.predicted[node]
    verdict = "✓" if graph.right[node] else "✗"
    part = "known" if graph.known[node] else "held to validate" if graph.held[node] else "test"
    label, guess = (cut(graph.classes[k], 16) for k in (graph.labels[node], said))
    return f"true {label}", f"predicted {guess} {graph.probabilities[node, said]:.1%} {verdict}", part


def _heard(graph: Graph, heard: NDArray[np.float64], after: int) -> list[tuple[str, float]]:
    """The nodes that weigh most after a round."""
    weights = heard[after]
    strongest = np.argsort(-weights, kind="stable")[:_STRONGEST]
    return [(cut(graph.names[k], 8), float(weights[k])) for k in strongest if weights[k] > 0]


def _nodes(weights_n: NDArray[np.float64]) -> str:
    count = int((weights_n > 0).sum())
    return "itself" if count == 1 else f"{count:,} nodes"


def _lines(
    graph: Graph, node: int | None, after: int, heard: NDArray[np.float64] | None, ink: Ink, width: int
) -> Block:
    """Two lines about the chosen node."""
    if node is None or heard is None:
        return [remark("arrows choose a node; , and . step through the rounds", width, ink)]
    label, guess, part = _about(graph, node)
    about = f"{label}, {guess}, degree {graph.degree[node]}, {part}"
    strong = "  ".join(f"{name} {compact(weight, 5, 2)}" for name, weight in _heard(graph, heard, after))
    first = [(f"node {cut(graph.names[node], 12)}: ", ink.style(ink.accent, bold=True)), (about, ink.style())]
    return [line(first, width, ink), remark(f"hears {_nodes(heard[after])}: {strong}", width, ink)]


def _side(
    graph: Graph,
    node: int | None,
    after: int,
    heard: NDArray[np.float64] | None,
    ink: Ink,
    width: int,
    height: int,
) -> Block:
    """What there is to say about the chosen node, or about the classes."""
    strips: Block = []
    if node is None or heard is None:
        strips.append(heading("right by class", "", width, ink))
        others = ~graph.known
        shares = [float(graph.right[others & (graph.labels == k)].mean()) if (others & (graph.labels == k)).any()
                  else float("nan") for k in range(len(graph.classes))]  # fmt: skip
        colours = {k: class_colour(k, ink) for k in range(len(graph.classes))}
        named: Sequence[str] = [f"{sign(k)} {name}" for k, name in enumerate(graph.classes)]
        strips += bars(named, shares, ink, width, form="{:.0%}", highlight=colours)
        strips += [remark("", width, ink), remark("arrows choose a node,", width, ink)]
        strips.append(remark(", and . step through the rounds", width, ink))
        return fitted(strips, width, height, ink)
    label, guess, part = _about(graph, node)
    strips.append(heading(f"node {cut(graph.names[node], 12)}", part, width, ink, active=True))
    strips += [remark(text, width, ink, ink.foreground) for text in (label, guess, f"degree {graph.degree[node]}")]
    strips += bars(graph.classes, graph.probabilities[node].tolist(), ink, width,
                   highlight={int(graph.predicted[node]): class_colour(int(graph.predicted[node]), ink)})  # fmt: skip
    strips += [remark("", width, ink), heading("hears", "", width, ink)]
    for k, row in enumerate(heard):
        text = f"{'›' if k == after else ' '} after round {k}: {_nodes(row)}"
        strips.append(remark(text, width, ink, ink.accent if k == after else None))
    strongest = _heard(graph, heard, after)
    most = strongest[0][1] if strongest else 1.0
    strips += [remark("", width, ink), remark("weight in its state (powers of Â)", width, ink)]
    strips += bars([name for name, _ in strongest], [w for _, w in strongest], ink, width, high=most, form="{:.3f}")
    return fitted(strips, width, height, ink)
