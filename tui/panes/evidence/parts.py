"""What stands beside the pixels of a Bayesian network: an image, the classes, the focused pixel in the tree."""

from typing import Any

import numpy as np

from ...render.bars import bars
from ...render.heatmap import heatmap
from ...render.legend import legend
from ...render.numbers import cut
from ...render.palette import Ink
from ...render.scale import Scale
from ...render.tree_grid import LEAST, Crop, Pixels, pixel_grid
from ..blocks import Block, heading, remark
from .view import Network

SHARES = Scale(0.0, 1.0, False)


def known_pixels(net: Network, evidence: Any, focus: int, lines: str, part: Crop, ink: Ink) -> Block:
    """The evidence with the tree over it."""
    pixels = Pixels(evidence, net.parents, net.information, net.sides[1], focus, lines)
    drawn = pixel_grid(pixels, part, ink)
    count = int((np.asarray(evidence) >= 0).sum())
    told = f"{count}/{net.count}" if net.told is not None else "none"
    return [heading("evidence", told + _cropped(net, part), part.width, ink), *drawn]


def _cropped(net: Network, part: Crop) -> str:
    h, w = net.sides
    if part.rows == h and part.columns == w:
        return ""
    return f", rows {part.top + 1}-{part.top + part.rows} columns {part.left + 1}-{part.left + part.columns}"


def image(net: Network, which: str, part: Crop, ink: Ink) -> Block:
    """The image that is asked for, as large as the evidence, with its legend."""
    values = part.of(net.image(which).reshape(net.sides))
    title, told = _words(net, which)
    zoom = 2 * part.zoom if ink.coloured else part.zoom
    return [
        heading(title, told, part.width, ink),
        *heatmap(values, SHARES, ink, zoom=zoom),
        legend(SHARES, ink, part.width, "p(on)"),
    ]


def _words(net: Network, which: str) -> tuple[str, str]:
    told = net.told
    if told is None:
        return "p(on)", "as kept"
    classes = told["classes"]
    if which == "posterior":
        return "p(on | evidence)", ""
    if which == "most probable":
        name = f", class {classes[int(told['best_class'])]}" if bool(told["told"]) else ""
        return "most probable", f"{log_nats(told['best_log_joint'])} nats{name}"
    if which == "sample":
        name = f", class {classes[int(told['sample_class'])]}" if bool(told["told"]) else ""
        return f"sample {int(told['seed'])}", f"{log_nats(told['sample_log_joint'])} nats{name}"
    return f"{net.split} image", f"{int(told['example_index'])}, class {classes[int(told['example_label'])]}"


def classes(net: Network, ink: Ink, width: int, height: int) -> Block:
    """p(class | evidence) as bars, the most probable in colour; the largest where not all fit; log p(evidence)."""
    told = net.told
    if told is None or height < 1:
        return []
    log = heading(f"log p(evidence) {log_nats(told['log_evidence'])} nats", "", width, ink)
    if not bool(told["told"]):
        return [log, *([remark("this structure knows no classes", width, ink)] if height > 1 else [])]
    posterior = np.asarray(told["posterior"], np.float64)
    room = height - 2
    if room < 1:
        best = int(posterior.argmax())
        name = cut(str(told["classes"][best]), 12)
        return [
            heading(
                f"class {name} {posterior[best]:.1%}", f"log p(evidence) {log_nats(told['log_evidence'])}", width, ink
            )
        ]
    order = np.arange(len(posterior))
    if len(posterior) > room:
        order = np.argsort(-posterior, kind="stable")[:room]
    names = [str(told["classes"][k]) for k in order]
    best = int(posterior[order].argmax())
    drawn = bars(names, posterior[order].tolist(), ink, width, highlight={best: ink.good})
    more = f"top {room}" if len(order) < len(posterior) else ""
    return [log, heading("p(class | evidence)", more, width, ink), *drawn]


def focused(net: Network, evidence: Any, focus: int, ink: Ink, width: int) -> Block:
    """The focused pixel: how probable, on whom it depends, who depends on it."""
    value = int(np.asarray(evidence)[focus])
    state = {1: "known on", 0: "known off"}.get(value, f"p(on) {float(net.image('posterior')[focus]):.3f}")
    whose = f"tree of class {net.name}" if net.name else "the tree"
    lines = [heading(f"pixel {net.place(focus)}", state, width, ink)]
    parent = int(net.parents[focus])
    if not (net.parents >= 0).any():
        return [*lines, remark("no pixel depends on another here", width, ink)]
    lines.append(remark(f"{whose}: {net.information[net.parents >= 0].sum():.2f} nats", width, ink))
    if parent < 0:
        lines.append(remark("the root: it has no parent", width, ink))
    else:
        lines.append(remark(f"^ parent {net.place(parent)}: {net.information[focus]:.3f} nats", width, ink))
    if "given_parent" in net.tree:
        off, on = (float(share) for share in net.tree["given_parent"][focus])
        text = f"p(on): ^on {on:.2f}, ^off {off:.2f}" if parent >= 0 else f"p(on) {on:.3f} by itself"
        lines.append(remark(text, width, ink))
    children = net.children(focus)
    strong = [child for child in children if net.information[child] >= LEAST]
    words = [f"{net.place(child)} {net.information[child]:.3f}" for child in strong]
    if len(strong) < len(children):
        words.append(f"{len(children) - len(strong)} below {LEAST}")
    return [*lines, *_children(words, ink, width)]


def log_nats(value: Any) -> str:
    """A log-probability with three decimals; that of what is certain is 0."""
    return f"{round(float(value), 3) + 0.0:.3f}"


def _children(words: list[str], ink: Ink, width: int) -> Block:
    if not words:
        return [remark("v no children", width, ink)]
    lines, now = [], "v children"
    for word in words:
        if len(now) + len(word) + 2 > width:
            lines.append(now)
            now = " "
        now += ("  " if now.strip() else " ") + word
    return [remark(text, width, ink) for text in [*lines, now]]
