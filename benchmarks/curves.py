"""Redrawing charts of long series, against those of ten thousand points and against plotext; a page of many charts."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import plotext
from numpy.typing import NDArray

from dlviz.engine.runs.run import Run
from dlviz.engine.runs.series import Series
from dlviz.tui.panes.curves.scene import Scene
from dlviz.tui.render.axes import Axes
from dlviz.tui.render.chart import chart
from dlviz.tui.render.curve import Curve
from dlviz.tui.render.palette import DARK
from dlviz.tui.render.smoothing import Smooth, Smoothed
from dlviz.tui.render.trace import Trace

from .report import Figure, figure, median

WIDTH, HEIGHT = 86, 17
"""The curves pane in a terminal of 120x40."""
SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
BASE = 10_000
SMOOTHS = (Smooth("mean", 16), Smooth("ema", 0.9), Smooth("median", 9))
ROUNDS, FRAMES = 8, 6
"""Frames of one size are drawn in succession, as a lab does it, in as many rounds over all sizes."""


def measure() -> list[Figure]:
    """One frame of each kind, and one with a new point in every series, in turns over the sizes."""
    scenes = {size: scene(size) for size in SIZES}
    kinds: list[tuple[str, Callable[[Scene], None], bool]] = [
        *((f", {smooth.words()}", partial(frame, smooth=smooth), False) for smooth in SMOOTHS),
        (", a new point each frame", partial(frame, smooth=SMOOTHS[1]), True),
        (", four charts", four, True),
    ]
    figures = []
    for what, draw, grows in kinds:
        times: dict[int, list[float]] = {size: [] for size in SIZES}
        for _ in range(ROUNDS):
            for size, (run, shown) in scenes.items():
                draw(shown)  # what is computed once for a smoothing is no part of a frame
                for _ in range(FRAMES):
                    if grows:
                        grow(run)
                    times[size].append(timed(partial(draw, shown)))
        base = median(times[BASE])
        for size in SIZES:
            target = ("<=", 1.5) if size > BASE else None
            name = f"{points(size)} points{what}"
            figures.append(figure(name, "ms", median(times[size]), points(BASE), base, ratio=target))
    return [*figures, first(), *page(), *others(scenes[BASE][1])]


def first() -> Figure:
    """What turning on an exponential mean costs once."""
    values = made(SIZES[-1])
    took = timed(lambda: Smoothed(Smooth("ema", 0.99)).update(values))
    return figure(f"ema of {points(SIZES[-1])} points, once", "ms", took, most=1000.0)


def page() -> list[Figure]:
    """Nine charts of eight runs each on a terminal of 200x60, all of them drawn anew."""
    series = Series("loss")
    series.extend_arrays(np.arange(BASE), np.arange(BASE, dtype=np.float64), made(BASE))
    curves = [Curve(label=f"run {slot}", trace=Trace(series), slot=slot, smooth=True) for slot in range(8)]
    figures = []
    for smooth in (Smooth(), SMOOTHS[1]):
        axes = Axes(high=BASE, smooth=smooth)
        draw = partial(chart, curves, axes, 66, 19, DARK, title="loss", compact=True)
        times = [timed(lambda: [draw() for _ in range(9)]) for _ in range(20)]  # noqa: B023
        what = f"3x3 charts of 8 runs, 200x60, {smooth.words() or 'not smoothed'}"
        figures.append(figure(what, "ms", median(times), most=60.0))
    return figures


def others(shown: Scene) -> list[Figure]:
    """plotext on every point, and on two points a column."""
    own = median([timed(partial(frame, shown, SMOOTHS[0])) for _ in range(10)])
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
    frame(shown, SMOOTHS[0])
    return run, shown


def grow(run: Run) -> None:
    """One more point in every series."""
    for series in run.series.values():
        step = len(series) if series.tag == "loss/train" else 50 * len(series)
        series.append(step, step * 0.01, 0.1)


def frame(shown: Scene, smooth: Smooth) -> None:
    """What the curves pane draws."""
    low, high = shown.extent()
    axes = Axes(low=low, high=high, smooth=smooth)
    members = shown.charts()["loss"]
    chart(shown.curves(members), axes, WIDTH, HEIGHT, DARK, title="loss", marks=shown.marks())


def four(shown: Scene) -> None:
    """The same four times on a page: whole, on log-log, with outliers trimmed, and the newest hundredth."""
    low, high = shown.extent()
    curves, axes = shown.curves(shown.charts()["loss"]), Axes(low=low, high=high, smooth=SMOOTHS[1])
    ways = (axes, replace(axes, log=True, log_x=True), replace(axes, clip=True), replace(axes, low=high - high / 100))
    for way in ways:
        chart(curves, way, WIDTH // 2, HEIGHT, DARK, title="loss", compact=True)


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
