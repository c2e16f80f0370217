"""What a crosshair reads, and its way over the union of all points."""

import math

import numpy as np

from dlviz.engine.runs.series import Series
from dlviz.tui.render.axes import Axes
from dlviz.tui.render.curve import Curve
from dlviz.tui.render.palette import DARK, PLAIN
from dlviz.tui.render.readout import nearest_x, readout, union_step
from dlviz.tui.render.smoothing import Smooth
from dlviz.tui.render.trace import Trace


def trace(steps: list[int], values: list[float]) -> Trace:
    one = Series("a")
    one.extend_arrays(np.array(steps), 1000.0 + np.array(steps), np.array(values))
    return Trace(one, began=1000.0)


def curves() -> list[Curve]:
    return [
        Curve(label="a", trace=trace([0, 10, 20], [1.0, 2.0, 4.0]), smooth=True),
        Curve(label="b", trace=trace([4, 12], [7.0, 8.0]), slot=1, low=trace([12], [6.0]), high=trace([12], [9.0])),
        Curve(label="empty", trace=Trace(Series("a")), slot=2),
    ]


def test_every_curve_is_read_at_the_place_of_the_union_that_is_nearest() -> None:
    rows = readout(curves(), Axes(high=20, smooth=Smooth("ema", 0.5)), 11.4, DARK)
    assert [(r.label, r.value, r.step, r.x, r.elapsed, r.here) for r in rows[:2]] == [
        ("a", 2.0, 10, 10.0, 10.0, False),
        ("b", 8.0, 12, 12.0, 12.0, True),
    ]
    assert rows[0].smoothed is not None and math.isclose(rows[0].smoothed, (1 / 4 + 2 / 2) / (3 / 4))
    assert rows[1].smoothed is None and (rows[1].low, rows[1].high) == (6.0, 9.0)
    assert (rows[2].value, rows[2].step, rows[2].here) == (None, None, False) and math.isnan(rows[2].time)
    assert len({row.swatch for row in rows}) == 3 and len({row.colour for row in rows}) == 3
    assert len({row.swatch for row in readout(curves(), Axes(), 0, PLAIN)}) == 3


def test_the_way_over_the_union_visits_every_point_once() -> None:
    traces = [curve.trace for curve in curves()]
    places, x = [], -5.0
    for _ in range(5):
        x = union_step(traces, x, 1, True)
        places.append(x)
    assert places == [0.0, 4.0, 10.0, 12.0, 20.0]
    assert union_step(traces, 20.0, 1, True) == 20.0 and union_step(traces, 20.0, 3, False) == 4.0
    assert union_step(traces, 3.0, 99, False) == 0.0 and union_step([], 3.0, 1, True) == 3.0
    assert nearest_x(traces, 7.5) == 10.0 and nearest_x(traces[2:], 7.5) is None
