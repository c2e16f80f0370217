"""Records of what networks hold, printed once: gates, how long a recurrent network remembers, a graph on its places."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from .render.crossing import head
from .render.graph.canvas import Node, graph_canvas
from .render.graph.marks import KNOWN, WRONG, class_colour, sign
from .render.hidden.labels import readable
from .render.hidden.reach import GUTTER, Reach, fading, reach
from .render.numbers import compact, cut, pad
from .render.palette import DARK, PLAIN
from .render.pen import Line, pen, plain
from .render.pooling import shrink

Arrays = Mapping[str, NDArray[Any]]

GATES = ("input", "forget", "output")
RAMP = " ░▒▓█"
_NAME = 8
_HIGH, _MAP, _STRONGEST = 20, 24, 4


def memory(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """How far back the loss reaches into the states, and how far back another token would be felt."""
    tokens = [str(token) for token in arrays["tokens"]]
    everywhere, target = np.arange(len(tokens)), cut(readable(str(arrays["target"])), 16)
    title = f"{tag}: loss of {target!r} {compact(float(arrays['loss']), 6, 3)} nats"
    title += " after the last token" if bool(arrays["known"]) else ", the likeliest answer"
    panels = []
    for name, what in (("gradient", "h"), ("cell_gradient", "c")):
        if name in arrays:
            told = fading(float(arrays[name.replace("gradient", "halves")]))
            panels.append(Reach(f"|d loss / d {what}|", "nats", everywhere, arrays[name], told))
    told = f"mean of {int(arrays['times'])}"
    panels.append(Reach("|h'-h|/|h|, another token here", "", arrays["at"], arrays["influence"], told))
    rows = max(_HIGH, 6 * len(panels) + 2)
    strips, _ = reach(panels, tokens, len(tokens) - 1, DARK, min(width, 6 * len(tokens) + GUTTER + 40), rows)
    fewer = (width - GUTTER) < len(tokens)
    title += f"; the newest {width - GUTTER} of {len(tokens)} tokens" if fewer else ""
    return [plain(title + "; logarithmic scales"), *_lines(strips, colour)]


def gates(arrays: Arrays, width: int) -> list[Line]:
    """The mean of every gate of an LSTM over its units, token by token; nothing of other networks."""
    if not all(gate in arrays for gate in GATES):
        return []
    means = np.stack([np.asarray(arrays[gate], dtype=np.float64).mean(1) for gate in GATES])
    pooled = np.stack([shrink(row[None], 1, (width - _NAME) // 2, "mean")[0] for row in means])
    lines = [plain("gates, the mean over the units, from 0 (blank) to 1 (full):")]
    if "tokens" in arrays and pooled.shape == means.shape:
        labels = "".join(pad(head(readable(str(token)), 2), 2) for token in arrays["tokens"])
        lines.append(plain(" " * _NAME + labels))
    for gate, row in zip(GATES, pooled.tolist(), strict=True):
        glyphs = "".join(2 * (RAMP[round(4 * min(max(x, 0.0), 1.0))] if np.isfinite(x) else "?") for x in row)
        lines.append(plain(f"{gate:{_NAME}}{glyphs}"))
    return lines


def places(arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """The graph where its nodes have places, by what is predicted; and whom the chosen node has heard."""
    labels, predicted, known = (np.asarray(arrays[name]) for name in ("labels", "predicted", "known"))
    names, classes = ([str(name) for name in arrays[which]] for which in ("nodes", "classes"))
    ink = DARK if colour else PLAIN
    nodes = [
        Node(sign(said), cut(name, 8), WRONG if said != label else KNOWN if told else "",
             ink.style(class_colour(said, ink), bold=bool(told)))
        for name, said, label, told in zip(names, predicted.tolist(), labels.tolist(), known.tolist(), strict=True)
    ]  # fmt: skip
    order = np.argsort(-np.asarray(arrays["degree"]), kind="stable").tolist()
    canvas = graph_canvas(arrays["position"], arrays["edges"], nodes, ink, width, _MAP, order=order)
    key = "  ".join(f"{sign(k)} {cut(name, 16)}" for k, name in enumerate(classes))
    edges = len(arrays["edges"])
    drawn = "" if canvas.edges == edges else f", {canvas.edges:,} of {edges:,} edges drawn"
    lines = [plain(f"the graph, by what is predicted: {key}{drawn}"), *_lines(canvas.strips, colour)]
    return [*lines, *_heard(arrays, names)]


def _heard(arrays: Arrays, names: list[str]) -> list[Line]:
    weights, node = np.asarray(arrays["field"]), int(arrays["node"])
    lines = [plain(f"node {cut(names[node], 12)} hears (weights are powers of the normalised adjacency):")]
    for k, row in enumerate(weights[1:], start=1):
        strongest = [int(other) for other in np.argsort(-row, kind="stable")[:_STRONGEST] if row[other] > 0]
        most = "  ".join(f"{cut(names[other], 8)} {compact(float(row[other]), 5, 2)}" for other in strongest)
        lines.append(plain(f"after round {k}: {int((row > 0).sum())} nodes; most {most}"))
    return lines


def _lines(strips: Iterable[Strip], colour: bool) -> list[Line]:
    """Strips as lines that keep the terminal's own background."""
    drawn: list[Line] = []
    for strip in strips:
        styles = [segment.style.color if segment.style is not None and colour else None for segment in strip]
        drawn.append([
            (segment.text, pen(style.name) if style is not None and style.name.startswith("#") else None)
            for segment, style in zip(strip, styles, strict=True)
        ])  # fmt: skip
    return drawn
