"""The picture of the attention pane: the chosen look with its title line, its numbers and its legend."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.cells import cell_len
from textual.strip import Strip

from ...render.attention.maps import AttentionMap, measure
from ...render.attention.matrix import matrix
from ...render.attention.pixels import HATCH, hatched
from ...render.attention.wall import Wall, wall
from ...render.cells import Part, line
from ...render.legend import legend
from ...render.numbers import cut
from ...render.palette import Ink
from ...render.scale import Scale
from ...render.tokens_view import tokens_view
from ..blocks import beside, fitted

LOOKS = ("wall", "matrix", "tokens")
UNIT = Scale(0.0, 1.0, False)
_BOTH = (110, 12)
"""Columns and rows from which on the wall has the matrix beside it."""


@dataclass(frozen=True)
class Choice:
    """What is looked at: the look, the layer, the head (None: their mean), the crosshair, scale and extent."""

    look: str
    layer: int
    head: int | None
    query: int
    key: int
    own: bool
    whole: bool


@dataclass(frozen=True)
class Picture:
    """The strips, and the wall among them, if there is one, from row `top` on."""

    strips: list[Strip]
    wall: Wall | None = None
    top: int = 1


def picture(maps: Sequence[AttentionMap], choice: Choice, ink: Ink, width: int, height: int) -> Picture:
    """The maps as chosen, in exactly `width` x `height` cells."""
    chosen = maps[choice.layer]
    query = choice.query if choice.look == "tokens" else None
    scale, clipped = scale_of(chosen, choice.head, choice.own, query)
    room = height - 1 - (height >= 8) - (height >= 6) - (height >= 10)
    body, said, drawn = _body(maps, choice, scale, ink, width, max(1, room))
    strips = [_title(choice, chosen, said, ink, width), *body]
    if height >= 8:
        strips.append(_at(chosen, choice, ink, width))
    if height >= 10:
        strips.append(line([(cut(measure(chosen.told(choice.head), width), width), ink.style(ink.dim))], width, ink))
    if height >= 6:
        strips.append(_legend(scale, clipped, choice, chosen, ink, width))
    return Picture(strips, drawn)


def scale_of(attention: AttentionMap, head: int | None, own: bool, query: int | None = None) -> tuple[Scale, bool]:
    """From 0 to 1; or, if `own`, to the largest weight of the head or of one query; and whether some are above it.

    Queries that may look at few keys give these much: of a head, those with less than half of the most choice are
    left out, so that the others are told apart.
    """
    if not own:
        return UNIT, False
    weights, mask = attention.head(head)
    finite = np.where(np.isfinite(weights), weights, 0.0)
    rows = finite if query is None else finite[query : query + 1]
    if mask is not None and query is None:
        choice = mask.sum(-1)
        rows = finite[choice >= choice.max() / 2]
    most = float(rows.max(initial=0.0))
    return (Scale(0.0, most, False), bool(query is None and finite.max() > most)) if most > 0 else (UNIT, False)


def _body(
    maps: Sequence[AttentionMap], choice: Choice, scale: Scale, ink: Ink, width: int, height: int
) -> tuple[list[Strip], str, Wall | None]:
    chosen = maps[choice.layer]
    if choice.look == "tokens":
        strips, said = tokens_view(chosen, choice.head, choice.query, scale, ink, width, height)
        return fitted(strips, width, height, ink), said, None
    if choice.look == "matrix":
        weights, mask = chosen.head(choice.head)
        at = choice.query, choice.key
        found = matrix(
            weights, mask, chosen.rows, chosen.columns, scale, ink, width, height, at, whole=choice.whole
        )  # fmt: skip
        return fitted(found.strips, width, height, ink), found.said, None
    both = width >= _BOTH[0] and height >= _BOTH[1]
    left = (width * 11 // 20) if both else width
    scales = [[scale_of(each, head, choice.own)[0] for head in range(each.heads)] for each in maps]
    head = -1 if choice.head is None else choice.head
    drawn = wall(maps, scales, ink, left, height, (choice.layer, head))
    hidden = drawn.layers and len(maps) - len(drawn.layers)
    first, last = drawn.layers.start + 1, drawn.layers.stop
    said = (f"layers {first}-{last}" if last > first else f"layer {first}") + f" of {len(maps)}" if hidden else ""
    if drawn.block > 1:
        said += (", " if said else "") + f"largest of {drawn.block}x{drawn.block}"
    if not both:
        return drawn.strips, said, drawn
    right = width - left - 3
    beside_it, more, _ = _body(maps, _as_matrix(choice), scale, ink, right, height)
    said += f"; matrix: {more}" if said and more else more
    return beside([(drawn.strips, left), (beside_it, right)], height, ink, gap=3, rule=True), said, drawn


def _as_matrix(choice: Choice) -> Choice:
    return Choice("matrix", choice.layer, choice.head, choice.query, choice.key, choice.own, choice.whole)


def _title(choice: Choice, chosen: AttentionMap, said: str, ink: Ink, width: int) -> Strip:
    """The looks, which layer and head it is, and what is not seen of it, which is never left out."""
    dim = ink.style(ink.dim)
    looks: list[Part] = [(f" {look} ", ink.selected() if look == choice.look else dim) for look in LOOKS]
    here = [part for part, look in zip(looks, LOOKS, strict=True) if look == choice.look]
    name, head = f"  {chosen.name}", head_name(chosen, choice.head)
    kind = f"  {chosen.type}" if chosen.type not in chosen.name else ""
    bold, rest = ink.style(bold=True), (f"  {said}" if said else "", dim)
    ways: list[list[Part]] = [
        [*looks, (f"{name}, {head}", bold), (kind, dim), rest],
        [*looks, (f"{name}, {head}", bold), rest],
        [*here, (f"{name}, {head}", bold), rest],
        [*here, (name, bold), rest],
        [*here, rest],
    ]
    fitting = (way for way in ways if sum(cell_len(text) for text, _ in way) <= width)
    return line(next(fitting, ways[-1]), width, ink)


def head_name(attention: AttentionMap, head: int | None) -> str:
    """Which head, in words."""
    if attention.layers:
        return f"through {attention.layers} layers"
    if attention.heads == 1:
        return "its only head"
    return f"mean of {attention.heads} heads" if head is None else f"head {head + 1} of {attention.heads}"


def _at(chosen: AttentionMap, choice: Choice, ink: Ink, width: int) -> Strip:
    """The crosshair read off."""
    weights, mask = chosen.head(choice.head)
    weight = float(weights[choice.query, choice.key])
    room = min(24, max(2, (width - 32) // 2))
    name, key = cut(chosen.rows[choice.query], room), cut(chosen.columns[choice.key], room)
    masked = mask is not None and not mask[choice.query, choice.key]
    told = "masked: exactly 0" if masked else f"{weight:.6f}" if math.isfinite(weight) else f"{weight:g}"
    strong = ink.style(ink.accent, bold=True)
    parts: list[Part] = [(name, strong), (f" ({choice.query + 1})", ink.style(ink.dim)), (" looks at ", ink.style())]
    parts += [(key, strong), (f" ({choice.key + 1})  ", ink.style(ink.dim)), (told, ink.style(bold=True))]
    return line(parts, width, ink)


def _legend(scale: Scale, clipped: bool, choice: Choice, chosen: AttentionMap, ink: Ink, width: int) -> Strip:
    """What the tints mean, and the hatching where there is any."""
    scope = {"wall": "each head", "matrix": "this head", "tokens": "this query"}[choice.look]
    scope = (f"{scope}, clipped" if clipped else scope) if choice.own else "all heads"
    tail: list[Part] = []
    if chosen.mask is not None and width >= 40:
        tail = [("  " + (HATCH * 2 if ink.coloured else "//"), hatched(ink)), (" masked", ink.style(ink.dim))]
    room = width - sum(cell_len(text) for text, _ in tail)
    parts: list[Part] = [
        (segment.text, segment.style or ink.style()) for segment in legend(scale, ink, room, scope, "weight")
    ]
    return line([*parts, *tail], width, ink)
