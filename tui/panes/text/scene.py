"""The three looks of the text pane as strips: the next token, what is written, what each token costs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from textual.strip import Strip

from ....engine.runs.run import Record
from ...render.bars import bars
from ...render.cells import Part, line, note
from ...render.legend import legend
from ...render.next_token_table import next_token_table
from ...render.numbers import cut
from ...render.palette import Ink
from ...render.scale import Scale
from ...render.text_tokens import Token, flow
from ..blocks import Block, beside, fitted, heading, remark
from .words import (
    Arrays,
    candidates,
    cost_words,
    drawn_words,
    heading_of,
    kept_words,
    name_of,
    plain_tokens,
    row_of,
    rows_of,
    tinted,
    total_words,
)

PROBABILITY = Scale(0.0, 1.0, False)
_BESIDE = 104
"""Columns from which on a text and a table stand side by side."""


@dataclass(frozen=True)
class Sight:
    """Where the user is: the token under the cursor, the first row of the table, tokens written so far (None: all)."""

    cursor: int = 0
    first: int = 0
    shown: int | None = None


def next_picture(record: Record, sight: Sight, ink: Ink, width: int, height: int) -> Block:
    """The prompt with what follows it, and the table of the token between."""
    arrays = record.arrays
    before, after = plain_tokens(arrays, "prompt"), plain_tokens(arrays, "after", quiet=True)
    tokens = [*before, *(after or [Token("?", None, True)])]
    if not after and "hidden" in arrays:
        tokens[-1] = Token("_")
    elif "hidden" in arrays and int(arrays["true"]) < 0:
        tokens = [*before, Token("_"), *after]
    source = _source(arrays, ink, width)
    lines = max(1, min(8, height // 3))
    text = flow(tokens, width, lines, ink, focus=len(before))
    true = int(arrays["true"])
    head = [*source, *text, remark(kept_words(arrays), width, ink)]
    table = next_token_table(
        rows_of(arrays), ink, width, height - len(head), heading=heading_of(arrays), true=row_of(arrays, true),
        first=sight.first,
    )  # fmt: skip
    return [*head, *table]


def generation_picture(record: Record, sight: Sight, ink: Ink, width: int, height: int) -> Block:
    """What was written, tinted by probability, and the table of the step under the cursor."""
    arrays = record.arrays
    count = len(arrays["tokens"])
    at = max(0, min(sight.cursor, count - 1))
    shown = count if sight.shown is None else max(1, min(sight.shown, count))
    if sight.shown is not None:
        at = shown - 1
    before = plain_tokens(arrays, "prompt", quiet=True)
    tokens = [*before, *tinted(arrays["tokens"][:shown], arrays["probability"])]

    def table(w: int, h: int) -> Block:
        drawn = row_of(arrays, int(arrays["number"][at]), at)
        head = [remark(drawn_words(arrays, at), w, ink, ink.foreground), remark(kept_words(arrays, at), w, ink)]
        found = next_token_table(
            candidates(arrays, at), ink, w, h - len(head), heading=heading_of(arrays), drawn=drawn, first=sight.first
        )
        return [*head, *found]

    def text(w: int, h: int) -> Block:
        head = [*_source(arrays, ink, w), legend(PROBABILITY, ink, w, "0 to 1", "probability")]
        below = _beside_the_text(arrays, ink, w, max(0, h - len(head) - 2))
        body = flow(tokens, w, max(1, h - len(head) - len(below)), ink, PROBABILITY, focus=len(before) + at)
        return [*head, *body, *below]

    if width >= _BESIDE:
        left = width * 9 // 20
        return beside([(text(left, height), left), (table(width - left - 3, height), width - left - 3)], height, ink,
                      gap=3, rule=True)  # fmt: skip
    upper = text(width, max(3, height * 9 // 20))
    return [*upper, *table(width, height - len(upper))]


def cost_picture(record: Record, sight: Sight, ink: Ink, width: int, height: int) -> Block:
    """A passage tinted by what its tokens cost, the one under the cursor in numbers, and the dearest."""
    arrays = record.arrays
    loss = np.asarray(arrays["loss"], dtype=np.float64)
    if not len(loss):
        return note("there is no token whose cost is known", width, ink, height)
    at = max(0, min(sight.cursor, len(loss) - 1))
    scale, scope = cost_scale(arrays, loss)
    first = plain_tokens(arrays, "first", quiet=True)
    tokens = [*first, *tinted(arrays["tokens"], loss)]
    head = [
        remark(total_words(arrays), width, ink),
        *_source(arrays, ink, width),
        legend(scale, ink, width, scope, "nats"),
        remark(cost_words(arrays, at), width, ink, ink.foreground),
    ]

    def text(w: int, h: int) -> Block:
        return flow(tokens, w, h, ink, scale, focus=len(first) + at)

    room = height - len(head)
    if width >= _BESIDE:
        left = width * 13 // 20
        dear = _dearest(arrays, loss, scale, ink, width - left - 3, room)
        return [*head, *beside([(text(left, room), left), (dear, width - left - 3)], room, ink, gap=3, rule=True)]
    body = text(width, max(1, room if room < 10 else room * 3 // 5))
    return [*head, *body, *_dearest(arrays, loss, scale, ink, width, room - len(body))]


def cost_scale(arrays: Arrays, loss: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[Scale, str]:
    """From 0 to what guessing costs, so that colours keep their meaning while the model learns; and that in words."""
    if "vocabulary" in arrays:
        return Scale(0.0, math.log(max(2, int(arrays["vocabulary"]))), False), "0 to blind guessing"
    finite = loss[np.isfinite(loss)]
    return Scale(0.0, float(finite.max(initial=1.0)), False), "this passage"


def _dearest(
    arrays: Arrays, loss: np.ndarray[tuple[int, ...], np.dtype[np.float64]], scale: Scale, ink: Ink, width: int,
    height: int,
) -> Block:  # fmt: skip
    if height < 3:
        return []
    order = np.argsort(-np.nan_to_num(loss, nan=-1.0), kind="stable")[: height - 1]
    names = [f"{k + 1:4d} {name_of(arrays, int(k))}" for k in order]
    costs = [float(loss[k]) for k in order]
    return [
        heading("dearest tokens", "nats", width, ink),
        *bars(names, costs, ink, width, high=max(scale.high, max(costs, default=0.0), 1e-9), form="{:.3f}"),
    ]


def _source(arrays: Arrays, ink: Ink, width: int) -> list[Strip]:
    """The sentence that is translated, on one line."""
    if "source" not in arrays:
        return []
    words = "".join(str(word) for word in arrays["source"])
    return [line([("source  ", ink.style(ink.dim)), (cut(words, max(0, width - 8)), ink.style())], width, ink)]


def _beside_the_text(arrays: Arrays, ink: Ink, width: int, height: int) -> list[Strip]:
    """Of a translation: the right one, how it was sought, and what else a beam kept."""
    found: list[Strip] = []
    if "right" in arrays and str(arrays["right"]):
        found.append(_named("right   ", str(arrays["right"]), ink, width))
    if "hypotheses" in arrays and len(arrays["hypotheses"]):
        found.append(remark("kept by the beam, with log-probability a word", width, ink))
        for text, score in zip(arrays["hypotheses"], arrays["scores"], strict=True):
            found.append(_named(f"{float(score):7.3f}  ", str(text), ink, width))
    return found[:height]


def _named(name: str, text: str, ink: Ink, width: int) -> Strip:
    return line([(name, ink.style(ink.dim)), (cut(text, max(0, width - len(name))), ink.style())], width, ink)


def tabs(names: Sequence[str], chosen: str, ink: Ink, width: int) -> Strip:
    """The looks, the chosen one marked, and the key that turns them."""
    parts: list[Part] = []
    for name in names:
        style = ink.selected() if name == chosen else ink.style(ink.dim)
        parts += [(f" {name} ", style), (" ", ink.style())]
    return line([*parts, ("m turns", ink.style(ink.dim))], width, ink)


def knobs(found: Sequence[tuple[str, str, str]], ink: Ink, width: int) -> Strip:
    """Settings as (name, value, keys) on one line: names are shortened, then keys left out, where room is short."""
    for names, keys, gap in ((12, True, "   "), (3, True, "  "), (3, False, "  ")):
        parts: list[Part] = []
        for name, value, key in found:
            short = name if names > 3 else {"temperature": "T", "top-k": "k", "top-p": "p"}.get(name, name)
            parts += [(short + " ", ink.style(ink.dim)), (value, ink.style(bold=True))]
            parts += [((" " + key if keys else "") + gap, ink.style(ink.dim))]
        if sum(len(text) for text, _ in parts) - len(gap) <= width:
            break
    return line(parts, width, ink)


def block(strips: Block, width: int, height: int, ink: Ink) -> Block:
    """Exactly as large as the pane."""
    return fitted(strips, width, height, ink)
