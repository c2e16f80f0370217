"""A comparison as strips: how far it is, its table, its curves, what differs. Knows nothing of any widget."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from textual.strip import Strip

from ....engine.comparing.state import Progress
from ....engine.runs.run import Run
from ....engine.runs.series import Series
from ....engine.text import sanitize
from ...render.axes import Axes, neat
from ...render.bars import gauge
from ...render.cells import Part, line
from ...render.chart import chart
from ...render.curve import Curve
from ...render.palette import Ink
from ...render.trace import Trace
from ..words import wrap
from .table import blocks, heads, letter, lines, rows
from .words import common_tag, headline, left, where

BESIDE = 118
"""Columns from which on the curves stand beside the table."""
CHART = 9
"""Rows that a chart below the table has at least."""
LEGEND = "mean ± sd over seeds; * the best, and those not seen to differ from it"
TALL = 32
"""Rows from which on texts that do not fit give half of them to the chart."""


def progress_of(said: Mapping[str, Any]) -> Progress:
    """How far a comparison says that it is."""
    try:
        return Progress(**said.get("progress", {}))
    except TypeError:
        return Progress()


def view(
    said: Mapping[str, Any], status: str, trouble: str, live: Run | None, scroll: int, width: int, height: int, ink: Ink
) -> tuple[list[Strip], int]:
    """`height` lines of `width` columns, and how far the texts can be scrolled."""
    strips: list[Strip] = []
    progress = progress_of(said)
    if status in ("running", "ending"):
        doing = "ending, saving what is there" if status == "ending" else where(progress) + left(progress.left)
        strips += [line([(doing, ink.style(bold=True))], width, ink), gauge(progress.share, width, ink)]
    elif trouble:
        strips += [line([(text, ink.style(ink.bad))], width, ink) for text in wrap(f"failed: {trouble}", width)]
    document = said.get("document") or {}
    curves = _curves(document, said, live)
    room = height - len(strips)
    if width >= BESIDE and curves:
        texts = _texts(document, width - width * 2 // 5 - 2, ink)
        side = _chart(curves, width * 2 // 5, room, ink)
        shown, most = _scrolled(texts, scroll, room, width - width * 2 // 5 - 2, ink)
        gap = line([], 2, ink)
        return [*strips, *(Strip.join([a, gap, b]) for a, b in zip(shown, side, strict=True))], most
    texts = _texts(document, width, ink)
    chart_rows = 0
    if curves and (not texts or room - len(texts) >= CHART):
        chart_rows = room - len(texts)
    elif curves and room >= 2 * CHART and (status == "running" or room >= TALL):
        chart_rows = room // 2
    shown, most = _scrolled(texts, scroll, room - chart_rows, width, ink)
    return [*strips, *shown, *(_chart(curves, width, chart_rows, ink) if chart_rows else [])], most


def _scrolled(texts: list[Strip], scroll: int, room: int, width: int, ink: Ink) -> tuple[list[Strip], int]:
    most = max(0, len(texts) - room)
    at = min(scroll, most)
    shown = texts[at : at + room]
    return shown + [line([], width, ink)] * (room - len(shown)), most


def _texts(document: Mapping[str, Any], width: int, ink: Ink) -> list[Strip]:
    """Headline, table, verdicts, notes."""
    if not document:
        return []
    plain, dim, bold = ink.style(), ink.style(ink.dim), ink.style(bold=True)
    found = [line([(text, bold)], width, ink) for text in wrap(headline(document), width)]
    names, table = heads(document), rows(document)
    entries = document["entries"]
    for k, entry in enumerate(entries):
        if names[k] != entry["name"]:
            mark = (f"{letter(k)} = ", ink.style(ink.categories[k % len(ink.categories)], bold=True))
            found.append(line([mark, (sanitize(entry["name"], limit=width), plain)], width, ink))
    for shown in blocks(names, table, width):
        found.append(line([], width, ink))
        for i, (label, cells) in enumerate(lines(names, table, shown)):
            parts: list[Part] = [(label, dim)]
            for k, (cell, lead) in zip(shown, cells, strict=True):
                colour = ink.categories[k % len(ink.categories)]
                style = ink.style(colour, bold=True) if i == 0 else ink.style(ink.good, bold=True) if lead else plain
                parts.append((cell, style))
            found.append(line(parts, width, ink))
    found.append(line([], width, ink))
    if document["leaders"]:
        found += _said(LEGEND, width, ink.style(ink.good), ink)
    for sentence in document["verdicts"]:
        found += _said(sentence, width, plain, ink)
    for sentence in document["reading"]:
        found += _said(sentence, width, plain, ink)
    for sentence in document["notes"]:
        found += _said(sentence, width, dim, ink)
    return found + (_said(f"kept in {document['run']}", width, dim, ink) if document["run"] else [])


def _said(text: str, width: int, style: Any, ink: Ink) -> list[Strip]:
    first, *more = wrap(text, max(width - 2, 1)) or [""]
    return [line([(part, style)], width, ink) for part in (first, *(f"  {part}" for part in more))]


def _curves(document: Mapping[str, Any], said: Mapping[str, Any], live: Run | None) -> tuple[str, list[Curve]] | None:
    """The tag, and a curve for each model over its seeds; behind them that which is being trained."""
    entries = document.get("entries", [])
    names = [str(name) for name in said.get("names", [entry["name"] for entry in entries])]
    first = next((entry["objective"] for entry in entries if entry["curves"]), "")
    having = [entry for entry in entries if entry["curves"] and entry["objective"] == first]
    tag = common_tag(having)
    if not tag and live is not None:
        tag = next((tag for tag in live.config.get("curves", ["loss/train"]) if tag in live.series), "")
    if not tag:
        return None
    made: list[Curve] = []
    for entry in having:
        part = entry["curves"][tag]
        series = Series(tag)
        steps = np.array(part["steps"], np.float64)
        series.extend_arrays(np.round(steps).astype(np.int64), steps, np.array(part["mean"], np.float64))
        slot = names.index(entry["name"]) if entry["name"] in names else len(made)
        made.append(Curve(label=sanitize(entry["name"], limit=40), trace=Trace(series), slot=slot))
    now = progress_of(said).name
    if live is not None and tag in live.series and now in names:
        label = f"{sanitize(now, limit=40)} seed {progress_of(said).seed}"
        made.append(Curve(label=label, trace=Trace(live.series[tag]), slot=names.index(now), shape=2, faded=True))
    return (tag, made) if made else None


def _chart(curves: tuple[str, list[Curve]] | None, width: int, height: int, ink: Ink) -> list[Strip]:
    if curves is None:
        return [line([], width, ink)] * height
    tag, made = curves
    spans = [span for curve in made if (span := curve.trace.extent())]
    low, high = neat(min((a for a, _ in spans), default=0.0), max((b for _, b in spans), default=1.0))
    return chart(made, Axes(low=low, high=high), width, height, ink, title=sanitize(tag))
