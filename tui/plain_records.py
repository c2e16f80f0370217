"""Records of a finished run, each drawn once as lines of text: for pipes, CI and dumb terminals."""

import textwrap
from collections.abc import Callable, Mapping
from typing import Any

from numpy.typing import NDArray
from rich.cells import cell_len

from ..engine.runs.run import Record
from ..engine.text import sanitize
from .plain_pictures import images, strip
from .plain_planes import hidden, latent, points, surface
from .plain_structures import graph, tree
from .plain_texts import attention, text, tokens, translations
from .render.numbers import cut
from .render.pen import Line, written

Arrays = Mapping[str, NDArray[Any]]

DRAWERS: dict[str, Callable[[str, Arrays, int, bool], list[Line]]] = {
    "attention": attention,
    "graph": graph,
    "hidden": hidden,
    "images": images,
    "latent": latent,
    "points": points,
    "strip": strip,
    "surface": surface,
    "text": text,
    "tokens": tokens,
    "translations": translations,
    "tree": tree,
}
"""What draws a kind of record: a title that says what it is, how much of it and on which scale, then the drawing."""


def draw(record: Record, width: int, colour: bool) -> list[str]:
    """The record in at most `width` columns; nothing for kinds that say nothing on paper, as `predictions`.

    Without `colour` there are no escape sequences at all. Records that another program damaged are one line.
    """
    drawer = DRAWERS.get(record.kind)
    if drawer is None:
        return []
    tag = sanitize(record.tag, limit=60)
    try:
        lines = drawer(tag, record.arrays, width, colour)
    except (KeyError, ValueError, IndexError, TypeError) as error:
        reason = f"{tag}: not drawn, its arrays are not those of {record.kind} ({error})"
        return textwrap.wrap(sanitize(reason, limit=200), width)
    return [text for line in lines for text in _fitted(line, width, colour)]


def _fitted(line: Line, width: int, colour: bool) -> list[str]:
    """Titles that are too long are wrapped; drawings fit."""
    if len(line) == 1 and cell_len(line[0][0]) > width:
        return [cut(row, width) for row in textwrap.wrap(line[0][0], width, subsequent_indent="  ")]
    return [written(line, colour)]
