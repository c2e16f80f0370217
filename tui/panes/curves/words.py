"""What the frame of the curves says: the newest mark in view, and how x and y are shown.

Knows nothing of any widget.
"""

from collections.abc import Sequence

from ...render.axes import Axes
from ...render.curve_frame import place
from ...render.numbers import cut

SHORTEST = 16
"""A mark that has fewer columns than this is not told."""


def mode(axes: Axes, logs: Sequence[str], shown: Sequence[str], window: bool) -> str:
    """How the charts `shown` are drawn: `logs`, of them, on log y; `window`: x is not all there is."""
    on_log = [name for name in shown if name in logs]
    parts = []
    if on_log:
        parts.append("log y" if len(on_log) == len(shown) else "log y: " + ", ".join(cut(name, 30) for name in on_log))
    if window:
        parts.append(f"{axes.x} {place(axes.low, axes)}-{place(axes.high, axes)}")
    parts += ["clipped"] if axes.clip else []
    parts.append(axes.smooth.words() or "not smoothed")
    return " · ".join(parts)


def newest(axes: Axes, marks: Sequence[tuple[float, str]], width: int) -> str:
    """The last of the marks (x, text) that are in view, in at most `width` columns; "" if there is no room."""
    seen = [(x, text) for x, text in marks if axes.low <= x <= axes.high]
    if not seen or width < SHORTEST:
        return ""
    x, text = seen[-1]
    return cut(f"⚑ {'step ' if axes.x == 'step' else ''}{place(x, axes)}: {text}", width)
