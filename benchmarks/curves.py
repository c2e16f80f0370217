"""Redrawing a chart of long series, against one of ten thousand points and against plotext."""

import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import plotext
from numpy.typing import NDArray

from dlviz.engine.runs.run import Run
from dlviz.tui.panes.curves.scene import Scene
from dlviz.tui.render.axes import Axes
from dlviz.tui.render.chart import chart
from dlviz.tui.render.palette import DARK

from .report import Figure, figure, median

WIDTH, HEIGHT = 86, 17
"""The curves pane in a terminal of 120x40."""
SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
BASE = 10_000
ROUNDS, FRAMES = 8, 6
"""Frames of one size are drawn in succession, as a lab does it, in as many rounds over all sizes."""


def measure() -> list[Figure]:
    """One frame, with and without a new point in every series, in turns over the sizes."""
    scenes = {size: scene(size) for size in SIZES}
    figures = []
    for grows in (False, True):
        times: dict[int, list[float]] = {size: [] for size in SIZES}
        for _ in range(ROUNDS):
            for size, (run, shown) in scenes.items():
                for _ in range(FRAMES):
                    if grows:
                        grow(run)
                    times[size].append(timed(partial(frame, shown)))
        base = median(times[BASE])
        what = ", a new point each frame" if grows else ""
        for size in SIZES:
            target = ("<=", 1.5) if size > BASE else None
            name = f"{points(size)} points{what}"
            figures.append(figure(name, "ms", median(times[size]), points(BASE), base, ratio=target))
    return [*figures, *others(scenes[BASE][1])]


def others(shown: Scene) -> list[Figure]:
    """plotext on every point, and on two points a column."""
    own = median([timed(partial(frame, shown)) for _ in range(10)])
    figures = []
    for size, given in ((1_000, 1_000), (10_000, 10_000), (10_000, 2 * WIDTH)):
        values = made(size)
        steps = np.linspace(0, size - 1, given).astype(int)
        took = median([timed(partial(plotted, steps.tolist(), values[steps].tolist())) for _ in range(3)])
        what = f"plotext, one series of {points(size)}" + (f" thinned to {given}" if given < size else "")
        figures.append(figure(what, "ms", took, f"ours, two of {points(BASE)}", own))
    return figures


def made(size: int) -> NDArray[np.float64]:
    """A loss that falls, with noise."""
    noise = np.random.default_rng(size).normal(0, 0.1, size)
    return np.asarray(np.exp(-5 * np.arange(size) / size) + 0.1 * np.abs(noise), np.float64)


def scene(size: int) -> tuple[Run, Scene]:
    """A run of two series, one of them held out and fifty times as short, laid out by step."""
    run = Run("run")
    for tag, every in (("loss/train", 1), ("loss/val", 50)):
        values = made(size)[::every]
        steps = np.arange(size)[::every]
        run.one(tag).extend_arrays(steps, np.asarray(steps * 0.01, np.float64), values)
    grow(run)  # arrays that are full double with the next point; that is no part of a frame
    shown = Scene()
    shown.show([run])
    frame(shown)
    return run, shown


def grow(run: Run) -> None:
    """One more point in every series."""
    for series in run.series.values():
        step = len(series) if series.tag == "loss/train" else 50 * len(series)
        series.append(step, step * 0.01, 0.1)


def frame(shown: Scene) -> None:
    """What the curves pane draws."""
    low, high = shown.extent()
    axes = Axes(low=low, high=high, window=16)
    members = shown.charts()["loss"]
    chart(shown.curves(members), axes, WIDTH, HEIGHT, DARK, title="loss", marks=shown.marks())


def plotted(steps: Sequence[int], values: Sequence[float]) -> None:
    """The same with plotext."""
    plotext.clear_figure()
    plotext.plotsize(WIDTH, HEIGHT)
    plotext.plot(steps, values, marker="braille")
    plotext.build()
    plotext.clear_figure()


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that `work` takes."""
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def points(size: int) -> str:
    """1k, 10M."""
    return f"{size // 1_000_000}M" if size >= 1_000_000 else f"{size // 1000}k"
