"""One token in the focus and what it looks at: the text tinted by weight, the five largest, what words align."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from .attention.maps import AttentionMap
from .attention.pixels import MASKED, coded, fit, hatched, pixels, tint
from .attention.text import share
from .bars import bars
from .cells import Part, blank, line
from .colour import readable
from .numbers import cut, pad
from .palette import LEVELS, Ink
from .scale import BAD, Scale

TOP = 5
_SIDE = 9
"""Columns before source and target."""
Token = tuple[str, Style]


def tokens_view(
    attention: AttentionMap, head: int | None, focus: int, scale: Scale, ink: Ink, width: int, height: int
) -> tuple[list[Strip], str]:
    """The focus (a query) and its keys in exactly `width` x `height` cells, and what of the text is not seen."""
    weights, mask = attention.head(head)
    row = weights[focus]
    codes = coded(row[None], None if mask is None else mask[focus][None], scale)[0]
    count = min(TOP, height - 8 if attention.type == "cross" else max(2, height // 3))
    top = _top(attention.columns, row, codes, ink, width, count) if count > 0 else []
    room = height - len(top) - bool(top)
    if attention.shape is not None and room >= 4:
        body, said = _map(codes.reshape(attention.shape), focus, attention.shape, ink, width, room), ""
    elif attention.type == "cross":
        body, said = _across(attention, weights, codes, focus, scale, ink, width, room)
    else:
        named = [
            (name, _tinted(code, scale, ink)) for name, code in zip(attention.columns, codes.tolist(), strict=True)
        ]
        if focus < len(named):
            named[focus] = (named[focus][0], focused(ink, int(codes[focus]), scale))
        body, said = flow(named, focus, ink, width, room, "tokens")
    strips = [*body, *([blank(width, ink)] if top else []), *top]
    return [*strips[:height], *[blank(width, ink)] * (height - len(strips))], said


def flow(tokens: Sequence[Token], focus: int, ink: Ink, width: int, height: int, what: str) -> tuple[list[Strip], str]:
    """Tokens as running text, of long ones the lines around the focus, and what of them is not seen."""
    height = max(1, height)
    glued = any(name[:1] in "␣⏎" for name, _ in tokens if name)
    lines: list[tuple[int, list[Part]]] = [(0, [])]
    used = 0
    for k, (name, style) in enumerate(tokens):
        name = cut(name, max(1, width - 1))
        size = cell_len(name) + (not glued)
        if used + size > width and lines[-1][1]:
            lines.append((k, []))
            used = 0
        lines[-1][1].append((name, style))
        if not glued:
            lines[-1][1].append((" ", ink.style()))
        used += size
    at = max((k for k, (start, _) in enumerate(lines) if start <= focus), default=0)
    first = max(0, min(at - height // 2, len(lines) - height))
    shown = lines[first : first + height]
    said = ""
    if len(shown) < len(lines):
        stop = lines[first + len(shown)][0] if first + len(shown) < len(lines) else len(tokens)
        said = f"{what} {shown[0][0] + 1}-{stop} of {len(tokens)}"
    return [line(parts, width, ink) for _, parts in shown], said


def focused(ink: Ink, code: int, scale: Scale) -> Style:
    """The style of the token in the focus: it is underlined, on the tint of what it gives itself."""
    if not ink.coloured:
        return ink.style(bold=True, reverse=True, underline=True)
    return ink.style(readable(ink.cursor), ink.cursor, bold=True)


def _named(attention: AttentionMap, codes: NDArray[np.uint8], scale: Scale, ink: Ink) -> list[Token]:
    return [(name, _tinted(code, scale, ink)) for name, code in zip(attention.columns, codes.tolist(), strict=True)]


def _tinted(code: int, scale: Scale, ink: Ink) -> Style:
    if code == MASKED:
        return hatched(ink)
    ground = tint(code, scale, ink)
    if ink.coloured:
        return ink.style(readable(ground), ground)
    level = 0 if code == BAD else code / (LEVELS - 1)
    return ink.style(
        ink.dim if level < 0.1 else None, bold=level >= 0.5, reverse=level >= 0.75, underline=level >= 0.25
    )


def _top(
    names: Sequence[str], row: NDArray[np.float64], codes: NDArray[np.uint8], ink: Ink, width: int, count: int
) -> list[Strip]:
    """The keys with the most weight as bars from 0 to 1, with their places."""
    allowed = np.flatnonzero(codes != MASKED)
    order = allowed[np.argsort(-np.nan_to_num(row[allowed], nan=-1.0), kind="stable")][:count]
    labels = [f"{names[k]} ({k + 1})" for k in order]
    total = float(np.nansum(row[order]))
    title = f"looks most at, of {len(allowed)}: together {total:.0%}"
    drawn = bars(labels, [float(row[k]) for k in order], ink, min(width, 72), form="{:.4f}")
    return [line([(cut(title, width), ink.style(ink.dim))], width, ink), *drawn]


def _map(
    codes_hw: NDArray[np.uint8], focus: int, shape: tuple[int, int], ink: Ink, width: int, height: int
) -> list[Strip]:
    """The map whose pixels are the tokens, the focus marked."""
    zoom = max(1, fit(*shape, ink, width, height))
    return [
        strip.adjust_cell_length(width, ink.style())
        for strip in pixels(codes_hw, ink, zoom, divmod(focus, shape[1]))[:height]
    ]


def _across(
    attention: AttentionMap, weights: NDArray[np.float64], codes: NDArray[np.uint8], focus: int, scale: Scale,
    ink: Ink, width: int, height: int,
) -> tuple[list[Strip], str]:  # fmt: skip
    """Source above target; under each target word the source word that it looks at most, with the weight."""
    dim = ink.style(ink.dim)
    source = _named(attention, codes, scale, ink)
    best = np.nan_to_num(weights, nan=-1.0).argmax(1)
    above, said = flow(source, int(best[focus]), ink, width - _SIDE, max(1, (height - 1) // 3), "source words")
    strips = [line([("source " if k == 0 else " " * 7, dim), (" ", ink.style()), *_parts(s)], width, ink)
              for k, s in enumerate(above)]  # fmt: skip
    strips.append(blank(width, ink))
    room = max(1, (height - len(strips)) // 4) if height - len(strips) >= 3 else 0
    rows = _aligned(attention, weights, best, focus, scale, ink, width - _SIDE)
    at = next((k for k, (words, _) in enumerate(rows) if focus in words), 0)
    first = max(0, min(at - room // 2, len(rows) - room))
    for k, (_, lines) in enumerate(rows[first : first + max(1, room)]):
        for y, parts in enumerate(lines):
            head = ("target" if k == 0 else "", "looks at", "")[y]
            strips.append(line([(pad(head, _SIDE), dim), *parts], width, ink))
    return strips[:height], said


def _aligned(
    attention: AttentionMap, weights: NDArray[np.float64], best: NDArray[np.int64], focus: int, scale: Scale,
    ink: Ink, width: int,
) -> list[tuple[range, list[list[Part]]]]:  # fmt: skip
    """Rows of target words, each with its source word and the weight under it."""
    rows: list[tuple[range, list[list[Part]]]] = []
    start, used = 0, 0
    lines: list[list[Part]] = [[], [], []]
    for k, name in enumerate(attention.rows):
        weight = float(weights[k, best[k]])
        under = attention.columns[best[k]]
        wide = min(max(cell_len(cut(name, 16)), cell_len(cut(under, 16)), 4), max(1, width - 2)) + 2
        if used + wide > width and lines[0]:
            rows.append((range(start, k), lines))
            start, used, lines = k, 0, [[], [], []]
        lit = focused(ink, 0, scale) if k == focus else ink.style()
        shown = cut(name, wide - 2)
        code = int(scale.quantise(np.array([weight]))[0])
        tinted = cut(under, wide - 2)
        number = share(weight) if np.isfinite(weight) else "?"
        for y, (text, style) in enumerate(
            ((shown, lit), (tinted, _tinted(code, scale, ink)), (number, ink.style(ink.dim)))
        ):
            lines[y] += [(text, style), (" " * (wide - cell_len(text)), ink.style())]
        used += wide
    return [*rows, (range(start, len(attention.rows)), lines)]


def _parts(strip: Strip) -> list[Part]:
    return [(segment.text, segment.style or Style.null()) for segment in strip]
