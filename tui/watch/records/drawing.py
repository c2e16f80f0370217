"""One record as strips: a picture, a histogram, a text, or one of our own kinds. Pure functions."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.style import Style
from textual.strip import Strip

from ....engine.runs.readers.reader import Shelf
from ....engine.runs.run import Record
from ....engine.text import sanitize
from ...plain_records import lines_of
from ...render.cells import line, note, wrapped
from ...render.heatmap import heatmap
from ...render.histogram import histogram
from ...render.legend import legend
from ...render.numbers import compact, short
from ...render.palette import Ink
from ...render.picture import picture
from ...render.scale import Scale
from .ours import feature_maps, predictions

EDGE = 10
"""Columns of the scale at the left of a map."""


def draw(record: Record | None, width: int, height: int, ink: Ink, top: int = 0) -> list[Strip]:
    """The record in at most `width` x `height` cells; `top` lines of a text are scrolled away."""
    if record is None:
        return note("it can no longer be read", width, ink, height)
    if record.kind == "image" and "image" in record.arrays:
        strips, block = picture(_planes(record.arrays["image"]), ink, width, height - 1, most=64)
        h, w = record.arrays["image"].shape[:2]
        pooled = f", {block}x{block} pixels averaged" if block > 1 else ""
        return [*strips, line([(f"{h}x{w} pixels{pooled}", ink.style(ink.dim))], width, ink)]
    if record.kind == "histogram" and {"counts", "edges"} <= record.arrays.keys():
        return histogram(record.arrays["counts"], record.arrays["edges"], ink, width, min(height, 24))
    if record.kind == "text" and "text" in record.labels:
        text = sanitize(record.labels["text"], newlines=True, limit=200_000)
        rows = [row for part in text.split("\n") for row in (wrapped(part, width) if part else [""])]
        top = min(top, max(len(rows) - height, 0))
        return [line([(row, ink.style())], width, ink) for row in rows[top : top + height]]
    if record.kind == "feature maps":
        return feature_maps(record, width, height, ink, top)
    if record.kind == "predictions":
        return predictions(record, width, height, ink)
    drawn = lines_of(record, width, ink.coloured)
    if not drawn:
        shapes = ", ".join(f"{name} {tuple(a.shape)}" for name, a in record.arrays.items())
        return note(f"{record.kind}: there is no drawing of this kind; it holds {shapes}", width, ink, height)
    plain = ink.style()
    return [
        line([(text, plain + style if isinstance(style, Style) else plain) for text, style in parts], width, ink)
        for parts in drawn[top : top + height]
    ]


def _planes(image: NDArray[Any]) -> NDArray[np.float64]:
    """An image (h, w, c) of bytes as planes [1|3, h, w] in 0..1; transparency is left out."""
    planes = np.asarray(image, np.float64) / 255
    planes = planes[:, :, None] if planes.ndim == 2 else planes
    planes = planes[:, :, :3] if planes.shape[2] >= 3 else planes[:, :, :1]
    return planes.transpose(2, 0, 1)


def over_time(shelf: Shelf, step: int | None, width: int, height: int, ink: Ink) -> list[Strip]:
    """All histograms of a shelf as a map of time x bin: a column a step, the values upwards, shares as colours."""
    count = len(shelf.steps)
    cell = 1 if ink.coloured else 2
    most = (width - EDGE) // cell
    picked = np.unique(np.linspace(0, count - 1, min(count, max(most, 1))).astype(int)).tolist()
    records = [(k, record) for k in picked if (record := shelf.read(k)) is not None and _usable(record)]
    if not records or height < 5 or most < 4:
        return note("no histograms to put side by side", width, ink, height)
    low = min(float(_support(r)[0]) for _, r in records)
    high = max(float(_support(r)[1]) for _, r in records)
    if not high > low:
        low, high = low - 0.5, high + 0.5
    marker = step is not None and height >= 8
    bins = (height - 2 - marker) * (2 if ink.coloured else 1)
    edges = np.linspace(low, high, bins + 1)
    columns = np.stack([_spread(record, edges) for _, record in records], axis=1)[::-1]
    # Every record gets a share of the width; where it does not divide, some are a column wider.
    share = np.arange(most) * len(records) // most
    scale = Scale(0.0, float(columns.max()) or 1.0, False)
    strips = heatmap(columns[:, share], scale, ink)
    ticks = {
        0: compact(high, 8, 3),
        len(strips) // 2: compact((low + high) / 2, 8, 3),
        len(strips) - 1: compact(low, 8, 3),
    }
    rows = [
        Strip.join([line([(f"{ticks.get(y, ''):>9} ", ink.style(ink.dim))], EDGE, ink), strip]).adjust_cell_length(
            width
        )
        for y, strip in enumerate(strips)
    ]
    steps = [shelf.steps[k] for k, _ in records]
    if marker:
        at = next((i for i, one in enumerate(steps) if step is not None and one >= step), len(steps) - 1)
        place = EDGE + int(np.flatnonzero(share == at).mean()) * cell
        rows.append(line([(" " * place + "▲", ink.style(ink.accent, bold=True))], width, ink))
    told = f"{len(records)} of {count} steps shown" if len(records) < count else ""
    rows.append(line([(" " * EDGE + _axis(steps[0], steps[-1], told, most * cell), ink.style(ink.dim))], width, ink))
    rows.append(legend(scale, ink, width, "of all values", "share"))
    return rows


def _axis(first: int, last: int, told: str, width: int) -> str:
    """The first and the last step at the ends of `width` columns, between them what there is to say, as fits."""
    low, high = short(first), short(last) if last != first else ""
    room = width - len(low) - len(high) - 4
    middle = next((text for text in (f"step · {told}" if told else "", told, "step") if 0 < len(text) <= room), "")
    return low + middle.center(max(width - len(low) - len(high), 1)) + high


def _usable(record: Record) -> bool:
    edges, counts = record.arrays.get("edges"), record.arrays.get("counts")
    return (
        edges is not None
        and counts is not None
        and len(edges) == len(counts) + 1 > 1
        and bool(np.isfinite(edges).all() and np.isfinite(counts).all())
        and float(counts.sum()) > 0
    )


def _support(record: Record) -> tuple[float, float]:
    """Where the values lie: the edges of the first and of the last bin that is not empty."""
    full = np.flatnonzero(record.arrays["counts"] > 0)
    return float(record.arrays["edges"][full[0]]), float(record.arrays["edges"][full[-1] + 1])


def _spread(record: Record, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """The shares of the values between other `edges`, each bin spread evenly."""
    known, counts = record.arrays["edges"], record.arrays["counts"]
    total = np.concatenate([[0.0], np.cumsum(counts)]) / counts.sum()
    return np.diff(np.interp(edges, known, total))


def scrubber(steps: Sequence[int], at: int, width: int, ink: Ink) -> Strip:
    """Where in time one is: a knob on a line, the step, and which of how many."""
    told = f" step {steps[at]:,} · {at + 1} of {len(steps)}"
    room = max(width - len(told) - 2, 3)
    place = round(at / max(len(steps) - 1, 1) * (room - 1))
    bar = "─" * place + "●" + "─" * (room - 1 - place)
    return line([("├" + bar + "┤", ink.style(ink.accent)), (told, ink.style(bold=True))], width, ink)
