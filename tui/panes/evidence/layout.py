"""How the parts of the evidence pane lie: the pixels, images, and the rest beside or below them."""

from dataclasses import dataclass

import numpy as np

from ...render.palette import Ink
from ...render.tree_grid import LINES, Crop, crop
from ..blocks import Block, beside, fitted, remark
from .parts import classes, focused, image, known_pixels
from .view import IMAGES, Array, Network

_ZOOM_MOST = 6
_GAP = 3
_SIDE, _SIDE_MOST, _BELOW = 30, 46, 6


@dataclass(frozen=True)
class Sight:
    """What the user chose; `evidence` of no pixel is (), of an example's upper half None."""

    evidence: tuple[float, ...] | None = ()
    focus: int = -1
    index: int = 0
    split: str = "test"
    tree: int | None = None
    """The class whose tree is shown; None is the most probable one."""
    shown: str = IMAGES[0]
    lines: str = LINES[0]
    seed: int = 0


@dataclass(frozen=True)
class Picture:
    """The strips, and the pixels in them: as evidence from (0, 1) on, as an image from (`second`, 1) on."""

    strips: Block
    part: Crop
    second: int
    pictured: Crop

    def hit(self, x: int, y: int) -> tuple[int, int] | None:
        """Row and column of the pixel at a cell."""
        return self.part.hit(x, y - 1) or self.pictured.hit(x - self.second, y - 1)


@dataclass(frozen=True)
class Arrangement:
    """A `row` of all, or the rest `below` the pixels, or in a `small` room one line below.

    A pixel of the evidence is `zoom` cells high, one of the images `small`.
    """

    kind: str
    zoom: int
    small: int


def arrangement(h: int, w: int, width: int, height: int) -> Arrangement:
    """The largest pixels win, those of the images counting half more; then a row."""
    pairs = [(zoom, small) for zoom in range(1, _ZOOM_MOST + 1) for small in range(1, zoom + 1)]
    for zoom, small in sorted(pairs, key=lambda pair: -(pair[0] + 1.5 * pair[1])):
        wide = 2 * (zoom + small) * w + _GAP
        high = zoom * h + 1 + (zoom == small)
        if wide + _GAP + _SIDE <= width and high <= height:
            return Arrangement("row", zoom, small)
        if wide <= width and high + _BELOW <= height:
            return Arrangement("below", zoom, small)
    if width >= 80 and height >= 14:
        return Arrangement("row", 1, 1)
    return Arrangement("below" if height >= 24 else "small", 1, 1)


def evidence_of(net: Network, sight: Sight) -> Array:
    """What is known, the user's newest choice at once: (p,)."""
    if net.told is None or sight.evidence is None:
        return net.evidence
    fits = len(sight.evidence) == net.count
    return np.array(sight.evidence) if fits else np.full(net.count, -1.0)


def compose(net: Network, sight: Sight, ink: Ink, width: int, height: int) -> Picture:
    """All that fits; of an image that does not fit the part around the focused pixel."""
    h, w = net.sides
    plan = arrangement(h, w, width, height)
    focus, evidence = net.focus(sight.focus), evidence_of(net, sight)
    under = {"row": 0, "below": _BELOW, "small": 1}[plan.kind]
    room = height - under - 1 - (plan.zoom == plan.small)
    side = min(_SIDE_MOST, max(_SIDE, width - 2 * (plan.zoom + plan.small) * w - 2 * _GAP)) if plan.kind == "row" else 0
    across = width - _GAP - (side + _GAP if side else 0)
    wide = min(2 * plan.zoom * w, across // 2) if plan.zoom == plan.small else 2 * plan.zoom * w
    part = crop(h, w, plan.zoom, wide, room, divmod(focus, w))
    seen = crop(h, w, plan.small, across - wide, room, divmod(focus, w))
    known = known_pixels(net, evidence, focus, sight.lines, part, ink)
    tall = height - under
    blocks = [(known, part.width), (_images(net, sight, seen, ink, tall), seen.width)]
    if plan.kind == "row":
        blocks.append((_rest(net, evidence, focus, ink, side, height), side))
        strips = beside(blocks, height, ink, gap=_GAP)
        return Picture(strips, part, part.width + _GAP, seen)
    tall = min(tall, max(part.height + 1, seen.height + 2))
    strips = fitted(beside(blocks, tall, ink, gap=_GAP), width, tall, ink)
    if plan.kind == "small":
        return Picture([*strips, *classes(net, ink, width, 1)], part, part.width + _GAP, seen)
    half, low = (width - _GAP) // 2, height - tall
    lower = [(classes(net, ink, half, low), half), (focused(net, evidence, focus, ink, half), half)]
    return Picture([*strips, *beside(lower, low, ink, gap=_GAP)], part, part.width + _GAP, seen)


def _images(net: Network, sight: Sight, part: Crop, ink: Ink, height: int) -> Block:
    """The image that is chosen, and below it those that follow, as many as fit."""
    at = IMAGES.index(sight.shown)
    turned = IMAGES[at:] + IMAGES[:at] if net.told is not None else IMAGES[:1]
    strips: Block = []
    for which in turned:
        drawn = image(net, which, part, ink)
        if strips and len(strips) + len(drawn) > height:
            break
        strips += drawn
    return strips


def _rest(net: Network, evidence: Array, focus: int, ink: Ink, width: int, height: int) -> Block:
    """The classes, below them the focused pixel."""
    about = focused(net, evidence, focus, ink, width)
    if net.told is None:
        return about
    upper = classes(net, ink, width, min(len(net.told["posterior"]) + 2, max(1, height - len(about))))
    return [*upper, remark("", width, ink), *about] if height > len(upper) + len(about) else [*upper, *about]
