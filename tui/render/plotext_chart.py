"""Charts of the plain report, drawn by plotext: the only module that imports it.

plotext keeps one figure for the whole process, so it is cleared before and after.
"""

from collections.abc import Sequence

import numpy as np
import plotext

from ...engine.runs.run import Run
from .numbers import number

MARKERS = ("braille", "o", "x", "+")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TICKS = 5
COLUMNS = 2
"""Points given to plotext for every column of the chart; more would cost time and show nothing."""


def chart(run: Run, tags: tuple[str, ...], width: int, height: int, *, colour: bool) -> list[str]:
    """The series `tags` of `run` over steps, as lines of text; neighbours are averaged where there are many."""
    shown = [tag for tag in tags if tag in run.series and np.isfinite(run.series[tag].points().values).any()]
    if not shown:
        return []
    plotext.clear_figure()
    try:
        plotext.plotsize(width, height)
        plotext.theme("pro" if colour else "clear")
        for tag, marker in zip(shown, MARKERS, strict=False):
            steps, means = _thinned(run, tag, COLUMNS * width)
            draw = plotext.plot if marker == "braille" else plotext.scatter
            draw(steps, means, label=f"{tag} {number(means[-1], 8).strip()}", marker=marker)
        first, last = (int(run.series[shown[0]].points().steps[k]) for k in (0, -1))
        ticks = sorted({round(first + (last - first) * k / TICKS) for k in range(TICKS + 1)})
        plotext.xticks(ticks, [f"{tick:,}" for tick in ticks])
        plotext.xlabel("step")
        text: str = plotext.build()
    finally:
        plotext.clear_figure()
    if not colour:
        text = plotext.uncolorize(text)
    return [line.rstrip() for line in text.splitlines()]


def overlay(
    lines: Sequence[tuple[str, Sequence[float], Sequence[float]]], width: int, height: int, *, colour: bool
) -> list[str]:
    """Several (label, steps, values) over one axis of steps; without colours each has a letter, said in its label."""
    shown = [(label, x, y) for label, x, y in lines if len(x) and np.isfinite(y).any()]
    if not shown:
        return []
    plotext.clear_figure()
    try:
        plotext.plotsize(width, height)
        plotext.theme("pro" if colour else "clear")
        for k, (label, x, y) in enumerate(shown):
            last = f"{label} {number(y[-1], 8).strip()}"
            if colour:
                plotext.plot(list(x), list(y), label=last, marker="braille")
            else:
                plotext.scatter(list(x), list(y), label=last, marker=LETTERS[k % len(LETTERS)])
        low, high = min(x[0] for _, x, _ in shown), max(x[-1] for _, x, _ in shown)
        ticks = sorted({round(low + (high - low) * k / TICKS) for k in range(TICKS + 1)})
        plotext.xticks(ticks, [f"{tick:,}" for tick in ticks])
        plotext.xlabel("step")
        text: str = plotext.build()
    finally:
        plotext.clear_figure()
    if not colour:
        text = plotext.uncolorize(text)
    return [line.rstrip() for line in text.splitlines()]


def _thinned(run: Run, tag: str, most: int) -> tuple[list[float], list[float]]:
    series = run.series[tag]
    points = series.points()
    edges = np.linspace(0, len(points), min(len(points), most) + 1).astype(np.int64)
    summary = series.ranges(edges[:-1], edges[1:])
    finite = summary.count > 0
    return points.steps[edges[1:] - 1][finite].tolist(), summary.mean[finite].tolist()
