"""Records of a finished run, each drawn once as lines of text: for pipes, CI and dumb terminals."""

import textwrap
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len

from ..engine.runs.run import Record
from ..engine.text import sanitize
from .plain_arena import game
from .plain_denoise import denoising
from .plain_evidence import evidence
from .plain_health import health, histogram, histograms
from .plain_hidden import memory
from .plain_pictures import images, strip
from .plain_planes import hidden, latent, points, surface
from .plain_structures import graph, tree
from .plain_texts import attention, generation, next_token, text, tokens, translations
from .render.numbers import cut
from .render.pen import Line, plain, written

Arrays = Mapping[str, NDArray[Any]]

DRAWERS: dict[str, Callable[[str, Arrays, int, bool], list[Line]]] = {
    "attention": attention,
    "denoising": denoising,
    "generation": generation,
    "evidence": evidence,
    "game": game,
    "graph": graph,
    "hidden": hidden,
    "images": images,
    "latent": latent,
    "next": next_token,
    "memory": memory,
    "points": points,
    "strip": strip,
    "surface": surface,
    "text": text,
    "tokens": tokens,
    "translations": translations,
    "tree": tree,
    "health": health,
    "histogram": histogram,
    "histograms": histograms,
}
"""What draws a kind of record: a title that says what it is, how much of it and on which scale, then the drawing."""


def draw(record: Record, width: int, colour: bool) -> list[str]:
    """The record in at most `width` columns; nothing for kinds that say nothing on paper, as `predictions`.

    Without `colour` there are no escape sequences at all. Of planes that there are for every class only the first.
    """
    if "z" in record.arrays and np.ravel(record.arrays.get("labels", 0))[:1].max(initial=0) > 0:
        return []
    return [written(line, colour) for line in lines_of(record, width, colour)]


def lines_of(record: Record, width: int, colour: bool) -> list[Line]:
    """The record as styled texts of at most `width` columns a line; one that was damaged is a sentence."""
    drawer = DRAWERS.get(record.kind)
    if drawer is None:
        return []
    tag = sanitize(record.tag, limit=60)
    try:
        lines = drawer(tag, record.arrays, width, colour)
    except (KeyError, ValueError, IndexError, TypeError) as error:
        reason = f"{tag}: not drawn, its arrays are not those of {record.kind} ({error})"
        lines = [plain(sanitize(reason, limit=200))]
    return [fitted for line in lines for fitted in _fitted(line, width)]


def _fitted(line: Line, width: int) -> list[Line]:
    """Titles that are too long are wrapped; drawings fit."""
    if len(line) == 1 and cell_len(line[0][0]) > width:
        return [plain(cut(row, width)) for row in textwrap.wrap(line[0][0], width, subsequent_indent="  ")]
    return [line]
